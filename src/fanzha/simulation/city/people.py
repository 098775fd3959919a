"""Who lives in the city: people, companies, their accounts, and who works for, rents from and supports whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from fanzha.simulation.city.assumptions import Assumptions, CitySize

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.int32]
NOBODY: Final = -1
THIS_YEAR: Final = 2027  # in which the city lives: behind the day on which every dated rule begins
ADULT: Final = 18
COMPANY_MONTH_MINOR: Final = 3_000_000
DORMANT_MONTH_MINOR: Final = 10_000  # a shell has hardly anything of its own


class Job(IntEnum):
    """What somebody lives on; the last ones are companies."""

    EMPLOYEE = 0
    STALL_HOLDER = 1
    PURCHASING_AGENT = 2  # 代购
    GIG_WORKER = 3
    STUDENT = 4
    RETIRED = 5
    LANDLORD = 6
    EMPLOYER = 7
    SHOP = 8
    WHOLESALER = 9
    FEE_COLLECTOR = 10
    PLATFORM = 11
    DORMANT = 12  # a company that does nothing; gangs buy such


@dataclass(frozen=True, slots=True)
class Holders:
    """People first, then companies; `main` is the account that money comes into."""

    people: int
    job: Small
    district: Small
    birth_year: Ints  # of a company the year of its registration
    income_minor: Ints  # a month; of a company 0
    activity: npt.NDArray[np.float64]  # how often somebody pays, one on average
    main: Codes
    wallet: Codes  # NOBODY where there is none
    employer: Codes  # holder; NOBODY
    payday: Small
    landlord: Codes
    parent: Codes  # whom somebody supports

    def having(self, job: Job) -> Codes:
        """Every holder of that job."""
        return np.flatnonzero(self.job == job).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every account: whose it is, where it is kept, and what was in it before the first day."""

    holder: Codes
    bank: Small  # the payment institutions behind the banks
    savings_minor: Ints
    opened_days_before: Ints


@dataclass(frozen=True, slots=True)
class People:
    """The holders with their accounts."""

    holders: Holders
    accounts: Accounts
    institutions: tuple[str, ...]
    banks: int  # how many of the institutions are banks


def make_people(size: CitySize, assumptions: Assumptions, seed: int) -> People:
    """The people and companies of a city of that size."""
    rng = np.random.default_rng([seed, 1])
    told, firms = assumptions.table("people"), assumptions.table("companies")
    n_company_accounts = round(size.accounts * firms["share"])
    per_person = np.arange(1, 4) @ np.array(told["accounts_each"])
    n_people = round((size.accounts - n_company_accounts) / per_person)
    n_accounts = size.accounts
    how_many = _accounts_each(rng, n_people, n_accounts - n_company_accounts, told["accounts_each"])
    first = np.concatenate(([0], np.cumsum(how_many)))
    owner = np.concatenate((np.repeat(np.arange(n_people), how_many), n_people + np.arange(n_company_accounts)))
    # Places are dealt anew, so that the number of an account tells nothing about whose it is.
    deal = rng.permutation(n_accounts).astype(np.int32)
    holder = np.empty(n_accounts, np.int32)
    holder[deal] = owner
    job = _jobs(rng, n_people, n_company_accounts, told["jobs"], firms["kinds"])
    main = deal[np.concatenate((first[:-1], int(first[-1]) + np.arange(n_company_accounts)))]
    has_wallet = (how_many > 1) & (rng.random(n_people) < told["wallet_share"])
    wallet = np.full(len(job), NOBODY, np.int32)
    wallet[:n_people][has_wallet] = deal[first[1:][has_wallet] - 1]
    banks = assumptions.table("banks")
    bank = _banks(rng, n_accounts, banks)
    n_banks = len(banks["names"])
    bank[wallet[wallet >= 0]] = n_banks + rng.integers(0, len(banks["wallets"]), int((wallet >= 0).sum()))
    holders = _holders(rng, n_people, job, main, wallet, told, firms)
    accounts = Accounts(holder, bank, _savings(rng, holder, holders, told), rng.integers(20, 4000, n_accounts))
    return People(holders, accounts, (*banks["names"], *banks["wallets"]), n_banks)


def _accounts_each(rng: np.random.Generator, people: int, accounts: int, shares: list[float]) -> Ints:
    """One to three accounts each, so many in all."""
    each = rng.choice(np.arange(1, 4), people, p=np.array(shares) / sum(shares)).astype(np.int64)
    over = int(each.sum()) - accounts
    some = rng.permutation(np.flatnonzero(each > 1 if over > 0 else each < 3))[: abs(over)]
    each[some] -= np.sign(over)
    return each


