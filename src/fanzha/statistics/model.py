"""What a bulletin says: figures with their period, their comparison, how sure they are, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class ComparisonKind(StrEnum):
    """Against what a figure is compared, and whether as a change in percent or as a multiple."""

    YOY = "yoy"  # 同比: the same period of the year before, change in percent
    MOM = "mom"  # 环比: the month or period before
    WOW = "wow"  # the week before
    PREV_FULL_YEAR = "prev_full_year"  # the whole year before, although the figure's own period may be shorter
    VERSUS = "versus"  # another period, said in words
    MULTIPLE_YOY = "multiple_yoy"  # 为去年同期的4.3倍
    MULTIPLE_MOM = "multiple_mom"
    MULTIPLE_PREV_FULL_YEAR = "multiple_prev_full_year"
    MULTIPLE_VERSUS = "multiple_versus"
    YOY_DIFFERENCE = "yoy_difference"  # 同比增加320起: in the figure's own unit
    MOM_DIFFERENCE = "mom_difference"
    WOW_DIFFERENCE = "wow_difference"
    PREV_FULL_YEAR_DIFFERENCE = "prev_full_year_difference"
    VERSUS_DIFFERENCE = "versus_difference"
    YOY_POINTS = "yoy_points"  # 同比上升5个百分点: of a share
    MOM_POINTS = "mom_points"
    WOW_POINTS = "wow_points"
    PREV_FULL_YEAR_POINTS = "prev_full_year_points"
    VERSUS_POINTS = "versus_points"


MULTIPLES = frozenset(kind for kind in ComparisonKind if kind.value.startswith("multiple"))


@dataclass(frozen=True, slots=True)
class Period:
    """The first and the last day that a figure counts; empty where it is open, `--06-01` where no year is known."""

    first: str
    last: str

    @property
    def is_closed(self) -> bool:
        """Whether both ends are days with a year."""
        return len(self.first) == len(self.last) == len("2021-05-31")

    @property
    def year(self) -> str:
        """The year of the last day, or of the first where the end is open; empty where none is known."""
        day = self.last or self.first
        return "" if day.startswith("--") else day[:4]

    def agrees_with(self, other: Period) -> bool:
        """Whether one figure can count both: no end of the one contradicts the other."""
        firsts, lasts = {self.first, other.first} - {""}, {self.last, other.last} - {""}
        return len(firsts) < 2 and len(lasts) < 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """A change in percent (60.4 is +60.4 %), a multiple (4.3), or a difference in the figure's unit."""

    kind: ComparisonKind
    value: Decimal
    against: str = ""  # the words of the other period, where `kind` does not say it


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a bulletin and what it counts."""

    measure: str  # an id of the catalogue, or `proposed:` and the words of the text
    text_measure: str
    value: Decimal
    unit: str  # as printed, without 万 and 亿
    spans: tuple[tuple[int, int], ...]  # where it is said, the fullest place first
    quote: str
    approximate: bool = False
    at_least: bool = False
    average_per: str = ""
    part_of: int | None = None
    period: Period | None = None
    place: str = ""
    body: str = ""
    comparisons: tuple[Comparison, ...] = ()

    @property
    def proposed(self) -> bool:
        """Whether the catalogue does not have this measure."""
        return self.measure.startswith("proposed:")


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page of a file that is no plain text: which piece of the text as read is from it, and how it was read."""

    number: int
    start: int
    end: int
    by: str  # text: what the file says itself; ocr: what was recognised in a picture
    confidence: float = 1.0  # of the least certain line, 0 to 1


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A published text: who says it, when, and its figures in the order of the text."""

    file: str
    sha256: str
    title: str
    publisher: str
    published: str
    figures: tuple[Figure, ...] = field(default=())
    form: str = "text"  # text, pdf, docx, picture
    text: str = ""  # as read, of a file that is no plain text: places are places in it
    pages: tuple[ReadPage, ...] = ()
    notes: tuple[str, ...] = ()  # what of the file was not read, and why
