"""Where a case's money went: the last trace with what measures and banks say by now, ready to be drawn.

Behind the mask every account has a name of its own that shows no more than its last four signs: two accounts that end
alike stay two. The names are those of one run; whoever acts on an account is told its number by `number_of`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case, Clue
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.measures.model import Measure, MeasureKind, held_minor, holds
from fanzha.ports.record_query import LIMIT_MAX, Query
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.amounts import balance_us
from fanzha.services.desk.books import Books
from fanzha.services.desk.case_family import measures_of
from fanzha.services.desk.documents.trace import masked_warning
from fanzha.services.desk.draft_queries import waiting_questions
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import mask_for
from fanzha.services.desk.sight import Sight
from fanzha.services.desk.trace_case import document_of, last_run
from fanzha.services.render_trace import (
    BankBalance,
    Control,
    Hold,
    TraceContext,
    TraceDocument,
    read_trace_document,
    with_receipts,
)
from fanzha.tracing.runs import TraceRun

_HOLDS: Final = {MeasureKind.STOP_PAYMENT: Hold.STOPPED, MeasureKind.FREEZE: Hold.FROZEN}
_NAMED: Final = frozenset({"account", "payer", "payee"})
RUNS_KEPT: Final = 64  # parsed traces that are kept at hand
SHORT: Final = 8  # of a number as short as that four signs would be half
STAR: Final = "*"


@dataclass(frozen=True, slots=True)
class Pending:
    """A question to a bank that nobody has answered yet, or nobody has asked."""

    account: str
    institution: str
    from_us: int
    until_us: int
    traced_minor: int
    asked_by: str  # id of the query; empty: not asked


@dataclass(frozen=True, slots=True)
class CaseFlow:
    """The last run of a case, its accounts under the names by which they are shown."""

    case: Case
    run: TraceRun | None  # None: never traced
    document: TraceDocument | None
    context: TraceContext
    names: Mapping[str, str]  # as shown → the account
    measures: Mapping[str, tuple[Measure, ...]]  # as shown → what was done about it
    pending: tuple[Pending, ...]
    mask: Mask
    now_us: int
    # By method: what is held by receipt on accounts without a statement; the run itself calls it unknown.
    by_receipt: Mapping[str, int] = field(default_factory=dict[str, int])

    def number_of(self, shown: str) -> str:
        """The account behind a name. Raises BadInput for a name that is not of this run."""
        if shown not in self.names:
            raise BadInput(f"{shown!r} is no account of this trace; open the picture again")
        return self.names[shown]


def case_flow(desk: Desk, books: Books, actor: Actor, case_id: str, *, mask: Mask | None = None) -> CaseFlow:
    """Where the money of a case went by its last trace. Raises NotFound as `case_page`.

    mask: lifted by a reveal that was written down; None: on.
    """
    with looking(desk, actor, "case.flow", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.SEE)
        mask = mask or mask_for(desk, actor, [case])  # titles and warnings name persons too
        run = last_run(look, case.id)
        if run is None:
            return CaseFlow(case, None, None, TraceContext(), {}, {}, (), mask, look.now_us)
        measures, shared = tuple(measures_of(look.unit, case)), _shared(look, run)
        working = "" if case.working_method is None else case.working_method.method
        shown, document = _document(books, run, working, mask)
        pending = _pending(look, run, shown)
    by_account: dict[str, list[Measure]] = {}
    called = _called(run)
    for measure in measures:
        account = called.get(measure.target.reference, measure.target.reference)
        if account in shown:
            by_account.setdefault(shown[account], []).append(measure)
    context = TraceContext(
        names={shown[one.account]: mask.name(one.holder) for one in run.accounts if one.holder and one.account in shown},
        institutions={shown[one.account]: one.institution for one in run.accounts if one.institution and one.account in shown},
        controls=_controls(by_account, look.now_us),
        balances=_balances(by_account),
        shared={shown[account]: count for account, count in shared.items() if account in shown},
        title=case.title,
    )  # fmt: skip
    document, by_receipt = with_receipts(document, context)
    return CaseFlow(
        case, run, document, context, {name: account for account, name in shown.items()},
        {name: tuple(found) for name, found in by_account.items()}, pending, mask, look.now_us,
        by_receipt,
    )  # fmt: skip


_KEPT: dict[tuple[str, str, bool, tuple[str, ...]], tuple[dict[str, str], TraceDocument]] = {}
_KEEPING: Final = Lock()


def _document(books: Books, run: TraceRun, working: str, mask: Mask) -> tuple[dict[str, str], TraceDocument]:
    """Account → name, and the run's document under these names; kept at hand by its SHA-256.

    Ids of runs repeat between homes; what a document says does not.
    """
    key = (run.document, working, mask.lifted, mask.names)
    found = _KEPT.get(key)
    if found is None:
        raw = document_of(books, run)
        accounts = tuple(dict.fromkeys(_accounts_in(raw["methods"])))
        shown = {account: account for account in accounts} if mask.lifted else _names_for(accounts)
        found = shown, read_trace_document(_renamed(raw, shown, mask), working or None)
        with _KEEPING:
            while len(_KEPT) >= RUNS_KEPT:
                _KEPT.pop(next(iter(_KEPT)))
            _KEPT[key] = found
    return found


def _accounts_in(part: Any) -> Iterator[str]:
    """Every account that a part of the document names, in the order in which they come."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name in _NAMED and isinstance(value, str):
                yield value
            else:
                yield from _accounts_in(value)
    elif isinstance(part, list):
        for each in part:
            yield from _accounts_in(each)


