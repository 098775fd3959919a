"""`fanzha measure draft|amend|preview|convert`: a measure is worded, and weighed before anybody is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.measure_words import (
    Amount,
    Document,
    MeasureId,
    Modes,
    Overrides,
    Period,
    Reason,
    RequestKey,
    Version,
    read_amount,
    read_overrides,
    read_span,
    read_word,
    show_pairs,
    tell_measure,
)
from fanzha.cli.output import say, show_table, write_json
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant, parse_instant

if TYPE_CHECKING:
    from fanzha.measures.carried import Carried
    from fanzha.measures.model import Measure, Target
    from fanzha.measures.orders import Question
    from fanzha.services.desk.mask import Mask
    from fanzha.services.desk.preview_measure import Preview

Traced = Annotated[
    str,
    typer.Option("--traced", metavar="YUAN", help="How much of it is traced money; by the last trace if left out."),
]
Basis = Annotated[str, typer.Option("--basis", metavar="ARTICLE", help="Legal basis, such as afl-20, procedure-239.")]
Term = Annotated[str, typer.Option("--term", help="Named term of the kind: ordinary, major, …")]
ModeReason = Annotated[str, typer.Option("--mode-reason", help="Why more than the least is held.")]
FoundBy = Annotated[
    str, typer.Option("--found-by", metavar="ORGAN", help="Discipline: the court or the organ that found it.")
]
FindingNumber = Annotated[
    str, typer.Option("--finding", metavar="文号", help="Discipline: number of the judgment or the finding (认定).")
]
FoundOn = Annotated[str, typer.Option("--found-on", metavar="DAY", help="Discipline: the day of that document.")]


def draft(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="stop_payment, freeze, queued_freeze, payer_hold, restriction, …")],
    *,
    reason: Reason = "",
    basis: Basis = "",
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="The case that it serves.")] = "",
    fact: Annotated[str, typer.Option("--fact", metavar="FACT", help="The fact; its account is the target.")] = "",
    account: Annotated[str, typer.Option("--account", help="The target where no fact names it.")] = "",
    line: Annotated[str, typer.Option("--line", help="A telephone number as target.")] = "",
    site: Annotated[str, typer.Option("--site", help="A host as target.")] = "",
    person: Annotated[
        str, typer.Option("--person", help="Discipline: number of the identity document; of a unit 统一社会信用代码.")
    ] = "",
    institution: Annotated[str, typer.Option("--institution", help="Who keeps it, or the institution itself.")] = "",
    holder: Annotated[str, typer.Option("--holder", help="户名, as the order states it.")] = "",
    amount: Amount = "",
    traced: Traced = "",
    mode: Modes = None,
    mode_reason: ModeReason = "",
    term: Term = "",
    period: Period = "",
    document: Document = "",
    question: Annotated[
        list[str] | None,
        typer.Option("--question", metavar="ACCOUNT,FROM,UNTIL", help="What a query asks; repeatable."),
    ] = None,
    payee: Annotated[
        str, typer.Option("--payee", help="Of a payment that is held: the account to which it goes.")
    ] = "",
    found_by: FoundBy = "",
    finding: FindingNumber = "",
    found_on: FoundOn = "",
    override: Overrides = None,
    redrafts: Annotated[
        str, typer.Option("--redrafts", metavar="MEASURE", help="What the institution refused and this one puts right.")
    ] = "",
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Word a measure of any kind; the rules fill in mode, term and period where none is named."""
    from fanzha.measures.model import MeasureKind
    from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
    from fanzha.services.desk.read_finding import read_finding

    wanted = MeasureDraft(
        kind=read_word(kind, MeasureKind, "KIND"),
        reason=reason,
        basis=basis,
        case=case,
        fact=fact,
        target=_target(account, line, site, person, institution, holder),
        modes=tuple(mode or ()),
        amount_minor=read_amount(amount),
        traced_minor=read_amount(traced, "--traced"),
        mode_reason=mode_reason,
        term=term,
        period=read_span(period),
        document=document,
        overrides=read_overrides(override),
        questions=tuple(_question(text) for text in question or ()),
        payee=payee,
        finding=read_finding(found_by, finding, found_on),
        redrafts=redrafts,
    )
    with at_desk(context, login) as at:
        _tell_worded(at, draft_measure(at.desk, at.actor, wanted, request=request))


