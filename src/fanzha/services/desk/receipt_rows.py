"""What a receipt says of an account's money, as rows of the ledger: what came, where it went, what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

import numpy as np

from fanzha.core.identifiers import plain_identifier
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import FourFields, Measure, MeasureKind
from fanzha.measures.orders import OnwardTransfer, Outcome, Receipt
from fanzha.ports.fact_store import StoredLedger
from fanzha.records import StatedWindow, TransferKind
from fanzha.services.desk.generated_file import GeneratedFile, generate_file
from fanzha.services.desk.traced_accounts import RECEIPT_PATH
from fanzha.services.trace_money import pockets_named
from fanzha.tracing.runs import RunOrigin

COLUMNS: Final = (
    "transfer_id", "at", "payer", "payee", "amount", "currency", "payer_name", "payee_name", "payer_institution",
    "payee_institution", "serial", "balance",
)  # fmt: skip
FIRST_ROW: Final = 2  # below the header
PAID: Final = frozenset({Outcome.EXECUTED, Outcome.PARTIAL})
NOT_FOUND_CODES: Final = frozenset({Outcome.RECEIVED, Outcome.NOTHING_FOUND})


def says_of_money(measure: Measure, receipt: Receipt) -> bool:
    """Whether it tells a balance or where money went, the payment of a return too."""
    told = receipt.onward or receipt.balance_minor is not None or _paid_back(measure, receipt)
    return receipt.outcome not in NOT_FOUND_CODES and bool(told)


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """The file of a receipt, and the row that each onward transfer has in it."""

    file: GeneratedFile
    row_of: Mapping[OnwardTransfer, int]


Periods = Sequence[tuple[int, int]]


def file_of_receipt(
    measure: Measure, receipt: Receipt, origins: Sequence[RunOrigin], told: Periods = ()
) -> ReceiptFile | None:
    """The file of one receipt, without what statements tell already; None where nothing is left to tell.

    A receipt that says where money went counts as the account's statement from the payment by which the bank matched it
    to the instant of its balance: what it does not list of that time, its balance shows as missing, and the trace calls
    it unknown. One that states a balance alone tells nothing of what happened in between, and covers no time.

    told: the times that the account's own statements cover. The same receipt and times give the same bytes.
    """
    went = (*receipt.onward, *_paid_back(measure, receipt))
    until_us = max([balance_time(receipt), *(onward.time_us for onward in went)])
    if any(from_us <= until_us <= to_us for from_us, to_us in told):
        return None
    says = _Saying(measure, receipt)
    fact = measure.request.fact
    matched = fact is not None and plain_identifier(fact.fields.account) == says.account
    if fact is not None and matched and went and not _is_told(fact.fields, told):
        says.matched(fact.fields, _payer(measure, origins))
    for onward in sorted(went, key=lambda each: (each.time_us, each.account)):
        if not _is_told(onward, told):
            says.onward(onward)
    starts = [entry["at_us"] for entry in says.entries]
    starts += [
        to_us for from_us, to_us in told if to_us < until_us and fact is not None and to_us > fact.fields.time_us
    ]
    if receipt.balance_minor is not None:
        says.balance(receipt.balance_minor, until_us)
    if not says.table:
        return None
    windows = (StatedWindow(says.account, max(min(starts), *_ends(told, until_us)), until_us),) if starts else ()
    path = path_of_receipt(measure, receipt)
    return ReceiptFile(
        generate_file(path, COLUMNS, says.table, {"entries": says.entries, "accounts": says.accounts}, windows),
        says.row_of,
    )


def path_of_receipt(measure: Measure, receipt: Receipt) -> str:
    """What people see of a receipt as the source of a row; one that was put right has another than before."""
    times = sum(each.instead == receipt.id and each.receipt.order == receipt.order for each in measure.corrections)
    return f"{RECEIPT_PATH}{measure.id}/{receipt.id}" + (f"/更正{times}" if times else "")


def _paid_back(measure: Measure, receipt: Receipt) -> tuple[OnwardTransfer, ...]:
    """The payment by which the bank says that it carried a return out: its row, by the bank's own word."""
    if measure.kind is not MeasureKind.RETURN or receipt.outcome not in PAID or not receipt.amount_minor:
        return ()
    # A bank says how much it has paid by now: what an earlier answer said of it went out once.
    earlier = takewhile(lambda each: each != receipt, measure.receipts)
    paid_before = max((each.amount_minor or 0 for each in earlier if each.outcome in PAID), default=0)
    more = receipt.amount_minor - paid_before
    payee = plain_identifier(measure.request.payee)
    return (OnwardTransfer(payee, "", "", more, receipt.answered_us),) if more > 0 else ()


