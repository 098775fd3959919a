"""What the holder is told: what was done, why, until when, and how to object."""

from __future__ import annotations

from datetime import date

from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import Measure
from fanzha.measures.rules import KindRules, NoticeAt

TAIL = 4  # of a number: enough for its holder, nothing for another reader


def notice_text(measure: Measure, rules: KindRules, organisation: str, contact: str) -> str:
    """The notice of a measure in the words of its kind; empty where the law has the holder not told.

    organisation, contact: the deciding body's name, and where to object. Numbers show their last four places only.
    """
    if rules.notice_at is NoticeAt.NEVER:
        return ""
    scope, target = measure.request.scope, measure.target
    minor = scope.amount_minor if scope.amount_minor is not None else scope.traced_minor
    modes = "、".join(mode.words for mode in rules.modes if mode.name in scope.modes)
    decided = measure.starts_us is not None and rules.notice_decided
    hearing, period, finding = rules.hearing, measure.request.period, measure.request.finding
    return (rules.notice_decided if decided else rules.notice).format(
        holder=target.holder or "你好",
        tail=target.reference[-TAIL:],
        reference=target.reference,
        organisation=organisation,
        basis="" if measure.request.basis is None else str(measure.request.basis),
        modes=modes,
        amount="—" if minor is None else format_minor(minor, exponent_of(scope.currency)),
        start=_said(measure.starts_us),
        end=_said(measure.ends_us),
        remedy=rules.remedy.format(contact=contact),
        contact=contact,
        period="" if period is None else str(period),
        finding="" if finding is None else f"{finding.organ}{finding.number}（{_day(finding.found_on)}）",
        heard_within="" if hearing is None else str(hearing.within),
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _said(at_us: int | None) -> str:
    if at_us is None:
        return "（待定）"
    day, moment = format_instant(at_us)[:16].split("T")
    year, month, date = day.split("-")
    return f"{year}年{int(month)}月{int(date)}日{moment}"
