"""Why so much was stopped and so little frozen: the stopped money of a period, stage by stage, each part with its measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.core.money import DEFAULT_CURRENCY, exponent_of
from fanzha.services.desk.count_figures import FiguresWanted
from fanzha.services.desk.follow_stopped_money import StoppedMoney, follow_stopped_money
from fanzha.statistics import FunnelPart, FunnelStage, Period, day_of, period_zh, read_period
from fanzha.statistics.periods import period_en
from fanzha.statistics.wording import MONEY, number_en, number_zh
from fanzha.web.answers import Answer, Page
from fanzha.web.asking import Ask
from fanzha.web.record_lists import counted_at, days, record_list
from fanzha.web.routes import SEERS, Route
from fanzha.web.words import N_, InBoth, sayer

PERIOD: Final = InBoth("本月", "this month")
PERIODS: Final = (
    InBoth("昨日", "yesterday"), PERIOD, InBoth("上月", "last month"), InBoth("本季度", "this quarter"),
    InBoth("本年", "this year"),
)  # fmt: skip
STAGES: Final[Mapping[str, str]] = {"asked": N_("申请止付"), "stopped": N_("止付"), "frozen": N_("冻结")}
FROM, TO, BESIDE = "from", "to", "beside"
PARTS: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("asked", FROM): {},
    ("asked", TO): {
        "executed": N_("银行止住"), "less_than_asked": N_("余额不足，未止住"), "refused": N_("被拒绝或撤回"),
        "waiting": N_("待回执"),
    },
    ("stopped", FROM): {
        "asked": N_("按申请止住"), "more_than_asked": N_("多于申请金额"), "no_amount_named": N_("未载金额的全额止付"),
    },
    ("stopped", TO): {
        "again": N_("重复止付的同一资金"), "frozen": N_("转为冻结"), "not_frozen": N_("转冻结时未冻住"),
        "standing": N_("仍在止付"), "lifted": N_("已解除"), "lapsed": N_("到期失效"),
    },
    ("frozen", FROM): {"stopped_before": N_("由本期止付转来"), "frozen_besides": N_("未经本期止付")},
    ("frozen", TO): {
        "returned": N_("已返还"), "released": N_("部分解除"), "standing": N_("仍在冻结"), "lifted": N_("已解除"),
        "lapsed": N_("到期失效"),
    },
}  # fmt: skip
BESIDES: Final[Mapping[str, str]] = {
    "no_amount_named": N_("未载金额的止付申请"), "other_currencies": N_("其他币种的措施"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of a stage: what it is called, how much, how many hundredths of its stage, and its list."""

    name: str
    value: str
    share: int
    records: int
    address: str


@dataclass(frozen=True, slots=True)
class ShownStage:
    """A stage as a page shows it, with where its money came from and where it went; what is nothing is left out."""

    name: str
    value: str
    minor: int
    records: int
    address: str
    sources: tuple[ShownPart, ...]
    parts: tuple[ShownPart, ...]


def stages_of(ask: Ask, way: StoppedMoney, period: Period) -> tuple[ShownStage, ...]:
    """The stages in the order of the money's way, in the reader's words."""
    return tuple(_stage(ask, way, period, stage) for stage in way.funnel.stages)


def yuan(ask: Ask, minor: int) -> str:
    """Money as the reader's language writes it."""
    value = Decimal(minor).scaleb(-exponent_of(DEFAULT_CURRENCY))
    return (number_en if ask.language == "en" else number_zh)(value, MONEY)


def _stage(ask: Ask, way: StoppedMoney, period: Period, stage: FunnelStage) -> ShownStage:
    def shown(side: str, parts: tuple[FunnelPart, ...]) -> Iterator[ShownPart]:
        words = PARTS[stage.name, side]
        for one in parts:
            if one.minor:
                yield ShownPart(
                    words[one.name], yuan(ask, one.minor), 100 * one.minor // stage.minor, len(one.ids),
                    _address(way, period, stage.name, side, one.name),
                )  # fmt: skip

    return ShownStage(
        STAGES[stage.name], yuan(ask, stage.minor), stage.minor, len(_ids(stage)),
        _address(way, period, stage.name, TO), tuple(shown(FROM, stage.sources)), tuple(shown(TO, stage.parts)),
    )  # fmt: skip


def _ids(stage: FunnelStage) -> frozenset[str]:
    """The measures of a stage: those of which some money is in any of its parts."""
    return frozenset(one for part in stage.parts for one in part.ids)


def _address(way: StoppedMoney, period: Period, stage: str, side: str, part: str = "") -> str:
    return counted_at("/figures/funnel/records", way.as_of_us, period=days(period), stage=stage, side=side, part=part)


def _way(ask: Ask, typed: str) -> tuple[StoppedMoney, Period]:
    desk = ask.console.desk
    period = read_period(typed, day_of(desk.clock.now_us()))
    return follow_stopped_money(desk, ask.officer, FiguresWanted(period, as_of_us=ask.as_of_us)), period


def funnel_page(ask: Ask) -> Answer:
    """The way of the money of a period, with a period that is none said beside that of this month."""
    typed, wrong = ask.query.get("period", "") or PERIOD, ""
    try:
        way, period = _way(ask, typed)
    except BadInput as error:
        (way, period), wrong = _way(ask, PERIOD), str(error)
    besides = {"no_amount_named": way.funnel.unnamed, "other_currencies": way.other_currencies}
    context = {
        "stages": stages_of(ask, way, period), "as_of_us": way.as_of_us, "typed": typed, "wrong": wrong, "periods": PERIODS,
        "said": period_en(period) if ask.language == "en" else period_zh(period),
        "besides": [
            (BESIDES[name], len(set(ids)), _address(way, period, BESIDE, BESIDE, name))
            for name, ids in besides.items() if ids
        ],
    }  # fmt: skip
    return Page("funnel.html", context, 422 if wrong else 200)


def records_page(ask: Ask) -> Answer:
    """The measures of a stage or of one of its parts. Raises BadInput for a part that is not there."""
    way, _ = _way(ask, ask.query.get("period", "") or PERIOD)
    name, side, part = (ask.query.get(key, "") for key in ("stage", "side", "part"))
    back = "/figures/funnel"
    if side == BESIDE and part in BESIDES:
        ids = way.funnel.unnamed if part == "no_amount_named" else way.other_currencies
        return record_list(ask, sayer(ask.language)(BESIDES[part]), "", ids, as_of_us=way.as_of_us, back=back)
    stage = next((one for one in way.funnel.stages if one.name == name), None)
    if stage is None or side not in {FROM, TO}:
        raise BadInput("there is no such part of the money's way: go back to the funnel and open one of them")
    if not part:
        said = yuan(ask, stage.minor)
        return record_list(ask, sayer(ask.language)(STAGES[name]), said, _ids(stage), as_of_us=way.as_of_us, back=back)
    found = next((one for one in (stage.sources if side == FROM else stage.parts) if one.name == part), None)
    if found is None:
        raise BadInput(f"{name} has no part {part!r}: go back to the funnel and open one of them")
    return record_list(
        ask, sayer(ask.language)(PARTS[name, side][part]), yuan(ask, found.minor), found.ids, as_of_us=way.as_of_us, back=back,
        group=sayer(ask.language)(STAGES[name]),
    )  # fmt: skip


ROUTES: Final = (
    Route("GET", "/figures/funnel", funnel_page, SEERS),
    Route("GET", "/figures/funnel/records", records_page, SEERS),
)
