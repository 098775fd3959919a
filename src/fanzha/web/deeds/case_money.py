"""The money of a case: traced, followed along receipts, and the next stops and queries worded in one action."""

from __future__ import annotations

from typing import Final

from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.measures.model import MeasureKind
from fanzha.services.desk.case_flow import case_flow
from fanzha.services.desk.draft_queries import draft_queries
from fanzha.services.desk.draft_stops import StopAhead, draft_stops, stops_ahead
from fanzha.services.desk.follow_money import bring_in_receipts, follow_money
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.services.desk.trace_case import trace_case
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.show import money
from fanzha.web.words import N_

TOLD_MAX: Final = 12  # lines that are said at once; the rest stands among the measures


def _trace(doing: Doing) -> Done:
    desk, books, actor = doing.desk, doing.console.books, doing.actor
    bring_in_receipts(desk, books, actor, doing.id)
    nested = tuple(doing.values["nested"].split()) or None
    found = trace_case(desk, books, actor, doing.id, nested=nested)
    told = N_("流向已更新") if found.new else N_("流向没有变化：账目与上次相同")
    return Done(f"/cases/{doing.id}?tab=money", "\n".join((told, *found.run.warnings[:TOLD_MAX])), found.run)


def _follow(doing: Doing) -> Done:
    found = follow_money(doing.desk, doing.console.books, doing.actor, doing.id)
    drafted = [one.id for one in found.drafted]
    told = N_("按回执追到下一层，延伸止付已拟稿：") if drafted else N_("回执已入账，没有新的延伸止付")
    return Done(f"/cases/{doing.id}?tab=money", "\n".join((told, *drafted)), found)


def _stops(doing: Doing) -> Done:
    given, books = doing.values, doing.console.books
    names = case_flow(doing.desk, books, doing.actor, doing.id).names
    found = draft_stops(
        doing.desk, books, doing.actor, doing.id, basis=given["basis"], reason=given["reason"], unknown=True,
        only=frozenset(names.get(shown, shown) for shown in given["accounts"]),
    )  # fmt: skip
    mask = open_revealed(doing.desk, doing.actor, Case, doing.id).mask
    told = N_("止付已拟稿，逐件核对后报批：") if found.drafted else N_("没有可拟的止付")
    lines = [measure.id for _, measure in found.drafted]
    lines += [f"{mask.account(each.account.account)}: {mask.text(why)}" for each, why in found.left_out][:TOLD_MAX]
    return Done(f"/cases/{doing.id}?tab=measures", "\n".join((told, *lines)), found)


def _queries(doing: Doing) -> Done:
    given = doing.values
    found = draft_queries(
        doing.desk, doing.actor, doing.id, basis=given["basis"], reason=given["reason"],
        documents=tuple(given["documents"].split()), least_minor=given["least"] or 0,
    )  # fmt: skip
    told = N_("查询已拟稿，逐件核对后报批：") if found.drafted else N_("没有要问的：都已问过、已答复或不知开户机构")
    return Done(f"/cases/{doing.id}?tab=measures", "\n".join((told, *(one.id for one in found.drafted))), found)


def _basis(console: Console, kind: MeasureKind) -> Field:
    bases = console.desk.rules.measures.of(kind, console.desk.clock.now_us()).bases
    choices = tuple((one.id, f"{one.law} {one.article}") for one in bases)
    first = "afl-20" if "afl-20" in dict(choices) else choices[0][0]
    return Field("basis", N_("依据"), Kind.CHOICE, required=True, choices=choices, start=first)


def _stops_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    """Every account that a stop would be drafted for, by its name in the flow: what is not known is not ticked beforehand."""
    mask = open_revealed(console.desk, actor, Case, record_id).mask
    ahead = [one for one in stops_ahead(console.desk, console.books, actor, record_id) if not one.obstacle]
    shown = {account: name for name, account in case_flow(console.desk, console.books, actor, record_id).names.items()}
    places = [shown[one.amount.account.account] for one in ahead]
    known = [place for place, one in zip(places, ahead, strict=True) if one.amount.stoppable_minor is not None]
    choices = tuple((place, _ahead_in_words(one, mask)) for place, one in zip(places, ahead, strict=True))
    total = money(sum(one.minor for one in ahead if one.amount.stoppable_minor is not None))
    return (
        Field("accounts", N_("账户"), Kind.MANY, required=True, choices=choices, start="\n".join(known),
              hint=f"Σ {total}" if known else ""),
        _basis(console, MeasureKind.STOP_PAYMENT), _reason("被骗资金仍在账户"),
    )  # fmt: skip


def _ahead_in_words(one: StopAhead, mask: Mask) -> str:
    account = one.amount.account
    sum_of = money(one.minor, account.currency)
    if one.amount.stoppable_minor is None:
        sum_of = f"? (≤ {sum_of})"
    who = " ".join(filter(None, (mask.account(account.account), mask.name(account.holder), account.institution or "?")))
    return f"{who} · {sum_of}"


def _queries_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del actor, record_id
    return (
        _basis(console, MeasureKind.QUERY), _reason("查清被骗资金去向"),
        Field("documents", N_("文号"), hint=N_("几件用空格分开；不够的以后再编。"), sample=""),
        Field("least", N_("至少多少才问"), Kind.AMOUNT, hint=N_("流入少于这个数的不问。")),
    )  # fmt: skip


def _reason(start: str) -> Field:
    return Field("reason", N_("理由"), Kind.AREA, required=True, start=start)


MONEY_DEEDS: Final = (
    Deed(
        "cases", "trace", N_("查流向"), OFFICERS, _trace,
        (Field("nested", N_("中转标签"), hint=N_("付款人只是中转、不是被害人的标签，空格分开；不填同上次。"), sample=""),),
        hint=N_("从已核对的事实出发，按全部算法追踪；回执先入账。"), rehearsed=False,
    ),
    Deed("cases", "follow", N_("按回执追下一层"), OFFICERS, _follow, rehearsed=False,
         hint=N_("银行回执说的去向入账，追踪，并拟出延伸止付。")),
    Deed("cases", "stops", N_("拟全部可止付"), OFFICERS, _stops, around=_stops_fields, rehearsed=False,
         hint=N_("按最近一次追踪，勾选的账户各拟一件，不会发出。余额不明的（?）须自行勾选。")),
    Deed("cases", "queries", N_("拟查询"), OFFICERS, _queries, around=_queries_fields, rehearsed=False,
         hint=N_("缺流水的账户，逐家银行拟查询；不会发出。")),
)  # fmt: skip
