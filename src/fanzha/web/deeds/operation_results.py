"""What an operation achieved, by forms that fit a telephone: each carries its own key, and sent twice it is one entry."""

from __future__ import annotations

from typing import Any, Final

from fanzha import bootstrap
from fanzha.casework.operations import (
    Correction,
    CustodyMove,
    CustodyStep,
    Force,
    Goods,
    Operation,
    ResultDraft,
    ResultKind,
    Suspect,
    SuspectMove,
    SuspectStep,
    TakeDown,
)
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput
from fanzha.services.desk.advance_suspect import advance_suspect
from fanzha.services.desk.correct_result import correct_result
from fanzha.services.desk.enter_result import enter_result
from fanzha.services.desk.export_operation import export_operation
from fanzha.services.desk.import_seizures import (
    SeizuresImported,
    SheetFile,
    import_seizures,
    read_identifiers,
    read_quantity,
)
from fanzha.services.desk.move_evidence import move_evidence
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.papers.operation_book import operation_book
from fanzha.web.answers import XLSX, Download, Page
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.forms import Choices, Field, Kind, table_choices
from fanzha.web.routes import OFFICERS, SEERS
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

ENTERED: Final = N_("已录入")
AGAIN: Final = N_("这一条此前已录入，未重复计算")
KNOWN: Final = N_("已录入；其中号码与已有记录碰对，已生成线索")
_AT: Final = Field("at", N_("时间"), Kind.INSTANT, hint=N_("空着即现在。"))
_NOTE: Final = Field("note", N_("说明"), Kind.AREA)


