"""What somebody wants to see of a trace: frozen, so that a view can be cached and cited by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from fanzha.services.render_trace.flow_words import Language

BATCH: Final = 10  # accounts that one more step of expanding shows
CARDS_PER_HOP_MAX: Final = 25
WIDTH_MAX: Final = 8_000


class Shape(StrEnum):
    """How the money is shown; AUTO picks by the number of accounts."""

    AUTO = "auto"
    HOPS = "hops"  # hop columns
    LANES = "lanes"  # time lanes
    TABLE = "table"
    MATRIX = "matrix"  # hop by institution


class Level(StrEnum):
    """What one box and one ribbon stand for."""

    TRANSFER = "transfer"  # 逐笔: a ribbon for every payment
    ACCOUNT = "account"  # 账户: a ribbon for all payments between two accounts
    GROUP = "group"  # 分组: a box for the accounts of one institution in one hop


class Preset(StrEnum):
    """Which accounts are merged into one box; each such box can be opened again."""

    NONE = "none"
    AMOUNT = "amount"  # 按金额: siblings that got the same amount
    TIME = "time"  # 按时间: siblings that were paid within one window
    MERGE = "merge"  # 合并: chains that only pass money on, then siblings of one amount


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: a hop and an institution ('' where it is not known)."""

    hop: int
    institution: str


@dataclass(frozen=True, slots=True)
class FlowRequest:
    """A view of a trace; what is not said is chosen by the number of accounts."""

    method: str = ""  # key of the document; '' is the working method
    shape: Shape = Shape.AUTO
    level: Level = Level.ACCOUNT
    preset: Preset = Preset.NONE
    least_minor: int = 0  # accounts and flows below it are left to the groups
    cards_per_hop: int | None = None
    batches: frozenset[tuple[int, int]] = frozenset()  # (hop, batches of BATCH more accounts), largest first
    folded: frozenset[str] = frozenset()  # accounts whose onward branches are folded away
    opened: frozenset[str] = frozenset()  # merged boxes that are opened again
    pinned: frozenset[str] = frozenset()
    selected: str = ""  # its path from the victim is kept
    cell: Cell | None = None
    cursor_us: int | None = None  # only transfers up to this instant
    language: Language = Language.CHINESE
    width: int = 0  # pixels that the page has for the picture
    acts: bool = False  # the page drafts stops: cards that can be stopped say so
    prefix: str = "flow"  # begins every id, so that two pictures can stand in one page

    def batches_of(self, hop: int) -> int:
        """How many batches of the hop's rest are shown; the most that is said of it."""
        return max((batches for of, batches in self.batches if of == hop), default=0)

    def expanded(self, hop: int) -> FlowRequest:
        """One batch more of a hop's rest."""
        return self._with_batches(hop, self.batches_of(hop) + 1)

    def collapsed(self, hop: int) -> FlowRequest:
        """One batch less: takes back `expanded`."""
        return self._with_batches(hop, max(0, self.batches_of(hop) - 1))

    def _with_batches(self, hop: int, batches: int) -> FlowRequest:
        others = {pair for pair in self.batches if pair[0] != hop}
        return replace(self, batches=frozenset(others | ({(hop, batches)} if batches else set())))
