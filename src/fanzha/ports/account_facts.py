"""What statements say of an account, for those who decide whether its money may be held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is known of an account at an instant; minor units, None where nothing says it."""

    last_movement_us: int | None = None
    balance_minor: int | None = None  # after the last row that states one
    balance_us: int | None = None
    wages_minor: int | None = None  # wages, pensions and public money that came in during the last month
    natural_person: bool | None = None
    merchant: bool | None = None  # a shop's or a company's: customers' payments pass through it
    goods_payers: int | None = None  # from how many payers payments for goods or services came during the last month


UNKNOWN = AccountFacts()


class AccountFactsSource(Protocol):
    """Looks accounts up."""

    def facts_about(self, account: str, holder: str, currency: str, until_us: int) -> AccountFacts:
        """What is known of an account in a currency up to an instant, its holder's name as an order states it."""

    def numbers_of(self, account: str) -> tuple[str, ...]:
        """Every number of the account that a number names (card and account, main and sub-account), the same each time.

        Empty where the statements do not know it.
        """