def _ends(told: Periods, until_us: int) -> list[int]:
    return [0, *(to_us for _, to_us in told if to_us < until_us)]


def _is_told(what: FourFields | OnwardTransfer, told: Periods) -> bool:
    return any(from_us <= what.time_us <= to_us for from_us, to_us in told)


class _Saying:
    """The rows of one receipt as they are written down."""

    def __init__(self, measure: Measure, receipt: Receipt) -> None:
        self._measure, self._receipt = measure, receipt
        self.account = plain_identifier(measure.target.reference)
        self._currency = measure.request.scope.currency
        self.table: list[tuple[str, ...]] = []
        self.entries: list[dict[str, Any]] = []
        self.accounts: list[dict[str, Any]] = []
        self.row_of: dict[OnwardTransfer, int] = {}

    def matched(self, fields: FourFields, payer: str) -> None:
        """The payment whose four fields the bank found so."""
        self._write(fields.time_us, (payer, self.account), fields.amount_minor, ("",) * 5)
        self._enter(1, fields.time_us, fields.amount_minor, {"counterparty": payer or None})

    def onward(self, onward: OnwardTransfer) -> None:
        """Where money went."""
        payee = plain_identifier(onward.account)
        more = ("", onward.holder, "", onward.institution, onward.serial)
        self._write(onward.time_us, (self.account, payee), onward.amount_minor, more)
        self.row_of[onward] = self._row
        named = {
            "counterparty": payee or None,
            "counterparty_name": onward.holder or None,
            "counterparty_institution": onward.institution or None,
            "serial": onward.serial or None,
        }
        self._enter(-1, onward.time_us, onward.amount_minor, named)

    def balance(self, minor: int, at_us: int) -> None:
        """What is in the account."""
        text = format_minor(minor, exponent_of(self._currency))
        self.table.append((self._number, format_instant(at_us), self.account, *("",) * 8, text))
        stated = {"balance_minor": minor, "last_at_us": at_us}
        self.accounts.append(self._own() | stated)

    @property
    def _number(self) -> str:
        return f"{self._receipt.id}/{len(self.table)}"

    @property
    def _row(self) -> int:
        return FIRST_ROW + len(self.table) - 1

    def _write(self, at_us: int, parties: tuple[str, str], minor: int, more: tuple[str, ...]) -> None:
        amount = format_minor(minor, exponent_of(self._currency))
        self.table.append((self._number, format_instant(at_us), *parties, amount, self._currency, *more, ""))

    def _own(self) -> dict[str, Any]:
        target = self._measure.target
        return {
            "sheet": "", "row": self._row, "account": self.account, "holder_name": target.holder or None,
            "institution": target.institution or None, "currency": self._currency,
        }  # fmt: skip

    def _enter(self, direction: int, at_us: int, minor: int, more: dict[str, Any]) -> None:
        moved = {"direction": direction, "at_us": at_us, "at_precision": 0, "amount_minor": minor}
        self.entries.append(self._own() | moved | {"kind": int(TransferKind.TRANSFER)} | more)


def balance_time(receipt: Receipt) -> int:
    """As of when the receipt speaks."""
    return receipt.answered_us if receipt.balance_us is None else receipt.balance_us


def told_periods(stored: StoredLedger, account: str) -> list[tuple[int, int]]:
    """The times that statements cover of an account, receipts left out."""
    spans, paths = stored.assembly.spans, stored.assembly.sources.paths
    pockets = pockets_named(stored, account)
    return [
        (int(spans.from_us[place]), int(spans.to_us[place]))
        for place in np.flatnonzero(np.isin(spans.pocket, pockets)).tolist()
        if spans.file[place] < 0 or not paths[int(spans.file[place])].startswith(RECEIPT_PATH)
    ]


def receipts_outdone(stored: StoredLedger) -> frozenset[str]:
    """SHA-256 of the receipts' files whose time a statement of the same account covers in part by now."""
    spans, sources = stored.assembly.spans, stored.assembly.sources
    is_receipt = np.array([path.startswith(RECEIPT_PATH) for path in sources.paths], np.bool_)
    by_receipt = (spans.file >= 0) & np.append(is_receipt, np.False_)[spans.file]  # file -1 indexes the last element
    gone = set()
    for place in np.flatnonzero(by_receipt).tolist():
        told = ~by_receipt & (spans.pocket == spans.pocket[place])
        if (told & (spans.from_us < spans.to_us[place]) & (spans.from_us[place] < spans.to_us)).any():
            gone.add(sources.sha256s[int(spans.file[place])])
    return frozenset(gone)


def _payer(measure: Measure, origins: Sequence[RunOrigin]) -> str:
    return next((origin.payer for origin in origins if origin.fact == measure.fact_id), "")
