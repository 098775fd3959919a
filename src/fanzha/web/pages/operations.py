"""Special operations: the list with the campaigns, one operation live, the entries behind each number, one entry whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from fanzha.casework import Task, TaskStatus, is_overdue
from fanzha.casework.operations import Operation, OperationResult, OperationStatus, ResultKind
from fanzha.core.errors import BadInput
from fanzha.services.desk.lists import ListWanted, list_campaigns, list_operations
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.services.desk.operation_page import OperationPage, operation_page
from fanzha.services.desk.operation_tally import campaign_tally
from fanzha.services.desk.operation_wall import team_progress
from fanzha.services.desk.papers.operation_book import seizure_template
from fanzha.web.answers import XLSX, Answer, Download, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.deed import Able, able
from fanzha.web.deeds.operations import OPERATION_DEEDS
from fanzha.web.operation_words import operation_words
from fanzha.web.pages.revealing import reveal_routes
from fanzha.web.record_lists import record_list
from fanzha.web.routes import SEERS, Route
from fanzha.web.terms import choices_of, term
from fanzha.web.words import N_, sayer

ROWS: Final = 50
TABS: Final = ("operations", "campaigns")
TASK_STATES: Final[Mapping[str, Callable[[Task, int], bool]]] = {
    "open": lambda task, _: task.status is TaskStatus.OPEN,
    "overdue": is_overdue,
    "done": lambda task, _: task.status is TaskStatus.DONE,
}
TEAM_LISTS: Final = {"entries": N_("条目"), "open": N_("未办"), "done": N_("已办")}
TASK_WORDS: Final = {"open": N_("未办"), "overdue": N_("已超时"), "done": N_("已办")}
ENTERING: Final = ("take-down", "suspect", "seize", "force", "import", "remark")


def operations_list(ask: Ask) -> Answer:
    """Operations, or campaigns, that one's body leads or takes part in; newest first."""
    desk, actor, tab = ask.console.desk, ask.officer, ask.query.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    status = ask.query.get("status", "")
    wanted = ListWanted(
        status=(status,) if status and tab == TABS[0] else (), limit=ROWS, cursor=ask.query.get("cursor") or None
    )
    found: Any = list_operations(desk, actor, wanted) if tab == TABS[0] else list_campaigns(desk, actor, wanted)
    context = {
        "tab": tab, "page": found, "mask": mask_for(desk, actor, found.rows), "status": status,
        "statuses": choices_of(OperationStatus),
    }  # fmt: skip
    return Page("operations.html", context)


def one_operation(ask: Ask) -> Answer:
    """An operation as it stands: its numbers, dens, suspects by procedure, things, tasks, timeline."""
    console, actor, record_id = ask.console, ask.officer, ask.path["record_id"]
    mask = open_revealed(console.desk, actor, Operation, record_id).mask
    page = operation_page(console.desk, actor, record_id)
    deeds = _able(ask, "operations", record_id)
    context = operation_words(ask) | {
        "page": page, "operation": page.operation, "mask": mask, "kinds": ResultKind,
        "results": {one.id: one for one in page.results}, "statuses": {one.value: one for one in OperationStatus},
        "entering": [one for one in deeds if one.deed.name in ENTERING],
        "deeds": [one for one in deeds if one.deed.name not in ENTERING],
    }  # fmt: skip
    return Page("operation.html", context)


def entries(ask: Ask) -> Answer:
    """The entries behind one number, as of now or of the instant of the number; or all of them."""
    desk, actor, record_id = ask.console.desk, ask.officer, ask.path["record_id"]
    page: OperationPage = operation_page(desk, actor, record_id, as_of_us=ask.as_of_us)
    measure = ask.query.get("measure", "")
    line = next((one for one in page.lines if one.measure == measure), None)
    rows = page.results if line is None else page.behind(measure)
    context = operation_words(ask) | {
        "page": page, "operation": page.operation, "line": line, "rows": rows, "mask": mask_for(desk, actor, rows),
        "others": () if line is None else [one for one in line.counted if one.id not in {row.id for row in rows}],
    }  # fmt: skip
    return Page("operation_entries.html", context)


