"""What a bulletin says is what its reader finds: a thousand made ones, and one with everything that can be compared."""

from __future__ import annotations

from made_bulletins import CATALOGUE, a_bulletin

from fanzha.intake.bulletins import read_bulletin
from fanzha.statistics.bulletin_checks import find_faults
from fanzha.statistics.bulletin_text import bulletin_text, told_figures

MADE = 1000


def test_a_thousand_bulletins_are_read_as_they_were_written():
    figures = 0
    for seed in range(MADE):
        made = a_bulletin(seed)
        text = bulletin_text(made, CATALOGUE)
        read = read_bulletin(text.encode(), "bulletin.txt")
        assert find_faults(made, CATALOGUE, read.figures) == (), text
        figures += len(told_figures(made, CATALOGUE))
    assert figures > 5 * MADE
