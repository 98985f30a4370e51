"""Versions of questionnaires: those that came with the product, and those that an institution puts in their place."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.engine.documents import Document, parse
from guanbao.engine.language import explain
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need, need_object
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Organisation
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.questionnaires import events
from guanbao.platform.questionnaires.checking import definition_faults
from guanbao.platform.questionnaires.definitions import Definition, definition_made
from guanbao.platform.questionnaires.errors import QuestionnaireUnknown, VersionByUploader, VersionEnforcedAlready
from guanbao.platform.questionnaires.models import QuestionnaireVersion
from guanbao.platform.questionnaires.permissions import VERSION_ENFORCE, VERSION_UPLOAD
from guanbao.platform.questionnaires.selectors import VERSIONS
from guanbao.platform.questionnaires.shipped import shipped, shipped_texts
from guanbao.platform.wording import reader_language, told

MOST_TEXT = 300_000
_MOST_FAULTS = 50


def version_current(*, organisation_id: int, name: str) -> QuestionnaireVersion:
    """The version that is in force for an institution; where it has none, the product's, kept from now on.

    A new release of the product's own takes the place of the kept one, not of what the institution put in force.
    Within a transaction. Raises QuestionnaireUnknown.
    """
    rows = QuestionnaireVersion.objects.filter(organisation=organisation_id, name=name)
    current = rows.exclude(enforced_at=None).order_by("-enforced_at", "-number").first()
    ours = shipped().get(name)
    if current is not None and (ours is None or not current.is_shipped or current.digest == ours.digest):
        return current
    if ours is None:
        raise QuestionnaireUnknown(name=name)
    Organisation.objects.select_for_update().get(pk=organisation_id)  # nobody else keeps it at the same time
    if (kept := rows.filter(is_shipped=True, digest=ours.digest).order_by("-number").first()) is not None:
        return kept
    now = timezone.now()
    made = _version(organisation_id, ours, shipped_texts()[name])
    made.is_shipped, made.uploaded_at, made.enforced_at = True, now, now
    made.save()
    return made


def version_upload(*, actor: Actor, text: str | bytes) -> QuestionnaireVersion:
    """Keep a version of a questionnaire, from YAML, once nothing is wrong with it.

    It holds when somebody else puts it in force. Raises NotPermitted. ValidationError: all that is wrong, with lines.
    """
    text = text.decode("utf-8-sig", "replace") if isinstance(text, bytes) else text
    _need_short(text)
    return version_keep(actor=actor, document=parse(text.replace("\0", "\ufffd")), text=text)


def version_keep(
    *, actor: Actor, document: Document, text: str, sure: Callable[[Document, str], str] = lambda _document, text: text
) -> QuestionnaireVersion:
    """As `version_upload`, of a document that was read already, from YAML or a workbook; `text` is kept of it.

    `sure` makes sure, once nothing is wrong with the document, that the text says the same.
    """
    need(actor, VERSION_UPLOAD)
    if (organisation_id := actor.organisation_id) is None:  # a version is some institution's
        raise NotPermitted(actor=actor.name, permission=VERSION_UPLOAD.name)
    _need_short(text)
    faults = [explain(fault, reader_language()) for fault in definition_faults(document)]
    if faults:
        raise ValidationError({"file": faults[:_MOST_FAULTS]})
    content = definition_made(document)
    with transaction.atomic():
        # Nobody else takes the same number meanwhile.
        held = QuestionnaireVersion.objects.select_for_update().filter(organisation=organisation_id, name=content.name)
        list(held.values("pk"))
        made = _version(organisation_id, content, sure(document, text))
        made.uploaded_by_id, made.uploaded_at = actor.person_id, timezone.now()
        made.save()
        _tell(actor, made, events.VERSION_UPLOADED)
    return made


def version_enforce(*, actor: Actor, questionnaireversion: QuestionnaireVersion) -> QuestionnaireVersion:
    """Have what is put from now on follow a version; what was put stays on its own.

    Raises NotPermitted, VersionByUploader, VersionEnforcedAlready.
    """
    need_object(actor, VERSION_ENFORCE, questionnaireversion, VERSIONS)
    with transaction.atomic():
        version = QuestionnaireVersion.objects.select_for_update().get(pk=questionnaireversion.pk)
        if version.enforced_at is not None:
            raise VersionEnforcedAlready
        if version.uploaded_by_id == actor.person_id:
            raise VersionByUploader
        version.enforced_by_id, version.enforced_at = actor.person_id, timezone.now()
        version.save(update_fields=["enforced_by", "enforced_at"])
        _tell(actor, version, events.VERSION_ENFORCED)
    return version


def _need_short(text: str) -> None:
    """That a definition is no longer than people write. Raises ValidationError."""
    if len(text) > MOST_TEXT:
        raise ValidationError({"file": [told("At most {n} characters.", n=f"{MOST_TEXT:,}")]})


def _version(organisation_id: int, content: Definition, text: str) -> QuestionnaireVersion:
    rows = QuestionnaireVersion.objects.filter(organisation=organisation_id, name=content.name)
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    return QuestionnaireVersion(
        organisation_id=organisation_id,
        name=content.name,
        number=last + 1,
        title=content.title.zh,
        title_en=content.title.en,
        source=content.source,
        definition=text,
        digest=content.digest,
    )


def _tell(actor: Actor, version: QuestionnaireVersion, event: EventType) -> None:
    said = {"name": version.name, "number": version.number, "digest": version.digest}
    scopes = {"institution": version.organisation_id}
    ledger_append(actor=actor, event=event, subject=version, after=said, scopes=scopes)
