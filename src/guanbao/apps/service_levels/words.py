"""What presets, mappings, measures and what they say are called, in the reader's language."""

from __future__ import annotations

from guanbao.engine.measures.catalogue import MEASURES
from guanbao.engine.records.mappings import mapping
from guanbao.engine.reports.words import records_text
from guanbao.engine.statements.presets import preset
from guanbao.platform.wording import _, reader_language, told

# Packs say each of these in one language.
_PRESETS = {
    "call-centre": _("Service level of the agents of a customer service centre"),
    "contract": _("Service level of an IT service contract (table of clauses)"),
    "operations": _("Service level of IT operations (table of measures)"),
}
_MAPPINGS = {
    "anonymous-bank": _("Calls of a small bank's call centre, 1999"),
    "asterisk-queue-log": _("Queue log of an Asterisk telephone exchange"),
    "cfpb": _("Consumer complaints as the CFPB publishes them"),
    "complaints-jsonl": _("Complaints by their canonical names, JSON lines"),
    "interactions-jsonl": _("Contacts by their canonical names, JSON lines"),
    "servicenow-incident-log": _("Audit log of incidents from ServiceNow"),
    "tickets-jsonl": _("Tickets by their canonical names, JSON lines"),
}
_REASONS = {
    "PHANTOM（来源标明并非来电）": _("PHANTOM (the source says that it is no call)"),
    "an entry about a queue or an agent, not about a call": _("an entry about a queue or an agent, not about a call"),
    "an attempt or remark that does not change the call": _("an attempt or remark that does not change the call"),
}
_CHANNELS = {"phone": _("Telephone"), "email": _("E-mail"), "chat": _("Chat")}
_WAITING = {"availability.share": _("Availability")}


def preset_text(name: str) -> str:
    """What a preset is called; by its own title, where it is none of ours."""
    return str(_PRESETS.get(name) or preset(name).data["title"])


def mapping_text(name: str) -> str:
    """What a mapping is for; by its own title, where it is none of ours."""
    return str(_MAPPINGS.get(name) or mapping(name).title)


def measure_text(name: str) -> str:
    """What a measure is called; its name, where there is none."""
    return told(MEASURES[name].title) if name in MEASURES else str(_WAITING.get(name, name))


def dataset_text(name: str) -> str:
    """What the records of a dataset are called."""
    return records_text(name, reader_language())


def reason_text(reason: str) -> str:
    """Why a mapping leaves rows out."""
    return str(_REASONS.get(reason, reason))


def clock_text(time: str) -> str:
    """A local time as it is read."""
    return time.replace("T", " ")


def channel_text(channel: str) -> str:
    """By which way a contact came; as the source says it, where that is none of ours."""
    return str(_CHANNELS.get(channel, channel))
