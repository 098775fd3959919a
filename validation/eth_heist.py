"""One real laundering case on chain: from the twelve heist addresses to exchanges and bridges, conserved per token.

Run with `.venv/bin/python -m validation.eth_heist --data DIR`.
"""

from __future__ import annotations

import math
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from fanzha.core.money import format_minor
from fanzha.core.time import SECOND_US, format_instant
from fanzha.ledger.assembly import assemble
from fanzha.ledger.assembly.quality import file_quality
from fanzha.ledger.columns import OUTSIDE, POCKET_HUB, LedgerColumns
from fanzha.ledger.index import build_index
from fanzha.tracing.allocate import Ledger
from fanzha.tracing.model import UNKNOWN_REASON, End, Method, Money, Origin, Question
from validation.conservation import ALLOCATING, Balance, accounts_not_conserved, trace_all
from validation.eth_amounts import Precision
from validation.eth_rows import Case, Token, Transfer, as_batch, precision_of, read_case, service_hubs
from validation.report import Cell, Report, run_validation

FIRST_ADDRESS: Final = "ml_transit_0"  # the address that received the stolen tokens; its first row is the start
STABLE: Final = ("USDC", "USDT")
WETH: Final = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
SHOWN_TOKENS: Final = 12
ABOUT: Final = "From the twelve heist addresses to exchanges and bridges, conserved per token."


@dataclass(frozen=True, slots=True)
class TokenTrace:
    """One token's run."""

    token: Token
    columns: LedgerColumns
    question: Question
    money: dict[Method, Money]
    balances: dict[Method, Balance]
    transfers: dict[int, Transfer]  # by eid

    @property
    def cut_origins(self) -> int:
        """Origins whose magnitude is lost."""
        return sum(self.transfers[o.eid].amount.precision is Precision.CUT for o in self.question.origins)

    def cut_flows(self, method: Method) -> int:
        """Transfers of lost magnitude that carried traced money."""
        eids = {eid for eid, _ in self.money[method].flows}
        return sum(self.transfers[eid].amount.precision is Precision.CUT for eid in eids)

    @property
    def sound(self) -> bool:
        """Whether no amount in the run has lost its magnitude, by any method."""
        return not self.cut_origins and not any(self.cut_flows(method) for method in self.money)

    def touched(self, method: Method) -> int:
        """Addresses that traced money reached."""
        payee = self.columns.transfers.payee
        return len({int(payee[eid]) for eid, _ in self.money[method].flows})

    def endpoints(self, case: Case, method: Method) -> Counter[tuple[str, str]]:
        """What left through hubs, by kind of endpoint and its name."""
        found: Counter[tuple[str, str]] = Counter()
        for (end, _, pocket, _), amount in self.money[method].ends.items():
            if end is End.HUB:
                address = str(self.columns.pockets.account[pocket])
                found[case.endpoint(address), case.names[address][0]] += amount
        return found

    def unknown(self, method: Method) -> Counter[str]:
        """What is unknown, by reason."""
        found: Counter[str] = Counter()
        for (end, *_), amount in self.money[method].ends.items():
            if end in UNKNOWN_REASON:
                found[UNKNOWN_REASON[end]] += amount
        return found


