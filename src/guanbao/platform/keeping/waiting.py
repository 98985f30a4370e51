"""Files that wait, an hour at most, until who sent them has seen what would come of them."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from guanbao.platform.actors import Actor

KEPT = timedelta(hours=1)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def waiting_folder() -> Path:
    """Where they wait."""
    found: Path = settings.HOME / "files" / "imports"
    return found


def file_lay(*, actor: Actor, content: bytes) -> str:
    """Lay a file where it waits for its sender; the digest that it is found by."""
    digest = sha256(content).hexdigest()
    waiting_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    file = waiting_folder() / f"{actor.person_id}-{digest}"
    file.touch(mode=0o600)
    file.write_bytes(content)
    return digest


def file_waiting(*, actor: Actor, digest: str) -> Path | None:
    """The file that this actor sent, if it still waits."""
    file = waiting_folder() / f"{actor.person_id}-{digest}"
    return file if _DIGEST.fullmatch(digest) and file.is_file() else None


def file_forget(*, actor: Actor, digest: str) -> None:
    """Let the file that this actor sent wait no longer."""
    if file := file_waiting(actor=actor, digest=digest):
        file.unlink()
