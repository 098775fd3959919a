"""`fanzha bulletin draft … export` as they are started; what is exported reads back as what was issued."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import pypdfium2
import pytest
from desk_home import make_desk_home, run
from docx.shared import Mm
from figure_desk import add_records

from fanzha import bootstrap

CONTENT = """\
title_zh = "模拟县反诈中心五月通报"
title_en = "Made-up county in May"
publisher_zh = "模拟县反诈中心"
publisher_en = "Made-up centre"
published = "2026-06-03"

[[figure]]
name = "stopped"
measure = "funds_stopped"
period = "2026-05"
against = ["yoy:difference"]

[[figure]]
name = "filed"
measure = "cases_filed"
period = "2026-05"

[[block]]
kind = "text"
zh = "2026年5月，{stopped}；{filed}。"
en = "May 2026: {stopped}; {filed}."

[[block]]
kind = "table"
zh = "主要指标"
en = "Main figures"
figures = ["stopped", "filed"]

[[block]]
kind = "chart"
zh = "止付资金"
en = "Money stopped"
figures = ["stopped"]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    made = make_desk_home(tmp_path_factory.mktemp("bulletin") / "home")
    desk = bootstrap.desk(made)
    add_records(desk)
    desk.store.close()
    return made


def bulletin(home: Path, *words: str, who: str = "analyst", code: int = 0):
    found, out, err = run(home, "bulletin", *words, "--as", who, "--json")
    assert found == code, err
    return json.loads(out) if out and not code else out + err


@pytest.fixture(scope="module")
def issued(home, tmp_path_factory) -> dict:
    file = tmp_path_factory.mktemp("content") / "may.toml"
    file.write_text(CONTENT, "utf-8")
    drafted = bulletin(home, "draft", file)
    assert bulletin(home, "check", drafted["id"]) == []
    return bulletin(home, "issue", drafted["id"], "--number", "模拟反诈通〔2026〕5号", who="chief")


def test_what_is_exported_reads_back_as_what_was_issued(home, issued, tmp_path):
    text = tmp_path / "may.txt"
    bulletin(home, "export", issued["id"], text)
    code, out, _ = run(home, "bulletin", "read", text, "--json")
    read = json.loads(out)
    assert code == 0
    assert read["source"]["publisher"] == "模拟县反诈中心"
    assert read["source"]["published"] == "2026-06-03"
    told = {(one["measure"], one["value"], one["period"]["from"], one["period"]["to"]) for one in read["figures"]}
    assert told == {
        ("funds_stopped", 110_000, "2026-05-01", "2026-05-31"),
        ("cases_filed", 2, "2026-05-01", "2026-05-31"),
    }
    (stopped,) = (one for one in read["figures"] if one["measure"] == "funds_stopped")
    assert stopped["comparison"] == [{"kind": "yoy_difference", "value": 110_000}]


def test_docx_has_the_layout_of_the_standard_and_real_headings_and_tables(home, issued, tmp_path):
    file = tmp_path / "may.docx"
    bulletin(home, "export", issued["id"], file)
    made = docx.Document(io.BytesIO(file.read_bytes()))
    section = made.sections[0]
    margins = (section.top_margin, section.left_margin, section.page_width - section.left_margin - section.right_margin)
    assert [round(one / Mm(1)) for one in margins] == [37, 28, 156]
    assert made.core_properties.title == "模拟县反诈中心五月通报"
    assert {"Title", "Heading 2"} <= {paragraph.style.name for paragraph in made.paragraphs}
    assert "11万元" in "".join(cell.text for row in made.tables[0].rows for cell in row.cells)
    assert issued["issued"]["sha256"] in "".join(paragraph.text for paragraph in made.paragraphs)


