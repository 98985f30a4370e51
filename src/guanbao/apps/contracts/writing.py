"""A contract as a Word document. The template is made here; what a contract says is given to it, and never a template.

docxtpl escapes nothing unless told to, turns `{_{` into `{{` and lets characters through that XML has not (its issues
557, 634, 653). Texts come to it as references that it leaves alone, and what was written is read again: it says the
same, or nothing was written.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from functools import cache
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from guanbao.apps.contracts.errors import DocumentNotWritten
from guanbao.apps.contracts.lines import Line
from guanbao.apps.contracts.reading import docx_read

_STYLES = {"title": "Title", "section": "Heading 1", "heading": "Heading 2", "text": "Normal", "english": "English"}
_SERIF, _SANS, _LATIN = "宋体", "黑体", "Times New Roman"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def docx_written(lines: Iterable[Line]) -> bytes:
    """The document of these lines; of the same lines the same bytes. Raises DocumentNotWritten."""
    lines = list(lines)
    template = DocxTemplate(io.BytesIO(_template()))
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    given = [{"style": line.style, "text": _referenced(line.text)} for line in lines]
    template.render({"lines": given}, environment, autoescape=True)
    out = io.BytesIO()
    template.save(out)
    made = _dated(out.getvalue())
    found = docx_read(io.BytesIO(made), len(made))
    if found.lines != tuple(line.text for line in lines) or found.faults:
        raise DocumentNotWritten
    return made


def _referenced(text: str) -> Markup:
    """A text that neither XML nor docxtpl takes for anything but text."""
    return Markup(str(escape(text)).replace("_", "&#95;"))  # noqa: S704 - it was escaped


@cache
def _template() -> bytes:
    """An A4 page with a paragraph for each way in which a line is set, chosen by tags of Jinja that are ours."""
    made: Any = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(28)
    section.top_margin, section.bottom_margin = Mm(30), Mm(25)
    _dressed(made)
    made.add_paragraph("{%p for line in lines %}")
    for number, (name, style) in enumerate(_STYLES.items()):
        made.add_paragraph(f"{{%p {'elif' if number else 'if'} line.style == '{name}' %}}")
        made.add_paragraph("{{ line.text }}", style=style)
    made.add_paragraph("{%p endif %}")
    made.add_paragraph("{%p endfor %}")
    _numbered(section.footer.paragraphs[0])
    facts = made.core_properties
    facts.author = facts.comments = facts.last_modified_by = facts.title = ""
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _dressed(made: Any) -> None:  # noqa: ANN401 - python-docx ships no type for it
    """Fonts and sizes of its styles, in black."""
    english = made.styles.add_style("English", 1)
    english.base_style = made.styles["Normal"]
    sizes = {"Normal": (10.5, _SERIF), "English": (9, _SERIF), "Title": (20, _SANS), "Heading 1": (14, _SANS),
             "Heading 2": (11, _SANS)}  # fmt: skip
    for name, (size, font) in sizes.items():
        style = made.styles[name]
        style.font.size, style.font.name = Pt(size), _LATIN
        style.font.color.rgb = RGBColor(0x59, 0x59, 0x59) if name == "English" else RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for part in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{part}"), None)
        fonts.set(qn("w:eastAsia"), font)
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.line_spacing = 1.3
    title = made.styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(18)
    for border in title.element.xpath(".//w:pBdr"):
        border.getparent().remove(border)


def _numbered(paragraph: Any) -> None:  # noqa: ANN401 - as above
    """The number of the page, in the middle of the foot."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001 - python-docx's published way to what it does not know


def _dated(made: bytes) -> bytes:
    """The same parts, each once and none with the hour of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in dict.fromkeys(given.namelist()):
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), given.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
