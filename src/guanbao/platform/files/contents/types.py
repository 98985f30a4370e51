"""The types that are taken, told by what a file holds. Its name is not asked.

What is taken is a short list, each type by its own signature at the first byte and by what must be inside; `puremagic`
names what is refused, and knows what else begins so.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from dataclasses import dataclass
from typing import IO

import puremagic
from puremagic import PureError

from guanbao.platform.files.contents.archives import PROGRAMS, look, packed_kind, zip_part
from guanbao.platform.files.contents.bounds import Bounds
from guanbao.platform.files.errors import DocumentEmpty, DocumentHasMacros, DocumentTwoFaced, DocumentTypeRefused
from guanbao.platform.wording import Said

_HEAD = 4096
_TAIL = 66_000
_OFFICE = "application/vnd.openxmlformats-officedocument."
_PARTS = 1 << 20


@dataclass(frozen=True)
class Type:
    """A type that is taken: its media type, the ending that a file of it is given, what it is called."""

    media: str
    ending: str
    title: Said


TYPES = {
    each.ending: each
    for each in (
        Type("application/pdf", "pdf", Said("PDF", "PDF")),
        Type(f"{_OFFICE}wordprocessingml.document", "docx", Said("Word 文档", "Word")),
        Type(f"{_OFFICE}spreadsheetml.sheet", "xlsx", Said("Excel 工作簿", "Excel")),
        Type(f"{_OFFICE}presentationml.presentation", "pptx", Said("PowerPoint 演示文稿", "PowerPoint")),
        Type("application/ofd", "ofd", Said("OFD", "OFD")),
        Type("image/png", "png", Said("PNG", "PNG")),
        Type("image/jpeg", "jpg", Said("JPEG", "JPEG")),
        Type("image/tiff", "tif", Said("TIFF", "TIFF")),
        Type("text/plain", "txt", Said("文本", "text")),
        Type("application/zip", "zip", Said("ZIP", "ZIP")),
        Type("application/gzip", "gz", Said("gzip", "gzip")),
        Type("application/x-tar", "tar", Said("tar", "tar")),
    )
}
BY_MEDIA = {each.media: each for each in TYPES.values()}
_BEGINNINGS = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
)
_ENDS = {"pdf": b"%%EOF", "png": b"IEND\xaeB`\x82", "jpg": b"\xff\xd9"}
_OFFICE_PARTS = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
    "pptx": b"presentationml.presentation.main+xml",
}
# What a browser or a shell would run, wherever it may begin.
_ACTIVE = re.compile(
    rb"<\s*(!doctype\s+(html|svg)|html|head|body|script|svg|iframe|object|embed|math|xsl|\?php|\?xml)"
    rb"|<\?php|javascript:|mime-version:|content-type:\s*(text/html|multipart)",
    re.IGNORECASE,
)

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def type_of(file: IO[bytes], size: int) -> Type:
    """The type of a file, by all that it holds; it stands at any place after.

    Raises:
        DocumentEmpty; DocumentTypeRefused; DocumentTwoFaced; DocumentHasMacros; of archives as `archives.look`.
    """
    if size <= 0:
        raise DocumentEmpty
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(PROGRAMS):
        raise _refused(head)
    if kind := packed_kind(head):
        return TYPES[_of_archive(file, kind, size)]
    found = next((ending for beginning, ending in _BEGINNINGS if head.startswith(beginning)), "")
    if found:
        _one_face_need(file, head, found, size)
        return TYPES[found]
    _text_need(file, head)
    return TYPES["txt"]


def _of_archive(file: IO[bytes], kind: str, size: int) -> str:
    file.seek(0)
    begun = look(file, kind, Bounds(size))
    if kind != "zip":
        return {"gzip": "gz", "tar": "tar"}[kind]
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in begun):
        raise DocumentHasMacros
    if "[Content_Types].xml" in begun:
        said = zip_part(file, "[Content_Types].xml", _PARTS)
        if b"macroenabled" in said.lower():
            raise DocumentHasMacros
        found = [ending for ending, part in _OFFICE_PARTS.items() if part in said]
        if len(found) != 1:
            raise DocumentTypeRefused(found="Office Open XML", allowed=allowed())
        return found[0]
    return "ofd" if "OFD.xml" in begun else "zip"


def _one_face_need(file: IO[bytes], head: bytes, found: str, size: int) -> None:
    """That a document or picture is not also something that a browser runs or an archive hides."""
    if active := _ACTIVE.search(head[:1024]):
        raise DocumentTwoFaced(found=f"{found} + {active[0].decode('ascii', 'replace').strip('<').strip()[:20]}")
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    if b"PK\5\6" in tail:
        raise DocumentTwoFaced(found=f"{found} + zip")
    end = _ENDS.get(found)
    if end is not None:
        at = tail.rfind(end)
        if at < 0:
            raise DocumentTwoFaced(found=f"{found} + …")
        if _ACTIVE.search(after := tail[at + len(end) :]) or len(after.strip(b"\0\r\n\t ")) > _HEAD:
            raise DocumentTwoFaced(found=f"{found} + …")
    for other, ending in _BEGINNINGS:  # such as a PDF behind a picture's first bytes, where readers look for it
        if len(other) > 4 and ending != found and other in head[:1100]:
            raise DocumentTwoFaced(found=f"{found} + {ending}")


def _text_need(file: IO[bytes], head: bytes) -> None:
    """That it is text throughout, in UTF-8 or GB 18030, which nothing would run. Raises DocumentTypeRefused."""
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if _ACTIVE.search(plain) or b"%PDF-" in plain[:1100] or plain.lstrip()[:1] == b"<" or _known_else(plain):
        raise _refused(head)
    for coding in ("utf-8", "gb18030"):
        if _reads(file, coding):
            return
    raise _refused(head)


def _reads(file: IO[bytes], coding: str) -> bool:
    """Whether every byte is text in a coding, without the controls that text does not hold."""
    file.seek(0)
    reader = getincrementaldecoder(coding)()
    try:
        while piece := file.read(_PARTS):
            if _CONTROLS.search(reader.decode(piece)):
                return False
        return not _CONTROLS.search(reader.decode(b"", final=True))
    except UnicodeDecodeError:
        return False


def _known_else(head: bytes) -> bool:
    """Whether it begins as something else does, by more than chance, such as a picture whose bytes are all letters."""
    return any(len(each.byte_match) > 4 and not each.mime_type.startswith("text/") for each in _candidates(head))


def _refused(head: bytes) -> DocumentTypeRefused:
    named = next((each.mime_type or each.name for each in _candidates(head)), "")
    return DocumentTypeRefused(found=named[:80] or "–", allowed=allowed())


def _candidates(head: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return puremagic.magic_string(head)
    except (PureError, ValueError, OSError):
        return []


def media_title(media: str) -> str:
    """What a media type is called."""
    return str(BY_MEDIA[media].title) if media in BY_MEDIA else media


def allowed() -> str:
    """What is taken, by what it is called."""
    return ", ".join(str(each.title) for each in TYPES.values())
