"""Orders reach simulated banks and receipts come back: through loss, repetition, delay, refusal, forgery and restarts."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace

import pytest
from desk_stores import STORES
from partner_banks import (
    ADMIN,
    BOTH,
    CHIEF,
    MULE,
    NOON_US,
    PAID_US,
    SECOND_MULE,
    VICTIM,
    desk_key,
    make_town,
    open_mule_bank,
)  # fmt: skip
from sqlalchemy import text

from fanzha.access import LinkChannel, PartnerLink
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.time import MINUTE_US, parse_instant
from fanzha.exchange import order_files
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind, Target, TargetKind
from fanzha.measures.orders import Channel, Incident, IncidentKind, OrderStatus, Question
from fanzha.measures.receipts import Taken
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import Delivery
from fanzha.services.desk.add_body import add_body
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.convert_measure import Conversion, convert_measure
from fanzha.services.desk.dispatch_orders import NO_LINK
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.link_partner import link_partner, list_links, unlink_partner
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.record_sent import record_sent
from fanzha.simulation.banks import AccountConfig, BankConfig, Faults, PlannedPayment
from fanzha.storage.memory import MemoryWorkStore

HOUR_S = 3600


@pytest.fixture(params=STORES)
def town(request, tmp_path):
    made = make_town(tmp_path, request.param)
    yield made
    made.close()


def incidents(town):
    with town.desk.store.reading() as view:
        return view.records(Incident).find(Query()).rows


def outbox(town, order_id):
    with town.desk.store.reading() as view:
        return view.outbox.state(order_id)


def test_an_order_goes_out_once_and_its_receipt_comes_back_once(town, tmp_path):
    bank = open_mule_bank(town, tmp_path)
    measure = town.stop()
    (left,) = town.send().sent
    assert (left.order, left.partner) == (measure.orders[0].id, "BANK")
    sent = town.get(Measure, measure.id)
    assert (sent.status, sent.orders[0].channel) == (Status.SENT, Channel.HTTP)
    assert not town.send()
    (recorded,) = town.collect().recorded
    assert recorded.taken.taken is Taken.APPLIED
    held = town.get(Measure, measure.id)
    assert (held.status, held.starts_us, held.executed_minor) == (Status.EXECUTED, NOON_US, 5_000_000)
    assert town.receiving.evidence.has(held.receipts[0].evidence)
    assert town.collect().recorded == []
    assert bank.book.is_blocked(MULE)
    town.clock.turn(48 * HOUR_S)
    for _ in range(3):
        town.round(60)
    assert town.get(Measure, measure.id).status is Status.LAPSED
    assert not bank.book.is_blocked(MULE)
    assert [order.status for order in town.get(Measure, measure.id).orders] == [OrderStatus.DONE, OrderStatus.DONE]
    assert incidents(town) == ()


def test_what_was_lost_is_sent_again_and_done_once(town, tmp_path):
    bank = open_mule_bank(town, tmp_path, faults=Faults(lose_request=0.4, lose_answer=0.5), seed=3)
    measure = town.stop()
    for _ in range(12):
        town.round(60)
    held = town.get(Measure, measure.id)
    assert held.status is Status.EXECUTED
    assert bank.book.ask("SELECT executions FROM orders WHERE id = ?", measure.orders[0].id) == [(1,)]
    # However often the answer to it was lost: the term counts from when the bank did it.
    (hold,) = bank.book.holds()
    assert (held.starts_us, held.ends_us) == (hold.begun_us, hold.until_us)
    assert incidents(town) == ()


def test_a_bank_that_is_killed_goes_on_from_its_book(town, tmp_path):
    open_mule_bank(town, tmp_path, faults=Faults(delay_s=(120, 120)))
    measure = town.stop()
    town.send()
    town.collect()
    assert town.get(Measure, measure.id).status is Status.ACKNOWLEDGED
    town.wire.down.add(9001)
    run = town.collect()
    assert "cannot be reached" in run.silent["BANK"]
    town.restart(9001)
    town.wire.down.clear()
    town.clock.turn(121)
    town.collect()
    held = town.get(Measure, measure.id)
    assert (held.status, held.starts_us) == (Status.EXECUTED, NOON_US + 2 * MINUTE_US)


def test_a_partner_that_is_down_is_tried_again_later_and_later(town, tmp_path):
    open_mule_bank(town, tmp_path)
    measure = town.stop()
    town.wire.down.add(9001)
    (waiting,) = town.send().again
    assert "cannot be reached" in waiting.reason
    assert not town.send()  # not at once
    waits = []
    for _ in range(4):
        state = outbox(town, measure.orders[0].id)
        waits.append((state.next_us - town.clock.at_us) // 1_000_000)
        town.clock.at_us = state.next_us
        town.send()
    assert waits == [5, 10, 20, 40]
    town.wire.down.clear()
    town.clock.turn(HOUR_S)
    town.send()
    assert town.get(Measure, measure.id).status is Status.SENT


def test_an_order_that_may_not_leave_any_more_is_given_up_with_its_reason_but_a_release_always_leaves(town, tmp_path):
    bank = open_mule_bank(town, tmp_path)
    measure = town.stop()
    lift_measure(town.desk, CHIEF, measure.id, "与案件无关")
    run = town.send()
    assert [(one.order.rpartition(".")[2]) for one in run.given_up] == ["begin"]
    assert [one.order.rpartition(".")[2] for one in run.sent] == ["release"]
    (event,) = town.audit("order.give_up")
    assert (event.details["rule"], event.subject_id) == ("transition", measure.id)
    assert outbox(town, measure.orders[0].id).delivery is Delivery.GIVEN_UP
    town.collect()
    assert town.get(Measure, measure.id).orders[1].status is OrderStatus.DONE  # nothing was held: it says so
    assert bank.book.holds() == []
    assert incidents(town) == ()


def test_a_release_that_overtakes_its_order_wins(town, tmp_path):
    bank = open_mule_bank(town, tmp_path)
    measure = town.stop()
    begin = outbox(town, measure.orders[0].id).message
    town.desk.store.reading()
    lift_measure(town.desk, CHIEF, measure.id, "与案件无关")
    town.send()
    (link,) = list_links(town.desk, ADMIN)
    assert town.partners.send(link, begin).verdict == "accepted"  # as if it had been long on its way
    town.collect()
    assert bank.book.holds() == []
    assert town.get(Measure, measure.id).status is Status.LIFTED
    assert incidents(town) == ()


def test_what_the_partner_will_never_take_is_an_incident(town, tmp_path):
    open_mule_bank(town, tmp_path, name="模拟三行")
    measure = town.stop()
    (refused,) = town.send().given_up
    assert "422" in refused.reason
    (incident,) = incidents(town)
    assert (incident.kind, incident.measure, incident.order) == (
        IncidentKind.NOT_DELIVERED, measure.id, measure.orders[0].id,
    )  # fmt: skip
    assert town.get(Measure, measure.id).status is Status.APPROVED


def test_a_release_that_is_not_taken_is_one_incident_whoever_finds_it(town, tmp_path):
    bank = open_mule_bank(town, tmp_path)
    measure = town.stop()
    town.send()
    town.collect()
    lift_measure(town.desk, CHIEF, measure.id, "与案件无关")
    town.wire.down.add(9001)
    for _ in range(6):
        town.round()  # the hour in which a release must be confirmed goes by
    assert [one.kind for one in incidents(town)] == [IncidentKind.RELEASE_FAILED]
    town.wire.down.clear()
    bank.config = replace(bank.config, name="模拟三行")  # "this is another bank": 422
    town.round()
    assert town.audit("order.give_up")
    assert [one.kind for one in incidents(town)] == [IncidentKind.RELEASE_FAILED]


def test_a_partner_without_a_link_waits_until_it_is_issued_elsewhere_or_connected(town, tmp_path):
    bank = open_mule_bank(town, tmp_path, linked=False)
    first, second = town.stop(), town.stop()
    assert {one.order for one in town.send().unlinked} == {first.orders[0].id, second.orders[0].id}
    assert outbox(town, first.orders[0].id).failure == NO_LINK
    record_sent(town.desk, BOTH, first.orders[0].id, Channel.ISSUED_ELSEWHERE, document="平台〔2026〕1号")
    link_partner(town.desk, ADMIN, link_to(bank))
    town.clock.turn(HOUR_S)
    run = town.send()
    assert [one.order for one in run.settled] == [first.orders[0].id]
    assert [one.order for one in run.sent] == [second.orders[0].id]


def link_to(bank, **changes) -> PartnerLink:
    link = PartnerLink("", 0, "BANK", LinkChannel.HTTP, "http://127.0.0.1:9001", bank.key_id, bank.public_key)
    return replace(link, **changes)


def test_only_an_administrator_links_partners_and_only_safe_links(town, tmp_path):
    bank = open_mule_bank(town, tmp_path)
    (link,) = list_links(town.desk, ADMIN)
    for actor in (BOTH, CHIEF):
        with pytest.raises(NotAllowed):
            link_partner(town.desk, actor, link_to(bank))
        with pytest.raises(NotAllowed):
            unlink_partner(town.desk, actor, "BANK")
    for bad in (
        {"address": "http://bank.example/api"}, {"address": "https://user:secret@bank.example"}, {"address": "ftp://x"},
        {"channel": LinkChannel.SIGNED_FILE, "address": "relative/folder"}, {"public_key": "00"}, {"own_key": "../x"},
         {"organisation": "NOBODY"}, {"key_id": ""}, {"organisation": "COUNTY"},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            link_partner(town.desk, ADMIN, link_to(bank, **bad))
    assert unlink_partner(town.desk, ADMIN, "BANK").active is False
    assert list_links(town.desk, ADMIN) == ()
    again = link_partner(town.desk, ADMIN, link_to(bank, address="https://bank.example/api"))
    assert (again.id, again.active, again.cursor) == (link.id, True, "")
    assert [event.outcome for event in town.audit("link.add")].count("refused") == 2
    assert [event.outcome for event in town.audit("link.remove")] == ["refused", "refused", "done"]


@pytest.mark.parametrize("body", ["BANK2", "OTHER", "BANK"])
def test_nobody_but_the_top_of_the_tree_says_where_orders_go(town, tmp_path, body):
    bank = open_mule_bank(town, tmp_path)
    level = Level.COUNTY if body == "OTHER" else Level.PARTNER
    elsewhere = Actor("admin2", body, level, frozenset({Role.ADMINISTRATOR}))
    theirs = link_to(bank, address="https://elsewhere.example", public_key="ab" * 32)
    for refused in (
        lambda: link_partner(town.desk, elsewhere, theirs),
        lambda: unlink_partner(town.desk, elsewhere, "BANK"),
        lambda: list_links(town.desk, elsewhere),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert list_links(town.desk, ADMIN)[0].address == "http://127.0.0.1:9001"


def test_a_body_of_the_tree_takes_no_banks_orders(town, tmp_path):
    open_mule_bank(town, tmp_path)
    admin = Actor("admin2", "OTHER", Level.COUNTY, frozenset({Role.ADMINISTRATOR}))
    station = Organisation("A-STATION", "模拟所", Level.STATION, "OTHER", "530103", institution="模拟银行")
    with pytest.raises(BadInput, match="only a partner"):
        add_body(town.desk, admin, station)
    with town.desk.store.begin() as unit:  # as one was made before that was refused
        unit.records(Organisation).add(station)
        unit.commit()
    measure = town.stop()
    assert outbox(town, measure.orders[0].id).message.recipient == "BANK"


@pytest.mark.parametrize(("was", "becomes"), [("50000.00", "99999.00"), (MULE, SECOND_MULE), ("{", "[")])
def test_an_order_that_was_changed_in_the_outbox_does_not_leave(town, tmp_path, was, becomes):
    if isinstance(town.desk.store, MemoryWorkStore):
        pytest.skip("nobody writes into a memory")
    bank = open_mule_bank(town, tmp_path)
    measure = town.stop()
    with town.desk.store.engine.begin() as database:
        database.execute(
            text("UPDATE outbox SET body = replace(body, :was, :becomes)"), {"was": was, "becomes": becomes}
        )
    (left,) = town.send().given_up
    assert left.order == measure.orders[0].id
    assert bank.book.ask("SELECT id FROM orders") == []
    assert [one.kind for one in incidents(town)] == [IncidentKind.NOT_DELIVERED]
    assert town.audit("order.give_up")[0].details["rule"] == "order.changed"


def test_an_answer_in_another_currency_than_its_order_moves_nothing(town, tmp_path):
    bank = open_mule_bank(town, tmp_path, faults=Faults(delay_s=(600, 600)))
    measure = town.stop()
    town.send()
    say(bank, {
        "format": "fanzha-receipt/1", "id": "X1", "request_id": measure.orders[0].id, "outcome": "executed",
        "answered_at": "2026-11-20T12:00:00+08:00", "currency": "JPY", "amount": "30000",
    })  # fmt: skip
    run = town.collect()
    assert [one.kind for one in run.incidents] == [IncidentKind.UNREADABLE]
    assert "counts in CNY" in run.incidents[0].sentence
    assert town.get(Measure, measure.id).executed_minor is None


def test_forged_receipts_are_refused_noted_and_kept_and_the_genuine_one_counts(town, tmp_path):
    open_mule_bank(town, tmp_path, faults=Faults(forge=1.0, duplicate=1.0))
    measure = town.stop()
    town.send()
    run = town.collect()
    (forged,) = run.incidents
    assert (forged.kind, forged.organisation, forged.receipt) == (IncidentKind.NOT_GENUINE, "", None)
    assert b'"refused"' in town.receiving.evidence.get(forged.evidence)
    assert [one.taken.taken for one in run.recorded] == [Taken.APPLIED, Taken.ALREADY]
    assert town.get(Measure, measure.id).status is Status.EXECUTED
    with town.desk.store.begin() as unit:  # as if the cursor had been lost: everything comes once more
        (link,) = unit.records(PartnerLink).find(Query()).rows
        unit.records(PartnerLink).save(replace(link, cursor=""))
        unit.commit()
    before = town.get(Measure, measure.id)
    again = town.collect()
    assert again.incidents == []
    assert {one.taken.taken for one in again.recorded} == {Taken.ALREADY}
    assert town.get(Measure, measure.id) == before
    assert len(incidents(town)) == 1


def test_a_bank_answers_only_for_what_it_was_asked(town, tmp_path):
    open_mule_bank(town, tmp_path)
    other = town.open(9002, BankConfig("模拟二行", tmp_path / "two", dict([desk_key(town)])), "BANK2")
    measure = town.stop()
    town.send()
    document = {
        "format": "fanzha-receipt/1", "id": "X1", "request_id": measure.orders[0].id, "outcome": "refused",
        "answered_at": "2026-11-20T12:00:00+08:00",
    }  # fmt: skip
    say(other, document)
    say(other, document | {"id": "X2", "request_id": "MEAS-999999.begin"})
    say(other, document | {"id": "X2", "request_id": "MEAS-999999.begin"})
    town.collect()
    assert town.get(Measure, measure.id).status is Status.EXECUTED
    assert sorted(one.kind for one in incidents(town)) == [IncidentKind.NOT_GENUINE, IncidentKind.UNKNOWN_ORDER]
    assert town.collect().incidents == []


def say(bank, document) -> None:
    """Puts a document of our own making into a bank's answers."""
    text = document if isinstance(document, str) else json.dumps(document)
    name = f"{len(bank.book.ask('SELECT id FROM answers')):03d}"
    with bank.book.writing():
        bank.book.connection.execute("INSERT INTO answers VALUES (?, ?, 0, 1, 0, 0)", (name, text))