def amend(
    context: typer.Context,
    measure: MeasureId,
    *,
    reason: Annotated[str | None, typer.Option("--reason", help="Another reason.")] = None,
    basis: Annotated[str | None, typer.Option("--basis", help="Another article.")] = None,
    amount: Amount = "",
    traced: Traced = "",
    mode: Modes = None,
    mode_reason: Annotated[str | None, typer.Option("--mode-reason", help="Why more than the least.")] = None,
    term: Annotated[str | None, typer.Option("--term", help="Another term.")] = None,
    period: Period = "",
    document: Annotated[str | None, typer.Option("--document", metavar="文号", help="Number of the notice.")] = None,
    found_by: FoundBy = "",
    finding: FindingNumber = "",
    found_on: FoundOn = "",
    override: Overrides = None,
    version: Version = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Word a draft anew; what is left out stays. Once proposed it stands as it was proposed."""
    from fanzha.services.desk.amend_draft import Amendment, amend_draft
    from fanzha.services.desk.read_finding import read_finding

    amendment = Amendment(
        reason=reason,
        basis=basis,
        modes=tuple(mode or ()),
        mode_reason=mode_reason,
        amount_minor=read_amount(amount),
        traced_minor=read_amount(traced, "--traced"),
        term=term,
        period=read_span(period),
        document=document,
        overrides=read_overrides(override),
        finding=read_finding(found_by, finding, found_on),
    )
    with at_desk(context, login) as at:
        changed = amend_draft(at.desk, at.actor, measure, amendment, version=version, request=request)
        _tell_worded(at, changed)


def convert(
    context: typer.Context,
    measure: MeasureId,
    *,
    document: Document = "",
    reason: Reason = "",
    into: Annotated[str, typer.Option("--into", help="freeze or queued_freeze.")] = "freeze",
    basis: Basis = "",
    amount: Amount = "",
    traced: Traced = "",
    mode: Modes = None,
    mode_reason: ModeReason = "",
    term: Term = "",
    period: Period = "",
    override: Overrides = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Draft the freeze that continues a stop, in one action; the case must be filed (立案). The stop ends as it begins."""
    from fanzha.measures.model import MeasureKind
    from fanzha.services.desk.convert_measure import Conversion, convert_measure

    wanted = Conversion(
        document=document,
        reason=reason,
        into=read_word(into, MeasureKind, "--into"),
        basis=basis,
        amount_minor=read_amount(amount),
        traced_minor=read_amount(traced, "--traced"),
        modes=tuple(mode or ()),
        mode_reason=mode_reason,
        term=term,
        period=read_span(period),
        overrides=read_overrides(override),
    )
    with at_desk(context, login) as at:
        made = convert_measure(at.desk, at.actor, measure, wanted, request=request)
        _tell_worded(at, made, f"continues {measure}")


def preview(context: typer.Context, measure: MeasureId, *, login: AsOption = None) -> None:
    """Say before proposing what would be refused, what needs a reason, and how much innocent money would be held."""
    from fanzha.measures.model import Measure
    from fanzha.services.desk.documents.measure import preview_document
    from fanzha.services.desk.open_record import open_record
    from fanzha.services.desk.preview_measure import preview_measure

    with at_desk(context, login) as at:
        mask = open_record(at.desk, at.actor, Measure, measure).mask
        found = preview_measure(at.desk, at.actor, measure)
        if at.json:
            write_json({"id": measure, "version": found.measure.version, **preview_document(found, mask)})
            return
        show_preview(found, mask)


def show_preview(found: Preview, mask: Mask) -> None:
    """What stands against a measure and beside it, for people."""
    from fanzha.core.money import exponent_of, format_minor

    exponent = exponent_of(found.measure.request.scope.currency)

    def money(minor: int | None) -> str:
        return "unknown" if minor is None else format_minor(minor, exponent)

    against = [
        *(["refused", each.rule, each.sentence] for each in found.refused),
        *(["needs a reason", each.rule, each.sentence] for each in found.open),
        *(["has a reason", each.rule, each.sentence] for each in found.reasoned),
    ]
    if found.carried is not None:
        show_carried(found.carried, found.measure)
    show_same_payment(found)
    if found.told_due_us is not None:
        say(
            f"the holder is to be told by {format_instant(found.told_due_us)[:16]}: fanzha measure told {found.measure.id}"
        )
    undecided = found.measure.status.value in {"draft", "proposed"}
    nothing = "nothing stands against it" if undecided else ""
    show_table("Against it", ["", "rule", "why"], against, nothing=nothing)
    if found.account is not None and found.advice is not None:
        account, advice = found.account, found.advice
        pairs = [
            ("balance", money(account.balance_minor)),
            ("available", money(account.available_minor)),
            ("bound by other measures", money(account.bound_elsewhere_minor)),
            ("wages recognised", money(account.wages_minor)),
            ("a natural person's", _known(account.natural_person)),
            ("a merchant's", _known(account.merchant)),
            ("payers for goods, last month", "unknown" if account.goods_payers is None else str(account.goods_payers)),
            ("hops from the victim", "unknown" if account.hop is None else str(account.hop)),
            ("least that serves", money(advice.least_minor)),
            ("innocent money held", money(advice.innocent_minor)),
            ("to be left free at once", money(advice.spare_minor)),
            ("advice", "ask the institution, hold nothing" if advice.query_instead else ""),
        ]
        show_pairs("The account", list(pairs))
        hazards = [[each.hazard.value, mask.text(each.sentence)] for each in advice.hazards]
        show_table("Hazards", ["hazard", "what"], hazards)
    if found.open:
        say("a reason is given with: fanzha measure amend ID --override RULE=REASON")


def show_same_payment(found: Preview) -> None:
    """That the very payment has an order already."""
    from fanzha.measures.words import KIND_WORDS, STATUS_WORDS

    for each in found.same_payment:
        whose = f"{each.id} of {each.case}" if each.id else "another body's"
        say(f"the same payment has a {KIND_WORDS[each.kind]} already, which is {STATUS_WORDS[each.status]}: {whose}")


def show_carried(carried: Carried, measure: Measure) -> None:
    """How much, by every method and by the facts, beside what the measure says."""
    from fanzha.core.money import exponent_of, format_minor
    from fanzha.measures.words import PURPOSE_WORDS

    def money(minor: int | None) -> str:
        return "" if minor is None else format_minor(minor, exponent_of(carried.currency))

    pairs = [
        ("this measure follows", money(measure.request.scope.traced_minor) or "unknown"),
        (f"by {carried.method}, the method for {PURPOSE_WORDS[carried.purpose]}", money(carried.method_minor)),
        *((f"by {name}", money(minor)) for name, minor in carried.by_method.items() if name != carried.method),
        ("traced here, unknown what became of it", money(carried.unknown_minor or None)),
        ("by the facts", money(carried.facts_minor)),
        ("by facts newer than the trace", money(carried.newer_minor or None)),
        ("by the measure that it continues", money(carried.before_minor)),
    ]
    show_pairs("How much", list(pairs))
    if carried.disagrees:
        say("the methods disagree: the rule of the purpose names the one that counts")
    if not carried.run:
        say(f"the case was never traced; run: fanzha trace --case {measure.request.case}")


def _tell_worded(at: AtDesk, measure: Measure, said: str = "") -> None:
    """The draft, with the figures beside it."""
    from fanzha.services.desk.preview_measure import preview_measure

    tell_measure(at, measure, said)
    if not at.json:
        found = preview_measure(at.desk, at.actor, measure.id)
        if found.carried is not None:
            show_carried(found.carried, measure)
        show_same_payment(found)


def _known(answer: bool | None) -> str:
    return "unknown" if answer is None else "yes" if answer else "no"


def _target(account: str, line: str, site: str, person: str, institution: str, holder: str) -> Target | None:
    from fanzha.measures.model import Target, TargetKind

    named = [
        (TargetKind.ACCOUNT, account), (TargetKind.LINE, line), (TargetKind.SITE, site), (TargetKind.PERSON, person),
    ]  # fmt: skip
    given = [(kind, text.strip()) for kind, text in named if text.strip()]
    if len(given) > 1:
        raise BadInput("name one target: --account, --line, --site or --person")
    if given:
        return Target(*given[0], institution, holder)
    return Target(TargetKind.INSTITUTION, institution, institution) if institution else None


def _question(text: str) -> Question:
    from fanzha.measures.orders import Question

    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not all(parts):
        raise BadInput(f"--question {text!r}: write ACCOUNT,FROM,UNTIL")
    return Question(parts[0], parse_instant(parts[1]), parse_instant(parts[2]))
