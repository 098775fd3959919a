"""A simulated bank: what it holds, pays and answers, to the 分; its chances repeat by their seed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from partner_banks import MULE, NOON_US, PAID_US, SECOND_MULE, VICTIM, TurnedClock, mule_bank

from fanzha import bootstrap
from fanzha.core.errors import BadInput
from fanzha.core.time import MINUTE_US, format_instant
from fanzha.exchange import request_bytes
from fanzha.simulation.banks import AccountConfig, BankConfig, Faults, PlannedPayment, SimulatedBank, read_bank_config
from fanzha.simulation.banks.bank import Lost

FIELDS = {
    "format": "fanzha-order/1", "verb": "begin", "original": "", "period": None, "until": None, "fact": None, "questions": [],
    "payee": "", "document": "模拟冻字〔2026〕1号",
}  # fmt: skip


class Street:
    """A desk's side of the wire."""

    def __init__(self, tmp_path, **more) -> None:
        self.clock, self.home = TurnedClock(), tmp_path / "desk"
        self.key = bootstrap.exchange_key(self.home, "exchange.pem")
        self.bank = SimulatedBank(
            mule_bank(tmp_path / "bank", bootstrap.exchange_public_key(self.home, "exchange.pem"), **more), self.clock
        )
        self.seen = 0

    def ask(self, method, target, body=b"", **more):
        at = format_instant(self.clock.at_us)
        signature = self.key.sign(request_bytes(method, target, at, self.key.key_id, body)).hex()
        headers = {"fanzha-key": self.key.key_id, "fanzha-time": at, "fanzha-signature": signature} | more
        return self.bank.handle(method, target, headers, body)

    def order(self, request_id, kind, amount, account=MULE, **more):
        order = FIELDS | {
            "request_id": request_id, "kind": kind, "scope": {"modes": ["x"], "amount": amount, "currency": "CNY"},
            "target": {"kind": "account", "reference": account, "holder": "", "institution": "模拟银行"},
        } | more  # fmt: skip
        return self.ask("POST", "/orders", json.dumps(order).encode(), **{"idempotency-key": request_id})

    def said(self):
        page = json.loads(self.ask("GET", f"/receipts?after={self.seen}").body)
        self.seen = int(page["next"])
        return [json.loads(envelope["document"]) for envelope in page["receipts"]]

    def outcome(self):
        (said,) = self.said()
        return said["outcome"], said["amount"], said["code"]


@pytest.fixture
def street(tmp_path):
    made = []

    def make(**more) -> Street:
        made.append(Street(tmp_path / str(len(made)), **more))
        return made[-1]

    yield make
    for one in made:
        one.bank.close()


def test_a_freeze_keeps_back_what_is_there_and_lets_it_go_in_parts(street):
    desk = street()
    assert desk.order("F1", "freeze", "30000.00").status == 202
    assert desk.outcome() == ("executed", "30000.00", "")
    desk.order("F2", "freeze", "30000.00")
    assert desk.outcome() == ("partial", "21000.00", "")  # 51,000 less what is frozen already
    desk.order("F3", "freeze", "1.00")
    assert desk.outcome() == ("refused", None, "NO_FUNDS")
    desk.order("F1.part", "freeze", "5000.00", verb="release_part", original="F1")
    assert desk.outcome() == ("executed", "5000.00", "")
    assert desk.bank.book.held(MULE) == 4_600_000
    desk.order("F1.extend", "freeze", None, verb="extend", original="F1", until="2027-06-01T00:00:00+08:00")
    assert desk.outcome() == ("executed", "25000.00", "")
    desk.order("F1.release", "freeze", None, verb="release", original="F1")
    desk.order("F1.release.2", "freeze", None, verb="release", original="F1")
    assert [(one["outcome"], one["amount"]) for one in desk.said()] == [("executed", "25000.00"), ("executed", "0.00")]
    desk.order("F1.extend.2", "freeze", None, verb="extend", original="F1", until="2027-06-01T00:00:00+08:00")
    assert desk.outcome() == ("refused", None, "UNKNOWN_ORIGINAL")


def test_a_hold_ends_by_itself_and_customers_pay_when_they_may(street):
    paid = PlannedPayment(PAID_US, VICTIM, MULE, 5_000_000)
    tries = [PlannedPayment(NOON_US + minutes * MINUTE_US, MULE, SECOND_MULE, 4_000_000) for minutes in (1, 61)]
    desk = street(planned=(paid, *tries))
    desk.order("S1", "stop_payment", "50000.00", period={"count": 1, "unit": "hours"})
    desk.clock.turn(2 * 3600)  # nobody asked meanwhile: it all happens in its order
    desk.bank.let_time_pass()
    assert desk.bank.book.ask("SELECT state FROM planned ORDER BY id") == [("done",), ("stopped",), ("done",)]
    assert desk.bank.book.balance(MULE) == 1_100_000
    assert desk.bank.book.holds() == []


