"""From a bank's statement to a fact: from the second hop on, an order may rest on what the banks themselves wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fanzha.casework import Clue, Document, DocumentKind, Fact, VerifiedFields, checks_by
from fanzha.casework.facts import FOLLOW_ON_HOP, follow_on_fact
from fanzha.core.errors import NotAllowed
from fanzha.core.identifiers import number_ending
from fanzha.ledger.assembly.sources import SourceRow
from fanzha.ports.fact_store import StoredLedger
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import Work
from fanzha.services.desk.keeping import keep_clue, tell
from fanzha.services.desk.listing import every
from fanzha.tracing.runs import RunAccount, TraceRun


@dataclass(frozen=True, slots=True)
class Trail:
    """A run with its document and the ledger that it was made on."""

    run: TraceRun
    document: Mapping[str, Any]
    stored: StoredLedger


def fact_for_stop(work: Work, trail: Trail, account: RunAccount, method: str) -> Fact:
    """The fact that an order on the account may rest on: one that is there, or one made of a bank's statement now.

    Raises NotAllowed where there is none and no statement row names all four fields.
    """
    known = _known_fact(work, trail.run, account)
    if known is not None:
        return known
    if account.hop < FOLLOW_ON_HOP:
        sentence = f"the payment into {number_ending(account.account)} is no fact yet: verify its clue"
        raise NotAllowed("fact.needed", sentence)
    flow = _largest_arrival(trail.document, account, method)
    if flow is None:
        sentence = f"no row shows how traced money came to {number_ending(account.account)}"
        raise NotAllowed("fact.document", sentence)
    return _made_fact(work, trail, account, flow)


def _known_fact(work: Work, run: TraceRun, account: RunAccount) -> Fact | None:
    clues = {origin.clue for origin in run.origins}
    numbers = dict.fromkeys((account.account, *account.also))
    found = [
        fact
        for number in numbers
        for fact in every(work.unit.records(Fact), Query(equals={"account": number}))
        if fact.withdrawn_at_us is None and fact.clue in clues and fact.fields.currency == account.currency
    ]
    return max(found, key=lambda fact: (fact.fields.at_us, fact.id), default=None)


def _largest_arrival(document: Mapping[str, Any], account: RunAccount, method: str) -> Mapping[str, Any] | None:
    """The transfer that brought most of the traced money, the last of equals."""
    flows = [
        flow
        for key, found in document["methods"].items()
        if key.partition("@")[0] == method and found["currency"] == account.currency
        for flow in found["flows"]
        if flow["payee"] == account.account
    ]
    return max(flows, key=lambda flow: (_size(flow["traced"]), flow["at"]), default=None)


def _size(text: str) -> tuple[int, str]:
    return len(text), text  # decimal strings of one exponent are in the order of their length, then of their digits


def _made_fact(work: Work, trail: Trail, account: RunAccount, flow: Mapping[str, Any]) -> Fact:
    eid = _transfer(trail.stored, flow["transfer"])
    t = trail.stored.assembly.columns.transfers
    fields = VerifiedFields(
        account.holder, account.account, account.institution, int(t.amount_minor[eid]), int(t.at_us[eid]),
        account.currency,
    )  # fmt: skip
    row = trail.stored.assembly.sources.of(eid)[0]
    document = Document(DocumentKind.STATEMENT, row.sha256, _place(row))
    clue = work.unit.records(Clue).get(_clue_of(trail.run, flow))
    clue, fact, events = follow_on_fact(
        clue, fields, checks_by(work.actor, document, work.now_us), work.rules.casework.fact, work.actor,
        work.now_us, work.ids, hop=max(account.hop, FOLLOW_ON_HOP), latest_us=work.latest_us,
    )  # fmt: skip
    fact = work.unit.records(Fact).add(fact)
    keep_clue(work, clue, ())
    tell(work, events, "fact")
    return fact


def _transfer(stored: StoredLedger, transfer_id: str) -> int:
    return int(stored.assembly.details["transfer_id"].eq(transfer_id).arg_max() or 0)


def _place(row: SourceRow) -> str:
    return f"{row.sheet} · {row.row}" if row.sheet else str(row.row)


def _clue_of(run: TraceRun, flow: Mapping[str, Any]) -> str:
    """The clue of the victim of whom most of this money is."""
    label = max(flow["by_victim"], key=lambda name: (_size(flow["by_victim"][name]), name))
    return next(origin.clue for origin in run.origins if origin.label == label)
