"""The papers of a measure, made ready to be read, printed and served; whoever makes them reveals who is in them."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import NotFound
from fanzha.measures.model import Measure
from fanzha.measures.notices import notice_text
from fanzha.measures.orders import Order
from fanzha.services.desk.model import Desk
from fanzha.services.desk.note_export import ExportNote
from fanzha.services.desk.open_for_file import open_for_file
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.papers.notice_paper import notice_paper
from fanzha.services.desk.papers.watermark import watermarked


@dataclass(frozen=True, slots=True)
class Notice:
    """What the holder is told (empty where the law has him not told), what he can do, and the papers to be set."""

    measure: Measure
    order: Order | None
    text: str
    remedy: str
    source: str  # of the papers; empty where they were only to be read
    note: ExportNote | None  # of the papers as a file


def read_notice(
    desk: Desk,
    actor: Actor,
    measure_id: str,
    *,
    order_id: str = "",
    contact: str = "",
    case: str = "",
    reason: str = "",
    to_file: bool = True,
    approver: Actor | None = None,
) -> Notice:
    """The notice and the letter of a measure.

    Args:
        desk: the desk.
        actor: who makes them; the reveal is bound to his own open case, or to the case and reason that he names.
        measure_id: of the measure.
        order_id: the order that the letter carries; empty: the last one, or the first that is to come.
        contact: where the holder can object, and whom a bank asks about a query; empty: the deciding body's name.
        case: that the reveal is for, where it is not his own.
        reason: of that reveal.
        to_file: the papers are to be set and leave, counted as an export; False: the notice is only read.
        approver: the second person, where so many persons left that one must approve.

    Raises:
        NotAllowed: the reveal has no purpose, or a second person must approve.
        NotFound: the measure has no such order.
    """
    measure, note = _opened(desk, actor, measure_id, case, reason, to_file=to_file, approver=approver)
    order = measure.order(order_id) if order_id else next(reversed(measure.orders), None)
    if order_id and order is None:
        raise NotFound(f"{measure_id} has no order {order_id}")
    rules = desk.rules.measures.of(measure.kind, measure.drafted_us)
    body = _name_of(desk, measure.organisation)
    told = notice_text(measure, rules, body, contact or body)
    source = notice_paper(measure, rules, order, body, told, contact)
    marked = "" if note is None else watermarked(source, note.watermark_outside)
    return Notice(measure, order, told, rules.remedy.format(contact=contact or body), marked, note)


def _opened(
    desk: Desk, actor: Actor, measure_id: str, case: str, reason: str, *, to_file: bool, approver: Actor | None
) -> tuple[Measure, ExportNote | None]:
    if not to_file:
        return open_record(desk, actor, Measure, measure_id, reveal=True, case=case, reason=reason).record, None
    opened = open_for_file(
        desk, actor, Measure, measure_id, "measure_paper", case=case, reason=reason, approver=approver
    )
    return opened.record, opened.note


def _name_of(desk: Desk, organisation: str) -> str:
    try:
        with desk.store.reading() as view:
            return view.records(Organisation).get(organisation).name
    except NotFound:
        return organisation