@pytest.mark.parametrize("text", ["no json", "[]", "{}", '{"format": "fanzha-receipt/1"}', "[" * 100_000, '{"a": NaN}'])
def test_an_unreadable_receipt_is_kept_and_blocks_nothing(town, tmp_path, text):
    bank = open_mule_bank(town, tmp_path)
    measure = town.stop()
    say(bank, text)
    town.send()
    run = town.collect()
    (incident,) = run.incidents
    assert incident.kind is IncidentKind.UNREADABLE
    assert incident.evidence == hashlib.sha256(text.encode()).hexdigest()
    assert town.receiving.evidence.get(incident.evidence) == text.encode()
    assert town.get(Measure, measure.id).status is Status.EXECUTED
    assert town.collect().incidents == []


def test_what_the_bank_refuses_says_why_and_money_that_went_on_is_told(town, tmp_path):
    onward = PlannedPayment(
        PAID_US + MINUTE_US, MULE, SECOND_MULE, 3_000_000, payee_holder="模拟·李四", payee_institution="模拟二行"
    )
    paid = PlannedPayment(PAID_US, VICTIM, MULE, 5_000_000, payer_holder="模拟·孙三")
    later = PlannedPayment(NOON_US + MINUTE_US, MULE, SECOND_MULE, 100_000)
    bank = open_mule_bank(town, tmp_path, planned=(paid, onward, later))
    measure = town.stop()
    town.send()
    (recorded,) = town.collect().recorded
    (went,) = recorded.taken.onward
    assert (went.account, went.institution, went.amount_minor, went.time_us) == (
        SECOND_MULE, "模拟二行", 3_000_000, PAID_US + MINUTE_US,
    )  # fmt: skip
    held = town.get(Measure, measure.id)
    assert (held.status, held.executed_minor) == (Status.PARTIAL, 2_100_000)
    town.clock.turn(120)
    bank.let_time_pass()
    assert bank.book.ask("SELECT state FROM planned WHERE id = 2") == [("stopped",)]  # only credits from now on


