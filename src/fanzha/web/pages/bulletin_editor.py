"""The blocks of a draft on a screen: written, put in, moved and taken out one at a time, with who is at work on which."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from fanzha.core.errors import BadInput, FanzhaError, NotFound
from fanzha.services.desk.bulletin_content import read_against
from fanzha.services.desk.edit_block import BlockChange, BlockDeed, edit_block
from fanzha.services.desk.insert_figure import insert_figure
from fanzha.services.desk.open_bulletin import open_bulletin
from fanzha.services.desk.papers.bulletin_paper import bulletin_paper
from fanzha.statistics import day_of, read_period
from fanzha.statistics.block_editing import keyed_blocks, live_holds
from fanzha.statistics.bulletin_text import Language
from fanzha.statistics.drafting import Block, BlockKind, DraftStatus, OwnBulletin, Variable
from fanzha.statistics.wording import number_en, number_zh
from fanzha.web.answers import Answer, Download, GoTo, Page
from fanzha.web.asking import Ask, Form
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import OFFICERS, Route
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

INSERT_FIGURE: Final = "insert_figure"
NEW: Final = "new"  # in place of a key: the form for a block that is not there yet
BASES: Final = (("", N_("不比较")), ("yoy", N_("同比")), ("mom", N_("环比")))
_NAMED: Final = re.compile(r"(\{[^{}]*\})")
_TOLD: Final = {
    BlockDeed.HOLD: "", BlockDeed.LET_GO: N_("已放开：他人可以改这一段"), BlockDeed.CHANGE: N_("已保存这一段"),
    BlockDeed.KEEP: "",
    BlockDeed.INSERT: N_("已插入一段"), BlockDeed.MOVE_UP: N_("已上移"), BlockDeed.MOVE_DOWN: N_("已下移"),
    BlockDeed.REMOVE: N_("已删除这一段"), BlockDeed.REMOVE_FIGURE: N_("已移除这个数字"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form of a block: what it says, or what somebody wrote and could not save."""

    kind: str
    zh: str
    en: str
    figures: tuple[str, ...]


def editor(ask: Ask) -> Answer:
    """The blocks in their order, one of them open where the address names it."""
    bulletin = open_bulletin(ask.console.desk, ask.officer, ask.path["record_id"]).bulletin
    open_key = ask.query.get("block", "")
    found = dict(keyed_blocks(bulletin)).get(open_key)
    written = _written(found) if found is not None else Written(BlockKind.TEXT.value, "", "", ())
    return _page(ask, bulletin, open_key=open_key, written=written, after=ask.query.get("after", ""))


def change(ask: Ask) -> Answer:
    """Carries out what a button says; what a rule says against it stands above, and what was written stays."""
    record_id, form = ask.path["record_id"], ask.form
    try:
        if form.text("act") == INSERT_FIGURE:
            return _insert_figure(ask, record_id)
        deed = _deed(form)
        block = _block(form) if deed in (BlockDeed.CHANGE, BlockDeed.KEEP, BlockDeed.INSERT) else None
        made = edit_block(ask.console.desk, ask.officer, record_id, BlockChange(deed, form.text("key"), block))
    except NotFound:
        raise
    except FanzhaError as error:
        return _refused(ask, record_id, trouble_of(error))
    if deed is BlockDeed.KEEP and block is not None:
        return Download(json.dumps({"key": _key_of(made, ask.officer.id, block)}).encode(), "application/json")
    place = f"?block={form.text('key')}#open" if deed is BlockDeed.HOLD else "#blocks"
    return GoTo(f"/bulletins/{made.id}/edit{place}", _TOLD[deed])


def _key_of(bulletin: OwnBulletin, officer: str, block: Block) -> str:
    """By which key the block goes on that somebody has in hand and just wrote."""
    mine = {one.block for one in bulletin.holds if one.by == officer}
    return next(key for key, one in keyed_blocks(bulletin) if key in mine and one == block)


