"""The queue of clues as an officer works it off: what is worth doing first, as it was when its first page was asked for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

import msgspec

from fanzha.casework import Clue, elapsed_us, priority
from fanzha.casework.rules import PriorityRules
from fanzha.core.errors import BadInput
from fanzha.ports.record_query import LIMIT_MAX, Position
from fanzha.services.desk.list_pages import Drawn, Walk

RANKED_MAX: Final = (
    LIMIT_MAX - 1
)  # the newest, drawn with one more in one go; money that is still there is asked for early
_MARK: Final = "q."
_Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class _Turn:
    """Where a page begins: the instant at which all were ranked, the oldest that was, and the last one shown."""

    at_us: int
    oldest: tuple[int, str] | None  # None: every one was ranked
    last: _Key

    def cursor(self) -> str:
        """As an opaque text."""
        content = msgspec.json.encode((self.at_us, self.oldest, self.last))
        return _MARK + base64.urlsafe_b64encode(content).decode().rstrip("=")


class ClueQueue:
    """Open clues by money still recoverable × time left; beyond the newest 999, simply the newest first."""

    def __init__(self, newest_first: Walk[Clue], rules: PriorityRules, now_us: int) -> None:
        self._walk, self._rules, self._now_us = newest_first, rules, now_us

    def owns(self, cursor: str) -> bool:
        """Whether the cursor was written here."""
        return cursor.startswith(_MARK) or self._walk.owns(cursor)

    def behind(self, cursor: str | None, draw: int) -> Iterator[Drawn[Clue]]:
        """The clues behind the cursor."""
        if cursor is not None and not cursor.startswith(_MARK):
            yield from self._walk.behind(cursor, draw)
            return
        turn = None if cursor is None else _read(cursor)
        at_us = self._now_us if turn is None else turn.at_us
        clues, oldest = self._ranked(turn)
        ordered = sorted((self._key(clue, at_us), clue) for clue in clues)
        for key, clue in ordered:
            if turn is None or key > turn.last:
                yield Drawn(clue, _Turn(at_us, oldest, key).cursor)
        if oldest is not None:
            for place, clue in self._walk.from_position(Position(*oldest), draw):
                yield Drawn(clue, partial(self._walk.cursor, place))

    def _ranked(self, turn: _Turn | None) -> tuple[list[Clue], tuple[int, str] | None]:
        """The clues to rank and, where there are more than these, the oldest of them."""
        newest = self._walk.from_position(None, LIMIT_MAX)
        if turn is None:
            drawn = list(islice(newest, RANKED_MAX + 1))
            oldest = _pair(drawn[RANKED_MAX - 1][0]) if len(drawn) > RANKED_MAX else None
            return [clue for _, clue in drawn[:RANKED_MAX]], oldest
        clues = []
        for place, clue in newest:
            if turn.oldest is not None and _pair(place) < turn.oldest:
                break
            if clue.received_at_us <= turn.at_us:
                clues.append(clue)
        return clues, turn.oldest

    def _key(self, clue: Clue, at_us: int) -> _Key:
        return -priority(clue, self._rules, at_us), -elapsed_us(clue, at_us), clue.id


def _pair(place: Position) -> tuple[int, str]:
    assert isinstance(place.value, int)
    return place.value, place.id


def _read(cursor: str) -> _Turn:
    text = cursor.removeprefix(_MARK)
    try:
        content = base64.b64decode((text + "=" * (-len(text) % 4)).encode("ascii"), altchars=b"-_", validate=True)
        return _Turn(*msgspec.json.decode(content, type=tuple[int, tuple[int, str] | None, _Key]))
    except (binascii.Error, ValueError):  # msgspec's errors are ValueErrors
        raise BadInput("the cursor is not of this list; ask for the first page, without a cursor") from None
