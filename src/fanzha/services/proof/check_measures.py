"""Holds a measure against the law of its day, and each name on it against the audit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fanzha.audit import without_numbers
from fanzha.core.errors import FanzhaError
from fanzha.measures.changes import Happening
from fanzha.measures.legality import faults
from fanzha.measures.legality_limits import faults_at_decision
from fanzha.measures.lifecycle import OPEN, Status
from fanzha.measures.model import Measure, OriginKind, Signature, TargetKind, effective_status
from fanzha.measures.rules import MeasureRules
from fanzha.ports.proof_index import ProofIndex
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.actions import MEASURE_ACTIONS
from fanzha.services.desk.listing import every
from fanzha.services.proof.findings import Findings, Part

_SIGNED: Final = {
    Signature.PROPOSED: Happening.PROPOSED,
    Signature.APPROVED: Happening.APPROVED,
    Signature.REJECTED: Happening.REJECTED,
    Signature.ACTED_FIRST: Happening.ACTED_FIRST,
    Signature.COUNTERSIGNED: Happening.COUNTERSIGNED,
    Signature.WITHDRAWN: Happening.WITHDRAWN,
    Signature.LIFTED: Happening.LIFTED,
    Signature.RELEASED_PART: Happening.RELEASED_PART,
    Signature.FOUND_UNRELATED: Happening.UNRELATED,
    Signature.FOUND_RELATED: Happening.RELATED,
}
# What stands only because a deed of one of these kinds was done, whoever did it.
_STATUS: Final = {
    Status.ACKNOWLEDGED: (Happening.ACKNOWLEDGED,),
    Status.EXECUTED: (Happening.EXECUTED,),
    Status.PARTIAL: (Happening.EXECUTED_PART,),
    Status.REFUSED: (Happening.REFUSED,),
    Status.LAPSED: (Happening.LAPSED,),
    Status.CONVERTED: (Happening.CONVERTED,),
}


class MeasureProof:
    """Checks one measure after another."""

    def __init__(self, view: WorkView, index: ProofIndex, found: Findings, rules: MeasureRules, now_us: int) -> None:
        self._view, self._index, self._found, self._rules, self._now_us = view, index, found, rules, now_us
        self.overdue = 0  # over by law, which the clocks have still to note

    def look(self, measure: Measure) -> None:
        """Names what is unlawful about it, and what of it the audit does not know."""
        now_us = self._now_us
        if measure.status in OPEN and effective_status(measure, now_us) is Status.LAPSED:
            assert measure.void_from_us is not None
            # It binds nobody any more; that no machine has noted it is a matter of minutes, not of law.
            self.overdue += 1
            now_us = measure.void_from_us - 1
        where = f"measures/{measure.id}"
        try:
            before = faults_at_decision(measure, self._on_target(measure), self._rules)
            unlawful = (*faults(measure, self._rules, now_us), *before)
        except FanzhaError as error:  # drafted on a day of which no table knows
            unlawful = (str(error),)
        for fault in unlawful:
            self._found.add(Part.MEASURE, "unlawful", where, fault.removeprefix(f"{measure.id}: "))
        deeds = self._index.deeds(measure.id) | self._deeds_of_return(measure)
        for missing in _not_in_audit(measure, deeds):
            self._found.add(Part.MEASURE, "not_in_audit", where, f"the audit does not say: {missing}")

    def _on_target(self, measure: Measure) -> Iterator[Measure]:
        if not measure.target.reference or measure.target.kind is TargetKind.INSTITUTION:
            return iter(())
        return every(self._view.records(Measure), Query(equals={"account": measure.target.reference}))

    def _deeds_of_return(self, measure: Measure) -> frozenset[str]:
        """A payment of a return carries the names that were put to the return itself."""
        origin = measure.request.origin
        if origin is None or origin.kind is not OriginKind.RETURN_PLAN:
            return frozenset()
        return frozenset(
            deed.replace("return.", "measure.", 1)
            for deed in self._index.deeds(origin.id)
            if deed.startswith(("return.draft ", "return.propose ", "return.approve "))
        )


def _not_in_audit(measure: Measure, deeds: frozenset[str]) -> Iterator[str]:
    wanted = [f"{MEASURE_ACTIONS[Happening.DRAFTED]} by {measure.drafted_by}"]
    wanted += [f"{MEASURE_ACTIONS[_SIGNED[sign.signature]]} by {sign.by}" for sign in measure.approvals]
    wanted += [
        f"{MEASURE_ACTIONS[Happening.ORDER_SENT]} order {without_numbers(order.id)}"
        for order in measure.orders
        if order.sent_us is not None
    ]
    wanted += [
        f"{MEASURE_ACTIONS[Happening.RECEIPT]} receipt {without_numbers(receipt.id)}"  # as the audit has it
        for receipt in measure.receipts
    ]
    yield from (deed for deed in dict.fromkeys(wanted) if deed not in deeds)
    known = tuple(MEASURE_ACTIONS[happening] for happening in _STATUS.get(measure.status, ()))
    if known and not any(deed.startswith(f"{action} ") for action in known for deed in deeds):
        yield f"how it became {measure.status} ({', '.join(known)})"
