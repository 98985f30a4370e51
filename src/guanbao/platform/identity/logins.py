"""A login name as it is compared: variants that look the same are the same."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.http import HttpRequest


def login_normalised(login: str) -> str:
    """`login` without blanks around, in one form of each character, in lower case.

    NFKC twice, since folding the case of some characters leaves the normal form.
    """
    folded = unicodedata.normalize("NFKC", login).strip().casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def login_counted(login: str) -> str:
    """What attempts on a login are counted by: as `login_normalised`, and without accents, blanks and unseen marks.

    Spellings that a database or an eye could take for one another share one counter, though they are other logins.
    """
    apart = unicodedata.normalize("NFKD", login_normalised(login))
    return "".join(c for c in apart if unicodedata.category(c)[0] not in "MZC")[:150]


def login_attempted(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The login that somebody tried: what attempts are counted by."""
    given = credentials or (request.POST if request is not None else {})
    return login_counted(str(given.get("username") or ""))
