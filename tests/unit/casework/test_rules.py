"""The shipped tables hold, and a broken one says where."""

from __future__ import annotations

import copy

import pytest

from fanzha.bootstrap import rule_table
from fanzha.casework import CaseworkRules, Taxonomy
from fanzha.core.errors import BadInput


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda t: t["clock"].pop("source"), "clock: has no source"),
        (lambda t: t["clock"].update(certainty="sure"), "clock.certainty"),
        (lambda t: t["clock"].update(warn_minutes=[150, 120]), "must rise"),
        (lambda t: t["clock"].update(warn_minutes=[180]), "must rise"),
        (lambda t: t["clock"].update(limit_minutes=0), "clock.limit_minutes"),
        (lambda t: t["clock"]["pause"][0].pop("certainty"), r"clock.pause\[0\]"),
        (lambda t: t["night"].update({"from": "25:00"}), "night.from"),
        (lambda t: t["priority"].update(floor_permille=1001), "more than the whole"),
        (lambda t: t["priority"]["weight"].pop("other"), "other"),
        (lambda t: t["fact"].update(first_hop=["rumour"]), "fact.first_hop"),
        (lambda t: t["duplicates"].update(enough=[[]]), "duplicates.enough"),
        (lambda t: t["step"][0].update(level="village"), r"step\[0\].level"),
        (lambda t: t["step"][0].pop("document"), "names no document"),
        (lambda t: t["period"][0].update(warn_hours=72), "not less than"),
        (lambda t: t["period"].pop(0), "review"),
        (lambda t: t.pop("hand_over"), "hand_over: not there"),
    ],
)
def test_a_broken_table_says_where(break_it, message):
    table = copy.deepcopy(rule_table("casework.toml"))
    break_it(table)
    with pytest.raises(BadInput, match=message):
        CaseworkRules.from_table(table)


@pytest.mark.parametrize(
    ("version", "slug", "to", "candidates"),
    [
        ("2024", "loan/limit-raise", "2025", ["loan-credit/limit-raise"]),
        ("2024", "credit/", "2025", ["loan-credit/"]),
        ("2024", "customer-service/flight", "2025", ["ticket/flight-change"]),
        ("2024", "customer-service/refund-claim", "2025", ["customer-service/refund-claim"]),
        ("2024", "other/", "2025", ["other/", "ticket/"]),
        ("2022", "loan/", "2025", ["loan-credit/"]),
        ("2022", "loan/credit-repair", "2024", None),
        ("2022", "brushing/part-time", "2025", ["brushing/part-time"]),
        ("2025", "ticket/", "2024", None),
        ("2024", "ticket/", "2025", None),
        ("2025", "ticket/rail", "2025", ["ticket/rail"]),
    ],
)
def test_an_old_class_is_read_in_a_new_list(taxonomy, version, slug, to, candidates):
    class_slug, subtype_slug = slug.split("/")
    if candidates is None:
        with pytest.raises(BadInput):
            taxonomy.read_in(version, class_slug, subtype_slug, to)
        return
    reading = taxonomy.read_in(version, class_slug, subtype_slug, to)
    assert ["/".join(one) for one in reading.candidates] == candidates
    assert reading.exact is (len(candidates) == 1)


def test_every_class_and_subtype_has_a_place_in_every_later_list(taxonomy):
    for at, old in enumerate(taxonomy.versions):
        for new in taxonomy.versions[at:]:
            for fraud_class in old.classes:
                for subtype in ("", *(one.slug for one in fraud_class.subtypes)):
                    assert taxonomy.read_in(old.version, fraud_class.slug, subtype, new.version).candidates


@pytest.mark.parametrize(("day", "version"), [("2020-01-01", "2022"), ("2025-06-21", "2024"), ("2026-03-01", "2025")])
def test_the_list_in_force_on_a_day(taxonomy, day, version):
    assert taxonomy.on(day).version == version


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda t: t["version"].reverse(), "order of effective_from"),
        (lambda t: t["version"][0].pop("source"), "no source"),
        (lambda t: t["version"][0]["classes"].append("ghost"), "ghost"),
        (lambda t: t["class"][0]["subtypes"][0].update(slug="Part Time"), "Part Time"),
        (lambda t: t["mapping"][0].update(to=["ticket"]), "ticket"),
        (lambda t: t["mapping"][0].update(to_version="2025"), "to the next"),
        (lambda t: t.update(mapping=[]), "no place"),
        (lambda t: t.update(version=[]), "no version"),
    ],
)
def test_a_broken_taxonomy_says_where(break_it, message):
    table = copy.deepcopy(rule_table("taxonomy.toml"))
    break_it(table)
    with pytest.raises(BadInput, match=message):
        Taxonomy.from_table(table)
