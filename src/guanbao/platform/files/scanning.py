"""A scanner for malware, if there is one: clamd, by its INSTREAM command. Without one nothing is taken for clean."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

_TIMEOUT_S = 30
_LONGEST = 1 << 12


@dataclass(frozen=True)
class Verdict:
    """What a scanner said: clean, or what it found; neither, where it said nothing that can be relied on."""

    clean: bool
    found: str = ""

    @property
    def silent(self) -> bool:
        """Whether nothing is known."""
        return not self.clean and not self.found


_SILENT = Verdict(clean=False)


def scan(pieces: Iterable[bytes]) -> Verdict:
    """Have bytes looked at. Whatever goes wrong leaves it unknown."""
    if not settings.GUANBAO_CLAMAV:
        return _SILENT
    try:
        with _connected(settings.GUANBAO_CLAMAV) as clamd:
            clamd.sendall(b"zINSTREAM\0")
            for piece in pieces:
                if piece:
                    clamd.sendall(struct.pack("!I", len(piece)) + piece)
            clamd.sendall(struct.pack("!I", 0))
            return _verdict(_answer(clamd))
    except (OSError, ValueError):
        return _SILENT


def _connected(address: str) -> socket.socket:
    """A connection to `unix:/run/clamd.sock` or `host:port`."""
    if address.startswith("unix:"):
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.settimeout(_TIMEOUT_S)
        try:
            made.connect(address.removeprefix("unix:"))
        except OSError:
            made.close()
            raise
        return made
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=_TIMEOUT_S)


def _answer(clamd: socket.socket) -> bytes:
    held = b""
    while not held.endswith(b"\0") and len(held) < _LONGEST and (piece := clamd.recv(_LONGEST)):
        held += piece
    return held


def _verdict(answer: bytes) -> Verdict:
    """`stream: OK` is clean and `stream: NAME FOUND` is not; any other answer, such as an error, says nothing."""
    whole, end, more = answer.partition(b"\0")
    said = whole.decode("ascii", "replace")
    if not end or more:
        return _SILENT
    if said == "stream: OK":
        return Verdict(clean=True)
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return Verdict(clean=False, found=said.removeprefix("stream: ").removesuffix(" FOUND")[:100] or "?")
    return _SILENT
