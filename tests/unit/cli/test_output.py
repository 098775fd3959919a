"""What verbs say with: one document for programs, tables and bars for people."""

from __future__ import annotations

import io
import json

import pytest
from rich.cells import cell_len
from rich.console import Console

from fanzha.cli import output


def test_a_document_is_one_line_with_its_keys_in_order(capsysbinary):
    output.write_json({"乙": "2.00", "a": [1, None]})
    assert capsysbinary.readouterr().out == '{"乙":"2.00","a":[1,null]}\n'.encode()


def test_a_table_shows_texts_of_strangers_as_they_are(capsys):
    output.show_table("户 [1]", ["account", "held"], [("[red]6299[/red]", "30000.00")], right=["held"])
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "[red]6299[/red]" in shown.err
    assert "\x1b" not in shown.err


def test_a_terminal_obeys_no_stranger(capsys):
    named = "\x1b]0;title\x07\x9b2J\r模拟.json\u3000x"
    output.say(f"{named} has no signature\n\tbeside it")
    output.show_table("Incidents", ["what"], [(named,)])
    shown = capsys.readouterr().err
    assert not set(shown) & set("\x1b\x07\x9b\r")
    assert shown.count("模拟.json\u3000x") == 2


CARD, FILE = "6299991100000079190", "examples/银行反馈_模拟/交易明细信息_模拟.csv"


@pytest.fixture
def terminal(monkeypatch):
    """Shows a table on a terminal of so many columns, and gives what stands there."""

    def show(width: int, *arguments, **options) -> str:
        screen = Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None, highlight=False)
        monkeypatch.setattr(output, "console", lambda: screen)
        monkeypatch.setattr(output, "say", lambda text: print(text, file=screen.file))
        output.show_table(*arguments, **options)
        return screen.file.getvalue()

    return show


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_no_number_is_ever_broken(terminal, width):
    row = [FILE, CARD, "2026-03-01T13:52:10+08:00", "30000.00", "what the money was for, in several words"]
    columns = ["file", "account", "at", "amount", "why"]
    shown = terminal(width, "Moves", columns, [row] * 2, right=["amount"], paths=["file"], spare=["why", "at"])
    assert all(shown.count(text) == 2 for text in (CARD, "30000.00", "交易明细信息_模拟.csv"))
    assert ("left out" in shown) == (width == 80)
    if width > 40:
        assert max(map(cell_len, shown.splitlines())) <= width


def test_a_long_name_loses_its_folders_first():
    assert output.shorten_path(FILE, 60) == FILE
    assert output.shorten_path(FILE, 30) == "…/交易明细信息_模拟.csv"
    assert cell_len(output.shorten_path(FILE, 15)) <= 15


def test_a_table_without_rows_is_one_line_or_none(terminal, capsys):
    assert terminal(80, "Moves", ["at"], []) == ""
    assert terminal(80, "Moves", ["at"], [], nothing="nothing moved") == "nothing moved\n"
    assert (output.counted(1, "row"), output.counted(2, "row")) == ("1 row", "2 rows")


def test_progress_is_silent_where_nobody_looks(capsys):
    with output.progress("reading", 2) as advance:
        advance(1)
    assert capsys.readouterr() == ("", "")


def test_a_document_reads_back_equal():
    document = {"balance": {"difference": "0.00"}, "warnings": []}
    assert json.loads(output.encode_json(document)) == document