def test_four_fields_that_do_not_agree_are_not_stopped(town, tmp_path):
    bank = open_mule_bank(town, tmp_path, accounts=(AccountConfig(MULE, "模拟·别人"),))
    measure = town.stop()
    town.send()
    (recorded,) = town.collect().recorded
    refused = town.get(Measure, measure.id)
    assert (recorded.taken.taken, refused.status, refused.end_reason) == (
        Taken.APPLIED,
        Status.REFUSED,
        "HOLDER_MISMATCH",
    )
    assert bank.book.holds() == []


def test_a_freeze_takes_the_place_of_its_stop_at_the_bank_too(town, tmp_path):
    bank = open_mule_bank(town, tmp_path)
    stop = town.stop(4_000_000)
    town.send()
    town.collect()
    file_case(town.desk, CHIEF, town.cases[0], "模拟立字〔2026〕1号")
    wanted = Conversion(document="模拟冻字〔2026〕1号", reason="涉案资金在账")
    freeze = propose_measure(town.desk, BOTH, convert_measure(town.desk, BOTH, stop.id, wanted).id)
    approve_measure(town.desk, CHIEF, freeze.id)
    town.send()
    assert bank.book.ask("SELECT executions FROM orders") == [(1,), (1,)]
    assert (bank.book.is_blocked(MULE), bank.book.held(MULE)) == (False, 4_000_000)
    town.collect()
    assert (town.get(Measure, stop.id).status, town.get(Measure, freeze.id).status) == (
        Status.CONVERTED,
        Status.EXECUTED,
    )
    assert incidents(town) == ()


