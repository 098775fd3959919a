"""The register of companies: who represents each, who registered it, where and when; shells among honest ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fanzha.core.time import DAY_US
from fanzha.simulation.city.assumptions import read_assumptions
from fanzha.simulation.city.build import City
from fanzha.simulation.city.gangs import Gang
from fanzha.simulation.city.people import NOBODY, THIS_YEAR, Codes, Ints, Job, zipf_choice

DAYS_A_YEAR: Final = 365
AGENTS_LEAST: Final = 3
HUBS_LEAST: Final = 2


@dataclass(frozen=True, slots=True)
class Registry:
    """By company: the first one is the holder behind the last person."""

    representative: Codes  # holder
    agent: Codes  # NOBODY where it was registered without one
    address: Codes  # the same number is the same address
    registered_us: Ints
    agents: int
    addresses: int


def make_registry(city: City) -> Registry:
    """How every company of the city is registered."""
    told, holders = read_assumptions().table("registry"), city.people.holders
    rng, n = np.random.default_rng([city.seed, 10]), len(holders.job) - holders.people
    persons = np.flatnonzero(holders.job[: holders.people] != Job.STUDENT)
    representative = rng.choice(persons, n, replace=n > len(persons))
    again = np.flatnonzero(rng.random(n) < told["another_of_same_share"])
    representative[again] = representative[rng.integers(0, n, len(again))]
    agents, hubs = max(n // told["companies_an_agent"], AGENTS_LEAST), max(n // told["companies_a_hub"], HUBS_LEAST)
    agent = np.where(
        rng.random(n) < told["agent_share"], zipf_choice(rng, agents, n, told["agent_exponent"]), NOBODY
    )  # fmt: skip
    # Hubs first, then each company's own address, then one of each gang.
    address = np.where(rng.random(n) < told["hub_share"], rng.integers(0, hubs, n), hubs + np.arange(n))
    age_days = (THIS_YEAR - holders.birth_year[holders.people :]) * DAYS_A_YEAR + rng.integers(0, DAYS_A_YEAR, n)
    found = Registry(
        representative.astype(np.int32), agent.astype(np.int32), address.astype(np.int32),
        city.begins_us - age_days * DAY_US, agents, hubs + n + len(city.gangs),
    )  # fmt: skip
    shells: set[int] = set()
    for gang in city.gangs:
        companies = sorted({int(city.people.accounts.holder[place]) - holders.people for place in gang.shells} - shells)
        shells |= set(companies)
        _register_shells(rng, city, gang, np.array(companies, np.int64), found, told, hubs)
    return found


def _register_shells(
    rng: np.random.Generator, city: City, gang: Gang, companies: Ints, found: Registry, told: Mapping[str, Any], hubs: int
) -> None:  # fmt: skip
    """A gang's shells: within weeks, by one agent, at one address, a straw representative (挂名法人) for a few of them."""
    n = len(companies)
    straws = rng.integers(0, city.people.holders.people, -(-n // told["shells_a_representative"]))
    found.representative[companies] = np.repeat(straws, told["shells_a_representative"])[:n]
    found.agent[companies] = rng.integers(0, found.agents)
    own = hubs + len(found.address) + gang.number
    found.address[companies] = rng.integers(0, hubs) if rng.random() < told["shells_at_hub_share"] else own
    begun = rng.integers(*told["shell_days"])
    found.registered_us[companies] = city.begins_us - (begun - rng.integers(0, 7 * told["shell_weeks"], n)) * DAY_US
