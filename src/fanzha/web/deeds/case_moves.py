"""并案 and 分案: two cases become one, or one becomes two; both can be taken back."""

from __future__ import annotations

from typing import Final

from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.services.desk.case_page import case_page
from fanzha.services.desk.merge_cases import merge_cases, split_case, undo_case_move
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.reports import REASON
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.words import N_


def _merge(doing: Doing) -> Done:
    moved = merge_cases(doing.desk, doing.actor, doing.id, doing.values["absorbed"], doing.values["reason"])
    return Done(f"/cases/{doing.id}?tab=related", N_("已并案：警情、线索、待办、措施都到了本案；请重新查流向"), moved)


def _split(doing: Doing) -> Done:
    given = doing.values
    moved = split_case(
        doing.desk, doing.actor, doing.id, given["reports"], given["title"], given["reason"], tasks=given["tasks"]
    )
    return Done(f"/cases/{moved.target}?tab=related", N_("已分案：两案都请重新查流向"), moved)


def _split_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    page, mask = case_page(console.desk, actor, record_id), open_revealed(console.desk, actor, Case, record_id).mask
    reports = tuple((one.id, f"{one.acknowledgement} · {mask.name(one.reporter.name)}") for one in page.reports.rows)
    tasks = tuple((one.id, mask.text(one.title)) for one in page.tasks.rows)
    first = (reports[0][0],) if reports else ()
    return (
        Field("reports", N_("分出去的警情"), Kind.MANY, required=True, choices=reports, sample=first),
        Field("title", N_("新案案由"), required=True), REASON,
        Field("tasks", N_("随之分出的待办"), Kind.MANY, choices=tasks),
    )  # fmt: skip


def _undo(doing: Doing) -> Done:
    undone = undo_case_move(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/cases/{undone.source}?tab=related", N_("已撤销：各归原案；请重新查流向"), undone)


MOVE_DEEDS: Final = (
    Deed(
        "cases", "merge", N_("并案"), OFFICERS, _merge, (Field("absorbed", N_("并入的案件"), required=True), REASON),
        hint=N_("另一案的警情、线索、待办、措施和已完成的返还都归本案；可以撤销。"), grave=True, rehearsed=False,
    ),
    Deed("cases", "split", N_("分案"), OFFICERS, _split, around=_split_fields, grave=True,
         hint=N_("选中的警情另成一案，只依据它们的线索与措施随之分出；可以撤销。")),
    Deed("moves", "undo", N_("撤销并案或分案"), OFFICERS, _undo, (REASON,), grave=True),
)  # fmt: skip
