"""`fanzha measure propose|approve|…`: who decides what on a measure, each verb one decision."""

from __future__ import annotations

from typing import Annotated

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.measure_words import (
    Amount,
    MeasureId,
    Period,
    Reason,
    RequestKey,
    Version,
    read_amount,
    read_span,
    read_word,
    tell_measure,
)
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import parse_instant


def propose(
    context: typer.Context,
    measure: MeasureId,
    *,
    version: Version = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Send a draft to the approver; what stands against it is said by its rule."""
    from fanzha.services.desk.propose_measure import propose_measure

    with at_desk(context, login) as at:
        tell_measure(at, propose_measure(at.desk, at.actor, measure, version=version, request=request))


def approve(
    context: typer.Context,
    measure: MeasureId,
    *,
    version: Version = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Approve what another officer proposed; its order waits to leave from this moment."""
    from fanzha.services.desk.approve_measure import approve_measure

    with at_desk(context, login) as at:
        tell_measure(at, approve_measure(at.desk, at.actor, measure, version=version, request=request))


def reject(
    context: typer.Context, measure: MeasureId, *, reason: Reason = "",
    version: Version = None, request: RequestKey = "", login: AsOption = None,
) -> None:  # fmt: skip
    """Turn down what was proposed, and say why."""
    from fanzha.services.desk.reject_measure import reject_measure

    with at_desk(context, login) as at:
        tell_measure(at, reject_measure(at.desk, at.actor, measure, reason, version=version, request=request))


def withdraw(
    context: typer.Context, measure: MeasureId, *, reason: Reason = "",
    version: Version = None, request: RequestKey = "", login: AsOption = None,
) -> None:  # fmt: skip
    """Take a draft or a proposal back; what was approved is lifted instead."""
    from fanzha.services.desk.withdraw_measure import withdraw_measure

    with at_desk(context, login) as at:
        tell_measure(at, withdraw_measure(at.desk, at.actor, measure, reason, version=version, request=request))


def act_first(
    context: typer.Context, measure: MeasureId, *, reason: Reason = "",
    version: Version = None, request: RequestKey = "", login: AsOption = None,
) -> None:  # fmt: skip
    """Emergency: the order may leave at once, and is void unless another officer countersigns in time."""
    from fanzha.services.desk.act_first import act_first as use_case

    with at_desk(context, login) as at:
        tell_measure(
            at, use_case(at.desk, at.actor, measure, reason, version=version, request=request),
            "to be countersigned by another officer",
        )  # fmt: skip


def countersign(
    context: typer.Context,
    measure: MeasureId,
    *,
    version: Version = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Answer for what a colleague began first; its own term counts from now on."""
    from fanzha.services.desk.countersign_measure import countersign_measure

    with at_desk(context, login) as at:
        tell_measure(at, countersign_measure(at.desk, at.actor, measure, version=version, request=request))


def renew(
    context: typer.Context, measure: MeasureId, *, reason: Reason = "", period: Period = "",
    version: Version = None, request: RequestKey = "", login: AsOption = None,
) -> None:  # fmt: skip
    """Ask for one more period before the end; without --period the longest that the term allows."""
    from fanzha.services.desk.renew_measure import ask_renewal

    with at_desk(context, login) as at:
        asked = ask_renewal(
            at.desk, at.actor, measure, reason, period=read_span(period), version=version, request=request
        )
        tell_measure(at, asked, "renewal asked for; it counts once approved before the end")


def approve_renewal(
    context: typer.Context,
    measure: MeasureId,
    *,
    version: Version = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Grant the renewal that another officer asked for; the institution is told."""
    from fanzha.services.desk.renew_measure import approve_renewal as use_case

    with at_desk(context, login) as at:
        tell_measure(at, use_case(at.desk, at.actor, measure, version=version, request=request))


def release_part(
    context: typer.Context, measure: MeasureId, *, reason: Reason = "", amount: Amount = "",
    another: Annotated[bool, typer.Option("--another", help="It is a further part of the same amount.")] = False,
    version: Version = None, request: RequestKey = "", login: AsOption = None,
) -> None:  # fmt: skip
    """Let a part go; without --amount what the guard would leave free for wages and living."""
    from fanzha.services.desk.release_part import release_part as use_case

    with at_desk(context, login) as at:
        released = use_case(
            at.desk, at.actor, measure, reason, amount_minor=read_amount(amount), another=another, version=version,
            request=request,
        )  # fmt: skip
        gone = format_minor(released.part_releases[-1].amount_minor, exponent_of(released.request.scope.currency))
        tell_measure(at, released, f"let go: {gone}")


def lift(
    context: typer.Context, measure: MeasureId, *, reason: Reason = "",
    version: Version = None, request: RequestKey = "", login: AsOption = None,
) -> None:  # fmt: skip
    """Let go at once; the release goes to the institution, and one that is not confirmed becomes an incident."""
    from fanzha.services.desk.lift_measure import lift_measure

    with at_desk(context, login) as at:
        tell_measure(at, lift_measure(at.desk, at.actor, measure, reason, version=version, request=request))


def unrelated(
    context: typer.Context, measure: MeasureId, *, reason: Reason = "",
    version: Version = None, request: RequestKey = "", login: AsOption = None,
) -> None:  # fmt: skip
    """Find that it has nothing to do with the case; a clock says by when it must be lifted."""
    from fanzha.services.desk.find_unrelated import find_unrelated

    with at_desk(context, login) as at:
        found = find_unrelated(at.desk, at.actor, measure, reason, version=version, request=request)
        tell_measure(at, found, "found unrelated: lift it within its days")


def evidence(
    context: typer.Context,
    measure: MeasureId,
    *,
    kind: Annotated[str, typer.Option("--kind", help="trade, wages, living_costs, good_faith, other.")] = "other",
    text: Annotated[str, typer.Option("--text", help="What speaks against the measure.")] = "",
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Put what speaks against a measure beside it; goods, wages and living costs are looked at within a day."""
    from fanzha.measures.model import EvidenceKind
    from fanzha.services.desk.hear_evidence import give_evidence

    what = read_word(kind, EvidenceKind, "--kind")
    with at_desk(context, login) as at:
        given = give_evidence(at.desk, at.actor, measure, what, text, request=request)
        tell_measure(at, given, f"evidence {given.counter_evidence[-1].id}")


def look(
    context: typer.Context,
    measure: MeasureId,
    evidence_id: Annotated[str, typer.Argument(metavar="EVIDENCE", help="Id of the evidence.")],
    *,
    finding: Annotated[str, typer.Option("--finding", help="What was found.")] = "",
    version: Version = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Say what was found in a piece of evidence; lifting or letting go is the next step."""
    from fanzha.services.desk.hear_evidence import look_at_evidence

    with at_desk(context, login) as at:
        tell_measure(
            at, look_at_evidence(at.desk, at.actor, measure, evidence_id, finding, version=version, request=request)
        )


def call_back(
    context: typer.Context,
    measure: MeasureId,
    *,
    outcome: Annotated[str, typer.Option("--outcome", help="not_reached, gives_up or goes_on.")],
    note: Annotated[str, typer.Option("--note", help="What was said, in a sentence.")] = "",
    version: Version = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Note the call to a customer whose payment is held; if he goes on after the warning, the hold ends at once."""
    from fanzha.measures.model import CallBackOutcome
    from fanzha.services.desk.record_call_back import record_call_back

    said = read_word(outcome, CallBackOutcome, "--outcome")
    with at_desk(context, login) as at:
        tell_measure(at, record_call_back(at.desk, at.actor, measure, said, note, version=version, request=request))


def told(
    context: typer.Context,
    measure: MeasureId,
    *,
    how: Annotated[
        str, typer.Option("--how", help="in_person, letter, call, message, by_institution or public_notice.")
    ],
    at_time: Annotated[str, typer.Option("--at", metavar="TIME", help="When; now if left out.")] = "",
    whom: Annotated[str, typer.Option("--whom", help="Who was told in the holder's place.")] = "",
    note: Annotated[str, typer.Option("--note", help="What is to be kept of it, in a sentence.")] = "",
    version: Version = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Note that the holder was told: before a discipline is decided, of what was carried out, or of what was lifted."""
    from fanzha.measures.model import TellingWay
    from fanzha.measures.telling import told_due_us
    from fanzha.services.desk.tell_holder import tell_holder

    way = read_word(how, TellingWay, "--how")
    at_us = parse_instant(at_time) if at_time else None
    with at_desk(context, login) as at:
        done = tell_holder(
            at.desk, at.actor, measure, way, at_us=at_us, whom=whom, note=note, version=version, request=request
        )
        waits = told_due_us(done, at.desk.rules.measures) is not None
        tell_measure(at, done, "noted; he is still to be told in writing" if waits else "the holder is told")
