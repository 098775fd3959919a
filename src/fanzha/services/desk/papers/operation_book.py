"""An operation as a workbook, and the empty sheet in which seized things are listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from fanzha.casework.operations import (
    Goods,
    OperationResult,
    OperationRules,
    ResultKind,
    words_of,
)
from fanzha.core.money import exponent_of
from fanzha.core.time import format_instant
from fanzha.services.desk.documents.operation import is_money, shown_number
from fanzha.services.desk.export_operation import ExportedOperation
from fanzha.services.desk.mask import Mask
from fanzha.services.render_trace.sheet_book import Amount, Cell, Column, Sheet, When, sheet_book
from fanzha.services.render_trace.wording import Words
from fanzha.statistics.catalogue import Catalogue

TEMPLATE_AT: Final = "2026-11-22T00:00:00+08:00"  # equal templates, equal bytes
WIDTHS: Final[Mapping[str, int]] = {"item": 16, "quantity": 10, "identifiers": 44, "marks": 30, "request": 12}
ENGLISH: Final[Mapping[str, str]] = {
    "request": "line", "item": "item", "quantity": "quantity", "identifiers": "numbers", "marks": "marks", "at": "at",
    "document": "document", "place": "place", "jurisdiction": "division", "team": "team", "take_down": "den", "name": "name",
    "id_number": "identity", "charges": "charges", "capacity": "capacity", "arrival": "arrival",
}  # fmt: skip


def seizure_template(rules: OperationRules) -> bytes:
    """The empty sheet of seized things, with the catalogue beside it; what is filled in is read by `import_seizures`."""
    columns = tuple(
        Column(Words(heads[0], ENGLISH[name]), WIDTHS.get(name, 20))
        for name, heads in rules.sheet.items()
        if name != "entry"
    )
    known = tuple(
        (item.zh, item.unit, "、".join(kind.value for kind in item.identifiers), item.slug)
        for item in rules.items.values()
    )
    catalogue = Sheet("目录", _columns("物品类别|kind|20", "单位|unit|8", "号码种类|numbers|40", "代码|slug|16"), known)
    return sheet_book(
        "缴获清单", TEMPLATE_AT, "缴获清单模板", (Sheet("缴获清单", columns, (), filtered=False), catalogue)
    )


def operation_book(exported: ExportedOperation, rules: OperationRules, catalogue: Catalogue) -> bytes:
    """The workbook, the export's watermark on its first sheet and at the foot of every page; equal exports, equal bytes."""
    page, mask, mark = exported.page, exported.mask, exported.note.watermark
    sheets = (
        _tally(exported, catalogue, mark),
        _taken_down(page.of_kind(ResultKind.TAKE_DOWN), rules, mask),
        _suspects(page.of_kind(ResultKind.SUSPECT), rules, mask),
        _seizures(page.of_kind(ResultKind.SEIZURE), rules, mask),
        _custody(page.of_kind(ResultKind.SEIZURE), mask),
    )
    return sheet_book("行动战果", format_instant(page.as_of_us), mark, sheets)


def _columns(*said: str) -> tuple[Column, ...]:
    """Columns as `中文|English|width`."""
    parts = (one.split("|") for one in said)
    return tuple(Column(Words(zh, en), int(width)) for zh, en, width in parts)


def _tally(exported: ExportedOperation, catalogue: Catalogue, mark: str) -> Sheet:
    page = exported.page
    rows: list[tuple[Cell, ...]] = [("水印", mark, None, None)]
    for line in page.lines:
        value: Cell = Amount(line.value, 2) if is_money(line.measure, catalogue) else line.value
        rows.append((catalogue.name_of(line.measure), value, line.measure, " ".join(line.ids)))
    return Sheet(
        "战果",
        _columns("指标|measure|26", "数值|value|16", "指标编号|id|26", "条目|entries|60"),
        tuple(rows),
        filtered=False,
    )


def _when(at_us: int) -> Cell:
    return When(format_instant(at_us))


def _corrected(one: OperationResult) -> tuple[Cell, ...]:
    return (one.corrects, one.reason, one.body, one.by, _when(one.entered_us))


