"""What verbs say with: one document for programs, tables and bars for people."""

from __future__ import annotations

import json

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


def test_progress_is_silent_where_nobody_looks(capsys):
    with output.progress("reading", 2) as advance:
        advance(1)
    assert capsys.readouterr() == ("", "")


def test_a_document_reads_back_equal():
    document = {"balance": {"difference": "0.00"}, "warnings": []}
    assert json.loads(output.encode_json(document)) == document
