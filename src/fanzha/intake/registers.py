"""账户信息, 人员信息, 关联子账户信息, 强制措施信息 and 任务信息: what institutions say beside the movements."""

from __future__ import annotations

from typing import Final

import polars as pl

from fanzha.intake.cells import map_words, read_ids, read_text, read_times
from fanzha.intake.entries import findings_of, judge_owner, read_owner
from fanzha.intake.findings import Findings, Sieve, Table, facts_frame, judge_answer, sort_leftovers
from fanzha.intake.rulebook import rulebook, squeeze
from fanzha.intake.words import read_currencies, read_money

_ACCOUNT_TIMES: Final = (("opened_at_us", "opened"), ("closed_at_us", "closed"), ("last_at_us", "last"))


def read_accounts(table: Table) -> Findings:
    """Accounts with holder, balances and dates."""
    sieve, owner = Sieve(table.height), read_owner(table)
    judge_owner(sieve, owner)
    currency = _currency(table, sieve)
    columns = {
        "card": owner.card.values,
        "account": owner.account.values,
        "holder_name": owner.holder_name,
        "holder_id": owner.holder_id,
        "institution": _institution(table),
        "currency": currency,
        **{name: read_text(table.cells(name)) for name in ("outlet", "account_kind", "status")},
        "balance_minor": _money(table, sieve, "balance", currency),
        "available_minor": _money(table, sieve, "available", currency),
        **{name: _instant(table, sieve, source) for name, source in _ACCOUNT_TIMES},
    }
    return _finish(table, "accounts", columns, sieve, ("balance", "available", "opened", "status", "account_kind"))


def read_wallets(table: Table) -> Findings:
    """财付通 registrations: wallet and holder. A bound card is another institution's account and is not joined."""
    sieve = Sieve(table.height)
    account = read_ids(table.cells("account"))
    sieve.put_problems_aside(account.problem, "account")
    sieve.put_aside(account.values.is_null(), "account", "account_missing")
    name = table.institution or rulebook().institutions.wallets["tenpay"]
    columns = {
        "account": account.values,
        "holder_name": read_text(table.cells("holder_name")),
        "holder_id": read_ids(table.cells("holder_id")).values,
        "institution": pl.Series([name]).new_from_index(0, table.height),
        "status": read_text(table.cells("status")),
        "opened_at_us": _instant(table, sieve, "opened"),
    }
    return _finish(table, "accounts", columns, sieve, ("holder_name", "status", "opened"))


def read_holders(table: Table) -> Findings:
    """Persons and companies behind accounts."""
    sieve = Sieve(table.height)
    number = read_ids(table.cells("id_number"))
    name = read_text(table.cells("name"))
    sieve.put_problems_aside(number.problem, "id_number")
    sieve.put_aside(number.values.is_null() & name.is_null(), "id_number", "holder_missing")
    phone = read_ids(table.cells("phone")).values.fill_null(read_ids(table.cells("phone_other")).values)
    columns = {
        "name": name,
        "id_number": number.values,
        "phone": phone,
        "representative_id": read_ids(table.cells("representative_id")).values,
        **{key: read_text(table.cells(key)) for key in ("id_kind", "address", "employer", "representative")},
    }
    return _finish(table, "holders", columns, sieve, ("phone", "address", "employer"))


def read_sub_accounts(table: Table) -> Findings:
    """Which sub-accounts belong to which account."""
    sieve = Sieve(table.height)
    numbers = {name: read_ids(table.cells(name)) for name in ("account", "sub_account")}
    for name, reading in numbers.items():
        sieve.put_problems_aside(reading.problem, name)
        sieve.put_aside(reading.values.is_null(), name, f"{name}_missing")
    currency = _currency(table, sieve)
    columns = {
        **{name: reading.values for name, reading in numbers.items()},
        "institution": _institution(table),
        "currency": currency,
        "sub_kind": read_text(table.cells("sub_kind")),
        "status": read_text(table.cells("status")),
        "balance_minor": _money(table, sieve, "balance", currency),
        "available_minor": _money(table, sieve, "available", currency),
    }
    return _finish(table, "sub_accounts", columns, sieve, ("balance", "available", "status"))


