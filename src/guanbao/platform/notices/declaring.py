"""Kinds of notices as apps declare them.

EXCLUSION_PROPOSED = notice_kind("exclusion.proposed", _("An exclusion"), "Decide …", EXCLUSION_DECIDE)
"""

from __future__ import annotations

from dataclasses import dataclass

from guanbao.platform.access.permissions import Permission
from guanbao.platform.notices.errors import NoticeTwice, NoticeUndeclared

_KINDS: dict[str, NoticeKind] = {}


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice: what it is called, the sentence that tells it, and the permission of those it is for.

    An `urgent` one waits neither for the end of quiet hours nor for the daily summary.
    """

    name: str
    title: str
    sentence: str
    permission: Permission
    urgent: bool = False


def notice_kind(name: str, title: str, sentence: str, permission: Permission, *, urgent: bool = False) -> NoticeKind:
    """Declare a kind; `title` and `sentence` are English with Chinese wording. Raises NoticeTwice."""
    if name in _KINDS:
        raise NoticeTwice(kind=name)
    made = _KINDS[name] = NoticeKind(name, title, sentence, permission, urgent)
    return made


def notice_kind_named(name: str) -> NoticeKind:
    """The kind of that name. Raises NoticeUndeclared."""
    if name not in _KINDS:
        raise NoticeUndeclared(kind=name)
    return _KINDS[name]


def notice_kinds() -> tuple[NoticeKind, ...]:
    """Every kind, by name."""
    return tuple(_KINDS[name] for name in sorted(_KINDS))


def notice_title(name: str) -> str:
    """What a kind is called; its name, where no app declares it any more."""
    return str(_KINDS[name].title) if name in _KINDS else name
