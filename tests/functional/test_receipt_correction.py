"""An answer that an officer typed in wrongly: put right with a reason, the measure made anew, the first one kept."""

from __future__ import annotations

import json
import shutil
from functools import cache

import pytest
from desk_home import BODIES, run
from measure_home import ACCOUNT, HOLDER, file_the_case, make_measure_home

from fanzha import bootstrap
from fanzha.audit import Outcome as Became
from fanzha.cli import main
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.errors import NotAllowed
from fanzha.core.time import SECOND_US, SystemClock, format_instant
from fanzha.measures.orders import Outcome, Receipt
from fanzha.services.desk.correct_receipt import correct_receipt
from fanzha.services.desk.record_receipt import record_receipt

WHY = ("--reason", "录入时看错一行")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_measure_home(tmp_path_factory.mktemp("made") / "home")


class Home:
    def __init__(self, home, case, fact):
        self.home, self.case, self.fact = home, case, fact

    def do(self, login, *words, code=0):
        found, out, err = run(self.home, "measure", *words, "--as", login, "--json")
        assert found == code, (words, err)
        document = json.loads(out) if out else err
        return document["error"]["message"] if code and "error" in document else document

    def sent(self):
        stop = self.do(
            "both", "draft", "stop_payment", "--case", self.case, "--fact", self.fact, "--amount", "50000", "--traced",
            "50000", "--basis", "afl-20", "--reason", "被害人刚刚转账",
        )["id"]  # fmt: skip
        self.do("both", "propose", stop)
        self.do("chief", "approve", stop)
        self.do("both", "send", stop, "--platform-number", "模拟平台〔2026〕1号")
        return stop

    def audit(self, action):
        desk = bootstrap.desk(self.home)
        try:
            with desk.store.reading() as view:
                return [event for event in view.audit.walk() if event.action == action]
        finally:
            desk.store.close()

    def clocks(self, measure):
        desk = bootstrap.desk(self.home)
        try:
            with desk.store.reading() as view:
                return sorted(clock.kind for clock in view.clocks.running(measure))
        finally:
            desk.store.close()


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    monkeypatch.setattr(main, "load_verb", cache(main.load_verb))
    home, case, fact = made
    return Home(shutil.copytree(home, tmp_path / "home"), case, fact)


def test_a_refusal_that_was_none_is_put_right_and_back(place):
    stop = place.sent()
    waiting = place.clocks(stop)
    place.do("both", "receipt", stop, "--outcome", "refused", "--platform-number", "R1", "--code", "E07")
    refused = place.do("both", "show", stop)
    assert (refused["status"], place.clocks(stop)) == ("refused", [])
    place.do("both", "correct-receipt", stop, "R1", "--outcome", "executed", "--clear", "code", "--reason", "", code=1)
    done = place.do("both", "correct-receipt", stop, "R1", "--outcome", "executed", "--clear", "code", *WHY)["measure"]
    assert (done["status"], done["executed"], done["ended_at"]) == ("executed", "50000.00", None)
    assert "measure.receipt" in waiting
    assert "measure.term_end" in place.clocks(stop)
    assert "measure.receipt" not in place.clocks(stop)
    (kept,) = done["corrections"]
    assert (kept["receipt"]["outcome"], kept["receipt"]["code"], kept["by"]) == ("refused", "E07", "both")
    again = place.do("both", "correct-receipt", stop, "R1", "--outcome", "executed", *WHY)["measure"]
    assert again == done
    back = place.do("both", "correct-receipt", stop, "R1", "--outcome", "refused", "--code", "E07", *WHY)["measure"]
    changes = {name for name in refused if refused[name] != back[name]}
    assert changes == {"version", "corrections"}
    events = [event for event in place.audit("receipt.correct") if event.outcome is Became.DONE]
    assert [(event.details["before"], event.details["after"], event.reason) for event in events] == [
        ("refused", "executed", WHY[1]), ("executed", "refused", WHY[1]),
    ]  # fmt: skip