def measure(data: Path) -> Report:
    """Everything."""
    report = Report("Ethereum heist")
    case = read_case(data)
    _input_table(report, case)
    _precision_table(report, case)
    _magnitude_table(report, case)
    batch, vanished, lost = as_batch(case)
    started = time.perf_counter()
    assembly = assemble([batch], hubs=service_hubs(case))
    ledger = Ledger(assembly.columns, build_index(assembly.columns))
    built_s = time.perf_counter() - started
    eids = {int(text[1:]): eid for eid, text in enumerate(assembly.details["transfer_id"].to_list())}
    by_eid = {eids[t.line]: t for t in case.transfers if t.line in eids}
    assert len(by_eid) == len(ledger.columns.transfers), "rows and transfers must be one to one"
    started = time.perf_counter()
    start_us = _start_us(case)
    traces = [trace for token in case.tokens.values() if (trace := _trace(ledger, case, token, by_eid, start_us))]
    traced_s = time.perf_counter() - started
    uncertain = file_quality(assembly, ledger.index)[0].order_uncertain
    coarser = [token for token in case.tokens.values() if token.per_unit > 1]
    report.figures(
        "ledger", "Ledger",
        [
            ("transfers", len(ledger.columns.transfers)),
            ("tokens", len(case.tokens)),
            ("tokens counted in a coarser unit than their smallest", len(coarser)),
            ("largest such unit, in smallest units", max([t.per_unit for t in coarser], default=1)),
            ("rows that round to nothing in it", vanished),
            ("smallest units rounded away, all tokens together", sum(lost.values())),
            ("hubs (labelled services)", len(assembly.hubs)),
            ("sides of uncertain order (several rows of an address and token in one second)", uncertain),
            ("accounts not conserved", accounts_not_conserved(ledger.columns, ledger.index)),
            ("accounts with an assumed opening", int(np.count_nonzero(ledger.index.assumed))),
            ("assembly and index, s", round(built_s, 2)),
            ("traces, all tokens, six methods, s", round(traced_s, 2)),
        ],
        "A token is a currency of its own, by contract. Its unit is the finest power of ten in which the sum of all its rows "
        "stays below 2^61 and no row passes the product's largest amount.",
    )  # fmt: skip
    _trace_tables(report, case, traces)
    ever = [trace for token in case.tokens.values() if (trace := _trace(ledger, case, token, by_eid, 0))]
    _reach_table(report, case, traces, ever)
    return report


def _input_table(report: Report, case: Case) -> None:
    labels = Counter(label or "no label" for _, label in case.names.values())
    aside = sorted(case.put_aside.items())
    report.figures(
        "input", "Rows and addresses",
        [("rows read", len(case.transfers) + sum(case.put_aside.values())), *((f"put aside: {why}", n) for why, n in aside),
         ("transfers", len(case.transfers)), ("copies that told more digits", case.sharpened),
         ("addresses", len(case.names)), ("labelled heist", labels["heist"]), ("without a label", labels["no label"])],
        "A copy has the same hash, payer, payee and contract, and an amount that can be the same number written with other "
        "digits; the one with more digits stays. Internal calls of one hash with different amounts are different transfers.",
    )  # fmt: skip


def _precision_table(report: Report, case: Case) -> None:
    by_token: dict[str, list[Transfer]] = defaultdict(list)
    for t in case.transfers:
        by_token[t.token].append(t)
    largest = sorted(by_token, key=lambda contract: -len(by_token[contract]))[:SHOWN_TOKENS]
    groups = [(case.tokens[c].name, by_token[c]) for c in largest]
    groups.append(("all tokens", list(case.transfers)))
    lines: list[tuple[Cell, ...]] = []
    for name, transfers in groups:
        found = precision_of(transfers)
        total = sum(units for _, units in found.values())
        shares = [f"{100 * found[p][1] / total:.2f} %" if name != "all tokens" else "" for p in Precision]
        lines.append(
            (name, *(cell for p, share in zip(Precision, shares, strict=True) for cell in (found[p][0], share)))
        )
    report.add(
        "precision", "What is left of the amounts",
        ("token", *(f"{p.value}{tail}" for p in Precision for tail in (": rows", ": share of recorded amount"))), lines,
        "Exact: every digit is written. Rounded: three or six leading digits and the magnitude. Cut: no text stands for "
        "more than sixteen digits, so a longer number has lost its magnitude; its leading digits are used as they stand.",
    )  # fmt: skip


