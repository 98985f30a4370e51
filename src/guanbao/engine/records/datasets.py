"""The canonical datasets: what a call, a ticket, an event, a complaint is, whoever sent it.

To add a dataset, add one `Dataset(...)` below; mappings, imports, the store, digests and the reference
page take it from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pyarrow as pa

from guanbao.engine.errors import InputError

Type = Literal["text", "time", "duration", "count", "flag"]
ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "time": pa.timestamp("us", "UTC"),
    "duration": pa.int64(),
    "count": pa.int64(),
    "flag": pa.bool_(),
}
TYPE_MEANING = {
    "text": "text",
    "time": "instant, whole milliseconds of UTC",
    "duration": "milliseconds, integer, not negative",
    "count": "integer, not negative",
    "flag": "true or false",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, type and meaning; `values` where only those may stand.

    A `personal` column tells of a customer and is left out of everything that is shown or handed on.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    personal: bool = False

    @property
    def never_negative(self) -> bool:
        """It counts something."""
        return self.type in ("duration", "count")


@dataclass(frozen=True)
class Dataset:
    """A kind of record.

    `key` identifies one; `anchors` name, by the word a service level uses, the time that puts it into a period
    (the first is the default); `ordered` lists pairs of times of which the second may not be earlier;
    `clocks` are the working times that an import may prepare, as (start, stop); `events` names the
    dataset of its updates, `folds_into` the dataset that updates fold into.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    anchors: dict[str, str]
    ordered: tuple[tuple[str, str], ...] = ()
    clocks: dict[str, tuple[str, str]] | None = None
    events: str | None = None
    folds_into: str | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the canonical columns, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def times(self) -> frozenset[str]:
        """The names of the columns that hold instants."""
        return frozenset(column.name for column in self.columns if column.type == "time")

    @property
    def anchor(self) -> str:
        """The default anchor's column."""
        return next(iter(self.anchors.values()))

    @cached_property
    def stored(self) -> pa.Schema:
        """The Arrow schema of a stored table: the canonical columns, then what the import adds."""
        fields = [pa.field(column.name, ARROW[column.type]) for column in self.columns]
        fields += [pa.field(name, pa.int64()) for name in self.clocks or {}]
        if self.folds_into:
            entity = DATASETS[self.folds_into]
            fold = pa.struct([pa.field(c.name, ARROW[c.type]) for c in entity.columns])
            fields += [pa.field("repeat", pa.int64()), pa.field("fold", fold)]
        fields += [pa.field("line", pa.int64()), pa.field("content", pa.binary())]
        fields += [pa.field("replaces", pa.binary()), pa.field("batch", pa.int64())]
        return pa.schema([*fields, pa.field("arrangement", pa.string()), pa.field("month", pa.string())])

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """The stored columns that tell one record from another, in the order of the digest."""
        return (*self.key, "repeat") if self.folds_into else self.key


OUTCOMES = ("answered", "abandoned", "left_before_queue")
_EVENT_TAIL = (Column("agent", "text", "who it was assigned to after the update"),)

