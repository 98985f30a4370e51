"""Files that mean harm, made anew each time, and the ordinary ones that they pretend to be.

`hostile()` yields a name, the bytes, and whether they must be refused; what need not be may be taken, never shown.
"""

import gzip
import io
import random
import struct
import tarfile
import zipfile
import zlib

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><body><script>alert(document.cookie)</script></body></html>"
MILLION = 1_000_000


def pdf(inside=b""):
    """A PDF of one empty page."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    ]
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + inside)
    for number, said in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, said))
    begin = out.tell()
    out.write(b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % begin)
    return out.getvalue()


def png(inside=b""):
    """A picture of one dot."""

    def chunk(kind, data):
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack("!2I5B", 1, 1, 8, 0, 0, 0, 0))
    text = chunk(b"tEXt", b"Comment\0" + inside) if inside else b""
    return b"\x89PNG\r\n\x1a\n" + head + text + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(inside=b""):
    """Enough of a photograph to be taken for one."""
    comment = b"\xff\xfe" + struct.pack("!H", len(inside) + 2) + inside if inside else b""
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + comment + b"\xff\xdb\0\x43\0" + b"\1" * 64 + b"\xff\xd9"


def packed(entries, method=zipfile.ZIP_DEFLATED, comment=b""):
    """A zip of these names and bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.comment = comment
        for name, data in entries:
            made.writestr(name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def office(part="wordprocessingml.document", folder="word/document", more=(), kind="main+xml"):
    """A document of Office, with as little in it as makes one."""
    types = f'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{part}.{kind}"/></Types>'
    return packed([("[Content_Types].xml", types), ("_rels/.rels", "<r/>"), (f"{folder}.xml", "<d/>"), *more])


def tar(entries, gz=False, **facts):
    """A tar of these names and bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if gz else "w", format=facts.pop("format", tarfile.PAX_FORMAT)) as made:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for fact, value in facts.items():
                setattr(info, fact, value)
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


def ordinary():
    """What must be taken, by the ending that it gets."""
    return {
        "pdf": pdf(),
        "png": png(),
        "jpg": jpeg(),
        "tif": b"II*\0\x08\0\0\0\0\0\0\0\0\0",
        "docx": office(),
        "xlsx": office("spreadsheetml.sheet", "xl/workbook"),
        "pptx": office("presentationml.presentation", "ppt/presentation"),
        "ofd": packed([("OFD.xml", "<ofd/>"), ("Doc_0/Document.xml", "<d/>")]),
        "zip": packed([("a/b.txt", "text"), ("report.docx", office()), ("证照.pdf", pdf())]),
        "gz": gzip.compress(b"rows\n" * 100),
        "tar": tar([("a/b.txt", b"text"), ("c" * 150, b"long name")]),
        "txt": "服务级别，月度\n99.9%\n".encode("gb18030"),
    }


def zeros(mib, method=zipfile.ZIP_DEFLATED):
    return packed([("zeros.bin", b"\0" * (mib << 20))], method)


def overlapping(copies=250):
    """A zip bomb of one kernel that every entry reads through (Fifield): each file holds the headers after it."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = kernel.compress(b"a" * (1 << 20)) + kernel.flush()
    crc = zlib.crc32(b"a" * (1 << 20))
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(data), 1 << 20, 1, 0) + b"x"
    entries = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, len(data), 1 << 20, 4, 0, 0, 0, 0, 0, 0)
        + b"%04d" % n
        for n in range(copies)
    )
    body = local + data
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, copies, copies, len(entries), len(body), 0)
    return body + entries + end


def million_in_zip():
    """A million entries, all of them one: the list alone has 49 MB, and the end says that there are fewer."""
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 3, 0) + b"000"
    head = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0)
    letters = [bytes([c]) for c in range(33, 133)]
    names = (a + b + c for a in letters for b in letters for c in letters)
    entries = b"".join(head + name for name in names)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, MILLION % 65536, MILLION % 65536, len(entries), len(local), 0)
    return local + entries + end