def read_measures(table: Table) -> Findings:
    """Freezes and other measures that already bind an account."""
    sieve = Sieve(table.height)
    account = read_ids(table.cells("account"))
    sieve.put_problems_aside(account.problem, "account")
    sieve.put_aside(account.values.is_null(), "account", "account_missing")
    columns = {
        "account": account.values,
        "institution": _institution(table),
        "kind": read_text(table.cells("kind")),
        "authority": read_text(table.cells("authority")),
        "serial": read_ids(table.cells("serial")).values,
        "amount_minor": _money(table, sieve, "amount", _currency(table, sieve)),
        "from_us": _instant(table, sieve, "from"),
        "to_us": _instant(table, sieve, "to"),
    }
    return _finish(table, "measures", columns, sieve, ("kind", "amount", "authority", "from", "to"))


def read_queries(table: Table) -> Findings:
    """What was asked of institutions and what came back."""
    sieve = Sieve(table.height)
    account, person = read_ids(table.cells("subject_account")), read_ids(table.cells("subject_id"))
    sieve.put_problems_aside(account.problem, "subject_account")
    sieve.put_problems_aside(person.problem, "subject_id")
    answer = read_text(table.cells("result"))
    for name in ("answer_other", "answer_rows"):
        more = read_text(table.cells(name))
        answer = pl.select(pl.concat_str([answer, more], separator="; ", ignore_nulls=True)).to_series()
    answer = answer.set((answer == "").fill_null(value=False), None)
    serial = read_ids(table.cells("serial")).values
    subject = account.values.fill_null(person.values)
    sieve.put_aside(subject.is_null() & serial.is_null(), "serial", "subject_missing")
    columns = {
        "serial": serial,
        "institution": _institution(table),
        "subject": subject,
        "sent_us": _instant(table, sieve, "sent"),
        "answered_us": _instant(table, sieve, "answered"),
        "succeeded": _succeeded(table, answer),
        "found_nothing": map_words(answer, lambda text: judge_answer(text)[1], pl.Boolean).fill_null(value=False),
        "answer": answer,
        "from_us": _instant(table, sieve, "from"),
        "to_us": _instant(table, sieve, "to"),
    }
    return _finish(table, "queries", columns, sieve, ())


def _succeeded(table: Table, answer: pl.Series) -> pl.Series:
    """By the answer; where there is none, by the file's name, 任务信息(成功) or 任务信息(失败)."""
    name = squeeze(f"{table.file_stem}{table.sheet.name}")
    by_name = False if "失败" in name else True if "成功" in name else None
    said = map_words(answer, lambda text: judge_answer(text)[0], pl.Boolean)
    return said if by_name is None else said.fill_null(value=by_name)


def _finish(table: Table, kind: str, columns: dict[str, pl.Series], sieve: Sieve, said_in: tuple[str, ...]) -> Findings:
    """Facts of a register; a row that says nothing in its telling columns may be an institution's answer."""
    empty = pl.Series([bool(said_in)], dtype=pl.Boolean).new_from_index(0, table.height)
    for name in said_in:
        empty &= read_text(table.cells(name)).is_null()
    if said_in:
        _put_answers_aside(table, sieve, empty)
    leftovers = sort_leftovers(table, sieve, empty=empty)
    return findings_of(table, kind, facts_frame(kind, table, columns, sieve), leftovers)


def _put_answers_aside(table: Table, sieve: Sieve, empty: pl.Series) -> None:
    """Rows with nothing but an answer are no account, person or measure; sorting the leftovers makes them queries."""
    rules = rulebook().formats
    words = (*rules.found_nothing, *rules.not_answered)
    said = pl.Series([False]).new_from_index(0, table.height)
    for name in ("feedback", "remark"):
        text = read_text(table.cells(name))
        said |= map_words(text, lambda cell: any(word in cell for word in words), pl.Boolean).fill_null(value=False)
    sieve.put_aside(said & empty, "feedback", "no_data")


def _institution(table: Table) -> pl.Series:
    column = read_text(table.cells("institution"))
    return column.fill_null(table.institution) if table.institution is not None else column


def _currency(table: Table, sieve: Sieve) -> pl.Series:
    currency = read_currencies(table.cells("currency"), None)
    sieve.put_aside(currency.is_null(), "currency", "currency_unknown")
    return currency


def _money(table: Table, sieve: Sieve, name: str, currency: pl.Series) -> pl.Series:
    amount = read_money(table.cells(name), currency, table.layout.units.get(name, ""))
    sieve.put_problems_aside(amount.problem, name)
    return amount.values


def _instant(table: Table, sieve: Sieve, name: str) -> pl.Series:
    moment = read_times(table.cells(name), rulebook().times)
    sieve.put_problems_aside(moment.problem, name)
    return moment.at_us
