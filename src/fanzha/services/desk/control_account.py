"""对公账户管控: a corporate account is listed by its class of risk, and restricted by a measure that the bank answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.casework import Case, Events, governance
from fanzha.casework.governance import ControlDraft, ControlledAccount, ControlState, GovernanceRules
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, FanzhaError, NotAllowed
from fanzha.core.identifiers import plain_identifier
from fanzha.measures.lifecycle import ENDED
from fanzha.measures.model import Measure, MeasureKind, Target, TargetKind, effective_status
from fanzha.measures.orders import Receipt
from fanzha.ports.record_query import Page, Query
from fanzha.ports.table_reader import TableReader
from fanzha.services.desk.acting import Look, Work, acting, looking
from fanzha.services.desk.draft_measure import MeasureDraft, draft_within
from fanzha.services.desk.import_seizures import SheetFault, SheetFile, fault_of
from fanzha.services.desk.keeping import tell
from fanzha.services.desk.lists import ListWanted, list_controls
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once
from fanzha.services.desk.sight import Sight

BASIS: Final = "pbc-2016-261"
TERM: Final = "listed"  # by finding: its document names the account
_SPLIT: Final = str.maketrans({"，": ",", "、": ",", ";": ",", "；": ",", "\n": ",", " ": ","})


@dataclass(frozen=True, slots=True)
class ControlShown:
    """An account on the list with what is done to it: where the restriction stands, and the bank's last answer."""

    control: ControlledAccount
    measure: Measure | None  # None: none was drafted, or the actor may not see it
    status: str = ""
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class ControlsImported:
    """What became of a sheet."""

    listed: tuple[ControlledAccount, ...]
    again: int  # rows whose account is on the list already
    aside: tuple[SheetFault, ...]


def list_corporate_account(desk: Desk, actor: Actor, draft: ControlDraft, *, request: str = "") -> ControlledAccount:
    """Puts a corporate account on the list of the actor's body.

    Raises BadInput for what the table does not have, NotAllowed where the reasons do not carry the class, or where the
    account is on the list already.
    """
    with acting(desk, actor, "control.list", Subject("control", "")) as work:
        command = fingerprint_of("control.list", draft)
        return once(work, request, command, ControlledAccount, lambda: _list(work, draft))


def import_controls(desk: Desk, reader: TableReader, actor: Actor, file: SheetFile) -> ControlsImported:
    """Lists every row of a workbook or CSV file; what cannot be listed is put aside, with field and reason.

    Raises BadInput where the file is no table or has no column of accounts; nothing is listed then.
    """
    with acting(desk, actor, "control.list", Subject("control", "")) as work:
        work.check(Action.CLUE_WORK, Scope(actor.organisation))
        rows = reader.rows(file.content, file.name)
        rules = work.rules.governance
        words = {word.lower(): column for column, heads in rules.sheet.items() for word in heads}
        if not any(words.get(head.lower()) == "account" for row in rows for head in row.cells):
            raise BadInput(
                f"{file.name}: no column names the accounts; the first row must have {rules.sheet['account'][0]}"
            )
        listed, aside, again = list[ControlledAccount](), list[SheetFault](), 0
        for row in rows:
            said = {words[head.lower()]: cell for head, cell in row.cells.items() if head.lower() in words}
            try:
                draft = _draft_of(said, rules)
                if _standing(work, draft.account):
                    again += 1
                else:
                    listed.append(_list(work, draft))
            except FanzhaError as error:
                aside.append(fault_of(row, error))
        return ControlsImported(tuple(listed), again, tuple(aside))


def draft_control(desk: Desk, actor: Actor, control_id: str, document: str, reason: str) -> Measure:
    """Drafts the restriction of its class: a measure like any other, to be proposed, approved, sent and answered.

    document: 文号 of the finding. Raises NotAllowed where one stands already, or the rules of measures forbid it.
    """
    with acting(desk, actor, "control.draft", Subject("control", control_id)) as work:
        control = work.load(ControlledAccount, control_id, Action.MEASURE_PROPOSE)
        if _holds(work, control):
            raise NotAllowed("control.holds", f"{control_id}: {control.measure} stands already")
        said, mode = control.draft, work.rules.governance.classes[control.draft.risk].mode
        wanted = MeasureDraft(
            kind=MeasureKind.RESTRICTION, reason=reason, basis=BASIS, case=said.case, modes=(mode,), term=TERM,
            target=Target(TargetKind.ACCOUNT, said.account, said.institution, said.company), document=document,
            mode_reason=reason,
        )  # fmt: skip
        measure = draft_within(work, wanted)
        _keep(work, *governance.control_by(control, measure.id, actor, work.now_us, work.ids))
        return measure


