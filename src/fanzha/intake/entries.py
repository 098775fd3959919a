"""交易明细信息 and its relatives: an account's own statement rows become entries."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import polars as pl

from fanzha.intake.cells import Moments, Reading, as_text, join_day_and_clock, read_ids, read_text, read_times
from fanzha.intake.findings import Findings, Leftovers, Sieve, Table, facts_frame, rows_kept, sort_leftovers
from fanzha.intake.rulebook import rulebook
from fanzha.intake.signs import turned_rows
from fanzha.intake.words import read_currencies, read_directions, read_kinds, read_money, read_success
from fanzha.records import StatedWindow, TransferKind

COUNTERPARTY_LOST: Final = "counterparty_lost_precision"
_PARTY: Final = r"^\s*([0-9A-Za-z@._*-]+)\s*[(（](.*)[)）]\s*$"  # 2088…(name)


class Movement(NamedTuple):
    """What every bank row must state: when, how much, which way."""

    moment: Moments
    amount: Reading  # positive where direction is known
    direction: pl.Series
    reversed: pl.Series  # a negative amount turned the direction round
    notes: tuple[str, ...]


class Owner(NamedTuple):
    """Whose statement a row stands in."""

    card: Reading
    account: Reading
    holder_name: pl.Series
    holder_id: pl.Series


def read_entries(table: Table) -> Findings:
    """The entries of a statement; its period where the rows above it state one."""
    sieve = Sieve(table.height)
    currency = read_currencies(table.cells("currency"), table.constant("currency") or _known_currency(table))
    owner, movement = read_owner(table), read_movement(table, currency)
    failed, unsaid = read_success(table.cells("succeeded"))
    balance = read_money(table.cells("balance"), currency, table.layout.units.get("balance", ""))
    sieve.put_aside(failed, "succeeded", "failed")
    judge_owner(sieve, owner)
    judge_movement(sieve, movement, currency)
    counterparty, counterparty_problem = read_counterparty(table)
    serial = _serial(table)
    notes = [
        *movement.notes,
        *sieve.count(counterparty_problem, COUNTERPARTY_LOST + ": {} rows keep no counterparty, its number was cut"),
        *sieve.count(serial.problem, "serial_lost_precision: {} rows keep no serial, its number was cut"),
        *sieve.count(balance.problem, "balance_unreadable: {} rows keep no balance"),
        *sieve.count(unsaid, "{} rows have a success flag that no rule knows and were taken as done"),
    ]
    texts = [read_text(table.cells(name)) for name in _KIND_TEXTS if table.column(name) is not None]
    kinds = read_kinds(texts, movement.direction, table.column("cash_flag"))
    kinds = kinds.set(movement.reversed, int(TransferKind.REVERSAL))
    columns = {
        "card": owner.card.values,
        "account": owner.account.values,
        "holder_name": owner.holder_name,
        "holder_id": owner.holder_id,
        "institution": read_institution(table),
        "direction": movement.direction,
        "at_us": movement.moment.at_us,
        "at_precision": movement.moment.precision,
        "amount_minor": movement.amount.values,
        "currency": currency,
        "balance_minor": balance.values,
        "kind": kinds,
        "serial": serial.values,
        "order_number": read_ids(table.cells("order_number")).values,
        "summary": _first_text(table, "summary", "summary_more", "remark"),
        "channel": _first_text(table, "channel", "kind_text"),
        "counterparty_balance_minor": read_money(
            table.cells("counterparty_balance"), currency, table.layout.units.get("counterparty_balance", "")
        ).values,
        **counterparty,
    }
    found = settle_entries(table, sieve, columns, movement, tuple(notes))
    return replace(found, kept=rows_kept(table, sieve, counterparty_problem, "counterparty", COUNTERPARTY_LOST))


_KIND_TEXTS: Final = ("summary", "summary_more", "kind_text", "channel", "merchant", "remark")


def settle_entries(
    table: Table, sieve: Sieve, columns: dict[str, pl.Series], movement: Movement, notes: tuple[str, ...]
) -> Findings:
    """Facts, quarantine and answers of a table of entries."""
    own = columns["card"].fill_null(columns["account"])
    leftovers = sort_leftovers(
        table, sieve, empty=_empty(movement), accounts=own, dated=movement.moment.at_us.is_not_null()
    )
    facts = facts_frame("entries", table, columns, sieve)
    return findings_of(table, "entries", facts, leftovers, notes=notes, windows=_windows(table, facts))


def _windows(table: Table, facts: pl.DataFrame) -> tuple[StatedWindow, ...]:
    """The stated periods: for the account that the title names, else for those whose rows stand below it."""
    parts = table.sections.parts
    if len(parts) == 1:
        only = parts[0].preamble
        return (StatedWindow(only.account, *only.period),) if only.period is not None else ()
    windows: list[StatedWindow] = []
    first_row = table.sheet.physical_row(table.layout.header)
    ends = [part.start for part in parts[1:]] + [table.height]
    for part, end in zip(parts, ends, strict=True):
        if part.preamble.period is None:
            continue
        below = facts.filter(pl.col("row").is_between(first_row + part.start, first_row + end - 1))
        own = below.select(pl.coalesce("card", "account")).to_series().drop_nulls().unique().sort().to_list()
        named = [part.preamble.account] if part.preamble.account is not None else own
        windows += [StatedWindow(account, *part.preamble.period) for account in named]
    return tuple(windows)


def findings_of(
    table: Table,
    kind: str,
    facts: pl.DataFrame,
    leftovers: Leftovers,
    *,
    notes: tuple[str, ...] = (),
    windows: tuple[StatedWindow, ...] = (),
) -> Findings:
    """Findings whose rows add up: facts, answers and quarantine."""
    found = {name: frame for name, frame in ((kind, facts), ("queries", leftovers.queries)) if frame.height}
    if kind == "queries" and leftovers.queries.height:
        found = {"queries": pl.concat([facts, leftovers.queries])}
    rows = table.height - leftovers.ignored
    if not rows:
        notes = (*notes, "no row below the header: nothing was found, or the form was sent empty")
    return Findings(
        table=kind,
        rows=rows,
        facts=found,
        quarantine=leftovers.quarantine,
        windows=windows,
        notes=(*notes, *leftovers.notes),
    )


def read_owner(table: Table) -> Owner:
    """The account of each row: its own columns, else what the rows above the table say."""
    card, account = read_ids(table.cells("card")), read_ids(table.cells("account"))
    name, holder_id = read_text(table.cells("holder_name")), read_ids(table.cells("holder_id")).values
    if table.column("own_party") is not None:
        party, party_name = _split_party(table.cells("own_party"))
        account = Reading(account.values.fill_null(party), account.problem)
        name = name.fill_null(party_name)
    stated = table.sections.stated("account", table.height)
    if stated is not None and card.problem is None and account.problem is None:
        account = Reading(account.values.fill_null(stated.set(card.values.is_not_null(), None)))
    holder = table.sections.stated("holder_name", table.height)
    if holder is not None:
        name = name.fill_null(holder)
    return Owner(card, account, name, holder_id)


def judge_owner(sieve: Sieve, owner: Owner) -> None:
    """An own number that a spreadsheet cut cannot be known, even where another column names the account."""
    sieve.put_problems_aside(owner.card.problem, "card")
    sieve.put_problems_aside(owner.account.problem, "account")
    sieve.put_aside(owner.card.values.is_null() & owner.account.values.is_null(), "account", "account_missing")


def read_movement(table: Table, currency: pl.Series) -> Movement:
    """Time, amount and direction of every row; a sign that goes against the stated direction makes a reversal."""
    moment = _moment(table)
    unit = table.layout.units.get("amount", "")
    none = pl.Series("", [False], pl.Boolean).new_from_index(0, table.height)
    if table.column("amount") is None:
        return _two_column_movement(table, moment, currency, none)
    amount = read_money(table.cells("amount"), currency, unit)
    words = table.column("direction")
    if words is None:
        direction = amount.values.sign().cast(pl.Int8)
        return Movement(
            moment, Reading(amount.values.abs(), amount.problem), direction, none, ("the sign is the direction",)
        )
    own = table.mapping.directions if table.mapping is not None else {}
    own = own or rulebook().format_directions.get(table.layout.table, {})
    direction = read_directions(words, own)
    negative = (amount.values < 0).fill_null(value=False)
    movement = Movement(moment, amount, direction, none, ())
    return _signed_movement(table, currency, movement) if negative.any() else movement


def _signed_movement(table: Table, currency: pl.Series, movement: Movement) -> Movement:
    """Amounts without signs: rows that go against their direction are turned round and marked as reversals."""
    owner, amount, direction = read_owner(table), movement.amount, movement.direction
    number = owner.card.values.fill_null(owner.account.values)
    balance = read_money(table.cells("balance"), currency, table.layout.units.get("balance", "")).values
    more = pl.DataFrame(
        [
            balance.alias("balance"),
            number.alias("number"),
            read_counterparty(table)[0]["counterparty"].alias("counterparty"),
        ]
    )
    found = turned_rows(number + " " + currency, movement.moment.at_us, amount.values, direction, more)
    negative_out = int(((amount.values < 0) & (direction == -1)).fill_null(value=False).sum())
    count = int(found.against.sum())
    notes = []
    if found.signed_style:
        notes.append("outflows are written as negative amounts")
    elif negative_out and found.settled:
        notes.append("some outflows are written as negative amounts; running balances or the other side tell which way")
    if count:
        notes.append(f"{count} rows with a sign against their direction were read as reversals")
    turned = direction.zip_with(~found.against, -direction)
    return Movement(movement.moment, Reading(amount.values.abs(), amount.problem), turned, found.against, tuple(notes))


def _two_column_movement(table: Table, moment: Moments, currency: pl.Series, none: pl.Series) -> Movement:
    """Statements with one column for money in and one for money out."""
    units = table.layout.units
    incoming = read_money(table.cells("amount_in"), currency, units.get("amount_in", ""))
    outgoing = read_money(table.cells("amount_out"), currency, units.get("amount_out", ""))
    has_in, has_out = (incoming.values != 0).fill_null(value=False), (outgoing.values != 0).fill_null(value=False)
    signed = incoming.values.zip_with(
        has_in, outgoing.values.zip_with(has_out, incoming.values.fill_null(outgoing.values))
    )
    direction = pl.select(
        pl.when(has_in & has_out).then(None).when(has_in).then(1).when(has_out).then(-1).otherwise(None).cast(pl.Int8)
    ).to_series()
    negative = (signed < 0).fill_null(value=False)
    problem = incoming.problem if outgoing.problem is None else outgoing.problem
    if incoming.problem is not None and outgoing.problem is not None:
        problem = incoming.problem.fill_null(outgoing.problem)
    amount = Reading(signed, problem)
    if table.column("amount_in") is None or not negative.any():
        return Movement(moment, Reading(signed.abs(), problem), direction, none, ())
    return _signed_movement(table, currency, Movement(moment, amount, direction, none, ()))


def judge_movement(sieve: Sieve, movement: Movement, currency: pl.Series) -> None:
    """Put rows aside whose time, amount, currency or direction cannot be told."""
    moment, amount = movement.moment, movement.amount
    sieve.put_problems_aside(moment.problem, "at")
    sieve.put_aside(moment.at_us.is_null(), "at", "date_missing")
    sieve.put_aside(currency.is_null(), "currency", "currency_unknown")
    sieve.put_problems_aside(amount.problem, "amount")
    sieve.put_aside(amount.values.is_null(), "amount", "amount_missing")
    sieve.put_aside(amount.values == 0, "amount", "amount_zero")
    sieve.put_aside(movement.direction.is_null(), "direction", "direction_unknown")


def _empty(movement: Movement) -> pl.Series:
    """Rows that state no movement at all: no time and no amount, not even unreadable ones."""
    empty = movement.moment.at_us.is_null() & (movement.amount.values.is_null() | (movement.amount.values == 0))
    for problem in (movement.moment.problem, movement.amount.problem):
        if problem is not None:
            empty &= problem.is_null()
    return empty.fill_null(value=True)


def _moment(table: Table) -> Moments:
    rules, own_form = rulebook().times, table.mapping.time_form if table.mapping is not None else None
    at, day = table.column("at"), table.column("at_date")
    clock = table.column("at_clock")
    if day is None:
        return read_times(at if at is not None else table.cells("at"), rules, own_form)
    if at is None and clock is None:
        return read_times(day, rules, own_form)
    joined = join_day_and_clock(as_text(day), as_text(at if at is not None else table.cells("at_clock")))
    return read_times(joined, rules, own_form)


def read_counterparty(table: Table) -> tuple[dict[str, pl.Series], pl.Series | None]:
    """The other side; a number that a spreadsheet cut is dropped, for the movement itself is certain."""
    number = read_ids(table.cells("counterparty"))
    values = number.values
    problem = number.problem
    if table.column("counterparty_card") is not None:
        card = read_ids(table.cells("counterparty_card"))
        values = values.fill_null(card.values)
        problem = (
            card.problem if problem is None else problem if card.problem is None else problem.fill_null(card.problem)
        )
    name = read_text(table.cells("counterparty_name"))
    if table.column("counterparty_party") is not None:
        party, party_name = _split_party(table.cells("counterparty_party"))
        values, name = values.fill_null(party), name.fill_null(party_name)
    if problem is not None:
        problem = problem.set(values.is_not_null(), None)
    return {
        "counterparty": values,
        "counterparty_name": name,
        "counterparty_id": read_ids(table.cells("counterparty_id")).values,
        "counterparty_institution": read_text(table.cells("counterparty_institution")),
    }, problem


def _split_party(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Number and name of '2088…(name)'; a cell without brackets is the number if it is one, else the name."""
    text = read_text(cells)
    number = text.str.extract(_PARTY, 1)
    name = text.str.extract(_PARTY, 2)
    bare = text.set(number.is_not_null(), None)
    is_number = bare.str.contains(r"^[0-9A-Za-z@._*-]+$").fill_null(value=False)
    none = pl.Series("", [None], pl.String).new_from_index(0, len(text))
    number = number.fill_null(bare.zip_with(is_number, none))
    return read_ids(number).values, name.fill_null(bare.zip_with(~is_number, none))


def read_institution(table: Table) -> pl.Series:
    """Who keeps the account, of every row: by its column, the title above it, or the file's name."""
    column = read_text(table.cells("institution"))
    stated = table.sections.stated("institution", table.height)
    column = column.fill_null(stated) if stated is not None else column
    return column.fill_null(table.institution) if table.institution is not None else column


def _known_currency(table: Table) -> str | None:
    word = table.preamble.currency
    return rulebook().formats.currencies.get(word.lower()) if word else None


def _serial(table: Table) -> Reading:
    """The bank's serial, or its log number where the table has no serial at all."""
    serial = read_ids(table.cells("serial"))
    if serial.values.null_count() == table.height and serial.problem is None:
        return read_ids(table.cells("log_number"))
    return serial


def _first_text(table: Table, *names: str) -> pl.Series:
    """The first of several text columns that holds something."""
    present = [read_text(column) for name in names if (column := table.column(name)) is not None]
    if not present:
        return table.nothing(pl.String)
    first, *others = present
    for other in others:
        first = first.fill_null(other)
    return first
