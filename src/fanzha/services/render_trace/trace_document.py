"""The trace's JSON document as values: amounts become minor units, states become words that can be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.core.money import exponent_of, parse_minor
from fanzha.core.time import SHANGHAI

METHOD_ORDER: Final = ("fifo", "lifo", "prorata", "own_first", "libr", "poison")
Shares = Mapping[str, int]  # minor units by victim label


@dataclass(frozen=True, slots=True)
class AccountTrace:
    """What one account did with traced money; `stoppable` is None where nobody knows."""

    account: str
    hop: int
    traced_in: int
    traced_out: int
    held: int
    stoppable: int | None
    held_by_victim: Shares
    in_by_victim: Shares
    states: tuple[str, ...]
    held_min: int | None
    held_max: int | None


@dataclass(frozen=True, slots=True)
class Flow:
    """One transfer that carried traced money."""

    transfer: str
    payer: str
    payee: str
    at: str
    amount: int
    traced: int
    by_victim: Shares
    hop: int
    reversal: bool  # takes an earlier payment back
    at_us: int | None  # None where the text is no time


@dataclass(frozen=True, slots=True)
class Exit:
    """Traced money that left the reach of statements for good."""

    kind: str
    account: str
    transfer: str
    at: str
    traced: int
    by_victim: Shares
    at_us: int | None


@dataclass(frozen=True, slots=True)
class Lead:
    """An onward payment that another bank shows: it may carry between nothing and `traced_max`."""

    payee: str
    at: str
    traced_max: int


@dataclass(frozen=True, slots=True)
class FrontierQuestion:
    """An account whose statement is missing or not complete, and what to ask for; leads are never amounts."""

    account: str
    institution: str
    traced: int
    ask_from: str
    ask_to: str
    reason: str
    leads: tuple[Lead, ...]


@dataclass(frozen=True, slots=True)
class UnknownPart:
    """Traced money of which it is not known where it is, and why."""

    account: str
    reason: str
    traced: int
    by_victim: Shares


@dataclass(frozen=True, slots=True)
class TraceBalance:
    """origin = held + exited + unknown; `difference` as the trace stated it."""

    origin: int
    held: int
    exited: int
    unknown: int
    difference: int

    @property
    def holds(self) -> bool:
        """Whether the parts sum to what was traced."""
        return self.difference == 0 and self.origin == self.held + self.exited + self.unknown


@dataclass(frozen=True, slots=True)
class MethodTrace:
    """What one method found, in one currency."""

    key: str
    method: str
    currency: str
    leads_only: bool
    accounts: tuple[AccountTrace, ...]
    flows: tuple[Flow, ...]
    exits: tuple[Exit, ...]
    frontier: tuple[FrontierQuestion, ...]
    unknown: tuple[UnknownPart, ...]
    balance: TraceBalance | None
    origins: frozenset[str]  # the victims' own payments, where the ledger has them

    @property
    def exponent(self) -> int:
        """Decimals of the currency."""
        return exponent_of(self.currency)

    @property
    def stoppable(self) -> int:
        """What could be stopped now, as far as it is known."""
        return sum(account.stoppable or 0 for account in self.accounts)

    @property
    def victims(self) -> tuple[str, ...]:
        """Labels of the victims, in the order of their first payment."""
        labels: dict[str, None] = {}
        for flow in self.flows:
            labels.update(dict.fromkeys(flow.by_victim))
        for found in self.exits:
            labels.update(dict.fromkeys(found.by_victim))
        for part in self.unknown:
            labels.update(dict.fromkeys(part.by_victim))
        for account in self.accounts:
            labels.update(dict.fromkeys(account.held_by_victim))
        return tuple(labels)


@dataclass(frozen=True, slots=True)
class TraceDocument:
    """A whole trace: every method, the ledger it read and what it was asked."""

    methods: tuple[MethodTrace, ...]  # working method first, then in constant order; a currency after the plain one
    ledger_digest: str
    ledger_transfers: int
    as_of: str
    parameters: Mapping[str, Any]
    result_hash: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SmallPart:
    """Where traced money counts as a small part of what came into an account; nothing does by default.

    `percent_max` of the account's inflow in the ledger, and `amount_max` in units of the currency, as rules/tracing.toml
    states them.
    """

    percent_max: int = 0
    amount_max: int = 0


class Hold(StrEnum):
    """What holds money for the case; the values are states of an account."""

    STOPPED = "stopped"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Control:
    """A stop or a freeze of this case on an account; `amount` in minor units, None where nobody knows yet."""

    hold: Hold
    amount: int | None = None
    at_us: int | None = None

    def binds(self, held: int) -> int:
        """How much of what an account holds is stopped or frozen."""
        return held if self.amount is None else min(held, self.amount)


def left_to_stop(account: AccountTrace, control: Control | None) -> int | None:
    """What no measure of this case holds yet, minor units; None where nobody knows.

    Never more than that, whether the document has counted a measure out or not.
    """
    bound = 0 if control is None else control.binds(account.held)
    if account.stoppable is None:
        return 0 if 0 < account.held == bound else None
    return min(account.stoppable, account.held - bound)


@dataclass(frozen=True, slots=True)
class BankBalance:
    """What a bank said is in an account, when, and where that stands."""

    amount: int
    at_us: int
    source: str = ""


class Strength(StrEnum):
    """How well a transfer is known."""

    CONFIRMED = "confirmed"  # a bank's own row or reply
    STATED = "stated"  # the victim's statement
    INFERRED = "inferred"  # joined by name, amount and time


@dataclass(frozen=True, slots=True)
class TraceContext:
    """What the document itself does not carry: where rows come from, who is who, what else came into an account."""

    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)  # transfer → "file · sheet · row"
    names: Mapping[str, str] = field(default_factory=dict)  # account → holder's name
    institutions: Mapping[str, str] = field(default_factory=dict)  # account → institution
    title: str = ""
    inflows: Mapping[tuple[str, str], int] = field(
        default_factory=dict
    )  # (account, currency) → all that came in, minor
    small_part: SmallPart = field(default_factory=SmallPart)
    controls: Mapping[str, Control] = field(default_factory=dict)  # by account
    balances: Mapping[str, BankBalance] = field(default_factory=dict)  # by account
    shared: Mapping[str, int] = field(default_factory=dict)  # account → how many other cases have it
    strengths: Mapping[str, Strength] = field(default_factory=dict)  # by transfer; confirmed where nothing is said
    watermark: str = ""  # of a file that shows persons: who took it out, when, under which number


def read_trace_document(document: Mapping[str, Any], working_method: str | None = None) -> TraceDocument:
    """The document as values.

    Raises BadInput where a part that every trace has is missing or an amount is no decimal.
    """
    try:
        asked = document.get("parameters", {}).get("origins", ())
        origins = frozenset(str(o["transfer"]) for o in asked if isinstance(o, Mapping) and o.get("transfer"))
        methods = [_method(key, found, origins) for key, found in document["methods"].items()]
        ledger = document["ledger"]
        working = working_method or document.get("parameters", {}).get("working_method") or "fifo"
        place = {name: number for number, name in enumerate(METHOD_ORDER)}
        methods.sort(
            key=lambda found: (
                found.method != working,
                place.get(found.method, len(place)),
                "@" in found.key,
                found.key,
            )
        )
        return TraceDocument(
            methods=tuple(methods),
            ledger_digest=str(ledger["digest"]),
            ledger_transfers=int(ledger["transfers"]),
            as_of=str(ledger.get("as_of") or ""),
            parameters=dict(document.get("parameters", {})),
            result_hash=str(document.get("result_hash", "")),
            warnings=tuple(_warning(item) for item in document.get("warnings", ())),
        )
    except KeyError as missing:
        raise BadInput(
            f"the trace document has no field {missing.args[0]!r}; make it again with: fanzha trace --json"
        ) from None


def _warning(item: object) -> str:
    if isinstance(item, Mapping):
        return " · ".join(f"{key}: {value}" for key, value in item.items())
    return str(item)


def _method(key: str, found: Mapping[str, Any], origins: frozenset[str]) -> MethodTrace:
    method, _, currency = key.partition("@")
    currency = str(found.get("currency") or currency or "CNY")
    money = _Money(exponent_of(currency))
    balance = found.get("balance")
    return MethodTrace(
        key=key,
        method=method,
        currency=currency,
        leads_only=bool(found.get("leads_only", False)),
        accounts=tuple(_account(item, money) for item in found["accounts"]),
        flows=tuple(
            Flow(
                *(str(item["transfer"]), str(item["payer"] or ""), str(item["payee"] or ""), str(item["at"])),
                *(money.minor(item["amount"]), money.minor(item["traced"]), money.shares(item.get("by_victim"))),
                hop=int(item["hop"]),
                reversal=item.get("kind") == "reversal",
                at_us=instant_of(item["at"]),
            )
            for item in found.get("flows", ())
        ),
        exits=tuple(
            Exit(
                *(
                    str(item["kind"]),
                    str(item["account"] or ""),
                    str(item.get("transfer") or ""),
                    str(item.get("at") or ""),
                ),
                *(money.minor(item["traced"]), money.shares(item.get("by_victim"))),
                at_us=instant_of(item.get("at")),
            )
            for item in found.get("exits", ())
        ),
        frontier=tuple(_question(item, money) for item in found.get("frontier", ())),
        unknown=tuple(
            UnknownPart(
                *(str(item["account"] or ""), str(item["reason"])),
                *(money.minor(item["traced"]), money.shares(item.get("by_victim"))),
            )
            for item in found.get("unknown", ())
        ),
        balance=None if balance is None else TraceBalance(*(money.minor(balance[part]) for part in _BALANCE)),
        origins=origins,
    )


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(text: object) -> int | None:
    """Microseconds since 1970 UTC of a document's time; None where it is no time."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)) - _EPOCH) // timedelta(microseconds=1)


