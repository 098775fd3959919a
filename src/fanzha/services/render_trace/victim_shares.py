"""Each victim's own balance: what he paid is held, gone or unknown."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.services.render_trace.trace_document import MethodTrace


@dataclass(frozen=True, slots=True)
class VictimShare:
    """One victim's line; amounts in minor units."""

    label: str
    origin: int
    held: int
    exited: int
    unknown: int

    @property
    def holds(self) -> bool:
        """Whether the parts sum to what the victim paid."""
        return self.origin == self.held + self.exited + self.unknown


def victim_shares(trace: MethodTrace) -> tuple[VictimShare, ...]:
    """Every victim's line, in the order of the payments; what he paid is read from the first payments of the trace."""
    shares = []
    first = [flow for flow in trace.flows if (flow.transfer in trace.origins if trace.origins else flow.hop <= 1)]
    for label in trace.victims:
        held = sum(account.held_by_victim.get(label, 0) for account in trace.accounts)
        exited = sum(found.by_victim.get(label, 0) for found in trace.exits)
        unknown = sum(part.by_victim.get(label, 0) for part in trace.unknown)
        paid = sum(flow.by_victim.get(label, 0) for flow in first)
        shares.append(VictimShare(label, paid or held + exited + unknown, held, exited, unknown))
    return tuple(shares)
