"""What people and companies pay one another in a day, as columns: wages, rents, shopping, families, stalls, fees, cash.

Each day is drawn from the seed and its own number alone, so that days can be made one by one, again, and in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from fanzha.core.time import DAY_US, MINUTE_US, SECOND_US
from fanzha.records.transfer_kind import TransferKind
from fanzha.simulation.city.assumptions import Assumptions
from fanzha.simulation.city.people import NOBODY, Codes, Ints, Job, People, zipf_choice

WEEK: Final = 7
MONTH: Final = 30
SATURDAY: Final = 5
HOUR_US: Final = 60 * MINUTE_US
BEYOND: Final = (TransferKind.CRYPTO, TransferKind.ABROAD)
SAMPLED: Final = (3, 12)  # days on which it is counted how many payments there are at a pace of one
NEVER_US: Final = 2**62
CASH: Final = 0  # in place of an account: banknotes
YUAN: Final = 100


@dataclass(frozen=True, slots=True)
class Payments:
    """Payments of a stretch of time; accounts are places in `Accounts` plus one, 0 is cash."""

    at_us: Ints
    payer: Codes
    payee: Codes
    amount_minor: Ints
    kind: npt.NDArray[np.uint8]
    words: npt.NDArray[np.uint8]  # which summary the statement shows; see WORDS

    def __len__(self) -> int:
        return len(self.at_us)

    def taken(self, which: npt.NDArray[Any]) -> Payments:
        """Those rows, in that order."""
        return Payments(
            self.at_us[which], self.payer[which], self.payee[which], self.amount_minor[which], self.kind[which],
            self.words[which],
        )  # fmt: skip


WORDS: Final = (
    "转账", "工资", "房租", "消费", "红包", "生活费", "货款", "代购款", "平台结算", "学费", "物业费", "ATM取款", "现金存入",
    "充值", "提现", "POS消费", "往来款", "数字商品",
)  # fmt: skip
_WORD: Final = {word: place for place, word in enumerate(WORDS)}


def word(text: str) -> int:
    """The place of a summary."""
    return _WORD[text]


def joined(parts: list[Payments]) -> Payments:
    """All of them in the order of time; those of one instant in the order given."""
    columns = (np.concatenate([getattr(part, name) for part in parts]) for name in Payments.__slots__)
    everything = Payments(*columns)
    return everything.taken(_by_time(everything.at_us))


def _by_time(at_us: Ints) -> Ints:
    """The order of time, at one instant the order given."""
    n, since_us = len(at_us), at_us - at_us.min(initial=NEVER_US)
    if n * int(since_us.max(initial=0)) >= NEVER_US:
        return np.argsort(at_us, kind="stable")
    # A plain sort of instant and place in one number is several times as fast as a stable one.
    order: Ints = np.sort(since_us * n + np.arange(n)) % max(n, 1)
    return order


class OrdinaryLife:
    """The ordinary payments of each day of a city; `pace` stretches how often people pay, to come to a given number.

    idle: second accounts that their holders use no more.
    """

    def __init__(
        self, people: People, assumptions: Assumptions, seed: int, begins_us: int, *, idle: Codes, pace: float = 1.0
    ) -> None:
        self._people, self._holders, self._accounts = people, people.holders, people.accounts
        self._told, self._seed, self._begins_us, self._pace = assumptions, seed, begins_us, pace
        self._idle = idle
        hours = np.array(assumptions.table("hours")["ordinary"], np.float64)
        self._by_hour = np.cumsum(hours) / hours.sum()
        self._by_day = _liveliness(assumptions.table("calendar"))
        holders = self._holders
        self._shops = _Shops(people, assumptions)
        persons = np.arange(holders.people)
        self._payers = persons[(holders.job[persons] != Job.PLATFORM)]
        activity = holders.activity[self._payers]
        self._activity = np.cumsum(activity) / activity.sum()
        self._own = _second_accounts(people, idle)

    def at_pace(self, pace: float) -> OrdinaryLife:
        """The same life, lived faster or slower."""
        return OrdinaryLife(self._people, self._told, self._seed, self._begins_us, idle=self._idle, pace=pace)

    def day(self, number: int) -> Payments:
        """Everything of one day, the first is 0, in the order of time."""
        rng = np.random.default_rng([self._seed, 2, number])
        makers: tuple[Callable[[np.random.Generator, int], list[Payments]], ...] = (
            self._wages, self._rents, self._spending, self._friends, self._families, self._stalls, self._agents, self._gigs,
            self._collectors, self._wallets, self._cash,
        )  # fmt: skip
        return joined([part for make in makers for part in make(rng, number)] + self._beyond(number))

    @property
    def paced_a_day(self) -> float:
        """How many payments there are on a day, counted on some, without the few that keep no pace."""
        counts = [
            int(np.isin(self.day(number).kind, BEYOND, invert=True).sum()) / self._lively(number) for number in SAMPLED
        ]
        return sum(counts) / len(counts)

    def _beyond(self, number: int) -> list[Payments]:
        """Honest people who buy coins, and who pay abroad: gangs are not the only ones."""
        told, holders = self._told.table("confounders"), self._holders
        rng, persons = np.random.default_rng([self._seed, 15, number]), self._holders.people
        coins, away = (int(rng.poisson(told[name] * persons)) for name in ("coins_a_day", "abroad_a_day"))
        sellers = max(round(persons * told["coin_seller_share"]), 1)
        found = []
        for n, kind, text in ((coins, TransferKind.CRYPTO, "数字商品"), (away, TransferKind.ABROAD, "转账")):
            payer, amount = holders.main[rng.integers(0, persons, n)], self._amounts(rng, n, told["beyond_median"], 1.2)
            abroad = np.full(n, len(self._accounts.holder), np.int32)
            payee = holders.main[rng.integers(0, sellers, n)] if kind == TransferKind.CRYPTO else abroad
            made = self._made(number, self._hours(rng, n), payer, payee, amount, text)
            kinds = np.full(len(made), kind, np.uint8)
            found.append(Payments(made.at_us, made.payer, made.payee, made.amount_minor, kinds, made.words))
        return found

    # --- once a month -------------------------------------------------------------------------------------------------

    def _day_of_month(self, number: int) -> int:
        return number % MONTH + 1

    def _wages(self, rng: np.random.Generator, number: int) -> list[Payments]:
        holders = self._holders
        paid = np.flatnonzero((holders.employer != NOBODY) & (holders.payday == self._day_of_month(number)))
        at = 9 * HOUR_US + (rng.random(len(paid)) * 8 * HOUR_US).astype(np.int64)
        return [
            self._made(
                number, at, holders.main[holders.employer[paid]], holders.main[paid], holders.income_minor[paid], "工资"
            )
        ]

    def _rents(self, rng: np.random.Generator, number: int) -> list[Payments]:
        holders = self._holders
        due = np.flatnonzero(
            (holders.landlord != NOBODY) & (np.arange(len(holders.job)) % 28 + 1 == self._day_of_month(number))
        )
        rent = (holders.income_minor[due] * self._told.table("people")["rent_of_income"] // (100 * YUAN)).astype(
            np.int64
        )
        at = self._hours(rng, len(due))
        return [
            self._made(
                number, at, holders.main[due], holders.main[holders.landlord[due]], rent * 100 * YUAN + 50_000, "房租"
            )
        ]

    def _collectors(self, rng: np.random.Generator, number: int) -> list[Payments]:
        told, holders = self._told.table("confounders"), self._holders
        collectors = holders.having(Job.FEE_COLLECTOR)
        if self._day_of_month(number) not in told["collector_days"] or not len(collectors):
            return []
        paying = rng.permutation(holders.people)[: max(holders.people // 20, 1)]
        to = collectors[zipf_choice(rng, len(collectors), len(paying), 0.8)]
        amount = self._amounts(rng, len(paying), told["collector_amount_median"], 0.5)
        at = self._hours(rng, len(paying))
        came = np.bincount(to, amount, minlength=len(holders.job)).astype(np.int64)[collectors]
        onward = (came * told["collector_paid_on_share"]).astype(np.int64)
        some = onward > 0
        suppliers = self._shops.wholesalers(rng, int(some.sum()))
        evening = 20 * HOUR_US + (rng.random(int(some.sum())) * 3 * HOUR_US).astype(np.int64)
        words = "学费" if number % 2 else "物业费"
        return [
            self._made(number, at, holders.main[paying], holders.main[to], amount, words),
            self._made(number, evening, holders.main[collectors[some]], suppliers, onward[some], "往来款"),
        ]

    # --- every day ----------------------------------------------------------------------------------------------------

    def _spending(self, rng: np.random.Generator, number: int) -> list[Payments]:
        told, n = self._told.table("spending"), self._count(rng, number, 0.62)
        payer = self._payers[np.searchsorted(self._activity, rng.random(n))]
        shops = self._shops.chosen(rng, payer)
        amount = self._amounts(rng, n, told["amount_median"], told["amount_sigma"])
        from_wallet = (self._holders.wallet[payer] != NOBODY) & (rng.random(n) < 0.5)
        account = np.where(from_wallet, self._holders.wallet[payer], self._holders.main[payer])
        pos = ~from_wallet & (rng.random(n) < told["pos_share"])
        made = self._made(number, self._hours(rng, n), account, shops, amount, "消费")
        kind = np.where(from_wallet, TransferKind.THIRD_PARTY, np.where(pos, TransferKind.POS, TransferKind.TRANSFER))
        words = np.where(pos, word("POS消费"), made.words)
        return [
            Payments(
                made.at_us, made.payer, made.payee, made.amount_minor, kind.astype(np.uint8), words.astype(np.uint8)
            )
        ]

    def _friends(self, rng: np.random.Generator, number: int) -> list[Payments]:
        told, n = self._told.table("spending"), self._count(rng, number, self._told.table("spending")["friends_share"])
        payer = self._payers[np.searchsorted(self._activity, rng.random(n))]
        # Friends are neighbours in the list of people, at a distance that falls off.
        away = np.maximum(rng.geometric(0.02, n), 1) * rng.choice([-1, 1], n)
        friend = (payer + away) % self._holders.people
        amount = self._amounts(rng, n, told["friends_median"], 1.1)
        wallet, main = self._holders.wallet, self._holders.main
        by_wallet = (
            (wallet[payer] != NOBODY) & (wallet[friend] != NOBODY) & (rng.random(n) < told["friends_wallet_share"])
        )
        from_, to = (np.where(by_wallet, wallet[who], main[who]) for who in (payer, friend))
        return [self._made(number, self._hours(rng, n), from_, to, amount, "红包")]

    def _families(self, rng: np.random.Generator, number: int) -> list[Payments]:
        holders = self._holders
        giving = np.flatnonzero(
            (holders.parent != NOBODY) & ((holders.payday + 1) % 30 + 1 == self._day_of_month(number))
        )
        amount = np.maximum(holders.income_minor[giving] // (8 * 100 * YUAN), 2) * 100 * YUAN
        at = self._hours(rng, len(giving))
        return [self._made(number, at, holders.main[giving], holders.main[holders.parent[giving]], amount, "生活费")]

    def _stalls(self, rng: np.random.Generator, number: int) -> list[Payments]:
        """Many small payments by day, most of it to the wholesaler by night: fast in, fast out, and honest."""
        told = self._told.table("confounders")
        return self._through(
            rng, number, Job.STALL_HOLDER, told["stall_customers_a_day"], 26, 0.8, told["stall_paid_on_share"], "货款"
        )

    def _agents(self, rng: np.random.Generator, number: int) -> list[Payments]:
        """代购: strangers pay, and within the hour the goods are paid for."""
        told, holders = self._told.table("confounders"), self._holders
        agents = holders.having(Job.PURCHASING_AGENT)
        n = rng.poisson(told["agent_customers_a_day"] * len(agents) * min(self._pace, 3.0))
        if not len(agents) or not n:
            return []
        agent, payer = rng.choice(agents, n), rng.integers(0, holders.people, n)
        amount = self._amounts(rng, n, told["agent_amount_median"], 0.7)
        at = self._hours(rng, n)
        later = at + (rng.exponential(told["agent_paid_on_minutes"], n) * MINUTE_US).astype(np.int64) + MINUTE_US
        in_time = later < DAY_US
        onward = (amount * told["agent_paid_on_share"]).astype(np.int64)[in_time]
        return [
            self._made(number, at, holders.main[payer], holders.main[agent], amount, "代购款"),
            self._made(number, later[in_time], holders.main[agent[in_time]], self._shops.wholesalers(rng, int(in_time.sum())),
                       onward, "货款"),
        ]  # fmt: skip

    def _through(
        self, rng: np.random.Generator, number: int, job: Job, each: float, median: float, sigma: float, share: float, text: str
    ) -> list[Payments]:  # fmt: skip
        holders = self._holders
        those = holders.having(job)
        n = rng.poisson(each * len(those) * self._pace * self._lively(number))
        if not len(those) or not n:
            return []
        to, payer = rng.choice(those, n), self._payers[np.searchsorted(self._activity, rng.random(n))]
        amount = self._amounts(rng, n, median, sigma)
        at = self._hours(rng, n)
        came = np.bincount(to, amount * (at < 20 * HOUR_US), minlength=len(holders.job)).astype(np.int64)[those]
        onward = (came * share).astype(np.int64) // YUAN * YUAN
        some = onward > 0
        evening = 20 * HOUR_US + (rng.random(int(some.sum())) * 3 * HOUR_US).astype(np.int64)
        wholesalers = self._shops.wholesalers(rng, int(some.sum()))
        return [
            self._made(number, at, holders.main[payer], holders.main[to], amount, "消费"),
            self._made(number, evening, holders.main[those[some]], wholesalers, onward[some], text),
        ]

    def _gigs(self, rng: np.random.Generator, number: int) -> list[Payments]:
        told, holders = self._told.table("confounders"), self._holders
        workers, platforms = holders.having(Job.GIG_WORKER), holders.having(Job.PLATFORM)
        n = rng.poisson(told["gig_payments_a_day"] * len(workers) * self._pace * self._lively(number))
        if not len(workers) or not len(platforms) or not n:
            return []
        amount = self._amounts(rng, n, told["gig_amount_median"], 0.6)
        payer, payee = holders.main[rng.choice(platforms, n)], holders.main[rng.choice(workers, n)]
        return [self._made(number, self._hours(rng, n), payer, payee, amount, "平台结算")]

    def _wallets(self, rng: np.random.Generator, number: int) -> list[Payments]:
        """Between one's own accounts: into the wallet, and to one's second account."""
        n = self._count(rng, number, self._told.table("spending")["wallet_top_up_share"])
        having = np.flatnonzero(self._holders.wallet != NOBODY)
        up = rng.choice(having, n)
        amount = (rng.integers(1, 11, n) * 100 * YUAN).astype(np.int64)
        topped = self._made(
            number, self._hours(rng, n), self._holders.main[up], self._holders.wallet[up], amount, "充值"
        )
        moved = rng.choice(len(self._own), n // 2)
        main, second = self._own[moved].T
        away = rng.random(n // 2) < 0.5
        payer, payee = np.where(away, main, second), np.where(away, second, main)
        between = self._made(number, self._hours(rng, n // 2), payer, payee, amount[: n // 2] * 2, "转账")
        kind = np.full(len(topped), TransferKind.THIRD_PARTY, np.uint8)
        return [Payments(topped.at_us, topped.payer, topped.payee, topped.amount_minor, kind, topped.words), between]

    def _cash(self, rng: np.random.Generator, number: int) -> list[Payments]:
        n = self._count(rng, number, self._told.table("spending")["cash_share"])
        account = self._holders.main[rng.integers(0, self._holders.people, n)]
        amount = (rng.integers(1, 31, n) * 100 * YUAN).astype(np.int64)
        comes_in = rng.random(n) < 0.3
        nobody = np.full(n, CASH - 1, np.int32)
        payer, payee = np.where(comes_in, nobody, account), np.where(comes_in, account, nobody)
        made = self._made(number, self._hours(rng, n), payer, payee, amount, "ATM取款")
        words = np.where(comes_in, word("现金存入"), word("ATM取款")).astype(np.uint8)
        return [
            Payments(
                made.at_us, made.payer, made.payee, made.amount_minor, np.full(n, TransferKind.CASH, np.uint8), words
            )
        ]

    # --- of what they are made ----------------------------------------------------------------------------------------

    def _count(self, rng: np.random.Generator, number: int, each: float) -> int:
        return int(rng.poisson(each * self._holders.people * self._pace * self._lively(number)))

    def _lively(self, number: int) -> float:
        """How much more is paid on a day than on the mean one: on weekends, and most on holidays."""
        return float(self._by_day[number % len(self._by_day)])

    def _hours(self, rng: np.random.Generator, n: int) -> Ints:
        """Instants of the day by its hours."""
        hour = np.searchsorted(self._by_hour, rng.random(n), side="right").astype(np.int64)
        return hour * HOUR_US + rng.integers(0, 3600, n) * SECOND_US

    def _amounts(self, rng: np.random.Generator, n: int, median: float, sigma: float) -> Ints:
        """Log-normal, above zero; every fourth in whole yuan."""
        amount = np.maximum(rng.lognormal(np.log(median * YUAN), sigma, n).astype(np.int64), 1)
        whole = rng.random(n) < 0.25
        return np.where(whole, np.maximum(amount // YUAN, 1) * YUAN, amount)

    def _made(self, number: int, at: Ints, payer: Any, payee: Any, amount: Ints, text: str) -> Payments:
        """The payments, but for those that somebody would make to himself."""
        n, other = len(at), payer != payee
        made = Payments(
            self._begins_us + number * DAY_US + at, (payer + 1).astype(np.int32), (payee + 1).astype(np.int32), amount,
            np.full(n, TransferKind.TRANSFER, np.uint8), np.full(n, word(text), np.uint8),
        )  # fmt: skip
        return made.taken(np.flatnonzero(other))


def _liveliness(told: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """By day, the first is a Monday; one on average over each month."""
    number = np.arange(MONTH * WEEK)
    by_day = np.where(number % WEEK >= SATURDAY, told["weekend"], 1.0)
    by_day[np.isin(number % MONTH + 1, told["holidays"])] = told["holiday"]
    months = by_day.reshape(WEEK, MONTH)
    lively: npt.NDArray[np.float64] = (months / months.mean(axis=1, keepdims=True)).ravel()
    return lively


class _Shops:
    """Where people buy: by Zipf's law, mostly in their own district."""

    def __init__(self, people: People, assumptions: Assumptions) -> None:
        told, holders = assumptions.table("companies"), people.holders
        self._main, self._same = holders.main, told["same_district_share"]
        self._district = holders.district
        shops = holders.having(Job.SHOP)
        weights = 1 / np.arange(1, len(shops) + 1) ** told["shop_exponent"]
        by_district = np.argsort(holders.district[shops], kind="stable")
        self._all, self._all_sum = shops, np.cumsum(weights)
        self._sorted, self._sorted_sum = shops[by_district], np.cumsum(weights[by_district])
        bounds = np.searchsorted(holders.district[shops][by_district], np.arange(257))
        self._sum_before = np.concatenate(([0.0], self._sorted_sum))[bounds]
        self._wholesalers = holders.having(Job.WHOLESALER)

    def chosen(self, rng: np.random.Generator, payer: npt.NDArray[Any]) -> Codes:
        """The account of a shop for each payer."""
        at, near = rng.random(len(payer)), rng.random(len(payer)) < self._same
        district = self._district[payer].astype(np.int64)
        low, high = self._sum_before[district], self._sum_before[district + 1]
        near &= high > low
        anywhere = self._all[_place(self._all_sum, at * self._all_sum[-1])]
        nearby = self._sorted[_place(self._sorted_sum, low + at * (high - low))]
        found: Codes = self._main[np.where(near, nearby, anywhere)]
        return found

    def wholesalers(self, rng: np.random.Generator, n: int) -> Codes:
        """Accounts of those who sell to shops."""
        found: Codes = self._main[self._wholesalers[zipf_choice(rng, len(self._wholesalers), n, 1.0)]]
        return found


def _place(cumulative: npt.NDArray[np.float64], at: npt.NDArray[np.float64]) -> Ints:
    """Where a draw falls among weights."""
    place: Ints = np.minimum(np.searchsorted(cumulative, at, side="right"), len(cumulative) - 1)
    return place


def _second_accounts(people: People, idle: Codes) -> Codes:
    """Main and another account of everybody who has two and uses them."""
    holder, main = people.accounts.holder, people.holders.main
    others = np.flatnonzero(
        (main[holder] != np.arange(len(holder))) & (people.holders.wallet[holder] != np.arange(len(holder)))
    )
    others = np.setdiff1d(others, idle)
    pairs: Codes = np.stack((main[holder[others]], others.astype(np.int32)), axis=1)
    return pairs
