"""The pages made from code say what the code says."""

from __future__ import annotations

import tomllib
from importlib import resources

from fanzha.cli import docs
from fanzha.records import SCHEMAS

RULES = """\
# Words of a column.
# Source: exports.

# When it took effect.
effective = 2026-01-01

# By word.
[direction]
in = ["进", "贷"]
[direction.odd]
out = ["O"]
[[hub]]
name = "x"
"""


def test_a_table_of_rules_is_shown_with_its_comments():
    assert docs._rules_file("words.toml", RULES) == (
        "\n## words.toml\n\nWords of a column. Source: exports.\n\n"
        "- `effective` = `2026-01-01`: When it took effect.\n"
        "- `hub` = 1 entries of `name`\n"
        "\n### direction\n\nBy word.\n\n- `in` = `进, 贷`\n- `odd.out` = `O`\n"
    )


def test_the_canonical_columns_are_those_that_are_read():
    headers = tomllib.loads((resources.files("fanzha") / "rules" / "headers.toml").read_text(encoding="utf-8"))
    read = {aliases[0] for aliases in headers["transfers"]["fields"].values()}
    assert {name for name, _ in docs.CANONICAL.values()} == read


def test_every_fact_of_a_transfer_comes_from_a_column_or_from_where_it_stands():
    assert set(SCHEMAS["transfers"]) - set(docs.CANONICAL) == {"sheet", "row", "at_precision"}


def test_column_comments_are_published():
    assert "| `card` | String |" in docs.canonical_page()
    assert "at least one of card and account is there" in docs.canonical_page()


def test_a_page_that_is_not_current_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(docs, "PAGES", {"a.md": lambda: "a", "b.md": lambda: "b"})
    docs.write_pages(tmp_path)
    assert docs.stale_pages(tmp_path) == []
    (tmp_path / "b.md").write_text("old")
    (tmp_path / "a.md").unlink()
    assert docs.stale_pages(tmp_path) == ["a.md", "b.md"]