def frozen(place):
    """A stop that turned into a freeze, which the bank carried out."""
    stop = place.sent()
    place.do("both", "receipt", stop, "--outcome", "executed", "--platform-number", "R1", "--balance", "120000")
    file_the_case(place.home, place.case)
    freeze = place.do("both", "convert", stop, "--document", "模拟冻字〔2026〕1号", "--reason", "涉案资金在账")["id"]
    place.do("both", "propose", freeze)
    place.do("chief", "approve", freeze)
    place.do("both", "send", freeze, "--platform-number", "模拟冻字〔2026〕1号")
    place.do("both", "receipt", freeze, "--outcome", "executed", "--platform-number", "F1")
    return stop, freeze


def test_a_freeze_that_only_a_wrong_answer_emptied_stands_again(place):
    stop, freeze = frozen(place)
    order = place.do("chief", "release-part", freeze, "--amount", "50000", "--reason", "均系本人工资")["orders"][-1][
        "id"
    ]
    place.do("both", "send", order, "--platform-number", "模拟解字〔2026〕1号")
    place.do("both", "receipt", order, "--outcome", "executed", "--platform-number", "P1")
    emptied = place.do("both", "show", freeze)
    assert (emptied["status"], emptied["end_reason"], place.clocks(freeze)) == ("lifted", "全部解除", [])
    noted = place.do("both", "correct-receipt", freeze, "F1", "--note", "柜面办理", *WHY)
    assert (noted["measure"]["status"], noted["goes_on"]) == ("lifted", None)  # the freeze held: its stop stays ended
    assert place.do("both", "show", stop)["converted_into"] == freeze
    again = place.do("both", "correct-receipt", freeze, "P1", "--outcome", "refused", "--code", "E1", *WHY)["measure"]
    assert (again["status"], again["held"], again["ended_at"], again["end_reason"]) == (
        "executed",
        "50000.00",
        None,
        "",
    )
    assert "measure.term_end" in place.clocks(freeze)
    over = place.do("both", "correct-receipt", freeze, "P1", "--outcome", "executed", "--clear", "code", *WHY)[
        "measure"
    ]
    assert (over["status"], over["ended_at"], place.clocks(freeze)) == ("lifted", emptied["ended_at"], [])
    assert len(place.audit("measure.empty")) == 2
    more = place.do("both", "correct-receipt", freeze, "F1", "--amount", "60000", *WHY)["measure"]
    assert (more["status"], more["held"]) == ("executed", "10000.00")


def test_a_stop_goes_on_whose_freeze_was_not_carried_out_after_all(place):
    stop, freeze = frozen(place)
    assert place.do("both", "show", stop)["status"] == "converted"
    done = place.do("both", "correct-receipt", freeze, "F1", "--outcome", "refused", "--code", "E1", *WHY)
    assert (done["measure"]["status"], done["goes_on"]) == ("refused", stop)
    stands = place.do("both", "show", stop)
    assert (stands["status"], stands["converted_into"], stands["executed"]) == ("executed", "", "50000.00")
    place.do("both", "correct-receipt", freeze, "F1", "--outcome", "executed", *WHY)
    assert place.do("both", "show", stop)["converted_into"] == freeze


def test_what_a_bank_sent_or_typed_itself_is_not_changed_by_hand(place):
    stop = place.sent()
    desk = bootstrap.desk(place.home)
    try:
        bank = next(body for body in BODIES if body.id == "BANK")
        wire = Actor(f"link:{bank.id}", bank.id, Level.PARTNER, frozenset({Role.API_CLIENT}))
        now_us = desk.clock.now_us()
        record_receipt(desk, wire, Receipt("W1", f"{stop}.begin", Outcome.RECEIVED, now_us, now_us))
        both = Actor("both", "COUNTY", Level.COUNTY, frozenset({Role.DUTY_OFFICER}))
        with pytest.raises(NotAllowed, match="the institution must send another"):
            correct_receipt(desk, both, stop, "W1", {"outcome": Outcome.REFUSED}, WHY[1])
    finally:
        desk.store.close()
    place.do("clerk", "receipt", stop, "--outcome", "executed", "--platform-number", "W2")
    said = place.do("both", "correct-receipt", stop, "W2", "--amount", "1", *WHY, code=1)
    assert "typed in by another body" in said
    assert "has no answer W3" in place.do("both", "correct-receipt", stop, "W3", "--amount", "1", *WHY, code=2)


