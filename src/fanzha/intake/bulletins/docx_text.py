"""The text of a DOCX: paragraphs and tables in the order in which they stand, headings marked."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml.etree import XMLSyntaxError

from fanzha.core.errors import BadInput
from fanzha.intake.bulletins.file_text import FileText

UNPACKED_BYTES_MAX: Final = 64 << 20
PARTS_MAX: Final = 2_000
SIGNS_MAX: Final = 300_000
_DOCUMENT_PART: Final = "word/document.xml"
_ALTERNATIVE: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADINGS: Final = {"title": "# ", "heading 1": "## ", "heading 2": "## ", "heading 3": "## ", "heading 4": "## "}


def read_docx(content: bytes, name: str) -> FileText:
    """The text of a DOCX; a row of a table is a line, its cells between `|`.

    Raises BadInput for one that is broken, locked, too large, or has no text.
    """
    document = _opened(content, name)
    lines = list(_lines(document.element.body, _styles(document)))
    text = "".join(line + "\n\n" for line in lines)
    if len(text) > SIGNS_MAX:
        raise BadInput(f"{name}: more than {SIGNS_MAX:,} signs, which no bulletin has; give the bulletin alone")
    pictures = sum(1 for _ in document.element.body.iter(qn("w:drawing"), qn("w:pict")))
    if not text.strip():
        what = "only pictures; save them as PNG or as PDF and read those" if pictures else "no text; nothing to read"
        raise BadInput(f"{name}: a DOCX with {what}")
    notes = (
        (f"{pictures} pictures in it were not read; save it as PDF or as PNG if they say something",)
        if pictures
        else ()
    )
    return FileText(text, "docx", (), notes)


def _opened(content: bytes, name: str) -> DocumentType:
    broken = BadInput(f"{name}: a broken DOCX, which cannot be opened; save it again, or give its text")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
                raise BadInput(
                    f"{name}: unpacked it is larger than {UNPACKED_BYTES_MAX >> 20} MiB, which no bulletin is; give the text"
                )
            if _DOCUMENT_PART not in packed.NameToInfo:
                raise BadInput(
                    f"{name}: a packed file, but no DOCX; give the bulletin itself as text, HTML, PDF or DOCX"
                )
            if any(part.flag_bits & 1 for part in parts):
                raise BadInput(f"{name}: a DOCX locked with a password; save it without one and read that")
        return Document(io.BytesIO(content))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise broken from None  # it cannot be unpacked
    except (PackageNotFoundError, XMLSyntaxError, KeyError, ValueError, AttributeError, IndexError, TypeError):
        raise broken from None  # it is not put together as a DOCX is


def _styles(document: DocumentType) -> dict[str, str]:
    """What stands before a paragraph of a style: that of the title and of headings."""
    return {style.style_id: mark for style in document.styles if (mark := _HEADINGS.get((style.name or "").lower()))}


def _lines(parent: Any, styles: dict[str, str]) -> Iterator[str]:
    for element in parent.iterchildren():
        if element.tag == qn("w:p"):
            yield from _paragraph(element, styles)
        elif element.tag == qn("w:tbl"):
            yield from _rows(element)
        elif element.tag == qn("w:sdt") and (inside := element.find(qn("w:sdtContent"))) is not None:
            yield from _lines(inside, styles)


def _paragraph(element: Any, styles: dict[str, str]) -> Iterator[str]:
    """A paragraph, and behind it those of the text boxes that hang on it."""
    boxes: list[Any] = []
    text = "".join(_signs(element, boxes)).strip()
    style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    if text:
        yield (styles.get(style.get(qn("w:val")), "") if style is not None else "") + text
    for box in boxes:
        yield from _lines(box, styles)


def _signs(element: Any, boxes: list[Any]) -> Iterator[str]:
    """What a paragraph says now: what was put in by revision is there, what was struck out is not."""
    for child in element.iterchildren():
        if child.tag == qn("w:txbxContent"):
            boxes.append(child)
        elif child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in (qn("w:tab"), qn("w:br"), qn("w:cr")):
            yield " "
        elif child.tag not in (qn("w:pPr"), qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), _ALTERNATIVE):
            yield from _signs(child, boxes)


def _rows(table: Any) -> Iterator[str]:
    for row in table.iter(qn("w:tr")):
        cells = [
            " ".join(filter(None, ("".join(_signs(paragraph, [])).strip() for paragraph in cell.iter(qn("w:p")))))
            for cell in row.iterchildren(qn("w:tc"))
        ]
        if any(cells):
            yield "|" + "|".join(cells) + "|"
