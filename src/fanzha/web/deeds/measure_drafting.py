"""A draft is worded anew, given a reason against a limit, or continues an earlier measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from fanzha.core.actor import Actor
from fanzha.core.money import exponent_of, format_minor
from fanzha.measures.model import Finding, Measure, MeasureKind, Override
from fanzha.measures.rules import KindRules, Need
from fanzha.measures.terms import Unit
from fanzha.services.desk.amend_draft import Amendment, amend_draft
from fanzha.services.desk.convert_measure import Conversion, convert_measure
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.preview_measure import preview_measure
from fanzha.services.desk.read_finding import read_finding
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.measure_deciding import PERIOD, span_of
from fanzha.web.deeds.measure_deed import REASON, measure_deed, measure_of
from fanzha.web.forms import Choices, Field, Kind, Values
from fanzha.web.measure_words import BASIS_ABOVE, MODE_WORDS, TERM_WORDS
from fanzha.web.words import N_

CONVERTS_INTO: Final = (MeasureKind.FREEZE, MeasureKind.QUEUED_FREEZE)
UNCHANGED: Final = N_("不填则不变。")
MONEY: Final = frozenset({"amount", "traced"})
AT_ONCE: Final = frozenset({"reason", "amount", "basis", "modes"})  # what is mostly worded anew; the rest is folded


def bases_of(*rules: KindRules) -> Choices:
    """The articles on which measures of these kinds may rest."""
    return tuple({basis.id: (basis.id, str(basis)) for each in rules for basis in each.bases}.values())


def modes_of(*rules: KindRules) -> Choices:
    """The ways of these kinds, the least first."""
    return tuple({mode.name: (mode.name, MODE_WORDS[mode.name]) for each in rules for mode in each.modes}.values())


def terms_of(*rules: KindRules) -> Choices:
    """The named terms of these kinds."""
    return tuple({term.name: (term.name, TERM_WORDS[term.name]) for each in rules for term in each.terms}.values())


def wording_of(*rules: KindRules, hint: str = "") -> tuple[Field, ...]:
    """How a measure of these kinds is worded besides its reason; hint: of what is left empty."""
    return (
        Field("basis", N_("法律依据"), Kind.CHOICE, choices=bases_of(*rules), hint=hint or BASIS_ABOVE),
        Field("amount", N_("金额（元）"), Kind.AMOUNT, hint=hint),
        Field("traced", N_("其中涉案资金（元）"), Kind.AMOUNT, hint=hint or N_("不填按最近一次查流向的结果。")),
        Field("modes", N_("方式"), Kind.MANY, choices=modes_of(*rules)),
        Field("mode_reason", N_("为何超过最低必要"), hint=hint or N_("选了比最低更重的方式才填。")),
        Field("term", N_("期别"), Kind.CHOICE, choices=terms_of(*rules)),
        *PERIOD,
        Field("document", N_("文号"), hint=hint),
    )


def finding_of(rules: KindRules, hint: str = "") -> tuple[Field, ...]:
    """Who found what the measure rests on, where the kind rests on a finding."""
    if Need.FINDING not in rules.needs:
        return ()
    return (
        Field("found_by", N_("认定机关"), hint=hint or N_("作出判决的法院，或者作出认定的公安机关。")),
        Field("finding", N_("认定文号"), hint=hint),
        Field("found_on", N_("认定日期"), hint=hint or N_("如 2026-11-20")),
    )


def read_finding_of(values: Mapping[str, Any]) -> Finding | None:
    """The finding that such fields name; None where they are empty."""
    return read_finding(values.get("found_by", ""), values.get("finding", ""), values.get("found_on", ""))


def worded(values: Any) -> dict[str, Any]:
    """What such fields say, as a draft takes it."""
    return {
        "amount_minor": values["amount"], "traced_minor": values["traced"], "modes": values["modes"],
        "period": span_of(values),
    }  # fmt: skip


def _amend(doing: Doing) -> Done:
    values = _changed(doing.values, _as_drafted(open_record(doing.desk, doing.actor, Measure, doing.id).record))
    amendment = Amendment(
        reason=values["reason"] or None, basis=values["basis"] or None, mode_reason=values["mode_reason"] or None,
        term=values["term"] or None, document=values["document"] or None, finding=read_finding_of(values),
        **worded(values),
    )  # fmt: skip
    changed = amend_draft(doing.desk, doing.actor, doing.id, amendment, version=doing.version, request=doing.request)
    return Done(measure_of(changed.id), N_("草稿已改写"), changed)


def _changed(given: Values, drafted: Values) -> dict[str, Any]:
    """What says otherwise than the draft; what says the same, or nothing, stays. Fields that say one thing stay together."""
    said = {name: value for name, value in given.items() if value not in (None, "", ()) and value != drafted.get(name)}
    together = [each for each in (("period", "unit"), ("found_by", "finding", "found_on")) if said.keys() & set(each)]
    kept = {name: given.get(name) for each in together for name in each}
    empty: Any = {
        name: () if name == "modes" else None if name in ("amount", "traced", "period") else "" for name in given
    }
    return {**empty, **kept, **said}


def _as_drafted(measure: Measure) -> dict[str, Any]:
    """What the draft says now, by the fields of its form as they are read."""
    request, scope = measure.request, measure.request.scope
    drafted: dict[str, Any] = {
        "reason": request.reason, "basis": "" if request.basis is None else request.basis.id,
        "amount": scope.amount_minor, "traced": scope.traced_minor, "modes": scope.modes, "mode_reason": scope.reason,
        "term": request.term, "document": request.document,
    }  # fmt: skip
    if request.period is not None and request.period.unit is not Unit.WHOLE_DAYS:
        drafted |= {"period": request.period.count, "unit": request.period.unit.value}
    if request.finding is not None:
        found = request.finding
        drafted |= {"found_by": found.organ, "finding": found.number, "found_on": str(found.found_on)}
    return drafted


def _amend_fields(console: Console, actor: Actor, measure_id: str) -> Sequence[Field]:
    """The draft as it stands, to be changed where it is wrong; what is behind the mask is not shown by the way."""
    opened = open_record(console.desk, actor, Measure, measure_id)
    measure, mask = opened.record, opened.mask
    rules = console.desk.rules.measures.of(measure.kind, console.desk.clock.now_us())
    drafted, exponent = _as_drafted(measure), exponent_of(measure.request.scope.currency)
    reason = Field("reason", N_("理由"), Kind.AREA, sample="演练用的理由说明")
    fields = (reason, *wording_of(rules, hint=UNCHANGED), *finding_of(rules, UNCHANGED))
    starts = {
        name: format_minor(value, exponent) if name in MONEY and value is not None else _written(value)
        for name, value in drafted.items()
    }
    return tuple(
        replace(
            reason if field is reason else _blank(field),
            start=start if mask.text(start) == start else "", aside=field.name not in AT_ONCE, hint="" if start else field.hint,
        )
        for field in fields for start in (starts.get(field.name, ""),)
    )  # fmt: skip


def _written(value: Any) -> str:
    """A value as it stands in its field."""
    return "\n".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _blank(field: Field) -> Field:
    """A field that a rehearsal leaves as it is."""
    empty: Any = () if field.kind is Kind.MANY else None if field.kind in (Kind.AMOUNT, Kind.COUNT) else ""
    return replace(field, sample=empty)


def _override(doing: Doing) -> Done:
    reason = Override(doing.values["rule"], doing.values["reason"])
    changed = amend_draft(
        doing.desk, doing.actor, doing.id, Amendment(overrides=(reason,)), version=doing.version, request=doing.request
    )
    return Done(measure_of(changed.id), N_("理由已写入草稿"), changed)


def _override_fields(console: Console, actor: Actor, measure_id: str) -> Sequence[Field]:
    found = preview_measure(console.desk, actor, measure_id)
    rules = tuple(dict.fromkeys(each.rule for each in (*found.open, *found.reasoned)))
    choices = tuple((rule, rule) for rule in rules)
    start = rules[0] if rules else ""
    return (Field("rule", N_("限制"), Kind.CHOICE, required=True, choices=choices, start=start), REASON)


def _convert(doing: Doing) -> Done:
    values = doing.values
    wanted = Conversion(
        document=values["document"], reason=values["reason"], into=MeasureKind(values["into"]), basis=values["basis"],
        mode_reason=values["mode_reason"], term=values["term"], **worded(values),
    )  # fmt: skip
    made = convert_measure(doing.desk, doing.actor, doing.id, wanted, request=doing.request)
    return Done(measure_of(made.id), N_("已拟好转换后的措施：请核对后报批"), made)


def _convert_fields(console: Console, _actor: Actor, _measure_id: str) -> Sequence[Field]:
    now_us = console.desk.clock.now_us()
    rules = [console.desk.rules.measures.of(kind, now_us) for kind in CONVERTS_INTO]
    choices = ((CONVERTS_INTO[0].value, N_("冻结")), (CONVERTS_INTO[1].value, N_("轮候冻结")))
    into = Field("into", N_("转为"), Kind.CHOICE, required=True, choices=choices, start=CONVERTS_INTO[0].value)
    return (into, REASON, *(_blank(field) for field in wording_of(*rules)))


DRAFTING: Final[tuple[Deed, ...]] = (
    measure_deed("amend", N_("改写草稿"), _amend, around=_amend_fields),
    measure_deed("override", N_("说明理由"), _override, around=_override_fields),
    measure_deed(
        "convert", N_("转冻结"), _convert, around=_convert_fields, hint=N_("须已立案；原措施在新措施执行时结束。"),
    ),
)  # fmt: skip