def _magnitude_table(report: Report, case: Case) -> None:
    """The price of WETH in dollars as the recorded swaps imply it: it cannot vary by powers of ten."""
    legs: dict[str, dict[str, int]] = defaultdict(dict)
    for t in case.transfers:
        symbol = case.tokens[t.token].symbol
        side = "stable" if symbol in STABLE and case.tokens[t.token].decimals else "weth" if t.token == WETH else ""
        if side:
            legs[t.tx_hash][side] = max(legs[t.tx_hash].get(side, 0), t.amount.units)
    powers: Counter[int] = Counter()
    for leg in legs.values():
        if len(leg) == 2:
            powers[math.floor(math.log10((leg["stable"] / 10**6) / (leg["weth"] / 10**18)))] += 1
    report.add(
        "magnitude", "Price of 1 WETH that hashes with both a WETH and a USDC or USDT leg imply",
        ("dollars, from", "to below", "hashes"), [(10**p, 10 ** (p + 1), n) for p, n in sorted(powers.items())],
        "Largest leg of each. One asset had not ten prices that are powers of ten apart within fifteen months: the "
        "magnitude of the WETH amounts is lost.",
    )  # fmt: skip


def _start_us(case: Case) -> int:
    first = next(address for address in case.heist if case.names[address][0] == FIRST_ADDRESS)
    return min(t.at_s for t in case.transfers if first in {t.payer, t.payee}) * SECOND_US


def _trace(ledger: Ledger, case: Case, token: Token, by_eid: dict[int, Transfer], start_us: int) -> TokenTrace | None:
    t = ledger.columns.transfers
    # The payers sold, lent or swapped; they are no victims with whom a branch ends. A service has no line of its own and
    # needs no name; another address is declared a relay: what it pays in of other origins goes on under the new label.
    hub = (ledger.columns.pockets.flags & POCKET_HUB) != 0
    payer = np.where(hub[t.payer], OUTSIDE, t.payer)
    origins = tuple(
        Origin(f"L{row.line}", int(t.amount_minor[eid]), eid, int(payer[eid]), int(t.payee[eid]), int(t.at_us[eid]))
        for eid, row in sorted(by_eid.items())
        if row.token == token.contract and row.payee in case.heist and row.payer not in case.heist
        and int(t.at_us[eid]) >= start_us
    )  # fmt: skip
    if not origins:
        return None
    question = Question(origins, nested=frozenset(o.label for o in origins if o.payer != OUTSIDE))
    money, balances, _ = trace_all(ledger, question, (*ALLOCATING, Method.POISON))
    return TokenTrace(token, ledger.columns, question, money, balances, by_eid)


def _trace_tables(report: Report, case: Case, traces: Sequence[TokenTrace]) -> None:
    ordered = sorted(traces, key=lambda trace: (not trace.sound, -len(trace.question.origins)))
    lines = [_trace_row(case, trace, method) for trace in ordered for method in ALLOCATING]
    report.add(
        "traces", "Every token by every method", _TRACE_COLUMNS, lines,
        "Sound: no row of the run has lost its magnitude, the amounts mean what they say (rounding apart). Digits only: the "
        "recorded digits are conserved, but a row that was cut weighs too little against one that was not.",
    )  # fmt: skip
    _sound_table(report, case, [trace for trace in ordered if trace.sound])
    origin_rows = sum(len(trace.question.origins) for trace in traces)
    report.figures(
        "totals", "Totals",
        [("tokens traced", len(traces)), ("of them sound", sum(trace.sound for trace in traces)),
         ("origins (payments into the twelve from outside them)", origin_rows),
         ("runs (tokens × five methods)", len(traces) * len(ALLOCATING)),
         ("runs with a difference", sum(b.difference != 0 for trace in traces for b in trace.balances.values())),
         ("start", format_instant(min(o.at_us for trace in traces for o in trace.question.origins)))],
    )  # fmt: skip


_KINDS: Final = ("exchange", "bridge", "mixer", "swap", "unknown service")
_LEAVING: Final = frozenset({"exchange", "bridge", "mixer", "mint or burn"})
_TRACE_COLUMNS: Final = (
    "token", "amounts", "method", "origins", "origin", "held %", *(f"{kind} %" for kind in _KINDS), "other exit %",
    "unknown %", "difference", "addresses reached", "addresses under poison",
)  # fmt: skip


