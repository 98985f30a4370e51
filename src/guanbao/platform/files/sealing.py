"""Bytes sealed for rest: AES-256-GCM in pieces, so that any length is sealed and opened with little memory.

A key seals one file and no other. Each piece's nonce holds its number, and in its last byte whether it is the last;
what the file is of (tenant, document, version) goes into every piece. So a piece that is changed, left out, moved, or
taken from another file does not open, nor does a file that ends early or goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guanbao.platform.files.errors import DocumentBroken

PIECE = 1 << 16
TAG = 16
KEY = 32


def key_made() -> bytes:
    """A key for one file."""
    return os.urandom(KEY)


def sealed(pieces: Iterable[bytes], key: bytes, of: bytes) -> Iterator[bytes]:
    """`pieces`, of whatever lengths, sealed under `key` as what is `of`."""
    cipher, number, held = AESGCM(key), 0, bytearray()
    for piece in pieces:
        held += piece
        while len(held) > PIECE:  # the last piece is never empty, unless all is
            yield cipher.encrypt(_nonce(number, last=False), bytes(held[:PIECE]), of)
            number += 1
            del held[:PIECE]
    yield cipher.encrypt(_nonce(number, last=True), bytes(held), of)


def opened(file: IO[bytes], key: bytes, of: bytes) -> Iterator[bytes]:
    """What was sealed, piece by piece: each is whole and in its place, or nothing of it comes out.

    Raises:
        DocumentBroken: it is not what was sealed, as far as was read.
    """
    cipher, number = AESGCM(key), 0
    piece = _read(file)
    while True:
        following = _read(file)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, of)
        except (InvalidTag, ValueError) as error:
            raise DocumentBroken from error
        if not following:
            return
        piece, number = following, number + 1


def sealed_size(size: int) -> int:
    """How many bytes `size` bytes become."""
    return size + TAG * max(1, -(-size // PIECE))


def _read(file: IO[bytes]) -> bytes:
    """A whole sealed piece, shorter only at the end: a file over a network gives what it has."""
    wanted, parts = PIECE + TAG, []
    while wanted and (part := file.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")