def counted_here(ask: Ask) -> Answer:
    """The suspects in one status, or the tasks in one state, that a number of the page or of the wall counts."""
    page = operation_page(ask.console.desk, ask.officer, ask.path["record_id"], as_of_us=ask.as_of_us)
    say, of, state = sayer(ask.language), ask.query.get("of", ""), ask.query.get("state", "")
    progress = team_progress(page.operation, page.results, page.tasks)
    suspects = {status.value: (status, ids) for status, ids in page.suspects.items()}
    if of == "suspects" and state in suspects:
        status, ids = suspects[state]
        name = f"{say(N_('嫌疑人'))} {term(say, status)}"
    elif of == "tasks" and state in TASK_STATES:
        ids = tuple(one.id for one in page.tasks if TASK_STATES[state](one, page.as_of_us))
        name = f"{say(N_('待办事项'))} {say(TASK_WORDS[state])}"
    elif of in TEAM_LISTS and state in (teams := {one.team.id: one for one in progress}):
        ids = getattr(teams[state], of)
        name = f"{page.operation.id} {state} {say(TEAM_LISTS[of])}"
    else:
        raise BadInput("there is no such number: go back to the operation and open one of them")
    back = f"/operations/{page.operation.id}"
    return record_list(ask, name, str(len(ids)), ids, as_of_us=page.as_of_us, back=back)


def campaign_entries(ask: Ask) -> Answer:
    """The entries behind one number of a campaign, of all its days or of one, as of the number's time."""
    told = campaign_tally(ask.console.desk, ask.officer, ask.path["record_id"], as_of_us=ask.as_of_us)
    day, words = ask.query.get("day", ""), operation_words(ask)
    lines = told.days.get(day, ()) if day else told.lines
    line = next((one for one in lines if one.measure == ask.query.get("measure", "")), None)
    if line is None:
        raise BadInput("there is no such number: go back to the campaign and open one of them")
    name, value = words["name_of"](line.measure), words["value_of"](line)
    back = f"/campaigns/{told.campaign.id}"
    return record_list(ask, name, value, line.ids, as_of_us=line.as_of_us, back=back, group=day)


def one_result(ask: Ask) -> Answer:
    """One entry: what it says, what corrects it, the procedure against a suspect, the custody of a thing."""
    console, actor, record_id = ask.console, ask.officer, ask.path["record_id"]
    mask = open_revealed(console.desk, actor, OperationResult, record_id).mask
    operation = open_record(console.desk, actor, OperationResult, record_id).record.operation
    page = operation_page(console.desk, actor, operation)
    result = next(one for one in page.results if one.id == record_id)
    wanted = {ResultKind.SUSPECT: {"advance", "correct"}, ResultKind.SEIZURE: {"custody", "correct"}}
    names = set[str]() if result.corrects else wanted.get(result.kind, {"correct"})
    context = operation_words(ask) | {
        "result": result, "operation": page.operation, "mask": mask,
        "corrections": [one for one in page.results if one.corrects == record_id],
        "deeds": [one for one in _able(ask, "results", record_id) if one.deed.name in names],
    }  # fmt: skip
    return Page("result.html", context)


def one_campaign(ask: Ask) -> Answer:
    """A campaign: its numbers, its days, those without a result too, and its operations."""
    desk, actor, record_id = ask.console.desk, ask.officer, ask.path["record_id"]
    told = campaign_tally(desk, actor, record_id)
    mask = mask_for(desk, actor, (told.campaign, *told.operations))
    context = operation_words(ask) | {
        "tallied": told, "campaign": told.campaign, "mask": mask, "deeds": _able(ask, "campaigns", record_id),
    }  # fmt: skip
    return Page("campaign.html", context)


def to_campaigns(_ask: Ask) -> Answer:
    """The campaigns stand beside the operations."""
    return GoTo("/operations?tab=campaigns")


def template(ask: Ask) -> Answer:
    """The empty sheet in which seized things are listed."""
    return Download(seizure_template(ask.console.desk.rules.operations), XLSX, "seizures.xlsx")


def _able(ask: Ask, kind: str, record_id: str) -> Sequence[Able]:
    deeds = [deed for deed in OPERATION_DEEDS if deed.kind == kind and deed.is_of_record]
    return able(deeds, ask.console, ask.officer, record_id)


ROUTES: Final = (
    Route("GET", "/operations", operations_list, SEERS),
    Route("GET", "/operations/template.xlsx", template, SEERS),
    Route("GET", "/operations/{record_id:str}", one_operation, SEERS),
    Route("GET", "/operations/{record_id:str}/entries", entries, SEERS),
    Route("GET", "/operations/{record_id:str}/list", counted_here, SEERS),
    Route("GET", "/campaigns", to_campaigns, SEERS),
    Route("GET", "/campaigns/{record_id:str}", one_campaign, SEERS),
    Route("GET", "/campaigns/{record_id:str}/entries", campaign_entries, SEERS),
    Route("GET", "/results/{record_id:str}", one_result, SEERS),
    *reveal_routes("results", OperationResult),
)