_BALANCE: Final = ("origin", "held", "exited", "unknown", "difference")


def _account(item: Mapping[str, Any], money: _Money) -> AccountTrace:
    state = item.get("state") or ()
    stoppable = item.get("stoppable")
    return AccountTrace(
        account=str(item["account"]),
        hop=int(item["hop"]),
        traced_in=money.minor(item["traced_in"]),
        traced_out=money.minor(item["traced_out"]),
        held=money.minor(item.get("held", "0")),
        stoppable=None if stoppable in {None, "unknown", "?"} else money.minor(stoppable),
        held_by_victim=money.shares(item.get("by_victim")),
        in_by_victim=money.shares(item.get("traced_in_by_victim")),
        states=tuple(state.replace("+", ",").replace(" ", ",").split(",")) if isinstance(state, str) else tuple(state),
        held_min=money.minor(item["held_min"]) if "held_min" in item else None,
        held_max=money.minor(item["held_max"]) if "held_max" in item else None,
    )


def _question(item: Mapping[str, Any], money: _Money) -> FrontierQuestion:
    ask = item.get("ask") or {}
    return FrontierQuestion(
        account=str(item["account"] or ""),
        institution=str(item.get("institution") or ""),
        traced=money.minor(item["traced"]),
        ask_from=str(ask.get("from") or ""),
        ask_to=str(ask.get("to") or ""),
        reason=str(item.get("reason") or "frontier"),
        leads=tuple(
            Lead(str(lead["payee"] or ""), str(lead["at"]), money.minor(lead["traced_max"]))
            for lead in item.get("leads", ())
        ),
    )


@dataclass(frozen=True, slots=True)
class _Money:
    """Reads the amounts of one currency."""

    exponent: int

    def minor(self, text: object) -> int:
        """Minor units of a decimal text."""
        return parse_minor(str(text), self.exponent)

    def shares(self, by_victim: Mapping[str, object] | None) -> Shares:
        """Minor units by label, without the zeros."""
        read = {str(label): self.minor(text) for label, text in (by_victim or {}).items()}
        return {label: minor for label, minor in read.items() if minor}
