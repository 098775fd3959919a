"""`fanzha measure appeal|decide-appeal|withdraw-appeal`: who is hit objects, and is answered in writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fanzha.cli.desk_session import AsOption, AtDesk, at_desk
from fanzha.cli.measure_words import Amount, MeasureId, RequestKey, Version, read_amount, read_file, read_word
from fanzha.cli.output import say, write_json
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from pathlib import Path

    from fanzha.measures.appeals import Appeal

AppealId = Annotated[str, typer.Argument(metavar="APPEAL", help="Number of the appeal.")]


def appeal(
    context: typer.Context,
    measure: MeasureId,
    *,
    by: Annotated[str, typer.Option("--by", help="Who appeals: the holder, or who acts for him.")] = "",
    grounds: Annotated[str, typer.Option("--grounds", help="What he says.")] = "",
    file: Annotated[
        list[str] | None, typer.Option("--file", metavar="FILE", help="What he hands in; repeatable.")
    ] = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Take an appeal down; its number is told to the appellant at once, and a clock runs for the written answer."""
    from pathlib import Path

    from fanzha.services.desk.answer_appeal import lodge_appeal

    with at_desk(context, login) as at:
        kept = tuple(keep_file(at, Path(path)) for path in file or ())
        lodged = lodge_appeal(at.desk, at.actor, measure, by, grounds, evidence=kept, request=request)
        _tell(at, lodged, f"answer in writing by {format_instant(lodged.due_us)[:16]}")


def decide_appeal(
    context: typer.Context,
    number: AppealId,
    *,
    decision: Annotated[str, typer.Option("--decision", help="upheld, upheld_in_part or denied.")],
    answer: Annotated[str, typer.Option("--answer", help="What was examined, and why it is so decided.")] = "",
    release: Amount = "",
    version: Version = None,
    login: AsOption = None,
) -> None:
    """Answer in writing, by somebody who took no part in the measure; upheld lifts it in the same moment."""
    from fanzha.measures.appeals import ANSWERS, AppealStatus
    from fanzha.measures.words import STATUS_WORDS
    from fanzha.services.desk.answer_appeal import decide_appeal as use_case

    status = read_word(decision, AppealStatus, "--decision", ANSWERS)
    with at_desk(context, login) as at:
        done = use_case(at.desk, at.actor, number, status, answer, release_minor=read_amount(release), version=version)
        _tell(at, done.appeal, f"{done.measure.id} is {STATUS_WORDS[done.measure.status]}")


def withdraw_appeal(
    context: typer.Context, number: AppealId, *, version: Version = None, login: AsOption = None
) -> None:
    """Note that whoever appealed thought better of it."""
    from fanzha.services.desk.answer_appeal import withdraw_appeal as use_case

    with at_desk(context, login) as at:
        _tell(at, use_case(at.desk, at.actor, number, version=version), "")


def keep_file(at: AtDesk, path: Path) -> str:
    """Keeps a file that somebody brought; its SHA-256. Raises BadInput when it cannot be read."""
    from fanzha import bootstrap

    return bootstrap.evidence_store(at.home).put(read_file(path), path.name)


def _tell(at: AtDesk, appeal: Appeal, said: str) -> None:
    from fanzha.measures.model import Measure
    from fanzha.services.desk.documents.measure import appeal_document
    from fanzha.services.desk.open_record import open_record

    if at.json:
        mask = open_record(at.desk, at.actor, Measure, appeal.measure).mask
        write_json(appeal_document(appeal, mask))
        return
    say(f"{appeal.id}  {appeal.status.value}  version {appeal.version}" + (f"  {said}" if said else ""))
