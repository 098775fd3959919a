"""Campaigns, operations, their entries and tallies as documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from fanzha.casework.operations import (
    Campaign,
    Identifier,
    IdentifierKind,
    Operation,
    OperationResult,
    TallyLine,
    YearTotal,
)
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.services.desk.documents.case import task_document
from fanzha.services.desk.enter_result import Entered
from fanzha.services.desk.import_seizures import SeizuresImported
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.match_numbers import NumberMatch
from fanzha.services.desk.operation_page import OperationPage
from fanzha.services.desk.operation_tally import CampaignTally
from fanzha.statistics.catalogue import Catalogue

MONEY_CLASS: Final = "money"


def campaign_document(campaign: Campaign, mask: Mask) -> dict[str, Any]:
    """A campaign."""
    return {
        "id": campaign.id,
        "version": campaign.version,
        "organisation": campaign.organisation,
        "title": mask.text(campaign.title),
        "aims": mask.text(campaign.aims),
        "status": campaign.status.value,
        "first_day": campaign.first_day,
        "last_day": campaign.last_day,
        "document": campaign.document,
        "bodies": list(campaign.bodies),
        "opened_by": campaign.opened_by,
        "opened_at": format_instant(campaign.opened_at_us),
    }


def operation_document(operation: Operation, mask: Mask) -> dict[str, Any]:
    """An operation with its plan, its people and its decisions; what it achieved stands in its entries."""
    plan = operation.plan
    return {
        "id": operation.id,
        "version": operation.version,
        "organisation": operation.organisation,
        "title": mask.text(plan.title),
        "kind": plan.kind.value,
        "category": plan.category.value,
        "class": plan.class_slug,
        "campaign": plan.campaign,
        "status": operation.status.value,
        "aims": mask.text(plan.aims),
        "basis": mask.text(plan.basis),
        "plan": mask.text(plan.text),
        "bodies": list(operation.bodies),
        "cases": list(operation.cases),
        "points": [
            {"id": point.id, "place": mask.text(point.place), "note": mask.text(point.note)}
            for point in operation.points
        ],
        "teams": [
            {
                "id": team.id,
                "title": mask.text(team.title),
                "organisation": team.organisation,
                "leader": team.leader,
                "members": list(team.members),
                "point": team.point,
            }
            for team in operation.teams
        ],
        "decisions": [
            {
                "step": one.step.value,
                "number": one.number,
                "reason": mask.text(one.reason),
                "by": one.by,
                "organisation": one.organisation,
                "at": format_instant(one.at_us),
            }
            for one in operation.decisions
        ],
        "remarks": [
            {"id": one.id, "by": one.by, "at": format_instant(one.at_us), "text": mask.text(one.text)}
            for one in operation.remarks
        ],
        "drafted_by": operation.drafted_by,
        "drafted_at": format_instant(operation.drafted_at_us),
    }


def shown_number(number: Identifier, mask: Mask) -> str:
    """A number as it may be shown: accounts and telephones behind the mask, and what is long enough to be a person's."""
    if number.kind in {IdentifierKind.ACCOUNT, IdentifierKind.MERCHANT}:
        return mask.account(number.value)
    return mask.phone(number.value) if number.kind is IdentifierKind.PHONE else mask.text(number.value)


def result_document(result: OperationResult, mask: Mask) -> dict[str, Any]:
    """An entry with its corrections' origin, its procedure and its custody; persons behind the mask."""
    draft = result.draft
    return {
        "id": result.id,
        "version": result.version,
        "operation": result.operation,
        "kind": draft.kind.value,
        "quantity": draft.quantity,
        "at": format_instant(draft.at_us),
        "request": draft.request,
        "document": draft.document,
        "team": draft.team,
        "den": draft.take_down_of,
        "note": mask.text(draft.note),
        **_content(result, mask),
        "corrects": result.corrects,
        "reason": mask.text(result.reason),
        "body": result.body,
        "by": result.by,
        "entered_at": format_instant(result.entered_us),
        "clues": list(result.clues),
    }


