"""Our own bulletins as PDF, DOCX and pictures, read back: the same figures; broken, locked and huge files are refused."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from made_bulletins import CATALOGUE, a_bulletin

from fanzha import bootstrap
from fanzha.cli.main import main
from fanzha.core.errors import BadInput
from fanzha.intake.bulletins import DOCUMENT_BYTES_MAX, pdf_text, picture_text, read_bulletin
from fanzha.services.desk.papers.bulletin_docx import bulletin_docx
from fanzha.services.desk.papers.bulletin_paper import bulletin_paper, bulletin_picture_page
from fanzha.statistics.bulletin_checks import find_faults

FEW, MADE = 25, 400
SEEN = 3
PRESS = bootstrap.paper_press()


def pdf_of(seed: int) -> bytes:
    return PRESS.press(bulletin_paper(a_bulletin(seed), CATALOGUE))


def faults(seed: int, content: bytes):
    made = a_bulletin(seed)
    read = read_bulletin(content, "bulletin")
    assert (read.publisher, read.published) == (made.publisher_zh, made.published)
    assert all(read.text[slice(*figure.spans[0])] == figure.quote for figure in read.figures)
    return find_faults(made, CATALOGUE, read.figures)


def scanned(pdf: bytes, *, dots_per_inch: int = 150):
    return pypdfium2.PdfDocument(pdf)[0].render(scale=dots_per_inch / 72).to_pil().convert("RGB")


def saved(picture, form: str) -> bytes:
    memory = io.BytesIO()
    picture.save(memory, form)
    return memory.getvalue()


@pytest.mark.parametrize(
    "seeds", [range(FEW), pytest.param(range(FEW, MADE), marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_pdf_and_docx_are_read_as_they_were_written(seeds):
    for seed in seeds:
        assert faults(seed, pdf_of(seed)) == (), seed
        assert faults(seed, bulletin_docx(a_bulletin(seed), CATALOGUE)) == (), seed


@pytest.mark.slow
def test_scans_and_photographs_are_read_as_they_were_written():
    pytest.importorskip("rapidocr")
    for seed in range(SEEN):
        page = scanned(pdf_of(seed))
        for form in ("PDF", "PNG", "JPEG"):
            assert faults(seed, saved(page, form)) == (), (seed, form)


@pytest.mark.slow
def test_the_picture_for_publication_is_read_back():
    pytest.importorskip("rapidocr")
    for seed in range(SEEN):
        made = a_bulletin(seed)
        read = read_bulletin(PRESS.picture(bulletin_picture_page(made, CATALOGUE)), "picture.png")
        told = {(one.measure, one.value, one.period) for one in read.figures}
        # Rounded as the text of it, and without comparisons, which a picture does not say.
        texts = read_bulletin(pdf_of(seed), "bulletin.pdf")
        assert told == {(one.measure, one.value, one.period) for one in texts.figures}


def test_a_figure_says_its_page_and_how_it_was_read(tmp_path, capfdbinary):
    path = tmp_path / "bulletin.pdf"
    path.write_bytes(pdf_of(3))
    assert main(["bulletin", "read", str(path), "--json"], {}) == 0
    document = json.loads(capfdbinary.readouterr()[0])
    source, first = document["source"], document["figures"][0]
    assert (source["form"], [page["by"] for page in source["pages"]]) == ("pdf", ["text", "text"])
    assert first["page"] == 1
    assert source["text"][slice(*first["span"])] == first["quote"]


def test_what_was_struck_out_or_stands_in_a_text_box_of_a_docx():
    paper = Document()
    paper.add_paragraph("模拟市警方通报", style="Title")
    changed = paper.add_paragraph("今年上半年，破获电信网络诈骗案件")
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    from docx.oxml import parse_xml

    for piece in (
        f"<w:del {space}><w:r><w:delText>279起</w:delText></w:r></w:del>",
        f"<w:ins {space}><w:r><w:t>280起。</w:t></w:r></w:ins>",
        f"<w:r {space}><w:pict><w:txbxContent><w:p><w:r><w:t>冻结资金5万元。</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    ):
        changed._p.append(parse_xml(piece))
    memory = io.BytesIO()
    paper.save(memory)
    found = read_bulletin(memory.getvalue(), "x.docx").figures
    assert [(one.measure, int(one.value)) for one in found] == [("cases_solved", 280), ("funds_frozen", 50_000)]


def a_zip(**parts: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return memory.getvalue()


def locked_pdf() -> bytes:
    """A page that is encrypted by a key that nobody has."""
    lock = b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O (" + b"0" * 32 + b") /U (" + b"1" * 32 + b") >>"
    parts = (b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>", lock)
    content, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    name = b"<30313233343536373839616263646566>"
    trailer = b"trailer\n<< /Size 4 /Root 1 0 R /Encrypt 3 0 R /ID [%s %s] >>\n" % (name, name)
    return content + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(content)


BROKEN = {
    "a broken PDF": lambda: b"%PDF-1.7 \xe6\xa8\xa1",
    "locked with a password": locked_pdf,
    "a broken PDF, which cannot": lambda: pdf_of(2)[:600],
    "no DOCX": lambda: a_zip(a_xml=b"x"),
    "a broken DOCX": lambda: a_zip(word__document_xml=b"<w:"),
    "larger than 64 MiB": lambda: a_zip(word__document_xml=b" " * (65 << 20)),
    "larger than 32 MiB": lambda: b"%PDF-" + bytes(DOCUMENT_BYTES_MAX),
    "broken picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(64),
    "an empty file": lambda: b"",
}


@pytest.mark.parametrize("reason", BROKEN)
def test_what_cannot_be_read_is_refused_by_its_name_and_reason(reason):
    with pytest.raises(BadInput, match=rf"模拟\.bin: .*(?:{reason})"):
        read_bulletin(BROKEN[reason](), "模拟.bin")


@pytest.mark.parametrize("form", ["pdf", "docx", "png"])
def test_damaged_bytes_are_read_or_refused_and_nothing_else(form):
    whole = {
        "pdf": lambda: pdf_of(1),
        "docx": lambda: bulletin_docx(a_bulletin(1), CATALOGUE),
        "png": lambda: PRESS.picture(bulletin_picture_page(a_bulletin(1), CATALOGUE))[:4000],
    }[form]()
    for at in range(10, len(whole), max(1, len(whole) // 60)):
        for damaged in (whole[:at], whole[:at] + b"\xff\x00\xff" + whole[at + 3 :]):
            with suppress(BadInput):
                read_bulletin(damaged, "x")


def test_too_many_pages_and_pixels(monkeypatch):
    monkeypatch.setattr(pdf_text, "PAGES_MAX", 1)
    with pytest.raises(BadInput, match="2 pages; no more than 1"):
        read_bulletin(pdf_of(1), "x.pdf")
    pytest.importorskip("PIL")
    monkeypatch.setattr(picture_text, "PIXELS_MAX", 100)
    with pytest.raises(BadInput, match=r"pixels; no more than 100"):
        read_bulletin(PRESS.picture(bulletin_picture_page(a_bulletin(1), CATALOGUE)), "x.png")


def test_without_ocr_the_error_says_what_to_install(monkeypatch, tmp_path):
    pytest.importorskip("PIL")
    page = scanned(pdf_of(2), dots_per_inch=72)
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    picture_text._engine.cache_clear()
    for form in ("PNG", "PDF"):
        with pytest.raises(BadInput, match=r"x: a (?:picture|PDF of pictures).*pip install 'fanzha\[ocr\]'"):
            read_bulletin(saved(page, form), "x")
    picture_text._engine.cache_clear()
    both = pypdfium2.PdfDocument(pdf_of(2))
    both.import_pages(pypdfium2.PdfDocument(saved(page, "PDF")))
    path = tmp_path / "both.pdf"
    both.save(path)
    read = read_bulletin(Path(path).read_bytes(), "both.pdf")
    assert read.figures
    assert "page 3 is a picture and was not read" in read.notes[0]
