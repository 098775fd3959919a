"""The boards of measures: what waits for a name, what is out, what holds and for how long, what does not fit."""

from __future__ import annotations

from functools import partial
from typing import Final

from fanzha.measures.appeals import ANSWERS, AppealStatus
from fanzha.measures.model import effective_status
from fanzha.services.desk.duty_desk import COUNTED
from fanzha.services.desk.lists import ListWanted
from fanzha.services.desk.measure_boards import SIGNERS, Board, measure_boards
from fanzha.services.desk.open_record import mask_for
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import N_, InBoth

ROWS: Final = 50
TABS: Final[tuple[tuple[Board, str], ...]] = (
    (Board.SIGN, N_("待我审批")), (Board.PROPOSED, N_("待审批")), (Board.DRAFTS, InBoth("草稿", "Drafts")),
    (Board.OUT, N_("待回执")),
    (Board.HOLDING, N_("生效中")), (Board.ENDING, N_("将到期")), (Board.INCIDENTS, N_("异常")),
    (Board.APPEALS, N_("申诉")), (Board.DONE, N_("已办成")), (Board.OVER, N_("已结束")),
)  # fmt: skip


INSTEAD: Final = (Board.SIGN, Board.OUT, Board.PROPOSED, Board.DRAFTS, Board.ENDING, Board.HOLDING)


def boards(ask: Ask) -> Answer:
    """One board; asked for as a fragment it is the list alone."""
    desk, actor = ask.console.desk, ask.officer
    named = ask.query.get("board", "")
    asked = next((one for one in Board if one.value == named), None)
    board = asked or _first(ask)
    done = ask.query.get("done") == "1"
    answered = tuple(status.value for status in (*ANSWERS, AppealStatus.WITHDRAWN)) if done else ()
    wanted = ListWanted(
        status=answered if board is Board.APPEALS else (), case=ask.query.get("case", "").strip(),
        institution=ask.query.get("institution", "").strip(), limit=ROWS, cursor=ask.query.get("cursor") or None,
    )  # fmt: skip
    found = measure_boards(desk, actor, board, wanted)
    if asked is None and not found.measures and not wanted.case and not wanted.institution:
        board = next(
            (one for one in INSTEAD if found.counts.get(one)), board
        )  # rather what there is than an empty board
        found = measure_boards(desk, actor, board, wanted) if board is not found.board else found
    mask = mask_for(desk, actor, [*found.measures, *found.incidents, *found.appeals])
    signs = bool(actor.roles & SIGNERS)
    tabs = [(one, word) for one, word in TABS if signs or one is not Board.SIGN]
    context = {
        "tabs": tabs, "found": found, "board": board.value, "mask": mask, "wanted": wanted, "counted": COUNTED,
        "done": done, "measures": found.measures,
        "status_of": partial(effective_status, now_us=desk.clock.now_us()),
    }  # fmt: skip
    return Page("parts/board_list.html" if ask.fragment else "measures.html", context)


def _first(ask: Ask) -> Board:
    """What somebody works off: an approver what waits for his name, others what ends soonest."""
    return Board.SIGN if ask.officer.roles & SIGNERS else Board.OUT


def queries_home(_ask: Ask) -> Answer:
    """Queries are measures; those that wait for an answer are on a page of their own."""
    return GoTo("/queries/open")


ROUTES: Final = (Route("GET", "/measures", boards, SEERS), Route("GET", "/queries", queries_home, SEERS))
