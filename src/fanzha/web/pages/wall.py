"""2.7 The wall: an operation live beside the day's figures, for a big screen; no number without its time and its list."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fanzha.core.money import DEFAULT_CURRENCY, exponent_of
from fanzha.services.desk.open_record import mask_for
from fanzha.services.desk.operation_wall import Wall, operation_wall
from fanzha.statistics import OwnFigure
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.operation_words import operation_words
from fanzha.web.pages.figures import shown_value
from fanzha.web.pages.funnel import stages_of
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import CHINESE

NUMBERS: Final = 10  # of the operation; the rest stands on its own page


def wall_page(ask: Ask) -> Answer:
    """The wall of the operation that is asked for, or of the last that began; as a fragment the board alone."""
    desk, actor = ask.console.desk, ask.officer
    asked = ask.query.get("operation", "")
    wall = operation_wall(desk, actor, asked)
    catalogue, zh = desk.rules.indicators, ask.language == CHINESE

    def figure(one: OwnFigure) -> dict[str, str]:
        known = catalogue.measures[one.measure]
        return {
            "name": known.zh if zh else known.en,
            "counts": catalogue.counted_zh(one.measure) if zh else one.counts,
            "value": shown_value(one, ask.language),
            "address": f"/figures/{one.measure}/records?{_asked(wall, one)}",
            "place": wall.place_names.get(one.group, one.group),
        }

    shown = () if wall.operation is None else (wall.operation,)
    context = operation_words(ask) | {
        "wall": wall, "asked": asked, "mask": mask_for(desk, actor, (*shown, *wall.choice)), "numbers": wall.lines[:NUMBERS],
        "lost": figure(wall.lost), "way": stages_of(ask, wall.way, wall.period), "bars": _bars(wall),
        "theme": "contrast" if ask.cookies.get("fanzha-theme") == "contrast" else "dark",  # a room sees it, not a desk
        "figures": [figure(one) for one in wall.figures], "places": [figure(one) for one in wall.places],
    }  # fmt: skip
    return Page("parts/wall_board.html" if ask.fragment else "wall.html", context)


def _bars(wall: Wall) -> tuple[int | None, ...]:
    """How long the bar of the loss and of each stage is, in hundredths of the longest; what is not known has none."""
    lost = None if wall.lost.value is None else int(wall.lost.value.scaleb(exponent_of(DEFAULT_CURRENCY)))
    told = (lost, *(stage.minor for stage in wall.way.funnel.stages))
    most = max((one for one in told if one is not None), default=0)
    return tuple(None if one is None or not most else 100 * one // most for one in told)


def _asked(wall: Wall, one: OwnFigure) -> str:
    """The list of a figure as it was counted here: the same day, the same instant, the same part."""
    asked = {"period": wall.period.first, "at": str(wall.as_of_us)}
    return urlencode(asked | ({"by": "jurisdiction", "group": one.group} if one.group else {}))


ROUTES: Final = (Route("GET", "/wall", wall_page, SEERS),)
