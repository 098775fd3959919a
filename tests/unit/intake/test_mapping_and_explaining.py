"""Unknown tables by a mapping file, and the explanation of what was taken for what."""

import json
import random
from dataclasses import asdict
from pathlib import Path

import pytest

from fanzha.core.errors import BadInput
from fanzha.core.time import parse_instant
from fanzha.intake import SourceFile, explain_file, load_mapping, read_file

TOML = """
[table]
kind = "entries"
amount_unit = "fen"
date_format = "%d.%m.%Y %H:%M"
account = "6299990000000000001"
[columns]
at = "Datum"
amount = "Betrag"
direction = "S/H"
counterparty = "Konto"
[directions]
in = ["H"]
out = ["S"]
[constants]
currency = "EUR"
"""
CSV = "Umsätze 2026\nDatum;Betrag;S/H;Konto;Text\n02.01.2026 03:04;500;S;DE01;x\n03.01.2026 03:04;700;H;DE02;y\n"


def test_a_mapped_table(tmp_path: Path):
    (tmp_path / "columns.toml").write_text(TOML)
    batch = read_file(SourceFile("x.csv", CSV.encode()), load_mapping(tmp_path / "columns.toml"))
    columns = ("account", "at_us", "at_precision", "amount_minor", "direction", "counterparty", "currency")
    assert batch.facts["entries"].select(columns).rows() == [
        ("6299990000000000001", parse_instant("2026-01-02 03:04"), 1, 500, -1, "DE01", "EUR"),
        ("6299990000000000001", parse_instant("2026-01-03 03:04"), 1, 700, 1, "DE02", "EUR"),
    ]


def test_a_mapped_decimal_comma(tmp_path: Path):
    mapping = TOML.replace('"fen"', '"yuan"\ndecimal_mark = ","').replace(
        "[directions]", 'balance = "Text"\n[directions]'
    )
    (tmp_path / "columns.toml").write_text(mapping)
    rows = ("1.234,50;H;X;2.000", "1000,5;S;X;-7", "1000.5;S;X;0,50", "1.234.56;S;X;", "1,000.50;S;X;")
    text = "Datum;Betrag;S/H;Konto;Text\n" + "".join(f"02.01.2026 03:04;{row}\n" for row in rows)
    batch = read_file(SourceFile("x.csv", text.encode()), load_mapping(tmp_path / "columns.toml"))
    assert batch.facts["entries"].select("amount_minor", "balance_minor").rows() == [
        (123450, 200000), (100050, -700), (100050, 50),
    ]  # fmt: skip
    assert [row.row for row in batch.quarantine] == [5, 6]


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[table", "not valid TOML"),
        ("[table]\nkind = 'accounts'", "kind is 'accounts'"),
        ("table = 3", "must be a section"),
        (TOML.replace("counterparty =", "konto ="), "no field 'konto'"),
        (TOML.replace("currency =", "colour ="), "no field 'colour'"),
        (TOML.replace("at =", "summary ="), "lacks at"),
        (TOML.replace('"fen"', '"jiao"'), "amount_unit"),
        (TOML.replace('"fen"', '"fen"\ndecimal_mark = ";"'), "decimal_mark"),
        (TOML.replace('["H"]', '"H"'), "must be a list"),
        (TOML.replace("%d.%m.%Y %H:%M", "dd.mm"), "date_format"),
        (TOML.replace("%d.%m.%Y %H:%M", "%Q%&"), "no strptime pattern"),
    ],
)
def test_mapping_files_that_make_no_sense(tmp_path: Path, toml, said):
    (tmp_path / "columns.toml").write_text(toml)
    with pytest.raises(BadInput, match=said):
        load_mapping(tmp_path / "columns.toml")


