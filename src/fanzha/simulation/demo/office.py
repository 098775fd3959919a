"""The demo's office: a city's centre and its counties, their people, and every institution of the city as a partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.access import Credential, CredentialKind, LinkChannel, PartnerLink, Person, new_credential
from fanzha.audit import Subject, done
from fanzha.core.actor import MACHINE, Actor, Level, Organisation, Role
from fanzha.ports.secret_hasher import SecretHasher
from fanzha.services.desk.link_partner import link_partner
from fanzha.services.desk.model import Desk
from fanzha.simulation.demo.institutions import KEY
from fanzha.simulation.drill.officers import People

MARK: Final = "模拟"
PASSWORD: Final = "moni-city-2027"  # noqa: S105 - of made people (模拟), and told to everybody who makes a demo
CITY: Final = Organisation("CITY", "模拟市反诈中心", Level.CITY, None, "5301")
DIVISIONS: Final = ("530102", "530103", "530111")
CITY_PEOPLE: Final = {
    "city-chief": (Role.APPROVER,), "commander": (Role.COMMANDER,), "auditor": (Role.AUDITOR,), "admin": (Role.ADMINISTRATOR,),
}  # fmt: skip
COUNTY_PEOPLE: Final = {"duty": (Role.DUTY_OFFICER, Role.ANALYST), "chief": (Role.APPROVER,)}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a login."""

    login: str
    body: Organisation
    roles: tuple[Role, ...]

    @property
    def actor(self) -> Actor:
        """As the desk knows him."""
        return Actor(self.login, self.body.id, self.body.level, frozenset(self.roles))


def counties(count: int) -> tuple[Organisation, ...]:
    """The bodies below the city."""
    return tuple(
        Organisation(f"COUNTY-{n}", f"模拟{n}县反诈中心", Level.COUNTY, CITY.id, DIVISIONS[n - 1])
        for n in range(1, count + 1)
    )


def members(count: int) -> tuple[Member, ...]:
    """Everybody at the desks."""
    of_city = [Member(login, CITY, roles) for login, roles in CITY_PEOPLE.items()]
    of_counties = [
        Member(f"{name}-{n}", body, roles)
        for n, body in enumerate(counties(count), 1)
        for name, roles in COUNTY_PEOPLE.items()
    ]
    return (*of_city, *of_counties)


def clerks(institutions: Sequence[str]) -> tuple[Member, ...]:
    """One at each institution's desk."""
    bodies = (Organisation(name, name, Level.PARTNER, None, institution=name) for name in institutions)
    return tuple(Member(f"bank-{n}", body, (Role.PARTNER_DESK,)) for n, body in enumerate(bodies, 1))


def people_of(county: str, count: int) -> People:
    """Who works on a county's cases."""
    by_login = {member.login: member.actor for member in members(count)}
    number = county.removeprefix("COUNTY-")
    return People(by_login[f"duty-{number}"], by_login[f"chief-{number}"], by_login["city-chief"])


def found_office(desk: Desk, hasher: SecretHasher, institutions: Sequence[str], count: int) -> None:
    """The bodies, the people with the demo's password, and the partners with a clerk each, in an empty store."""
    now_us = desk.clock.now_us()
    with desk.store.begin() as unit:
        for body in (CITY, *counties(count), *(clerk.body for clerk in clerks(institutions))):
            unit.records(Organisation).add(body)
        hashed, rules = hasher.hash(PASSWORD), desk.rules.access.credentials
        for member in (*members(count), *clerks(institutions)):
            name = f"{MARK}·{member.login}"
            person = Person(member.login, 0, member.body.id, member.login, name, member.roles)
            unit.records(Person).add(person)
            unit.records(Credential).add(
                new_credential(person, CredentialKind.PASSWORD, hashed, rules, now_us, desk.ids)
            )
        unit.audit.append(done(MACHINE, now_us, "office.found", Subject("organisation", CITY.id)))
        unit.commit()


def link_institutions(desk: Desk, addresses: Sequence[tuple[str, str, str, str]], count: int) -> None:
    """Links every institution: its name, where it listens, and the key by which it signs."""
    admin = next(member.actor for member in members(count) if member.login == "admin")
    for name, url, key, public_key in addresses:
        link_partner(desk, admin, PartnerLink("", 0, name, LinkChannel.HTTP, url, key, public_key, KEY))
