"""对公账户管控清单: corporate accounts by class of risk, each with its reasons; what is done to one is a measure 账户限制."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique

from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.governance.rules import GovernanceRules
from fanzha.casework.policy import check_person, check_reason, check_same_body
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.identifiers import plain_identifier
from fanzha.core.ids import Ids


@unique
class ControlState(StrEnum):
    """Whether an account is on the list."""

    LISTED = "listed"
    STRUCK_OFF = "struck_off"


@dataclass(frozen=True, slots=True)
class ControlDraft:
    """An account as it is put on the list."""

    account: str
    institution: str
    company: str
    risk: str  # of the table of classes
    reasons: tuple[str, ...]  # of the table of reasons
    credit_code: str = ""
    case: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ControlledAccount:
    """A corporate account on the list; `measure` is the restriction that was drafted, whose orders the bank answers."""

    id: str
    version: int
    organisation: str
    draft: ControlDraft
    listed_by: str
    listed_at_us: int
    state: ControlState = ControlState.LISTED
    measure: str = ""
    struck_off_by: str = ""
    struck_off_at_us: int | None = None
    struck_off_reason: str = ""

    @property
    def case(self) -> str:
        """The case for which it is listed; empty where none is named."""
        return self.draft.case


def list_account(
    draft: ControlDraft, rules: GovernanceRules, actor: Actor, now_us: int, ids: Ids
) -> tuple[ControlledAccount, Events]:
    """The account on the list.

    Raises BadInput for what the table does not have, NotAllowed where the reasons do not carry the class: a shared
    representative alone raises nothing.
    """
    check_person(actor, "a class of risk")
    plain = replace(
        draft, account=plain_identifier(draft.account), institution=draft.institution.strip(),
        company=draft.company.strip(), reasons=tuple(dict.fromkeys(draft.reasons)),
    )  # fmt: skip
    for field, said in (("account", plain.account), ("institution", plain.institution), ("company", plain.company)):
        if not said:
            raise BadInput(f"{field}: a corporate account is listed with it")
    check_risk(plain.risk, plain.reasons, rules)
    listed = ControlledAccount(ids.new("CONTROL"), 0, actor.organisation, plain, actor.id, now_us)
    event = work_event(
        EventKind.CONTROL_LISTED, listed.id, actor, now_us, ids,
        risk=plain.risk, reasons=" ".join(plain.reasons), case=plain.case,
    )  # fmt: skip
    return listed, (event,)


def check_risk(risk: str, reasons: tuple[str, ...], rules: GovernanceRules) -> None:
    """Raises BadInput for an unknown class or reason, NotAllowed where no reason carries a class as high."""
    if risk not in rules.classes:
        raise BadInput(f"risk: {risk!r} is no class; there are: {', '.join(rules.classes)}")
    unknown = [one for one in reasons if one not in rules.reasons]
    if unknown or not reasons:
        known = ", ".join(rules.reasons)
        raise BadInput(f"reasons: {unknown[0] if unknown else 'none'!r} is no reason; there are: {known}")
    highest = min(rules.rank(rules.reasons[one].up_to) for one in reasons)
    if highest > rules.rank(risk):
        carried = list(rules.classes)[highest:]
        said = f"these reasons carry {carried[0]} at most" if carried else "these reasons alone carry no class"
        raise NotAllowed("control.risk", f"{said}, not {risk}: name what the account itself did, or a lower class")


def control_by(
    control: ControlledAccount, measure: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[ControlledAccount, Events]:
    """The restriction that was drafted for it. Raises NotAllowed for an account that is off the list."""
    check_same_body(actor, control)
    _check_listed(control)
    event = work_event(EventKind.CONTROL_DRAFTED, control.id, actor, now_us, ids, measure=measure)
    return replace(control, measure=measure), (event,)


def strike_off(
    control: ControlledAccount, reason: str, actor: Actor, now_us: int, ids: Ids, *, holds: bool
) -> tuple[ControlledAccount, Events]:
    """Off the list, with its reason. holds: whether a restriction still stands, which must be lifted first."""
    check_person(actor, "taking an account off the list")
    check_same_body(actor, control)
    check_reason(reason, f"taking {control.id} off the list")
    _check_listed(control)
    if holds:
        raise NotAllowed(
            "control.holds", f"{control.id}: {control.measure} still stands; lift it first: fanzha measure lift"
        )
    event = work_event(
        EventKind.CONTROL_STRUCK_OFF, control.id, actor, now_us, ids,
        before=control.state, after=ControlState.STRUCK_OFF, reason=reason,
    )  # fmt: skip
    off = replace(
        control, state=ControlState.STRUCK_OFF, struck_off_by=actor.id, struck_off_at_us=now_us,
        struck_off_reason=reason.strip(),
    )  # fmt: skip
    return off, (event,)


def _check_listed(control: ControlledAccount) -> None:
    if control.state is not ControlState.LISTED:
        raise NotAllowed("control.off", f"{control.id} is off the list")
