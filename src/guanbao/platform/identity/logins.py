"""A login name as it is compared: variants that look the same are the same."""

from __future__ import annotations

import unicodedata


def login_normalised(login: str) -> str:
    """`login` without blanks around, in one form of each character, in lower case.

    NFKC twice, since folding the case of some characters leaves the normal form.
    """
    folded = unicodedata.normalize("NFKC", login).strip().casefold()
    return unicodedata.normalize("NFKC", folded).strip()
