"""More rows of everything: copies of those that there are, with what must be unique made so."""

from hashlib import sha256
from uuid import uuid4

from django.db import IntegrityError, models, transaction

from guanbao.apps.parties.models import Contractor
from guanbao.apps.sourcing.models import Award, Backup, Evaluation, Invitation
from guanbao.platform.identity.models import Membership, Person
from guanbao.platform.notices.models import Delivery, Receipt


def grow(actor, resource, most):
    """Copy a row of a resource until the actor sees `most`; how many they see then."""
    rows = resource.rows(actor=actor)
    found = list(rows.order_by("pk"))
    for row in found:  # of some there may be one alone: a draft, a number of one kind
        try:
            with transaction.atomic():
                copies(row, range(len(found), most))
        except IntegrityError:
            continue
        break
    return rows.count()


def copies(row, numbers):
    """Copies of a row, made and stored, one for each number."""
    model = type(row)
    unique = unique_of(model)
    made = [model(**{f.attname: varied(f, row, n, unique) for f in fields_of(model)}) for n in numbers]
    model._base_manager.bulk_create(made)
    if model is Person:  # whose colleagues they are
        of = Membership.objects.filter(person=row).first()
        Membership.objects.bulk_create(
            Membership(person=person, organisation_id=of.organisation_id, since=of.since) for person in made
        )
    return made


# What each copy needs one of for itself, for it stands once for that and something else.
OF_THEIR_OWN = {
    (Contractor, "organisation"),
    (Invitation, "tender"),
    (Evaluation, "tender"),
    (Award, "tender"),
    (Backup, "contractor"),
    (Receipt, "notice"),
    (Delivery, "notice"),
}


def fields_of(model):
    return [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]


def unique_of(model):
    """The names of fields by which a row may stand once."""
    named = {name for each in model._meta.constraints for name in getattr(each, "fields", ())}
    return named | {field.name for field in model._meta.concrete_fields if field.unique}


def varied(field, row, number, unique):
    """The value of a copy's field: as in the row, or unlike any other."""
    value = getattr(row, field.attname)
    if field.name not in unique or value is None:
        return value
    match field:
        case models.OneToOneField() if field.null:
            return None
        case models.ForeignKey() if field.unique or (type(row), field.name) in OF_THEIR_OWN:
            return copies(getattr(row, field.name), [number])[0].pk
        case models.ForeignKey():
            return value
        case models.UUIDField():
            return uuid4()
        case models.DateField():
            return value.replace(year=value.year + 1 + number)
        case models.IntegerField():
            return value + 1_000 + number
        case models.BinaryField():
            return sha256(bytes(value) + bytes([number])).digest()
        case models.CharField() if not field.choices:
            end = f"-{number}-{uuid4().hex[:6]}"
            return f"{value[: (field.max_length or 200) - len(end)]}{end}"
        case _:
            return value