def preview(ask: Ask) -> Answer:
    """The first page as it will be set, as a picture."""
    one = open_bulletin(ask.console.desk, ask.officer, ask.path["record_id"]).bulletin
    language = Language.EN if ask.language == "en" and one.title_en else Language.ZH
    paper = bulletin_paper(one, ask.console.desk.rules.indicators, language)
    return Download(ask.console.press().picture(paper), "image/png")


def _deed(form: Form) -> BlockDeed:
    try:
        return BlockDeed(form.text("act"))
    except ValueError:
        raise BadInput(f"act {form.text('act')!r}: take one of {', '.join(BlockDeed)}, {INSERT_FIGURE}") from None


def _block(form: Form) -> Block:
    kind = form.text("kind")
    if kind not in {one.value for one in BlockKind}:
        raise BadInput(f"kind {kind!r}: take one of {', '.join(BlockKind)}")
    written = _kept(form)
    return Block(BlockKind(kind), written.zh, written.en, written.figures)


def _kept(form: Form) -> Written:
    zh, en = (form.text(name).replace("\r\n", "\n") for name in ("zh", "en"))
    return Written(form.text("kind"), zh, en, form.all("figures"))


def _written(block: Block) -> Written:
    return Written(block.kind.value, block.zh, block.en, block.figures)


def _insert_figure(ask: Ask, record_id: str) -> Answer:
    form, desk = ask.form, ask.console.desk
    measure = form.text("measure")
    period = read_period(form.text("period"), day_of(desk.clock.now_us()))
    against = (read_against(form.text("against")),) if form.text("against") else ()
    variable = Variable(form.text("name") or measure, measure, period, against)
    made = insert_figure(desk, ask.officer, record_id, variable)
    return GoTo(f"/bulletins/{made.id}/edit#figures", N_("已插入：正文中写 {名称} 即引用"))


def _refused(ask: Ask, record_id: str, trouble: Trouble) -> Answer:
    """The page as it is now, with what was written in the form of the block; in that of a new one where the block changed."""
    bulletin = open_bulletin(ask.console.desk, ask.officer, record_id).bulletin
    key, after = ask.form.text("key"), ""
    inserting = ask.form.text("act") == BlockDeed.INSERT
    if inserting:
        key, after = NEW, ask.form.text("key")
    elif ask.form.text("zh") and key not in dict(keyed_blocks(bulletin)):
        key = NEW
    opened = key if ask.form.text("zh") else ""
    return _page(ask, bulletin, open_key=opened, written=_kept(ask.form), after=after, trouble=trouble)


def _page(
    ask: Ask, bulletin: OwnBulletin, *, open_key: str, written: Written, after: str, trouble: Trouble | None = None
) -> Page:
    desk, english = ask.console.desk, ask.language == "en"
    catalogue, number = desk.rules.indicators, number_en if english else number_zh
    holds = live_holds(bulletin, desk.clock.now_us())
    names = {one: catalogue.measures[one].en if english else catalogue.measures[one].zh for one in catalogue.own}
    context: dict[str, Any] = {
        "bulletin": bulletin, "blocks": keyed_blocks(bulletin), "holds": holds, "me": ask.officer.id, "open_key": open_key,
        "written": written, "after": after, "trouble": trouble, "kinds": choices_of(BlockKind), "new": NEW,
        "measures": sorted(names.items(), key=lambda one: one[1]), "bases": BASES,
        "figures": [(one, number(one.value, one.unit), names.get(one.variable.measure, "")) for one in bulletin.figures],
        "is_draft": bulletin.status is DraftStatus.DRAFT, "pieces": _pieces,
    }  # fmt: skip
    return Page("bulletin_editor.html", context, 200 if trouble is None else trouble.status)


def _pieces(text: str) -> list[tuple[str, bool]]:
    """What a block says, and whether each piece of it is the name of a figure in its braces."""
    return [(piece, piece.startswith("{")) for piece in _NAMED.split(text) if piece]


ROUTES: Final = (
    Route("GET", "/bulletins/{record_id:str}/edit", editor, OFFICERS),
    Route("POST", "/bulletins/{record_id:str}/edit", change, OFFICERS),
    Route("GET", "/bulletins/{record_id:str}/preview", preview, OFFICERS),
)