def _around(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    """When, which team, and a word on it: what every entry has."""
    operation: Any = open_record(console.desk, actor, Operation, record_id).record
    teams: Choices = (("", N_("不限")), *((team.id, team.title) for team in operation.teams))
    team = Field("team", N_("小组"), Kind.CHOICE, choices=teams, sample="")
    return (_AT, team, _NOTE) if operation.teams else (_AT, _NOTE)


def _draft(doing: Doing, kind: ResultKind, **content: Any) -> ResultDraft:
    given = doing.values
    at_us = doing.desk.clock.now_us() if given["at"] is None else given["at"]
    return ResultDraft(
        kind, at_us, request=doing.request, timed=given["at"] is not None, team=given.get("team", ""), note=given["note"],
        **content,
    )  # fmt: skip


def _enter(doing: Doing, draft: ResultDraft) -> Done:
    entered = enter_result(doing.desk, doing.actor, doing.id, draft)
    told = AGAIN if entered.again else KNOWN if entered.result.clues else ENTERED
    return Done(f"/results/{entered.result.id}", told, entered.result)


def _take_down(doing: Doing) -> Done:
    given = doing.values
    what = TakeDown(given["target"], given["place"], given["jurisdiction"])
    return _enter(doing, _draft(doing, ResultKind.TAKE_DOWN, take_down=what))


def _take_down_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    targets = table_choices(console.desk.rules.operations.targets.values())
    return (
        Field("target", N_("窝点或团伙种类"), Kind.CHOICE, required=True, choices=targets),
        Field("place", N_("地点")),
        Field("jurisdiction", N_("地点所属地区代码"), hint=N_("如 530102；空着即录入单位的管辖。"), sample="530102"),
        *_around(console, actor, record_id),
    )


def _suspect(doing: Doing) -> Done:
    given = doing.values
    person = Suspect(
        given["name"], given["id_number"], given["charges"], given["capacity"], given["arrival"], given["case"]
    )
    return _enter(doing, _draft(doing, ResultKind.SUSPECT, suspect=person))


def _suspect_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    rules = console.desk.rules.operations
    charges = table_choices(rules.charges.values())
    return (
        Field("name", N_("姓名"), required=True, hint=N_("暂不知道的写“不明”。")),
        Field("id_number", N_("证件号码"), Kind.NUMBER, sample=""),
        Field("charges", N_("涉嫌罪名"), Kind.MANY, required=True, choices=charges, sample=(charges[0][0],)),
        Field(
            "capacity",
            N_("涉案身份"),
            Kind.CHOICE,
            choices=(("", N_("未定")), *table_choices(rules.capacities.values())),
            sample="",
        ),
        Field(
            "arrival",
            N_("到案方式"),
            Kind.CHOICE,
            required=True,
            choices=table_choices(rules.arrivals.values()),
            start="caught",
        ),
        Field("case", N_("案件编号"), sample=""),
        *_around(console, actor, record_id),
    )


def _seize(doing: Doing) -> Done:
    given, rules = doing.values, doing.desk.rules.operations
    item = given["item"]
    if item not in rules.items:
        raise BadInput("item: it is not in the catalogue")
    goods = Goods(item, tuple(read_identifiers(given["numbers"], item, rules)), given["marks"], given["place"])
    quantity = read_quantity(given["quantity"], item, rules)
    draft = _draft(doing, ResultKind.SEIZURE, quantity=quantity, document=given["document"], goods=goods)
    return _enter(doing, draft)


def _seize_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    items = table_choices(console.desk.rules.operations.items.values())
    numbers = N_("用空格或换行分开；如 imei:86…。每个号码立即与已有记录碰对。")
    return (
        Field("item", N_("物品"), Kind.CHOICE, required=True, choices=items),
        Field("quantity", N_("数量"), required=True, start="1", hint=N_("现金按元填写。"), sample="1"),
        Field("numbers", N_("识别号码"), Kind.AREA, hint=numbers, sample=""),
        Field("marks", N_("特征")),
        Field("place", N_("地点")),
        Field("document", N_("清单文号"), sample=""),
        *_around(console, actor, record_id),
    )


def _force(doing: Doing) -> Done:
    given = doing.values
    draft = _draft(doing, ResultKind.DEPLOYMENT, quantity=given["number"] or 0, force=Force(given["whose"]))
    return _enter(doing, draft)


def _force_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    return (
        Field("whose", N_("力量"), Kind.CHOICE, required=True, choices=choices_of(Force)),
        Field("number", N_("人数"), Kind.COUNT, required=True, sample=1),
        *_around(console, actor, record_id),
    )


def _correct(doing: Doing) -> Done:
    given = doing.values
    change = given["change"].replace("−", "-").replace("－", "-")
    if not change.lstrip("+-").isdecimal():
        raise BadInput("change: how many more or less, such as -2")
    wanted = Correction(int(change), given["reason"], doing.request)
    made = correct_result(doing.desk, doing.actor, doing.id, wanted)
    return Done(f"/results/{doing.id}", N_("更正已录入，原条目保留"), made)


def _advance(doing: Doing) -> Done:
    given = doing.values
    at_us = doing.desk.clock.now_us() if given["at"] is None else given["at"]
    made = advance_suspect(
        doing.desk, doing.actor, doing.id, SuspectMove(SuspectStep(given["step"]), given["number"], at_us)
    )
    return Done(f"/results/{made.id}", N_("诉讼进展已登记"), made)


def _custody(doing: Doing) -> Done:
    given = doing.values
    at_us = doing.desk.clock.now_us() if given["at"] is None else given["at"]
    move = CustodyMove(CustodyStep(given["step"]), given["receiver"], at_us, given["place"], given["document"])
    made = move_evidence(doing.desk, doing.actor, doing.id, move)
    return Done(f"/results/{made.id}", N_("保管移交已登记"), made)


def _import(doing: Doing) -> Done:
    (file, *_) = doing.values["file"]
    sheet = SheetFile(file.name, file.content, doing.values["at"])
    reader, evidence = bootstrap.table_reader(), doing.console.books.evidence
    done: SeizuresImported = import_seizures(doing.desk, evidence, reader, doing.actor, doing.id, sheet)
    page = Page("operation_imported.html", {"done": done, "record_id": doing.id})
    return Done(f"/operations/{doing.id}", ENTERED, answer=page)


def _export(doing: Doing) -> Done:
    given = doing.values
    exported = export_operation(
        doing.desk, doing.actor, doing.id, given["reason"], reveal=given["reveal"], case=given["case"]
    )
    content = operation_book(exported, doing.desk.rules.operations, bootstrap.indicator_catalogue())
    answer = Download(content, XLSX, f"{exported.note.export.id}.xlsx")
    return Done(f"/operations/{doing.id}", N_("已导出"), answer=answer)


RESULT_DEEDS: Final = (
    Deed("operations", "take-down", N_("录入窝点团伙"), OFFICERS, _take_down, around=_take_down_fields, press=N_("录入")),
    Deed(
        "operations", "suspect", N_("录入嫌疑人"), OFFICERS, _suspect, around=_suspect_fields, press=N_("录入"),
        hint=N_("只填写本行动办案程序所需的信息；默认遮蔽。"),
    ),
    Deed("operations", "seize", N_("录入缴获物品"), OFFICERS, _seize, around=_seize_fields, press=N_("录入")),
    Deed("operations", "force", N_("录入出动力量"), OFFICERS, _force, around=_force_fields, press=N_("录入")),
    Deed(
        "operations", "import", N_("导入缴获清单"), OFFICERS, _import,
        (
            Field("file", N_("文件"), Kind.FILES, required=True, hint=N_("按模板填写的 XLSX 或 CSV；同一份再次导入不重复计算。")),
            Field("at", N_("时间"), Kind.INSTANT, hint=N_("表中没有时间列时填写。")),
        ),
        rehearsed=False,
    ),
    Deed(
        "operations", "export", N_("导出战果表"), SEERS, _export,
        (
            Field("reason", N_("理由"), Kind.AREA, required=True),
            Field("reveal", N_("显示完整个人信息"), Kind.FLAG), Field("case", N_("案件编号"), sample=""),
        ),
        rehearsed=False, press=N_("导出"),
    ),
    Deed(
        "results", "correct", N_("更正数量"), OFFICERS, _correct,
        (
            Field("change", N_("增减"), required=True, hint=N_("如 -2；原条目保留，更正另立一条。"), sample="-1"),
            Field("reason", N_("理由"), Kind.AREA, required=True),
        ),
    ),
    Deed(
        "results", "advance", N_("登记诉讼进展"), OFFICERS, _advance,
        (
            Field("step", N_("文书"), Kind.CHOICE, required=True, choices=choices_of(SuspectStep)),
            Field("number", N_("文号"), required=True), _AT,
        ),
        rehearsed=False,
    ),
    Deed(
        "results", "custody", N_("登记保管移交"), OFFICERS, _custody,
        (
            Field("step", N_("事项"), Kind.CHOICE, required=True, choices=choices_of(CustodyStep)),
            Field("receiver", N_("接收人或地点"), required=True), Field("place", N_("地点")),
            Field("document", N_("文号")), _AT,
        ),
        rehearsed=False,
    ),
)  # fmt: skip