INTERACTIONS = Dataset(
    name="interactions",
    meaning="One contact of a customer: a call, a chat, a message.",
    key=("id",),
    anchors={"arrived": "arrived_at"},
    ordered=(("arrived_at", "queued_at"), ("arrived_at", "answered_at"), ("arrived_at", "ended_at")),
    events="interaction_events",
    columns=(
        Column("id", "text", "identifies the contact in its source", required=True),
        Column("channel", "text", "phone, chat, mail …"),
        Column("kind", "text", "the source's kind of service or queue"),
        Column("priority", "text", "the source's priority"),
        Column("customer", "text", "identifies the customer, empty if unknown", personal=True),
        Column("arrived_at", "time", "it reached the centre", required=True),
        Column("queued_at", "time", "it began to wait for a person; empty if it never queued"),
        Column("answered_at", "time", "a person took it"),
        Column("ended_at", "time", "it was over for the customer"),
        Column("wait_ms", "duration", "time in queue, 0 if answered at once"),
        Column("talk_ms", "duration", "time with a person, without hold"),
        Column("hold_ms", "duration", "time on hold"),
        Column("wrap_ms", "duration", "after-contact work"),
        Column("outcome", "text", "how it ended", required=True, values=OUTCOMES),
        Column("agent", "text", "who answered"),
        Column("transferred", "flag", "it was passed on to somebody else"),
        Column("resolved", "flag", "the source says that it was resolved at this contact"),
    ),
)
INTERACTION_EVENTS = Dataset(
    name="interaction_events",
    meaning="One entry of a log that contacts are folded from.",
    key=("interaction", "seq", "at"),
    anchors={"at": "at"},
    folds_into="interactions",
    columns=(
        Column("interaction", "text", "the contact", required=True),
        Column("seq", "count", "the source's sequence number, empty if it has none"),
        Column("at", "time", "when it happened", required=True),
        Column("event", "text", "the source's word for what happened"),
        *_EVENT_TAIL,
    ),
)
TICKETS = Dataset(
    name="tickets",
    meaning="One incident or request, as it stood after its last known update.",
    key=("id",),
    anchors={"opened": "opened_at", "resolved": "resolved_at", "closed": "closed_at"},
    ordered=(("opened_at", "resolved_at"), ("opened_at", "closed_at"), ("opened_at", "responded_at")),
    clocks={
        "response_worked_ms": ("opened_at", "responded_at"),
        "resolution_worked_ms": ("opened_at", "resolved_at"),
    },
    events="ticket_events",
    columns=(
        Column("id", "text", "identifies the ticket in its source", required=True),
        Column("kind", "text", "incident, request, …"),
        Column("priority", "text", "the priority in force at its last update"),
        Column("opened_at", "time", "it was reported", required=True),
        Column("assigned_at", "time", "it was first assigned"),
        Column("responded_at", "time", "somebody first took it up"),
        Column("resolved_at", "time", "service was restored"),
        Column("closed_at", "time", "it was closed"),
        Column("state", "text", "the source's state at its last update"),
        Column("group", "text", "the group it was last assigned to"),
        Column("agent", "text", "the person it was last assigned to"),
        Column("reassignments", "count", "how often it changed hands"),
        Column("reopenings", "count", "how often it was opened again"),
        Column("knowledge", "flag", "it was resolved with the knowledge base"),
        Column("verdict", "flag", "the source's own word on whether its target was made"),
        Column("category", "text", "the source's category"),
    ),
)
TICKET_EVENTS = Dataset(
    name="ticket_events",
    meaning="One update of a ticket: the state, priority and hands it was in from then on.",
    key=("ticket", "seq", "at"),
    anchors={"at": "at"},
    folds_into="tickets",
    columns=(
        Column("ticket", "text", "the ticket", required=True),
        Column("seq", "count", "the source's sequence number, empty if it has none"),
        Column("at", "time", "when it happened", required=True),
        Column("state", "text", "the state after the update"),
        Column("priority", "text", "the priority after the update"),
        Column("group", "text", "the group after the update"),
        *_EVENT_TAIL,
    ),
)
COMPLAINTS = Dataset(
    name="complaints",
    meaning="One complaint of a customer.",
    key=("id",),
    anchors={"opened": "received_at", "resolved": "responded_at", "closed": "responded_at"},
    ordered=(("received_at", "responded_at"),),
    columns=(
        Column("id", "text", "identifies the complaint in its source", required=True),
        Column("product", "text", "what it is about"),
        Column("channel", "text", "how it came"),
        Column("received_at", "time", "it was received", required=True),
        Column("sent_at", "time", "it was passed to whoever must answer"),
        Column("responded_at", "time", "it was answered"),
        Column("timely", "flag", "the source's own word on whether the answer was in time"),
        Column("disputed", "flag", "the customer did not accept the answer"),
    ),
)
DATASETS: dict[str, Dataset] = {
    dataset.name: dataset for dataset in (INTERACTIONS, INTERACTION_EVENTS, TICKETS, TICKET_EVENTS, COMPLAINTS)
}


def dataset(name: str) -> Dataset:
    """The dataset of that name.

    Raises:
        DatasetUnknown: naming those that exist.
    """
    if name not in DATASETS:
        raise DatasetUnknown(name=name, known=sorted(DATASETS))
    return DATASETS[name]


class DatasetUnknown(InputError):
    """There is no dataset «{name}».

    Known datasets: {known}.
    """
