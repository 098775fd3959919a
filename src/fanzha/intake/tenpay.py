"""财付通 TenpayTrades: a wallet's own rows, in 分, with the bank side named by card and order number."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from fanzha.intake.cells import Reading, map_words, read_ids, read_text
from fanzha.intake.entries import (
    COUNTERPARTY_LOST,
    Owner,
    judge_movement,
    judge_owner,
    read_institution,
    read_movement,
    settle_entries,
)
from fanzha.intake.findings import Findings, Sieve, Table, rows_kept
from fanzha.intake.rulebook import rulebook, squeeze
from fanzha.intake.words import read_currencies, read_kinds, read_money
from fanzha.records import CARD_PAYMENTS, StatedWindow, TransferKind


def read_tenpay(table: Table) -> Findings:
    """Entries of wallets.

    The other side is the user's own bank card where the row is a top-up or a withdrawal or names nobody else; then the
    user's order number names the bank's half of the move, otherwise the counterparty's. A row that names somebody else and
    has an order number of the user's bank was paid by the bound card (or refunded to it): it becomes two entries.
    """
    sieve = Sieve(table.height)
    currency = read_currencies(table.nothing(pl.String), None)
    owner = _wallet(table)
    movement = read_movement(table, currency)
    judge_owner(sieve, owner)
    judge_movement(sieve, movement, currency)
    business, purpose = read_text(table.cells("kind_text")), read_text(table.cells("summary"))
    own_card, counterparty = read_ids(table.cells("user_card")), read_ids(table.cells("counterparty"))
    other_card = read_ids(table.cells("counterparty_card"))
    other = counterparty.values.fill_null(other_card.values)
    with_own_card = own_card.values.is_not_null() & (other.is_null() | _moves_to_own_card(business, movement.direction))
    orders = {name: read_ids(table.cells(name)).values for name in ("user_order", "counterparty_order")}
    other_name = read_text(table.cells("counterparty_name"))
    through = (
        orders["user_order"].is_not_null()
        & (other.is_not_null() | other_name.is_not_null())
        & ~_moves_to_own_card(business, movement.direction)
    )
    with_own_card &= ~through
    by_card = with_own_card | (counterparty.values.is_null() & other_card.values.is_not_null())
    nothing = table.nothing(pl.String)
    institution = read_institution(table).fill_null(rulebook().institutions.wallets["tenpay"])
    other_institution = read_text(table.cells("counterparty_institution"))
    # Another user's id stands for a wallet of the same institution.
    other_institution = other_institution.fill_null(institution.zip_with(counterparty.values.is_not_null(), nothing))
    kinds = read_kinds([business.fill_null(""), purpose.fill_null("")], movement.direction, None)
    # Inside a wallet every row is a third party's; the word says nothing, and a withdrawal to a card is a transfer.
    kinds = kinds.set(kinds == int(TransferKind.THIRD_PARTY), int(TransferKind.TRANSFER))
    kinds = kinds.set(with_own_card & (kinds == int(TransferKind.CASH)), int(TransferKind.TRANSFER))
    columns = {
        "card": owner.card.values,
        "account": owner.account.values,
        "holder_name": owner.holder_name,
        "holder_id": owner.holder_id,
        "institution": institution,
        "direction": movement.direction,
        "at_us": movement.moment.at_us,
        "at_precision": movement.moment.precision,
        "amount_minor": movement.amount.values,
        "currency": currency,
        "balance_minor": read_money(table.cells("balance"), currency, table.layout.units.get("balance", "")).values,
        "counterparty": own_card.values.zip_with(with_own_card, other),
        "counterparty_name": owner.holder_name.zip_with(with_own_card, other_name),
        "counterparty_institution": nothing.zip_with(with_own_card, other_institution),
        "kind": kinds.set(movement.reversed, int(TransferKind.REVERSAL)),
        "serial": read_ids(table.cells("serial")).values,
        "order_number": orders["user_order"].zip_with(
            with_own_card, orders["counterparty_order"].zip_with(by_card, nothing)
        ),
        "summary": purpose.fill_null(read_text(table.cells("remark"))),
        "channel": business,
    }
    notes = sieve.count(counterparty.problem, COUNTERPARTY_LOST + ": {} rows keep no counterparty, its number was cut")
    notes = (*notes, *sieve.count(through, "paid_by_bound_card: {} rows passed the wallet's balance by"))
    found = settle_entries(table, sieve, columns, movement, (*movement.notes, *notes))
    kept = rows_kept(table, sieve, counterparty.problem, "counterparty", COUNTERPARTY_LOST)
    found = replace(found, kept=kept)
    if not (through & pl.Series(sieve.code == 0)).any():
        return found
    bank = pl.DataFrame([own_card.values.alias("bank_card"), orders["user_order"].alias("bank_order")])
    bank = bank.with_columns(table.row_numbers(), through.fill_null(value=False).alias("through"))
    return _with_card_payments(found, bank)


def _with_card_payments(found: Findings, bank: pl.DataFrame) -> Findings:
    """Bound-card payments as two entries each: bank to the wallet's card account, and from there to the payee.

    `bank` has for each row of the table whether it is one, the card and the order number at its bank. That account holds
    nothing between the two, so that no method can mix the money with the wallet's balance; the wallet stays covered as far as
    all of its rows reach.
    """
    rows = found.facts["entries"].join(bank, on="row", how="left", maintain_order="left")
    windows = rows.filter(pl.col("account").is_in(rows.filter("through")["account"].unique().implode()))
    spans = windows.group_by("account").agg(first=pl.col("at_us").min(), last=pl.col("at_us").max()).sort("account")
    incoming = pl.col("direction") > 0
    paid = rows.filter("through").with_columns(pl.col("account") + CARD_PAYMENTS)
    with_payee = paid.with_columns(balance_minor=pl.when(incoming).then("amount_minor").otherwise(0))
    with_bank = paid.with_columns(
        -pl.col("direction"),
        balance_minor=pl.when(incoming).then(0).otherwise("amount_minor"),
        counterparty="bank_card",
        counterparty_name="holder_name",
        counterparty_institution=pl.lit(None, pl.String),
        order_number="bank_order",
        serial=pl.lit(None, pl.String),
        kind=pl.lit(int(TransferKind.TRANSFER), pl.UInt8),
    )
    legs = pl.concat([with_payee, with_bank])
    every = pl.concat([rows.filter(~pl.col("through")), legs.sort("row", -pl.col("direction"))]).sort(
        "row", maintain_order=True
    )
    facts = every.select(found.facts["entries"].columns)
    stated = tuple(StatedWindow(account, first, last) for account, first, last in spans.iter_rows())
    return replace(found, facts={**found.facts, "entries": facts}, windows=(*found.windows, *stated))


def _wallet(table: Table) -> Owner:
    """The wallet by its user id, by the account's own name where no id stands; the name is a holder only in Chinese."""
    user = read_ids(table.cells("account"))
    called = read_text(table.cells("holder_name"))
    nothing = table.nothing(pl.String)
    is_name = called.str.contains(r"[\u4e00-\u9fff·]").fill_null(value=False)
    account = Reading(user.values.fill_null(called) if user.problem is None else user.values, user.problem)
    return Owner(Reading(nothing), account, called.zip_with(is_name, nothing), nothing)


def _moves_to_own_card(business: pl.Series, direction: pl.Series) -> pl.Series:
    """Whether the business type says: between the wallet and the user's own bank card."""
    rules = rulebook().formats
    out = map_words(business, lambda text: any(word in squeeze(text) for word in rules.to_own_card), pl.Boolean)
    into = map_words(business, lambda text: any(word in squeeze(text) for word in rules.from_own_card), pl.Boolean)
    return ((out & (direction == -1)) | (into & (direction == 1))).fill_null(value=False)
