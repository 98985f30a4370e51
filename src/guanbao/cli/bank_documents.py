"""The documents of the demonstration bank: real files made from what the pack says, sent and released by its people."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

_PACK = "packs/demonstration/documents.yaml"
_FOUND_BY = {"arrangements": "reference", "contractors": "name", "certificates": "number"}
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_PACKAGE = "application/vnd.openxmlformats-package"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def documents_send(actors: dict[str, Any]) -> None:
    """Send the pack's documents as the people that it names; all but one are released."""
    from django.utils import timezone

    from guanbao.engine import documents
    from guanbao.platform.files.attaching import attached
    from guanbao.platform.files.services.adding import document_add, document_renew
    from guanbao.platform.files.services.deciding import document_release

    text = resources.files("guanbao").joinpath(_PACK).read_text(encoding="utf-8")
    models = {each.name: each.model for each in attached()}
    for said in documents.parse(text, file=Path("documents.yaml")).data["documents"]:
        record, by, security = said["record"], actors[said["by"]], actors["it_security"]
        row = models[record]._default_manager.get(**{_FOUND_BY[record]: said["of"]})  # noqa: SLF001 - any model's
        facts = {name: said[name] for name in ("kind", "title", "is_shared", "is_confidential") if name in said}
        if "days" in said:
            facts["expires_on"] = timezone.localdate() + timedelta(days=said["days"])
        made = document_add(actor=by, record=record, record_id=row.pk, pieces=[_file(said, said["text"])], **facts)
        if "released" in said:
            document_release(actor=security, document=made, state_reason=said["released"])
        if "renewed" in said:
            again = document_renew(
                actor=by, document=made, pieces=[_file(said, said["renewed"])], expires_on=facts.get("expires_on")
            )
            document_release(actor=security, document=again, state_reason=said["released"])


def _file(said: dict[str, Any], text: list[str]) -> bytes:
    made: bytes = {"docx": _docx, "pdf": _pdf, "xlsx": _xlsx, "png": _png, "zip": _zip}[said["form"]](
        said["title"], text
    )
    return made


def _docx(title: str, text: list[str]) -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in (title, *text))
    types = (
        f'<Default Extension="rels" ContentType="{_PACKAGE}.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_OFFICE}"/>'
    )
    related = f'<Relationship Id="r1" Type="{_MAIN}" Target="word/document.xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}">{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATED}">{related}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_WORDS}"><w:body>{paragraphs}</w:body></w:document>',
    }
    return _packed({name: f'<?xml version="1.0" encoding="UTF-8"?>{said}' for name, said in parts.items()})


def _pdf(_title: str, text: list[str]) -> bytes:
    """One page with a few lines in a font that every reader has."""
    shown = b"".join(b"(%s) Tj T* " % line.encode("ascii").replace(b"(", b"\\(").replace(b")", b"\\)") for line in text)
    content = b"BT /F1 14 Tf 20 TL 60 760 Td %sET" % shown
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, 2)
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    begin, count = out.tell(), len(objects) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % count + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, begin))
    return out.getvalue()


def _xlsx(title: str, text: list[str]) -> bytes:
    import tempfile

    from guanbao.engine.reports.tables import table_write

    width = 3 if len(text) % 3 == 0 else 2
    rows = [text[at : at + width] for at in range(0, len(text), width)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "made.xlsx")
        table_write(file, "xlsx", title, rows[0], rows[1:])
        return file.read_bytes()


def _png(_title: str, _text: list[str]) -> bytes:
    """A grey sheet, as a scan of a licence might begin."""
    width, height = 210, 297
    rows = b"".join(b"\0" + bytes([235 if 20 < y < 277 else 215]) * width for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!2I5B", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _zip(title: str, text: list[str]) -> bytes:
    return _packed({f"{title}/{number}.txt": line for number, line in enumerate(text, 1)})


def _packed(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, said in parts.items():
            made.writestr(name, said)
    return out.getvalue()
