"""Who gets what of a frozen account, by the branches of Art. 8, with what every other branch would give beside it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, unique
from itertools import accumulate
from typing import Final

from fanzha.core.errors import BadInput, Refused
from fanzha.core.identifiers import number_ending
from fanzha.core.money import DEFAULT_CURRENCY
from fanzha.measures.return_shares import FORMULA, VictimLoss, share_return


@unique
class Branch(StrEnum):
    """冻结资金返还若干规定 Art. 8; the values are the modes of the kind `return`."""

    DIRECT = "direct"  # (1) one inflow only
    BY_TIME = "by_time"  # (2) several, told apart by time stamp
    PRO_RATA = "prorata"  # (3) several, not told apart: by proportion, after a public notice


_BRANCH_WORDS: Final[Mapping[Branch, str]] = {
    Branch.DIRECT: "direct (直接返还)",
    Branch.BY_TIME: "by time stamp (按时间戳)",
    Branch.PRO_RATA: "by proportion (按比例)",
}


def way_in_words(branches: Sequence[Branch]) -> str:
    """One branch, or two of which the second shares what the first leaves."""
    return ", then ".join(_BRANCH_WORDS[branch] for branch in branches)


@unique
class Base(StrEnum):
    """What a victim's share is measured by."""

    LOSS_INTO_ACCOUNT = "loss_into_account"
    TRACED_INTO_ACCOUNT = "traced_into_account"
    TOTAL_CASE_LOSS = "total_case_loss"


Branches = tuple[Branch, ...]
# The ways there are: a branch, or what is told apart by time first and the rest by proportion.
WAYS: Final[tuple[Branches, ...]] = (
    (Branch.DIRECT,),
    (Branch.BY_TIME,),
    (Branch.BY_TIME, Branch.PRO_RATA),
    (Branch.PRO_RATA,),
)


@dataclass(frozen=True, slots=True)
class Inflow:
    """A payment into the frozen account, by whom if it is known; minor units."""

    transfer: str
    at_us: int
    amount_minor: int
    victim: str = ""  # empty: a third party, or nobody knows


@dataclass(frozen=True, slots=True)
class Outflow:
    """A payment out of the frozen account that no return decided; minor units."""

    at_us: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Unseen:
    """The time from the end of an account's statement to its freeze: nobody has seen what moved.

    stopped: a stop held the account all that time: money may have come in, none went out.
    """

    from_us: int
    until_us: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class FrozenAccount:
    """A frozen account as its statement shows it; minor units.

    frozen_minor: what is frozen for this case and not yet returned. third_party_minor: what of it was proven to be
    others' money, by an objection that was upheld; it is left out. held_by_label: whose money the tracing says it is,
    third parties' together under one label. outflows: where they are not at hand, the last one may have taken all that was
    there. returned_minor: what earlier returns gave each victim out of this account. unseen: where the statement ends before
    the freeze begins.
    """

    account: str
    institution: str
    measure: str  # id of the freeze
    frozen_minor: int
    inflows: tuple[Inflow, ...]
    last_outflow_us: int | None = None
    third_party_minor: int = 0
    currency: str = DEFAULT_CURRENCY
    held_by_label: Mapping[str, int] = field(default_factory=dict[str, int])
    covered: bool = True  # its own statement shows every payment that came in; otherwise there may be others
    outflows: tuple[Outflow, ...] = ()
    returned_minor: Mapping[str, int] = field(default_factory=dict[str, int])
    unseen: Unseen | None = None


@dataclass(frozen=True, slots=True)
class VictimClaim:
    """A victim's losses by each base, and what came back; minor units.

    returned_minor: what he got of the losses that `loss_minor` counts. open_in_case_minor: what he still lacks over the
    whole case; money that passed through two accounts is not paid twice. first_inflow_us settles an odd 分.
    """

    victim: str
    loss_minor: Mapping[Base, int]
    returned_minor: int = 0
    open_in_case_minor: int | None = None  # None: as the base says
    first_inflow_us: int | None = None
    pay_to: str = ""
    compensated_minor: int = 0  # got back outside of returns; the figures above are less it already
    came_from: str = ""  # the account the money came from, by the facts; `pay_to` unless somebody said otherwise

    @property
    def goes_elsewhere(self) -> bool:
        """Whether it is to go to another account than it came from, since an officer said so or a bank sent it back."""
        return bool(self.pay_to and self.came_from) and self.pay_to != self.came_from

    def open_minor(self, base: Base) -> int:
        """What may still be paid to him out of this account."""
        lacking = max(self.loss_minor.get(base, 0) - self.returned_minor, 0)
        return lacking if self.open_in_case_minor is None else min(lacking, max(self.open_in_case_minor, 0))


