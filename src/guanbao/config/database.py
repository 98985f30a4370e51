"""Where the registry lives: SQLite in a folder, or PostgreSQL by its URL."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_WAL_RESET_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))


def database(url: str, folder: Path) -> dict[str, Any]:
    """Django's settings of one database; without `url`, SQLite in `folder`.

    Raises:
        ValueError: the URL is none of `sqlite:///…` and `postgresql://…`.
    """
    parts = urlsplit(url)
    if not url or parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path).removeprefix("/") if url else str(folder / "guanbao.sqlite3"))
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"DATABASE_URL begins with {parts.scheme}://; write sqlite:///FILE or postgresql://…")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,  # each request has a thread of its own, and what that leaves open nobody takes up again
        # Django's own cursors prepare nothing; the ledger's one call, often repeated, is prepared the fifth time.
        "OPTIONS": {"prepare_threshold": 5} | dict(parse_qsl(parts.query)),
    }


def _sqlite(name: str) -> dict[str, Any]:
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "DELETE"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536",
        },
    }


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite cannot lose a transaction when its write-ahead log is reset.

    Mended in 3.51.3 and, for the older lines, in 3.50.7 and 3.44.6 (sqlite.org, release notes).
    """
    same_line = [fixed for fixed in _WAL_RESET_FIXED if fixed[:2] == version[:2]]
    return version >= (same_line[0] if same_line else _WAL_RESET_FIXED[-1])
