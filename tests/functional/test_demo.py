"""The demo: a made city's month at the desk adds up, is the same again from the same seed, and is whole or not there."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pypdfium2 import PdfDocument

from fanzha import bootstrap
from fanzha.casework import Case, Clue, ClueKind, ClueStage, Report
from fanzha.casework.operations import Operation, OperationStatus
from fanzha.cli.main import main
from fanzha.core.actor import MACHINE
from fanzha.core.errors import BadInput, Refused
from fanzha.core.money import format_minor
from fanzha.core.time import SECOND_US, SHANGHAI
from fanzha.intake.bulletins import read_text
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.services.desk.listing import every
from fanzha.services.desk.lists import ListWanted, list_clues
from fanzha.services.desk.take_in_answers import take_in_answers
from fanzha.services.proof.verify_home import verify_home
from fanzha.simulation.city.assumptions import CitySize, read_assumptions
from fanzha.simulation.city.build import build_city
from fanzha.simulation.city.people import THIS_YEAR
from fanzha.simulation.city.write import TRUTH
from fanzha.simulation.demo.demo import WORLD, demo_logins, for_the_visitor, make_demo
from fanzha.simulation.demo.demo_home import DONE, demo_there
from fanzha.statistics.bulletin_checks import find_faults
from fanzha.statistics.bulletin_text import bulletin_text
from fanzha.statistics.drafting import OwnBulletin
from tests.desk_home import run

ROOT = Path(__file__).parents[2]
BY_CHANCE = {"credentials", "partner_links", "audit_events", "audit_head"}
VILLAGE = CitySize("village", accounts=1_500, transfers=9_000, days=12, cases=4)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    home = tmp_path_factory.mktemp("demo") / "home"
    return home, make_demo(home, VILLAGE, 5)


@pytest.mark.slow
def test_the_month_adds_up(made: tuple[Path, dict[str, Any]]) -> None:
    home, document = made
    assert document["faults"] == []
    assert document["difference"] == document["reattributed"] == "0.00"
    city = build_city(VILLAGE, 5)
    left = for_the_visitor(city)
    came = sum(fraud.reported_us < left.reported_us for fraud in city.frauds)
    assert 0 < came == document["reports"] == document["cases"] == document["reports_with_a_stop"]
    assert 0 < document["median_minutes_to_stop"] < 60
    assert document["clues_within_3h"] == 1.0
    assert float(document["held"]) + float(document["returned"]) > 0
    assert document["measures"]["query"]["executed"] > 0
    assert json.loads((home / DONE).read_text(encoding="utf-8")) == document


@pytest.mark.slow
def test_a_strike_is_finished_and_its_bulletin_reads_back(made: tuple[Path, dict[str, Any]]) -> None:
    home, document = made
    shown = document["shown"]
    rules = bootstrap.desk_rules(home)
    with closing(bootstrap.work_store(home)) as store, store.reading() as view:
        operation = view.records(Operation).get(shown["operation"])
        analysis, bulletin = (view.records(OwnBulletin).get(shown[name]) for name in ("daily_analysis", "bulletin"))
    assert operation.status is OperationStatus.CLOSED
    assert analysis.title_zh.endswith("每日研判")
    assert bulletin.issued is not None
    assert bulletin.issued.by != bulletin.drafted_by
    assert {"suspects_caught": 12, "dens_destroyed": 3, "seized_sims": 210}.items() <= {
        name: figure.value for name, figure in bulletin.by_name.items()
    }.items()
    read = read_text(bulletin_text(bulletin, rules.indicators), "bulletin", "").figures
    assert find_faults(bulletin, rules.indicators, read) == ()


@pytest.mark.slow
def test_what_needs_no_public_notice_is_returned_within_the_month(made: tuple[Path, dict[str, Any]]) -> None:
    home, document = made
    with closing(bootstrap.work_store(home)) as store, store.reading() as view:
        returns = tuple(every(view.records(ReturnProcedure), Query()))
        measures = tuple(every(view.records(Measure), Query()))
    done = [one for one in returns if one.status is ProcedureStatus.DONE]
    assert done
    assert not any(one.needs_public_notice for one in done)
    assert any(one.status is ProcedureStatus.NOTICED for one in returns)
    decisions = [one.decision for one in done]
    assert len(set(decisions)) == len(decisions)
    paid = [one for one in measures if one.kind is MeasureKind.RETURN and one.status is Status.EXECUTED]
    assert document["returned"] == format_minor(sum(one.executed_minor or 0 for one in paid))
    assert float(document["returned"]) > 0


def test_a_limit_of_reports_ends_the_month_at_one_of_the_first() -> None:
    city = build_city(VILLAGE, 5)
    first = sorted((one for one in city.frauds if one.reported_us < city.ends_us), key=lambda one: one.reported_us)[:2]
    assert for_the_visitor(city) != first[-1]
    assert for_the_visitor(city, 2) == first[-1]


@pytest.mark.slow
def test_the_console_is_measured_on_a_copy_of_it(
    made: tuple[Path, dict[str, Any]], capfd: pytest.CaptureFixture[str]
) -> None:
    before = (made[0] / "work.db").stat().st_mtime_ns
    assert main(["--json", "bench", "console", "--city", str(made[0]), "--queries", "3"], {}) == 0
    document = json.loads(capfd.readouterr().out)
    asked = {row["question"] for row in document["results"] if row["engine"] == "ours"}
    assert asked == {"desk", "case", "flow", "dossier"}
    assert document["equal_answers"]
    assert document["limit"]["different_dossier_pages"] > 1
    assert (made[0] / "work.db").stat().st_mtime_ns == before


@pytest.mark.slow
def test_a_report_that_has_just_come_in_waits_for_the_visitor(made: tuple[Path, dict[str, Any]]) -> None:
    home, document = made
    desk = bootstrap.desk(home)
    try:
        duty = next(member.actor for member in demo_logins() if member.login == document["waiting_for"])
        queued = list_clues(desk, duty, ListWanted(status=("queued",))).rows
        assert queued
        assert all(desk.clock.now_us() - clue.received_at_us < 10 * 60_000_000 for clue in queued)
        with desk.store.reading() as view:
            reports = view.records(Report).get_many({clue.reports[0] for clue in queued})
    finally:
        desk.store.close()
    evidence = bootstrap.books(home).evidence
    for report in reports:
        assert len(report.attachments) == len(report.payments) > 0
        for slip, paid in zip(report.attachments, report.payments, strict=True):
            with closing(PdfDocument(evidence.get(slip.sha256))) as pdf, closing(pdf[0].get_textpage()) as page:
                words = page.get_text_range()
            local = datetime.fromtimestamp((paid.at_us or 0) // SECOND_US, SHANGHAI)
            four = (
                paid.payee.holder_name,
                paid.payee.number,
                f"{format_minor(paid.amount_minor or 0)}",
                str(local)[:19],
            )
            assert [field for field in ("模拟", *four) if field not in words] == []


@pytest.mark.slow
def test_the_home_can_be_verified_and_looked_into(made: tuple[Path, dict[str, Any]]) -> None:
    home, document = made
    with bootstrap.stores_to_verify(home) as stores:
        proof = verify_home(stores, bootstrap.clock_of(home).now_us(), told=lambda *_: None)
    assert proof.ok, [finding.sentence for finding in proof.findings.listed]
    code, out, _ = run(home, "demo", "--no-serve", "--json", "--city", "village", "--seed", "5")
    assert (code, json.loads(out)) == (0, document)
    code, _, err = run(home, "demo", "--no-serve", "--seed", "6")
    assert code == 1
    assert "--reset" in err


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("demo.json", "no summary of a demo"),
        ("world/institutions.json", "these are no institutions"),
        ("stands-at.json", "this is no time"),
    ],
)
def test_a_broken_part_of_a_demo_is_named_with_the_way_out(tmp_path: Path, broken: str, said: str) -> None:
    (tmp_path / "world").mkdir()
    (tmp_path / DONE).write_text('{"city": "village", "seed": 5}', encoding="utf-8")
    (tmp_path / "world/institutions.json").write_text('{"names": [], "banks": 0}', encoding="utf-8")
    (tmp_path / broken).write_text("{", encoding="utf-8")
    code, _, err = run(tmp_path, "serve", "--port", "0")
    assert (code, said in err, "--reset" in err) == (2, True, True), err


def test_a_demo_of_an_earlier_version_is_not_served_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / DONE).write_text('{"city": "village", "seed": 5}', encoding="utf-8")
    code, _, err = run(tmp_path, "serve", "--port", "0")
    assert (code, "an earlier version made this demo" in err, "--reset" in err) == (2, True, True), err


@pytest.mark.slow
def test_every_statement_is_read_whatever_its_form(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    home = shutil.copytree(made[0], tmp_path / "home")
    desk = bootstrap.desk(home)
    with desk.store.reading() as view:
        cases = tuple(every(view.records(Case), Query()))
    for case in cases:  # what came in since somebody looked last
        take_in_answers(desk, bootstrap.books(home), MACHINE, case.id)
    desk.store.close()
    read = set(bootstrap.fact_store(home).files())
    sent: dict[str, set[str]] = {}
    for book in (home / "world" / "institutions").glob("*/bank.db"):
        with closing(sqlite3.connect(book)) as connection:
            sent[book.parent.name] = {sha256 for (sha256,) in connection.execute("SELECT name FROM files")}
    assert set().union(*sent.values()) <= read
    assert all(sent[wallet] for wallet in read_assumptions().table("banks")["wallets"])


@pytest.mark.slow
def test_lines_sites_and_groups_that_victims_tell_of_are_clues_of_their_own(made: tuple[Path, dict[str, Any]]) -> None:
    with closing(bootstrap.work_store(made[0])) as store, store.reading() as view:
        reports, clues = (tuple(every(view.records(kind), Query())) for kind in (Report, Clue))
    reports = tuple(report for report in reports if report.case)  # the visitor's waits
    clues = tuple(clue for clue in clues if clue.case)
    for report in reports:
        assert report.contacts
        assert all(contact.value in report.narrative for contact in report.contacts)
    named = {(report.id, contact.kind, contact.value) for report in reports for contact in report.contacts}
    others = [clue for clue in clues if clue.kind is not ClueKind.ACCOUNT]
    assert {(clue.reports[0], clue.kind, clue.subject) for clue in others} == named
    assert all(clue.stage is ClueStage.ACTED and clue.outcome is not None for clue in others)
    assert {clue.outcome.actions for clue in others if clue.outcome is not None} == {(clue.case,) for clue in others}


@pytest.mark.slow
def test_papers_are_numbered_by_the_year_in_which_the_city_lives(made: tuple[Path, dict[str, Any]]) -> None:
    with closing(sqlite3.connect(made[0] / "work.db")) as work:
        text = "\n".join(line for line in work.iterdump() if "〔" in line)
    numbers = set(re.findall("模拟(.{1,2})〔(.*?)〕", text))
    assert numbers >= {(word, str(THIS_YEAR)) for word in ("字", "立字", "冻字")}
    assert {year for _, year in numbers} == {str(THIS_YEAR)}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_month(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """In a process whose sets are in another order too; only salts, ports and what is sealed over them differ."""
    home, document = made
    hashed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    code = (
        "import sys; from pathlib import Path; from tests.functional.test_demo import VILLAGE; "
        "from fanzha.simulation.demo.demo import make_demo; make_demo(Path(sys.argv[1]), VILLAGE, 5)"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    again = tmp_path / "again"
    subprocess.run(
        [sys.executable, "-P", "-c", code, str(again)],
        check=True,
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": hashed},
    )
    assert json.loads((again / DONE).read_text(encoding="utf-8")) == document
    before, after = (lines_of(one / "work.db") for one in (home, again))
    assert {table for table in before if before[table] != after[table]} <= BY_CHANCE
    assert len(before["measures"]) > len(before["cases"]) > 0


def lines_of(work: Path) -> dict[str, list[str]]:
    """Every row of each table of a desk's records."""
    with closing(sqlite3.connect(work)) as records:
        tables = [name for (name,) in records.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(map(repr, records.execute(f"SELECT * FROM {name}"))) for name in tables}


