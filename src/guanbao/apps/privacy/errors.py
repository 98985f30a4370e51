"""What records of entrusted processing refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class EntrustmentSettled(GuanbaoError):
    """The data were returned or deleted: the record stands as it is.

    Add another record where processing goes on.
    """
