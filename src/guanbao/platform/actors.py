"""An actor: who does something, as the ledger names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "service", "system"]


@dataclass(frozen=True)
class Actor:
    """A person, a machine's account, or the system itself (a schedule, a command at the console).

    `name` is what the ledger prints; `organisation_id` is the tenant it acts for; `request_id` ties what one
    request does together.
    """

    kind: Kind
    name: str
    person_id: int | None = None
    organisation_id: int | None = None
    request_id: str = ""


SYSTEM = Actor(kind="system", name="system")
