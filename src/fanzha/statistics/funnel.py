"""From the money that was asked to be stopped to the money that went back: where each part of it came from and went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final, TypeVar


@unique
class Fate(StrEnum):
    """What a stop or a freeze is by now."""

    WAITING = "waiting"  # not answered yet
    REFUSED = "refused"  # or answered with nothing to hold
    STANDING = "standing"
    FROZEN = "frozen"  # of a stop: it went on as a freeze
    LIFTED = "lifted"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class StopRow:
    """A stop whose order left; minor units.

    asked: None where it named no amount. executed: None where nothing was held. again: what of it an earlier stop had
    held already. went_on: what of it the freeze holds that it was converted into.
    """

    id: str
    asked_minor: int | None
    executed_minor: int | None
    fate: Fate
    again_minor: int = 0
    went_on_minor: int = 0


@dataclass(frozen=True, slots=True)
class FreezeRow:
    """An executed freeze; `stop` is one of the stops here, or empty. released: let go, without what was returned."""

    id: str
    executed_minor: int
    fate: Fate
    stop: str = ""
    returned_minor: int = 0
    released_minor: int = 0


Row = TypeVar("Row", StopRow, FreezeRow)
_ENDS: Final = (Fate.STANDING, Fate.LIFTED, Fate.LAPSED)


@dataclass(frozen=True, slots=True)
class FunnelPart:
    """A part of the money of one stage; minor units."""

    name: str
    minor: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """One stage: its money, where it came from, and where it went; both add up to it."""

    name: str
    minor: int
    sources: tuple[FunnelPart, ...]
    parts: tuple[FunnelPart, ...]

    def __post_init__(self) -> None:
        assert not self.sources or self.minor == sum(one.minor for one in self.sources), f"{self.name}: sources"
        assert self.minor == sum(one.minor for one in self.parts), f"{self.name}: parts"

    def part(self, name: str) -> int:
        """The money of one part."""
        return next(one.minor for one in self.parts if one.name == name)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Asked, stopped, frozen, returned; `unnamed` are stops that asked for a whole balance."""

    asked: FunnelStage
    stopped: FunnelStage
    frozen: FunnelStage
    unnamed: tuple[str, ...]

    @property
    def stages(self) -> tuple[FunnelStage, ...]:
        """In the order of the money's way."""
        return (self.asked, self.stopped, self.frozen)


def make_funnel(stops: Iterable[StopRow], freezes: Iterable[FreezeRow]) -> Funnel:
    """The way of the money of these stops, and of these freezes, whether they came out of the stops or not."""
    stops, freezes = tuple(stops), tuple(freezes)
    named = tuple(row for row in stops if row.asked_minor is not None)
    asked = FunnelStage(
        "asked",
        sum(_asked(row) for row in named),
        (),
        (
            _part("executed", named, lambda row: min(_asked(row), row.executed_minor or 0)),
            _part("less_than_asked", named, lambda row: _asked(row) - _got(row) if _held(row) else 0),
            _part("refused", named, lambda row: _asked(row) if not _held(row) and row.fate is not Fate.WAITING else 0),
            _part("waiting", named, lambda row: _asked(row) if not _held(row) and row.fate is Fate.WAITING else 0),
        ),
    )
    held = tuple(row for row in stops if _held(row))
    return Funnel(
        asked, _stopped(held), _frozen(freezes, held), tuple(row.id for row in stops if row.asked_minor is None)
    )


def _stopped(held: Sequence[StopRow]) -> FunnelStage:
    return FunnelStage(
        "stopped",
        sum(row.executed_minor or 0 for row in held),
        (
            _part("asked", held, _got),
            _part("more_than_asked", held, lambda row: (row.executed_minor or 0) - _got(row) if _named(row) else 0),
            _part("no_amount_named", held, lambda row: 0 if _named(row) else row.executed_minor or 0),
        ),
        (
            _part("again", held, _again),
            _part("frozen", held, _went_on),
            _part("not_frozen", held, lambda row: _fresh(row) - _went_on(row) if row.fate is Fate.FROZEN else 0),
            *(_part(fate.value, held, _of_fate(fate, _fresh)) for fate in _ENDS),
        ),
    )


def _frozen(freezes: Sequence[FreezeRow], held: Sequence[StopRow]) -> FunnelStage:
    from_stop = {row.id: _went_on(row) for row in held}
    first = {row.stop: row.id for row in reversed(freezes) if row.stop}  # one stop becomes one freeze

    def stopped_before(row: FreezeRow) -> int:
        return min(row.executed_minor, from_stop.get(row.stop, 0)) if first.get(row.stop) == row.id else 0

    return FunnelStage(
        "frozen",
        sum(row.executed_minor for row in freezes),
        (
            _part("stopped_before", freezes, stopped_before),
            _part("frozen_besides", freezes, lambda row: row.executed_minor - stopped_before(row)),
        ),
        (
            _part("returned", freezes, _returned),
            _part("released", freezes, _released),
            *(_part(fate.value, freezes, _of_fate(fate, _left)) for fate in _ENDS),
        ),
    )


def _part(name: str, rows: Sequence[Row], minor_of: Callable[[Row], int]) -> FunnelPart:
    counted = [(row.id, minor_of(row)) for row in rows]
    assert all(minor >= 0 for _, minor in counted), f"{name}: no part of money is less than nothing"
    return FunnelPart(name, sum(minor for _, minor in counted), tuple(one for one, minor in counted if minor))


def _of_fate(fate: Fate, minor_of: Callable[[Row], int]) -> Callable[[Row], int]:
    """What holds money and has no end of its own stands: an answer that came late overtakes a refusal."""
    if fate is Fate.STANDING:
        return lambda row: 0 if row.fate in {Fate.LIFTED, Fate.LAPSED, Fate.FROZEN} else minor_of(row)
    return lambda row: minor_of(row) if row.fate is fate else 0


def _held(row: StopRow) -> bool:
    return row.executed_minor is not None


def _named(row: StopRow) -> bool:
    return row.asked_minor is not None


def _asked(row: StopRow) -> int:
    return row.asked_minor or 0


def _got(row: StopRow) -> int:
    """What was held of what was asked."""
    return min(_asked(row), row.executed_minor or 0)


def _again(row: StopRow) -> int:
    return min(row.again_minor, row.executed_minor or 0)


def _fresh(row: StopRow) -> int:
    return (row.executed_minor or 0) - _again(row)


def _went_on(row: StopRow) -> int:
    return min(row.went_on_minor, _fresh(row)) if row.fate is Fate.FROZEN else 0


def _returned(row: FreezeRow) -> int:
    return min(row.returned_minor, row.executed_minor)


def _released(row: FreezeRow) -> int:
    return min(row.released_minor, row.executed_minor - _returned(row))


def _left(row: FreezeRow) -> int:
    return row.executed_minor - _returned(row) - _released(row)
