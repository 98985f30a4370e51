"""What initiatives refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class RequirementSigned(GuanbaoError):
    """{requirement} is signed off and stays as it is.

    Hold another round if more is needed.
    """


class SignedByMaker(GuanbaoError):
    """Whoever wrote a requirement does not sign it off.

    Have a colleague sign it.
    """


class StrategyApproved(GuanbaoError):
    """{strategy} is approved or being decided, and stays as it is.

    Write its next version.
    """
