"""What identity refuses."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class NoMembership(GuanbaoError):
    """Person {person} is no member of organisation {organisation} now.

    Make them a member first.
    """