@pytest.mark.parametrize("missing", [False, True])
def test_a_query_brings_statements_that_are_kept_as_evidence(town, tmp_path, missing):
    bank = open_mule_bank(town, tmp_path)
    town.stop()
    asked = MeasureDraft(
        kind=MeasureKind.QUERY, reason="查明资金去向", basis="cpl-144", case=town.cases[0], document="模拟查字〔2026〕1号",
        target=Target(TargetKind.INSTITUTION, "模拟银行", "模拟银行"), modes=("transactions",),
        questions=(Question(MULE, PAID_US - MINUTE_US, NOON_US),),
    )  # fmt: skip
    query = propose_measure(town.desk, BOTH, draft_measure(town.desk, BOTH, asked).id)
    approve_measure(town.desk, CHIEF, query.id)
    town.send()
    if missing:
        with bank.book.writing():
            bank.book.connection.execute("DELETE FROM files")
    run = town.collect()
    if missing:
        assert [one.kind for one in run.incidents] == [IncidentKind.UNREADABLE]
        assert town.get(Measure, query.id).status is Status.SENT
        return
    answered = town.get(Measure, query.id)
    (covered,) = answered.receipts[-1].answered
    assert (answered.status, covered.account) == (Status.EXECUTED, MULE)
    assert "模拟·孙三".encode("gb18030") in town.receiving.evidence.get(covered.statement)