def test_a_mistyped_order_is_an_error_and_one_in_a_banks_file_an_incident(place, tmp_path):
    stop = place.sent()
    for wrong in (f"{stop}9", f"{stop}9.begin"):
        said = place.do("both", "receipt", wrong, "--outcome", "executed", "--platform-number", "R1", code=2)
        assert f"there is no order {stop}9.begin" in said
    assert place.do("both", "incidents")["incidents"] == []
    file = tmp_path / "answers.csv"
    file.write_text(f"id,order,outcome,answered_at\nR1,{stop}9.begin,executed,2026-11-21 10:00\n", encoding="utf-8")
    first = place.do("both", "receipts", str(file))["receipts"]
    assert [(line["taken"], len(line["incidents"])) for line in first] == [("incident", 1)]
    for login in ("duty2", "stranger"):  # a colleague, and one of another body
        again = place.do(login, "receipts", str(file))["receipts"]
        assert [(line["taken"], line["incidents"]) for line in again] == [("already", [])], login
    assert len(place.do("both", "incidents")["incidents"]) == 1


def test_the_account_that_was_meant_is_followed_once_put_right(place):
    stop = place.sent()
    paid = "6299990000000000033,模拟二行,模拟·周五,30000,2026-11-21 09:00"
    wrong = place.do("both", "receipt", stop, "--outcome", "executed", "--platform-number", "R1", "--onward", paid)
    assert wrong["onward"] == 1
    right = paid.replace("033,", "041,")
    done = place.do("both", "correct-receipt", stop, "R1", "--onward", right, *WHY)["measure"]
    (receipt,) = done["receipts"]
    assert [onward["amount"] for onward in receipt["onward"]] == ["30000.00"]
    assert (HOLDER in json.dumps(done, ensure_ascii=False), ACCOUNT in json.dumps(done)) == (False, False)


def test_a_paper_that_is_entered_again_is_asked_about_first(place, tmp_path):
    stop = place.sent()
    scan = tmp_path / "回执.pdf"
    scan.write_bytes(b"%PDF-1.4")
    words = ("receipt", stop, "--outcome", "executed", "--amount", "50000", "--platform-number")
    first = place.do("both", *words, "R1", "--scan", str(scan))["measure"]
    said = place.do("both", *words, "R2", code=1)
    assert "answer R1, which came at" in said
    assert "is it the same?" in said
    assert "--another" in said
    assert "is it the same?" in place.do("duty2", *words, "R2", "--scan", str(scan), code=1)  # another hand, one paper
    assert place.do("both", *words, "R1")["taken"] == "already"
    assert place.do("both", "show", stop)["receipts"] == first["receipts"]
    refused = [event.details["rule"] for event in place.audit("receipt.record") if event.outcome is Became.REFUSED]
    assert refused == ["receipt.again", "receipt.again"]
    told = place.do("both", *words, "R2", "--balance", "90000")["measure"]  # what says more is another by itself
    assert len(told["receipts"]) == 2
    assert len(place.do("both", *words, "R3", "--another")["measure"]["receipts"]) == 3


def test_an_answer_without_the_instant_was_carried_out_when_it_came(place):
    stop = place.sent()
    came = format_instant(SystemClock().now_us() - 30 * SECOND_US)
    done = place.do("both", "receipt", stop, "--outcome", "executed", "--platform-number", "R1", "--arrived", came)
    (receipt,) = done["measure"]["receipts"]
    assert (receipt["answered_at"], done["incidents"]) == (receipt["arrived_at"], [])


def test_one_part_is_let_go_once_however_many_hands_do_it(place):
    _, freeze = frozen(place)
    words = ("release-part", freeze, "--amount", "10000", "--reason")
    order = place.do("chief", *words, "均系本人工资")["orders"][-1]["id"]
    for login, reason in (("chief", "均系本人工资"), ("both", "留出生活费用")):  # it is on its way: whatever the reason
        assert f"order {order}: is it the same?" in place.do(login, *words, reason, code=1)
    place.do("both", "send", order, "--platform-number", "模拟解字〔2026〕1号")
    place.do("both", "receipt", order, "--outcome", "executed", "--platform-number", "P1")
    assert "is it the same?" in place.do("chief", *words, "均系本人工资 ", code=1)
    assert place.do("both", "show", freeze)["held"] == "40000.00"
    assert place.do("both", *words, "留出生活费用")["held"] == "30000.00"
    assert place.do("chief", *words, "均系本人工资", "--another")["held"] == "20000.00"
