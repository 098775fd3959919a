"""What each victim of a city tells the desk: his payments as his bank shows them, and how he was reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fanzha.casework import ClueKind, Contact
from fanzha.core.time import MINUTE_US
from fanzha.simulation.city.build import City
from fanzha.simulation.city.names import Names
from fanzha.simulation.city.narratives import Told, ToldPayment, narrative
from fanzha.simulation.city.people import THIS_YEAR
from fanzha.simulation.city.schemes import Fraud
from fanzha.simulation.city.signals import gang_domain, gang_line
from fanzha.simulation.demo.city_world import CityWorld
from fanzha.simulation.drill.scenario import ScriptedPayment, ScriptedReport

HOUR_US: Final = 60 * MINUTE_US


@dataclass(frozen=True, slots=True)
class CaseOfCity:
    """One fraud of the city, as far as the desk may know it."""

    key: str
    number: int
    name: str
    taxonomy_class: str
    county: str
    files_us: int
    least_minor: int
    reports: tuple[ScriptedReport, ...]
    holders: Mapping[str, str]  # by account number, of accounts that the city's institutions keep
    banks: Mapping[str, str]
    partners: frozenset[str]

    def holder_of(self, account: str) -> str:
        """Whose account it is; empty where nobody can say."""
        return self.holders.get(account, "")

    def bank_of(self, account: str) -> str:
        """Which institution keeps it; empty where nobody can say."""
        return self.banks.get(account, "")

    def is_partner(self, institution: str) -> bool:
        """Whether orders reach it by wire."""
        return institution in self.partners


class CityScripts:
    """The cases of a city's frauds, as each victim tells his when he comes."""

    def __init__(
        self, city: City, names: Names, world: CityWorld, told: Mapping[str, float], classes: Mapping[str, str]
    ) -> None:
        self._city, self._names, self._world, self._told, self._classes = city, names, world, told, classes
        payments = world.payments
        kept = [code for code, bank in enumerate(payments.institutions) if bank]
        self._holders = {payments.numbers[code]: payments.holders[code] for code in kept}
        self._banks = {payments.numbers[code]: payments.institutions[code] for code in kept}
        self._counties = int(told["counties"])

    def case_of(self, fraud: Fraud, number: int) -> CaseOfCity | None:
        """The case of a fraud at the instant of its report; None where none of its payments came about.

        number: of the case at the desk; the fraud's own would say which gang it was.
        """
        paid = [self._paid(place) for place in fraud.payments if self._came(place, fraud.reported_us)]
        if not paid:
            return None
        victim = self._names.holder(fraud.victim)
        reached_by = self._reached_by(fraud, number)
        told = self._narrative(fraud, paid, reached_by)
        contacts = _contacts(reached_by, fraud.channel, told)
        report = ScriptedReport(
            fraud.reported_us, victim, self._names.phones[fraud.victim], tuple(paid), told, contacts
        )
        lost_minor = sum(each.amount_minor for each in paid)
        county = int(self._city.people.holders.district[fraud.victim]) % self._counties + 1
        return CaseOfCity(
            f"case {number}", number, f"模拟·{fraud.type.name}案{number}", self._classes[fraud.type.slug],
            f"COUNTY-{county}", fraud.reported_us + int(self._told["files_after_hours"] * HOUR_US),
            self._least_minor(lost_minor), (report,), self._holders, self._banks,
            frozenset(self._city.people.institutions),
        )  # fmt: skip

    def _least_minor(self, lost_minor: int) -> int:
        return max(int(self._told["least_yuan"] * 100), int(self._told["least_share"] * lost_minor))

    def _came(self, place: int, until_us: int) -> bool:
        row = self._world.payments.row_of_move.get(place)
        return row is not None and self._city.moves[place].at_us <= until_us and self._world.happened(row)

    def _paid(self, place: int) -> ScriptedPayment:
        move, numbers = self._city.moves[place], self._names.accounts
        return ScriptedPayment(move.at_us, numbers[move.payer + 1], numbers[move.payee + 1], move.amount_minor)

    def _reached_by(self, fraud: Fraud, number: int) -> dict[str, Contact]:
        """By channel what a gang may use of it: a line, a site, a group."""
        line = self._names.phones[gang_line(self._city, self._names.lines, fraud)]
        return {
            "call": Contact(ClueKind.LINE, line), "sms": Contact(ClueKind.LINE, line),
            "site": Contact(ClueKind.SITE, self._names.domain(gang_domain(fraud))),
            "chat": Contact(ClueKind.OTHER, f"模拟群{number}"),
        }  # fmt: skip

    def _narrative(self, fraud: Fraud, paid: list[ScriptedPayment], reached_by: Mapping[str, Contact]) -> str:
        born = int(self._city.people.holders.birth_year[fraud.victim])
        back = sum(self._city.moves[place].amount_minor for place in fraud.rebates)
        payments = [
            ToldPayment(
                each.at_us, self._banks[each.payer], self._holders[each.payee], each.payee, self._banks[each.payee],
                each.amount_minor,
            )
            for each in paid
        ]  # fmt: skip
        told = Told(
            self._names.holder(fraud.victim), THIS_YEAR - born, fraud.contact_us, fraud.channel,
            reached_by["call"].value, reached_by["site"].value, reached_by["chat"].value, payments, back,
        )  # fmt: skip
        return narrative(fraud.type.slug, told, f"{self._city.seed} told {fraud.number}")


def _contacts(reached_by: Mapping[str, Contact], channel: str, told: str) -> tuple[Contact, ...]:
    """The lines, sites and groups that the victim tells of, how he was reached first (引流) marked."""
    first = reached_by[channel]
    found = {contact.value: contact for contact in reached_by.values() if contact.value in told}
    return tuple(replace(each, step="引流" if each == first else "") for each in found.values())
