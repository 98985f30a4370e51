"""An actor: who does something, as the ledger names them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

Kind = Literal["person", "service", "system"]


@dataclass(frozen=True)
class Actor:
    """A person, a machine's account, or the system itself (a schedule, a command at the console).

    `name` is what its reader is shown, `key` what the ledger keeps; `organisation_id` is the tenant it acts for;
    `request_id` ties what one request does together. `read` holds what was read of its rights, for as long as one
    request lasts; without it they are read each time they are asked for.
    """

    kind: Kind
    name: str
    person_id: int | None = None
    organisation_id: int | None = None
    request_id: str = ""
    read: dict[Any, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """Who it is without a name: names are personal data, and what the ledger holds it holds for ever."""
        return self.name if self.person_id is None else f"{self.kind} {self.person_id}"

    def read_once(self) -> Actor:
        """The same actor, whose rights are read once for all parts of one question."""
        return self if self.read is not None else replace(self, read={})


SYSTEM = Actor(kind="system", name="system")


def system_of(organisation_id: int | None) -> Actor:
    """The system, on behalf of an organisation: what it does is that organisation's to see and no other's."""
    return replace(SYSTEM, organisation_id=organisation_id)
