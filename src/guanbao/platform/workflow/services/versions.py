"""Versions of models: those that came with the product, and those that an institution puts in their place."""

from __future__ import annotations

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Role
from guanbao.platform.access.reach import Columns, need, need_object
from guanbao.platform.access.roles import roles_shipped
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.canonical import canonical
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.workflow import events
from guanbao.platform.workflow.attaching import attachments
from guanbao.platform.workflow.checking import model_faults
from guanbao.platform.workflow.diagrams import diagram_of, tree_of
from guanbao.platform.workflow.errors import EnforcedAlready, EnforcedByUploader, ModelUnknown
from guanbao.platform.workflow.models import ModelVersion
from guanbao.platform.workflow.permissions import MODEL_ENFORCE, MODEL_UPLOAD
from guanbao.platform.workflow.shipped import models_shipped

_COLUMNS = Columns(institution="organisation")


def version_current(*, organisation_id: int, name: str) -> ModelVersion:
    """The version of a model that is in force for an institution; where it has none, the product's, kept from now on.

    Within a transaction. Raises ModelUnknown.
    """
    rows = ModelVersion.objects.filter(organisation=organisation_id, name=name)
    current = rows.exclude(enforced_at=None).order_by("-enforced_at", "-number").first()
    shipped = models_shipped().get(name)
    if current is not None and (shipped is None or not current.is_shipped or current.digest == _digest(*shipped)):
        return current
    if shipped is None:
        raise ModelUnknown(name=name)
    bpmn, tables = shipped
    now = timezone.now()
    made = _version(organisation_id, name, bpmn, list(tables))
    made.is_shipped, made.uploaded_at, made.enforced_at = True, now, now
    made.save()
    return made


def model_upload(*, actor: Actor, name: str, bpmn: bytes, tables: list[bytes]) -> ModelVersion:
    """Keep a version of a model, once nothing is wrong with it. It holds when somebody else puts it in force.

    Raises:
        NotPermitted. ValidationError: by `bpmn` and `tables`, all that is wrong, with the lines.
    """
    need(actor, MODEL_UPLOAD)
    if (organisation_id := actor.organisation_id) is None:  # a model is some institution's
        raise NotPermitted(actor=actor.name, permission=MODEL_UPLOAD.name)
    if name not in models_shipped():
        raise ValidationError({"name": str(ModelUnknown(name=name))})
    faults = model_faults(bpmn, tables, roles=roles_known(organisation_id), names=_names(name))
    if faults:
        raise ValidationError({field: list(said) for field, said in faults.items()})
    with transaction.atomic():
        # Nobody else takes the same number meanwhile.
        list(ModelVersion.objects.select_for_update().filter(organisation=organisation_id, name=name).values("pk"))
        texts = [table.decode("utf-8-sig") for table in tables]
        made = _version(organisation_id, name, bpmn.decode("utf-8-sig"), texts)
        made.uploaded_by_id, made.uploaded_at = actor.person_id, timezone.now()
        made.save()
        _tell(actor, made, events.MODEL_UPLOADED)
    return made


def model_enforce(*, actor: Actor, modelversion: ModelVersion) -> ModelVersion:
    """Have new approvals follow a version; running ones stay on theirs.

    Raises NotPermitted, EnforcedByUploader, EnforcedAlready.
    """
    need_object(actor, MODEL_ENFORCE, modelversion, _COLUMNS)
    with transaction.atomic():
        version = ModelVersion.objects.select_for_update().get(pk=modelversion.pk)
        if version.enforced_at is not None:
            raise EnforcedAlready
        if version.uploaded_by_id == actor.person_id:
            raise EnforcedByUploader
        version.enforced_by_id, version.enforced_at = actor.person_id, timezone.now()
        version.save(update_fields=["enforced_by", "enforced_at"])
        _tell(actor, version, events.MODEL_ENFORCED)
    return version


def roles_known(organisation_id: int | None) -> set[str]:
    """The roles that lanes may be: those of the product's institutions, and the institution's own."""
    own = Role.objects.filter(institution=organisation_id, institution__isnull=False).values_list("code", flat=True)
    return {*own, *(role.code for role in roles_shipped().values() if role.side == Side.INSTITUTION)}


def _names(name: str) -> set[str] | None:
    """The facts that a model may ask for: those of the records that are decided by it."""
    fields = [set(each.fields) for each in attachments() if each.name == name]
    return set.union(*fields) if fields else None


def _version(organisation_id: int, name: str, bpmn: str, tables: list[str]) -> ModelVersion:
    rows = ModelVersion.objects.filter(organisation=organisation_id, name=name)
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    diagram = diagram_of(tree_of(bpmn.encode()))
    return ModelVersion(
        organisation_id=organisation_id,
        name=name,
        number=last + 1,
        title=diagram.name[:200],
        title_en=diagram.english[:200],
        bpmn=bpmn,
        tables=tables,
        digest=_digest(bpmn, tuple(tables)),
    )


def _digest(bpmn: str, tables: tuple[str, ...]) -> str:
    return hashlib.sha256(canonical([bpmn, *tables]).encode()).hexdigest()


def _tell(actor: Actor, version: ModelVersion, event: EventType) -> None:
    said = {"model": version.name, "number": version.number, "digest": version.digest}
    scopes = {"institution": version.organisation_id}
    ledger_append(actor=actor, event=event, subject=version, after=said, scopes=scopes)