def _jobs(
    rng: np.random.Generator, people: int, companies: int, jobs: Mapping[str, float], kinds: Mapping[str, float]
) -> Small:
    codes, shares = [Job[name.upper()] for name in jobs], np.array(list(jobs.values()))
    work = rng.choice(np.array(codes, np.uint8), people, p=shares / shares.sum())
    codes, shares = [Job[name.upper()] for name in kinds], np.array(list(kinds.values()))
    # At least one of each kind, also in a hamlet.
    firms = np.concatenate((codes, rng.choice(codes, max(companies - len(codes), 0), p=shares / shares.sum())))
    return np.concatenate((work, rng.permutation(firms[:companies]))).astype(np.uint8)


def _banks(rng: np.random.Generator, accounts: int, banks: Mapping[str, Any]) -> Small:
    weights = 1 / np.arange(1, len(banks["names"]) + 1) ** banks["share_exponent"]
    return rng.choice(len(weights), accounts, p=weights / weights.sum()).astype(np.uint8)


def _holders(
    rng: np.random.Generator, people: int, job: Small, main: Codes, wallet: Codes,
    told: Mapping[str, Any], firms: Mapping[str, Any],
) -> Holders:  # fmt: skip
    n = len(job)
    district = rng.integers(0, told["districts"], n).astype(np.uint8)
    bounds, band = told["ages"], rng.choice(len(told["age_shares"]), n, p=told["age_shares"])
    age = rng.integers(np.array(bounds[:-1])[band], np.array(bounds[1:])[band])
    age = np.where(job == Job.STUDENT, rng.integers(ADULT, 25, n), age)
    age = np.where(job == Job.RETIRED, rng.integers(58, 86, n), age)
    age = np.where(np.arange(n) >= people, rng.integers(1, 25, n), age)
    income = np.round(rng.lognormal(np.log(told["income_median"]), told["income_sigma"], n)).astype(np.int64) * 100
    income = np.where(job == Job.STUDENT, income // 4, income)
    income[people:] = 0
    activity = rng.lognormal(0, 0.8, n)
    employer = np.full(n, NOBODY, np.int32)
    employers = np.flatnonzero(job == Job.EMPLOYER)
    workers = np.flatnonzero(job == Job.EMPLOYEE)
    employer[workers] = employers[zipf_choice(rng, len(employers), len(workers), firms["employer_exponent"])]
    landlords = np.flatnonzero(job == Job.LANDLORD)
    landlord = np.full(n, NOBODY, np.int32)
    renting = np.flatnonzero((rng.random(n) < told["renting_share"]) & (job <= Job.STUDENT))
    if len(landlords):
        landlord[renting] = rng.choice(landlords, len(renting))
    parent = np.full(n, NOBODY, np.int32)
    retired = np.flatnonzero(job == Job.RETIRED)
    giving = np.flatnonzero((rng.random(n) < told["supports_parent_share"]) & (job == Job.EMPLOYEE))
    if len(retired):
        parent[giving] = rng.choice(retired, len(giving))
    payday = np.array([5, 8, 10, 15, 20, 25], np.uint8)[rng.integers(0, 6, n)]
    return Holders(
        people=people, job=job, district=district, birth_year=THIS_YEAR - age.astype(np.int64), income_minor=income,
        activity=activity / activity[:people].mean(), main=main, wallet=wallet, employer=employer, payday=payday,
        landlord=landlord, parent=parent,
    )  # fmt: skip


def zipf_choice(rng: np.random.Generator, count: int, draws: int, exponent: float) -> Ints:
    """So many draws from `count` places, the first ones much more often: Zipf's law."""
    cumulative = np.cumsum(1 / np.arange(1, count + 1) ** exponent)
    places: Ints = np.searchsorted(cumulative, rng.random(draws) * cumulative[-1], side="right")
    return places


def _savings(rng: np.random.Generator, holder: Codes, holders: Holders, told: Mapping[str, Any]) -> Ints:
    months = rng.lognormal(np.log(told["savings_months_median"]), told["savings_sigma"], len(holder))
    a_month = np.where(holders.income_minor > 0, holders.income_minor, COMPANY_MONTH_MINOR)
    lives_on = np.where(holders.job == Job.DORMANT, DORMANT_MONTH_MINOR, a_month)[holder]
    share = np.where(holders.main[holder] == np.arange(len(holder)), 1.0, told["spare_account_share"])
    kept: Ints = np.round(months * lives_on * share / 100).astype(np.int64) * 100
    return kept
