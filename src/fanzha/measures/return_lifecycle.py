"""Where a return can stand, what can happen to it, and what each happening does in each state: one total table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from itertools import product
from typing import Final


@unique
class ProcedureStatus(StrEnum):
    """Where a return stands."""

    DRAFT = "draft"
    NOTICED = "noticed"  # 公告期
    PROPOSED = "proposed"
    APPROVED = "approved"  # decided; the banks are paying
    DONE = "done"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@unique
class ProcedureEvent(StrEnum):
    """What can happen to a return."""

    PUBLISH = "publish"
    REPLAN = "replan"
    CORRECT = "correct"  # an objection was upheld; the rest stays as it was published, and somebody proposes it anew
    OBJECT = "object"
    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    COMPLETE = "complete"


_S, _E = ProcedureStatus, ProcedureEvent
_LEADS: Final[Mapping[ProcedureStatus, Mapping[ProcedureEvent, ProcedureStatus]]] = {
    _S.DRAFT: {
        _E.PUBLISH: _S.NOTICED, _E.REPLAN: _S.DRAFT, _E.OBJECT: _S.DRAFT, _E.PROPOSE: _S.PROPOSED,
        _E.WITHDRAW: _S.WITHDRAWN,
    },
    _S.NOTICED: {
        _E.REPLAN: _S.DRAFT, _E.CORRECT: _S.NOTICED, _E.OBJECT: _S.NOTICED, _E.PROPOSE: _S.PROPOSED,
        _E.WITHDRAW: _S.WITHDRAWN,
    },
    _S.PROPOSED: {
        _E.REPLAN: _S.DRAFT, _E.CORRECT: _S.NOTICED, _E.OBJECT: _S.PROPOSED, _E.APPROVE: _S.APPROVED,
        _E.REJECT: _S.REJECTED, _E.WITHDRAW: _S.WITHDRAWN,
    },
    _S.APPROVED: {_E.COMPLETE: _S.DONE},
}  # fmt: skip
# Total: where a pair leads nowhere the event is refused.
PROCEDURE_TRANSITIONS: Final[Mapping[tuple[ProcedureStatus, ProcedureEvent], ProcedureStatus | None]] = {
    (status, event): _LEADS.get(status, {}).get(event) for status, event in product(ProcedureStatus, ProcedureEvent)
}
