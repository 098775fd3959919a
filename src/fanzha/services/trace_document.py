"""The trace document: findings in minor units become decimal strings, names and ISO times, in a fixed order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import numpy as np

from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.ledger.columns import NONE, OUTSIDE
from fanzha.ports.fact_store import StoredLedger
from fanzha.records import TransferKind
from fanzha.tracing.allocate import Ledger, allocate
from fanzha.tracing.findings import AccountFinding, EndFinding, Findings, FlowFinding
from fanzha.tracing.model import EXIT_ENDS, UNKNOWN_REASON, End, Method, Question

HOUR_US: Final = 3_600_000_000
UNKNOWN: Final = "unknown"
_EXIT_KIND: Final = {
    End.HUB: "hub",
    End.CREDIT_REPAID: "fee",
    End.TO_VICTIM: "to_victim",
    End.SUPERSEDED: "superseded",
    End.RETURNED: "returned",
}
_STATE_OF_END: Final = {
    End.FRONTIER: "frontier",
    End.NOT_IN_STATEMENT: "not_in_statement",
    End.BLOCKED: "direction_unknown",
    End.DUST: "dust",
    End.HOP_LIMIT: "beyond_hop_limit",
    End.SHORTFALL: "balance_shortfall",
    End.HOLE: "coverage_hole",
    End.GAP: "gap",
}
# Ends that are a question to a bank, and so stand on the frontier.
_ASKED: Final = frozenset(
    {
        End.FRONTIER,
        End.NOT_IN_STATEMENT,
        End.COUNTERPARTY_MISSING,
        End.BLOCKED,
        End.GAP,
        End.HOLE,
        End.SHORTFALL,
    }
)


class AskingRules(Protocol):
    """What the frontier's order and windows need of the rules."""

    @property
    def freshness_hours(self) -> Sequence[int]:
        """Steps of age, in hours."""

    @property
    def ask_us_min(self) -> int:
        """How long after money arrived at an account its statement is asked for at least."""

    @property
    def origin_tolerance_us(self) -> int:
        """How far two banks' clocks may differ over one payment."""

    @property
    def leads_max(self) -> int:
        """How many leads are listed."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the findings of one currency."""

    stored: StoredLedger
    ledger: Ledger
    question: Question
    currency: str
    rules: AskingRules
    payee_names: Mapping[int, str]  # by place among the origins, where the ledger does not know the payee

    def document(self, findings: Findings) -> dict[str, Any]:
        """One method's part of the document."""
        leads_only = findings.method is Method.POISON
        out: dict[str, Any] = {"currency": self.currency}
        if leads_only:
            out["leads_only"] = True
        out["accounts"] = [
            self._account(part, leads_only=leads_only) for found in findings.accounts for part in self._parts(found)
        ]
        out["flows"] = [self._flow(f) for f in findings.flows]
        out["exits"] = [self._exit(e) for e in findings.ends if e.end in EXIT_ENDS]
        out["frontier"] = self._frontier(findings)
        out["unknown"] = self._unknown(findings)
        if not leads_only:
            totals = findings.totals
            out["balance"] = {
                "origin": self.money(totals.origin_minor),
                "held": self.money(totals.held_minor),
                "exited": self.money(totals.exited_minor),
                "unknown": self.money(totals.unknown_minor),
                "difference": self.money(totals.difference_minor),
            }
        return out

    def money(self, minor: int) -> str:
        """A decimal string in the currency's unit."""
        return format_minor(minor, exponent_of(self.currency))

    def by_victim(self, by_label: Mapping[int, int]) -> dict[str, str]:
        """Shares by the victims' labels; payments of one label are added up."""
        sums: dict[str, int] = {}
        for label in sorted(by_label):
            name = self.question.origins[label].label
            sums[name] = sums.get(name, 0) + by_label[label]
        return {name: self.money(minor) for name, minor in sums.items() if minor}

    def name(self, pocket: int) -> str:
        """The account's name; empty for a party that no statement names."""
        return str(self.ledger.columns.pockets.account[pocket]) if pocket != OUTSIDE else ""

    def transfer(self, eid: int) -> str | None:
        """The transfer's id."""
        return None if eid == NONE else str(self.stored.assembly.details["transfer_id"][eid])

    def _at(self, eid: int) -> str | None:
        return None if eid == NONE else format_instant(int(self.ledger.columns.transfers.at_us[eid]))

    def _account(self, found: AccountFinding, *, leads_only: bool) -> dict[str, Any]:
        out: dict[str, Any] = {
            "account": self.name(found.pocket) or self._unmatched_payee(found),
            "hop": found.hop,
            "traced_in": self.money(found.traced_in_minor),
            "traced_out": self.money(found.traced_out_minor),
            "held": self.money(max(found.held.values(), default=0) if leads_only else found.held_minor),
        }
        if found.held_range is not None:
            out["held_min"], out["held_max"] = (self.money(minor) for minor in found.held_range)
        stoppable = found.stoppable_minor
        out["stoppable"] = UNKNOWN if stoppable is None or leads_only else self.money(stoppable)
        out["by_victim"] = self.by_victim(found.held)
        out["traced_in_by_victim"] = self.by_victim(found.traced_in)
        out["state"] = " ".join(_state(found))
        return out

    def _parts(self, found: AccountFinding) -> list[AccountFinding]:
        """Payees that the ledger does not know have no place of their own in it, and are told apart by name."""
        names = {label: self.payee_names.get(label, "") for label in found.traced_in}
        if found.pocket != OUTSIDE or len(set(names.values())) < 2:
            return [found]
        parts = []
        for name in dict.fromkeys(names.values()):
            mine = {label: minor for label, minor in found.traced_in.items() if names[label] == name}
            parts.append(replace(found, traced_in=mine, traced_in_minor=sum(mine.values())))
        return parts

    def _unmatched_payee(self, found: AccountFinding) -> str:
        return next((self.payee_names.get(label, "") for label in found.traced_in), "")

    def _flow(self, found: FlowFinding) -> dict[str, Any]:
        t = self.ledger.columns.transfers
        return {
            "transfer": self.transfer(found.eid),
            "payer": self.name(int(t.payer[found.eid])),
            "payee": self.name(int(t.payee[found.eid])),
            "at": self._at(found.eid),
            "amount": self.money(int(t.amount_minor[found.eid])),
            "traced": self.money(found.amount_minor),
            "by_victim": self.by_victim(found.by_label),
            "hop": found.hop,
            "kind": TransferKind(int(t.kind[found.eid])).word,
        }

    def _exit(self, found: EndFinding) -> dict[str, Any]:
        t = self.ledger.columns.transfers
        kind = TransferKind(int(t.kind[found.eid]))
        out: dict[str, Any] = {
            "kind": _EXIT_KIND.get(found.end, "fee" if kind is TransferKind.INTEREST else kind.word),
            "account": self.name(found.pocket if found.end is End.CREDIT_REPAID else int(t.payer[found.eid])),
            "transfer": None if found.end is End.CREDIT_REPAID else self.transfer(found.eid),
            "at": self._at(found.eid),
            "traced": self.money(found.amount_minor),
            "by_victim": self.by_victim(found.by_label),
            "payee": "" if found.end is End.CREDIT_REPAID else self.name(int(t.payee[found.eid])),
        }
        if found.end is End.CREDIT_REPAID:
            out["reason"] = "credit_repaid"
        if found.end is End.HUB:
            hubs = dict(self.stored.assembly.hubs)
            out["reason"] = hubs.get(self.name(found.pocket), "clearing account")
        return out

    def _unknown(self, findings: Findings) -> list[dict[str, Any]]:
        grouped: dict[tuple[str, str], list[EndFinding]] = defaultdict(list)
        for found in findings.ends:
            if found.end in UNKNOWN_REASON:
                grouped[self._asked_account(found), UNKNOWN_REASON[found.end]].append(found)
        return [
            {
                "account": account,
                "reason": reason,
                "traced": self.money(sum(f.amount_minor for f in founds)),
                "by_victim": self.by_victim(_label_sums(founds)),
            }
            for (account, reason), founds in sorted(grouped.items())
        ]

    def _asked_account(self, found: EndFinding) -> str:
        """Whose statement would tell more: the account itself, or the payer's where the row names nobody."""
        if found.end is End.COUNTERPARTY_MISSING:
            return self.name(int(self.ledger.columns.transfers.payer[found.eid]))
        if found.pocket == OUTSIDE and found.eid == NONE:
            return next((self.payee_names.get(label, "") for label in found.by_label), "")
        return self.name(found.pocket)

    def _frontier(self, findings: Findings) -> list[dict[str, Any]]:
        grouped: dict[tuple[str, End, int], list[EndFinding]] = defaultdict(list)
        for found in findings.ends:
            if found.end in _ASKED:
                grouped[self._asked_account(found), found.end, found.pocket].append(found)
        ranked = sorted(
            ((self._urgency(founds), account, end, founds) for (account, end, _), founds in grouped.items()),
            key=lambda item: (*item[0], item[1], item[2]),
        )
        return [self._question(account, end, founds) for _, account, end, founds in ranked]

    def _urgency(self, founds: Sequence[EndFinding]) -> tuple[int, int]:
        """Recently arrived money first, in steps; within a step the larger amount."""
        age_hours = (self._until_us() - max(self._at_us(f) for f in founds)) / HOUR_US
        step = sum(age_hours > hours for hours in self.rules.freshness_hours)
        return step, -sum(f.amount_minor for f in founds)

    def _at_us(self, found: EndFinding) -> int:
        if found.eid != NONE:
            return int(self.ledger.columns.transfers.at_us[found.eid])
        starts = [self.question.origins[label].at_us for label in found.by_label]
        return max(starts, default=0)

    def _until_us(self) -> int:
        at = self.ledger.columns.transfers.at_us
        last = int(at[-1]) if len(at) else 0
        starts = [origin.at_us for origin in self.question.origins]
        limit = self.question.limits.until_us
        return max(last, *starts) if limit is None else limit

    def _question(self, account: str, end: End, founds: Sequence[EndFinding]) -> dict[str, Any]:
        traced_minor, pocket = sum(f.amount_minor for f in founds), founds[0].pocket
        if end is End.COUNTERPARTY_MISSING:
            pocket = int(self.ledger.columns.transfers.payer[founds[0].eid])
        first, last = self._window(end, pocket, founds)
        out: dict[str, Any] = {
            "account": account,
            "institution": str(self.ledger.columns.pockets.institution[pocket] or "") if pocket != OUTSIDE else "",
            "traced": self.money(traced_minor),
            "ask": {"from": format_instant(first), "to": format_instant(last)},
            "reason": UNKNOWN_REASON[end],
            "by_victim": self.by_victim(_label_sums(founds)),
            "transfers": [t for t in (self.transfer(f.eid) for f in founds) if t is not None],
        }
        leads = self._leads(pocket, first, traced_minor) if end is End.FRONTIER and pocket != OUTSIDE else []
        if leads:
            out["leads"] = leads
        return out

    def _window(self, end: End, pocket: int, founds: Sequence[EndFinding]) -> tuple[int, int]:
        """What to ask for: from the arrival on; for a gap or a hole, the time in which it opened.

        The money may have moved on after the ledger ends, but nothing after --until is asked for.
        """
        first = min(self._at_us(f) for f in founds)
        last = max(self._at_us(f) for f in founds)
        if end in (End.GAP, End.HOLE):
            return self._row_before(pocket, first), last
        limit = self.question.limits.until_us
        if end in (End.NOT_IN_STATEMENT, End.COUNTERPARTY_MISSING):
            to = last + self.rules.origin_tolerance_us
        else:
            to = max(self._until_us(), last + self.rules.ask_us_min)
        return first, to if limit is None else max(last, min(to, limit))

    def _row_before(self, pocket: int, at_us: int) -> int:
        t = self.ledger.columns.transfers
        upto = int(np.searchsorted(t.at_us, at_us, "left"))
        touched = np.flatnonzero((t.payer[:upto] == pocket) | (t.payee[:upto] == pocket))
        return int(t.at_us[touched[-1]]) if len(touched) else at_us

    def _leads(self, pocket: int, from_us: int, traced_minor: int) -> list[dict[str, Any]]:
        """Onward payments that other banks show: where the money may have gone, between nothing and all of it."""
        t, index = self.ledger.columns.transfers, self.ledger.index
        rows = index.rows[index.line_end[pocket] : index.row_start[pocket + 1]]
        eids = (rows[:, 3] & 0xFFFFFFFF)[rows[:, 2] >= from_us]
        limit = self.question.limits.until_us
        eids = eids[(t.payee[eids] != t.payer[eids]) & (True if limit is None else t.at_us[eids] <= limit)]
        return [
            {
                "transfer": self.transfer(int(eid)),
                "payee": self.name(int(t.payee[eid])),
                "at": self._at(int(eid)),
                "amount": self.money(int(t.amount_minor[eid])),
                "traced_min": self.money(0),
                "traced_max": self.money(min(traced_minor, int(t.amount_minor[eid]))),
            }
            for eid in np.sort(eids)[: self.rules.leads_max].tolist()
        ]


