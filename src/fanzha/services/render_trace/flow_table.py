"""The table beside the picture: one row for every account, with the figures of its card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.services.render_trace.flow_cards import PARTIES, Card, FlowPicture
from fanzha.services.render_trace.flow_draft import Draft
from fanzha.services.render_trace.flow_words import Speech
from fanzha.services.render_trace.trace_document import AccountTrace, BankBalance, MethodTrace, TraceContext
from fanzha.services.render_trace.wording import ICONS, STATES

RESIDUAL_PERCENT: Final = 1  # an account that keeps no more than this of what came in has passed it on


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One account; amounts in minor units, None is unknown and is written `?`."""

    hop: int
    account: str
    tail: str  # how the picture names it
    holder: str
    institution: str
    parent: str  # who paid it most, '' for a victim
    incoming: int
    outgoing: int  # to accounts and through exits
    held: int
    balance: BankBalance | None  # at the bank
    stoppable: int | None
    controlled: int
    unknown: int
    cashed: int
    state: str
    state_words: str  # icon and word
    dwell_us: int | None
    dwell_words: str
    first_us: int | None
    last_us: int | None
    shared: int  # other cases that have the account
    card: int  # number of the card that shows it; -1 where none does
    own_card: bool


@dataclass(slots=True)
class _Times:
    first_in: int | None = None
    last_out: int | None = None
    paid_most: int = 0
    parent: str = ""


def flow_rows(
    draft: Draft, picture: FlowPicture, number: Mapping[str, int], about: tuple[MethodTrace, TraceContext, Speech],
    now_us: int | None,
) -> tuple[FlowRow, ...]:  # fmt: skip
    """The rows, what can be stopped first; `number` is that of each card, `now_us` the instant that dwelling counts to."""
    trace, context, speech = about
    outgoing = {account.account: account.traced_out for account in trace.accounts}
    times = _times(draft)
    cards = sorted(
        (card for card in draft.cards.values() if card.kind in PARTIES),
        key=lambda card: (-card.stoppable, -card.held, card.column, -card.incoming, card.key),
    )
    rows = []
    for card in cards:
        when, home = times[card.key], picture.home[card.key]
        dwell_us, dwell_words = _dwell(card, when, now_us, speech)
        rows.append(
            FlowRow(
                hop=card.column,
                account=card.code,
                tail=speech.tail(card.code),
                holder=context.names.get(card.code, ""),
                institution=context.institutions.get(card.code, ""),
                parent=when.parent,
                incoming=card.incoming,
                outgoing=outgoing.get(card.code, card.passed_on + card.exited),
                held=card.held,
                balance=context.balances.get(card.code),
                stoppable=card.stoppable if card.stoppable_known else None,
                controlled=card.controlled,
                unknown=card.unknown,
                cashed=card.cashed,
                state=card.state,
                state_words=f"{ICONS[card.state]} {speech.word(STATES, card.state)}",
                dwell_us=dwell_us,
                dwell_words=dwell_words,
                first_us=card.first_us,
                last_us=when.last_out,
                shared=card.shared,
                card=number.get(home, -1),
                own_card=home == card.key,
            )
        )
    rows += [_undrawn_row(account, about) for account in trace.accounts if account.account not in draft.cards]
    return tuple(rows)


def _undrawn_row(account: AccountTrace, about: tuple[MethodTrace, TraceContext, Speech]) -> FlowRow:
    """An account without a card: all of it was taken back, or an exit's card stands for it."""
    _, context, speech = about
    state = "returned" if account.traced_out >= account.traced_in else "spent"
    return FlowRow(
        hop=account.hop,
        account=account.account,
        tail=speech.tail(account.account),
        holder=context.names.get(account.account, ""),
        institution=context.institutions.get(account.account, ""),
        parent="",
        incoming=account.traced_in,
        outgoing=account.traced_out,
        held=account.held,
        balance=context.balances.get(account.account),
        stoppable=account.stoppable,
        controlled=0,
        unknown=0,
        cashed=0,
        state=state,
        state_words=f"{ICONS[state]} {speech.word(STATES, state)}",
        dwell_us=None,
        dwell_words="",
        first_us=None,
        last_us=None,
        shared=context.shared.get(account.account, 0),
        card=-1,
        own_card=False,
    )


def _times(draft: Draft) -> dict[str, _Times]:
    times: dict[str, _Times] = defaultdict(_Times)
    for (source, target), payments in draft.payments.items():
        known = [payment.at_us for payment in payments if payment.at_us is not None]
        traced = sum(payment.traced for payment in payments)
        came, went = times[target], times[source]
        if known:
            first, last = min(known), max(known)
            came.first_in = first if came.first_in is None else min(came.first_in, first)
            went.last_out = last if went.last_out is None else max(went.last_out, last)
        came.paid_most, came.parent = max((came.paid_most, came.parent), (traced, source))
    return times


def _dwell(card: Card, when: _Times, now_us: int | None, speech: Speech) -> tuple[int | None, str]:
    """How long traced money stayed, or has stayed so far."""
    if when.first_in is None or card.kind == "victim":
        return None, ""
    if card.held * 100 > card.incoming * RESIDUAL_PERCENT or when.last_out is None:
        if now_us is None or not card.held:
            return None, ""
        us = max(0, now_us - when.first_in)
        return us, speech.say("dwell_on", length=speech.length(us))
    us = max(0, when.last_out - when.first_in)
    return us, speech.say("dwell_gone", length=speech.length(us))
