"""串并案: cases that belong together are linked, with the reason and the evidence."""

from __future__ import annotations

from typing import Final

from fanzha.services.desk.case_series import Link, join_series, leave_series, start_series
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.reports import REASON
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.words import N_

EVIDENCE: Final = Field("evidence", N_("依据"), Kind.AREA, hint=N_("警情、事实、线索的编号，空格分开。"), sample="")


def _link(doing: Doing) -> Link:
    return Link(doing.values["reason"], tuple(doing.values["evidence"].split()))


def _start(doing: Doing) -> Done:
    series = start_series(doing.desk, doing.actor, doing.values["title"], doing.id, _link(doing))
    return Done(f"/series/{series.id}", N_("串并已建立"), series)


def _add(doing: Doing) -> Done:
    series = join_series(doing.desk, doing.actor, doing.id, doing.values["case"], _link(doing))
    return Done(f"/series/{series.id}", N_("案件已加入串并"), series)


def _remove(doing: Doing) -> Done:
    series = leave_series(doing.desk, doing.actor, doing.id, doing.values["case"], doing.values["reason"])
    return Done(f"/series/{series.id}", N_("案件已退出串并，历史保留"), series)


SERIES_DEEDS: Final = (
    Deed("cases", "series", N_("发起串并"), OFFICERS, _start, (Field("title", N_("串并名称"), required=True), REASON, EVIDENCE)),
    Deed("series", "add", N_("加入此串并"), OFFICERS, _add, (Field("case", N_("案件"), required=True), REASON, EVIDENCE),
         rehearsed=False),
    Deed("series", "remove", N_("移出串并"), OFFICERS, _remove, (Field("case", N_("案件"), required=True), REASON),
         rehearsed=False),
)  # fmt: skip
