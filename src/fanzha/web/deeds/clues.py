"""What an officer does to a clue: takes it, assesses it, makes a fact of it, acts, or rules it out."""

from __future__ import annotations

from typing import Final

from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.claim_clue import claim_clue
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.words import N_


def _claim(doing: Doing) -> Done:
    clue = claim_clue(doing.desk, doing.actor, doing.id)
    return Done(f"/clues/{clue.id}", N_("已接下：三小时计时归您"), clue)


def _assess(doing: Doing) -> Done:
    clue = assess_clue(doing.desk, doing.actor, doing.id, doing.values["finding"])
    return Done(f"/clues/{clue.id}", N_("研判已记录"), clue)


CLUE_DEEDS: Final = (
    Deed("clues", "claim", N_("接警"), OFFICERS, _claim, hint=N_("接下后由您办理，计时不重置。")),
    Deed(
        "clues", "assess", N_("研判"), OFFICERS, _assess,
        (Field("finding", N_("研判意见"), Kind.AREA, required=True, hint=N_("为什么可疑，钱可能到哪里了。")),),
    ),
)  # fmt: skip
