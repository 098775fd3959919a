"""The people of a drill: each rule looks at the records as they stand and does what an officer would do next.

Nothing is remembered between two looks but what saves work, so that whoever begins again after a crash goes on where the
records stand. A rule says True when it did something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from fanzha.casework import (
    AccountName,
    Case,
    CaseStatus,
    Channel,
    Claim,
    Clue,
    ClueKind,
    ClueStage,
    Document,
    DocumentKind,
    Fact,
    Report,
    ReportDraft,
    ReportedPayment,
    Reporter,
    ReporterKind,
    VerifiedFields,
)
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.time import year_of
from fanzha.measures.lifecycle import ENDED, Status
from fanzha.measures.model import Measure, MeasureKind, Override, TellingWay, effective_status, holds
from fanzha.measures.orders import Channel as OrderChannel
from fanzha.measures.orders import Order, OrderStatus, Outcome, Receipt
from fanzha.measures.rules import Need
from fanzha.measures.telling import told_due_us
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import Kept, WorkView
from fanzha.services.desk.act_on_clue import act_on_clue
from fanzha.services.desk.add_report_to_case import add_report_to_case
from fanzha.services.desk.amend_draft import Amendment, amend_draft
from fanzha.services.desk.answer_query import answer_nothing
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.books import Books
from fanzha.services.desk.claim_clue import claim_clue
from fanzha.services.desk.classify_case import classify_case
from fanzha.services.desk.confirm_clue import confirm_clue
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.listing import every
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.record_sent import record_sent
from fanzha.services.desk.tell_holder import tell_holder
from fanzha.services.desk.verify_clue import verify_clue
from fanzha.simulation.drill.scenario import MARK, CaseScript, ScriptedReport

STOP_BASIS: Final = "afl-20"
BUSY: Final = "BUSY"  # how a bank of the drill refuses that may take the order next time
MORE_THAN_CARRIED: Final = "more_than_carried"
SCREEN: Final = b"\xe6\xa8\xa1\xe6\x8b\x9f screen of drill clue "  # 模拟
SLIP: Final = b"\xe6\xa8\xa1\xe6\x8b\x9f transfer slip of drill report "  # 模拟
UNSETTLED: Final = frozenset({OrderStatus.PREPARED, OrderStatus.SENT, OrderStatus.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class People:
    """The duty officer, the head of the county, and the one of the city."""

    duty: Actor
    chief: Actor
    city_chief: Actor


class Officers:
    """The desk's people in the first hours of one case: reports, clues, facts, stops, signatures, and orders on paper."""

    def __init__(self, desk: Desk, books: Books, people: People, script: CaseScript) -> None:
        self.desk, self.books, self.people, self.script = desk, books, people, script
        self._reports: dict[int, str] = {}  # by their numbers in the script; the same request gives the same again
        self._seen: dict[type[Any], tuple[Any, ...]] = {}

    def act(self) -> bool:
        """Does everything that can be done at this instant, once; whether there was anything."""
        done = [
            self.seen_anew(rule) for rule in (self.take_in_reports, self.put_into_case, self.classify, self.check_clues)
        ]
        done += [
            self.seen_anew(rule, Measure)
            for rule in (self.stop_first_accounts, self.stop_again, self.sign, self.issue_on_paper)
        ]
        done.append(self.seen_anew(self.close_clues, Clue))
        return any(done)

    def seen_anew(self, rule: Callable[[], bool], *changed: type[Any]) -> bool:
        """What a rule says; where it did something, what it changed is read again, everything if nothing is named."""
        done = rule()
        if done:
            self.look_again(*changed)
        return done

    def look_again(self, *changed: type[Any]) -> None:
        """Forgets what was read of these kinds, or everything: somebody else did something."""
        for kind in changed or tuple(self._seen):
            self._seen.pop(kind, None)

    def everything(self, kind: type[Kept]) -> tuple[Kept, ...]:
        """All records of a kind that the case has."""
        found = self._seen.get(kind)
        if found is None:
            with self.desk.store.reading() as view:
                found = self._seen[kind] = self._of_case(view, kind)
        return found

    def _of_case(self, view: WorkView, kind: type[Kept]) -> tuple[Kept, ...]:
        if kind is Report:
            return view.records(kind).get_many(tuple(self._reports.values()))
        case_id = next((report.case for report in self.everything(Report) if report.case), "")
        if not case_id:
            return ()
        if kind is Case:
            return (view.records(kind).get(case_id),)
        if kind is Fact:
            clues = [clue.id for clue in self.everything(Clue)]
            return tuple(every(view.records(kind), Query(within={"clue": clues})))
        return tuple(every(view.records(kind), Query(equals={"case_id": case_id})))

    def case(self) -> Case | None:
        """The case, once it is open."""
        return next(iter(self.everything(Case)), None)

    def measures(self, *kinds: MeasureKind) -> tuple[Measure, ...]:
        """The measures of these kinds that are not over."""
        now_us = self.desk.clock.now_us()
        return tuple(
            measure
            for measure in self.everything(Measure)
            if (not kinds or measure.kind in kinds) and effective_status(measure, now_us) not in ENDED
        )

    def document_number(self, word: str, number: str | int) -> str:
        """The number (文号) of a paper that is drawn up now."""
        return f"{MARK}{word}〔{year_of(self.desk.clock.now_us())}〕{number}号"

    def take_in_reports(self) -> bool:
        """The victims' reports, as soon as each comes."""
        now_us, done = self.desk.clock.now_us(), False
        for number, told in enumerate(self.script.reports):
            if number not in self._reports and told.at_us <= now_us:
                request = f"{self.script.key} report {number}"
                received = receive_report(self.desk, self.people.duty, self._draft(number, told), request=request)
                self._reports[number] = received.report.id
                done = True
        return done

    def _draft(self, number: int, told: ScriptedReport) -> ReportDraft:
        payments = tuple(
            ReportedPayment(
                self._payment_id(number, place), told.victim, self._account(paid.payee),
                replace(self._account(paid.payer), holder_name=told.victim), paid.amount_minor, at_us=paid.at_us,
            )
            for place, paid in enumerate(told.payments)
        )  # fmt: skip
        victim = Reporter(ReporterKind.VICTIM, told.victim, phone=told.phone)
        source = f"{MARK}接警单{self.script.number}-{number + 1}"
        return ReportDraft(
            Channel.CALL, victim, told.narrative, payments=payments, contacts=told.contacts, source_reference=source
        )

    def _account(self, number: str) -> AccountName:
        return AccountName(number, self.script.holder_of(number), self.script.bank_of(number))

    def _payment_id(self, report: int, place: int) -> str:
        return f"PAY-{self.script.key}-{report}-{place}"

    def put_into_case(self) -> bool:
        """受案: the first report opens the case, the others come into it."""
        loose = [report for report in self.everything(Report) if not report.case]
        if not loose:
            return False
        case, duty = self.case(), self.people.duty
        if case is None:
            open_case(self.desk, duty, [loose[0].id], self.script.name, request=f"{self.script.key} case")
        else:
            add_report_to_case(self.desk, duty, case.id, loose[0].id)
        return True

    def classify(self) -> bool:
        """Gives the case the type that its victims tell of."""
        case = self.case()
        if case is None or case.classification is not None or not self.script.taxonomy_class:
            return False
        class_slug, _, subtype_slug = self.script.taxonomy_class.partition("/")
        classify_case(self.desk, self.people.duty, case.id, class_slug, subtype_slug)
        return True

    def check_clues(self) -> bool:
        """快查快打: every clue one step further, up to the facts."""
        done, duty = False, self.people.duty
        for clue in self.everything(Clue):
            match clue.stage:
                case ClueStage.QUEUED if clue.case:
                    claim_clue(self.desk, duty, clue.id)
                case ClueStage.ASSIGNED:
                    assess_clue(self.desk, duty, clue.id, "模拟：刚刚转出，先核四要素")
                case ClueStage.ASSESSED if clue.kind is not ClueKind.ACCOUNT:
                    self._confirm(clue)
                case ClueStage.ASSESSED | ClueStage.VERIFIED if unverified := self._unverified(clue):
                    for claim in unverified:
                        self._verify(clue, claim)
                case _:
                    continue
            done = True
        return done

    def _unverified(self, clue: Clue) -> tuple[Claim, ...]:
        """The payments of a clue of which no fact says that they were made."""
        facts = [fact.fields for fact in self.everything(Fact) if fact.clue == clue.id and fact.hop == 1]
        made = {(fields.amount_minor, fields.at_us) for fields in facts}
        return tuple(claim for claim in clue.claims if (claim.amount_minor, claim.at_us) not in made)

    def _verify(self, clue: Clue, claim: Claim) -> None:
        paid = next(
            paid
            for number, told in enumerate(self.script.reports)
            for place, paid in enumerate(told.payments)
            if self._payment_id(number, place) == claim.id
        )
        payee = self._account(paid.payee)
        fields = VerifiedFields(payee.holder_name, payee.number, payee.institution, paid.amount_minor, paid.at_us)
        slip = self.books.evidence.put(SLIP + claim.id.encode(), f"模拟转账凭证 {claim.id}")
        verify_clue(self.desk, self.people.duty, clue.id, fields, Document(DocumentKind.TRANSFER_SLIP, slip))

    def _confirm(self, clue: Clue) -> None:
        """A line, site or group: it stands on the victim's telephone."""
        screen = self.books.evidence.put(SCREEN + clue.id.encode(), f"模拟手机截图 {clue.id}")
        document = Document(DocumentKind.VICTIM_SCREEN, screen)
        confirm_clue(self.desk, self.people.duty, clue.id, document, "模拟：事主手机上有此联系记录")

    def stop_first_accounts(self) -> bool:
        """紧急止付: the accounts that victims paid into, each once, for what facts say by then."""
        case = self.case()
        there = {measure.target.reference for measure in self.everything(Measure)}
        paid_in: dict[str, list[Fact]] = {}
        for fact in self.everything(Fact) if case is not None else ():
            if fact.hop == 1 and fact.withdrawn_at_us is None and fact.fields.account not in there:
                paid_in.setdefault(fact.fields.account, []).append(fact)
        for account, facts in paid_in.items():
            assert case is not None, "facts are a case's"
            amount = sum(fact.fields.amount_minor for fact in facts)
            draft = MeasureDraft(
                kind=MeasureKind.STOP_PAYMENT, reason="模拟：被害人刚刚转账", basis=STOP_BASIS, case=case.id,
                fact=facts[-1].id, amount_minor=amount, traced_minor=amount,
            )  # fmt: skip
            draft_measure(self.desk, self.people.duty, draft, request=f"{self.script.key} stop {account}")
        return bool(paid_in)

    def stop_again(self) -> bool:
        """A bank that was busy is told again, until the account's next stop is worded or the case is filed."""
        case, done = self.case(), False
        stops = [measure for measure in self.everything(Measure) if measure.kind is MeasureKind.STOP_PAYMENT]
        for refused in was_busy(stops, MeasureKind.STOP_PAYMENT):
            account, fact = refused.target.reference, refused.request.fact
            later = any(m.target.reference == account and m.drafted_us > refused.drafted_us for m in stops)
            if case is None or case.filing is not None or later or fact is None:
                continue
            draft = MeasureDraft(
                kind=MeasureKind.STOP_PAYMENT, reason="模拟：银行首次未办理，再次止付", basis=STOP_BASIS, case=case.id,
                fact=fact.evidence, amount_minor=refused.request.scope.amount_minor,
                traced_minor=refused.request.scope.traced_minor,
            )  # fmt: skip
            draft_measure(self.desk, self.people.duty, draft, request=f"{self.script.key} again {refused.id}")
            done = True
        return done

    def sign(self) -> bool:
        """One proposes, another approves; where a limit asks for a reason, it is given."""
        done = False
        for measure in self.measures():
            if measure.status is Status.DRAFT:
                self._propose(measure)
            elif measure.status is Status.PROPOSED:
                head = self.people.city_chief if measure.kind is MeasureKind.RETURN else self.people.chief
                approve_measure(self.desk, head, measure.id)
            else:
                continue
            done = True
        return done

    def _propose(self, measure: Measure) -> None:
        if measure.kind is MeasureKind.STOP_PAYMENT and not measure.request.overrides:
            # While answers come in out of order a trace may say less for a while than the answer that asked for the stop.
            reason = Override(MORE_THAN_CARRIED, "模拟：资金正在转移，流水尚未到齐，先行止付")
            amend_draft(self.desk, self.people.duty, measure.id, Amendment(overrides=(reason,)))
        needs = self.desk.rules.measures.of(measure.kind, self.desk.clock.now_us()).needs
        if Need.DOCUMENT in needs and not measure.request.document:
            numbered = Amendment(document=self.document_number("字", measure.id[-4:]))
            amend_draft(self.desk, self.people.duty, measure.id, numbered)
        try:
            propose_measure(self.desk, self.people.duty, measure.id)
        except NotAllowed as limit:
            if limit.rule in {override.rule for override in measure.request.overrides}:
                raise
            reason = Override(limit.rule, "模拟：涉案资金正在转移，必须先行控制")
            amend_draft(self.desk, self.people.duty, measure.id, Amendment(overrides=(reason,)))

    def close_clues(self) -> bool:
        """A clue is acted on as soon as its account's measure was decided; a line, site or group goes to the case's file."""
        decided = {m.target.reference: m.id for m in self.everything(Measure) if m.orders and m.request.fact}
        facts = {fact.clue: fact for fact in self.everything(Fact)}
        done = False
        for clue in self.everything(Clue):
            fact = facts.get(clue.id)
            if clue.stage is ClueStage.VERIFIED and clue.kind is not ClueKind.ACCOUNT:
                act_on_clue(self.desk, self.people.duty, clue.id, (clue.case,), "模拟：已列入案件，未作封堵")
                done = True
            elif clue.stage is ClueStage.VERIFIED and fact is not None and fact.fields.account in decided:
                act_on_clue(self.desk, self.people.duty, clue.id, (decided[fact.fields.account],), "模拟：已紧急止付")
                done = True
        return done

    def tell_holders(self) -> bool:
        """告知: the holder of every account that is held hears of it, within the time that is set for it."""
        rules = self.desk.rules.measures
        waiting = [measure for measure in self.everything(Measure) if told_due_us(measure, rules) is not None]
        for measure in waiting:
            tell_holder(self.desk, self.people.duty, measure.id, TellingWay.LETTER, note="模拟：已书面告知")
        return bool(waiting)

    def issue_on_paper(self) -> bool:
        """Orders to the institution that is no partner: issued elsewhere under a number; its answer is typed in."""
        done = False
        for measure, order in self._on_paper():
            if order.sent_us is None:
                number = self.document_number("平台", measure.id[-4:])
                record_sent(self.desk, self.people.duty, order.id, OrderChannel.ISSUED_ELSEWHERE, document=number)
            elif measure.kind is MeasureKind.QUERY:
                answer_nothing(self.desk, self.books, self.people.duty, measure.id)
            else:
                now_us = self.desk.clock.now_us()
                said = Receipt(f"{order.id} 回执", order.id, Outcome.REFUSED, now_us, now_us, code="ACCOUNT_UNKNOWN")
                record_receipt(self.desk, self.people.duty, said)
            done = True
        return done

    def _on_paper(self) -> Iterator[tuple[Measure, Order]]:
        for measure in self.everything(Measure):
            for order in measure.orders:
                if not self.script.is_partner(measure.target.institution) and order.status in UNSETTLED:
                    yield measure, order


def is_filed(case: Case | None) -> bool:
    """Whether the case is one by a head's decision (立案)."""
    return case is not None and case.status is CaseStatus.FILED


def was_busy(measures: Iterable[Measure], kind: MeasureKind) -> tuple[Measure, ...]:
    """Those of a kind that the bank refused for the moment only."""
    return tuple(m for m in measures if m.kind is kind and m.status is Status.REFUSED and m.end_reason == BUSY)


def held_stops(officers: Officers) -> tuple[Measure, ...]:
    """Stops that hold by the bank's own word."""
    now_us = officers.desk.clock.now_us()
    return tuple(measure for measure in officers.measures(MeasureKind.STOP_PAYMENT) if holds(measure, now_us))