CORRECTED: Final = (
    "更正的条目|corrects|26",
    "更正理由|reason|26",
    "录入单位|body|14",
    "录入人|by|14",
    "录入时间|entered|20",
)


def _taken_down(results: Iterable[OperationResult], rules: OperationRules, mask: Mask) -> Sheet:
    rows = []
    for one in results:
        target = one.draft.take_down
        if target is not None:
            kind = rules.targets[target.target]
            rows.append((
                one.id, one.draft.request, kind.zh, words_of(kind.chain), one.quantity, mask.text(target.place),
                target.jurisdiction, _when(one.draft.at_us), mask.text(one.draft.note), *_corrected(one),
            ))  # fmt: skip
    heads = (
        "条目|entry|26",
        "编号|line|20",
        "类别|kind|20",
        "链条|chain|12",
        "数量|quantity|8",
        "地点|place|30",
        "行政区划|division|12",
        "时间|at|20",
        "说明|note|30",
    )
    return Sheet("窝点团伙", _columns(*heads, *CORRECTED), tuple(rows))


def _suspects(results: Iterable[OperationResult], rules: OperationRules, mask: Mask) -> Sheet:
    rows = []
    for one in results:
        suspect = one.draft.suspect
        if suspect is not None:
            charges = "、".join(rules.charges[charge].zh for charge in suspect.charges)
            papers = "；".join(f"{step.document} {step.number}" for step in one.decisions)
            rows.append((
                one.id, one.draft.request, one.quantity, mask.name(suspect.name), mask.identity(suspect.id_number), charges,
                "" if not suspect.capacity else rules.capacities[suspect.capacity].zh, rules.arrivals[suspect.arrival].zh,
                words_of(one.status), papers, suspect.case, _when(one.draft.at_us), *_corrected(one),
            ))  # fmt: skip
    heads = (
        "条目|entry|26", "编号|line|20", "数量|quantity|8", "姓名|name|14", "证件号码|identity|24", "涉嫌罪名|charges|30",
        "涉案身份|capacity|16", "到案方式|arrival|12", "诉讼状态|status|26",
        "文书|papers|40", "案件|case|26", "到案时间|at|20",
    )  # fmt: skip
    return Sheet("嫌疑人", _columns(*heads, *CORRECTED), tuple(rows))


def _seizures(results: Iterable[OperationResult], rules: OperationRules, mask: Mask) -> Sheet:
    rows = []
    for one in results:
        goods = one.draft.goods
        if goods is not None:
            item = rules.items[goods.item]
            numbers = " ".join(f"{number.kind.value}:{shown_number(number, mask)}" for number in goods.identifiers)
            rows.append((
                one.id, one.draft.request, item.zh, _quantity(one, goods, rules), item.unit, numbers,
                mask.text(goods.marks), mask.text(goods.place), one.draft.document, one.draft.take_down_of,
                _when(one.draft.at_us), *_corrected(one),
            ))  # fmt: skip
    heads = (
        "条目|entry|26", "编号|line|20", "名称|item|16", "数量|quantity|12", "单位|unit|8", "号码|numbers|44", "特征|marks|30",
        "地点|place|20", "文号|document|20", "窝点|den|26", "时间|at|20",
    )  # fmt: skip
    return Sheet("缴获物品", _columns(*heads, *CORRECTED), tuple(rows))


def _quantity(one: OperationResult, goods: Goods, rules: OperationRules) -> Cell:
    return Amount(one.quantity, exponent_of(goods.currency)) if rules.items[goods.item].money else one.quantity


def _custody(results: Iterable[OperationResult], mask: Mask) -> Sheet:
    rows = tuple(
        (
            one.id, at, words_of(link.step), mask.text(link.giver), mask.text(link.receiver), mask.text(link.place),
            link.document, _when(link.at_us), link.by,
        )
        for one in results
        for at, link in enumerate(one.custody, 1)
    )  # fmt: skip
    heads = (
        "条目|entry|26", "次序|link|8", "事项|step|26", "交出|from|20", "接收|to|20", "地点|place|20", "文号|document|20",
        "时间|at|20", "录入人|by|14",
    )  # fmt: skip
    return Sheet("保管链", _columns(*heads), rows)