@dataclass(frozen=True, slots=True)
class Award:
    """What a victim is to get out of an account, by which branch; minor units."""

    victim: str
    account: str
    branch: Branch
    amount_minor: int
    pay_to: str = ""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One way to return: what each would get, and why the law does not allow it here, if so."""

    branches: Branches
    paid_minor: Mapping[str, int]
    remainder_minor: int
    refused_because: str = ""


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    """The chosen way for one account, exact to the 分: awards, third parties and remainder are the frozen amount."""

    account: str
    institution: str
    measure: str
    currency: str
    frozen_minor: int
    third_party_minor: int
    branches: Branches
    base: Base
    formula: str
    awards: tuple[Award, ...]
    remainder_minor: int  # stays frozen, third parties' money with it
    ways: tuple[WhatIf, ...]  # every way, the chosen one too
    reason: str = ""  # where proportion was chosen though an earlier branch applies
    inflows: tuple[Inflow, ...] = ()  # what the plan was made of, to be read beside it
    claims: tuple[VictimClaim, ...] = ()
    last_outflow_us: int | None = None
    held_by_label: Mapping[str, int] = field(default_factory=dict[str, int])
    covered: bool = True
    outflows: tuple[Outflow, ...] = ()
    strangers_minor: int = 0  # came from nobody who claims here, and is there still by the time stamps
    unseen: Unseen | None = None

    @property
    def rests_on_unseen(self) -> bool:
        """Whether it calls money a victim's by a statement after whose end, and before the freeze, it may have left."""
        return self.unseen is not None and not self.unseen.stopped and self.branches != (Branch.PRO_RATA,)

    @property
    def open_strangers_minor(self) -> int:
        """What strangers paid in and is there still, where nobody has left as much out as third parties'."""
        return self.strangers_minor if self.strangers_minor > self.third_party_minor else 0

    @property
    def needs_public_notice(self) -> bool:
        """Whether money is paid by proportion, which needs thirty days for objections."""
        return Branch.PRO_RATA in self.branches

    @property
    def paid_minor(self) -> int:
        """What leaves the account."""
        return sum(award.amount_minor for award in self.awards)

    def differences(self, way: WhatIf) -> Mapping[str, int]:
        """What each victim would get more (or less, below zero) another way; minor units, only where it differs."""
        chosen = _by_victim(self.awards)
        both = {victim: way.paid_minor.get(victim, 0) - chosen.get(victim, 0) for victim in {*chosen, *way.paid_minor}}
        return {victim: minor for victim, minor in sorted(both.items()) if minor}


def plan_return(
    account: FrozenAccount,
    claims: Sequence[VictimClaim],
    branches: Branches,
    base: Base = Base.LOSS_INTO_ACCOUNT,
    reason: str = "",
) -> ReturnPlan:
    """The plan for one account by the chosen branches, and what the other ways would give.

    Proportion alone, where an earlier branch applies, takes a `reason`, which the plan keeps. Raises Refused with the
    reason when the facts do not allow the chosen way; BadInput when amounts cannot be.
    """
    _check_facts(account, claims)
    if branches not in WAYS:
        raise BadInput(f"branches must be one of {', '.join('+'.join(way) for way in WAYS)}")
    refusals = {way: _why_not(account, claims, way) for way in WAYS}
    by_choice = branches == (Branch.PRO_RATA,) and bool(reason.strip())
    if refusals[branches] and not by_choice:
        sentence = f"{way_in_words(branches)} does not apply: {refusals[branches]}"
        raise Refused(f"account {number_ending(account.account)}: {sentence}")
    awards = {
        way: () if refusals[way] and way != (Branch.PRO_RATA,) else _award(account, claims, base, way) for way in WAYS
    }
    free = account.frozen_minor - account.third_party_minor
    ways = tuple(
        WhatIf(way, _by_victim(awards[way]), free - sum(each.amount_minor for each in awards[way]), refusals[way])
        for way in WAYS
    )
    chosen = awards[branches]
    plan = ReturnPlan(
        account.account,
        account.institution,
        account.measure,
        account.currency,
        account.frozen_minor,
        account.third_party_minor,
        branches,
        base,
        FORMULA,
        chosen,
        account.frozen_minor - sum(award.amount_minor for award in chosen),
        ways,
        reason.strip(),
        account.inflows,
        tuple(claims),
        account.last_outflow_us,
        account.held_by_label,
        account.covered,
        account.outflows,
        told_apart_by_time(account).get("", 0),
        account.unseen,
    )
    assert plan.paid_minor + plan.remainder_minor == account.frozen_minor, "the plan is not the frozen amount"
    assert plan.remainder_minor >= account.third_party_minor, "third parties' money was given away"
    return plan


