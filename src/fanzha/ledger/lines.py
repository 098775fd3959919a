"""Lay every account's money on its two lines, and turn uncertain groups round to see what their order decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fanzha.ledger import kernels, line_kernels
from fanzha.ledger.columns import I64, MISSING, NONE, Flags, LedgerColumns, Transfers
from fanzha.ledger.layout import SYN_AMOUNT, SYN_PLACE, SYN_POCKET, SYN_STEP
from fanzha.ledger.line_kernels import OPENING
from fanzha.ledger.parts import even_parts, in_parts
from fanzha.ledger.sequences import Sequences, Uncertain, spans_of


@dataclass(frozen=True, slots=True)
class Lines:
    """`line` is by place (-1: stands on no line), `totals` by pocket; the tables are those of `line_kernels`."""

    line: I64
    totals: I64
    syn: I64
    segs: I64
    skip: I64


def lay_lines(columns: LedgerColumns, s: Sequences) -> Lines:
    """The position of every place on its account's line, and the events that no row shows."""
    t = columns.transfers
    line, totals = np.empty(len(s.seq), np.int64), np.zeros((len(columns.pockets), 5), np.int64)
    in_parts(kernels.gather_moves, even_parts(len(s.seq)), s.seq, t.amount_minor, line)
    special = _special_pockets(columns, s)
    in_parts(line_kernels.lay_plain, s.parts, s.start, line, s.balances, s.stated, totals, special)
    pockets = np.flatnonzero(special)
    is_reversed = np.zeros(len(t) if len(pockets) and (t.reverses != NONE).any() else 0, np.bool_)
    if len(is_reversed):
        is_reversed[t.reverses[t.reverses != NONE]] = True
    balances = s.balances if len(s.balances) or not len(pockets) else np.full(len(s.seq), MISSING, np.int64)
    spans, clocks, subs = spans_of(columns), (t.payer_at_us, t.payee_at_us), (t.payer_sub, t.payee_sub)
    period = np.zeros(len(s.seq), np.int32)
    line_kernels.periods_of_sides(pockets, s.seq, s.start, clocks, *spans, period)
    syn, segs, skip = line_kernels.lay_special(
        pockets, s.seq, s.start, line, balances, subs, period, s.status, t.amount_minor, t.reverses, is_reversed, totals,
        any(bool(side.any()) for side in subs),
    )  # fmt: skip
    return Lines(line, totals, syn, segs, skip)


def _special_pockets(columns: LedgerColumns, s: Sequences) -> Flags:
    """Accounts whose lines cannot be plain sums: inner moves, several periods or sub-accounts, reversals."""
    t, special = columns.transfers, np.zeros(len(columns.pockets), np.bool_)
    special[t.payer[(s.status == kernels.INTERNAL).any(axis=0)]] = True
    special[np.flatnonzero(np.diff(spans_of(columns)[0]) > 1)] = True
    for pocket, sub in ((t.payer, t.payer_sub), (t.payee, t.payee_sub)):
        special[pocket[sub != 0]] = True
    back = np.flatnonzero(t.reverses != NONE)
    for eids in (back, t.reverses[back]):
        special[t.payer[eids]] = special[t.payee[eids]] = True
    return special


def turn_round(s: Sequences, t: Transfers, groups: Uncertain, laid: Lines) -> None:
    """Put every uncertain group outflows first, each as soon as the balance allows it, in place."""
    for number, pocket in enumerate(groups.pocket.tolist()):
        lo, hi = int(s.start[pocket]), int(s.start[pocket + 1])
        own = groups.members[(groups.end[number - 1] if number else 0) : groups.end[number]]
        places = lo + np.flatnonzero(np.isin(s.seq[lo:hi], own))
        first, before = int(places[0]), s.seq[lo : places[0]]
        moves = np.where(s.status[before & 1, before >> 1] == kernels.LINE, t.amount_minor[before >> 1], 0)
        gaps = laid.syn[(laid.syn[:, SYN_POCKET] == pocket) & (laid.syn[:, SYN_PLACE] <= 2 * first)]
        balance = int(laid.totals[pocket, OPENING]) + int(np.where(before & 1, moves, -moves).sum()) + _net_gap(gaps)
        turned = _outflows_first(s.seq[places].tolist(), balance, t)
        closing = int(s.balances[places[-1]])
        ordered = kernels.reversals_after(np.array(turned, np.uint32), t.reverses)
        settled = np.empty(len(places), np.int64)
        kernels.settle(ordered, closing, t.amount_minor, settled)
        s.seq[places], s.balances[places] = ordered, settled


def _net_gap(gaps: I64) -> int:
    step, amount = gaps[:, SYN_STEP], gaps[:, SYN_AMOUNT]
    came = np.isin(step, [kernels.GAP_IN, kernels.HOLE_IN])
    went = np.isin(step, [kernels.GAP_OUT, kernels.HOLE_OUT])
    return int(amount[came].sum() - amount[went].sum())


def _outflows_first(rows: list[int], balance: int, t: Transfers) -> list[int]:
    ins = [side for side in rows if side & 1]
    outs = [side for side in rows if not side & 1]
    turned: list[int] = []
    while ins or outs:
        if outs and (not ins or t.amount_minor[outs[0] >> 1] <= balance):
            turned.append(outs.pop(0))
            balance -= int(t.amount_minor[turned[-1] >> 1])
        else:
            turned.append(ins.pop(0))
            balance += int(t.amount_minor[turned[-1] >> 1])
    return turned