def million_in_tar():
    """A million empty files, in a few megabytes."""
    block = tar([("a", b"")])[:512]
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(made.compress(block * 1000) for _ in range(MILLION // 1000)) + made.flush()


def link(name, kind=tarfile.SYMTYPE, to="/etc/passwd"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, to
        made.addfile(info)
    return out.getvalue()


def nested(levels, inner=b"text"):
    for level in range(levels):
        inner = packed([(f"level{level}.zip" if level else "a.txt", inner)])
    return inner


def symlinked():
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    return packed([(info, "/etc/passwd")])


def flagged(data, flag=1):
    """A zip whose entries say that they are encrypted."""
    out = bytearray(data)
    at = out.find(b"PK\1\2")
    out[at + 8] |= flag
    out[6] |= flag
    return bytes(out)


def named(name):
    """A zip with a name that `zipfile` would not write so."""
    plain = "n" * len(name)
    return packed([(plain, "x")]).replace(plain.encode(), name)


def polyglots():
    others = {"html": HTML, "svg": SVG, "zip": packed([("a.html", HTML)]), "php": b"<?php system($_GET['c']); ?>"}
    for other, data in others.items():
        yield f"pdf+{other}", pdf() + data
        yield f"{other}+pdf", data + pdf()
        yield f"png+{other}", png() + data
        yield f"{other}+png", data + png()
        yield f"jpeg+{other}", jpeg() + data
        yield f"{other}+jpeg", data + jpeg()
        yield f"tiff+{other}", b"II*\0\x08\0\0\0" + data + b"\0" * 20
        if other != "zip":
            yield f"png({other})", png(data)
            yield f"jpeg({other})", jpeg(data)
            yield f"pdf({other})", pdf(b"% " + data + b"\n")
            yield f"gif+{other}", b"GIF89a/*" + b"\0" * 8 + data
            yield f"{other}+zip", data + packed([("a.txt", "x")])
            yield f"zip+{other}", packed([("a.txt", "x")]) + data
            yield f"zip({other})", packed([("a.txt", "x")], comment=data)
            yield f"docx+{other}", office() + data
            yield f"gzip+{other}", gzip.compress(b"x") + data
    yield "zip+pdf", packed([("a.txt", "x")]) + pdf()
    yield "zip+zip", packed([("a.txt", "x")]) + packed([("b.txt", "y")])
    yield "jpeg(pdf)", jpeg(pdf())
    yield "png(pdf)", png(pdf())
    yield "pdf+exe+zip", pdf() + b"MZ" + packed([("a.exe", b"MZ\x90\0")])
    yield "gif+js", b"GIF89a=1;alert(1)//"


def pages():
    """What a browser would run, dressed in every way that browsers see through."""
    for name, data in (("svg", SVG), ("html", HTML)):
        yield f"{name} plain", data
        yield f"{name} after blanks", b" \r\n\t\n" + data
        yield f"{name} after a mark", b"\xef\xbb\xbf" + data
        yield f"{name} in UTF-16", data.decode().encode("utf-16")
        yield f"{name} in UTF-32", data.decode().encode("utf-32")
        yield f"{name} in capitals", data.upper()
        yield f"{name} after XML's first line", b'<?xml version="1.0"?>\n' + data
        yield f"{name} after a comment", b"<!-- a note -->" + data
        yield f"{name} after text", b"Minutes of the meeting\n" * 20 + data
        yield f"{name} after 1 kB of text", b"a line\n" * 160 + data
        yield f"{name} with zeros", data.replace(b"<", b"<\0")
        yield f"{name} in UTF-7", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-\0" + data
    for tag in (b"iframe", b"object", b"embed", b"math", b"body", b"head", b"xsl:stylesheet", b"script"):
        yield f"<{tag.decode()}>", b"<" + tag + b" src='javascript:alert(1)'>"
        yield f"note <{tag.decode()}>", b"A note: <" + tag + b" src=x>"
    yield "mhtml", b"From: <x>\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + HTML
    yield "eml with a page", b"Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n--a\n" + HTML
    yield "xml with a stylesheet", b'<?xml-stylesheet href="http://x.example/a.xsl"?><a/>'
    yield "xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    yield "shortcut", b"[InternetShortcut]\r\nURL=javascript:alert(1)\r\n"


def programs():
    for name, head in {
        "exe": b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff", "elf": b"\x7fELF\2\1\1\0", "macho": b"\xcf\xfa\xed\xfe\7\0\0\1",
        "class": b"\xca\xfe\xba\xbe\0\0\0\x34", "sh": b"#!/bin/sh\nrm -rf /\n", "wasm": b"\0asm\1\0\0\0",
        "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "swf": b"CWS\x0a\0\0\0\0", "chm": b"ITSF\3\0\0\0",
        "lnk": b"L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0F", "rar": b"Rar!\x1a\7\1\0", "xz": b"\xfd7zXZ\0",
        "7z": b"7z\xbc\xaf\x27\x1c", "bz2": b"BZh91AY&SY", "gif": b"GIF89a\1\0\1\0", "bmp": b"BM\x3a\0\0\0",
        "webp": b"RIFF\x1a\0\0\0WEBPVP8 ", "mp4": b"\0\0\0\x18ftypmp42", "mp3": b"ID3\3\0\0",
        "sqlite": b"SQLite format 3\0", "dex": b"dex\n035\0", "pcap": b"\xd4\xc3\xb2\xa1", "ico": b"\0\0\1\0\1\0",
        "psd": b"8BPS\0\1", "iso": b"\0" * 64 + b"CD001",
    }.items():  # fmt: skip
        yield name, head + b"\0" * 64 if name != "sh" else head
        yield f"{name} in a zip", packed([(f"invoice.{name}", head + b"\0" * 64)])


def escapes():
    for name in (
        b"../up.txt",
        b"a/../../up.txt",
        b"/etc/passwd",
        b"C:\\a.txt",
        b"..\\up.txt",
        b"a\\..\\..\\b",
        b"\\\\h\\s",
    ):
        yield f"zip {name!r}", named(name)
        yield f"tar {name!r}", tar([(name.decode(), b"x")])
        yield f"tar.gz {name!r}", tar([(name.decode(), b"x")], gz=True)
        yield f"zip in zip {name!r}", packed([("inner.zip", named(name))])
    yield "zip NUL", named(b"a.txt\0.exe")
    yield "zip link", symlinked()
    yield "tar link", link("a")
    yield "tar hard link", link("a", tarfile.LNKTYPE, "../../b")
    yield "tar device", link("a", tarfile.CHRTYPE)
    yield "tar fifo", link("a", tarfile.FIFOTYPE)
    yield "tar long name up", tar([("a/" * 80 + "../" * 90 + "b", b"x")], format=tarfile.GNU_FORMAT)


def bombs():
    yield "zip of zeros", zeros(64)
    yield "zip of more zeros", zeros(300)
    yield "gzip of zeros", gzip.compress(b"\0" * (64 << 20))
    yield "gzip of gzip", gzip.compress(gzip.compress(b"\0" * (32 << 20)))
    yield "tar.gz of zeros", tar([("zeros", b"\0" * (64 << 20))], gz=True)
    yield "docx of zeros", office(more=[("word/media/a.xml", b"\0" * (64 << 20))])
    yield "xlsx of spaces", office("spreadsheetml.sheet", "xl/workbook", [("xl/a.xml", b" " * (96 << 20))])
    yield "zip in zip of zeros", packed([("inner.zip", zeros(40))])
    yield "many zips of zeros", packed([(f"{n}.zip", zeros(8)) for n in range(40)])
    yield "overlapping", overlapping()
    yield "five deep", nested(6)
    yield "ten deep", nested(11)
    yield "tar that says it is large", tar([("a", b"x" * 600)]).replace(b"00000001130\0", b"77777777777\0", 1)
    yield "a million in a zip", million_in_zip()
    yield "a million in a tar", million_in_tar()
    yield "twenty thousand in a zip", packed([(str(n), b"") for n in range(20_000)])


def broken():
    yield "nothing", b""
    yield "locked zip", flagged(packed([("a.txt", "x")]))
    yield "locked docx", flagged(office())
    yield "docm", office("wordprocessingml.document", more=[("word/vbaProject.bin", b"\0")])
    yield "docm by type", packed([("[Content_Types].xml", "application/vnd.ms-word.document.macroEnabled.main+xml")])
    both = "spreadsheetml.sheet.main+xml wordprocessingml.document.main+xml"
    yield "two documents in one", packed([("[Content_Types].xml", both)])
    yield "no known document", packed([("[Content_Types].xml", "nothing.main+xml")])
    yield "zip by bzip2", packed([("a.txt", "x" * 99)], zipfile.ZIP_BZIP2)
    yield "zip by lzma", packed([("a.txt", "x" * 99)], zipfile.ZIP_LZMA)
    yield "zip cut", packed([("a.txt", "x" * 99)])[:-10]
    yield "zip without its list", packed([("a.txt", "x" * 99)])[:60]
    yield "gzip cut", gzip.compress(b"x" * 9999)[:-12]
    yield "tar cut", tar([("a", b"x" * 5000)])[:1500]
    yield "tar with a wrong sum", tar([("a", b"x")]).replace(b"a\0\0", b"b\0\0", 1)
    yield "png cut", png()[:-6]
    yield "pdf cut", pdf()[:-8]
    yield "jpeg cut", jpeg()[:-1]
    yield "zip of the wrong sum", packed([("a.txt", b"abcdefgh")], zipfile.ZIP_STORED).replace(b"abcdefgh", b"abcdefgX")
    yield "two of one name", twins()
    yield "text with controls", b"text\x00text"
    yield "half a character", "文".encode()[:2] + b"\xff\xff\xfe"
    yield "long tail", png() + b"A" * 10_000
    yield "noise", random.Random(1).randbytes(4096)


def twins():
    """A zip with two entries of one name: who unpacks it sees the second, who checked it the first."""
    one, two = packed([("a1.txt", b"good")], zipfile.ZIP_STORED), None
    two = packed([("a1.txt", b"good"), ("a2.txt", b"evil")], zipfile.ZIP_STORED).replace(b"a2.txt", b"a1.txt")
    assert len(two) > len(one)
    return two


def damaged(count=40):
    """Ordinary files with a few bytes otherwise."""
    chance, kinds = random.Random(7), ordinary()
    for n in range(count):
        ending = sorted(kinds)[n % len(kinds)]
        data = bytearray(kinds[ending])
        for _ in range(1 + n % 4):
            data[chance.randrange(len(data))] = chance.randrange(256)
        yield f"damaged {ending} {n}", bytes(data)


def hostile():
    """Name, bytes, whether they must be refused."""
    for family in (polyglots, pages, programs, escapes, bombs, broken):
        for name, data in family():
            yield f"{family.__name__}: {name}", data, not may_pass(name)
    for name, data in damaged():
        yield name, data, False
    yield "EICAR", EICAR, False
    yield "EICAR in a zip", packed([("eicar.com", EICAR)], zipfile.ZIP_STORED), False


def may_pass(name):
    """What is harmless in itself: kept as a package, handed out as a file, run by nothing here."""
    if name.endswith(" in a zip"):
        return name.split()[0] not in ("exe", "elf", "macho", "class", "sh")
    return False
