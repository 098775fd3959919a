"""Signing in, on memory and SQLite: what is counted, what locks, what it says and costs, and who sees what then."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from desk_home import seat_people

from fanzha import bootstrap
from fanzha.access import Credential as Shown
from fanzha.access import CredentialKind, Person
from fanzha.audit import Outcome, verify
from fanzha.casework import Case, Channel, Report, ReportDraft, Reporter, ReporterKind
from fanzha.core.actor import Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US, MINUTE_US, parse_instant
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk.actor_from_token import actor_from_token
from fanzha.services.desk.add_person import PersonDraft, add_person
from fanzha.services.desk.change_person import change_roles, deactivate_person
from fanzha.services.desk.found_office import found_office
from fanzha.services.desk.list_office import list_bodies, list_people
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_account import open_account
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.receive_report import receive_report
from fanzha.services.desk.sign_in import change_password, sign_in
from fanzha.storage.argon2_hasher import Argon2Hasher
from fanzha.storage.memory import MemoryWorkStore

RIGHT, WRONG = "模拟口令-000001", "模拟口令-000002"
NOON_US = parse_instant("2026-11-20T12:00:00")


class StandingClock:
    """A clock that goes when it is told to."""

    at_us = NOON_US

    def now_us(self) -> int:
        return self.at_us


class CountingHasher(Argon2Hasher):
    """A cheap one that counts how often it worked hard."""

    def __init__(self) -> None:
        super().__init__(1, 8, 1)
        self.worked = 0

    def hash(self, password):
        self.worked += 1
        return super().hash(password)

    def matches(self, hashed, password):
        self.worked += 1
        return super().matches(hashed, password)


@pytest.fixture(params=["memory", "sqlite"])
def desk(request, tmp_path):
    store = MemoryWorkStore(TABLES) if request.param == "memory" else bootstrap.work_store(tmp_path / "home")
    desk = Desk(store, StandingClock(), CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    yield desk
    store.close()


@pytest.fixture
def hasher():
    return CountingHasher()


def actor(desk, login):
    return actor_from_token(desk, f"made-up-token-of-{login}")


@pytest.fixture
def newcomer(desk, hasher):
    draft = PersonDraft("new", "模拟·新", "COUNTY", [Role.DUTY_OFFICER])
    return add_person(desk, hasher, actor(desk, "admin"), draft, RIGHT)


def noted(desk, action):
    with desk.store.reading() as view:
        return [(e.actor, e.outcome.value, e.details.get("rule")) for e in view.audit.walk() if e.action == action]


def refused(call, *arguments):
    with pytest.raises(NotAllowed) as refusal:
        call(*arguments)
    return str(refusal.value)


def test_a_wrong_login_costs_and_says_the_same_as_a_wrong_password(desk, hasher, newcomer):
    said, cost = set(), set()
    for login, password in (("new", WRONG), ("nobody", RIGHT), ("", RIGHT), ("admin", RIGHT)):
        before = hasher.worked
        said.add(refused(sign_in, desk, hasher, login, password))
        cost.add(hasher.worked - before)
    assert (len(said), cost) == (1, {1})


def test_the_lock_holds_for_its_minutes_even_against_the_right_one(desk, hasher, newcomer):
    for _ in range(5):
        refused(sign_in, desk, hasher, "new", WRONG)
    desk.clock.at_us += 15 * MINUTE_US - 1
    refused(sign_in, desk, hasher, "new", RIGHT)
    desk.clock.at_us += 1
    assert sign_in(desk, hasher, "new", RIGHT).actor.id == "new"
    rules = [rule for _, _, rule in noted(desk, "person.sign_in")]
    assert rules == [*["sign_in.wrong"] * 5, "credential.locked", None]


def test_attempts_at_once_are_all_counted(desk, hasher, newcomer):
    ready = threading.Barrier(4)

    def attempt(_number: int) -> str:
        ready.wait()
        return refused(sign_in, desk, hasher, "new", WRONG)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(attempt, range(4)))
    with desk.store.reading() as view:
        query = Query(equals={"person": "new", "kind": CredentialKind.PASSWORD})
        assert [one.failures for one in view.records(Shown).find(query).rows] == [4]


def test_a_session_is_of_its_hours_and_its_person(desk, hasher, newcomer):
    signed_in = sign_in(desk, hasher, "new", RIGHT)
    assert (signed_in.until_us - NOON_US) // MINUTE_US == 12 * 60
    assert len(signed_in.token) == 43  # 256 bits
    with desk.store.reading() as view:
        kept = [one.hash for one in view.records(Shown).find(Query(equals={"person": "new"})).rows]
    assert all(signed_in.token not in one and RIGHT not in one for one in kept)
    assert {one.split("$")[0] or one.split("$")[1] for one in kept} == {"argon2id", "sha256"}
    change_roles(desk, actor(desk, "admin"), "new", [Role.ANALYST])
    assert actor_from_token(desk, signed_in.token).roles == {Role.ANALYST}  # as he stands now
    desk.clock.at_us = signed_in.until_us
    assert "expired" in refused(actor_from_token, desk, signed_in.token)
    again = sign_in(desk, hasher, "new", RIGHT)
    deactivate_person(desk, actor_of_admin(desk), "new", "调离本单位")
    assert "not active" in refused(actor_from_token, desk, again.token)
    assert noted(desk, "token.use") == [
        ("new", "refused", "credential.expired"), ("new", "refused", "credential.person"),
    ]  # fmt: skip


def actor_of_admin(desk):
    """The administrator, whose own session may be over."""
    at_us, desk.clock.at_us = desk.clock.at_us, NOON_US
    found = actor(desk, "admin")
    desk.clock.at_us = at_us
    return found


def test_an_expired_password_is_good_for_a_new_one_only(desk, hasher, newcomer):
    desk.clock.at_us += 180 * DAY_US
    assert "has expired" in refused(sign_in, desk, hasher, "new", RIGHT)
    assert "has expired" not in refused(sign_in, desk, hasher, "new", WRONG)
    with pytest.raises(BadInput):
        change_password(desk, hasher, "new", RIGHT, RIGHT)
    refused(change_password, desk, hasher, "new", WRONG, "模拟口令-000003")
    change_password(desk, hasher, "new", RIGHT, "模拟口令-000003")
    refused(sign_in, desk, hasher, "new", RIGHT)
    assert sign_in(desk, hasher, "new", "模拟口令-000003").actor.organisation == "COUNTY"


def test_an_administrator_sees_no_case(desk):
    both, admin = actor(desk, "both"), actor(desk, "admin")
    told = ReportDraft(Channel.CALL, Reporter(ReporterKind.VICTIM, "模拟·孙三"), "模拟：刷单")
    report = receive_report(desk, both, told).report
    for kind, record in ((Report, report.id), (Case, "CASE-1"), (Measure, "MEAS-1")):
        with pytest.raises(NotFound):
            open_record(desk, admin, kind, record)
    refused(open_account, desk, admin, "6299990000000000017")
    assert [body.id for body in list_bodies(desk, admin)] == ["CITY", "COUNTY", "OTHER", "BANK", "BANK2"]
    assert len(list_people(desk, admin)) == 11
    assert noted(desk, "report.see") == [("admin", Outcome.REFUSED.value, "access.see")]


def test_nobody_but_the_founder_makes_the_first_person(desk, hasher, tmp_path):
    body = list_bodies(desk, actor(desk, "admin"))[0]
    refused(found_office, desk, hasher, body, "root", "模拟·管", RIGHT)
    store = MemoryWorkStore(TABLES)
    empty = Desk(store, StandingClock(), CountedIds(), desk.rules)
    draft = PersonDraft("new", "模拟·新", "CITY", [Role.ADMINISTRATOR])
    with pytest.raises((NotAllowed, NotFound)):  # an actor of another store is nobody here
        add_person(empty, hasher, actor(desk, "admin"), draft, RIGHT)
    founded = found_office(empty, hasher, body, "root", "模拟·管", RIGHT)
    root = sign_in(empty, hasher, "root", RIGHT).actor
    assert (founded.administrator.roles, root.organisation) == ((Role.ADMINISTRATOR,), "CITY")
    assert add_person(empty, hasher, root, draft, RIGHT).id == "new"
    with store.reading() as view:
        assert view.records(Person).count(Query()) == 2
        assert not verify(view.audit.walk(), stored=view.audit.head()).findings
