"""`fanzha measure show|list|incidents|close-incident|tally`: what stands, what waits, and what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AsOption, at_desk
from fanzha.cli.measure_drafting import show_preview
from fanzha.cli.measure_words import MeasureId, RequestKey, Version, read_word, show_pairs
from fanzha.cli.output import say, show_table, write_json
from fanzha.cli.record_options import ForCaseOption, RevealOption, WhyOption, list_mask, page_document
from fanzha.core.time import DAY_US, format_instant, parse_instant

if TYPE_CHECKING:
    from fanzha.measures.orders import Incident

Status = Annotated[list[str] | None, typer.Option("--status", help="Only these; repeatable.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="Records of a page.")]
Cursor = Annotated[str, typer.Option("--cursor", help="Of the page before.")]
CaseWanted = Annotated[str, typer.Option("--case", help="Only of this case.")]
MINUTES = 16  # letters of an instant up to its minutes


def show(
    context: typer.Context,
    measure: MeasureId,
    *,
    reveal: RevealOption = False,
    for_case: ForCaseOption = "",
    why: WhyOption = "",
    login: AsOption = None,
) -> None:
    """A measure with its whole life, what speaks against it beside the request."""
    from fanzha.measures.model import Measure
    from fanzha.services.desk.documents.measure import appeal_document, measure_document, preview_document
    from fanzha.services.desk.open_record import open_record
    from fanzha.services.desk.preview_measure import preview_measure

    with at_desk(context, login) as at:
        mask = open_record(at.desk, at.actor, Measure, measure, reveal=reveal, case=for_case, reason=why).mask
        found = preview_measure(at.desk, at.actor, measure)
        document = measure_document(found.measure, mask, at.desk.clock.now_us())
        if at.json:
            write_json({**document, "preview": preview_document(found, mask)})
            return
        _show_document(document)
        show_preview(found, mask)
        _show_appeals([appeal_document(one, mask) for one in found.appeals])


def list_measures(
    context: typer.Context,
    *,
    case: CaseWanted = "",
    account: Annotated[str, typer.Option("--account", help="Only on this account.")] = "",
    institution: Annotated[str, typer.Option("--institution", help="Only at this institution.")] = "",
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only of these kinds.")] = None,
    status: Status = None,
    limit: Limit = 50,
    cursor: Cursor = "",
    login: AsOption = None,
) -> None:
    """What stands or waits, the next due first; then what is over."""
    from fanzha.services.desk import lists
    from fanzha.services.desk.documents.measure import measure_line

    with at_desk(context, login) as at:
        wanted = lists.ListWanted(
            status=tuple(status or ()), case=case, account=account, institution=institution, kind=tuple(kind or ()),
            limit=limit, cursor=cursor or None,
        )  # fmt: skip
        page = lists.list_measures(at.desk, at.actor, wanted)
        mask = list_mask(at, ())  # no free text is in a line
        rows = [measure_line(one, mask, at.desk.clock.now_us()) for one in page.rows]
        if at.json:
            write_json(page_document("measures", rows, page.next_cursor, lists.nothing_matches(wanted)))
            return
        columns = ["measure", "kind", "status", "until", "amount", "held", "account", "institution", "case"]
        lines = [
            [
                row["id"], row["kind"].value, row["status"].value, _short(row["ends_at"]), row["amount"] or "", row["held"] or "",
                row["target"]["reference"], row["target"]["institution"], row["case"],
            ]
            for row in rows
        ]  # fmt: skip
        show_table(
            "Measures",
            columns,
            lines,
            right=["amount", "held"],
            spare=["case", "institution"],
            nothing=lists.nothing_matches(wanted) or "no measures",
        )
        if page.next_cursor:
            say(f"more: --cursor {page.next_cursor}")


def list_appeals(
    context: typer.Context,
    *,
    status: Annotated[str, typer.Option("--status", help="received, upheld, upheld_in_part, denied, withdrawn.")] = "",
    organisation: Annotated[str, typer.Option("--organisation", help="A body below; your own if left out.")] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
    login: AsOption = None,
) -> None:
    """Appeals of a body, the next due first."""
    from fanzha.measures.appeals import AppealStatus
    from fanzha.services.desk import list_appeals as use_case
    from fanzha.services.desk.documents.measure import appeal_document

    wanted = read_word(status, AppealStatus, "--status") if status else None
    with at_desk(context, login) as at:
        page = use_case.list_appeals(
            at.desk, at.actor, status=wanted, organisation=organisation, limit=limit, cursor=cursor or None
        )
        mask = list_mask(at, page.rows)
        rows = [appeal_document(one, mask) for one in page.rows]
        if at.json:
            write_json({"appeals": rows, "next_cursor": page.next_cursor})
            return
        _show_appeals(rows, nothing="no appeals")
        if page.next_cursor:
            say(f"more: --cursor {page.next_cursor}")


def list_incidents(
    context: typer.Context,
    *,
    measure: Annotated[str, typer.Option("--measure", help="Only of this measure.")] = "",
    status: Status = None,
    limit: Limit = 50,
    cursor: Cursor = "",
    login: AsOption = None,
) -> None:
    """What does not fit and waits for a person: answers to no order, lifts that failed, contradictions."""
    from fanzha.services.desk import lists
    from fanzha.services.desk.documents.measure import incident_document

    with at_desk(context, login) as at:
        wanted = lists.ListWanted(status=tuple(status or ()), measure=measure, limit=limit, cursor=cursor or None)
        page = lists.list_incidents(at.desk, at.actor, wanted)
        mask = list_mask(at, page.rows)
        rows = [incident_document(one, mask) for one in page.rows]
        if at.json:
            write_json({"incidents": rows, "next_cursor": page.next_cursor})
            return
        columns = ["incident", "kind", "at", "state", "what"]
        lines = [[r["id"], r["kind"].value, _short(r["at"]), r["state"], r["sentence"]] for r in rows]
        show_table("Incidents", columns, lines, nothing="no incidents")
        if page.next_cursor:
            say(f"more: --cursor {page.next_cursor}")


def close_incident(
    context: typer.Context,
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Id of the incident.")],
    *,
    finding: Annotated[str, typer.Option("--finding", help="What was found.")] = "",
    version: Version = None,
    request: RequestKey = "",
    login: AsOption = None,
) -> None:
    """Close an incident with what was found."""
    from fanzha.services.desk.close_incident import close_incident as use_case
    from fanzha.services.desk.documents.measure import incident_document

    with at_desk(context, login) as at:
        closed: Incident = use_case(at.desk, at.actor, incident, finding, version=version, request=request)
        if at.json:
            write_json(incident_document(closed, list_mask(at, [closed])))
            return
        say(f"{closed.id} is closed")


def tally(
    context: typer.Context,
    *,
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="30 days ago if left out.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Now if left out.")] = "",
    organisation: Annotated[str, typer.Option("--organisation", help="A body below; your own if left out.")] = "",
    login: AsOption = None,
) -> None:
    """How often was acted first, and how often a countersignature came in time, came not, or is still waited for."""
    from fanzha.services.desk.tally_emergencies import tally_emergencies

    with at_desk(context, login) as at:
        until_us = parse_instant(until) if until else at.desk.clock.now_us() + 1
        from_us = parse_instant(since) if since else until_us - 30 * DAY_US
        counted = tally_emergencies(at.desk, at.actor, from_us, until_us, organisation=organisation)
        document = {
            "from": format_instant(from_us), "until": format_instant(until_us),
            "acted_first": counted.acted_first, "countersigned": counted.in_time, "missing": counted.missing,
            "waiting": counted.waiting,
        }  # fmt: skip
        if at.json:
            write_json(document)
            return
        show_pairs("Acted first", [(name, str(value)) for name, value in document.items()])


def _finding(finding: dict[str, str] | None) -> str:
    return "" if finding is None else f"{finding['organ']}  {finding['number']}  {finding['found_on']}"


def _show_document(document: dict[str, Any]) -> None:
    target = document["target"]
    basis = document["basis"]
    pairs = [
        ("measure", f"{document['id']}  version {document['version']}"),
        ("kind", document["kind"].value),
        ("status", document["status"].value),
        ("on", f"{target['reference']}  {target['institution']}  {target['holder_name']}"),
        ("amount", document["amount"]),
        ("traced", document["traced"]),
        ("innocent", document["innocent"]),
        ("executed", document["executed"]),
        ("let go of it", document["released"] if document["part_releases"] else ""),
        ("still held", document["held"] if document["part_releases"] else ""),
        ("mode", document["modes"]),
        ("basis", "" if basis is None else f"{basis['text']} ({basis['certainty'].value})"),
        ("found by", _finding(document["finding"])),
        ("case", f"{document['case']}  {document['filing']}".strip()),
        ("文号", document["document"]),
        ("term", f"{document['term']}  {document['period'] or ''}".strip()),
        ("from", _short(document["starts_at"])),
        ("until", _short(document["ends_at"])),
        ("countersign by", _short(document["countersign_due_at"])),
        ("reason", document["reason"]),
        ("reasons against limits", [f"{each['rule']}: {each['reason']}" for each in document["overrides"]]),
        ("ended", f"{_short(document['ended_at'])}  {document['end_reason']}".strip()),
        ("goes on in", document["converted_into"]),
    ]
    show_pairs("Measure", pairs)
    signed = [
        [s["signature"].value, s["by"], s["organisation"], _short(s["at"]), s["note"]] for s in document["approvals"]
    ]
    show_table("Signed", ["what", "by", "of", "at", "note"], signed)
    orders = [
        [
            o["id"], o["verb"].value, o["status"].value, o["channel"] or "", o["document"], o["number_elsewhere"],
            _short(o["sent_at"]),
        ]
        for o in document["orders"]
    ]  # fmt: skip
    show_table("Orders", ["order", "verb", "status", "channel", "文号", "number elsewhere", "sent"], orders)
    answers = [
        [
            r["id"],
            r["order"],
            r["outcome"].value,
            _short(r["answered_at"]),
            r["amount"] or "",
            r["code"],
            r["entered_by"],
        ]
        for r in document["receipts"]
    ]
    show_table("Answers", ["answer", "order", "outcome", "done at", "amount", "code", "entered by"], answers)
    _show_corrections(document["corrections"])
    told = [[t["how"].value, t["whom"], t["by"], _short(t["at"]), t["note"]] for t in document["told"]]
    show_table("Told", ["how", "whom", "by", "at", "note"], told)
    evidence = [
        [e["id"], e["kind"].value, e["text"], _short(e["given_at"]), e["finding"] or "waits"]
        for e in document["counter_evidence"]
    ]
    show_table("Against the measure", ["evidence", "kind", "what", "given", "finding"], evidence)


def _show_corrections(corrections: list[dict[str, Any]]) -> None:
    """Answers that were typed in wrongly, as they stood."""
    corrected = [
        [
            c["receipt"]["id"],
            c["receipt"]["outcome"].value,
            c["receipt"]["amount"] or "",
            c["by"],
            _short(c["at"]),
            c["reason"],
        ]
        for c in corrections
    ]
    show_table("Corrected", ["answer", "was", "amount", "corrected by", "at", "why"], corrected)


def _show_appeals(rows: list[dict[str, Any]], nothing: str = "") -> None:
    lines = [
        [
            row["id"],
            row["status"].value,
            row["measure"],
            row["by"],
            row["grounds"],
            _short(row["due_at"]),
            row["answer"],
        ]
        for row in rows
    ]
    columns = ["appeal", "status", "measure", "by", "grounds", "answer by", "answer"]
    show_table("Appeals", columns, lines, spare=["answer"], nothing=nothing)


def _short(instant: str | None) -> str:
    return "" if instant is None else instant[:MINUTES].replace("T", " ")
