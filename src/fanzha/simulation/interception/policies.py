"""Ways of deciding which order to send next, side by side: what desks do today, and what is proposed."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.measures.interception import Candidate, Planner, Step
from fanzha.simulation.interception.desk import Banks, Known, KnownAccounts, Order
from fanzha.simulation.interception.world import Row


@dataclass(frozen=True, slots=True)
class FirstOnly:
    """The accounts that victims paid into, and nothing further."""

    name: str = "first_only"
    handling: str = "first_only"

    def next_order(self, known: KnownAccounts, now_us: int, banks: Banks) -> Order | None:
        """The first account not stopped yet."""
        return next((Order(Step.STOP, each.account) for each in known.open(now_us) if each.hop == 1), None)

    def follows(self, row: Row) -> bool:
        """Nothing."""
        return False


@dataclass(frozen=True, slots=True)
class ByHand:
    """Hop by hop: stop, wait for the answer, follow the money by hand, stop the next account; in the order of news."""

    name: str = "by_hand"
    handling: str = "by_hand"

    def next_order(self, known: KnownAccounts, now_us: int, banks: Banks) -> Order | None:
        """The account heard of first."""
        return next((Order(Step.STOP, each.account) for each in known.open(now_us)), None)

    def follows(self, row: Row) -> bool:
        """Only what carries the money on."""
        return False


class Everything:
    """Every account downstream of a stopped one, whether the money went there or not; the newest first.

    share: of the accounts behind the first ones so many are stopped, drawn by lot; to hold less innocent money.
    """

    handling = "everything"

    def __init__(self, name: str = "everything", share: float = 1.0) -> None:
        self.name, self._share = name, share

    def next_order(self, known: KnownAccounts, now_us: int, banks: Banks) -> Order | None:
        """The account heard of last."""
        found = [each for each in known.open(now_us) if each.hop == 1 or _lot(each.account) < self._share]
        return (
            Order(Step.STOP, max(found, key=lambda each: (each.came[-1][0], each.account)).account) if found else None
        )

    def follows(self, row: Row) -> bool:
        """Whatever left after the money came."""
        return True


def _lot(account: int) -> float:
    """The account's lot from 0 to 1, the same in every run: a greater share stops what a smaller one does, and more."""
    return (account * 0x9E3779B97F4A7C15 % 2**64) / 2**64


class Newest(Everything):
    """A planner that learns nothing: wherever money came last, but only where it truly went."""

    handling = "planned"

    def follows(self, row: Row) -> bool:
        """Only what carries the money on."""
        return False


class Planned:
    """Ours: the step with the highest expected saving less its harm, by a curve learnt from closed cases."""

    handling = "planned"

    def __init__(self, planner: Planner, expected_minor: int, name: str = "planned") -> None:
        self.name, self._planner, self._expected_minor = name, planner, expected_minor
        self._not_worth: dict[
            int, tuple[int, int]
        ] = {}  # by account: what was known of it when it was not worth an order

    def next_order(self, known: KnownAccounts, now_us: int, banks: Banks) -> Order | None:
        """The best step that was not just taken."""
        candidates = [
            self._candidate(each, banks, now_us)
            for each in known.open(now_us)
            if _is_answered(each) and self._not_worth.get(each.account) != (len(each.came), each.seen_us)
        ]
        proposals = self._planner.propose(candidates, now_us)
        # With time money only becomes less: what is not worth an order now is so until there is news of it.
        for account in {int(one.account) for one in candidates} - {int(one.account) for one in proposals}:
            self._not_worth[account] = (len(known[account].came), known[account].seen_us)
        return Order(proposals[0].step, int(proposals[0].account)) if proposals else None

    def _candidate(self, each: Known, banks: Banks, now_us: int) -> Candidate:
        arrived_us = sum(at_us * amount for at_us, amount in each.came) // max(each.came_minor, 1)
        return Candidate(
            account=str(each.account), institution="", traced_minor=each.came_minor, arrived_us=arrived_us,
            seen_us=max(arrived_us, min(each.seen_us, now_us)),
            others_minor=self._expected_minor if each.own_minor is None else each.own_minor,
            stop_takes_us=banks.usual_us(Step.STOP, each.account), query_takes_us=banks.usual_us(Step.QUERY, each.account),
            refused=banks.refusal,
        )  # fmt: skip

    def follows(self, row: Row) -> bool:
        """Only what carries the money on."""
        return False


def _is_answered(each: Known) -> bool:
    """An account that was asked is let be until the answer is there."""
    return each.asked_us == 0 or each.seen_us >= each.asked_us
