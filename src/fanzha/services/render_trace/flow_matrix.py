"""Hop by institution: what can be stopped where, for traces of which a picture of accounts says nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.services.render_trace.flow_cards import Card
from fanzha.services.render_trace.flow_texts import drawable
from fanzha.services.render_trace.flow_words import Speech
from fanzha.services.render_trace.trace_document import TraceContext
from fanzha.services.render_trace.wording import priced

INSTITUTIONS_MAX: Final = 14  # rows of their own; one more has the rest
BANDS: Final = 4  # steps of shade, by the share of the largest cell


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """The accounts of one hop at one institution; amounts in minor units."""

    hop: int
    stoppable: int
    stoppable_unknown: int  # accounts that hold money of which nobody knows what can be stopped
    held: int
    accounts: int
    band: int  # 0 for nothing, BANDS for the most


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One institution, or all those that have no row of their own."""

    institution: str  # '' where it is not known
    others: int  # how many institutions the row stands for; 0 for one of its own
    cells: tuple[MatrixCell | None, ...]  # by hop; None where it has no account
    stoppable: int
    accounts: int


@dataclass(frozen=True, slots=True)
class FlowMatrix:
    """All accounts but the victims', the institution with the most to stop first."""

    hops: tuple[int, ...]
    rows: tuple[MatrixRow, ...]
    stoppable: int
    accounts: int


def matrix_of(parties: Iterable[Card], context: TraceContext) -> FlowMatrix:
    """The matrix of a trace."""
    cards = [card for card in parties if card.kind == "account"]
    hops = tuple(sorted({card.column for card in cards}))
    by_name: dict[str, list[Card]] = defaultdict(list)
    for card in cards:
        by_name[context.institutions.get(card.code, "")].append(card)
    ranked = sorted(
        by_name, key=lambda name: (-sum(card.stoppable for card in by_name[name]), -len(by_name[name]), name)
    )
    own = ranked if len(ranked) <= INSTITUTIONS_MAX + 1 else ranked[:INSTITUTIONS_MAX]
    rest = ranked[len(own) :]
    lines = [(name, 0, by_name[name]) for name in own]
    if rest:
        lines.append(("", len(rest), [card for name in rest for card in by_name[name]]))
    sums = [(name, others, _by_hop(members)) for name, others, members in lines]
    most = max((sum(card.stoppable for card in found) for *_, cells in sums for found in cells.values()), default=0)
    rows = tuple(
        MatrixRow(
            institution=name,
            others=others,
            cells=tuple(_cell(hop, cells[hop], most) if hop in cells else None for hop in hops),
            stoppable=sum(card.stoppable for found in cells.values() for card in found),
            accounts=sum(len(found) for found in cells.values()),
        )
        for name, others, cells in sums
    )
    return FlowMatrix(hops, rows, sum(card.stoppable for card in cards), len(cards))


def _by_hop(cards: Iterable[Card]) -> dict[int, list[Card]]:
    found: dict[int, list[Card]] = defaultdict(list)
    for card in cards:
        found[card.column].append(card)
    return dict(found)


def _cell(hop: int, cards: Sequence[Card], most: int) -> MatrixCell:
    stoppable = sum(card.stoppable for card in cards)
    return MatrixCell(
        hop=hop,
        stoppable=stoppable,
        stoppable_unknown=sum(1 for card in cards if card.held and not card.stoppable_known),
        held=sum(card.held for card in cards),
        accounts=len(cards),
        band=-(-stoppable * BANDS // most) if most else 0,
    )


def matrix_html(matrix: FlowMatrix, currency: str, speech: Speech) -> str:
    """The matrix as a table of its own; each cell is a button of the form around it: `cell` is its hop and institution."""
    say = speech.say
    heads = "".join(f'<th scope="col" class="number">{say("hop", hop=hop)}</th>' for hop in matrix.hops)
    body = "".join(_row_html(row, matrix, currency, speech) for row in matrix.rows)
    sums = "".join(
        f'<td class="number">{priced(_column_sum(matrix, place), currency)}</td>' for place in range(len(matrix.hops))
    )
    corner = f'<td></td>{heads}<th scope="col" class="number">{say("row_total")}</th>'
    total = f'<td class="number">{priced(matrix.stoppable, currency)}</td>'
    return (
        f'<table class="flow-matrix"><caption>{say("matrix")}</caption><thead><tr>{corner}</tr></thead><tbody>{body}</tbody>'
        f'<tfoot><tr><th scope="row">{say("row_total")}</th>{sums}{total}</tr></tfoot></table>'
    )


def _column_sum(matrix: FlowMatrix, place: int) -> int:
    return sum(cell.stoppable for row in matrix.rows if (cell := row.cells[place]) is not None)


def _row_html(row: MatrixRow, matrix: FlowMatrix, currency: str, speech: Speech) -> str:
    say = speech.say
    name = say("all_institutions", count=row.others) if row.others else row.institution or say("no_institution")
    cells = "".join(_cell_html(row, cell, name, currency, speech) for cell in row.cells)
    assert len(row.cells) == len(matrix.hops)
    total = f'<td class="number">{priced(row.stoppable, currency)}</td>'
    return f'<tr><th scope="row">{drawable(name)}</th>{cells}{total}</tr>'


def _cell_html(row: MatrixRow, cell: MatrixCell | None, name: str, currency: str, speech: Speech) -> str:
    if cell is None:
        return '<td class="number none">–</td>'
    say = speech.say
    known = not cell.stoppable_unknown or cell.stoppable
    money = priced(cell.stoppable, currency) if known else say("unknown_amount")
    label = say("cell", hop=say("hop", hop=cell.hop), institution=name, money=money, count=cell.accounts)
    if cell.stoppable_unknown:
        label += say("comma") + say("some_unknown", count=cell.stoppable_unknown)
    mark = "<sup>?</sup>" if cell.stoppable_unknown and cell.stoppable else ""
    inner = f"{money}{mark} <small>{say('accounts', count=cell.accounts)}</small>"
    if row.others:  # no one institution to choose
        return f'<td class="number band-{cell.band}">{inner}</td>'
    return (
        f'<td class="number band-{cell.band}"><button name="cell" value="{cell.hop}~{drawable(row.institution)}" '
        f'aria-label="{drawable(label)}">{inner}</button></td>'
    )