@dataclass(frozen=True, slots=True)
class Choice:
    """What the officer decided for one account."""

    account: FrozenAccount
    claims: tuple[VictimClaim, ...]
    branches: Branches
    base: Base = Base.LOSS_INTO_ACCOUNT
    reason: str = ""


def plan_accounts(choices: Sequence[Choice]) -> tuple[ReturnPlan, ...]:
    """Plans for several accounts in the given order; what one pays is lacking no more when the next is planned."""
    paid: Counter[str] = Counter()
    plans: list[ReturnPlan] = []
    for choice in choices:
        claims = [_less_paid(claim, paid[claim.victim]) for claim in choice.claims]
        plan = plan_return(choice.account, claims, choice.branches, choice.base, choice.reason)
        paid.update(_by_victim(plan.awards))
        plans.append(plan)
    return tuple(plans)


def _less_paid(claim: VictimClaim, paid_minor: int) -> VictimClaim:
    before = claim.open_in_case_minor
    return claim if before is None else replace(claim, open_in_case_minor=max(before - paid_minor, 0))


def _award(account: FrozenAccount, claims: Sequence[VictimClaim], base: Base, way: Branches) -> tuple[Award, ...]:
    free = account.frozen_minor - account.third_party_minor
    awards: list[Award] = []
    for branch in way:
        given = _by_victim(awards)
        left = free - sum(given.values())
        open_minor = {claim.victim: claim.open_minor(base) - given.get(claim.victim, 0) for claim in claims}
        if branch is Branch.PRO_RATA:
            losses = [VictimLoss(c.victim, open_minor[c.victim], 0, c.first_inflow_us) for c in claims]
            paid = share_return(left, losses).returned_minor
        else:
            theirs = _of_victims(told_apart_by_time(account)) if branch is Branch.BY_TIME else _all_inflows(account)
            paid = {victim: min(theirs.get(victim, 0), lacking) for victim, lacking in open_minor.items()}
            if branch is Branch.DIRECT:
                paid = {victim: min(minor, left) for victim, minor in paid.items()}
        awards += [
            Award(claim.victim, account.account, branch, paid[claim.victim], claim.pay_to)
            for claim in claims
            if paid[claim.victim]
        ]
    return tuple(awards)


def _why_not(account: FrozenAccount, claims: Sequence[VictimClaim], way: Branches) -> str:
    claimants = {claim.victim for claim in claims}
    if not account.covered and way != (Branch.PRO_RATA,):
        return "its own statement is not at hand: nobody knows what else came in; ask the bank for it"
    if way[0] is Branch.DIRECT:
        return _why_not_direct(account, claimants)
    certain = _of_victims(told_apart_by_time(account))
    told_apart = {victim for victim in certain if victim in claimants}
    if way[0] is Branch.BY_TIME:
        if not told_apart:
            return "what went out since may have been any victim's, so no time stamp tells whose money is left"
        if sum(certain.values()) > account.frozen_minor - account.third_party_minor:
            return "less is frozen than time stamps tell apart: whose part is missing is not told by time"
    if way == (Branch.PRO_RATA,) and account.covered:
        if not _why_not_direct(account, claimants):
            return "one payment only came in: it goes back directly, Art. 8(1)"
        if not _why_not(account, claims, (Branch.BY_TIME,)):
            return "what time stamps tell apart goes back first, Art. 8(2)"
    return ""


def _why_not_direct(account: FrozenAccount, claimants: set[str]) -> str:
    if len(account.inflows) != 1:
        return f"{len(account.inflows)} payments came in; Art. 8(1) speaks of a single one"
    if account.inflows[0].victim not in claimants:
        return "the payment that came in is no victim's who claims here"
    return ""


