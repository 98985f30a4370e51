"""Signatures: Ed25519 over a statement's digest, as a detached JWS (RFC 7515, appendix F)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from guanbao.engine.errors import InputError, Where
from guanbao.engine.statements.statement import statement_digest

ALGORITHM = "Ed25519"


def keys_new(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a key pair: `NAME.key.json`, readable by its owner alone, and `NAME.pub.json`.

    Raises:
        KeyExists: one of the files stands already; it is not overwritten. KeyUnusable: they cannot be written.
    """
    key = OKPKey.generate_key("Ed25519", parameters={"use": "sig", "alg": ALGORITHM})
    key.ensure_kid()
    private, public = folder / f"{name}.key.json", folder / f"{name}.pub.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, mode, data in (
            (private, 0o600, key.as_dict(private=True)),
            (public, 0o644, key.as_dict(private=False)),
        ):
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as out:
                json.dump(data, out, indent=1)
                out.write("\n")
    except FileExistsError as error:
        raise KeyExists(Where(error.filename)) from error
    except OSError as error:
        raise KeyUnusable(Where(folder), reason=error.strerror or error) from error
    return private, public


def statement_sign(statement: dict[str, Any], key_file: Path) -> dict[str, Any]:
    """The statement with its `signature`.

    Raises:
        KeyUnusable: the file is no private Ed25519 key.
    """
    return {**statement, "signature": payload_sign(statement_digest(statement).encode(), key_file)}


def signature_holds(statement: dict[str, Any], key_file: Path) -> bool:
    """Whether the statement carries a signature by this key over what it says now.

    Raises:
        KeyUnusable: the file is no public Ed25519 key.
    """
    return payload_signed(statement_digest(statement).encode(), statement.get("signature"), key_file)


def payload_sign(payload: bytes, key_file: Path) -> str:
    """A signature over any bytes.

    Raises:
        KeyUnusable: the file is no private Ed25519 key.
    """
    key = _key(key_file, private=True)
    token = jws.serialize_compact({"alg": ALGORITHM, "kid": key.kid}, payload, key, algorithms=[ALGORITHM])
    return jws.detach_content(token)


def payload_signed(payload: bytes, signature: object, key_file: Path) -> bool:
    """Whether the signature is one by this key over these bytes.

    Raises:
        KeyUnusable: the file is no public Ed25519 key.
    """
    key = _key(key_file, private=False)
    if not isinstance(signature, str):
        return False
    try:
        jws.deserialize_compact(signature, key, algorithms=[ALGORITHM], payload=payload)
    except (JoseError, ValueError, KeyError, TypeError):
        return False
    return True


def key_id(key_file: Path) -> str:
    """The name of a key, private or public: the `kid` it gives itself, else its thumbprint (RFC 7638).

    Raises:
        KeyUnusable: the file is no Ed25519 key.
    """
    key = _key(key_file, private=False)
    return key.kid or key.thumbprint()


def _key(file: Path, *, private: bool) -> OKPKey:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        key = OKPKey.import_key(data)
    except OSError as error:
        raise KeyUnusable(Where(file), reason=error.strerror or error) from error
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise KeyUnusable(Where(file), reason="it is not a key in JSON form (JWK)") from error
    if data.get("crv") != "Ed25519":
        raise KeyUnusable(Where(file), reason="it is not an Ed25519 key")
    if private and not key.is_private:
        raise KeyUnusable(Where(file), reason="it is the public half; signing needs NAME.key.json")
    return key


class KeyExists(InputError):
    """A key stands here already and is not overwritten.

    Choose another --name or folder.
    """


class KeyUnusable(InputError):
    """The key cannot be used: {reason}.

    Make one with guanbao keys new.
    """
