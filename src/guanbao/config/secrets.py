"""The secret that signs sessions, in a file of its own."""

from __future__ import annotations

import secrets
from pathlib import Path

SECRET = "secret.key"  # noqa: S105 - the file's name


def secret(file: Path) -> str:
    """What the file holds; where there is none, one for this process alone, that no other can sign with."""
    return file.read_text(encoding="utf-8").strip() if file.is_file() else secrets.token_urlsafe(64)


def secret_make(file: Path) -> bool:
    """Write a new secret, for its owner's eyes only, unless there is one; whether it did."""
    if file.exists():
        return False
    file.touch(mode=0o600)
    file.write_text(secrets.token_urlsafe(64) + "\n", encoding="utf-8")
    return True
