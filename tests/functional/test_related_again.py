"""A fact that was withdrawn is verified anew: what was to be lifted because of it rests on a fact again, and is not lifted."""

from __future__ import annotations

import json

import pytest
from desk_home import run
from measure_home import HOLDER

from fanzha import bootstrap
from fanzha.casework import Document, DocumentKind, Fact, Task, VerifiedFields
from fanzha.core.errors import NotAllowed
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, Signature
from fanzha.ports.record_query import Query
from fanzha.services.desk.act_first import act_first
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.close_clue import dismiss_clue, reopen_clue
from fanzha.services.desk.convert_measure import Conversion, convert_measure
from fanzha.services.desk.countersign_measure import countersign_measure
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.find_unrelated import find_unrelated
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.verify_clue import verify_clue
from fanzha.services.desk.withdraw_fact import withdraw_fact
from tests.functional.test_desk_day import ACCOUNT, BOTH, CHIEF, CLERK, HOUR_US, MINUTE_US, NOON_US, SECOND, day
from tests.functional.test_measure_verb import made, place

__all__ = ["day", "made", "place"]


def executed_stop(day):
    stop = approve_measure(day.desk, CHIEF, day.proposed().id)
    return record_receipt(day.desk, CLERK, day.answer(stop)).measure


def anew(day, fact_id, *, account=ACCOUNT, yuan=50_000, **more):
    """The clue of a withdrawn fact, verified by another slip."""
    clue = day.get(Fact, fact_id).clue
    fields = VerifiedFields("模拟·钱二", account, "模拟银行", yuan * 100, NOON_US - 30 * MINUTE_US, "CNY")
    slip = Document(DocumentKind.TRANSFER_SLIP, "FILE-2")
    return verify_clue(day.desk, BOTH, clue, fields, slip, **more)


def lifts_asked(day, measure):
    """The tasks that ask for its lift, and whether its clock runs."""
    with day.desk.store.reading() as view:
        tasks = view.records(Task).find(Query(equals={"case_id": measure.request.case})).rows
        clocks = {clock.kind for clock in view.clocks.running(measure.id)}
    asked = [task.status.value for task in tasks if task.title.startswith(f"解除 {measure.id}")]
    return sorted(asked), "measure.lift_unrelated" in clocks


def test_the_finding_its_clock_and_its_task_end_with_the_new_fact_and_begin_anew_with_its_end(day):
    stop = executed_stop(day)
    file_case(day.desk, CHIEF, stop.request.case, "模拟立字〔2026〕1号")
    freeze = convert_measure(day.desk, BOTH, stop.id, Conversion(document="模拟冻字〔2026〕1号", reason="涉案资金在账"))
    freeze = approve_measure(day.desk, CHIEF, propose_measure(day.desk, BOTH, freeze.id).id)
    record_receipt(day.desk, CLERK, day.answer(freeze, number="R2"))
    first = stop.request.fact.evidence
    withdraw_fact(day.desk, BOTH, first, "凭证上的时间看错了")
    assert lifts_asked(day, freeze) == (["open"], True)
    verified = anew(day, first)
    assert verified.related == (freeze.id,)
    found = day.get(Measure, freeze.id)
    assert (found.status, found.unrelated_us, found.fact_id) == (Status.EXECUTED, None, verified.fact.id)
    assert [sign.by for sign in found.signed(Signature.FOUND_RELATED)] == ["both"]
    assert lifts_asked(day, freeze) == (["cancelled"], False)
    assert [(event.actor, event.details["fact"]) for event in day.audit("measure.find_related")] == [
        ("both", verified.fact.id)
    ]
    day.clock.at_us += 4 * 24 * HOUR_US
    while run_clocks(day.desk, "w").rang:
        pass
    assert "lift_unrelated" not in [event.details.get("clock") for event in day.audit("clock.breach")]
    again = withdraw_fact(day.desk, BOTH, verified.fact.id, "凭证系伪造")
    assert again.to_be_lifted == (freeze.id,)
    assert lifts_asked(day, freeze) == (["cancelled", "open"], True)
    assert anew(day, first).related == (freeze.id,)
    assert day.get(Measure, freeze.id).unrelated_us is None