def test_the_same_request_is_done_once_and_another_under_its_id_is_refused(street):
    desk = street()
    assert [json.loads(desk.order("F1", "freeze", "100.00").body)["state"] for _ in range(3)] == [
        "taken",
        "known",
        "known",
    ]
    assert desk.outcome() == ("executed", "100.00", "")
    assert desk.order("F1", "freeze", "200.00").status == 409
    assert desk.order("F2", "freeze", "1.00", target={"institution": "模拟二行"}).status == 422
    assert desk.ask("POST", "/orders", b"{}").status == 400
    assert desk.bank.book.ask("SELECT executions FROM orders") == [(1,)]


def test_only_the_desk_is_obeyed(street):
    desk = street()
    body = b"{}"
    at = format_instant(desk.clock.at_us)
    assert desk.ask("POST", "/orders", body, **{"fanzha-signature": "00" * 64}).status == 401
    assert desk.ask("POST", "/orders", body, **{"fanzha-key": "somebody"}).status == 401
    desk.clock.turn(3600)
    assert desk.ask("GET", "/receipts?after=0", **{"fanzha-time": at}).status == 401
    assert desk.ask("GET", "/elsewhere").status == 404


def test_a_return_is_paid_to_another_bank_once_or_comes_back(street, tmp_path):
    desk = street()
    other = SimulatedBank(
        BankConfig("模拟二行", tmp_path / "two", {}, (AccountConfig(VICTIM, "模拟·孙三"),)), desk.clock
    )
    desk.bank.peers["模拟二行"] = Unreachable()  # it cannot be asked: the money is out, and the answer waits
    desk.order("F1", "freeze", "50000.00")
    desk.order("R1", "return", "30000.00", payee=VICTIM)
    assert [one["request_id"] for one in desk.said()] == ["F1"]
    desk.bank.peers["模拟二行"] = other
    desk.bank.let_time_pass()
    desk.bank.let_time_pass()
    assert desk.outcome() == ("executed", "30000.00", "")
    assert (desk.bank.book.balance(MULE), desk.bank.book.held(MULE), other.book.balance(VICTIM)) == (
        2_100_000, 2_000_000, 3_000_000,
    )  # fmt: skip
    desk.order("R2", "return", "10000.00", payee="6299990000000000099")
    assert desk.outcome() == ("refused", None, "PAYEE_UNKNOWN")
    assert (desk.bank.book.balance(MULE), desk.bank.book.held(MULE)) == (2_100_000, 2_000_000)
    other.close()


class Unreachable:
    """Another bank that is down."""

    def credit(self, payout, payee, amount_minor, payer):
        return None


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_query_is_answered_with_statements_that_can_be_read_in(street, tmp_path, form):
    onward = PlannedPayment(PAID_US + MINUTE_US, MULE, SECOND_MULE, 123_456, payee_institution="模拟二行")
    paid = PlannedPayment(PAID_US, VICTIM, MULE, 5_000_000, payer_holder="模拟·孙三")
    desk = street(statement=form, planned=(paid, onward))
    times = {"from": "2026-11-01T00:00:00+08:00", "until": "2026-11-30T00:00:00+08:00"}
    questions = [{"account": MULE, "holder": "", **times}, {"account": "6299990000000000099", "holder": "", **times}]
    target = {"kind": "institution", "reference": "模拟银行", "holder": "", "institution": "模拟银行"}
    desk.order("Q1", "query", None, questions=questions, target=target)
    (said,) = desk.said()
    statement, nothing = (each["statement"] for each in said["answered"])
    assert (said["outcome"], nothing) == ("executed", None)
    content = desk.ask("GET", f"/statements/{statement['reference']}").body
    file = tmp_path / statement["name"]
    file.write_bytes(content)
    reader = bootstrap.statement_reader()
    (found,) = [reader.read(each) for each in reader.discover([file])]
    entries = found.facts["entries"]
    assert (found.quarantine, sorted(entries["amount_minor"].to_list())) == ((), [123_456, 5_000_000])
    desk.order("Q2", "query", None, questions=questions[1:], target=target)
    assert desk.outcome() == ("nothing_found", None, "")


def test_chances_repeat_by_their_seed(street):
    faults = Faults(lose_answer=0.4, refuse=0.4, part=0.4, duplicate=0.4, reorder=0.4, delay_s=(0, 900))

    def history(seed):
        desk = street(faults=faults, seed=seed)
        heard = []
        for number in range(8):
            try:
                heard.append(desk.order(f"F{number}", "freeze", "1000.00").status)
            except Lost:
                heard.append(0)
            desk.clock.turn(300)
        desk.clock.turn(3600)
        desk.bank.config = replace(desk.bank.config, faults=Faults())
        return heard, [(one["id"], one["outcome"], one["amount"], one["answered_at"]) for one in desk.said()]

    assert history(1) == history(1)
    assert history(1) != history(2)


def test_a_configuration_that_makes_no_sense_is_told(tmp_path):
    good = {"name": "模拟银行", "directory": "b", "desk_keys": {}}
    assert read_bank_config(good, tmp_path).directory == tmp_path / "b"
    for bad in (
        {"name": "Bank"},
        {"statement": "pdf"},
        {"faults": {"sometimes": 1}},
        {"accounts": [{}]},
        {"seed": "x"},
    ):
        with pytest.raises(BadInput):
            read_bank_config(good | bad, tmp_path)
