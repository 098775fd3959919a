"""A new measure is worded: prefilled from the case and its fact by the dated rules, drafted, and proposed in one go."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fanzha.casework import Fact
from fanzha.core.errors import BadInput, FanzhaError, NotFound, Refused
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import parse_instant
from fanzha.measures.model import Measure, MeasureKind, Target, TargetKind
from fanzha.measures.orders import Outcome, Question
from fanzha.measures.rules import KindRules, Need
from fanzha.services.desk.act_first import act_first
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.match_institution import known_institutions
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.services.desk.preview_draft import facts_of_case, preview_draft
from fanzha.services.desk.preview_measure import Preview
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.deeds.measure_deed import REASON
from fanzha.web.deeds.measure_drafting import finding_of, read_finding_of, worded, wording_of
from fanzha.web.forms import INSTITUTIONS, Faults, Field, Kind, read_fields
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import OFFICERS, PARTNERS, Route
from fanzha.web.terms import TERMS, choices_of
from fanzha.web.words import N_

MADE_HERE: Final = tuple(
    kind for kind in MeasureKind if kind is not MeasureKind.RETURN
)  # a return has a way of its own
ACT_FIRST, PROPOSE = "act_first", "propose"
QUESTION_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Form:
    """What the form is about so far: its kind, the rules in force, and the fact that it rests on."""

    kind: MeasureKind
    rules: KindRules
    case: str
    fact: Fact | None
    facts: tuple[Fact, ...]
    fields: tuple[Field, ...]
    redrafts: str = ""  # the refused measure that is put right


def ask_for(ask: Ask) -> Answer:
    """The form as the rules would fill it in."""
    form = _form(ask, ask.query)
    preview, trouble = None, None
    if form.fact is not None or any(ask.query.get(name) for name in ("account", "line", "site", "institution")):
        begun = {field.name: ask.query.get(field.name, "") for field in form.fields}
        preview, trouble = _tried(ask, form, begun)
    return _page(ask, replace(form, fields=_prefilled(form, ask.query, preview, _refused(ask, form))), preview, trouble)


def make(ask: Ask) -> Answer:
    """Drafts it, and as was pressed proposes it or acts first; what refuses the second step leaves the draft."""
    form = _form(ask, {name: ask.form.text(name) for name in ("kind", "case", "fact", "redrafts")})
    kept = tuple(replace(field, start="\n".join(ask.form.fields.get(field.name, ()))) for field in form.fields)
    desk, actor, request = ask.console.desk, ask.officer, ask.form.text("request")
    try:
        values = read_fields(form.fields, ask.form, ask.console.desk.clock.now_us())
        drafted = draft_measure(desk, actor, _draft(form, values), request=request)
    except Faults as faults:
        headline = N_("请改正标出的项目；尚未提交，已填内容都在")
        return _page(ask, replace(form, fields=kept), None, Trouble(headline, "", status=422), faults.faults)
    except FanzhaError as error:
        return _page(ask, replace(form, fields=kept), None, trouble_of(error))
    return GoTo(f"/measures/{drafted.id}", _next(ask, drafted, request))


def _next(ask: Ask, drafted: Measure, request: str) -> str:
    desk, actor, then = ask.console.desk, ask.officer, ask.form.text("then")
    try:
        if then == PROPOSE:
            propose_measure(desk, actor, drafted.id, request=f"{request}.propose")
            return N_("已报批，等另一人审批")
        if then == ACT_FIRST:
            act_first(desk, actor, drafted.id, ask.form.text("emergency"), request=f"{request}.first")
            return N_("已先行办理：须由另一人按时补签，否则失效")
    except Refused as refusal:
        failed = (
            N_("草稿已存，但报批未成：请看规则审查")
            if then == PROPOSE
            else N_("草稿已存，但先行办理未成：请看规则审查")
        )
        return f"{failed}\n{trouble_of(refusal).headline}"
    return N_("草稿已存")


def _form(ask: Ask, given: Mapping[str, str]) -> Form:
    desk, actor = ask.console.desk, ask.officer
    named = given.get("kind", "")
    default = MeasureKind.PAYER_HOLD if actor.roles & PARTNERS else MeasureKind.STOP_PAYMENT
    kind = MeasureKind(named) if named in set(MADE_HERE) else default
    rules = desk.rules.measures.of(kind, desk.clock.now_us())
    case = given.get("case", "").strip()
    facts = facts_of_case(desk, actor, case) if case else ()
    fact_id = given.get("fact", "").strip()
    fact = next((one for one in facts if one.id == fact_id), None)
    if fact_id and fact is None and not given.get("redrafts"):  # what was refused may have rested on a bank's receipt
        raise NotFound(f"there is no fact {fact_id} in case {case or '—'}, or you may not see it")
    return Form(
        kind,
        rules,
        case,
        fact,
        facts,
        (*_target_fields(kind, rules, fact), *_payment(rules), *finding_of(rules), REASON, *wording_of(rules)),
        given.get("redrafts", "").strip(),
    )


def _target_fields(kind: MeasureKind, rules: KindRules, fact: Fact | None) -> tuple[Field, ...]:
    """A fact names the target; without one it is written, as the kind has it."""
    if fact is not None:
        return ()
    offered = {
        TargetKind.ACCOUNT: Field("account", N_("账号"), Kind.NUMBER), TargetKind.LINE: Field("line", N_("号码"), Kind.NUMBER),
        TargetKind.SITE: Field("site", N_("网址或域名")), TargetKind.PERSON: Field("person", N_("证件号码"), Kind.NUMBER),
    }  # fmt: skip
    fields = [field for target, field in offered.items() if target in rules.targets]
    asked = (
        (Field("questions", N_("查询事项"), Kind.AREA, hint=N_("每行一项：账号,起,止")),)
        if kind is MeasureKind.QUERY
        else ()
    )
    return (*fields, Field("institution", N_("机构"), listed=INSTITUTIONS), Field("holder", N_("户名")), *asked)


def _payment(rules: KindRules) -> tuple[Field, ...]:
    """Which payment is held, where the kind holds one."""
    if Need.PAYEE not in rules.needs:
        return ()
    return (Field("payee", N_("付款的收款账户"), Kind.NUMBER, hint=N_("银行凭此分辨是哪一笔付款。")),)


def _draft(form: Form, values: Mapping[str, Any]) -> MeasureDraft:
    return MeasureDraft(
        kind=form.kind, reason=values["reason"], basis=values["basis"] or form.rules.bases[0].id, case=form.case,
        fact="" if form.fact is None else form.fact.id, target=_target(values), mode_reason=values["mode_reason"],
        term=values["term"], document=values["document"], questions=_questions(values.get("questions", "")),
        payee=values.get("payee", ""), redrafts=form.redrafts, finding=read_finding_of(values),
        **worded(values),
    )  # fmt: skip


def _target(values: Mapping[str, Any]) -> Target | None:
    named = [
        (kind, values[kind.value])
        for kind in (TargetKind.ACCOUNT, TargetKind.LINE, TargetKind.SITE, TargetKind.PERSON)
        if values.get(kind.value)
    ]
    institution = values.get("institution", "")
    if len(named) > 1:
        raise BadInput("name one target: an account, a line, a site or a person")
    if named:
        return Target(*named[0], institution, values.get("holder", ""))
    return Target(TargetKind.INSTITUTION, institution, institution) if institution else None


def _questions(text: str) -> tuple[Question, ...]:
    found = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), 1):
        parts = [part.strip() for part in line.replace("，", ",").split(",")]
        if len(parts) != QUESTION_PARTS or not all(parts):
            raise BadInput(f"questions, line {number}: write ACCOUNT,FROM,UNTIL")
        found.append(Question(parts[0], parse_instant(parts[1]), parse_instant(parts[2])))
    return tuple(found)


def _tried(ask: Ask, form: Form, begun: Mapping[str, str]) -> tuple[Preview | None, Trouble | None]:
    """The measure as it would be drafted now, so that its amount and what stands against it are seen first."""
    values: dict[str, Any] = {
        **begun, "amount": None, "traced": None, "modes": (), "period": None, "unit": "",
        "reason": begun.get("reason") or "（尚未填写）",
    }  # fmt: skip
    try:
        return preview_draft(ask.console.desk, ask.officer, _draft(form, values)), None
    except BadInput:
        return None, None
    except Refused as refusal:
        return None, trouble_of(refusal)


def _prefilled(
    form: Form, query: Mapping[str, str], preview: Preview | None, refused: Mapping[str, Any] | None
) -> tuple[Field, ...]:
    """What the rules say stands there already, or the refused measure did; a link may say otherwise."""
    starts: dict[str, str] = {"basis": form.rules.bases[0].id, "term": form.rules.terms[0].name}
    if form.rules.modes:
        starts["modes"] = form.rules.modes[0].name
    if preview is not None:
        scope = preview.measure.request.scope
        for name, minor in (("amount", scope.amount_minor), ("traced", scope.traced_minor)):
            if minor is not None:
                starts[name] = format_minor(minor, exponent_of(scope.currency))
    if refused is not None:
        reason = refused["measure"].request.reason
        starts["reason"] = reason if refused["mask"].text(reason) == reason else ""
    return tuple(replace(field, start=query.get(field.name) or starts.get(field.name, "")) for field in form.fields)


def _refused(ask: Ask, form: Form) -> Mapping[str, Any] | None:
    """What the institution said of the measure that is put right."""
    if not form.redrafts:
        return None
    opened = open_record(ask.console.desk, ask.officer, Measure, form.redrafts)
    refusals = [receipt for receipt in opened.record.receipts if receipt.outcome is Outcome.REFUSED]
    return {"measure": opened.record, "mask": opened.mask, "refusal": refusals[-1]} if refusals else None


def _page(
    ask: Ask, form: Form, preview: Preview | None, trouble: Trouble | None, faults: Mapping[str, str] | None = None
) -> Answer:
    kinds = [(value, word) for value, word in choices_of(MeasureKind) if value in set(MADE_HERE)]
    shown = [] if preview is None else [preview.measure]
    context = {
        "form": form, "kinds": kinds, "kind_word": TERMS[MeasureKind][form.kind.value], "preview": preview,
        "mask": mask_for(ask.console.desk, ask.officer, [*shown, *form.facts]), "trouble": trouble,
        "faults": faults or {}, "request": ask.form.text("request") or secrets.token_urlsafe(12),
        "emergency": ask.form.text("emergency"), "institutions": known_institutions(ask.console.desk, ask.officer),
        "refused": _refused(ask, form),
    }  # fmt: skip
    return Page("measure_new.html", context, 200 if trouble is None or ask.method == "GET" else trouble.status)


ROUTES: Final = (
    Route("GET", "/measures/new", ask_for, OFFICERS | PARTNERS),
    Route("POST", "/measures/new", make, OFFICERS | PARTNERS),
)
