"""Bids sealed to officers of whom any two open them together, and none alone. Nothing here touches the database.

Each officer has an X25519 key pair; its private half is wrapped (AES-256-GCM) under a passphrase (scrypt) that is kept
nowhere. A bid is encrypted under a key of its own. For each pair of officers that key is the exclusive or of two random
shares, and each share is sealed to one of the two (X25519, HKDF-SHA256, AES-256-GCM). There is no key that opens a
tender: neither the application nor who administers it ever holds one.

To open, the first officer unseals his shares and seals them anew to the others; the second then holds both.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from guanbao.apps.sourcing.errors import BidBroken, PassphraseWrong

KEY = 32
PAGE = 4096  # a sealed bid is as long as the next multiple of it: its length tells little
WORK = 2**16  # of scrypt: 64 MiB and about a fifth of a second for each passphrase that is tried
_SALT = 16
_NONCE = 12
_ONCE = bytes(_NONCE)  # for a key that encrypts one message
Shares = dict[str, dict[str, str]]


class Sealed(NamedTuple):
    """A bid as it is stored: what cannot be read, the shares of its key, and the digest that binds it."""

    sealed: str
    shares: Shares
    digest: str


def keys_made(passphrase: str, of: str) -> tuple[str, str]:
    """A new pair: the public half, and the private one wrapped under a passphrase as what it is `of`."""
    private = X25519PrivateKey.generate()
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    key = _stretched(passphrase, salt, WORK)
    wrapped = AESGCM(key).encrypt(nonce, private.private_bytes_raw(), of.encode())
    text = json.dumps({"n": WORK, "salt": _text(salt), "nonce": _text(nonce), "key": _text(wrapped)})
    return _text(private.public_key().public_bytes_raw()), text


def key_unwrapped(passphrase: str, wrapped: str, of: str) -> bytes:
    """The private half. Raises PassphraseWrong."""
    said = json.loads(wrapped)
    key = _stretched(passphrase, _bytes(said["salt"]), said["n"])
    try:
        return AESGCM(key).decrypt(_bytes(said["nonce"]), _bytes(said["key"]), of.encode())
    except InvalidTag:
        raise PassphraseWrong from None


def bid_sealed(content: Mapping[str, Any], keys: Mapping[str, str], of: str) -> Sealed:
    """A bid sealed to officers, by their numbers, as what it is `of`.

    The digest is of all that is sealed, with 256 random bits among it: nobody finds a price by trying.
    """
    plain = json.dumps({**content, "salt": os.urandom(KEY).hex()}, ensure_ascii=False, sort_keys=True).encode()
    digest = hashlib.sha256(plain).hexdigest()
    key, nonce = os.urandom(KEY), os.urandom(_NONCE)
    padded = plain + b"\0" * (-len(plain) % PAGE)
    sealed = nonce + AESGCM(key).encrypt(nonce, padded, of.encode())
    shares: Shares = {}
    for first, second in combinations(sorted(keys), 2):
        one = os.urandom(KEY)
        shares[f"{first}-{second}"] = {
            first: _boxed(one, keys[first], of),
            second: _boxed(_xor(one, key), keys[second], of),
        }
    return Sealed(_text(sealed), shares, digest)


def shares_handed(shares: Shares, mine: str, private: bytes, keys: Mapping[str, str], of: str) -> dict[str, str]:
    """An officer's shares of a bid's key, each sealed anew to the officer who holds the other. Raises BidBroken."""
    return {
        other: _boxed(_unboxed(pair[mine], private, of), keys[other], of)
        for other, pair in ((_other(name, mine), pair) for name, pair in shares.items() if mine in pair)
    }


def bid_opened(
    sealed: str,
    shares: Shares,
    handed: Mapping[str, str],
    *,
    mine: str,
    theirs: str,
    private: bytes,
    of: str,
    digest: str,
) -> dict[str, Any]:
    """What was sealed, with one's own share and what another officer handed. Raises BidBroken."""
    pair = "-".join(sorted((mine, theirs)))
    key = _xor(_unboxed(shares[pair][mine], private, of), _unboxed(handed[mine], private, of))
    data = _bytes(sealed)
    try:
        padded = AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], of.encode())
    except InvalidTag:
        raise BidBroken from None
    plain = padded.rstrip(b"\0")
    if hashlib.sha256(plain).hexdigest() != digest:
        raise BidBroken
    found: dict[str, Any] = json.loads(plain)
    return found


def _boxed(message: bytes, public: str, of: str) -> str:
    """A message of one's own key, which only who holds the private half reads."""
    lone = X25519PrivateKey.generate()
    known = lone.public_key().public_bytes_raw()
    shared = lone.exchange(X25519PublicKey.from_public_bytes(_bytes(public)))
    return _text(known + AESGCM(_drawn(shared, known + _bytes(public))).encrypt(_ONCE, message, of.encode()))


def _unboxed(boxed: str, private: bytes, of: str) -> bytes:
    """Raises BidBroken."""
    data, mine = _bytes(boxed), X25519PrivateKey.from_private_bytes(private)
    known, rest = data[:KEY], data[KEY:]
    try:
        shared = mine.exchange(X25519PublicKey.from_public_bytes(known))
        key = _drawn(shared, known + mine.public_key().public_bytes_raw())
        return AESGCM(key).decrypt(_ONCE, rest, of.encode())
    except (InvalidTag, ValueError):
        raise BidBroken from None


def _drawn(shared: bytes, about: bytes) -> bytes:
    return HKDF(SHA256(), KEY, salt=None, info=b"guanbao share of a bid\0" + about).derive(shared)


def _stretched(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=salt, length=KEY, n=work, r=8, p=1).derive(passphrase.encode())


def _other(pair: str, mine: str) -> str:
    first, second = pair.split("-")
    return second if first == mine else first


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def digest_of(lines: Iterable[str]) -> str:
    """One digest of many, in their order."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
