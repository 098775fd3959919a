"""No page and no deed of the console shows or changes another body's record: every route there is, found by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from console_day import console_of_day, visiting_day
from county_desk import STATION, fill, secrets_of, stands
from return_day import M, ReturnDay, make_return_day

from fanzha.access import Credential, CredentialKind, Person, new_credential
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.services.desk.actor_from_token import token_hash
from fanzha.services.desk.body_called import body_called
from fanzha.web.account_reference import account_reference
from fanzha.web.console import Console
from fanzha.web.deeds.catalogue import DEEDS
from fanzha.web.forms import samples_of
from fanzha.web.pages import ROUTES
from fanzha.web.routes import Route

FIRST = {Role.DUTY_OFFICER, Role.APPROVER}  # who can do most; the others are walked where there is time
ELSEWHERE = [
    (place, role)
    for place in ("OTHER", "STATION", "BANK2")
    for role in Role
    if role not in (Role.MACHINE, Role.API_CLIENT)
]
# Which of our records stands for the first part of an address; an address of another kind is asked for every one of them.
KINDS = {
    "reports": "report", "clues": "clue", "cases": "case", "facts": "fact", "measures": "measure", "returns": "return",
    "tasks": "task", "series": "series", "appeals": "appeal", "incidents": "incident", "hand-overs": "hand_over",
    "errands": "errand",
}  # fmt: skip
OFFICE = {"people": "both", "bodies": "COUNTY", "links": "BANK", "tokens": "CRED-000001", "settings": "CRED-000001"}
PARAMETER = re.compile(r"\{(\w+):\w+\}")
LEAVING = ("/sign-out", "/password")  # after these nobody is signed in any more


@dataclass
class County:
    """COUNTY's desk with one of everything, and the console over it."""

    day: ReturnDay
    console: Console
    ids: dict[str, str]
    secrets: tuple[str, ...]

    def addresses(self, route: Route, actor: Actor) -> Iterator[str]:
        """Every way to ask the route for COUNTY's records."""
        names = PARAMETER.findall(route.address)
        if not names:
            yield route.address
            if route.method == "GET":
                asked = {
                    "case": self.ids["case"],
                    "record": self.ids["measure"],
                    "clue": self.ids["clue"],
                    "actor": "both",
                }
                yield from (f"{route.address}?{name}={value}" for name, value in asked.items())
            return
        for value in self._values(route.address.split("/")[1], actor):
            yield PARAMETER.sub(value, route.address)

    def _values(self, kind: str, actor: Actor) -> tuple[str, ...]:
        if kind == "accounts":
            return (account_reference(self.console, actor, M),)
        if kind in KINDS:
            return (self.ids[KINDS[kind]],)
        if kind in OFFICE:
            return (OFFICE[kind],)
        return (*self.ids.values(), "both", "COUNTY")

    def form(self) -> dict[str, str]:
        """What is written into every form: a plausible word for each field, and our records where one is named."""
        written = {
            name: value for deed in DEEDS for name, value in samples_of(deed.fields).items() if isinstance(value, str)
        }
        named = dict.fromkeys(("case", "case_id"), self.ids["case"])
        return {**written, "reason": "有正当理由的请求", "terms": M, "number": M, "login": "both", **named}


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Iterator[County]:
    day = make_return_day("memory", tmp_path_factory.mktemp("county"))
    with day.desk.store.begin() as unit:
        unit.records(Organisation).add(STATION)
        for place, role in ELSEWHERE:
            login = f"{place}-{role}".lower()
            person = unit.records(Person).add(Person(login, 0, place, login, f"模拟·{login}", (role,)))
            held = token_hash(f"made-up-token-of-{login}")
            rules = day.desk.rules.access.credentials
            unit.records(Credential).add(
                new_credential(person, CredentialKind.SESSION, held, rules, day.clock.now_us(), day.desk.ids)
            )
        unit.commit()
    ids = fill(day)
    yield County(day, console_of_day(day), ids, secrets_of(day.desk, ids))
    day.desk.store.close()


def without_own_deeds(page: str, place: str, called: str) -> str:
    """A page without the rows that tell an auditor what his own body's people asked for: those are his to read."""
    rows = re.findall(r"<tr.*?</tr>", page, flags=re.DOTALL) if place else []
    for row in rows:
        if any(f"({name})" in row or f"<td>{name}</td>" in row for name in (place, called)):
            page = page.replace(row, "")
    return page


def walkers() -> Iterator[object]:
    """Nobody, and each role of each body elsewhere; those of the neighbour first, the others where there is time."""
    yield pytest.param("", None, id="nobody")
    for place, role in ELSEWHERE:
        marks = () if place == "OTHER" and role in FIRST else (pytest.mark.slow,)
        yield pytest.param(place, role, id=f"{place}-{role}", marks=marks)


@pytest.mark.parametrize(("place", "role"), list(walkers()))
def test_whoever_is_elsewhere_is_shown_nothing_of_ours(county, place, role):
    login = f"{place}-{role}".lower() if place else ""
    actor = Actor(login, place, Level.COUNTY, frozenset() if role is None else frozenset({role}))
    before, called = stands(county.day.desk, county.ids), body_called(county.day.desk, place)
    with visiting_day(county.console) as make:
        visitor = make(login)
        visitor.get("/help" if login else "/sign-in")
        mark = re.search(r'name="csrf" (?:content|value)="([0-9a-f]+)"', visitor.text)[1]
        for route in sorted(ROUTES, key=lambda one: (one.address in LEAVING, one.address)):
            for address in county.addresses(route, actor):
                written = {**county.form(), "csrf": mark} if route.method == "POST" else {}
                answer = visitor.client.request(
                    route.method, address, data=written or None, headers=visitor._headers(), follow_redirects=False
                )
                said, asked = (
                    f"{without_own_deeds(answer.text, place, called)} {answer.headers}",
                    f"{address} {written}",
                )
                assert answer.status_code < 500, f"{login}: {route.method} {address}"
                shown = [secret for secret in county.secrets if secret in said and secret not in asked]
                assert not shown, f"{login} was shown {shown[:3]} by {route.method} {address}"
    now = stands(county.day.desk, county.ids)
    assert [key for key, value in before.items() if now.get(key) != value] == []


def test_the_walk_would_see_what_is_shown(county):
    with visiting_day(county.console) as make:
        ours = make("both")
        shown = [ours.get(address) for address in ("/desk", "/search")]
        ours.post("/search", terms=county.ids["measure"][:-1] + "9")
        ours.post("/search", terms=M)
        assert [secret for secret in county.secrets if secret in f"{shown} {ours.text}"]
