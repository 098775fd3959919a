"""What is true of a city and nobody at a desk can know: who is in which gang for what, and whose money each payment carries."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from fanzha.simulation.city.build import City
from fanzha.simulation.city.devices import Devices
from fanzha.simulation.city.gangs import roles
from fanzha.simulation.city.people import Ints, Job
from fanzha.simulation.city.signals import gang_domain
from fanzha.simulation.city.tables import INSTANT, Texts, yuan, zero_filled


def truth_tables(texts: Texts, devices: Devices, serials: Ints, places: Ints) -> Mapping[str, pa.Table]:
    """Every table of the truth by its name. serials: of the payments of stolen money, places: the moves that they are."""
    city = texts.city
    return {
        "accounts": _accounts(texts), "frauds": _frauds(texts), "moves": _moves(city, serials, places),
        "people": _people(texts), "devices": _devices(texts, devices), "lines": _lines(texts), "sites": _sites(texts),
    }  # fmt: skip


def _accounts(texts: Texts) -> pa.Table:
    city = texts.city
    rows = sorted((place, gang, role) for place, used in roles(city.gangs).items() for gang, role in used)
    job, holder = city.people.holders.job, city.people.accounts.holder
    return pa.table(
        {
            "account": [texts.names.accounts[place + 1] for place, _, _ in rows],
            "gang": [gang for _, gang, _ in rows],
            "role": [role for _, _, role in rows],
            "company": [bool(job[holder[place]] >= Job.EMPLOYER) for place, _, _ in rows],
        }
    )


def _people(texts: Texts) -> pa.Table:
    """Dealers (卡贩), recruiters (卡头) and holders (卡农), and who brought each to the gang."""
    holder, identities = texts.city.people.accounts.holder, texts.names.identities
    rows: list[tuple[str, int, str, str | None]] = []
    for gang in texts.city.gangs:
        dealer = identities[gang.dealer]
        rows.append((dealer, gang.number, "dealer", None))
        rows += [(identities[one], gang.number, "recruiter", dealer) for one in sorted(set(gang.recruiters))]
        brought = {(int(holder[place]), gang.recruiter_of(place)) for place in gang.rented}
        rows += [(identities[who], gang.number, "holder", identities[by]) for who, by in sorted(brought)]
    names = ("identity", "gang", "role", "brought_by")
    return pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))


def _devices(texts: Texts, devices: Devices) -> pa.Table:
    rows = [(number, gang) for gang, own in enumerate(devices.of_gangs) for number in own]
    return pa.table(
        {"device": [texts.devices[number].as_py() for number, _ in rows], "gang": [gang for _, gang in rows]}
    )


def _lines(texts: Texts) -> pa.Table:
    first = texts.names.lines.gangs_from
    rows = [(first + line, gang.number) for gang in texts.city.gangs for line in gang.lines]
    return pa.table({"line": [texts.names.phones[line] for line, _ in rows], "gang": [gang for _, gang in rows]})


def _sites(texts: Texts) -> pa.Table:
    rows = sorted({(gang_domain(fraud), fraud.gang) for fraud in texts.city.frauds})
    return pa.table({"domain": [texts.names.domain(one) for one, _ in rows], "gang": [gang for _, gang in rows]})


def _frauds(texts: Texts) -> pa.Table:
    city = texts.city
    lost = [sum(city.moves[place].amount_minor for place in fraud.payments) for fraud in city.frauds]
    return pa.table(
        {
            "fraud": [fraud.number for fraud in city.frauds],
            "type": [fraud.type.slug for fraud in city.frauds],
            "gang": [fraud.gang for fraud in city.frauds],
            "victim": [texts.names.holder(fraud.victim) for fraud in city.frauds],
            "identity": [texts.names.identity(fraud.victim) for fraud in city.frauds],
            "channel": [fraud.channel for fraud in city.frauds],
            "contact": pa.array([fraud.contact_us for fraud in city.frauds], INSTANT),
            "reported": pa.array([fraud.reported_us for fraud in city.frauds], INSTANT),
            "lost": yuan(np.array(lost, np.int64)),
        }
    )


def _moves(city: City, serials: Ints, places: Ints) -> pa.Table:
    moves = [city.moves[place] for place in places.tolist()]
    return pa.table(
        {
            "transfer_id": zero_filled(serials), "move": pa.array(places), "parent": [move.parent for move in moves],
            "fraud": [move.case for move in moves], "hop": [move.hop for move in moves],
            "exit": [move.exit for move in moves],
        }
    )  # fmt: skip
