"""What was achieved is entered, once however often it is sent, and corrected by an entry of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.operations.catalogue import Item, OperationRules
from fanzha.casework.operations.model import Operation
from fanzha.casework.operations.policy import check_takes_entries
from fanzha.casework.operations.results import (
    Goods,
    Identifier,
    IdentifierKind,
    OperationResult,
    ResultDraft,
    ResultKind,
    Standing,
    Suspect,
)
from fanzha.casework.operations.words import words_of
from fanzha.casework.policy import check_reason
from fanzha.core.actor import Actor
from fanzha.core.divisions import check_division
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.identifiers import plain_identifier
from fanzha.core.ids import Ids

QUANTITY_MAX: Final = 10**15
REQUEST_MAX: Final = 100
NUMBER_MAX: Final = 60
TEXT_MAX: Final = 2000
_IMEI: Final = re.compile(r"\d{14,16}")


def plain_draft(draft: ResultDraft) -> ResultDraft:
    """The draft with its numbers as they are compared: no blanks, narrow digits; large letters where a case means nothing.

    Raises BadInput for a division that is none.
    """
    if draft.suspect is not None:
        return replace(
            draft, suspect=replace(draft.suspect, id_number=plain_identifier(draft.suspect.id_number).upper())
        )
    if draft.take_down is not None:
        place = check_division(draft.take_down.jurisdiction, "jurisdiction")
        return replace(draft, take_down=replace(draft.take_down, jurisdiction=place))
    if draft.goods is None:
        return draft
    plain = (_plain(one) for one in draft.goods.identifiers if one.value.strip())
    return replace(draft, goods=replace(draft.goods, identifiers=tuple(dict.fromkeys(plain))))


def _plain(one: Identifier) -> Identifier:
    value = plain_identifier(one.value)
    return Identifier(one.kind, value if one.kind is IdentifierKind.ACCOUNT else value.upper())


def check_draft(draft: ResultDraft, rules: OperationRules, latest_us: int) -> None:
    """Raises BadInput that names the field, where an entry says too little or what the catalogue does not know."""
    parts = {
        ResultKind.TAKE_DOWN: draft.take_down, ResultKind.SUSPECT: draft.suspect,
        ResultKind.SEIZURE: draft.goods, ResultKind.DEPLOYMENT: draft.force,
    }  # fmt: skip
    if [kind for kind, part in parts.items() if part is not None] != [draft.kind]:
        raise BadInput(f"kind: an entry says one thing, here {words_of(draft.kind)}, and nothing else")
    if draft.at_us > latest_us:
        raise BadInput("at: it lies in the future")
    if not 1 <= draft.quantity <= QUANTITY_MAX:
        raise BadInput("quantity: a whole number of at least 1")
    if len(draft.request) > REQUEST_MAX or not draft.request.isprintable():
        raise BadInput(f"request: at most {REQUEST_MAX} printable letters")
    _check_texts(draft)
    if draft.take_down is not None:
        _check_known(draft.take_down.target, rules.targets, "target")
    if draft.suspect is not None:
        _check_suspect(draft.suspect, draft.quantity, rules)
    if draft.goods is not None:
        _check_goods(draft.goods, draft.quantity, rules)


def _check_texts(draft: ResultDraft) -> None:
    """What no store takes is refused here, by its field, before anything else is made of the entry."""
    said = {"document": draft.document, "note": draft.note, "team": draft.team, "den": draft.take_down_of}
    if draft.take_down is not None:
        said["place"] = draft.take_down.place
    if draft.suspect is not None:
        said |= {"name": draft.suspect.name, "identity": draft.suspect.id_number, "case": draft.suspect.case}
    if draft.goods is not None:
        said |= {"place": draft.goods.place, "marks": draft.goods.marks}
    for number in draft.identifiers:
        if len(number.value) > NUMBER_MAX or not number.value.isprintable():
            raise BadInput(f"identifiers: a number has at most {NUMBER_MAX} printable letters")
    for field, text in said.items():
        if len(text) > TEXT_MAX:
            raise BadInput(f"{field}: {len(text)} letters, at most {TEXT_MAX}")


def _check_known(slug: str, known: Iterable[str], field: str) -> None:
    if slug not in known:
        raise BadInput(f"{field}: {slug!r} is not in the catalogue; there are: {', '.join(known)}")


def _check_suspect(suspect: Suspect, quantity: int, rules: OperationRules) -> None:
    if not suspect.name.strip():
        raise BadInput("name: a suspect has one; write 不明 where nobody knows it yet")
    if quantity != 1:
        raise BadInput("quantity: each suspect is an entry of his own")
    if not suspect.charges:
        raise BadInput("charges: name what he is suspected of")
    for charge in suspect.charges:
        _check_known(charge, rules.charges, "charges")
    if suspect.capacity:
        _check_known(suspect.capacity, rules.capacities, "capacity")
    _check_known(suspect.arrival, rules.arrivals, "arrival")


def _check_goods(goods: Goods, quantity: int, rules: OperationRules) -> None:
    _check_known(goods.item, rules.items, "item")
    item = rules.items[goods.item]
    for one in goods.identifiers:
        if one.kind not in item.identifiers:
            may = ", ".join(words_of(kind) for kind in item.identifiers) or "no number"
            raise BadInput(f"identifiers: {item.en} ({item.zh}) has no {words_of(one.kind)}; it is known by: {may}")
        check_shape(one)
    for kind in item.identifiers:
        count = sum(1 for one in goods.identifiers if one.kind is kind)
        if count > quantity * _slots(item, kind):
            said = f"{count} × {words_of(kind)} for {quantity} × {item.zh}"
            raise BadInput(f"identifiers: {said}; write one entry for each, or count anew")


def check_shape(number: Identifier) -> None:
    """Raises BadInput for an IMEI that can be none: 15 digits, 14 without the check digit, 16 with the software's version.

    The check digit is not asked for: a device whose IMEI was changed shows one that does not fit.
    """
    if number.kind is IdentifierKind.IMEI and not _IMEI.fullmatch(number.value):
        raise BadInput(
            f"identifiers: an IMEI has 15 digits (14 without its check digit, 16 with a version), here {len(number.value)} "
            "signs: look at *#06# or name the number by its kind, as serial:…"
        )


def _slots(item: Item, kind: IdentifierKind) -> int:
    """How many numbers of one kind one thing may have: a telephone of two SIMs has two IMEI and two numbers, and one serial."""
    return 2 if item.slug == "phone" and kind in {IdentifierKind.IMEI, IdentifierKind.PHONE} else 1


def enter_result(
    operation: Operation,
    draft: ResultDraft,
    rules: OperationRules,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    latest_us: int | None = None,
) -> tuple[OperationResult, Events]:
    """A new entry of a draft that is plain. Raises BadInput for what it says, NotAllowed for who says it, and when.

    latest_us: up to when it may be said to have happened; None: up to now.
    """
    check_takes_entries(operation, actor)
    check_draft(draft, rules, now_us if latest_us is None else latest_us)
    if draft.team and all(team.id != draft.team for team in operation.teams):
        raise BadInput(f"team: {operation.id} has no team {draft.team}")
    result = OperationResult(
        ids.new("RESULT"), 0, operation.organisation, operation.id, actor.organisation, actor.id, now_us, draft
    )
    event = work_event(
        EventKind.OPERATION_RESULT_ENTERED, operation.id, actor, now_us, ids,
        result=result.id, kind=draft.kind, quantity=draft.quantity, team=draft.team,
    )  # fmt: skip
    return result, (event,)


def check_same_entry(held: OperationResult, draft: ResultDraft, corrects: str = "") -> None:
    """The same client id must bring the same entry. Raises NotAllowed where it brings another one."""
    if not draft.timed and not held.draft.timed:
        draft = replace(draft, at_us=held.draft.at_us)
    if held.draft != draft or held.corrects != corrects:
        raise NotAllowed(
            "result.request",
            f"the entry {draft.request!r} is there already as {held.id}, with other content; correct that one, "
            "or send this one under an id of its own",
        )


def check_not_seized_yet(draft: ResultDraft, others: Iterable[OperationResult]) -> None:
    """A number is seized once in an operation. Raises NotAllowed that names the entry that has it."""
    mine = set(draft.identifiers)
    for other in others:
        twice = mine & set(other.draft.identifiers)
        if twice and other.quantity > 0:
            kinds = ", ".join(sorted({one.kind for one in twice}))
            raise NotAllowed(
                "result.twice", f"{other.id} has the same number already ({kinds}): the same thing is counted once"
            )


def check_one_suspect(draft: ResultDraft, others: Iterable[OperationResult]) -> None:
    """One person is one suspect of an operation, by the number of his papers. Raises NotAllowed that names the entry."""
    mine = draft.suspect
    for other in others:
        theirs = other.draft.suspect
        if mine is not None and theirs is not None and mine.id_number and mine.id_number == theirs.id_number:
            raise NotAllowed("result.twice", f"{other.id} is the same person by his papers: he is counted once")


@dataclass(frozen=True, slots=True)
class Correction:
    """How much more or less there is of what an entry says, and why; `request` as of an entry."""

    change: int
    reason: str
    request: str = ""


def correct_result(
    operation: Operation, standing: Standing, wanted: Correction, actor: Actor, now_us: int, ids: Ids
) -> tuple[OperationResult, Events]:
    """修正: an entry of so much more or less beside the one that it corrects, which stays as it was written.

    It counts on the day of the corrected one. Raises NotAllowed without a reason, for a correction of a correction, and
    where less than nothing would be left.
    """
    result, change = standing.result, wanted.change
    check_takes_entries(operation, actor)
    check_reason(wanted.reason, f"a correction of {result.id}")
    if result.corrects:
        raise NotAllowed("result.correction", f"{result.id} is a correction of {result.corrects}: correct that one")
    if change == 0:
        raise BadInput("change: how many more or less, such as -2")
    left = standing.net + change
    if left < 0:
        raise NotAllowed(
            "result.below_zero", f"{result.id} counts {standing.net} now; {change} would leave less than nothing"
        )
    if result.kind is ResultKind.SUSPECT and left > 1:
        raise NotAllowed("result.suspect", "each suspect is an entry of his own: enter the other one")
    correction = OperationResult(
        ids.new("RESULT"), 0, operation.organisation, operation.id, actor.organisation, actor.id, now_us,
        correction_draft(result, wanted), corrects=result.id, reason=wanted.reason,
    )  # fmt: skip
    event = work_event(
        EventKind.OPERATION_RESULT_CORRECTED, operation.id, actor, now_us, ids,
        result=result.id, correction=correction.id, change=change, left=left, reason=wanted.reason,
    )  # fmt: skip
    return correction, (event,)


def correction_draft(result: OperationResult, wanted: Correction) -> ResultDraft:
    """What a correction says: it counts, on the day of what it corrects; numbers and persons stand at that entry."""
    held = result.draft
    goods = None if held.goods is None else replace(held.goods, identifiers=(), marks="")
    suspect = None if held.suspect is None else replace(held.suspect, name="", id_number="")
    return replace(held, quantity=wanted.change, request=wanted.request, note="", goods=goods, suspect=suspect)
