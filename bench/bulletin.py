"""`fanzha bench bulletin`: how many bulletins one core reads in a second, in each form in which they come.

The texts are the made ones of the tests (模拟, of many styles), set as HTML, DOCX, PDF and, a few of them, as pictures. The
answers are equal if every form gives the figures that the text gives: measure, value, unit.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np
import pypdfium2
from docx import Document

from bench.measure import machine
from fanzha import bootstrap
from fanzha.intake.bulletins import read_bulletin
from fanzha.intake.bulletins.markup import read_page
from fanzha.services.desk.papers.typst_text import typst_text
from fanzha.statistics import Bulletin
from validation.bulletin_labels import labels_inside

TEXTS: Final = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "bulletins" / "made"
SEEN: Final = 8  # pictures and scans take seconds each
RECOGNISED: Final = ("picture", "scan")  # by OCR, which may err: said, not demanded
DOTS_PER_INCH: Final = 150
FLOOR_PER_S: Final = 500.0

Form = Callable[[Sequence[str]], bytes]


def run(size: int, *, seed: int) -> dict[str, Any]:
    """Read `size` bulletins of each text form, after a first time that is not counted, and `SEEN` by OCR."""
    del seed  # the texts are what they are
    pages = [_paragraphs(path) for path in sorted(TEXTS.iterdir())]
    results, missed = [], Counter[str]()
    for name, form in _forms().items():
        seen = name in RECOGNISED
        files = [form(page) for page in (pages[:SEEN] if seen else pages)]
        if seen:
            read_bulletin(files[0], name)  # loads the models
        times: list[float] = []
        count = len(files) if seen else size
        for at in range(count):
            content = files[at % len(files)]
            begun = process_time()
            read = read_bulletin(content, name)
            times.append(process_time() - begun)
            if at < len(files):
                missed[name] += not _same(read, pages[at])
        results.append({
            "engine": "ours", "question": name, "median_s": float(np.median(times)),
            "p99_s": float(np.percentile(times, 99)), "per_s": len(times) / sum(times),
            "read_otherwise": missed[name], "of": len(files),
        })  # fmt: skip
        print(
            f"{name}: {len(times) / sum(times):,.1f} a second; {missed[name]} of {len(files)} otherwise",
            file=sys.stderr,
        )
    fast = all(one["per_s"] >= FLOOR_PER_S for one in results if one["question"] in ("text", "html"))
    return {
        "bench": "bulletin",
        "size": size,
        "results": results,
        "equal_answers": not any(missed[name] for name in missed if name not in RECOGNISED),
        "limit": {"text_per_s_floor": FLOOR_PER_S, "holds": fast},
        "machine": machine(),
    }


def _paragraphs(path: Path) -> list[str]:
    """The paragraphs of a made bulletin without their markup; a table's rows keep their `|`."""
    text = labels_inside(path.read_text("utf-8"))[0]
    return [paragraph.text for paragraph in read_page(text).paragraphs]


def _same(read: Bulletin, page: Sequence[str]) -> bool:
    plain = read_bulletin(_text(page), "text")
    return _counted(read) == _counted(plain)


def _counted(read: Bulletin) -> Counter[tuple[str, object, str]]:
    return Counter((one.measure, one.value, one.unit) for one in read.figures)


def _forms() -> dict[str, Form]:
    press = bootstrap.paper_press()

    def pdf(page: Sequence[str]) -> bytes:
        return press.press("\n\n".join(map(typst_text, page)))

    def scan(page: Sequence[str]) -> bytes:
        memory = io.BytesIO()
        shown = pypdfium2.PdfDocument(pdf(page))[0].render(scale=DOTS_PER_INCH / 72).to_pil()
        shown.convert("RGB").save(memory, "PDF")
        return memory.getvalue()

    def picture(page: Sequence[str]) -> bytes:
        return press.picture(
            "#set page(width: 120mm, height: auto, margin: 8mm)\n" + "\n\n".join(map(typst_text, page))
        )

    return {"text": _text, "html": _html, "docx": _docx, "pdf": pdf, "picture": picture, "scan": scan}


def _text(page: Sequence[str]) -> bytes:
    return "\n\n".join(page).encode()


def _html(page: Sequence[str]) -> bytes:
    return ("<html><body>" + "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in page) + "</body></html>").encode()


def _docx(page: Sequence[str]) -> bytes:
    document, memory = Document(), io.BytesIO()
    for paragraph in page:
        document.add_paragraph(paragraph)
    document.save(memory)
    return memory.getvalue()
