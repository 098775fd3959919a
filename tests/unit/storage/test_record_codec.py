"""A record is known by one fingerprint, whether it was just written or read again in another spelling."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_desk_records import a_case, a_clue, a_measure, a_report, a_return, a_task, an_incident

from fanzha.measures.return_plan import Base, Branch, FrozenAccount, Inflow, VictimClaim, plan_return
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.work_tables import TABLES
from fanzha.storage.record_codec import RecordCodec, body_fingerprint, written_fingerprint

CODECS: dict[type[Any], RecordCodec[Any]] = {table.record: RecordCodec(table) for table in TABLES}
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=8)
MADE = [make("1", "CITY") for make in (a_case, a_clue, a_measure, a_report, a_return, a_task, an_incident)]


def respelled(body: str) -> str:
    """As a database may give it back: other blanks, another order of names."""
    return json.dumps(json.loads(body, object_pairs_hook=lambda pairs: dict(reversed(pairs))), indent=1)


@pytest.mark.parametrize("record", MADE, ids=lambda record: type(record).__name__)
def test_what_was_written_is_known_by_what_is_read(record):
    body = CODECS[type(record)].encode(record)
    assert written_fingerprint(body) == body_fingerprint(body) == body_fingerprint(respelled(body))
    assert CODECS[type(record)].decode(respelled(body)) == record


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), st.integers(1, 10**12))
def test_so_is_a_plan_with_victims_of_any_name(victims, minor):
    claims = [VictimClaim(name, dict.fromkeys(Base, minor), first_inflow_us=1, pay_to=name) for name in victims]
    inflows = tuple(Inflow(f"t{n}", n + 1, minor, name) for n, name in enumerate(victims))
    account = FrozenAccount(
        "6299990000000000001", "模拟银行", "MEAS-1", minor * len(victims), inflows, last_outflow_us=0
    )
    plan = plan_return(account, claims, (Branch.DIRECT,) if len(victims) == 1 else (Branch.BY_TIME,))
    record = replace(a_return("1", "CITY"), plans=(plan,))
    body = CODECS[ReturnProcedure].encode(record)
    assert written_fingerprint(body) == body_fingerprint(body) == body_fingerprint(respelled(body))
