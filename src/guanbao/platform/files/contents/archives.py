"""Archives looked through piece by piece: nothing is unpacked to disk, and no more is read than bounds allow."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from guanbao.platform.files.contents.bounds import DEEPEST, INNER, MOST_DIRECTORY, MOST_ENTRIES, PIECE, Bounds
from guanbao.platform.files.errors import (
    ArchiveEscapes,
    ArchiveGrows,
    ArchiveLocked,
    ArchiveTooDeep,
    ArchiveTooMany,
    ArchiveUnreadable,
    DocumentTwoFaced,
    DocumentTypeRefused,
)

_END = b"PK\5\6"
_END_SIZE, _LOCATOR, _MOST_COMMENT = 22, 20, 0xFFFF
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BLOCK = 512
_LONG_NAMES, _HEADERS = b"LK", b"xg"
_LONGEST_NAME = 1 << 16
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")


def zip_look(file: IO[bytes], bounds: Bounds, depth: int = 0) -> dict[str, bytes]:
    """Look through a zip; its names, each with the first bytes of what it holds.

    Raises:
        ArchiveUnreadable, ArchiveTooMany, ArchiveEscapes, ArchiveLocked, ArchiveGrows, ArchiveTooDeep,
        DocumentTwoFaced: something stands before or after it.
    """
    _directory_need(file)
    try:
        with zipfile.ZipFile(file) as packed:
            return _entries(packed, bounds, depth)
    except _BROKEN as error:
        raise ArchiveUnreadable(reason="it is damaged, or packed in an unusual way") from error


def zip_part(file: IO[bytes], name: str, most: int) -> bytes:
    """The beginning of an entry of a zip that was looked through."""
    file.seek(0)
    with zipfile.ZipFile(file) as packed, packed.open(name) as part:
        return part.read(most)


def tar_look(file: IO[bytes], bounds: Bounds, depth: int = 0) -> None:
    """Look through a tar. Raises as `zip_look`."""
    name = ""
    while header := _block(file):
        if not any(header):
            break
        size = _tar_number(header[124:136])
        if not _tar_sum_holds(header):
            raise ArchiveUnreadable(reason="it is damaged, or packed in an unusual way")
        bounds.entry()
        kind = header[156:157]
        if kind in _LONG_NAMES or kind in _HEADERS:
            if size > _LONGEST_NAME:
                raise ArchiveEscapes(name="…")
            name = _name_in(kind, b"".join(_tar_data(file, size, bounds))) or name
            continue
        prefix = header[345:500].split(b"\0")[0] if header[257:262] == b"ustar" else b""
        plain = b"/".join(part for part in (prefix, header[:100].split(b"\0")[0]) if part)
        _name_need(name or plain.decode("utf-8", "replace"))
        name = ""
        if kind in b"12":  # links lead where they like; their files stand elsewhere in the archive
            raise ArchiveEscapes(name=plain.decode("utf-8", "replace")[:80])
        if kind not in (b"0", b"\0", b"5", b"7"):
            raise ArchiveUnreadable(reason="it is damaged, or packed in an unusual way")
        _inner(_tar_data(file, size, bounds), size, bounds, depth)


def gzip_pieces(file: IO[bytes], bounds: Bounds) -> Iterator[bytes]:
    """What a gzip holds, piece by piece. Raises ArchiveUnreadable, ArchiveGrows; DocumentTwoFaced: more follows."""
    unpack = zlib.decompressobj(31)
    held = b""
    try:
        while not unpack.eof:
            held = held or file.read(PIECE)
            if not held:
                raise ArchiveUnreadable(reason="it ends early")
            piece = unpack.decompress(held, PIECE)
            held = unpack.unconsumed_tail
            bounds.grow(len(piece))
            yield piece
    except zlib.error as error:
        raise ArchiveUnreadable(reason="it is damaged, or packed in an unusual way") from error
    if (unpack.unused_data + file.read(PIECE)).strip(b"\0"):
        raise DocumentTwoFaced(found="gzip + …")


class Flow:
    """Pieces as a file to read on in."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held, self._at = pieces, b"", 0

    def read(self, size: int) -> bytes:
        """So many bytes, fewer only at the end."""
        while len(self._held) - self._at < size and (piece := next(self._pieces, None)) is not None:
            self._held, self._at = self._held[self._at :] + piece, 0
        self._at += size
        return self._held[self._at - size : self._at]


def _directory_need(file: IO[bytes]) -> None:
    """That a zip's list of entries is small, and that it is a zip from its first byte to its last.

    `zipfile` holds the whole list in memory before it says how long it is.
    """
    size = file.seek(0, 2)
    start = max(0, size - _LOCATOR - _END_SIZE - _MOST_COMMENT)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise ArchiveUnreadable(reason="it ends early")
    disk, first, here, count, length, offset, comment = struct.unpack("<4H2LH", tail[at + 4 : at + _END_SIZE])
    if count > MOST_ENTRIES or length > MOST_DIRECTORY:
        raise ArchiveTooMany(most=f"{MOST_ENTRIES:,}")
    if disk or first or here != count or tail[max(0, at - _LOCATOR) : at].startswith(b"PK\6\7"):
        raise ArchiveUnreadable(reason="it is damaged, or packed in an unusual way")
    said = tail[at + _END_SIZE :]
    if len(said) != comment or offset + length != start + at or b"<" in said or b"%PDF" in said:
        raise DocumentTwoFaced(found="zip + …")
    file.seek(0)
    if size > _END_SIZE and file.read(4) != b"PK\3\4":
        raise DocumentTwoFaced(found="zip + …")
    file.seek(0)


