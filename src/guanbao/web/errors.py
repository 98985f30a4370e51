"""What the pages refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class AssetsMissing(GuanbaoError):
    """The files that pages load are not in {folder}.

    In a checkout run `make setup`; otherwise install the package again.
    """


class ResourceTwice(GuanbaoError):
    """Two resources are called «{name}».

    Name one of them otherwise.
    """