@pytest.mark.slow
def test_what_the_desk_can_read_has_no_trace_of_the_truth(made: tuple[Path, dict[str, Any]]) -> None:
    home, _ = made
    truth = {file.stem: pq.read_table(file).to_pylist() for file in (home / WORLD / "city" / TRUTH).iterdir()}
    read = "\n".join(readable(home))
    with closing(bootstrap.work_store(home)) as store, store.reading() as view:
        reports = sorted(every(view.records(Report), Query()), key=lambda one: one.received_at_us)
        cases = {case.id: case for case in every(view.records(Case), Query())}
    told = {contact.value for report in reports for contact in report.contacts}
    paid_into = {paid.payee.number for report in reports for paid in report.payments}
    known_to_gangs = {row["line"] for row in truth["lines"]} | {row["domain"] for row in truth["sites"]}
    assert told & known_to_gangs
    assert [word for word in (told & known_to_gangs) | paid_into if word not in read] == []  # it would be found
    hidden = {row["device"] for row in truth["devices"]} | {row["identity"] for row in truth["people"]}
    assert [word for word in hidden | known_to_gangs - told if word in read] == []
    for one in bootstrap.indicator_catalogue().measures.values():  # the day's analysis says that nobody records them
        read = read.replace(one.id, "").replace(one.en, "").replace(one.en.capitalize(), "")
    read = read.replace("Dens and gangs", "")  # its heading
    assert re.findall(r"(?i).{0,30}(?:gang|recruiter|mule|fraud[ _-]?\d|truth).{0,30}", read) == []
    # Cases are counted as they are reported: by the fraud's own number the gang could be told.
    numbered = [int(re.search(r"\d+$", cases[one.case].title)[0]) for one in reports if one.case]  # type: ignore[index]
    assert numbered == list(range(1, len(cases) + 1))


