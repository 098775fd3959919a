"""The text of a picture by OCR, which is an extra: without it the error says how to get it."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fanzha.core.errors import BadInput
from fanzha.intake.bulletins.file_text import FileText, page_texts
from fanzha.intake.bulletins.page_layout import Rules, TextPiece, confidence_of, lay_out

PIXELS_MAX: Final = 40_000_000
FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP")
HOW_TO_GET_OCR: Final = (
    "reading pictures needs the extra `ocr`, which is not installed: pip install 'fanzha[ocr]'; or give its text"
)
RULES_MAX: Final = 2_000
_PALE: Final = 190  # of 255
_GREY: Final = 16  # so far apart red, green and blue may be
_INK: Final = 140
_RULE_SHARE: Final = 24  # of the shorter side
_RULE_LONG_MIN: Final = 40  # pixels
_RULE_THICK: Final = 8
_STRIP_SIDES: Final = 1.5  # a picture taller than so many widths is read in strips, or its letters would be shrunk away
_STRIP_SEARCH: Final = 0.25  # of a strip's height: where a row without ink is looked for


class OcrMissing(BadInput):
    """Pictures cannot be read here, for want of the extra."""


def read_picture(content: bytes, name: str) -> FileText:
    """The text of a picture. Raises BadInput where it is broken, too large, without text, or OCR is not installed."""
    try:
        pixels = _pixels(content, name)
        pieces, rules = read_picture_pieces(pixels)
    except OcrMissing as error:
        raise BadInput(f"{name}: a picture; {error}") from None
    if not pieces:
        raise BadInput(f"{name}: a picture in which no text was found; give its text, or a sharper picture")
    return page_texts("picture", [lay_out(pieces, pixels.shape[0], rules)], [("ocr", confidence_of(pieces))])


def read_picture_pieces(pixels: NDArray[np.uint8]) -> tuple[list[TextPiece], Rules]:
    """The lines of text in a picture (height × width × RGB), each with its place, and the rules of tables. Raises OcrMissing."""
    cleaned = _without_watermark(pixels)
    pieces, rules = _pieces_of(cleaned), _rules(cleaned)
    stroke = 1.5 * max((piece.height for piece in pieces), default=0.0)  # no letter has a longer one
    return pieces, Rules(tuple(rule for rule in rules.level if rule[1] - rule[0] > stroke), rules.upright)


def _pixels(content: bytes, name: str) -> NDArray[np.uint8]:
    """The picture as it is to be looked at, turned upright."""
    try:
        from PIL import Image, ImageOps  # noqa: PLC0415  comes with the extra
    except ImportError:
        raise OcrMissing(HOW_TO_GET_OCR) from None
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > PIXELS_MAX:
                raise BadInput(
                    f"{name}: a picture of {width:,} × {height:,} pixels; no more than {PIXELS_MAX:,} are read. Make it smaller"
                )
            return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise BadInput(
            f"{name}: a broken picture, or one that is not {', '.join(FORMATS)}; save it as PNG, or give its text"
        ) from None


@lru_cache(maxsize=1)
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR  # noqa: PLC0415  an extra, and slow to load
    except ImportError:
        raise OcrMissing(HOW_TO_GET_OCR) from None
    return RapidOCR(params={"Global.log_level": "critical"})


def _without_watermark(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pale grey turned white: what is printed under the text hides parts of letters."""
    lightest, darkest = pixels.max(axis=2), pixels.min(axis=2)
    pale = (darkest >= _PALE) & (lightest - darkest <= _GREY)
    return np.where(pale[..., None], np.uint8(255), pixels)


def _rules(pixels: NDArray[np.uint8]) -> Rules:
    """The straight dark lines of a picture that are longer than letters are."""
    import cv2  # noqa: PLC0415  comes with the extra

    ink = (pixels.min(axis=2) < _INK).astype(np.uint8)
    long = max(_RULE_LONG_MIN, min(pixels.shape[:2]) // _RULE_SHARE)
    found: list[list[tuple[float, float, float]]] = []
    for size in ((long, 1), (1, long)):
        lines = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, size))
        count, _, boxes, _ = cv2.connectedComponentsWithStats(lines)
        upright = size[0] == 1
        found.append([])
        for left, top, width, height, _ in boxes[1 : min(count, RULES_MAX)].tolist():
            if (width if upright else height) <= _RULE_THICK:
                ends = (top, top + height, left + width / 2) if upright else (left, left + width, top + height / 2)
                found[-1].append(ends)
    return Rules(tuple(found[0]), tuple(found[1]))


def _pieces_of(pixels: NDArray[np.uint8]) -> list[TextPiece]:
    engine = _engine()
    found: list[TextPiece] = []
    for top, strip in _strips(pixels):
        read = engine(strip[..., ::-1])  # it takes BGR
        if read.boxes is None:
            continue
        for box, text, score in zip(read.boxes, read.txts, read.scores, strict=True):
            if text.strip():
                (left, up), (right, down) = box.min(axis=0), box.max(axis=0)
                found.append(
                    TextPiece(text.strip(), float(left), float(up) + top, float(right), float(down) + top, float(score))
                )
    return found


def _strips(pixels: NDArray[np.uint8]) -> list[tuple[int, NDArray[np.uint8]]]:
    """A long picture cut where a row has no ink, so that no line of text is cut through."""
    height, width = pixels.shape[:2]
    tall = int(width * _STRIP_SIDES)
    if height <= tall:
        return [(0, pixels)]
    ink = pixels.astype(np.int16).mean(axis=2).std(axis=1)
    found, start = [], 0
    while height - start > tall:
        first = start + tall - int(tall * _STRIP_SEARCH)
        cut = first + int(np.argmin(ink[first : start + tall]))
        found.append((start, pixels[start:cut]))
        start = cut
    found.append((start, pixels[start:]))
    return found