def _entries(packed: zipfile.ZipFile, bounds: Bounds, depth: int) -> dict[str, bytes]:
    begun: dict[str, bytes] = {}
    reached = 0
    for entry in sorted(packed.infolist(), key=lambda each: each.header_offset):
        bounds.entry()
        _name_need(entry.orig_filename)
        if entry.filename in begun:
            raise DocumentTwoFaced(found="zip + zip")
        if entry.flag_bits & 0x41:
            raise ArchiveLocked
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise ArchiveEscapes(name=entry.filename[:80])
        if entry.header_offset < reached or entry.compress_type not in _METHODS:
            raise ArchiveUnreadable(reason="it is damaged, or packed in an unusual way")
        reached = entry.header_offset + entry.compress_size
        with packed.open(entry) as part:
            begun[entry.filename] = _inner(_counted(part, bounds), entry.file_size, bounds, depth)
    return begun


def _counted(part: IO[bytes], bounds: Bounds) -> Iterator[bytes]:
    while piece := part.read(PIECE):
        bounds.grow(len(piece))
        yield piece


def _inner(pieces: Iterator[bytes], size: int, bounds: Bounds, depth: int) -> bytes:
    """Read an entry to its end, into an archive within it too; its first bytes."""
    first = next(pieces, b"")
    kind = packed_kind(first)
    if first.startswith(PROGRAMS):
        raise DocumentTypeRefused(found="application/x-executable", allowed="–")
    if not kind:
        for _ in pieces:
            pass
        return first[:_BLOCK]
    if depth + 1 >= DEEPEST:
        raise ArchiveTooDeep
    if size > INNER:
        raise ArchiveGrows(most=f"{INNER:,}", ratio="…")
    held = BytesIO(first)
    held.seek(0, 2)
    for piece in pieces:
        held.write(piece)
        if held.tell() > INNER:
            raise ArchiveGrows(most=f"{INNER:,}", ratio="…")
    held.seek(0)
    look(held, kind, bounds, depth + 1)
    return first[:_BLOCK]


def look(file: IO[bytes], kind: str, bounds: Bounds, depth: int = 0) -> dict[str, bytes]:
    """Look through an archive of a kind that `packed_kind` told; names and beginnings where it is a zip."""
    if kind == "zip":
        return zip_look(file, bounds, depth)
    if kind == "tar":
        tar_look(file, bounds, depth)
        return {}
    pieces = gzip_pieces(file, bounds)
    first = next(pieces, b"")
    within = packed_kind(first)
    if within == "tar":
        tar_look(Flow(_chained(first, pieces)), bounds, depth)  # type: ignore[arg-type] # it is read on in, no more
    elif within:
        raise ArchiveTooDeep
    for _ in pieces:
        pass
    return {}


def packed_kind(first: bytes) -> str:
    """Which archive begins so; nothing, where none does."""
    if first[:4] in (b"PK\3\4", _END):
        return "zip"
    if first[:2] == b"\x1f\x8b":
        return "gzip"
    return "tar" if first[257:262] == b"ustar" else ""


def _chained(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _name_need(name: str) -> None:
    """That a name stays within the folder in which the archive is unpacked. Raises ArchiveEscapes."""
    parts = name.replace("\\", "/").split("/")
    drive = len(name) > 1 and name[1] == ":"
    if name.startswith(("/", "\\")) or drive or ".." in parts or "\0" in name or not name or len(name) > _LONGEST_NAME:
        raise ArchiveEscapes(name="".join(c if c.isprintable() else "·" for c in name)[:80])


def _block(file: IO[bytes]) -> bytes:
    found = file.read(_BLOCK)
    if found and len(found) < _BLOCK:
        raise ArchiveUnreadable(reason="it ends early")
    return found


def _tar_data(file: IO[bytes], size: int, bounds: Bounds) -> Iterator[bytes]:
    """An entry's bytes, without what fills up its last block."""
    left, filled = size, -size % _BLOCK
    while left:
        piece = file.read(min(PIECE, left))
        if not piece:
            raise ArchiveUnreadable(reason="it ends early")
        left -= len(piece)
        bounds.grow(len(piece))
        yield piece
    file.read(filled)


def _tar_number(field: bytes) -> int:
    text = field.strip(b" \0")
    try:
        found = int(text or b"0", 8)
    except ValueError:
        raise ArchiveUnreadable(reason="it is damaged, or packed in an unusual way") from None
    if found < 0:
        raise ArchiveUnreadable(reason="it is damaged, or packed in an unusual way")
    return found


def _tar_sum_holds(header: bytes) -> bool:
    return _tar_number(header[148:156]) == sum(header[:148]) + 8 * 32 + sum(header[156:])


def _name_in(kind: bytes, said: bytes) -> str:
    """The name that such an entry gives the next one; `K` says where a link leads, which is refused anyway."""
    if kind in _LONG_NAMES:
        return "" if kind == b"K" else said.split(b"\0")[0].decode("utf-8", "replace")
    found = ""
    while said:
        length, _, _ = said.partition(b" ")
        if not length.isdigit() or not 0 < int(length) <= len(said):
            raise ArchiveUnreadable(reason="it is damaged, or packed in an unusual way")
        name, _, value = said[len(length) + 1 : int(length)].rstrip(b"\n").partition(b"=")
        if name == b"path":
            found = value.decode("utf-8", "replace")
        said = said[int(length) :]
    return found
