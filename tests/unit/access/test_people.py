"""Which logins, passwords and roles there are, and who keeps whose people."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

import pytest

from fanzha.access import (
    Person,
    change_roles,
    check_login,
    check_password,
    check_roles,
    keeping_place,
    new_person,
    set_active,
)
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.errors import BadInput, NotAllowed

ADMIN = frozenset({Role.ADMINISTRATOR})


@pytest.mark.parametrize("login", ["", "A", "王一", "../x", ".x", "a" * 41, "a b", "machine", "a/b"])
def test_what_cannot_be_a_login(login):
    with pytest.raises(BadInput, match="cannot be a login"):
        check_login(login)


def test_a_login_is_the_persons_id(tree):
    person = new_person("wang.yi-2", " 模拟·王一 ", [Role.ANALYST], tree.get("KM"))
    assert (person.id, person.login, person.display_name) == ("wang.yi-2", "wang.yi-2", "模拟·王一")
    with pytest.raises(BadInput, match="a name is needed"):
        new_person("wang", " ", [Role.ANALYST], tree.get("KM"))


@pytest.mark.parametrize(("password", "said"), [("x" * 9, "10 to"), ("x" * 257, "256"), ("LONGENOUGH1", "no password")])
def test_what_is_no_password(rules, password, said):
    with pytest.raises(BadInput, match=said):
        check_password(password, "longenough1", rules.credentials)
    check_password("x" * 10, "longenough1", rules.credentials)


def test_every_set_of_roles_has_an_answer_at_a_bureau_and_at_a_partner(tree):
    """Who keeps people, audits, or is a program, is nothing else; partners have their own roles; nobody is the machine."""
    alone = {Role.ADMINISTRATOR, Role.AUDITOR, Role.API_CLIENT}
    officers = {Role.DUTY_OFFICER, Role.ANALYST, Role.APPROVER, Role.COMMANDER}
    sets = chain.from_iterable(combinations(Role, count) for count in range(1, 4))
    allowed: dict[str, set[frozenset[Role]]] = {"KM": set(), "BANK": set()}
    for roles in list(sets):
        for body, found in allowed.items():
            try:
                found.add(frozenset(check_roles(roles, tree.get(body))))
            except NotAllowed:
                continue
    assert allowed["KM"] == {frozenset({one}) for one in alone} | {
        frozenset(some) for count in (1, 2, 3) for some in combinations(officers, count)
    }
    assert allowed["BANK"] == {frozenset({one}) for one in (Role.ADMINISTRATOR, Role.API_CLIENT, Role.PARTNER_DESK)}
    with pytest.raises(BadInput):
        check_roles((), tree.get("KM"))


def test_nobody_does_it_to_himself(tree):
    person = Person("a", 0, "KM", "a", "模拟·甲", (Role.ADMINISTRATOR,))
    actor = Actor("a", "KM", Level.CITY, ADMIN)
    for change in (
        lambda: change_roles(person, [Role.APPROVER], tree.get("KM"), actor),
        lambda: set_active(person, actor, active=False),
    ):
        with pytest.raises(NotAllowed) as refusal:
            change()
        assert refusal.value.rule == "person.self"
    assert not set_active(replace(person, id="b"), actor, active=False).active


@pytest.mark.parametrize(
    ("body", "actor", "level", "place"),
    [
        ("WH", "KM", Level.CITY, "WH"),
        ("BANK", "MPS", Level.MINISTRY, "MPS"),  # the top keeps partners' people
        ("BANK", "KM", Level.CITY, "MPS"),  # who is not at the top does not
        ("BANK", "BANK", Level.PARTNER, "BANK"),
        ("BANK", "TEL", Level.PARTNER, "BANK"),
    ],
)
def test_whose_place_decides_who_keeps_the_people(tree, body, actor, level, place):
    assert keeping_place(tree.get(body), Actor("a", actor, level, ADMIN), tree) == place