def _content(result: OperationResult, mask: Mask) -> dict[str, Any]:
    draft = result.draft
    if draft.take_down is not None:
        den = draft.take_down
        return {"target": den.target, "place": mask.text(den.place), "jurisdiction": den.jurisdiction or None}
    if draft.force is not None:
        return {"force": draft.force.value}
    if draft.goods is not None:
        goods = draft.goods
        return {
            "item": goods.item,
            "currency": goods.currency,
            "numbers": [{"kind": one.kind.value, "number": shown_number(one, mask)} for one in goods.identifiers],
            "marks": mask.text(goods.marks),
            "place": mask.text(goods.place),
            "where": result.where.value,
            "holder": mask.text(result.holder),
            "custody": [
                {
                    "step": link.step.value,
                    "giver": mask.text(link.giver),
                    "receiver": mask.text(link.receiver),
                    "place": mask.text(link.place),
                    "document": link.document,
                    "at": format_instant(link.at_us),
                    "by": link.by,
                }
                for link in result.custody
            ],
        }
    suspect = draft.suspect
    assert suspect is not None, "an entry says one thing"
    return {
        "name": mask.name(suspect.name),
        "id_number": mask.identity(suspect.id_number),
        "charges": list(suspect.charges),
        "capacity": suspect.capacity,
        "arrival": suspect.arrival,
        "case": suspect.case,
        "status": result.status.value,
        "decisions": [
            {
                "step": one.step.value,
                "document": one.document,
                "number": one.number,
                "at": format_instant(one.at_us),
                "by": one.by,
            }
            for one in result.decisions
        ],
    }


def entered_document(entered: Entered, mask: Mask) -> dict[str, Any]:
    """An entry as it stands, what has its numbers, and whether it had been entered before."""
    return {
        **result_document(entered.result, mask),
        "again": entered.again,
        "matches": [match_document(match, mask) for match in entered.matches],
    }


def match_document(match: NumberMatch, mask: Mask) -> dict[str, Any]:
    """Something known that has a seized number; of what may not be seen the body alone."""
    return {
        "number": shown_number(match.number, mask),
        "number_kind": match.number.kind.value,
        "kind": match.kind,
        "organisation": match.organisation,
        "id": match.id,
        "case": match.case,
        "status": match.status,
    }


def tally_document(lines: Iterable[TallyLine], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Each number with what it is called, its unit, the ids behind it, and as of when."""
    return [
        {
            "measure": line.measure,
            "name": catalogue.name_of(line.measure),
            "value": line.value,
            "shown": shown_value(line, catalogue),
            "unit": catalogue.unit_of(line.measure),
            "entries": [{"id": one.id, "value": one.value} for one in line.counted],
            "as_of": format_instant(line.as_of_us),
        }
        for line in lines
    ]


def is_money(measure: str, catalogue: Catalogue) -> bool:
    """Whether the measure counts money, in minor units."""
    known = catalogue.measures.get(measure)
    return known is not None and known.unit_class == MONEY_CLASS


def shown_value(line: TallyLine, catalogue: Catalogue) -> str:
    """A number for people: pieces, or yuan."""
    return format_minor(line.value, exponent_of("CNY")) if is_money(line.measure, catalogue) else str(line.value)


def operation_page_document(page: OperationPage, mask: Mask, catalogue: Catalogue) -> dict[str, Any]:
    """An operation with its tally, its suspects by status, its entries and its tasks."""
    return {
        **operation_document(page.operation, mask),
        "tally": tally_document(page.lines, catalogue),
        "suspects": {status.value: list(ids) for status, ids in page.suspects.items()},
        "entries": [result_document(one, mask) for one in page.results],
        "tasks": [task_document(task, mask, page.as_of_us) for task in page.tasks],
    }


def campaign_tally_document(told: CampaignTally, mask: Mask, catalogue: Catalogue) -> dict[str, Any]:
    """A campaign with its operations, its figures and its days; how many operations are not the actor's to see."""
    return {
        **campaign_document(told.campaign, mask),
        "operations": [one.id for one in told.operations],
        "unseen": told.unseen,
        "tally": tally_document(told.lines, catalogue),
        "days": {day: tally_document(lines, catalogue) for day, lines in told.days.items()},
    }


def year_document(told: YearTotal, catalogue: Catalogue) -> dict[str, Any]:
    """A year, and how much of it each campaign is; operations outside any under the empty name."""
    return {
        "year": told.year,
        "total": tally_document(told.total, catalogue),
        "parts": {campaign: tally_document(lines, catalogue) for campaign, lines in told.parts.items()},
    }


def imported_document(done: SeizuresImported, mask: Mask) -> dict[str, Any]:
    """What became of a sheet, row by row."""
    return {
        "sha256": done.sha256,
        "entered": [
            {"sheet": line.sheet, "row": line.row, **entered_document(line.entered, mask)} for line in done.lines
        ],
        "aside": [{"sheet": one.sheet, "row": one.row, "field": one.field, "reason": one.reason} for one in done.aside],
        "unknown_columns": list(done.unknown_columns),
        "left_out": list(done.left_out),
    }
