"""Every account, exit and payment of a trace as cards and links, nothing grouped yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from fanzha.services.render_trace.flow_cards import COLUMNS_MAX, PARTIES, Card, Payment, Undrawn, size_of
from fanzha.services.render_trace.trace_document import (
    AccountTrace,
    BankBalance,
    Control,
    Exit,
    MethodTrace,
    TraceContext,
    left_to_stop,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """All cards by key, all payments by the cards between which they went, and the accounts that have no card."""

    cards: Mapping[str, Card]
    payments: Mapping[tuple[str, str], Sequence[Payment]]
    totals: Mapping[tuple[str, str], int]  # of `payments`
    undrawn: tuple[Undrawn, ...]

    @property
    def parties(self) -> tuple[Card, ...]:
        """The accounts among the cards, victims' too."""
        return tuple(card for card in self.cards.values() if card.kind != "exit")

    @property
    def accounts(self) -> int:
        """How many accounts besides the victims' there are."""
        return sum(card.kind == "account" for card in self.cards.values())


def within(draft: Draft, keys: Collection[str]) -> Draft:
    """The draft without cards that are not among `keys`: an earlier instant may have what the whole no longer shows."""
    if all(key in keys for key in draft.cards):
        return draft
    strange = [card for key, card in draft.cards.items() if key not in keys and card.kind in PARTIES]
    return Draft(
        {key: card for key, card in draft.cards.items() if key in keys},
        {pair: found for pair, found in draft.payments.items() if pair[0] in keys and pair[1] in keys},
        {pair: total for pair, total in draft.totals.items() if pair[0] in keys and pair[1] in keys},
        (*draft.undrawn, *(Undrawn(card.code, card.incoming, taken_back=True) for card in strange)),
    )


@dataclass(slots=True)
class _Tally:
    """What an account or an exit sums up to, while payments are added."""

    key: str
    column: int
    kind: str
    account: AccountTrace | None = None
    victims: tuple[str, ...] = ()
    frontier: bool = False
    incoming: int = 0
    passed_on: int = 0
    exited: int = 0
    unknown: int = 0
    cashed: int = 0
    returned: int = 0
    payments: int = 0
    first_us: int | None = None
    sent_us: int | None = None
    last_us: int | None = None
    took_us: int = 0  # when anything last came, or was last taken back
    undated: bool = False  # something came or went at a time that nobody knows
    linked: bool = False

    @property
    def stays(self) -> bool:
        """Whether there is anything to draw: not where all of it was taken back."""
        held = self.account.held if self.account else 0
        return bool(self.linked or held + self.unknown + self.exited)

    def _settled_us(self, control: Control | None, balance: BankBalance | None) -> int:
        """When the last figure of the card came: a payment, a measure or a bank's word."""
        settled_us = max(self.took_us, self.last_us or 0)
        for found in (control, balance):
            if found is not None and found.at_us is not None:
                settled_us = max(settled_us, found.at_us)
        return settled_us

    def done(self, context: TraceContext, small: AbstractSet[str]) -> Card:
        """The card with all that was added."""
        account = self.account
        control = None if account is None else context.controls.get(self.key)
        held = account.held if account else 0
        left = None if account is None else left_to_stop(account, control)
        return Card(
            key=self.key,
            column=self.column,
            kind=self.kind,
            code=self.key.split(" ", 2)[2] if self.kind == "exit" else self.key,
            incoming=self.incoming,
            passed_on=self.passed_on,
            held=held,
            stoppable=left or 0,
            stoppable_known=left is not None or self.kind != "account",
            exited=self.exited,
            unknown=self.unknown,
            cashed=self.cashed,
            returned=self.returned,
            frontier=self.frontier,
            states=account.states if account else (),
            members=self.payments if self.kind == "exit" else 1,
            victims=self.victims,
            small=self.key in small,
            control="" if control is None else control.hold.value,
            controlled=0 if control is None else control.binds(held),
            shared=context.shared.get(self.key, 0),
            first_us=self.sent_us if self.first_us is None else self.first_us,
            came_us=self.first_us,
            last_us=self.last_us,
            settled_us=None if self.undated else self._settled_us(control, context.balances.get(self.key)),
            size=size_of(self.incoming, self.passed_on, held + self.exited + self.unknown),
        )


@dataclass(slots=True)
class _Drafting:
    tallies: dict[str, _Tally] = field(default_factory=dict)
    payments: dict[tuple[str, str], list[Payment]] = field(default_factory=dict)
    totals: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, tally: _Tally) -> _Tally:
        """A card of its own."""
        self.tallies[tally.key] = tally
        return tally

    def leave(self, payer: _Tally, kind: str, payment: Payment) -> None:
        """Money that leaves through an exit of the next column."""
        column = min(payer.column + 1, COLUMNS_MAX)
        key = f"\0exit {column} {kind}"  # no account can be called so
        tally = self.tallies.get(key) or self.add(_Tally(key, column, "exit"))
        tally.incoming += payment.traced
        tally.payments += 1
        if kind == "counterparty_missing":
            payer.unknown += payment.traced
        else:
            payer.exited += payment.traced
            payer.cashed += payment.traced if kind == "cash" else 0
            payer.returned += payment.traced if kind == "returned" else 0
        self.pay(payer, tally, payment)

    def pay(self, payer: _Tally, payee: _Tally, payment: Payment) -> None:
        """One payment between two cards."""
        pair = payer.key, payee.key
        known = self.payments.get(pair)
        if known is None:
            self.payments[pair] = [payment]
            self.totals[pair] = payment.traced
            payer.linked = payee.linked = True
        else:
            known.append(payment)
            self.totals[pair] += payment.traced
        at_us = payment.at_us
        if at_us is None:
            payer.undated = payee.undated = True
            return
        payee.took_us = max(payee.took_us, at_us)
        if payee.first_us is None or at_us < payee.first_us:
            payee.first_us = at_us
        if payer.sent_us is None or at_us < payer.sent_us:
            payer.sent_us = at_us
        if payer.last_us is None or at_us > payer.last_us:
            payer.last_us = at_us