def test_pdf_picture_and_chart(home, issued, tmp_path):
    for suffix in ("pdf", "png", "svg"):
        bulletin(home, "export", issued["id"], tmp_path / f"may.{suffix}")
    pages = pypdfium2.PdfDocument(tmp_path / "may.pdf")
    words = "".join(page.get_textpage().get_text_bounded() for page in pages).replace(" ", "")
    assert "止付资金11万元" in words
    assert "数据说明" in words
    assert "草稿" not in words
    assert (tmp_path / "may.png").read_bytes()[:4] == b"\x89PNG"
    drawn = ET.fromstring((tmp_path / "may.svg").read_text("utf-8"))
    assert "11万元" in "".join(drawn.itertext())
    bulletin(home, "export", issued["id"], tmp_path / "may-en.pdf", "--en")
    english = pypdfium2.PdfDocument(tmp_path / "may-en.pdf")
    assert "money stopped: CNY 110,000" in english[0].get_textpage().get_text_bounded()
    assert "cannot be written" in bulletin(home, "export", issued["id"], tmp_path / "may.doc", code=2)


def test_a_first_text_of_a_period_alone_says_what_it_lacks(home, tmp_path):
    drafted = bulletin(home, "draft", "--period", "2026-05", "--against", "mom")
    assert bulletin(home, "check", drafted["id"]) == []
    file = tmp_path / "draft.pdf"
    bulletin(home, "export", drafted["id"], file)
    words = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(file))
    assert "未签发" in words
    assert bulletin(home, "figure", drafted["id"], "funds_frozen", "18000", code=1)
    changed = bulletin(home, "figure", drafted["id"], "funds_frozen", "18000", "--reason", "补录一笔纸质回执")
    (frozen,) = (one for one in changed["figures"] if one["name"] == "funds_frozen")
    assert (frozen["value"], frozen["counted"], frozen["by_hand"]["by"]) == ("18000.00", "17300.00", "analyst")
    bulletin(home, "export", drafted["id"], file)
    words = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(file))
    assert "补录一笔纸质回执" in words


def test_taking_back_and_the_next_edition(home, issued):
    assert bulletin(home, "withdraw", issued["id"], who="chief", code=1)
    second = bulletin(home, "revise", issued["id"])
    assert (second["edition"], second["replaces"], second["status"]) == (2, issued["id"], "draft")
    rows = bulletin(home, "list")["bulletins"]
    assert {issued["id"], second["id"]} <= {row["id"] for row in rows}
    assert bulletin(home, "show", issued["id"])["intact"] is True
    for verb in ("show", "check"):
        assert run(home, "bulletin", verb, second["id"], "--as", "analyst")[0] == 0
    assert run(home, "bulletin", "list", "--as", "analyst")[0] == 0


def test_versions_are_listed_compared_and_gone_back_to(home, tmp_path):
    file = tmp_path / "may.toml"
    file.write_text(CONTENT, "utf-8")
    made = bulletin(home, "draft", file)["id"]
    file.write_text(CONTENT.replace("模拟县反诈中心五月通报", "模拟县五月简报"), "utf-8")
    bulletin(home, "edit", made, file)
    assert [one["number"] for one in bulletin(home, "versions", made)["versions"]] == [2, 1]
    changed = bulletin(home, "versions", made, "--number", "1")
    assert {"change": "came", "text": "模拟县五月简报"} in changed["lines"]
    assert "- 模拟县反诈中心五月通报" in "".join(
        run(home, "bulletin", "versions", made, "--number", "1", "--as", "analyst")[1:]
    )
    assert bulletin(home, "restore", made, "1")["title"] == "模拟县反诈中心五月通报"
    assert "no saved version 9" in bulletin(home, "restore", made, "9", code=2)
    assert run(home, "bulletin", "versions", made, "--as", "analyst")[0] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title_zh = 3", "title_zh is no text"),
        ("", "title_zh is missing"),
        ('title_zh = "x"\n[[figure]]\nmeasure = "nonsense"', "is not in the catalogue"),
        ('title_zh = "x"\n[[figure]]\nmeasure = "cases_filed"\nperiod = "May"', "[[figure]] 1"),
        ('title_zh = "x"\n[[block]]\nkind = "song"\nzh = "x"', "kind 'song'"),
        ('title_zh = "x"\n[[figure]]\nmeasure = "cases_filed"\nperiod = "2026"\nagainst = "yoy"', "no list"),
    ],
)
def test_a_file_that_is_wrong_is_told_where(home, tmp_path, text, said):
    file = tmp_path / "x.toml"
    file.write_text(text, "utf-8")
    assert said in bulletin(home, "draft", file, code=2)
