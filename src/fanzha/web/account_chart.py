"""The picture of an account: money in upwards, out downwards, and the balance as a line, over one axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.services.account_rows import Stretch

WIDTH: Final = 960
LINE_HEIGHT: Final = 90  # of the part with the balance
BARS_HEIGHT: Final = 120  # of the part with the bars, half above its axis
GAP: Final = 18
HEIGHT: Final = LINE_HEIGHT + GAP + BARS_HEIGHT
PARTS: Final = 4  # of the axis of time, between its ticks
TEXT_DROP: Final = 4  # a figure of the scale stands so much below its level, to be level with it by eye


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time: where it stands, how high it is each way, and the stretch itself."""

    x: float
    width: float
    up: float
    down: float
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class AccountChart:
    """Geometry, in the units of the view box."""

    bars: tuple[Bar, ...]
    line: str  # path of the balance; empty where no balance is stated
    axis: float  # height at which the bars stand
    zero: float | None  # height of a balance of nothing
    most_minor: int  # the highest bar
    top_minor: int | None  # the highest balance
    low_minor: int | None
    levels: tuple[tuple[float, int], ...]  # of the scale: how far down in hundredths, and the amount there
    ticks: tuple[float, ...]  # of the axis of time
    times: tuple[int, ...]  # at the ticks and both ends


def account_chart(stretches: Sequence[Stretch]) -> AccountChart:
    """The picture of these stretches."""
    width = WIDTH / max(len(stretches), 1)
    most = max((max(one.sums.minor_in, one.sums.minor_out) for one in stretches), default=0)
    half = BARS_HEIGHT / 2
    bars = tuple(
        Bar(
            round(place * width, 2), round(max(width - 1, 1), 2), _height(one.sums.minor_in, most, half),
            _height(one.sums.minor_out, most, half), one,
        )
        for place, one in enumerate(stretches)
    )  # fmt: skip
    stated = [one.balance_minor for one in stretches if one.balance_minor is not None]
    top, low = max((*stated, 0), default=0), min((*stated, 0), default=0)
    line = _line(stretches, width, low, top) if stated else ""
    zero = _level(0, low, top) if stated else None
    return AccountChart(
        bars, line, LINE_HEIGHT + GAP + half, zero, most, max(stated, default=None), min(stated, default=None),
        _levels(low, top, most, stated=bool(stated)), tuple(WIDTH * part / PARTS for part in range(1, PARTS)),
        _times(stretches),
    )  # fmt: skip


def _levels(low: int, top: int, most: int, *, stated: bool) -> tuple[tuple[float, int], ...]:
    """The amounts that stand beside the picture: of the balance its highest and nothing, of the bars the highest each way."""
    axis, half = LINE_HEIGHT + GAP + BARS_HEIGHT / 2, BARS_HEIGHT / 2
    found = [(_level(minor, low, top), minor) for minor in dict.fromkeys((top, 0))] if stated else []
    found += [(axis - half + TEXT_DROP, most), (axis, 0), (axis + half - TEXT_DROP, most)] if most else []
    return tuple((round(100 * (level + TEXT_DROP) / HEIGHT, 1), minor) for level, minor in found)


def _times(stretches: Sequence[Stretch]) -> tuple[int, ...]:
    """The instants at the ticks, from the first to the last."""
    if not stretches:
        return ()
    start, end = stretches[0].from_us, stretches[-1].until_us
    return tuple(start + (end - start) * part // PARTS for part in range(PARTS + 1))


def _height(minor: int, most: int, half: float) -> float:
    """Of a bar; what is there at all is seen."""
    return 0.0 if not minor else max(1.5, round(minor * half / most, 2))


def _level(minor: int, low: int, top: int) -> float:
    return round(4 + (LINE_HEIGHT - 8) * (1 - (minor - low) / max(top - low, 1)), 2)


def _line(stretches: Sequence[Stretch], width: float, low: int, top: int) -> str:
    """Steps: a balance holds until the next is stated."""
    parts: list[str] = []
    for place, one in enumerate(stretches):
        if one.balance_minor is None:
            continue
        level, x = _level(one.balance_minor, low, top), round((place + 1) * width, 2)
        parts.append(f"V{level}H{x}" if parts else f"M{round(place * width, 2)} {level}H{x}")
    return "".join(parts)