def strike_off_control(desk: Desk, actor: Actor, control_id: str, reason: str) -> ControlledAccount:
    """Takes an account off the list. Raises NotAllowed while its restriction stands: that is lifted first."""
    with acting(desk, actor, "control.strike_off", Subject("control", control_id)) as work:
        control = work.load(ControlledAccount, control_id, Action.CLUE_WORK)
        holds = _holds(work, control)
        return _keep(work, *governance.strike_off(control, reason, actor, work.now_us, work.ids, holds=holds))


def control_list(
    desk: Desk, actor: Actor, wanted: ListWanted
) -> tuple[Page[ControlledAccount], tuple[ControlShown, ...]]:
    """A page of the list with what is done to each account. Raises as `list_controls`."""
    page = list_controls(desk, actor, wanted)
    with looking(desk, actor, "control.see", Subject("organisation", actor.organisation)) as look:
        return page, tuple(_shown(look, page.rows))


def one_control(desk: Desk, actor: Actor, control_id: str) -> ControlShown:
    """One account on the list, or that was on it. Raises NotFound where it may not be seen."""
    with looking(desk, actor, "control.see", Subject("control", control_id)) as look:
        control = look.load(ControlledAccount, control_id, Action.SEE)
        return next(iter(_shown(look, (control,))))


def _shown(look: Look, controls: Iterable[ControlledAccount]) -> Iterable[ControlShown]:
    held = tuple(controls)
    sight = Sight(look.unit, look.actor, look.rules.access.permissions)
    measures = look.unit.records(Measure).get_many(sorted({one.measure for one in held if one.measure}))
    seen = {measure.id: measure for measure in measures if sight.sees(measure)}
    for one in held:
        measure = seen.get(one.measure)
        if measure is None:
            yield ControlShown(one, None)
        else:
            last = measure.receipts[-1] if measure.receipts else None
            yield ControlShown(one, measure, effective_status(measure, look.now_us).value, last)


def _list(work: Work, draft: ControlDraft) -> ControlledAccount:
    work.check(Action.CLUE_WORK, Scope(work.actor.organisation))
    if draft.case:
        work.load(Case, draft.case, Action.SEE)
    listed, events = governance.list_account(draft, work.rules.governance, work.actor, work.now_us, work.ids)
    work.unit.hold(f"control:{work.actor.organisation}:{listed.draft.account}")
    standing = _standing(work, listed.draft.account)
    if standing:
        raise NotAllowed("control.there", f"the account is on the list already, as {standing}")
    return _keep(work, listed, events, new=True)


def _standing(work: Work, account: str) -> str:
    """The entry of the actor's body about the account; empty where it has none."""
    own = {
        "account": plain_identifier(account),
        "organisation": work.actor.organisation,
        "state": ControlState.LISTED.value,
    }
    found = work.unit.records(ControlledAccount).find(Query(equals=own, limit=1)).rows
    return found[0].id if found else ""


def _holds(work: Work, control: ControlledAccount) -> bool:
    """Whether the restriction that was drafted for it is not over."""
    measures = work.unit.records(Measure).get_many((control.measure,) if control.measure else ())
    return any(effective_status(measure, work.now_us) not in ENDED for measure in measures)


def _draft_of(said: Mapping[str, str], rules: GovernanceRules) -> ControlDraft:
    reasons = tuple(_slug(word, rules.reasons) for word in said.get("reasons", "").translate(_SPLIT).split(",") if word)
    return ControlDraft(
        said.get("account", ""), said.get("institution", ""), said.get("company", ""),
        _slug(said.get("risk", ""), rules.classes), reasons, said.get("credit_code", ""), said.get("case", ""),
        said.get("note", ""),
    )  # fmt: skip


def _slug(word: str, known: Mapping[str, governance.RiskClass] | Mapping[str, governance.ListingReason]) -> str:
    """The slug of what somebody wrote by slug, in Chinese or in English; the word itself where it is none of these."""
    bare = word.strip().lower()
    return next((one.slug for one in known.values() if bare in {one.slug, one.zh.lower(), one.en.lower()}), bare)


def _keep(work: Work, control: ControlledAccount, events: Events, *, new: bool = False) -> ControlledAccount:
    records = work.unit.records(ControlledAccount)
    kept = records.add(control) if new else records.save(control)
    work.case = work.case or kept.case
    tell(work, events, "control")
    return kept
