"""Whatever is done to a home behind the back of the audit is found, and named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from desk_home import make_desk_home, run, seat_people
from postgres_server import new_database
from return_day import AWAY, BOTH, CHIEF, CLERK, STRANGER, M, ReturnDay, make_return_day
from sqlalchemy import text

from fanzha import bootstrap
from fanzha.audit import AuditEntry, AuditEvent, Head, seal
from fanzha.casework import Case, Channel, ReportDraft, Reporter, ReporterKind
from fanzha.core.errors import FanzhaError
from fanzha.core.time import DAY_US
from fanzha.measures.clocks import due_clocks
from fanzha.measures.legality_limits import faults_at_decision
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import FactCheck, FactSource, FourFields, Measure, MeasureKind, Override, Target, TargetKind
from fanzha.measures.terms import Span, Unit
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.add_case_file import add_case_file
from fanzha.services.desk.add_to_report import BroughtFile
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.orders_out import is_as_prepared, order_message
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.proof.check_clocks import CLOCKED, ClockProof
from fanzha.services.proof.check_orders import OrderProof
from fanzha.services.proof.findings import Findings
from fanzha.services.proof.verify_home import Stores, verify_home
from fanzha.services.proof.walk_audit import walk_audit
from fanzha.storage.proof_index import SqliteProofIndex
from fanzha.storage.record_codec import body_fingerprint
from fanzha.storage.sql import SqlWorkStore


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory) -> Path:
    """A home with a case, its trace, a freeze, a drafted return, a file on the case, and the exported head."""
    folder = tmp_path_factory.mktemp("lived-in")
    day = make_return_day("sqlite", folder)
    procedure, _, _ = day.drafted()
    slip = BroughtFile("slip.txt", "模拟：转账凭证".encode(), "text/plain")
    add_case_file(day.desk, day.books.evidence, BOTH, procedure.case, slip)
    day.desk.store.close()
    assert run(folder / "home", "audit", "head", folder / "head.json")[0] == 0
    return folder


@pytest.fixture
def home(lived_in, tmp_path) -> Path:
    shutil.copytree(lived_in, tmp_path / "copy")
    return tmp_path / "copy" / "home"


def proof(home: Path, *words) -> tuple[int, dict]:
    code, out, _ = run(home, "--json", "verify", *words)
    return code, json.loads(out)


def found(home: Path, *words) -> set[tuple[str, str, str]]:
    """Part, kind and place of each finding."""
    code, document = proof(home, *words)
    assert code == (1 if document["findings"] else 0)
    assert document["ok"] is not bool(document["findings"])
    return {(one["part"], one["kind"], one["where"]) for one in document["findings"]}


def change(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "work.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def ask(home: Path, statement: str) -> str:
    with closing(sqlite3.connect(home / "work.db")) as database:
        return database.execute(statement).fetchone()[0]


def an_id(home: Path, table: str, condition: str = "1 = 1") -> str:
    return ask(home, f"SELECT id FROM {table} WHERE {condition} ORDER BY id LIMIT 1")


# --- as it was done ---------------------------------------------------------------------------------------------------


def test_a_home_that_nobody_touched_is_as_it_was_done(home):
    code, document = proof(home, "--head", home.parent / "head.json")
    assert (code, document["ok"], document["findings"]) == (0, True, [])
    assert document["ledger"]["ok"]
    assert document["evidence_files"] >= 1
    assert document["records"]["trace_runs"] == 1
    assert document["records"]["measures"] == 1
    assert document["audit"]["signed_head"]["count"] == document["audit"]["rows"]
    code, _, shown = run(home, "verify")
    assert code == 0
    assert "everything is as it was done" in shown


def test_a_home_that_goes_on_still_leads_through_the_head_that_was_signed(home):
    assert run(home, "backup", home.parent / "home.backup")[0] == 0  # a deed: it stands in the audit
    code, document = proof(home, "--head", home.parent / "head.json")
    assert (code, document["audit"]["rows"]) == (0, document["audit"]["signed_head"]["count"] + 1)


# --- the audit --------------------------------------------------------------------------------------------------------

LAST = "(SELECT MAX(seq) FROM audit_events)"
REST = "at_us, actor, organisation, action, outcome, subject_kind, subject_id, case_id, reason, details, previous_hash, hash"
AUDIT_TAMPERED = [
    (["UPDATE audit_events SET actor = 'nobody' WHERE seq = 3"], ("changed", "row 3")),
    (["UPDATE audit_events SET details = '{}' WHERE seq = 3"], ("changed", "row 3")),
    (["DELETE FROM audit_events WHERE seq = 4"], ("missing", "row 4")),
    (["UPDATE audit_events SET seq = -1 WHERE seq = 5", "UPDATE audit_events SET seq = 5 WHERE seq = 6",
      "UPDATE audit_events SET seq = 6 WHERE seq = -1"], ("changed", "row 5")),
    ([f"INSERT INTO audit_events SELECT seq + 1, {REST} FROM audit_events WHERE seq = {LAST}"],
     ("unexpected", "last + 1")),
    ([f"DELETE FROM audit_events WHERE seq = {LAST}"], ("cut_off", "last")),
    ([f"INSERT INTO audit_events SELECT 0, {REST} FROM audit_events WHERE seq = 3"], ("unexpected", "row 0")),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "wanted"), AUDIT_TAMPERED)
def test_a_row_of_the_audit_that_was_touched_is_named(home, statements, wanted):
    last = int(ask(home, "SELECT MAX(seq) FROM audit_events"))
    change(home, *statements)
    kind, where = wanted
    where = {"last": f"row {last}", "last + 1": f"row {last + 1}"}.get(where, where)
    assert ("audit", kind, where) in found(home)


def test_an_end_that_was_cut_off_cleanly_is_told_by_the_signed_head_alone(home):
    last = int(ask(home, "SELECT MAX(seq) FROM audit_events"))
    change(
        home,
        f"DELETE FROM audit_events WHERE seq > {last - 2}",
        f"UPDATE audit_head SET count = {last - 2}, hash = (SELECT hash FROM audit_events WHERE seq = {last - 2})",
    )
    assert not {one for one in found(home) if one[0] == "audit"}
    assert ("audit", "cut_off", f"rows {last - 1} to {last}") in found(home, "--head", home.parent / "head.json")


def reseal(home: Path, changed) -> None:
    """Rewrites the whole chain, consistently, as only somebody with the database and this program could."""
    store = bootstrap.work_store(home)
    with store.reading() as view:
        events = list(view.audit.walk())
    head, rows = Head(), []
    for event in events:
        entry = changed(event)
        sealed = seal(AuditEntry(**{name: getattr(entry, name) for name in AuditEntry.__dataclass_fields__}), head)
        head = Head(sealed.seq, sealed.hash)
        rows.append(sealed)
    store.close()
    with closing(sqlite3.connect(home / "work.db")) as database:
        for row in rows:
            details = json.dumps(dict(row.details), ensure_ascii=False, sort_keys=True)
            database.execute(
                "UPDATE audit_events SET actor = ?, details = ?, previous_hash = ?, hash = ? WHERE seq = ?",
                (row.actor, details, row.previous_hash, row.hash, row.seq),
            )
        database.execute("UPDATE audit_head SET hash = ?", (head.hash,))
        database.commit()


def test_a_chain_that_was_written_anew_does_not_lead_through_the_signed_head(home):
    last = int(ask(home, "SELECT MAX(seq) FROM audit_events"))
    reseal(home, lambda event: replace(event, actor="nobody") if event.actor == "admin" else event)
    assert found(home) == set()
    assert found(home, "--head", home.parent / "head.json") == {("audit", "rewritten", f"row {last}")}


def test_who_writes_a_measure_and_the_whole_chain_anew_still_meets_the_law(home):
    """The approver becomes the proposer, in the record and in the fingerprint that the audit has of it."""
    measure = an_id(home, "measures")
    body = json.loads(ask(home, "SELECT body FROM measures"))
    for sign in body["approvals"]:
        sign["by"] = "both"
    forged = json.dumps(body, ensure_ascii=False)
    with closing(sqlite3.connect(home / "work.db")) as database:
        database.execute("UPDATE measures SET body = ?", (forged,))
        database.commit()

    def with_its_fingerprint(event: AuditEvent) -> AuditEntry:
        fingerprint = {f"wrote:measures/{measure}@{body['version']}": f"x{body_fingerprint(forged)}"}
        before = {name: event.details[name] for name in fingerprint if name in event.details}
        parts = {name: "x" + str(before[name]).split("x")[1] + fingerprint[name] for name in before}
        return replace(event, details={**event.details, **parts})

    reseal(home, with_its_fingerprint)
    _, document = proof(home)
    sentences = [one["sentence"] for one in document["findings"]]
    assert "proposed and approved by one person" in sentences
    assert "the audit does not say: measure.approve by both" in sentences
    assert {one["part"] for one in document["findings"]} == {"measure"}


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM audit_head", "UPDATE audit_head SET count = 'many'", "UPDATE audit_events SET seq = 'one' WHERE seq = 1",
     "DROP TABLE audit_events"],
)  # fmt: skip
def test_an_audit_that_cannot_be_walked_is_told(home, statement):
    change(home, statement)
    code, _, told = run(home, "verify")
    assert code == 2
    assert "audit" in told


# --- records ----------------------------------------------------------------------------------------------------------

RECORD_TAMPERED = [
    ("cases", "UPDATE cases SET body = replace(body, '模拟冒充客服案', '别的案')", "changed"),
    ("cases", "UPDATE cases SET officer = 'nobody'", "changed"),
    ("cases", "UPDATE cases SET version = version + 1", "changed"),
    ("cases", "UPDATE cases SET body = '{}'", "changed"),
    ("cases", "UPDATE cases SET body = 'no json'", "changed"),
    ("measures", "UPDATE measures SET drafted_us = 1, body = json_set(body, '$.drafted_us', 1)", "changed"),
    ("cases", "DELETE FROM cases", "removed"),
    ("reports", "DELETE FROM reports_terms", "changed"),
    ("measures", "UPDATE measures SET body = replace(body, '2700000', '2700001')", "changed"),
    ("facts", "DELETE FROM facts", "removed"),
    ("work_events", "UPDATE work_events SET body = replace(body, 'both', 'chief')", "changed"),
    ("returns", "DELETE FROM returns", "removed"),
    ("people", "UPDATE people SET body = replace(body, '[\"auditor\"]', '[\"commander\"]') WHERE id = 'auditor'", "changed"),
    ("credentials", "DELETE FROM credentials", "removed"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "statement", "kind"), RECORD_TAMPERED)
def test_a_record_that_was_touched_is_named(home, table, statement, kind):
    where = f"{table}/{'auditor' if table == 'people' else an_id(home, table)}"
    change(home, statement)
    assert ("record", kind, where) in found(home)


def test_a_record_that_was_put_in_is_named(home):
    change(
        home,
        "INSERT INTO people SELECT 'eve', version, organisation, 'eve', replace(body, '\"duty\"', '\"eve\"') "
        "FROM people WHERE id = 'duty'",
    )
    assert found(home) == {("record", "inserted", "people/eve")}


def test_a_record_of_an_id_that_is_no_text_is_named(home):
    change(home, "INSERT INTO people SELECT x'00', version, organisation, 'eve', body FROM people WHERE id = 'duty'")
    assert found(home) == {("record", "inserted", "people/b'\\x00'"), ("record", "changed", "people/b'\\x00'")}


def test_a_record_that_was_put_back_to_an_earlier_version_is_named(home):
    measure = an_id(home, "measures")
    body = json.loads(ask(home, "SELECT body FROM measures"))
    with closing(sqlite3.connect(home / "work.db")) as database:
        earlier = {**body, "version": body["version"] - 1}
        database.execute("UPDATE measures SET body = ?, version = version - 1", (json.dumps(earlier),))
        database.commit()
    assert ("record", "changed", f"measures/{measure}") in found(home)


def test_a_change_that_a_later_deed_saved_over_is_named_all_the_same(tmp_path):
    day = make_return_day("sqlite", tmp_path)
    day.read_in()
    case, _ = day.case()
    home = tmp_path / "home"
    change(home, "UPDATE cases SET body = replace(body, '模拟冒充客服案', '别的案')")
    day.freeze(case.id)
    with day.desk.store.begin() as unit:  # any use case that saves it
        unit.records(Case).save(unit.records(Case).get(case.id))
        unit.audit.append(AuditEntry(at_us=1, actor="both", organisation="COUNTY", action="case.touch"))
        unit.commit()
    day.desk.store.close()
    _, document = proof(home)
    (one,) = document["findings"]
    assert (one["part"], one["kind"], one["where"]) == ("record", "changed", f"cases/{case.id}")
    assert "found another content than the audit had written before" in one["sentence"]


def test_a_record_saved_several_times_in_one_commit_is_as_it_was_done(tmp_path):
    day = make_return_day("sqlite", tmp_path)
    day.read_in()
    case, _ = day.case()
    with day.desk.store.begin() as unit:
        for _ in range(12):  # past version 9, behind which 10 comes by its letters first
            unit.records(Case).save(unit.records(Case).get(case.id))
        unit.audit.append(AuditEntry(at_us=1, actor="both", organisation="COUNTY", action="case.touch"))
        unit.commit()
    day.desk.store.close()
    assert proof(tmp_path / "home")[1]["findings"] == []


# --- files and sums ---------------------------------------------------------------------------------------------------


def test_a_file_of_evidence_that_was_touched_or_taken_is_named(home):
    sha256 = json.loads(ask(home, "SELECT body FROM trace_runs"))["document"]
    document = home / "evidence" / sha256[:2] / sha256
    run_id, case = an_id(home, "trace_runs"), an_id(home, "cases")
    kept = document.read_bytes()
    document.write_bytes(kept.replace(b"0.00", b"0.01"))
    assert found(home) == {
        ("evidence", "changed", f"evidence/{document.name}"),
        ("trace", "no_document", f"trace_runs/{run_id}"),
        ("case", "does_not_add_up", f"cases/{case}"),
    }
    document.write_bytes(kept)
    slip = json.loads(ask(home, "SELECT body FROM cases"))["files"][0]["sha256"]
    (home / "evidence" / slip[:2] / slip).unlink()
    assert found(home) == {("evidence", "missing", f"cases/{case}")}


def test_a_ledger_that_was_touched_is_named(home):
    column = max((home / "index").glob("*/transfers.amount*.npy"), key=lambda path: path.stat().st_size)
    column.write_bytes(column.read_bytes()[:-1] + b"\1")
    _, document = proof(home)
    (one,) = document["findings"]
    assert (one["part"], one["kind"]) == ("ledger", "damaged")
    assert column.name in one["sentence"]


def test_a_trace_that_does_not_add_up_is_named(home):
    run_id = an_id(home, "trace_runs")
    body = json.loads(ask(home, "SELECT body FROM trace_runs"))
    body["totals"][0]["held_minor"] += 1
    with closing(sqlite3.connect(home / "work.db")) as database:
        database.execute("UPDATE trace_runs SET body = ?", (json.dumps(body),))
        database.commit()
    assert {
        ("trace", "does_not_add_up", f"trace_runs/{run_id}"),
        ("record", "changed", f"trace_runs/{run_id}"),
    } <= found(home)


# --- one case ---------------------------------------------------------------------------------------------------------


def test_of_one_case_only_its_records_are_looked_at(home):
    case = an_id(home, "cases")
    change(home, "UPDATE people SET login = 'eve' WHERE id = 'duty'")
    assert found(home, "--case", case) == set()
    report = an_id(home, "reports")
    change(home, f"DELETE FROM reports WHERE id = '{report}'", "DELETE FROM facts")
    named = found(home, "--case", case)
    assert ("record", "removed", f"reports/{report}") in named
    assert {one[:2] for one in named} == {("record", "removed")}
    code, _, said_so = run(home, "verify", "--case", "CASE-NOBODY")
    assert code == 2
    assert "there is no case CASE-NOBODY" in said_so


# --- heads ------------------------------------------------------------------------------------------------------------


def test_a_head_that_was_touched_or_signed_by_another_key_is_refused(home, tmp_path):
    head = home.parent / "head.json"
    document = json.loads(head.read_text())
    (tmp_path / "forged.json").write_text(json.dumps({**document, "count": document["count"] - 1}))
    code, _, told = run(home, "verify", "--head", tmp_path / "forged.json")
    assert (code, "not genuine" in told) == (1, True)
    assert run(home, "audit", "key", tmp_path / "key.json")[0] == 0
    shutil.rmtree(home / "keys")
    code, _, told = run(home, "verify", "--head", head)
    assert (code, "--public-key" in told) == (2, True)
    assert run(home, "verify", "--head", head, "--public-key", tmp_path / "key.json")[0] == 0
    assert run(home, "audit", "key", tmp_path / "other.json")[0] == 0  # a new key is made
    code, _, told = run(home, "verify", "--head", head, "--public-key", tmp_path / "other.json")
    assert (code, "not genuine" in told) == (1, True)


def test_a_folder_gets_a_file_for_each_head(home, tmp_path):
    code, out, _ = run(home, "--json", "audit", "head", tmp_path)
    document = json.loads(out)
    assert code == 0
    assert Path(document["file"]).parent == tmp_path
    assert f"-{document['count']}.json" in document["file"]
    assert json.loads(Path(document["file"]).read_text())["hash"] == document["hash"]


# --- auditors ---------------------------------------------------------------------------------------------------------


def test_an_auditor_reads_what_his_bodies_did_and_is_read_himself(tmp_path):
    home = make_desk_home(tmp_path / "home")
    desk = bootstrap.desk(home)
    victim = Reporter(ReporterKind.VICTIM, "模拟·孙三")
    received = receive_report(desk, BOTH, ReportDraft(Channel.CALL, victim, "模拟：刷单返利"))
    case = open_case(desk, BOTH, [received.report.id], "模拟案")
    for stranger in (STRANGER, CLERK):
        with pytest.raises(FanzhaError):
            open_case(desk, stranger, [received.report.id], "模拟案")
    desk.store.close()

    def shown(*words) -> list[dict]:
        code, out, _ = run(home, "--json", "audit", "show", "--as", "auditor", *words)
        assert code == 0
        return json.loads(out)["events"]

    of_case = shown("--case", case.id)
    assert {event["case"] for event in of_case} == {case.id}
    assert "case.open" in {event["action"] for event in of_case}
    assert all(not name.startswith("wrote:") for event in of_case for name in event["details"])
    assert {wrote["record"] for event in of_case for wrote in event["wrote"]} > {f"cases/{case.id}"}
    refused = [event["actor"] for event in shown() if event["outcome"] == "refused"]
    assert refused == ["stranger"]  # whose body is below the auditor's; the bank's clerk is not his to audit
    assert len(shown("--actor", "both", "--limit", "2")) == 2
    assert shown("--record", received.report.id)[-1]["action"] == "report.receive"
    code, _, told = run(home, "audit", "show", "--as", "duty")
    assert (code, "is no auditor" in told) == (1, True)
    read = "SELECT COUNT(*) FROM audit_events WHERE action = 'audit.read' AND outcome = "
    assert (ask(home, f"{read}'done'"), ask(home, f"{read}'refused'")) == (4, 1)
    assert found(home) == set()


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def prove(store: SqlWorkStore, day: ReturnDay) -> set[tuple[str, str, str]]:
    index = SqliteProofIndex()
    rules = day.desk.rules
    stores = Stores(
        store,
        TABLES,
        day.books.facts,
        day.books.evidence,
        index,
        day.books.ledger_rules,
        rules.measures,
        rules.casework,
    )
    proof = verify_home(stores, day.clock.now_us(), told=lambda _: None)
    index.close()
    return {(one.part.value, one.kind, one.where) for one in proof.findings.listed}


@pytest.mark.contract
def test_on_postgresql_the_same_is_found(tmp_path):
    store = SqlWorkStore(new_database(), TABLES)
    made = make_return_day("memory", tmp_path)
    day = replace(made, desk=replace(made.desk, store=store))
    seat_people(day.desk)
    procedure, labels, _ = day.drafted()
    assert prove(store, day) == set()
    measure = procedure.plans[0].measure
    for statement, wanted in (
        ("UPDATE audit_events SET reason = 'x' WHERE seq = 3", ("audit", "changed", "row 3")),
        ("DELETE FROM audit_events WHERE seq = 4", ("audit", "missing", "row 4")),
        ("UPDATE measures SET status = 'lifted'", ("record", "changed", f"measures/{measure}")),
        ("UPDATE measures SET body = jsonb_set(body, '{ends_us}', '1')", ("record", "changed", f"measures/{measure}")),
        ("DELETE FROM reports_terms", ("record", "changed", f"reports/{min(labels.values())}")),
        ("DELETE FROM returns", ("record", "removed", f"returns/{procedure.id}")),
    ):
        with store.engine.begin() as connection:
            connection.execute(text(statement))
        assert wanted in prove(store, day)
    store.close()


# --- clocks and orders ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM clocks WHERE id = '{}'", "missing"),
        ("UPDATE clocks SET running = 0 WHERE id = '{}'", "missing"),
        ("UPDATE clocks SET due_us = due_us + 31536000000000 WHERE id = '{}'", "changed"),
        ("UPDATE clocks SET subject_kind = 'appeal' WHERE id = '{}'", "changed"),
    ],
)
def test_a_clock_that_was_touched_is_named(home, statement, kind):
    term_end = ask(home, "SELECT id FROM clocks WHERE id LIKE '%:term_end'")
    told = ask(home, "SELECT id FROM clocks WHERE kind = 'measure.told' AND running = 1 ORDER BY id LIMIT 1")
    for clock in (term_end, told):
        change(home, statement.format(clock))
    assert found(home) == {("clock", kind, f"clocks/{clock}") for clock in (term_end, told)}


@pytest.fixture(params=["memory", "sqlite"])
def ordered(request, tmp_path):
    """A desk at which an order that was approved waits to leave to a partner, with its measure."""
    day = make_return_day(request.param, tmp_path)
    day.read_in()
    case, _ = day.case()
    wanted = MeasureDraft(
        kind=MeasureKind.FREEZE, reason="涉案资金在账", basis="procedure-239", case=case.id,
        target=Target(TargetKind.ACCOUNT, M, "模拟银行", "模拟·钱二"), amount_minor=2_700_000, traced_minor=2_700_000,
        document="模拟冻字〔2026〕9号", overrides=(Override("more_than_carried", "全部余额待查，先行冻结"),),
    )  # fmt: skip
    drafted = draft_measure(day.desk, BOTH, wanted)
    measure = approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, drafted.id).id)
    yield day, measure
    day.desk.store.close()


def told_by(day: ReturnDay) -> set[tuple[str, str, str]]:
    index = SqliteProofIndex()
    with closing(index), day.desk.store.reading() as view:
        found = Findings()
        walk_audit(view.audit, index, found, None)
        orders = OrderProof(view, index, found, day.clock.now_us())
        clocks = ClockProof(view, index, found, (day.desk.rules.casework, day.desk.rules.measures), day.clock.now_us())
        for kind in CLOCKED:
            for record in view.records(kind).find(Query(limit=100)).rows:
                clocks.look(record)
                if kind is Measure:
                    orders.look(record)
        clocks.finish()
    return {(one.part.value, one.kind, one.where) for one in found.listed}


def test_clocks_that_are_missing_are_set_once_with_a_reason_in_the_audit(home):
    told = ask(home, "SELECT id FROM clocks WHERE kind = 'measure.told' AND running = 1 ORDER BY id LIMIT 1")
    change(home, f"DELETE FROM clocks WHERE id = '{told}'")
    _, document = proof(home)
    assert [one["sentence"].endswith("fanzha clocks --mend REASON") for one in document["findings"]] == [True]
    code, _, sentence = run(home, "clocks", "--mend", "x")
    assert (code, "reason" in sentence) == (1, True)
    for times in (1, 0):
        code, out, _ = run(home, "--json", "clocks", "--mend", "升级后补设时限")
        assert (code, [one["clock"] for one in json.loads(out)["set"]]) == (0, [told] * times)
        assert found(home) == set()
    assert ask(home, "SELECT reason FROM audit_events WHERE action = 'clock.set'") == "升级后补设时限"


def test_an_order_that_was_put_aside_or_held_back_is_named(ordered):
    day, measure = ordered
    assert told_by(day) == set()
    (order,) = measure.orders
    with day.desk.store.begin() as unit:
        (leased,) = unit.outbox.lease("w", day.clock.now_us(), topic="measure.")
        unit.outbox.done(leased, day.clock.now_us())
        unit.commit()
    assert told_by(day) == {("order", "changed", f"outbox/{order.id}")}


def test_a_clock_that_was_stopped_or_moved_is_named_and_one_that_rang_is_not(ordered):
    day, measure = ordered
    clock = f"{measure.orders[0].id}:send"
    with day.desk.store.begin() as unit:
        assert unit.clocks.cancel(clock)
        unit.commit()
    assert told_by(day) == {("clock", "missing", f"clocks/{clock}")}
    with day.desk.store.begin() as unit:
        kept = {each.id: each for each in unit.clocks.running(measure.id)}
        moved = replace(kept[f"{clock}.warn"], id=clock, kind="measure.send", due_us=day.clock.at_us + 400 * DAY_US)
        unit.clocks.set(moved)
        unit.commit()
    assert told_by(day) == {("clock", "changed", f"clocks/{clock}")}
    with day.desk.store.begin() as unit:
        due_us = next(row.due_us for row in due_clocks(measure, day.desk.rules.measures) if row.kind == "send")
        unit.clocks.set(replace(moved, due_us=due_us))
        unit.commit()
    assert told_by(day) == set()
    for _ in range(40):
        day.wait(DAY_US // 8)
        assert told_by(day) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [("basis", "《别的法》第一条"), ("continues", "MEAS-X.begin"), ("document", "另一号"), ("organisation", "OTHER"),
     ("scope", {"modes": ["amount"], "amount": "1.00", "currency": "CNY"}), ("payee", M)],
)  # fmt: skip
def test_an_order_that_says_another_thing_than_its_measure_is_named(ordered, name, value):
    _, measure = ordered
    (order,) = measure.orders
    message = order_message(measure, order, "BANK", 0)
    assert is_as_prepared(message, measure, order)
    said = json.loads(message.body)
    assert not is_as_prepared(replace(message, body=json.dumps(said | {name: value})), measure, order)
    moved = replace(measure, organisation="OTHER", request=replace(measure.request, case="CASE-2", filing="另立"))
    assert is_as_prepared(message, moved, order)  # a hand-over and a merge change nothing of what was asked


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM outbox WHERE id = '{}'", "missing"),
        ("UPDATE outbox SET body = replace(body, '27000.00', '97000.00') WHERE id = '{}'", "changed"),
        ("UPDATE outbox SET recipient = 'BANK2' WHERE id = '{}'", "changed"),
        ("UPDATE outbox SET due_us = due_us + 31536000000000 WHERE id = '{}'", "changed"),
        ("UPDATE outbox SET next_us = next_us + 31536000000000 WHERE id = '{}'", "changed"),
    ],
)
def test_a_row_of_the_outbox_that_was_touched_is_named(tmp_path, statement, kind):
    day = make_return_day("sqlite", tmp_path)
    case, _ = day.case()
    wanted = MeasureDraft(
        kind=MeasureKind.FREEZE, reason="涉案资金在账", basis="procedure-239", case=case.id,
        target=Target(TargetKind.ACCOUNT, M, "模拟银行", "模拟·钱二"), amount_minor=2_700_000, traced_minor=2_700_000,
        document="模拟冻字〔2026〕9号", overrides=(Override("more_than_carried", "全部余额待查，先行冻结"),),
    )  # fmt: skip
    drafted = draft_measure(day.desk, BOTH, wanted)
    order = approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, drafted.id).id).orders[0].id
    assert told_by(day) == set()
    change(day.folder / "home", statement.format(order))
    assert told_by(day) == {("order", kind, f"outbox/{order}")}
    day.desk.store.close()


def test_limits_modes_and_four_fields_are_replayed_at_the_instant_of_the_decision(ordered):
    day, measure = ordered
    rules = day.desk.rules.measures
    assert faults_at_decision(measure, (measure,), rules) == ()
    request, at_us = measure.request, measure.approvals[-1].at_us
    fields = FourFields("模拟·钱二", M, 100_00, at_us - DAY_US)
    stop = replace(
        request, kind=MeasureKind.STOP_PAYMENT, scope=replace(request.scope, modes=("credit_only",)), term="ordinary",
        period=Span(48, Unit.HOURS), fact=FactCheck(fields, FactSource.TRANSFER_SLIP, "both", at_us),
    )  # fmt: skip
    stopped = replace(measure, request=stop)
    former = [
        replace(
            stopped, id=f"MEAS-{n}", status=Status.LAPSED, starts_us=at_us - 9 * DAY_US, ended_us=at_us - 7 * DAY_US,
            approvals=tuple(replace(sign, at_us=at_us - 9 * DAY_US) for sign in measure.approvals),
        )
        for n in range(2)
    ]  # fmt: skip

    def rules_broken(changed, others=()):
        return {one.split(": ")[1] for one in faults_at_decision(changed, others, rules)}

    known = rules_broken(stopped)
    assert rules_broken(stopped, former) == known | {"stops_on_account"}  # the third
    why = (Override("stops_on_account", "被害人又转入一笔，须再次止付"),)
    assert rules_broken(replace(stopped, request=replace(stop, overrides=why)), former) == known
    later = [replace(one, approvals=tuple(replace(sign, at_us=at_us + 1) for sign in one.approvals)) for one in former]
    assert rules_broken(stopped, later) == known  # what was decided since does not count
    elsewhere = replace(stop, fact=replace(stop.fact, fields=replace(fields, account=AWAY)))
    assert rules_broken(replace(stopped, request=elsewhere)) == known | {"fact"}
    standing = replace(
        measure,
        id="MEAS-X",
        status=Status.EXECUTED,
        starts_us=at_us - DAY_US,
        approvals=tuple(replace(sign, at_us=at_us - DAY_US) for sign in measure.approvals),
    )
    assert rules_broken(measure, (standing,)) == {"double_freeze"}
    ended = replace(standing, status=Status.LIFTED, ended_us=at_us + DAY_US)
    assert rules_broken(measure, (ended,)) == {"double_freeze"}  # as it stood that day
    for wrong, rule in (
        (replace(request, scope=replace(request.scope, modes=("no_such",))), "mode"),
        (replace(request, scope=replace(request.scope, amount_minor=None)), "amount"),
        (replace(request, term="no_such"), "term"),
    ):
        assert any(f": {rule}: " in one for one in faults_at_decision(replace(measure, request=wrong), (), rules))