def test_what_was_lifted_meanwhile_or_found_so_in_words_stays_so(day):
    stop = executed_stop(day)
    withdraw_fact(day.desk, BOTH, stop.request.fact.evidence, "凭证上的时间看错了")
    lift_measure(day.desk, CHIEF, stop.id, "事实已撤回，与案件无关")
    assert anew(day, stop.request.fact.evidence).related == ()
    lifted = day.get(Measure, stop.id)
    assert (lifted.status, lifted.rests_on) == (Status.LIFTED, "")


def test_a_finding_in_words_is_not_ended_by_a_fact(day):
    stop = executed_stop(day)
    find_unrelated(day.desk, BOTH, stop.id, "经查系正常货款")
    withdraw_fact(day.desk, BOTH, stop.request.fact.evidence, "凭证上的时间看错了")
    assert anew(day, stop.request.fact.evidence).related == ()
    assert day.get(Measure, stop.id).unrelated_us is not None


def test_a_fact_of_another_account_gives_it_no_ground(day):
    stop = executed_stop(day)
    withdraw_fact(day.desk, BOTH, stop.request.fact.evidence, "账号看错了一位")
    other = anew(day, stop.request.fact.evidence, account=SECOND, reason="凭证上是另一账号")
    assert (other.related, lifts_asked(day, stop)) == ((), (["open"], True))


def test_an_order_that_has_not_left_goes_on_only_by_the_same_four_fields(day):
    begun = act_first(day.desk, BOTH, day.stop().id, "账户余额正在减少")
    first = begun.request.fact.evidence
    withdraw_fact(day.desk, BOTH, first, "金额看错了")
    other = anew(day, first, yuan=40_000)
    assert other.related == ()
    with pytest.raises(NotAllowed, match="withdrawn"):
        countersign_measure(day.desk, CHIEF, begun.id)
    withdraw_fact(day.desk, BOTH, other.fact.id, "金额看错了")
    assert anew(day, first).related == (begun.id,)
    assert countersign_measure(day.desk, CHIEF, begun.id).signed(Signature.COUNTERSIGNED)


def test_a_clue_that_was_dismissed_and_is_opened_again_gives_its_stop_back_its_ground(day):
    stop = executed_stop(day)
    clue = day.get(Fact, stop.request.fact.evidence).clue
    dismiss_clue(day.desk, BOTH, clue, "经查系正常还款")
    assert lifts_asked(day, stop) == (["open"], True)
    reopen_clue(day.desk, BOTH, clue, "还款凭证系伪造")
    found = day.get(Measure, stop.id)
    assert (found.unrelated_us, found.rests_on) == (None, "")
    assert lifts_asked(day, stop) == (["cancelled"], False)


def test_on_the_command_line_the_new_fact_names_what_rests_on_it_and_the_proof_holds(place):
    stop, draft = place.executed(), place.stop()
    code, out, err = run(
        place.home, "clue", "withdraw-fact", place.fact, "--reason", "凭证上的时间看错了", "--as", "both"
    )
    assert (code, f"{stop} is to be lifted" in err) == (0, True)
    assert place.document("both", "show", stop)["unrelated_at"]
    assert "fact.withdrawn" in [each["rule"] for each in place.document("both", "show", draft)["preview"]["refused"]]
    desk = bootstrap.desk(place.home)
    with desk.store.reading() as view:
        clue = view.records(Fact).get(place.fact).clue
    desk.store.close()
    slip = ("--document", "transfer_slip", "--reference", "FILE-2", "--amount", "50000", "--at", "2026-03-01 10:00")
    words = ("clue", "verify", clue, "--holder", HOLDER, "--account", ACCOUNT, "--institution", "模拟银行", *slip)
    code, out, err = run(place.home, *words, "--as", "both")
    assert (code, f"{stop} rests on it: it need not be lifted any more" in err) == (0, True)
    shown = place.document("both", "show", stop)
    assert (shown["status"], shown["unrelated_at"]) == ("executed", None)
    assert [sign["signature"] for sign in shown["approvals"]][-2:] == ["found_unrelated", "found_related"]
    code, out, err = run(place.home, "verify", "--json")
    assert [one for one in json.loads(out)["findings"] if one["where"] == f"measures/{stop}"] == []
