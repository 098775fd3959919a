"""财付通 TenpayTrades: a wallet's own rows, in 分, with the bank side named by card and order number."""

from __future__ import annotations

import polars as pl

from fanzha.intake.cells import Reading, map_words, read_ids, read_text
from fanzha.intake.entries import Owner, judge_movement, judge_owner, read_movement, settle_entries
from fanzha.intake.findings import Findings, Sieve, Table
from fanzha.intake.rulebook import rulebook, squeeze
from fanzha.intake.words import read_currencies, read_kinds, read_money
from fanzha.records import TransferKind


def read_tenpay(table: Table) -> Findings:
    """Entries of wallets.

    The other side is the user's own bank card where the row is a top-up or a withdrawal or names nobody else; then the
    user's order number names the bank's half of the move, otherwise the counterparty's.
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
    by_card = with_own_card | (counterparty.values.is_null() & other_card.values.is_not_null())
    orders = {name: read_ids(table.cells(name)).values for name in ("user_order", "counterparty_order")}
    nothing = table.nothing(pl.String)
    kinds = read_kinds([business.fill_null(""), purpose.fill_null("")], movement.direction, None)
    # Inside a wallet every row is a third party's; the word says nothing, and a withdrawal to a card is a transfer.
    kinds = kinds.set(kinds == int(TransferKind.THIRD_PARTY), int(TransferKind.TRANSFER))
    kinds = kinds.set(with_own_card & (kinds == int(TransferKind.CASH)), int(TransferKind.TRANSFER))
    columns = {
        "card": owner.card.values,
        "account": owner.account.values,
        "holder_name": owner.holder_name,
        "holder_id": owner.holder_id,
        "institution": pl.Series([rulebook().institutions.wallets["tenpay"]]).new_from_index(0, table.height),
        "direction": movement.direction,
        "at_us": movement.moment.at_us,
        "at_precision": movement.moment.precision,
        "amount_minor": movement.amount.values,
        "currency": currency,
        "balance_minor": read_money(table.cells("balance"), currency, table.layout.units.get("balance", "")).values,
        "counterparty": own_card.values.zip_with(with_own_card, other),
        "counterparty_name": owner.holder_name.zip_with(with_own_card, read_text(table.cells("counterparty_name"))),
        "counterparty_institution": nothing.zip_with(with_own_card, read_text(table.cells("counterparty_institution"))),
        "kind": kinds.set(movement.reversed, int(TransferKind.REVERSAL)),
        "serial": read_ids(table.cells("serial")).values,
        "order_number": orders["user_order"].zip_with(
            with_own_card, orders["counterparty_order"].zip_with(by_card, nothing)
        ),
        "summary": purpose.fill_null(read_text(table.cells("remark"))),
        "channel": business,
    }
    notes = sieve.count(
        counterparty.problem, "counterparty_lost_precision: {} rows keep no counterparty, its number was cut"
    )
    return settle_entries(table, sieve, columns, movement, (*movement.notes, *notes))


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
