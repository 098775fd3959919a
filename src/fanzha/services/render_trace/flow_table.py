"""The table beside the picture: one row for every account, with the figures of its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from fanzha.services.render_trace.account_states import undrawn_state
from fanzha.services.render_trace.flow_cards import PARTIES, Card, FlowPicture
from fanzha.services.render_trace.flow_draft import Draft
from fanzha.services.render_trace.flow_words import Speech
from fanzha.services.render_trace.trace_document import AccountTrace, BankBalance, MethodTrace, TraceContext
from fanzha.services.render_trace.wording import ICONS, STATES

RESIDUAL_PERCENT: Final = 1  # an account that keeps no more than this of what came in has passed it on


class FlowRow(NamedTuple):
    """One account; amounts in minor units, None is unknown and is written `?`."""

    hop: int
    account: str
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
    returned: int
    state: str
    dwell_us: int | None
    stays: bool  # traced money is still there
    first_us: int | None
    last_us: int | None
    shared: int  # other cases that have the account
    card: int  # number of the card that shows it; -1 where none does
    own_card: bool
    speech: Speech

    @property
    def tail(self) -> str:
        """How the picture names the account."""
        return self.speech.tail(self.account)

    @property
    def parent_tail(self) -> str:
        """How the picture names who paid it most."""
        return self.speech.tail(self.parent) if self.parent else ""

    @property
    def state_words(self) -> str:
        """The state's sign and word."""
        return f"{ICONS[self.state]} {self.speech.word(STATES, self.state)}"

    @property
    def dwell_words(self) -> str:
        """How long traced money stayed, or has stayed so far."""
        if self.dwell_us is None:
            return ""
        length = self.speech.length(self.dwell_us)
        return self.speech.say("dwell_on" if self.stays else "dwell_gone", length=length)


def flow_rows(
    draft: Draft, picture: FlowPicture, number: Mapping[str, int], about: tuple[MethodTrace, TraceContext, Speech],
    now_us: int | None,
) -> tuple[FlowRow, ...]:  # fmt: skip
    """The rows, what can be stopped first; `number` is that of each card, `now_us` the instant that dwelling counts to."""
    trace, context, speech = about
    outgoing = {account.account: account.traced_out for account in trace.accounts}
    parents, home = _parents(draft), picture.home
    names, institutions, balances = context.names, context.institutions, context.balances
    cards = [card for card in draft.cards.values() if card.kind in PARTIES]
    cards.sort(key=lambda card: (-card.stoppable, -card.held, card.column, -card.incoming, card.key))
    rows = []
    for card in cards:
        key = card.key
        dwell_us, stays = _dwell(card, now_us)
        rows.append(
            FlowRow(
                hop=card.column,
                account=key,
                holder=names.get(key, ""),
                institution=institutions.get(key, ""),
                parent=parents.get(key, ""),
                incoming=card.incoming,
                outgoing=outgoing.get(key, card.passed_on + card.exited),
                held=card.held,
                balance=balances.get(key),
                stoppable=card.stoppable if card.stoppable_known else None,
                controlled=card.controlled,
                unknown=card.unknown,
                cashed=card.cashed,
                returned=card.returned,
                state=card.state,
                dwell_us=dwell_us,
                stays=stays,
                first_us=card.first_us,
                last_us=card.last_us,
                shared=card.shared,
                card=number.get(home[key], -1),
                own_card=home[key] == key,
                speech=speech,
            )
        )
    rows += [_undrawn_row(account, about) for account in trace.accounts if account.account not in draft.cards]
    return tuple(rows)


def _undrawn_row(account: AccountTrace, about: tuple[MethodTrace, TraceContext, Speech]) -> FlowRow:
    """An account without a card: all of it was taken back, or an exit's card stands for it."""
    _, context, speech = about
    return FlowRow(
        hop=account.hop,
        account=account.account,
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
        returned=0,
        state=undrawn_state(account),
        dwell_us=None,
        stays=False,
        first_us=None,
        last_us=None,
        shared=context.shared.get(account.account, 0),
        card=-1,
        own_card=False,
        speech=speech,
    )


def _parents(draft: Draft) -> dict[str, str]:
    """Who paid each account most."""
    most: dict[str, tuple[int, str]] = {}
    for (source, target), traced in draft.totals.items():
        found = (traced, source)
        if target not in most or found > most[target]:
            most[target] = found
    return {target: source for target, (_, source) in most.items()}


def _dwell(card: Card, now_us: int | None) -> tuple[int | None, bool]:
    """How long traced money stayed, or has stayed so far, and whether it is still there."""
    if card.came_us is None or card.kind == "victim":
        return None, False
    if card.held * 100 > card.incoming * RESIDUAL_PERCENT or card.last_us is None:
        known = now_us is not None and card.held > 0
        return (max(0, (now_us or 0) - card.came_us) if known else None), True
    return max(0, card.last_us - card.came_us), False