def _label_sums(founds: Sequence[EndFinding]) -> dict[int, int]:
    by_label: dict[int, int] = defaultdict(int)
    for found in founds:
        for label, minor in found.by_label.items():
            by_label[label] += minor
    return by_label


def _state(found: AccountFinding) -> list[str]:
    """Words for how the account stands; the first says where most of its money is."""
    words = []
    if found.held_minor:
        words.append("held" if not found.traced_out_minor else "held_part")
    elif found.traced_out_minor:
        words.append("passed_on")
    words += [_STATE_OF_END[end] for end in sorted(found.ends) if end in _STATE_OF_END]
    if found.assumed_opening:
        words.append("assumed_opening")
    if found.held_range is not None:
        words.append("order_uncertain")
    return words or ["passed_on"]


def warnings_of(writer: Writer, methods: Sequence[Method]) -> list[str]:
    """What an officer must know before relying on the figures."""
    out = [*_nested_warnings(writer)]
    if Method.PRORATA in methods and len(writer.question.origins) == 1:
        out.append(
            "prorata_single_origin: pro rata shares of one origin alone may differ by 0.01 from a run of all origins"
        )
    return out


def _nested_warnings(writer: Writer) -> list[str]:
    """Money of one victim that reached another's account before that one paid: was he a relay?"""
    out = []
    question, t = writer.question, writer.ledger.columns.transfers
    came: dict[tuple[int, int], int] = defaultdict(int)
    money = allocate(writer.ledger, question, Method.FIFO)
    for (end, eid, pocket, label), minor in money.ends.items():
        if end is not End.TO_VICTIM:
            continue
        for other, origin in enumerate(question.origins):
            # A rebate to a victim who pays again is his own money coming back, not a relay's.
            another = question.origins[label].payer != pocket
            if another and origin.payer == pocket and t.at_us[eid] < origin.at_us:
                came[label, other] += minor
    for (label, other), minor in sorted(came.items()):
        one, two = question.origins[label].label, question.origins[other].label
        out.append(
            f"possible_nested_origin: {writer.money(minor)} of {one} reached the payer of {two} before {two} was paid; "
            f"if that payer is a relay and no victim, run again with --nested {two}"
        )
    return out
