"""The keys that wrap files' keys: in a file outside the database, the last of them in use.

Each document has a key of its own. It lies in its row, wrapped (AES-256-GCM) under a key of the file, with what the
document is as associated data: a wrapped key moved to another row does not open.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from guanbao.engine.errors import Where
from guanbao.platform.files.errors import DocumentBroken, FilesKeyUnusable
from guanbao.platform.files.sealing import KEY

_NONCE = 12


def files_key_make(file: Path) -> bool:
    """Write a file with one key, for its owner's eyes only, unless there is one; whether it did."""
    if file.exists():
        return False
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(file, _new())
    return True


def files_key_add(file: Path) -> str:
    """Add a key, by which everything is wrapped from now on; its name. Raises FilesKeyUnusable."""
    made = _new()
    _write(file, _keys(file) | made)
    return next(iter(made))


def files_keys_forget(file: Path, used: set[str]) -> int:
    """Take keys out of the file by which nothing is wrapped any more, never the last; how many. Raises as above."""
    keys = _keys(file)
    current = list(keys)[-1]
    kept = {name: key for name, key in keys.items() if name in used or name == current}
    if len(kept) < len(keys):
        _write(file, kept)
    return len(keys) - len(kept)


def key_wrap(key: bytes, of: bytes) -> str:
    """A file's key, wrapped under the key in use. Raises FilesKeyUnusable."""
    keys = _keys(settings.GUANBAO_FILES_KEY)
    name = list(keys)[-1]
    nonce = os.urandom(_NONCE)
    return f"{name}:{_text(nonce + AESGCM(keys[name]).encrypt(nonce, key, of))}"


def key_unwrap(wrapped: str, of: bytes) -> bytes:
    """A file's key. Raises FilesKeyUnusable; DocumentBroken: it was wrapped for something else, or changed."""
    name, _, text = wrapped.partition(":")
    keys = _keys(settings.GUANBAO_FILES_KEY)
    if name not in keys:
        raise FilesKeyUnusable(Where(settings.GUANBAO_FILES_KEY), reason="it does not hold the key that is asked for")
    try:
        data = _bytes(text)
        return AESGCM(keys[name]).decrypt(data[:_NONCE], data[_NONCE:], of)
    except (InvalidTag, ValueError) as error:
        raise DocumentBroken from error


def key_in_use() -> str:
    """The name of the key that wraps now. Raises FilesKeyUnusable."""
    return list(_keys(settings.GUANBAO_FILES_KEY))[-1]


def _new() -> dict[str, bytes]:
    return {secrets.token_hex(8): os.urandom(KEY)}


def _keys(file: Path) -> dict[str, bytes]:
    """The keys by name, as they were added. Raises FilesKeyUnusable."""
    try:
        data: Any = json.loads(file.read_text(encoding="utf-8"))
        found = {str(each["kid"]): _bytes(each["k"]) for each in data["keys"]}
    except OSError as error:
        raise FilesKeyUnusable(Where(file), reason=error.strerror or error) from error
    except (ValueError, KeyError, TypeError) as error:
        raise FilesKeyUnusable(Where(file), reason="it is not a set of keys in JSON form (JWK Set)") from error
    if not found or any(len(key) != KEY for key in found.values()):
        raise FilesKeyUnusable(Where(file), reason="it holds no key of 256 bits")
    return found


def _write(file: Path, keys: Mapping[str, bytes]) -> None:
    """Put the file in its place whole, or leave what is there."""
    data = {"keys": [{"kty": "oct", "kid": name, "k": _text(key)} for name, key in keys.items()]}
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(data, out, indent=1)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
