"""A centre's own table that lacks something is refused with the file, the place and what is expected there."""

from __future__ import annotations

from copy import deepcopy

import pytest

from fanzha.bootstrap import rule_table
from fanzha.casework.governance.rules import GovernanceRules
from fanzha.casework.operations.catalogue import OperationRules
from fanzha.casework.public_rules import PublicRules
from fanzha.casework.publicity.rules import PublicityRules
from fanzha.core.errors import BadInput

TABLES = {
    "governance": GovernanceRules, "operations": OperationRules, "public": PublicRules, "publicity": PublicityRules,
}  # fmt: skip


def table_of(name):
    return deepcopy(rule_table(f"{name}.toml"))


def parts_of(table):
    return [part for part, held in table.items() if isinstance(held, dict)]


@pytest.mark.parametrize("name", TABLES)
def test_every_part_says_where_it_is_from_and_how_sure_that_is(name):
    table = table_of(name)
    for part in parts_of(table):
        without, unsourced = deepcopy(table), deepcopy(table)
        del without[part]
        with pytest.raises(BadInput, match=f"{name}.toml: {part}: not there"):
            TABLES[name].from_table(without)
        unsourced[part]["certainty"] = "certain"
        with pytest.raises(BadInput, match=f"{name}.toml: {part}: needs a source and a certainty"):
            TABLES[name].from_table(unsourced)


@pytest.mark.parametrize(
    ("name", "part", "rows", "field", "said"),
    [
        ("governance", "matters", "matter", "zh", r"matters.matter\[1\]: needs zh"),
        ("operations", "seized", "item", "slug", r"seized.item\[1\]: needs slug"),
        ("publicity", "venues", "venue", "en", r"venues.venue\[1\]: needs en"),
        ("publicity", "messages", "message", "class", r"messages.message\[1\]: needs class"),
    ],
)
def test_a_row_that_lacks_a_field_is_named(name, part, rows, field, said):
    table = table_of(name)
    del table[part][rows][0][field]
    with pytest.raises(BadInput, match=said):
        TABLES[name].from_table(table)


def test_a_slug_stands_once():
    table = table_of("publicity")
    table["venues"]["venue"] += table["venues"]["venue"][:1]
    with pytest.raises(BadInput, match="stands there twice"):
        PublicityRules.from_table(table)


def test_people_of_a_place_are_counted_with_their_source():
    table = table_of("publicity")
    table["population"] = [{"place": "530102", "year": 2020, "people": 1_000_000}]
    with pytest.raises(BadInput, match=r"population\[1\]: needs source"):
        PublicityRules.from_table(table)
