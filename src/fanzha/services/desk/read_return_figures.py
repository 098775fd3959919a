"""The figures of a return out of the case's last trace and the ledger, by the method that returns go by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import Refused
from fanzha.core.money import exponent_of, parse_minor
from fanzha.ledger.columns import LedgerColumns
from fanzha.measures.model import Measure
from fanzha.measures.return_plan import Inflow, Outflow
from fanzha.ports.fact_store import StoredLedger
from fanzha.records import TransferKind
from fanzha.services.desk.acting import looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.case_origins import origins_of
from fanzha.services.desk.case_returns import returned_rows
from fanzha.services.desk.model import Desk
from fanzha.services.desk.return_figures import AccountFigures, ReturnFigures, VictimPayment
from fanzha.services.desk.return_planning import freezes_of, payments_out, return_method
from fanzha.services.desk.trace_case import document_of, need_run
from fanzha.services.trace_money import account_named, pockets_named
from fanzha.tracing.origins import is_covered
from fanzha.tracing.runs import RunOrigin, TraceRun


def read_return_figures(desk: Desk, books: Books, actor: Actor, case_id: str) -> ReturnFigures:
    """What a return of the case is planned with.

    Raises NotFound when the case was never traced, Refused when its facts or the ledger changed since: trace it again.
    """
    with looking(desk, actor, "return.plan", Subject("case", case_id)) as look:
        case = look.load(Case, case_id, Action.RETURN_PROPOSE)
        run, method = need_run(look, case_id), return_method(look, case)
        facts = {origin.fact for origin in origins_of(look, case)}
        freezes = freezes_of(look, case_id)
        payments = payments_out(look, case)
    stored = books.ledger()
    if facts != {origin.fact for origin in run.origins} or stored.digest != run.ledger_digest:
        changed = "facts of the case" if stored.digest == run.ledger_digest else "statements"
        raise Refused(f"the {changed} changed since the last trace; trace again: fanzha trace --case {case_id}")
    names = _Names(stored, freezes)
    returned = [eid for eid, _ in returned_rows(stored, payments)]
    document = document_of(books, run)
    accounts = {
        (freeze.target.reference, freeze.request.scope.currency): _account(names, document, method, freeze, returned)
        for freeze in freezes
    }
    return ReturnFigures(method, run.id, tuple(_payments(names, run, document)), accounts)


@dataclass(frozen=True, slots=True)
class _Names:
    """Accounts under the name by which the freezes of the case call them."""

    stored: StoredLedger
    freezes: tuple[Measure, ...]

    def ledger_name(self, number: str) -> str:
        return account_named(self.stored, number) or number

    def as_frozen(self, number: str) -> str:
        """The number by which a freeze calls the account; the number itself where it is not frozen."""
        name = self.ledger_name(number)
        references = (freeze.target.reference for freeze in self.freezes)
        return next((one for one in references if self.ledger_name(one) == name), number)


def _payments(names: _Names, run: TraceRun, document: Mapping[str, Any]) -> Iterable[VictimPayment]:
    """The payments of everybody who lost money; who only passed it on is no victim."""
    transfers = [origin["transfer"] for origin in document["parameters"]["origins"]]
    for origin, transfer in zip(run.origins, transfers, strict=True):
        if origin.label not in run.nested:
            yield _payment(names, origin, transfer or "")


def _payment(names: _Names, origin: RunOrigin, transfer: str) -> VictimPayment:
    payee = names.as_frozen(origin.payee)
    return VictimPayment(
        origin.label, transfer, origin.at_us, origin.amount_minor, origin.payer, payee, origin.currency
    )


def part_of(document: Mapping[str, Any], method: str, currency: str) -> Mapping[str, Any]:
    """What a method found in a currency; empty lists where it found nothing."""
    for key, found in document["methods"].items():
        if key.partition("@")[0] == method and found["currency"] == currency:
            part: Mapping[str, Any] = found
            return part
    return {"accounts": (), "flows": (), "exits": (), "unknown": ()}


def minor_by_victim(by_victim: Mapping[str, str], currency: str) -> dict[str, int]:
    """Amounts of a trace document in minor units."""
    return {victim: parse_minor(text, exponent_of(currency)) for victim, text in by_victim.items()}


def _account(
    names: _Names, document: Mapping[str, Any], method: str, freeze: Measure, returned: Sequence[int]
) -> AccountFigures:
    currency, name = freeze.request.scope.currency, names.ledger_name(freeze.target.reference)
    found = part_of(document, method, currency)
    row = next((row for row in found["accounts"] if row["account"] == name), None)
    own = _own_pockets(names.stored, name, currency)
    inflows, outflows, covered = _rows(names.stored, own, _named_flows(found, name), returned)
    return AccountFigures(
        inflows,
        max((outflow.at_us for outflow in outflows), default=None),
        {} if row is None else minor_by_victim(row["traced_in_by_victim"], currency),
        {} if row is None else minor_by_victim(row["by_victim"], currency),
        covered,
        outflows,
        _covered_until(names.stored.assembly.columns, own),
    )


def _own_pockets(stored: StoredLedger, account: str, currency: str) -> list[int]:
    pockets = stored.assembly.columns.pockets
    return [p for p in pockets_named(stored, account) if pockets.currencies[int(pockets.currency[p])] == currency]


def _covered_until(columns: LedgerColumns, own: Sequence[int]) -> int | None:
    ends = columns.coverage.to_us[np.isin(columns.coverage.pocket, own)]
    return int(ends.max()) if len(ends) else None


def _named_flows(found: Mapping[str, Any], account: str) -> Mapping[str, str]:
    """By transfer, the victim whose money all of it is; a payment of mixed money is nobody's."""
    return {
        flow["transfer"]: next(iter(flow["by_victim"]))
        for flow in found["flows"]
        if flow["payee"] == account and len(flow["by_victim"]) == 1 and flow["traced"] == flow["amount"]
    }


def _rows(
    stored: StoredLedger, own: Sequence[int], victims: Mapping[str, str], returned: Sequence[int]
) -> tuple[tuple[Inflow, ...], tuple[Outflow, ...], bool]:
    """What came in (interest apart), what went out (returns apart), and whether its own statement shows what came in."""
    columns = stored.assembly.columns
    t = columns.transfers
    if not own:
        return (), (), False
    into = np.flatnonzero(np.isin(t.payee, own) & ~np.isin(t.payer, own) & (t.kind != TransferKind.INTEREST))
    out = np.setdiff1d(np.flatnonzero(np.isin(t.payer, own) & ~np.isin(t.payee, own)), np.array(returned, np.int64))
    ids = stored.assembly.details["transfer_id"]
    inflows = tuple(
        Inflow(str(ids[eid]), int(t.at_us[eid]), int(t.amount_minor[eid]), victims.get(str(ids[eid]), ""))
        for eid in map(int, into)
    )
    # A receipt that states a balance makes the account known and shows nothing of what came in.
    told = _covered_until(columns, own) is not None
    covered = told and all(any(is_covered(columns, p, inflow.at_us) for p in own) for inflow in inflows)
    outflows = tuple(Outflow(int(t.at_us[eid]), int(t.amount_minor[eid])) for eid in map(int, out))
    return inflows, outflows, covered
