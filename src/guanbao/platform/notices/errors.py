"""What notices refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class NoticeTwice(GuanbaoError):
    """The kind of notice «{kind}» is declared twice.

    Name one of them otherwise.
    """


class NoticeUndeclared(GuanbaoError):
    """No app declares the kind of notice «{kind}».

    Declare it in the app's notices.
    """


class AddressRefused(GuanbaoError):
    """Nothing may be sent to {address}: {reason}.

    Have the installation's administrator name the host in GUANBAO_EGRESS.
    """


class EndpointRefused(GuanbaoError):
    """The receiver answered with {answer}.

    Look at the address and the secret, then send it again.
    """


class DeliveryUnended(GuanbaoError):
    """This is on its way, or was sent; it is not sent again.

    Wait for its end.
    """