def told_apart_by_time(account: FrozenAccount) -> Mapping[str, int]:
    """What of each victim's money is there whichever money the outflows took, less what returns gave him; minor units.

    Under the empty label: the same of all that came from nobody who is known as a victim. An outflow takes at most its
    own amount of anybody's: of what somebody paid in from an inflow on, all outflows since then can have taken no more
    than they were. An outflow of the same instant counts as later.
    """
    later = _out_from(account)
    since: Counter[str] = Counter()
    certain: dict[str, int] = {}
    for inflow in sorted(account.inflows, key=lambda one: one.at_us, reverse=True):
        since[inflow.victim] += inflow.amount_minor
        out_minor = later(inflow.at_us)
        if out_minor is not None:
            certain[inflow.victim] = max(certain.get(inflow.victim, 0), since[inflow.victim] - out_minor)
    left = {victim: minor - account.returned_minor.get(victim, 0) for victim, minor in certain.items()}
    return {victim: minor for victim, minor in left.items() if minor > 0}


def _out_from(account: FrozenAccount) -> Callable[[int], int | None]:
    """How much went out from an instant on; None where it may have been everything."""
    if not account.outflows:
        last = account.last_outflow_us
        return lambda at_us: 0 if last is None or at_us > last else None
    outflows = sorted(account.outflows, key=lambda one: one.at_us)
    instants = [one.at_us for one in outflows]
    before = [0, *accumulate(one.amount_minor for one in outflows)]
    return lambda at_us: before[-1] - before[bisect_left(instants, at_us)]


def _of_victims(certain: Mapping[str, int]) -> dict[str, int]:
    return {victim: minor for victim, minor in certain.items() if victim}


def _all_inflows(account: FrozenAccount) -> Mapping[str, int]:
    paid: Counter[str] = Counter()
    for inflow in account.inflows:
        paid[inflow.victim] += inflow.amount_minor
    return paid


def _by_victim(awards: Sequence[Award]) -> dict[str, int]:
    paid: dict[str, int] = {}
    for award in awards:
        paid[award.victim] = paid.get(award.victim, 0) + award.amount_minor
    return paid


def _check_facts(account: FrozenAccount, claims: Sequence[VictimClaim]) -> None:
    if not 0 <= account.third_party_minor <= account.frozen_minor:
        raise BadInput(
            f"account {number_ending(account.account)}: third parties' money must be between zero and what is frozen"
        )
    if any(inflow.amount_minor <= 0 for inflow in account.inflows):
        raise BadInput(f"account {number_ending(account.account)}: a payment that came in must be above zero")
    seen: set[str] = set()
    for claim in claims:
        if min((*claim.loss_minor.values(), claim.returned_minor), default=0) < 0:
            raise BadInput(f"victim {claim.victim!r}: loss and returned must not be below zero")
        if not claim.victim or claim.victim in seen:
            raise BadInput(f"victim {claim.victim!r} has no name or stands there twice; add the losses up")
        seen.add(claim.victim)


@dataclass(frozen=True, slots=True)
class Reattribution:
    """A label's money on the account before and after the return; `reattributed` sums to zero over all labels."""

    label: str
    held_minor: int
    paid_minor: int
    held_after_minor: int
    reattributed_minor: int


def reattribute(held_minor: Mapping[str, int], paid_minor: Mapping[str, int]) -> tuple[Reattribution, ...]:
    """What an executed return does to the labels of the frozen amount, third parties' labels included; minor units.

    Whoever is paid more than was traced to him on this account takes it from what the others have left, in proportion.
    Raises BadInput when more is paid than is held.
    """
    labels = [*held_minor, *(label for label in paid_minor if label not in held_minor)]
    excess = {label: max(paid_minor.get(label, 0) - held_minor.get(label, 0), 0) for label in labels}
    left = {label: max(held_minor.get(label, 0) - paid_minor.get(label, 0), 0) for label in labels}
    needed = sum(excess.values())
    if needed > sum(left.values()):
        raise BadInput("more is paid than is held on the account")
    given = share_return(needed, [VictimLoss(label, minor) for label, minor in left.items()]).returned_minor
    result = tuple(
        Reattribution(
            label,
            held_minor.get(label, 0),
            paid_minor.get(label, 0),
            left[label] - given[label],
            excess[label] - given[label],
        )
        for label in labels
    )
    assert sum(row.reattributed_minor for row in result) == 0, "reattribution makes or loses money"
    assert all(r.held_minor + r.reattributed_minor == r.held_after_minor + r.paid_minor for r in result)
    return result


@dataclass(frozen=True, slots=True)
class Booking:
    """What the payments out of one account did to its labels, by the decision of the return that holds it."""

    account: str
    currency: str
    rows: tuple[Reattribution, ...]
    covered: bool = True  # False: without its statement the trace calls the money unknown, not held
