"""Who may do what where: the tree, the table, and that what may not be seen does not exist."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.access import (
    AccessRules,
    Action,
    Direction,
    OrganisationTree,
    Place,
    RouteKind,
    Scope,
    answer_due_us,
    can_do,
    can_route,
    can_see,
    check_can_see,
    check_do,
    check_route,
    place_of,
    places_of,
    visible_organisations,
)
from fanzha.access.words import ROUTE_WORDS
from fanzha.bootstrap import rule_table
from fanzha.core.actor import MACHINE, Actor, Level, Organisation, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound


def actor(role, organisation="KM", name="P1"):
    return Actor(name, organisation, Level.CITY, frozenset({role}))


@pytest.mark.parametrize(
    ("organisation", "officers", "addressed", "place"),
    [
        ("KM", (), (), Place.OWN_ORGANISATION),
        ("QJ", ("P1",), (), Place.OWN_CASE),
        ("WH", (), (), Place.SUBTREE),
        ("PS", (), (), Place.SUBTREE),
        ("QJ", (), (), Place.ELSEWHERE),
        ("YN", (), (), Place.ELSEWHERE),
        ("YN", (), ("KM",), Place.ADDRESSED),
        ("BANK", (), (), Place.ELSEWHERE),
        ("NOBODY", (), (), Place.ELSEWHERE),
    ],
)
def test_where_a_record_lies(tree, organisation, officers, addressed, place):
    scope = Scope(organisation, officers, addressed)
    assert place_of(actor(Role.ANALYST), tree, scope) is place


MAY = {  # role, action → places of (own case, own organisation, subtree, addressed, elsewhere)
    (Role.DUTY_OFFICER, Action.SEE): "yy.y.",
    (Role.DUTY_OFFICER, Action.MEASURE_PROPOSE): "yy...",
    (Role.DUTY_OFFICER, Action.MEASURE_APPROVE): ".....",
    (Role.DUTY_OFFICER, Action.CASE_DECIDE): ".....",
    (Role.DUTY_OFFICER, Action.AUDIT_READ): ".....",
    (Role.ANALYST, Action.SEARCH): ".yy.y",
    (Role.ANALYST, Action.MEASURE_PROPOSE): ".....",
    (Role.APPROVER, Action.MEASURE_APPROVE): "yyy..",
    (Role.APPROVER, Action.MEASURE_PROPOSE): ".....",
    (Role.DUTY_OFFICER, Action.ORDER_SENT): "yy...",
    (Role.DUTY_OFFICER, Action.MEASURE_LIFT): "yy...",
    (Role.APPROVER, Action.ORDER_SENT): ".....",
    (Role.COMMANDER, Action.ORDER_SEND): ".yy..",
    (Role.PARTNER_DESK, Action.ERRAND_ANSWER): "...y.",
    (Role.PARTNER_DESK, Action.MEASURE_PROPOSE): ".y...",
    (Role.PARTNER_DESK, Action.RECEIPT_ENTER): "...y.",
    (Role.PARTNER_DESK, Action.SEE): ".y.y.",
    (Role.PARTNER_DESK, Action.EXPORT): ".....",
    (Role.AUDITOR, Action.AUDIT_READ): "yyy..",
    (Role.AUDITOR, Action.CASE_WORK): ".....",
    (Role.ADMINISTRATOR, Action.SEE): ".....",
    (Role.ADMINISTRATOR, Action.PEOPLE_KEEP): ".yy..",
    (Role.MACHINE, Action.REVEAL): ".....",
    (Role.MACHINE, Action.CLOCK_STRIKE): "yyy.y",
    (Role.MACHINE, Action.ORDER_SENT): "yyy.y",
}


@pytest.mark.parametrize(("role", "action"), MAY)
def test_the_table_of_permissions(rules, role, action):
    places = (Place.OWN_CASE, Place.OWN_ORGANISATION, Place.SUBTREE, Place.ADDRESSED, Place.ELSEWHERE)
    said = "".join("y" if place in rules.permissions.of(role, action) else "." for place in places)
    assert said == MAY[role, action]


def test_every_pair_is_answered_and_every_action_is_somebodys(rules):
    for role in Role:
        assert all(isinstance(rules.permissions.of(role, action), frozenset) for action in Action)
    assert all(any(rules.permissions.of(role, action) for role in Role) for action in Action)
    proposes = {role for role in Role if rules.permissions.of(role, Action.MEASURE_PROPOSE)}
    approves = {role for role in Role if rules.permissions.of(role, Action.MEASURE_APPROVE)}
    assert not proposes & approves


def test_a_refusal_says_where_it_lies_and_where_one_may(tree, rules):
    with pytest.raises(NotAllowed) as refused:
        check_do(actor(Role.DUTY_OFFICER), Action.MEASURE_PROPOSE, tree, rules.permissions, Scope("QJ"))
    assert refused.value.rule == "access.measure_propose"
    assert str(refused.value) == (
        "P1 (duty officer (值班民警) of KM) may not draft or propose a measure (呈请) at QJ; "
        "that is for the duty officer (值班民警) of QJ: ask there"
    )


def test_every_refusal_of_access_is_in_words_and_names_who_may(tree, rules):
    for action in Action:
        with pytest.raises(NotAllowed) as refused:
            check_do(actor(Role.API_CLIENT, organisation="KM"), action, tree, rules.permissions, Scope("QJ"))
        said = str(refused.value)
        assert "_" not in said
        assert "ask" in said
        assert "that is for the" in said or "nobody may" in said, said


def test_what_may_not_be_seen_sounds_as_if_it_were_not_there(tree, rules):
    officer = actor(Role.DUTY_OFFICER)
    check_can_see(officer, tree, rules.permissions, "KM", record="CASE-1")
    messages = set()
    for organisation in ("QJ", "WH", "NOBODY"):
        with pytest.raises(NotFound) as missing:
            check_can_see(officer, tree, rules.permissions, organisation, record="CASE-1")
        messages.add(str(missing.value))
    assert len(messages) == 1
    assert can_see(officer, tree, rules.permissions, "QJ", officers=["P1"])
    partner = actor(Role.PARTNER_DESK, "BANK")
    assert can_see(partner, tree, rules.permissions, "KM", addressed_to=["BANK"])
    assert not can_see(partner, tree, rules.permissions, "KM", addressed_to=["TEL"])
    assert not can_see(replace(officer, roles=frozenset()), tree, rules.permissions, "KM")


@given(
    st.sampled_from(list(Role)), st.sampled_from(["MPS", "YN", "KM", "QJ", "WH", "PS", "BANK", "TEL", ""]),
    st.sampled_from(["MPS", "YN", "KM", "QJ", "WH", "PS", "BANK", "TEL", "NOBODY"]), st.sampled_from(list(Action)),
)  # fmt: skip
def test_lists_and_single_records_agree(tree, rules, role, own, other, action):
    asker = actor(role, own)
    listed = visible_organisations(asker, tree, rules.permissions, action)
    assert can_do(asker, action, tree, rules.permissions, Scope(other)) is (listed is None or other in listed)
    # More said of a record never takes a right away.
    more = Scope(other, (asker.id,), (own,))
    if can_do(asker, action, tree, rules.permissions, Scope(other)) and Place.ELSEWHERE not in places_of(
        asker, tree, Scope(other)
    ):
        assert can_do(asker, action, tree, rules.permissions, more)


def test_the_machine_belongs_to_no_body(tree, rules):
    assert place_of(MACHINE, tree, Scope("KM")) is Place.ELSEWHERE
    assert place_of(MACHINE, tree, Scope("")) is Place.ELSEWHERE
    assert can_do(MACHINE, Action.CLOCK_STRIKE, tree, rules.permissions, Scope("KM"))


@pytest.mark.parametrize(
    ("sender", "receiver", "direction"),
    [
        ("YN", "PS", Direction.DOWN),
        ("PS", "MPS", Direction.UP),
        ("KM", "QJ", Direction.SIDEWAYS),
        ("WH", "QJ", Direction.SIDEWAYS),
        ("KM", "BANK", Direction.OUT),
        ("BANK", "KM", Direction.IN),
        ("BANK", "TEL", None),
        ("KM", "KM", None),
        ("KM", "NOBODY", None),
    ],
)
def test_how_something_runs_between_two_bodies(tree, sender, receiver, direction):
    assert tree.direction(sender, receiver) is direction


@pytest.mark.parametrize(
    ("kind", "runs"),
    [
        (RouteKind.ORDER, {Direction.DOWN, Direction.OUT}),
        (RouteKind.SIGN_OFF, {Direction.UP, Direction.DOWN, Direction.SIDEWAYS, Direction.IN}),
        (RouteKind.FEEDBACK, {Direction.UP, Direction.SIDEWAYS, Direction.IN}),
        (RouteKind.CASE, {Direction.SIDEWAYS, Direction.UP, Direction.DOWN}),
        (RouteKind.HELP_REQUEST, {Direction.SIDEWAYS}),
    ],
)
def test_orders_run_down_sign_offs_up_help_sideways(tree, rules, kind, runs):
    pairs = {
        Direction.DOWN: ("KM", "PS"),
        Direction.UP: ("PS", "KM"),
        Direction.SIDEWAYS: ("KM", "QJ"),
        Direction.OUT: ("KM", "BANK"),
        Direction.IN: ("BANK", "KM"),
    }
    for direction, (sender, receiver) in pairs.items():
        assert can_route(tree, rules.routes, kind, sender, receiver) is (direction in runs)
        if direction not in runs:
            with pytest.raises(NotAllowed, match=re.escape(ROUTE_WORDS[kind])):
                check_route(tree, rules.routes, kind, sender, receiver)
    assert answer_due_us(rules.routes, RouteKind.HELP_REQUEST, 0) == 72 * 3600 * 10**6
    assert answer_due_us(rules.routes, RouteKind.FEEDBACK, 0) is None


def test_the_tree_finds_whose_place_it_is(tree):
    found = {
        code: body.id for code in ("530102001", "5301", "530199", "5303", "53") if (body := tree.nearest_covering(code))
    }
    assert found == {"530102001": "PS", "5301": "KM", "530199": "KM", "5303": "QJ", "53": "YN"}
    assert tree.nearest_covering("11") is None
    assert tree.below("KM") == ("PS", "WH")


@pytest.mark.parametrize(
    ("bodies", "message"),
    [
        ([Organisation("A", "", Level.CITY, None), Organisation("A", "", Level.CITY, None)], "twice"),
        ([Organisation("A", "", Level.CITY, "B")], "not there"),
        ([Organisation("A", "", Level.CITY, "A")], "higher level"),
        ([Organisation("A", "", Level.CITY, "B"), Organisation("B", "", Level.CITY, "A")], "higher level"),
        ([Organisation("A", "", Level.PARTNER, "B"), Organisation("B", "", Level.CITY, None)], "beside the tree"),
    ],
)
def test_a_tree_that_is_none_is_refused(bodies, message):
    with pytest.raises(BadInput, match=message):
        OrganisationTree(bodies)


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda t: t["permissions"].update(chief={}), "chief"),
        (lambda t: t["permissions"]["analyst"].update(fly=["own_case"]), "fly"),
        (lambda t: t["permissions"]["analyst"].update(see=["moon"]), "moon"),
        (lambda t: t["permissions"].pop("source"), "source"),
        (lambda t: t["route"].pop(0), "order not there"),
        (lambda t: t["masking"]["account"].update(hidden_min=0), "masking.account.hidden_min"),
        (lambda t: t["export"].update(thresholds=[250, 25, 2500]), "must rise"),
        (lambda t: t["export"].update(actions=["log"]), "each have an action"),
        (lambda t: t["credentials"].update(attempts_max="5"), "credentials.attempts_max"),
        (lambda t: t.pop("purpose"), "purpose: not there"),
    ],
)
def test_a_broken_table_says_where(break_it, message):
    table = copy.deepcopy(rule_table("access.toml"))
    break_it(table)
    with pytest.raises(BadInput, match=message):
        AccessRules.from_table(table)