def test_signed_files_carry_orders_out_and_receipts_in_once(town, tmp_path):
    folder = tmp_path / "shared"
    bank = open_mule_bank(town, tmp_path, linked=False)
    link_partner(town.desk, ADMIN, link_to(bank, channel=LinkChannel.SIGNED_FILE, address=str(folder)))
    measure = town.stop()
    town.send()
    order_id = measure.orders[0].id
    written = folder / "orders" / f"{order_id}.json"
    assert json.loads(written.read_bytes())["request_id"] == order_id
    assert set(json.loads(written.with_name(written.name + ".sig").read_bytes())) == {"key", "recipient", "signature"}
    assert town.get(Measure, measure.id).orders[0].channel is Channel.SIGNED_FILE

    assert "receipts cannot be read" in town.collect().silent["BANK"]
    inbox = folder / "receipts"
    inbox.mkdir()
    put(bank, inbox, "1", order_id, "executed")
    put(bank, inbox, "2", order_id, "refused", forge=True)
    (inbox / "3.json").write_text("{}")
    run = town.collect()
    assert [one.taken.taken for one in run.recorded] == [Taken.APPLIED]
    assert [one.kind for one in run.incidents] == [IncidentKind.NOT_GENUINE] * 2
    assert town.collect().recorded == []
    assert sorted(path.name for path in inbox.glob("*.json")) == []
    assert len(list((inbox / "read").glob("*.json"))) == 3
    put(bank, inbox, "1", order_id, "executed")  # the very same file once more is put away
    assert town.collect().recorded == []
    put(bank, inbox, "4", order_id, "executed")  # the same answer under another number changes nothing
    assert [one.taken.taken for one in town.collect().recorded] == [Taken.APPLIED]
    assert town.get(Measure, measure.id).status is Status.EXECUTED
    assert list(inbox.glob("*.json")) == [inbox / "4.json"]  # until the cursor is acted upon


