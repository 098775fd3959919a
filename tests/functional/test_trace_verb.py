"""`fanzha trace` from files to figures: the golden numbers, and a defined answer to every odd question."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from fanzha.cli import main as shell
from fanzha.engines.local import ledger_files
from tests.fixtures.case40.dirty_statements import write_dirty_statements

COLUMNS = ("at", "payer", "payee", "amount", "kind", "payer_balance_after", "payee_balance_after", "transfer_id")
CARDS = {
    "V1": "6299991000000000011", "V2": "6299991000000000022", "V3": "6299991000000000033", "M": "6299992000000000044",
    "M2": "6299993000000000055", "C": "6299994000000000066", "X": "6299994000000000077", "D": "6299995000000000088",
    "OTC": "6299995000000000099",
}  # fmt: skip
ORIGINS = (("V1", "10:00:00", "30000"), ("V2", "10:05:00", "50000"), ("V3", "10:30:00", "10000"))


def row(at: str, payer: str, payee: str, amount: str, *balances: str, kind: str = "transfer") -> dict[str, str]:
    """One canonical row of 1 March 2026; balances after: payer's, payee's."""
    payer_balance, payee_balance = (*balances, "", "")[:2]
    names = (CARDS.get(payer, payer), CARDS.get(payee, payee))
    return dict(zip(COLUMNS, (f"2026-03-01T{at}", *names, amount, kind, payer_balance, payee_balance), strict=False))


S1 = [
    row("10:00:00", "V1", "M", "30000.00", "", "32000.00"),
    row("10:05:00", "V2", "M", "50000.00", "", "82000.00"),
    row("10:10:00", "M", "M2", "40000.00", "42000.00", "40000.00"),
    row("10:15:00", "C", "M", "20000.00", "", "62000.00"),
    row("10:17:00", "X", "M2", "10000.00", "", "50000.00"),
    row("10:20:00", "M", "D", "45000.00", "17000.00"),
    row("10:30:00", "V3", "M", "10000.00", "", "27000.00"),
    row("10:35:00", "M2", "", "20000.00", "30000.00", kind="cash"),
    row("10:40:00", "M2", "OTC", "25000.00", "5000.00", kind="crypto"),
]
GOLDEN = {
    "fifo": {"M": ("10000.00", {"V3": "10000.00"}), "M2": ("0.00", {})},
    "lifo": {"M": ("25000.00", {"V1": "15000.00", "V3": "10000.00"}), "M2": ("5000.00", {"V2": "5000.00"})},
    "prorata": {
        "M": ("21235.25", {"V1": "4213.22", "V2": "7022.03", "V3": "10000.00"}),
        "M2": ("3902.44", {"V1": "1463.42", "V2": "2439.02"}),
    },
    "own_first": {"M": ("10000.00", {"V3": "10000.00"}), "M2": ("0.00", {})},
    "libr": {"M": ("27000.00", {"V2": "17000.00", "V3": "10000.00"}), "M2": ("5000.00", {"V2": "5000.00"})},
}
GOLDEN_CARRIED = {
    "fifo": {"D": {"V2": "42000.00"}, "cash": {"V1": "18000.00"}, "OTC": {"V1": "12000.00", "V2": "8000.00"}},
    "lifo": {"D": {"V1": "15000.00", "V2": "10000.00"}, "cash": {"V2": "10000.00"}, "OTC": {"V2": "25000.00"}},
    "prorata": {
        "D": {"V1": "11152.63", "V2": "18587.73"},
        "cash": {"V1": "5853.66", "V2": "9756.10"},
        "OTC": {"V1": "7317.07", "V2": "12195.12"},
    },
}


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] = COLUMNS[:-1]) -> Path:
    """A canonical CSV with exactly these columns."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_origins(path: Path, origins: Sequence[tuple[str, str, str]] = ORIGINS, to: str = "M") -> Path:
    """An origins file of payments into one account."""
    lines = ["label,from,to,at,amount"]
    lines += [f"{v},{CARDS[v]},{CARDS[to]},2026-03-01T{at},{amount}" for v, at, amount in origins]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the command line on a home of its own; gives exit code and the document (or what was said)."""

    def start(*arguments: str, json_out: bool = True) -> tuple[int, Any]:
        flags = ["--home", str(tmp_path / "home"), *(["--json"] if json_out else [])]
        code = shell.main([*flags, *arguments], {})
        said = capsys.readouterr()
        return code, json.loads(said.out) if json_out and said.out else said.err

    return start


@pytest.fixture(params=["canonical", "dirty"])
def s1(request, run, tmp_path):
    """The worked ledger, once as a clean table and once as dirty statements of three institutions."""
    if request.param == "canonical":
        code, _ = run("ingest", str(write_csv(tmp_path / "ledger.csv", S1)))
        assert code == 0
    else:
        folder = tmp_path / "statements"
        folder.mkdir()
        write_dirty_statements(S1, folder)
        code, document = run("ingest", str(folder))
        assert code in (0, 3), document
    return run


def accounts_of(found: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """A method's accounts by the worked example's names."""
    name_of = {card: name for name, card in CARDS.items()}
    return {name_of.get(a["account"], a["account"]): a for a in found["accounts"]}


def test_the_worked_example_gives_its_golden_numbers(s1, tmp_path):
    code, document = s1("trace", "--origins", str(write_origins(tmp_path / "origins.csv")))
    assert code == 0
    for method, expected in GOLDEN.items():
        found = document["methods"][method]
        accounts = accounts_of(found)
        for name, (held, by_victim) in expected.items():
            assert (accounts[name]["held"], accounts[name]["by_victim"]) == (held, by_victim), (method, name)
        assert found["balance"]["origin"] == "90000.00"
        assert found["balance"]["difference"] == "0.00"
    for method, expected in GOLDEN_CARRIED.items():
        flows = document["methods"][method]["flows"]
        carried = {f["payee"]: f["by_victim"] for f in flows}
        cash = next(f["by_victim"] for f in flows if f["kind"] == "cash")
        assert carried[CARDS["D"]] == expected["D"]
        assert carried[CARDS["OTC"]] == expected["OTC"]
        assert cash == expected["cash"]
    poison = document["methods"]["poison"]
    assert poison["leads_only"] is True
    assert "balance" not in poison
    tainted = {f["payee"]: f["traced"] for f in poison["flows"]}
    assert (tainted[CARDS["M2"]], tainted[CARDS["D"]]) == ("40000.00", "45000.00")
    # Tainted 112,000 in all: what several victims taint is tainted once.
    tainted_in = {name: accounts_of(poison)[name]["traced_in"] for name in ("M", "M2", "D")}
    assert tainted_in == {"M": "90000.00", "M2": "40000.00", "D": "45000.00"}
    assert accounts_of(poison)["M"]["held"] == "27000.00"
    assert accounts_of(poison)["M"]["traced_out"] == "85000.00"
    assert accounts_of(poison)["M2"]["traced_in_by_victim"] == {"V1": "40000.00", "V2": "40000.00"}
    assert {e["kind"]: e["traced"] for e in poison["exits"]} == {"cash": "20000.00", "crypto": "25000.00"}
    assert [q["traced"] for q in poison["frontier"]] == [u["traced"] for u in poison["unknown"]] == ["45000.00"]
    assert poison["unknown"][0]["by_victim"] == {"V1": "45000.00", "V2": "45000.00"}


def test_a_home_whose_index_an_earlier_version_wrote_is_traced_checked_and_added_to(run, tmp_path, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(ledger_files, "INDEX_PREFIX", "lines.")
        assert run("ingest", str(write_csv(tmp_path / "ledger.csv", S1)))[0] == 0
    asked = ("trace", "--origins", str(write_origins(tmp_path / "origins.csv")))
    code, document = run(*asked)
    assert (code, document["methods"]["fifo"]["balance"]["difference"]) == (0, "0.00")
    assert run("ledger", "check")[0] == 0
    assert run("ingest", str(write_csv(tmp_path / "later.csv", [row("11:00:00", "C", "X", "1.00")])))[0] == 0
    assert run(*asked)[1]["methods"]["fifo"]["accounts"] == document["methods"]["fifo"]["accounts"]


def test_poison_taints_a_row_once_however_many_payments_and_victims_taint_it(run, tmp_path):
    rows = [
        row("10:00:00", "V1", "M", "300.00"),
        row("10:01:00", "V2", "M", "500.00"),
        row("10:02:00", "V1", "M", "200.00"),
        row("10:05:00", "M", "", "400.00", kind="cash"),
    ]
    assert run("ingest", str(write_csv(tmp_path / "ledger.csv", rows, COLUMNS[:5])))[0] == 0
    origins = (("V1", "10:00:00", "300"), ("V2", "10:01:00", "500"), ("V1", "10:02:00", "200"))
    _, document = run("trace", "--origins", str(write_origins(tmp_path / "origins.csv", origins)), "--method", "poison")
    poison = document["methods"]["poison"]
    assert [(e["traced"], e["by_victim"]) for e in poison["exits"]] == [("400.00", {"V1": "400.00", "V2": "400.00"})]
    mule = accounts_of(poison)["M"]
    assert (mule["traced_in"], mule["traced_in_by_victim"]) == ("1000.00", {"V1": "500.00", "V2": "500.00"})
    assert (mule["traced_out"], mule["held"], mule["by_victim"]) == (
        "400.00",
        "600.00",
        {"V1": "600.00", "V2": "600.00"},
    )


def test_an_account_ended_by_dust_says_so(run, tmp_path):
    rows = [
        row("10:00:00", "V1", "M", "1000.00"),
        row("10:05:00", "M", "M2", "1000.00"),
        row("10:10:00", "M2", "C", "990.00"),
        row("10:11:00", "M2", "X", "10.00"),
    ]
    assert run("ingest", str(write_csv(tmp_path / "ledger.csv", rows, COLUMNS[:4])))[0] == 0
    _, document = run(*ask("2026-03-01T10:00:00", "1000"), "--dust", "50", "--method", "fifo,lifo,prorata")
    for found in document["methods"].values():
        states = {name: account["state"].split()[0] for name, account in accounts_of(found).items()}
        assert states == {"M": "passed_on", "M2": "passed_on", "C": "held", "X": "dust"}


@pytest.mark.parametrize(
    ("until", "to"),
    [
        ((), "2026-03-04T10:20:00+08:00"),  # 72 hours after the arrival: the ledger ends 20 minutes after it
        (("--until", "2026-03-02"), "2026-03-02T23:59:59.999999+08:00"),
        (("--until", "2026-03-01T10:20:00"), "2026-03-01T10:20:00.999999+08:00"),
    ],
)
def test_a_statement_is_asked_for_beyond_the_ledger_s_end_but_not_beyond_until(clean, until, to):
    _, document = clean(*ask("2026-03-01T10:05:00", "50000", "V2", "--method", "fifo", *until))
    asked = document["methods"]["fifo"]["frontier"][0]
    assert asked["account"] == CARDS["D"]
    assert asked["ask"] == {"from": "2026-03-01T10:20:00+08:00", "to": to}


def test_one_payment_is_asked_for_within_the_clocks_difference(run, tmp_path):
    rows = [
        row("10:00:00", "V1", "M", "1000.00", "", "1000.00"),
        row("10:20:00", "M", "", "300.00", "700.00"),
    ]
    assert run("ingest", str(write_csv(tmp_path / "ledger.csv", rows)))[0] == 0
    _, document = run(*ask("2026-03-01T10:00:00", "1000"), "--method", "fifo")
    asked = document["methods"]["fifo"]["frontier"][0]
    assert asked["reason"] == "counterparty_missing"
    assert asked["ask"] == {"from": "2026-03-01T10:20:00+08:00", "to": "2026-03-01T10:22:00+08:00"}


def test_stoppable_exits_and_questions_are_told(s1, tmp_path):
    _, document = s1("trace", "--origins", str(write_origins(tmp_path / "origins.csv")), "--method", "lifo")
    found = document["methods"]["lifo"]
    assert accounts_of(found)["M"]["stoppable"] == "25000.00"
    assert {e["kind"]: e["traced"] for e in found["exits"]} == {"cash": "10000.00", "crypto": "25000.00"}
    asked = found["frontier"][0]
    assert (asked["account"], asked["traced"]) == (CARDS["D"], "25000.00")
    assert asked["ask"]["from"] == "2026-03-01T10:20:00+08:00"
    assert accounts_of(found)["D"]["stoppable"] == "unknown"


def test_the_same_question_gives_the_same_bytes(s1, tmp_path):
    origins = str(write_origins(tmp_path / "origins.csv"))
    first, second = s1("trace", "--origins", origins), s1("trace", "--origins", origins)
    assert first == second
    assert len(first[1]["result_hash"]) == 64


@pytest.fixture
def clean(run, tmp_path):
    """The worked ledger as a clean table."""
    assert run("ingest", str(write_csv(tmp_path / "ledger.csv", S1)))[0] == 0
    return run


def ask(at: str, amount: str, payer: str = "V1", *more: str) -> tuple[str, ...]:
    """A question about one payment."""
    return ("trace", "--from", CARDS[payer], "--at", at, "--amount", amount, *more)


def test_a_single_payment_needs_no_file(clean):
    code, document = clean(*ask("2026-03-01 10:00", "30,000"))
    assert code == 0
    assert document["methods"]["fifo"]["balance"]["origin"] == "30000.00"
    assert any(w.startswith("prorata_single_origin") for w in document["warnings"])


def test_a_clock_that_differs_by_a_minute_is_said(clean):
    _, document = clean(*ask("2026-03-01T10:01:10", "30000", "V1"))
    assert any(w.startswith("origin_time_shifted") for w in document["warnings"])


def test_an_origin_that_matches_no_row_is_refused_with_the_nearest(clean):
    code, document = clean(*ask("2026-03-01T10:00:00", "30001"))
    assert code == 1
    assert "no row answers" in document["error"]["message"]
    assert "30000.00" in document["error"]["message"]


def test_an_origin_that_matches_two_rows_is_refused_unless_both_are_asked_for(run, tmp_path):
    twice = [S1[0], row("10:00:00", "V1", "M", "30000.00", "", "62000.00")]
    assert run("ingest", str(write_csv(tmp_path / "two.csv", twice)))[0] == 0
    code, document = run(*ask("2026-03-01T10:00:00", "30000"))
    assert code == 1
    assert "2 rows answer" in document["error"]["message"]
    both = (("V1", "10:00:00", "30000"), ("V1", "10:00:00", "30000"))
    code, document = run("trace", "--origins", str(write_origins(tmp_path / "both.csv", both)))
    assert code == 0
    assert document["methods"]["fifo"]["balance"]["origin"] == "60000.00"


def test_the_same_row_cannot_be_two_origins(clean, tmp_path):
    path = write_origins(tmp_path / "twice.csv", (ORIGINS[0], ("V1", "10:00", "30000")))
    code, document = clean("trace", "--origins", str(path))
    assert code == 1
    assert "same row" in document["error"]["message"]


def test_a_payment_into_an_account_without_statement_is_wholly_a_question(clean):
    code, document = clean(*ask("2026-03-02T09:00:00", "700", "X", "--to", "6299996000000000000"))
    assert code == 0
    found = document["methods"]["fifo"]
    assert found["balance"]["unknown"] == "700.00"
    assert found["frontier"][0]["account"] == "6299996000000000000"
    assert any(w.startswith("origin_without_row") for w in document["warnings"])


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("trace",), "--from"),
        (("trace", "--from", "1", "--at", "yesterday", "--amount", "5"), "not a time"),
        (("trace", "--from", "1", "--at", "2026-03-01", "--amount", "five"), "not a decimal"),
        (("trace", "--from", "1", "--at", "2026-03-01", "--amount", "5.001"), "decimals"),
        (("trace", "--from", "1", "--at", "2026-03-01", "--amount", "5", "--method", "best"), "best"),
        (("trace", "--origins", "/nowhere.csv"), "/nowhere.csv"),
        (("trace", "--into", "123456789"), "does not know"),
        (("trace", "--into", CARDS["M"], "--html", "x.html", "--dust", "5"), "--dust, --html cannot go with --into"),
        (("trace", "--into", CARDS["M"], "--method", "all", "--max-hops", "2"), "--method, --max-hops cannot go"),
        (("trace", "--into", CARDS["M"], "--nested", "V", "--xlsx", "x", "--diff", "o"), "--nested, --xlsx, --diff"),
    ],
)
def test_nonsense_is_answered_in_one_sentence(clean, arguments, part):
    code, document = clean(*arguments)
    assert code == 2
    assert part in document["error"]["message"]


def test_without_a_ledger_the_way_to_one_is_told(run):
    code, document = run(*ask("2026-03-01", "5"))
    assert code == 2
    assert "ingest" in document["error"]["message"]


def test_origins_name_the_row_that_is_wrong(clean, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(f"label,from,to,at,amount\nV1,{CARDS['V1']},,2026-03-01T10:00:00,\n", encoding="utf-8")
    code, document = clean("trace", "--origins", str(path))
    assert code == 2
    assert "row 2: amount is empty" in document["error"]["message"]


@pytest.mark.parametrize(
    ("at", "amount", "part"),
    [
        ("2026-03-01T10:00:00", "abc", "row 2: amount 'abc' is not a decimal number"),
        ("2026-03-01T10:00:00", "5.001", "row 2: amount '5.001' has more than 2 decimals"),
        ("soon", "30000", "row 2: at 'soon' is not a time"),
    ],
)
def test_an_amount_or_a_time_that_cannot_be_read_is_named_with_file_and_row(clean, tmp_path, at, amount, part):
    path = tmp_path / "bad.csv"
    path.write_text(f"label,from,to,at,amount\nV1,{CARDS['V1']},,{at},{amount}\n", encoding="utf-8")
    for more in ((), ("--into", CARDS["M"])):
        code, document = clean("trace", "--origins", str(path), *more)
        assert code == 2
        assert f"{path}: {part}" in document["error"]["message"]


def test_a_new_statement_s_difference_is_told_account_by_account(clean, tmp_path):
    origins = str(write_origins(tmp_path / "origins.csv"))
    _, before = clean("trace", "--origins", origins)
    old = tmp_path / "old.json"
    old.write_text(json.dumps(before), encoding="utf-8")
    more = [
        row("10:20:00", "M", "D", "45000.00", "17000.00", "45000.00"),
        row("10:50:00", "D", "", "44000.00", "1000.00", kind="cash"),
    ]
    assert clean("ingest", str(write_csv(tmp_path / "more.csv", more)))[0] == 0
    code, document = clean("trace", "--origins", origins, "--diff", str(old))
    assert code == 0
    changed = {a["account"]: a for a in document["methods"]["fifo"]["accounts"]}
    assert changed[CARDS["D"]]["traced_out"] == ["0.00", "42000.00"]
    assert changed[CARDS["D"]]["stoppable"] == ["unknown", "0.00"]
    assert document["methods"]["fifo"]["balance"]["unknown"]["old"] == "42000.00"
    assert document["methods"]["fifo"]["balance"]["unknown"]["new"] == "0.00"


def test_people_are_told_which_clearing_account_ended_the_branch(run, tmp_path):
    path = tmp_path / "hub.csv"
    path.write_text(
        "at,payer,payee,amount,payee_name\n2026-03-01T10:00:00,V,A,1000,\n2026-03-01T10:05:00,A,H1,400,模拟支付客户备付金\n",
        encoding="utf-8",
    )
    assert run("ingest", str(path))[0] == 0
    question = ("--from", "V", "--at", "2026-03-01 10:00", "--amount", "1000", "--method", "fifo")
    code, told = run("trace", *question, json_out=False)
    assert code == 0
    assert "H1 客户备付金账户" in told


def test_whose_money_changed_is_a_change_and_methods_that_one_side_lacks_are_named(clean, tmp_path):
    origins = str(write_origins(tmp_path / "origins.csv"))
    _, before = clean("trace", "--origins", origins, "--method", "fifo,lifo")
    [held] = [a for a in before["methods"]["fifo"]["accounts"] if a["held"] == "10000.00"]
    held["by_victim"] = {"V1": "10000.00"}
    old = tmp_path / "old.json"
    old.write_text(json.dumps(before), encoding="utf-8")
    _, document = clean("trace", "--origins", origins, "--method", "fifo,prorata", "--diff", str(old))
    assert document["methods"]["fifo"]["accounts"] == [
        {"account": CARDS["M"], "change": "changed", "by_victim": [{"V1": "10000.00"}, {"V3": "10000.00"}]}
    ]
    assert (document["only_old"], document["only_new"]) == (["lifo"], ["prorata"])
    code, told = clean("trace", "--origins", origins, "--method", "fifo,prorata", "--diff", str(old), json_out=False)
    assert code == 0
    assert "V1 10000.00 → –; V3 – → 10000.00" in told
    assert "only the earlier document has lifo" in told


def test_page_and_workbook_are_written(clean, tmp_path):
    page, book = tmp_path / "flow.html", tmp_path / "flow.xlsx"
    origins = str(write_origins(tmp_path / "origins.csv"))
    assert clean("trace", "--origins", origins, "--html", str(page), "--xlsx", str(book))[0] == 0
    assert "<svg" in page.read_text(encoding="utf-8")
    assert book.read_bytes()[:2] == b"PK"


def test_a_nested_origin_is_warned_of_and_can_be_declared(run, tmp_path):
    rows = [
        row("10:00:00", "V1", "M", "10000.00", "", "10000.00"),
        row("10:10:00", "M", "M2", "8000.00", "2000.00", "8000.00"),
        row("10:20:00", "M2", "D", "8000.00", "0.00"),
    ]
    assert run("ingest", str(write_csv(tmp_path / "ledger.csv", rows)))[0] == 0
    path = tmp_path / "origins.csv"
    path.write_text(
        "label,from,to,at,amount\n"
        f"V1,{CARDS['V1']},{CARDS['M']},2026-03-01T10:00:00,10000\n"
        f"V2,{CARDS['M']},{CARDS['M2']},2026-03-01T10:10:00,8000\n",
        encoding="utf-8",
    )
    _, document = run("trace", "--origins", str(path))
    warning = next(w for w in document["warnings"] if w.startswith("possible_nested_origin"))
    assert "10000.00 of V1" in warning
    assert "V2" in warning
    assert document["methods"]["fifo"]["exits"][0]["kind"] == "to_victim"
    _, document = run("trace", "--origins", str(path), "--nested", "V2")
    assert {e["kind"]: e["traced"] for e in document["methods"]["fifo"]["exits"]} == {"superseded": "8000.00"}
    assert document["methods"]["fifo"]["balance"]["origin"] == "18000.00"


def test_backward_explains_every_inflow(clean, tmp_path):
    origins = str(write_origins(tmp_path / "origins.csv", ORIGINS[:1]))
    code, document = clean("trace", "--into", CARDS["M"], "--origins", origins)
    assert code == 0
    classes = {r["payer"]: r["class"] for r in document["inflows"]}
    assert classes[CARDS["V1"]] == "known_victim"
    assert classes[CARDS["V2"]] == "probable_victim"
    total = sum(float(part["amount"]) for part in document["totals"].values())
    assert document["indicators"]["inflow"] == f"{total:.2f}" == "110000.00"


def test_several_currencies_stand_apart(run, tmp_path):
    rows = [
        {**S1[0], "currency": "CNY"},
        {**row("10:02:00", "V2", "M", "100.5", "", "100.5"), "currency": "USDT"},
    ]
    assert run("ingest", str(write_csv(tmp_path / "two.csv", rows, (*COLUMNS[:-1], "currency"))))[0] == 0
    path = tmp_path / "origins.csv"
    path.write_text(
        "label,from,to,at,amount\n"
        f"V1,{CARDS['V1']},{CARDS['M']},2026-03-01T10:00:00,30000\n"
        f"V2,{CARDS['V2']},{CARDS['M']},2026-03-01T10:02:00,100.5\n",
        encoding="utf-8",
    )
    _, document = run("trace", "--origins", str(path), "--method", "fifo")
    assert document["methods"]["fifo"]["balance"]["held"] == "30000.00"
    assert document["methods"]["fifo@USDT"]["balance"]["held"] == "100.500000"


def test_people_see_what_can_be_stopped_in_a_currency_without_decimals_too(run, tmp_path):
    """Nothing is stoppable at M, which passed all of it on; the largest amount held is told first."""
    rows = [
        {**row("10:00:00", "V1", "M", "1000"), "currency": "JPY"},
        {**row("10:05:00", "M", "C", "90"), "currency": "JPY"},
        {**row("10:06:00", "M", "D", "910"), "currency": "JPY"},
    ]
    columns = (*COLUMNS[:4], "currency")
    assert run("ingest", str(write_csv(tmp_path / "yen.csv", rows, columns)))[0] == 0
    _, said = run(*ask("2026-03-01T10:00:00", "1000", "V1", "--method", "fifo"), json_out=False)
    stoppable = said.split("Whom to ask next")[0]
    assert CARDS["M"] not in stoppable
    assert 0 < stoppable.find(CARDS["D"]) < stoppable.find(CARDS["C"])


def test_an_order_that_no_balance_tells_is_given_as_a_range(run, tmp_path):
    """A complete ledger without balances: in one second 100 come in and 100 of 150 go out."""
    rows = [
        row("10:00:00", "C", "M", "150.00"),
        row("10:10:00", "V1", "M", "100.00"),
        row("10:10:00", "M", "D", "100.00"),
    ]
    assert run("ingest", str(write_csv(tmp_path / "plain.csv", rows, COLUMNS[:4])))[0] == 0
    _, document = run(*ask("2026-03-01T10:10:00", "100"), "--method", "lifo,fifo")
    account = accounts_of(document["methods"]["lifo"])["M"]
    assert (account["held"], account["held_min"], account["held_max"]) == ("0.00", "0.00", "100.00")
    assert "order_uncertain" in account["state"]
    assert "held_min" not in accounts_of(document["methods"]["fifo"])["M"]


def test_a_slip_in_the_question_is_told_before_any_statement_is_read(run, tmp_path):
    statements = tmp_path / "s.csv"
    statements.write_text("at,payer,payee,amount\n2026-03-01T10:00:00,A,B,5\n", encoding="utf-8")
    for slip in (["--origins", str(tmp_path / "none.csv")], ["--from", "A"], ["--diff", str(tmp_path / "none.json")]):
        question = slip if slip[0] != "--diff" else ["--from", "A", "--at", "2026-03-01", "--amount", "5", *slip]
        assert run("trace", str(statements), *question)[0] == 2
    code, refused = run("trace", "--from", "A", "--at", "2026-03-01", "--amount", "5")
    assert code != 0, refused  # there is still no ledger