def _trace_row(case: Case, trace: TokenTrace, method: Method) -> tuple[Cell, ...]:
    balance = trace.balances[method]
    by_kind: Counter[str] = Counter()
    for (kind, _), amount in trace.endpoints(case, method).items():
        by_kind[kind] += amount
    other = balance.exited - sum(by_kind[kind] for kind in _KINDS)
    shares = [balance.held, *(by_kind[kind] for kind in _KINDS), other, balance.unknown]
    return (
        trace.token.name, "sound" if trace.sound else "digits only", method.value, len(trace.question.origins),
        _amount(trace.token, balance.origin), *(round(100 * share / balance.origin, 2) for share in shares),
        str(balance.difference), trace.touched(method), trace.touched(Method.POISON),
    )  # fmt: skip


def _amount(token: Token, minor: int) -> str:
    units = minor * token.per_unit
    return f"{units} smallest units" if token.decimals is None else format_minor(units, token.decimals)


def _sound_table(report: Report, case: Case, traces: Sequence[TokenTrace]) -> None:
    lines: list[tuple[Cell, ...]] = []
    for trace in traces:
        if trace.token.decimals is None:
            continue
        by_method = {method: trace.endpoints(case, method) for method in ALLOCATING}
        names = sorted(
            {key for found in by_method.values() for key in found}, key=lambda key: (-by_method[Method.FIFO][key], key)
        )
        slack = sum(trace.transfers[o.eid].amount.slack for o in trace.question.origins)
        origin = _amount(trace.token, trace.balances[Method.FIFO].origin)
        lines.append(
            (trace.token.name, "origin", f"± {format_minor(slack, trace.token.decimals)}", *[origin] * len(ALLOCATING))
        )
        lines.extend(
            (trace.token.name, kind, name, *(_amount(trace.token, by_method[m][kind, name]) for m in ALLOCATING))
            for kind, name in names
        )
        again = {m: trace.balances[m].exited - sum(by_method[m].values()) for m in ALLOCATING}
        lines.append((trace.token.name, "came round", "", *(_amount(trace.token, again[m]) for m in ALLOCATING)))
        for what in ("held", "unknown"):
            cells = (_amount(trace.token, getattr(trace.balances[m], what)) for m in ALLOCATING)
            lines.append((trace.token.name, what, "", *cells))
    report.add(
        "endpoints", "Sound tokens with known decimals, by endpoint",
        ("token", "where", "name", *(method.value for method in ALLOCATING)), lines,
        "The interval beside the origin is what the missing digits of its rows leave open. Came round: it left the twelve and "
        "was paid in again, where it goes on as another origin.",
    )  # fmt: skip


def _reach_table(report: Report, case: Case, traces: Sequence[TokenTrace], ever: Sequence[TokenTrace]) -> None:
    """Exchanges, bridges, mixers and burns that money can have reached: this does not depend on amounts."""
    columns = (("fifo", traces, Method.FIFO), ("poison", traces, Method.POISON), ("ever", ever, Method.POISON))
    tokens: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: {key: set() for key, _, _ in columns})
    for key, runs, method in columns:
        for trace in runs:
            for kind, name in trace.endpoints(case, method):
                tokens[kind, name][key].add(trace.token.symbol)
    lines = [
        (kind, name, *(", ".join(sorted(found[key])) for key, _, _ in columns))
        for (kind, name), found in sorted(tokens.items())
        if kind in _LEAVING
    ]
    report.add(
        "reached", "Exchanges, bridges, mixers and burns reached",
        ("kind", "name", "tokens under fifo", "tokens under poison", "tokens under poison, whole history"), lines,
        "Poison says what can have been reached in time order; it needs no amounts. Whole history: every payment into the "
        "twelve, also before the first row of the address that received the stolen tokens.",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(run_validation(measure, ABOUT))
