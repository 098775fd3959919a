"""In which state an account is, said in the same words in the picture, the page's table and the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.services.render_trace.flow_cards import Card
from fanzha.services.render_trace.trace_document import AccountTrace, MethodTrace, TraceContext
from fanzha.services.render_trace.wording import ICONS, STATES, money_text, said

# What the one state of the card already says.
SAID_BY_CARD: Final = frozenset({"", "held", "held_part", "passed_on", "frontier", "frozen", "stopped"})


def inflow_permille(account: AccountTrace, trace: MethodTrace, context: TraceContext) -> int | None:
    """How much of what came into the account is traced money; None where the ledger's inflow is not known."""
    inflow = context.inflows.get((account.account, trace.currency), 0)
    return min(1000, account.traced_in * 1000 // inflow) if inflow else None


def small_parts(trace: MethodTrace, context: TraceContext) -> frozenset[str]:
    """Accounts to query before anything is stopped: judged by amounts alone, never by who the holder is."""
    rule = context.small_part
    amount_max = rule.amount_max * 10**trace.exponent
    found = set()
    for account in trace.accounts:
        permille = inflow_permille(account, trace, context)
        if permille is not None and permille <= rule.percent_max * 10 and account.traced_in <= amount_max:
            found.add(account.account)
    return frozenset(found)


def shown_state(account: AccountTrace, cards: Mapping[str, Card]) -> str:
    """The state of the account's card; what has no card was taken back or is an exit itself."""
    if account.account in cards:
        return cards[account.account].state
    return undrawn_state(account)


def undrawn_state(account: AccountTrace) -> str:
    """The state of an account that no card shows: all of it was taken back by its payer, or an exit stands for it."""
    return "taken_back" if account.traced_out >= account.traced_in else "spent"


def state_text(account: AccountTrace, state: str, trace: MethodTrace, context: TraceContext) -> str:
    """The state in words, with what else is to be known of the account."""
    words = [f"{ICONS[state]} {STATES[state].zh}"]
    permille = inflow_permille(account, trace, context)
    if state == "part" and permille is not None:
        words[0] += f"（占该户转入 {permille // 10}.{permille % 10}%）"
    words += [said(STATES, code).zh for code in account.states if code not in SAID_BY_CARD]
    between = ""
    if account.held_min is not None and account.held_max is not None:
        low, high = (money_text(minor, trace.exponent) for minor in (account.held_min, account.held_max))
        between = f"（{low}–{high}）"
    return "；".join(words) + between
