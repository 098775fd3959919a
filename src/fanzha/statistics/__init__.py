"""Figures that can be believed: what is counted, over which period, against what, and what contradicts what."""

from fanzha.statistics.catalogue import PROPOSED, Catalogue, Measure, read_catalogue
from fanzha.statistics.comparing import Recomputed, recompute
from fanzha.statistics.model import MULTIPLES, Bulletin, Comparison, ComparisonKind, Figure, Period
from fanzha.statistics.series import Contradiction, Fault, Point, Series, find_contradictions, make_series

__all__ = [
    "MULTIPLES",
    "PROPOSED",
    "Bulletin",
    "Catalogue",
    "Comparison",
    "ComparisonKind",
    "Contradiction",
    "Fault",
    "Figure",
    "Measure",
    "Period",
    "Point",
    "Recomputed",
    "Series",
    "find_contradictions",
    "make_series",
    "read_catalogue",
    "recompute",
]
