"""Personal data in the demonstration bank: a canary, and who revealed what."""

from __future__ import annotations

from typing import Any


def reveals(data: dict[str, Any], actors: dict[str, Any]) -> None:
    """Bait is planted first; whoever reveals it is told of to data protection."""
    from guanbao.apps.parties.models import Contact
    from guanbao.platform.personal.services import canary_plant, personal_reveal

    at: dict[str, dict[str, Any]] = {
        one.name.clear: {"record": "contacts", "record_id": one.pk} for one in Contact.objects.all()
    }
    for name in data["canaries"]:
        canary_plant(actor=actors["data_protection"], **at[name])
    for login, name, fields, purpose, reason in data["reveals"]:
        personal_reveal(actor=actors[login], fields=fields, purpose=purpose, reason=reason, **at[name])
