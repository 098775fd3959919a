"""What each victim gets of a frozen balance: the whole of what he still lacks, or his share of what there is.

《电信网络新型违法犯罪案件冻结资金返还若干规定》 Art. 8(3): 按照被害人被骗金额占冻结在案资金总额的比例返还. The fraction as it is
written cannot be paid out where the losses do not add up to the frozen total; what is computed is the reading that can:
in proportion to the losses, less what was already returned, and never more than that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fanzha.core.errors import BadInput

FORMULA = "pro-rata/1"  # recorded with every plan; another rounding is another version


@dataclass(frozen=True, slots=True)
class VictimLoss:
    """What a victim lost into a frozen account, and what of it came back already; minor units."""

    victim: str
    loss_minor: int
    returned_minor: int = 0
    first_inflow_us: int | None = None  # settles who gets a 分 that nobody has a better claim to

    @property
    def open_minor(self) -> int:
        """What is still lacking."""
        return max(self.loss_minor - self.returned_minor, 0)


@dataclass(frozen=True, slots=True)
class ReturnShares:
    """What each victim is to get, and what stays frozen; together the frozen balance to the 分."""

    returned_minor: Mapping[str, int]  # in the order in which the victims were given
    remainder_minor: int


def share_return(frozen_minor: int, losses: Sequence[VictimLoss]) -> ReturnShares:
    """Shares of a frozen balance by largest remainder; equal remainders go to the earliest inflow, then by id.

    Raises BadInput when an amount is negative or a victim stands there twice.
    """
    check_losses(frozen_minor, losses)
    open_minor = {loss.victim: loss.open_minor for loss in losses}
    lacking = sum(open_minor.values())
    if frozen_minor >= lacking:
        return ReturnShares(open_minor, frozen_minor - lacking)
    shares = {victim: frozen_minor * minor // lacking for victim, minor in open_minor.items()}
    left = frozen_minor - sum(shares.values())
    for loss in sorted(losses, key=lambda loss: _claim_to_a_fraction(loss, frozen_minor, lacking))[:left]:
        shares[loss.victim] += 1
    assert sum(shares.values()) == frozen_minor, "the shares are not the whole"
    return ReturnShares(shares, 0)


def _claim_to_a_fraction(loss: VictimLoss, frozen_minor: int, lacking: int) -> tuple[int, bool, int, str]:
    """Sorts the largest cut-off fraction first; who has no time stands behind those who have one."""
    cut_off = frozen_minor * loss.open_minor % lacking
    return -cut_off, loss.first_inflow_us is None, loss.first_inflow_us or 0, loss.victim


def check_losses(frozen_minor: int, losses: Sequence[VictimLoss]) -> None:
    """Raises BadInput naming the victim whose amounts cannot be, or who stands there twice."""
    if frozen_minor < 0:
        raise BadInput("frozen is below zero; give the balance that is frozen for this case")
    seen: set[str] = set()
    for loss in losses:
        if loss.loss_minor < 0 or loss.returned_minor < 0:
            raise BadInput(f"victim {loss.victim!r}: loss and returned must not be below zero")
        if loss.victim in seen:
            raise BadInput(f"victim {loss.victim!r} stands there twice; add the losses up")
        seen.add(loss.victim)
