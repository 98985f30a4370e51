"""What people's pages refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class OfOthersToo(GuanbaoError):
    """Person {person} belongs to another organisation too, or is yourself.

    End only the membership in your own organisation, or ask another administrator.
    """


class InvitationClosed(GuanbaoError):
    """This invitation is not open, or is for somebody else.

    Ask whoever invited you for another.
    """
