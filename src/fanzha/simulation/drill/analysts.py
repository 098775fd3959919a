"""The second half of a drill's day: follow the money, ask the banks, freeze what the case is filed for, give it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from fanzha.casework import Clue, ClueStage, Fact, Report
from fanzha.core.errors import NotFound
from fanzha.measures.lifecycle import ENDED, Status
from fanzha.measures.model import Measure, MeasureKind, effective_status, holds
from fanzha.measures.purposes import Purpose
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.services.desk.amounts import case_amounts
from fanzha.services.desk.convert_measure import Conversion, convert_measure
from fanzha.services.desk.decide_return import approve_return, propose_return
from fanzha.services.desk.draft_queries import draft_queries
from fanzha.services.desk.draft_return import draft_return
from fanzha.services.desk.draft_stops import draft_stops
from fanzha.services.desk.file_case import file_case
from fanzha.services.desk.follow_money import follow_money
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.listing import every
from fanzha.services.desk.pay_return import pay_again
from fanzha.services.desk.plan_return import plan_return
from fanzha.services.desk.publish_return import publish_return
from fanzha.services.desk.read_return_figures import read_return_figures
from fanzha.services.desk.return_planning import AccountChoice, ReturnWanted
from fanzha.services.desk.take_in_answers import take_in_answers
from fanzha.services.desk.trace_case import trace_case
from fanzha.simulation.drill.officers import (
    STOP_BASIS,
    UNSETTLED,
    Officers,
    held_stops,
    is_filed,
    was_busy,
)
from fanzha.tracing.runs import TraceRun

KEEPING: Final = (MeasureKind.FREEZE, MeasureKind.QUEUED_FREEZE)
NO_FUNDS: Final = "NO_FUNDS"  # how a bank refuses where nothing is left to freeze
QUERY_BASIS: Final = "procedure-238"
# Why nobody waits for the rest of a statement, in a case of the drill.
UNSEEN: Final = "模拟：冻结余额有银行回执，流水待补调，被害人急需"


class Analysts:
    """The same people, at the trace and at the decisions.

    follows_every_us: the day's parts in each of which new answers are followed once at most; new facts always are at once.
    stops_unknown: an account is stopped as soon as a statement names it, as it is where a receipt does; which of the two
    is told first is chance.
    """

    def __init__(self, officers: Officers, follows_every_us: int = 1, *, stops_unknown: bool = False) -> None:
        self.officers, self.script = officers, officers.script
        self.desk, self.books, self.people = officers.desk, officers.books, officers.people
        self._follows_every_us, self._part, self._stops_unknown = follows_every_us, 0, stops_unknown
        self._followed = ((0, 0), (0, 0))  # how many facts and answers were followed; only saves work
        self._asked_for: tuple[str, int] = ("", 0)  # the run whose questions were asked, and how many were refused

    def act(self) -> bool:
        """Does everything that can be done at this instant, once; whether there was anything."""
        if self.officers.case() is None:
            return False
        seen_anew = self.officers.seen_anew
        return any([seen_anew(self.follow), seen_anew(self.ask_and_stop)]) or seen_anew(self.decide)

    def follow(self, *, balances: bool = False) -> bool:
        """New facts and answers: statements and onward transfers go into the ledger, and the trace goes on.

        balances: answers that say no more than what is on an account, too; nobody traces anew for each of them.
        """
        receipts = [receipt for measure in self.officers.everything(Measure) for receipt in measure.receipts]
        facts, told = len(self.officers.everything(Fact)), sum(1 for each in receipts if each.answered or each.onward)
        there = (facts, told), (facts, len(receipts))
        if there[balances] == self._followed[balances] or not all((facts, receipts)):
            return False
        part = self.desk.clock.now_us() // self._follows_every_us
        if part == self._part and facts == self._followed[balances][0] and not balances:
            return False
        self._part = part
        case = self._case_id()
        take_in_answers(self.desk, self.books, self.people.duty, case)
        follow_money(self.desk, self.books, self.people.duty, case)
        self._followed = there
        return True

    def ask_and_stop(self) -> bool:
        """调单 to every institution whose statements are missing, and a stop where stoppable money lies; once a trace.

        From 立案 on the working method says how much, in freezes; no further stops are worded by the largest.
        """
        run = self._last_run()
        refused = len(was_busy(self.officers.everything(Measure), MeasureKind.QUERY))
        if run is None or (run.id, refused) == self._asked_for or is_filed(self.officers.case()):
            return False
        case, duty = self._case_id(), self.people.duty
        self._trace_anew(run)
        queries = draft_queries(
            self.desk,
            duty,
            case,
            basis=QUERY_BASIS,
            reason="模拟：调取流水，查清资金去向",
            least_minor=self.script.least_minor,
        )
        stops = draft_stops(
            self.desk,
            self.books,
            duty,
            case,
            basis=STOP_BASIS,
            reason="模拟：涉案资金仍在账户",
            unknown=self._stops_unknown,
        )
        self._asked_for = (stops.run, refused)
        return bool(queries.drafted or stops.drafted)

    def _trace_anew(self, run: TraceRun | None) -> None:
        """Where statements of other cases came into the ledger since."""
        if run is not None and run.ledger_digest != self.books.ledger().digest:
            trace_case(self.desk, self.books, self.people.duty, self._case_id())
            self.officers.look_again()

    def decide(self) -> bool:
        """Once nothing is on its way: 立案, freezes in place of stops, and the return."""
        if self.in_flight() or self._something_to_check():
            return False
        if self.follow(balances=True):
            return True
        if not is_filed(self.officers.case()):
            if self.desk.clock.now_us() < self.script.files_us:
                return False
            filing = self.officers.document_number("立字", self.script.number)
            file_case(self.desk, self.people.chief, self._case_id(), filing)
            return True
        self._trace_anew(self._last_run())
        return self.freeze() or self.give_back()

    def freeze(self) -> bool:
        """An account's stops become one freeze of what the working method traces there, or are lifted where that is nothing."""
        by_account: dict[str, list[Measure]] = {}
        for stop in held_stops(self.officers):
            by_account.setdefault(stop.target.reference, []).append(stop)
        if not by_account:
            return False
        amounts = case_amounts(self.desk, self.books.trace_rules, self.people.duty, self._case_id(), Purpose.FREEZE)
        traced = {each.account.account: each.choice.amount_minor for each in amounts.accounts}
        frozen = {freeze.target.reference for freeze in self.officers.measures(*KEEPING)}
        for account, stops in by_account.items():
            amount = traced.get(account, 0)
            if amount and account not in frozen and not self._was_empty(account):
                self._freeze(stops[0], amount)
                continue
            why = "模拟：已转为冻结" if account in frozen else "模拟：按工作方法账上无涉案资金"
            for stop in stops:
                lift_measure(self.desk, self.people.chief, stop.id, why)
        return True

    def _was_empty(self, account: str) -> bool:
        """Whether the bank said that there is nothing to freeze."""
        said = (m for m in self.officers.everything(Measure) if m.kind in KEEPING and m.target.reference == account)
        return any(measure.status is Status.REFUSED and measure.end_reason == NO_FUNDS for measure in said)

    def _freeze(self, stop: Measure, amount_minor: int) -> None:
        """A freeze, or a queued one (轮候冻结) behind that of another case."""
        account, everything = stop.target.reference, self.officers.everything(Measure)
        with self.desk.store.reading() as view:
            there = tuple(every(view.records(Measure), Query(equals={"account": account})))
        taken = any(m.kind is MeasureKind.FREEZE and m.status not in ENDED for m in there)
        into = MeasureKind.QUEUED_FREEZE if taken else MeasureKind.FREEZE
        number = self.officers.document_number("冻字", account[-4:])
        wanted = Conversion(document=number, reason="模拟：涉案资金在账", into=into, amount_minor=amount_minor)
        tried = [m for m in everything if m.kind in KEEPING and m.target == stop.target]
        request = f"{self.script.key} freeze {account} {len(tried)}"
        convert_measure(self.desk, self.people.duty, stop.id, wanted, request=request)

    def give_back(self) -> bool:
        """返还: plan, notice, decision of the city; the banks pay."""
        returns = enumerate(self.officers.everything(ReturnProcedure), 1)
        return any(self._carry_on(procedure, number) for number, procedure in returns) or self._plan_return()

    def _plan_return(self) -> bool:
        """A return of what is frozen and in none yet: first of what needs no public notice, so that it waits for none."""
        frozen = self._frozen_in_no_return()
        if not frozen:
            return False
        case, duty = self._case_id(), self.people.duty
        figures = read_return_figures(self.desk, self.books, duty, case)
        wanted = ReturnWanted(case, tuple(AccountChoice(account) for account in frozen))
        plans = plan_return(self.desk, duty, wanted, figures).plans
        at_once = [plan for plan in plans if not plan.needs_public_notice] or plans
        chosen = tuple(AccountChoice(plan.account, reason=UNSEEN if plan.rests_on_unseen else "") for plan in at_once)
        draft_return(self.desk, duty, replace(wanted, accounts=chosen), figures)
        return True

    def _frozen_in_no_return(self) -> tuple[str, ...]:
        """The accounts of freezes that hold, of which no return has given or is to give anything."""
        returns = self.officers.everything(ReturnProcedure)
        planned = {plan.measure for procedure in returns for plan in procedure.plans}
        freezes, now_us = self.officers.measures(MeasureKind.FREEZE), self.desk.clock.now_us()
        return tuple(one.target.reference for one in freezes if holds(one, now_us) and one.id not in planned)

    def _carry_on(self, procedure: ReturnProcedure, number: int) -> bool:
        """A return one step further. number: of it among those of the case."""
        if procedure.status is ProcedureStatus.DRAFT and procedure.needs_public_notice:
            publish_return(self.desk, self.people.duty, procedure.id)
        elif procedure.status in {ProcedureStatus.DRAFT, ProcedureStatus.NOTICED}:
            if procedure.notice_until_us is not None and self.desk.clock.now_us() < procedure.notice_until_us:
                return False
            propose_return(self.desk, self.people.duty, procedure.id)
        elif procedure.status is ProcedureStatus.PROPOSED:
            of_case = f"{self.script.number}-{number}" if number > 1 else self.script.number
            decision = self.officers.document_number("返字", of_case)
            approve_return(self.desk, self.people.city_chief, procedure.id, decision)
        else:
            return self._pay_again(procedure)
        return True

    def _pay_again(self, procedure: ReturnProcedure) -> bool:
        """A payment that a busy bank refused is proposed again, to the same account."""
        measures = self.officers.everything(Measure)
        paid = {m.id for m in measures if m.kind is MeasureKind.RETURN and m.status is not Status.REFUSED}
        for refused in was_busy(measures, MeasureKind.RETURN):
            if not any(other.startswith(f"{refused.id}.again") for other in paid | _refused_later(measures, refused)):
                why = "模拟：银行首次未办理"
                pay_again(self.desk, self.people.duty, procedure.id, refused.id, refused.request.payee, why)
                return True
        return False

    def waits_until_us(self) -> int | None:
        """When the time to object to a return is over; None where nobody waits for that."""
        returns = self.officers.everything(ReturnProcedure)
        noticed = (one.notice_until_us for one in returns if one.status is ProcedureStatus.NOTICED)
        return min((until_us for until_us in noticed if until_us is not None), default=None)

    def in_flight(self) -> bool:
        """Whether an order or its answer is still on its way, or a draft waits for its signatures."""
        now_us = self.desk.clock.now_us()
        for measure in self.officers.everything(Measure):
            release = any(order.status in UNSETTLED for order in measure.orders)
            if release or (not measure.orders and effective_status(measure, now_us) not in ENDED):
                return True
        return False

    def is_done(self) -> bool:
        """Whether the money is back and nothing is left to do."""
        returns = self.officers.everything(ReturnProcedure)
        paid = bool(returns) and all(one.status is ProcedureStatus.DONE for one in returns)
        return paid and not self.in_flight() and not self._frozen_in_no_return()

    def _something_to_check(self) -> bool:
        """Whether a report is to come, or a clue of one is not acted on yet."""
        open_clues = any(clue.stage is not ClueStage.ACTED for clue in self.officers.everything(Clue))
        return open_clues or len(self.officers.everything(Report)) < len(self.script.reports)

    def _case_id(self) -> str:
        case = self.officers.case()
        if case is None:
            raise NotFound("the drill's case is not open yet")
        return case.id

    def _last_run(self) -> TraceRun | None:
        return max(self.officers.everything(TraceRun), key=lambda run: run.at_us, default=None)


def _refused_later(measures: Iterable[Measure], refused: Measure) -> set[str]:
    """Repetitions of a payment that were refused in their turn; those are repeated themselves."""
    return {m.id for m in was_busy(measures, MeasureKind.RETURN) if m.id.startswith(f"{refused.id}.again")}
