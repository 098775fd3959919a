"""What everybody and everything in the city is called: numbers and names that say 模拟 and belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from fanzha.simulation.city.build import City
from fanzha.simulation.city.identifiers import card_numbers, company_code, identity_numbers, phone_numbers, shuffled
from fanzha.simulation.city.people import Ints, Job
from fanzha.simulation.city.signals import Lines

MARK: Final = "模拟"
FOREIGN_BANK: Final = "模拟境外银行"
SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN: Final = "一二三四五六七八九十百千甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
TRADES: Final = {
    Job.EMPLOYER: "实业", Job.SHOP: "商店", Job.WHOLESALER: "批发", Job.FEE_COLLECTOR: "物业学校", Job.PLATFORM: "平台",
    Job.DORMANT: "商贸",
}  # fmt: skip
FOREIGN_ISSUER: Final = 99


@dataclass(frozen=True)
class Names:
    """Texts by the codes of a city; each list is made when it is first asked for."""

    city: City
    lines: Lines

    @cached_property
    def accounts(self) -> list[str]:
        """Account numbers by code: none for cash, then every account, the one abroad last."""
        places = len(self.city.people.accounts.holder)
        numbers = card_numbers(np.arange(places), places, self.city.seed, self.city.people.accounts.bank)
        return ["", *numbers, *card_numbers([0], 1, self.city.seed, [FOREIGN_ISSUER])]

    @cached_property
    def institutions(self) -> list[str]:
        """The institution of each code; none for cash."""
        names = self.city.people.institutions
        return ["", *(names[bank] for bank in self.city.people.accounts.bank.tolist()), FOREIGN_BANK]

    @cached_property
    def holders(self) -> list[str]:
        """The name of each holder, by place."""
        return self._called(np.arange(len(self.city.people.holders.job)))

    def holder(self, place: int) -> str:
        """The name of one holder."""
        return self._called(np.array([place]))[0]

    def _called(self, places: Ints) -> list[str]:
        deal = shuffled(places, len(self.city.people.holders.job), self.city.seed, "name")
        surname, rest = deal % len(SURNAMES), deal // len(SURNAMES)
        jobs = self.city.people.holders.job[places].tolist()
        parts = zip(
            surname.tolist(),
            (rest % len(GIVEN)).tolist(),
            (rest // len(GIVEN) % len(GIVEN)).tolist(),
            jobs,
            strict=True,
        )
        return [
            f"{SURNAMES[one]}{GIVEN[two]}{GIVEN[three]}{MARK}{TRADES[Job(job)]}有限公司" if job >= Job.EMPLOYER
            else f"{SURNAMES[one]}{GIVEN[two]}{GIVEN[three]}·{MARK}"
            for one, two, three, job in parts
        ]  # fmt: skip

    @cached_property
    def account_names(self) -> list[str]:
        """The holder's name of each code."""
        held = self.holders
        return ["", *(held[place] for place in self.city.people.accounts.holder.tolist()), f"{MARK}·境外"]

    @cached_property
    def identities(self) -> list[str]:
        """The identity number of each person, the code of each company, by place."""
        return self._identified(np.arange(len(self.city.people.holders.job)))

    def identity(self, place: int) -> str:
        """The identity number of a person, the code of a company."""
        return self._identified(np.array([place]))[0]

    def _identified(self, places: Ints) -> list[str]:
        holders = self.city.people.holders
        deal = shuffled(places, len(holders.job), self.city.seed, "identity")
        persons = places < holders.people
        numbers = iter(identity_numbers(deal[persons], holders.birth_year[places[persons]]))
        codes = map(company_code, deal[~persons].tolist())
        return [next(numbers if person else codes) for person in persons.tolist()]

    @cached_property
    def phones(self) -> list[str]:
        """The number of each line."""
        return phone_numbers(np.arange(len(self.lines.holder)), len(self.lines.holder), self.city.seed)

    def domain(self, place: int) -> str:
        """A domain under a name that is reserved for examples (RFC 2606)."""
        deal = int(shuffled([place], 4096, self.city.seed, "domain")[0])
        return f"{MARK_DOMAIN}-{deal:04x}.example"


MARK_DOMAIN: Final = "moni"  # 模拟