def test_a_mapping_that_does_not_fit_the_file(tmp_path: Path):
    (tmp_path / "columns.toml").write_text(TOML)
    mapping = load_mapping(tmp_path / "columns.toml")
    with pytest.raises(BadInput, match="missing: S/H"):
        read_file(SourceFile("x.csv", CSV.replace("S/H", "Art").encode()), mapping)
    with pytest.raises(BadInput, match="cannot be opened"):
        load_mapping(tmp_path / "absent.toml")


def test_explanation():
    text = (
        "模拟银行\n卡号,交易时间,交易金额,收付标志,IP地址,备注,备注,心情\n1,2026-01-02,5,O,,,,\n1,2026-01-02,5,进,,,,\n"
    )
    explanation = explain_file(SourceFile("账户信息.csv", text.encode()))
    [sheet] = explanation.sheets
    assert (sheet.table, sheet.named, sheet.header_row, sheet.rows, sheet.accepted) == ("entries", "accounts", 2, 2, 1)
    assert [(column.header, column.field, column.why) for column in sheet.columns] == [
        ("卡号", "card", "alias"), ("交易时间", "at", "exact"), ("交易金额", "amount", "exact"),
        ("收付标志", "direction", "exact"),
        ("IP地址", None, "known but not used"), ("备注", "remark", "exact"), ("备注", None, "duplicate"),
        ("心情", None, "unmatched"),
    ]  # fmt: skip
    assert [(reason.field, reason.reason, reason.rows, reason.samples) for reason in sheet.quarantine] == [
        ("direction", "direction_unknown", 1, (3,))
    ]
    assert json.loads(json.dumps(asdict(explanation)))["path"] == "账户信息.csv"


def test_explanation_of_what_cannot_be_read():
    assert explain_file(SourceFile("x.csv", b"")).problem == "the file is empty"
    [sheet] = explain_file(SourceFile("x.csv", b"a,b\n1,2\n")).sheets
    assert (sheet.table, sheet.notes) == (None, ("no known column name was found",))
    assert [(column.header, column.field, column.why) for column in sheet.columns] == [
        ("a", None, "unknown"), ("b", None, "unknown"),
    ]  # fmt: skip
    assert (sheet.header_row, sheet.rows, sheet.accepted) == (1, 1, 0)
    noise = random.Random(5).randbytes(3000)
    assert "no workbook" in (explain_file(SourceFile("broken.xlsx", noise)).problem or "")


@pytest.mark.parametrize("before", [0, 60])
def test_a_surplus_cell_is_told_with_its_row(before: int):
    plain = ["2026-03-01T10:00:00,A,B,5.00"] * before
    text = "\n".join(["at,payer,payee,amount", *plain, "2026-03-01T10:00:01,A,B,1,000.00", ""])
    note = f"row {before + 2} has more cells than the header"
    assert any(note in told for told in read_file(SourceFile("x.csv", text.encode())).notes)
    [sheet] = explain_file(SourceFile("x.csv", text.encode())).sheets
    assert any(note in told for told in sheet.notes)


def test_the_cell_at_fault_is_kept():
    text = "卡号,交易日期,交易时间,交易金额,收付标志\n1,2026-01-02,10:00:00,5.00,进了\n1,2026-01-02,99:00:00,5.00,进\n"
    rows = read_file(SourceFile("交易明细信息.csv", text.encode())).quarantine
    assert [(row.field, row.cell) for row in rows] == [("direction", "进了"), ("at", "2026-01-02 99:00:00")]


def test_the_documented_mapping_is_one(tmp_path: Path):
    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "ingest.md").read_text(encoding="utf-8")
    (tmp_path / "columns.toml").write_text(guide.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    csv = "Datum;Betrag;S/H;Gegenkonto;Saldo;Text\n02.01.2026 03:04;5,00;S;DE01;10,00;x\n"
    batch = read_file(SourceFile("x.csv", csv.encode()), load_mapping(tmp_path / "columns.toml"))
    assert batch.facts["entries"].select("direction", "counterparty", "currency", "institution").rows() == [
        (-1, "DE01", "EUR", "模拟己银行")
    ]