def draft_of(trace: MethodTrace, small: AbstractSet[str] = frozenset(), context: TraceContext | None = None) -> Draft:
    """The cards and payments of one method's result; of `small` accounts traced money is a small part."""
    drafting = _Drafting()
    context = context or TraceContext()
    frontier = {question.account for question in trace.frontier if question.reason == "frontier"}
    exits = {found.transfer: found for found in trace.exits if found.transfer}
    outlets = {flow.payee for flow in trace.flows if flow.transfer in exits}
    kept_in = {flow.payee for flow in trace.flows if flow.transfer not in exits}
    undrawn: list[Undrawn] = []
    for account in trace.accounts:
        if account.account in outlets and account.account not in kept_in and not account.held:
            undrawn.append(Undrawn(account.account, account.traced_in, taken_back=False))
            continue  # only money that has left arrives there: the exit's card stands for it
        drafting.add(
            _Tally(
                account.account,
                min(account.hop, COLUMNS_MAX),
                "account" if account.hop else "victim",
                account,
                tuple(account.in_by_victim),
                frontier=account.account in frontier,
                incoming=account.traced_in,
            )
        )
    _add_flows(drafting, trace, exits, frontier)
    _note_reversals(drafting, trace)
    _add_ends(drafting, trace)
    cards = {key: tally.done(context, small) for key, tally in drafting.tallies.items() if tally.stays}
    undrawn += [
        Undrawn(tally.key, tally.incoming, taken_back=True) for tally in drafting.tallies.values() if not tally.stays
    ]
    left_out = (account for account in undrawn if account.account not in cards)  # a victim's box may stand for it
    return Draft(
        cards,
        drafting.payments,
        drafting.totals,
        tuple(sorted(left_out, key=lambda account: account.account)),
    )


def _add_flows(drafting: _Drafting, trace: MethodTrace, exits: Mapping[str, Exit], frontier: AbstractSet[str]) -> None:
    unlisted: set[str] = set()  # receivers that the document's list of accounts does not have
    tallies, left = drafting.tallies, _after_reversals(trace)
    for flow in trace.flows:
        traced = flow.traced if left is None else left[flow.transfer]
        if not traced:
            continue
        payment = Payment(flow.transfer, flow.at_us, traced)
        payer = tallies.get(flow.payer) or drafting.add(_Tally(flow.payer, 0, "victim", victims=tuple(flow.by_victim)))
        if payer.kind == "victim" and not payer.victims:
            payer.victims = tuple(flow.by_victim)
        if flow.transfer in exits:
            drafting.leave(payer, exits[flow.transfer].kind, payment)
            continue
        if not flow.payee:
            drafting.leave(payer, "counterparty_missing", payment)
            continue
        payee = tallies.get(flow.payee)
        if payee is None:
            column = min(payer.column + 1, COLUMNS_MAX)
            asked = flow.payee in frontier
            payee = drafting.add(_Tally(flow.payee, column, "account", frontier=asked))
            unlisted.add(flow.payee)
        if flow.payee in unlisted:
            payee.incoming += traced
        payer.passed_on += traced
        drafting.pay(payer, payee, payment)


def _note_reversals(drafting: _Drafting, trace: MethodTrace) -> None:
    """What was paid and taken back is not drawn, but figures were others until it was."""
    for flow in trace.flows:
        if flow.reversal:
            for tally in (drafting.tallies.get(flow.payer), drafting.tallies.get(flow.payee)):
                if tally is not None:
                    tally.undated = tally.undated or flow.at_us is None
                    tally.took_us = max(tally.took_us, flow.at_us or 0)


def _add_ends(drafting: _Drafting, trace: MethodTrace) -> None:
    """What left or got lost without a payment that shows it."""
    carried = {flow.transfer for flow in trace.flows}
    for found in trace.exits:
        payer = drafting.tallies.get(found.account)
        if found.transfer not in carried and payer is not None:
            drafting.leave(payer, found.kind, Payment(found.transfer, found.at_us, found.traced))
    for part in trace.unknown:
        lost = drafting.tallies.get(part.account)
        if lost is not None and part.reason != "counterparty_missing":
            lost.unknown += part.traced


def _after_reversals(trace: MethodTrace) -> dict[str, int] | None:
    """What each payment still carried once later reversals took theirs back; None where none did.

    A reversal is hidden from the picture, never from the balances; what matches no earlier payment stays.
    """
    if not any(flow.reversal for flow in trace.flows):
        return None
    left = {flow.transfer: flow.traced for flow in trace.flows}
    made: dict[tuple[str, str], list[str]] = defaultdict(list)
    for flow in sorted(trace.flows, key=lambda flow: (flow.at, flow.hop, flow.transfer)):
        if not flow.reversal:
            made[flow.payer, flow.payee].append(flow.transfer)
            continue
        for earlier in reversed(made[flow.payee, flow.payer]):
            back = min(left[earlier], left[flow.transfer])
            left[earlier] -= back
            left[flow.transfer] -= back
    return left