def _names_for(accounts: Iterable[str]) -> dict[str, str]:
    """Each account as ****1234; where several end alike, the later ones with a number behind."""
    taken: Counter[str] = Counter()
    names = {}
    for account in accounts:
        name = f"{STAR * 4}{account[-4:] if len(account) > SHORT else account[-2:]}" if account else ""
        taken[name] += 1
        names[account] = name if taken[name] == 1 else f"{name}·{taken[name]}"
    return names


def _renamed(document: Mapping[str, Any], shown: Mapping[str, str], mask: Mask) -> dict[str, Any]:
    if mask.lifted:
        return dict(document)

    def named(part: Any) -> Any:
        if isinstance(part, Mapping):
            return {
                name: shown[value] if name in _NAMED and isinstance(value, str) else named(value)
                for name, value in part.items()
            }
        return [named(each) for each in part] if isinstance(part, list) else part

    return {
        **document,
        "methods": named(document["methods"]),
        "warnings": [masked_warning(text, mask) for text in document["warnings"]],
    }


def _called(run: TraceRun) -> dict[str, str]:
    """Other numbers of an account → the one by which the run calls it."""
    return {other: account.account for account in run.accounts for other in account.also}


def _controls(measures: Mapping[str, Iterable[Measure]], now_us: int) -> dict[str, Control]:
    """What holds money of the case now; a freeze stands before a stop."""
    found: dict[str, Control] = {}
    for account, done in measures.items():
        holding = [one for one in done if one.kind in _HOLDS and holds(one, now_us)]
        if not holding:
            continue
        hold = Hold.FROZEN if any(one.kind is MeasureKind.FREEZE for one in holding) else Hold.STOPPED
        amount = held_minor(holding, now_us) if all(one.executed_minor is not None for one in holding) else None
        found[account] = Control(hold, amount, max((one.starts_us or one.drafted_us) for one in holding))
    return found


def _balances(measures: Mapping[str, Iterable[Measure]]) -> dict[str, BankBalance]:
    """The latest balance that a bank stated of each account."""
    found: dict[str, BankBalance] = {}
    for account, done in measures.items():
        for receipt in (one for measure in done for one in measure.receipts):
            at_us = balance_us(receipt)
            if receipt.balance_minor is not None and (account not in found or at_us >= found[account].at_us):
                found[account] = BankBalance(receipt.balance_minor, at_us, receipt.id)
    return found


def _shared(look: Look, run: TraceRun) -> dict[str, int]:
    """Accounts of the run that other cases' reports told of too, with how many these are."""
    accounts = [one.account for one in run.accounts if one.hop]
    clues = look.unit.records(Clue).find(Query(within={"subject": accounts}, limit=LIMIT_MAX)).rows if accounts else ()
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    cases: dict[str, set[str]] = {}
    for clue in clues:
        if clue.case and clue.case != run.case and sight.sees(clue):
            cases.setdefault(clue.subject, set()).add(clue.case)
    return {account: len(found) for account, found in cases.items()}


def _pending(look: Look, run: TraceRun, shown: Mapping[str, str]) -> tuple[Pending, ...]:
    """Whose statement would tell more, the most money first, and which query asks for it already."""
    asked = {
        question.account: measure for measure, left in waiting_questions(look, run.case).items() for question in left
    }
    found = [
        Pending(
            shown.get(each.account, ""), each.institution, each.from_us, each.until_us, each.traced_minor,
            asked.get(each.account, ""),
        )
        for each in run.questions
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: -one.traced_minor))