def test_what_a_partner_leaves_in_the_folder_hangs_and_fills_nothing(town, tmp_path, monkeypatch):
    monkeypatch.setattr(order_files, "FILE_BYTES_MAX", 3000)
    folder = tmp_path / "shared"
    bank = open_mule_bank(town, tmp_path, linked=False)
    link_partner(town.desk, ADMIN, link_to(bank, channel=LinkChannel.SIGNED_FILE, address=str(folder)))
    measure = town.stop()
    town.send()
    inbox = folder / "receipts"
    inbox.mkdir()
    (inbox / "0.json").write_text("{}")
    os.mkfifo(inbox / "0.json.sig")  # whoever opened it would wait for ever
    (inbox / "1.json").write_bytes(b"x" * 3001)
    (inbox / "2.json").write_text("{}")
    (inbox / "2.json.sig").symlink_to("/etc/hostname")
    (inbox / "3.json").symlink_to("/etc/hostname")
    for number in range(4, 20):
        (inbox / f"4{number}.json").write_bytes(b"x" * 900)
    put(bank, inbox, "9", measure.orders[0].id, "executed")
    run = town.collect()
    assert {one.kind for one in run.incidents} == {IncidentKind.NOT_GENUINE}
    assert any("longer than 3000 bytes" in one.sentence for one in run.incidents)
    assert [one.taken.taken for one in run.recorded] == [Taken.APPLIED]
    town.collect()
    assert [path.name for path in inbox.glob("*.json")] == ["3.json"]


def put(bank, inbox, name, order_id, outcome, *, forge=False) -> None:
    document = json.dumps(
        {"format": "fanzha-receipt/1", "id": f"F{name}", "request_id": order_id, "outcome": outcome,
         "answered_at": "2026-11-20T12:00:00+08:00"}
    ).encode()  # fmt: skip
    signature = bank._signer.sign(f"fanzha-receipt/1\n{bank.key_id}\n".encode() + document).hex()
    beside = {"key": bank.key_id, "signature": signature}
    (inbox / f"{name}.json.sig").write_text(json.dumps(beside))
    (inbox / f"{name}.json").write_bytes(document.replace(b"F", b"G") if forge else document)


def test_times_are_kept_to_the_microsecond():
    assert parse_instant("2026-11-20T12:00:00+08:00") == NOON_US