def readable(home: Path) -> Iterator[str]:
    """Whatever lies in a demo's home beside its world: records, facts, and papers as they came."""
    for lines in lines_of(home / "work.db").values():
        yield from lines
    for file in (home / "facts").rglob("*.parquet"):
        for column in pq.ParquetFile(file).read().columns:
            if column.type in {pa.string(), pa.large_string()}:
                yield from filter(None, column.unique().to_pylist())
    for file in (home / "evidence").rglob("*"):
        if file.is_file():
            yield file.read_bytes().decode("gb18030", errors="replace")


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match="no demo"):
        demo_there(tmp_path)
    for anew in (False, True):
        with pytest.raises(Refused, match="no demo"):
            make_demo(tmp_path, VILLAGE, 5, anew=anew)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_a_start_that_fails_leaves_nothing_not_even_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".home.begun" / "world").mkdir(parents=True)
    (tmp_path / ".home.begun" / "world" / "half").write_text("left", encoding="utf-8")
    found: list[str] = []

    def interrupted(*_: object) -> None:
        found.extend(path.name for path in (tmp_path / ".home.begun" / "world").iterdir())
        raise KeyboardInterrupt

    monkeypatch.setattr("fanzha.simulation.demo.demo.month_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path / "home", VILLAGE, 5)
    assert found
    assert "half" not in found
    assert list(tmp_path.iterdir()) == []


def test_a_second_start_is_refused_and_harms_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, seen = tmp_path / "home", list[bool]()

    def meanwhile(*_: object) -> None:
        made = sorted(path for path in tmp_path.rglob("*"))
        for option in ((), ("--reset",)):
            code, _, err = run(home, "demo", "--no-serve", *option)
            seen.append(code == 1 and "by another start of fanzha" in err)
        seen.append(sorted(path for path in tmp_path.rglob("*")) == made)
        raise KeyboardInterrupt

    monkeypatch.setattr("fanzha.simulation.demo.demo.month_of", meanwhile)
    with pytest.raises(KeyboardInterrupt):
        make_demo(home, VILLAGE, 5)
    assert seen == [True, True, True]


def test_a_former_demo_goes_only_where_a_new_one_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    home = tmp_path / "home"
    home.mkdir()
    (home / DONE).write_text('{"city": "small", "seed": 1}', encoding="utf-8")
    monkeypatch.setattr("fanzha.simulation.demo.demo.month_of", interrupted)
    with pytest.raises(Refused, match="a demo already"):
        make_demo(home, VILLAGE, 5)
    assert demo_there(home) == {"city": "small", "seed": 1}
    with pytest.raises(KeyboardInterrupt):
        make_demo(home, VILLAGE, 5, anew=True)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_place_for_a_demo(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="is a file"):
        make_demo(tmp_path / "home", VILLAGE, 5)
