"""The text of a PDF: what its pages say themselves, and of pages that are pictures what OCR reads."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import islice
from typing import Final

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from fanzha.core.errors import BadInput
from fanzha.intake.bulletins.file_text import FileText, page_texts
from fanzha.intake.bulletins.page_layout import Rules, TextPiece, lay_out
from fanzha.intake.bulletins.picture_text import OcrMissing, read_picture_pieces

PAGES_MAX: Final = 60
SIGNS_MAX: Final = 300_000
SHAPES_MAX: Final = 5_000  # a drawing has more; it is no table
_SCAN_SIGNS_MAX: Final = 8  # a page with fewer signs of its own and a picture is a scan (with a number stamped on it)
_UPRIGHT: Final = 0.05  # radians; a watermark stands aslant
_SCAN_SIDE_MAX: Final = 2400  # pixels: 200 a inch on A4
_SCAN_SCALE_MAX: Final = 200 / 72
_RUN_GAP: Final = 1.0  # heights of a sign
_RULE_THICK: Final = 3.0  # points
_RULE_LONG: Final = 20.0
_RULE_TALL: Final = 8.0


def read_pdf(content: bytes, name: str) -> FileText:
    """The text of a PDF, page by page.

    Raises BadInput for one that is broken, locked, too long, or has neither text nor a picture that can be read here.
    """
    document = _opened(content, name)
    try:
        if len(document) > PAGES_MAX:
            raise BadInput(
                f"{name}: {len(document)} pages; no more than {PAGES_MAX} are read. Give those with the bulletin"
            )
        pages: list[list[str]] = []
        by: list[tuple[str, float]] = []
        unread: list[int] = []
        reason = ""
        signs = 0
        for at in range(len(document)):
            said = ("text", 1.0)
            paragraphs: list[str] = []
            try:
                paragraphs, said = _page(document, at, name)
            except OcrMissing as error:
                unread.append(at + 1)
                reason = str(error)
            signs += sum(map(len, paragraphs))
            if signs > SIGNS_MAX:
                raise BadInput(f"{name}: more than {SIGNS_MAX:,} signs, which no bulletin has; give those pages alone")
            pages.append(paragraphs)
            by.append(said)
    finally:
        document.close()
    if not any(pages):
        if unread:
            raise BadInput(f"{name}: a PDF of pictures without text; {reason}")
        raise BadInput(f"{name}: a PDF without any text; nothing to read")
    which = ", ".join(map(str, unread))
    notes = (f"page {which} is a picture and was not read: {reason}",) if unread else ()
    return page_texts("pdf", pages, by, notes)


def _opened(content: bytes, name: str) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise BadInput(f"{name}: a PDF locked with a password; save it without one and read that") from None
        raise BadInput(f"{name}: a broken PDF, which cannot be opened; save it again, or give its text") from None


def _page(document: pdfium.PdfDocument, at: int, name: str) -> tuple[list[str], tuple[str, float]]:
    """The paragraphs of a page, and how they were read: `text`, or `ocr` with the least certain line."""
    try:
        page = document[at]
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        raise BadInput(f"{name}: page {at + 1} is broken; save the PDF again, or give its text") from None
    width, height = page.get_size()
    if textpage.count_chars() > SIGNS_MAX:
        raise BadInput(f"{name}: page {at + 1} has more than {SIGNS_MAX:,} signs, which no bulletin has")
    pieces = list(_pieces(textpage, height))
    textpage.close()
    if sum(len(piece.text) for piece in pieces) > _SCAN_SIGNS_MAX or not _has_picture(page):
        return lay_out(pieces, height, _rules(page, height), width), ("text", 1.0)
    scale = min(_SCAN_SCALE_MAX, _SCAN_SIDE_MAX / max(width, height, 1.0))
    picture = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()
    read, rules = read_picture_pieces(np.ascontiguousarray(picture[..., :3]))
    certain = min((piece.confidence for piece in read), default=1.0)
    return lay_out(read, picture.shape[0], rules), ("ocr", certain)


def _has_picture(page: pdfium.PdfPage) -> bool:
    return next(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4), None) is not None


def _rules(page: pdfium.PdfPage, height: float) -> Rules:
    """The straight lines that are drawn on a page, as of a table."""
    level, upright = [], []
    for shape in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2), SHAPES_MAX):
        left, bottom, right, top = shape.get_bounds()
        if top - bottom < _RULE_THICK and right - left > _RULE_LONG:
            level.append((left, right, height - (top + bottom) / 2))
        elif right - left < _RULE_THICK and top - bottom > _RULE_TALL:
            upright.append((height - top, height - bottom, (left + right) / 2))
    return Rules(tuple(level), tuple(upright))


def _pieces(textpage: pdfium.PdfTextPage, height: float) -> Iterator[TextPiece]:
    """Runs of signs that stand upright, in the order in which the page sets them; watermarks stand aslant."""
    box = raw.FS_RECTF()
    run: list[str] = []
    left = right = top = bottom = 0.0
    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, index)
        sign = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        if not sign or sign in "\r\n" or abs(raw.FPDFText_GetCharAngle(textpage, index)) > _UPRIGHT:
            if run and sign in "\r\n":
                yield TextPiece("".join(run).rstrip(), left, height - top, right, height - bottom)
                run = []
            continue
        if not raw.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(box)):
            continue
        tall = max(top - bottom, 0.1)
        shared = min(top, box.top) - max(bottom, box.bottom)
        if run and (shared < tall / 2 or not -tall < box.left - right < _RUN_GAP * tall):
            yield TextPiece("".join(run).rstrip(), left, height - top, right, height - bottom)
            run = []
        if not run:
            if sign.isspace():
                continue
            left, right, top, bottom = box.left, box.right, box.top, box.bottom
        run.append(sign)
        if not sign.isspace():
            right, top, bottom = max(right, box.right), max(top, box.top), min(bottom, box.bottom)
    if run:
        yield TextPiece("".join(run).rstrip(), left, height - top, right, height - bottom)
