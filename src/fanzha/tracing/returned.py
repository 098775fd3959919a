"""Money that a decision gave back: it ends at the payment that carries the decision out, and is called returned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from fanzha.tracing.model import End, Money

# Where a payment may end without being carried on: at the victim's own account, or where no statement is at hand.
_AT_THE_VICTIM: Final = frozenset(
    {End.TO_VICTIM, End.FRONTIER, End.NOT_IN_STATEMENT, End.COUNTERPARTY_MISSING, End.EXIT}
)


def as_returned(money: Money, returned: Collection[int]) -> Money:
    """The same money, with what ended at these transfers under its own name; sums are unchanged."""
    if not returned:
        return money
    ends: dict[tuple[End, int, int, int], int] = defaultdict(int)
    for (end, eid, pocket, label), minor in money.ends.items():
        back = eid in returned and end in _AT_THE_VICTIM
        ends[End.RETURNED if back else end, eid, pocket, label] += minor
    return replace(money, ends=dict(ends))
