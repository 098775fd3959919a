"""What every store of records of work promises of lists over many bodies, and of reading several records at once."""

from __future__ import annotations

import random

import pytest
from postgres_server import new_database
from work_samples import SAMPLES, Sample, SampleStatus, sample

from fanzha.core.errors import BadInput
from fanzha.core.time import SECOND_US
from fanzha.ports.record_query import Query, Range
from fanzha.ports.work_queues import DueClock
from fanzha.ports.work_store import WorkStore
from fanzha.storage.memory import MemoryWorkStore
from fanzha.storage.sql import SqlWorkStore, merged_walks, sqlite_url

pytestmark = pytest.mark.contract
NOW = 1_772_000_000 * SECOND_US
BODIES = [f"org{n:03d}" for n in range(110)]


def made() -> list[Sample]:
    chance = random.Random(11)
    return [
        sample(
            n, organisation=chance.choice(BODIES), status=chance.choice(list(SampleStatus)), due_us=chance.choice([None, n % 17]),
            case=chance.choice([None, "C1", "S-000003"]),
        )
        for n in range(400)
    ]  # fmt: skip


def fill(store: WorkStore) -> WorkStore:
    with store.begin() as unit:
        unit.records(Sample).bulk_add(made())
        for n, subject in enumerate(["S1", "S2", "S3", "S2"]):
            unit.clocks.set(DueClock(id=f"c{n}", kind="k", subject_kind="s", subject_id=subject, due_us=NOW - n))
        unit.commit()
    return store


@pytest.fixture(scope="module")
def memory() -> WorkStore:
    return fill(MemoryWorkStore([SAMPLES]))


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path_factory, memory):
    if request.param == "memory":
        yield memory
        return
    path = tmp_path_factory.mktemp("work") / "work.sqlite"
    store = SqlWorkStore(sqlite_url(path) if request.param == "sqlite" else new_database(), [SAMPLES])
    store.metadata.create_all(store.engine)  # the table of the tests' own records is in no migration
    yield fill(store)
    store.close()


def found(store: WorkStore, query: Query) -> tuple[list[str], str | None]:
    with store.reading() as view:
        page = view.records(Sample).find(query)
    return [record.id for record in page.rows], page.next_cursor


def query_of(chance: random.Random) -> Query:
    states = chance.sample([status.value for status in SampleStatus], chance.randint(1, 3))
    bodies = chance.sample(BODIES, chance.choice([1, 5, 70, 110]))
    return Query(
        equals={"case_id": chance.choice(["C1", None])} if chance.random() < 0.3 else {},
        within=chance.choice(
            [
                {"status": states},
                {"organisation": bodies},
                {"organisation": bodies, "status": states},
                {"organisation": bodies, "status": ["open", "held"]},
            ]
        ),
        without=chance.choice(
            [{}, {"organisation": BODIES[:3]}, {"case_id": ["C1"]}, {"status": ["held"]}, {"status": []}]
        ),
        ranges=chance.choice([{}, {"due_us": Range(3, 12)}]),
        order_by=chance.choice(["due_us", "due_us", "id"]),
        descending=chance.random() < 0.5,
        limit=chance.choice([1, 3, 20, 1000]),
    )


@pytest.mark.parametrize("near_rows", [0, 40, 300])
@pytest.mark.parametrize("seed", range(6))
def test_a_list_over_many_bodies_is_the_same_on_every_store(store, memory, seed, near_rows, monkeypatch):
    """With many bodies only those whose first record is near are read, or only everybody's first; no page may show that."""
    monkeypatch.setattr(merged_walks, "NEAR_FROM", 5 if near_rows else 10**6)
    monkeypatch.setattr(merged_walks, "NEAR_ROWS", near_rows)
    chance = random.Random(seed)
    for _ in range(20):
        query, pages = query_of(chance), 0
        while pages < 4:
            shown, cursor = found(store, query)
            assert (shown, cursor) == found(memory, query), query
            if cursor is None:
                break
            query, pages = (
                Query(**{name: getattr(query, name) for name in query.__slots__} | {"cursor": cursor}),
                pages + 1,
            )


def test_several_records_are_read_at_once_in_the_order_asked_for(store):
    with store.reading() as view:
        several = view.records(Sample).get_many(["S-000007", "nobody", "S-000002", "S-000007"])
        assert [record.id for record in several] == ["S-000007", "S-000002"]
        assert view.records(Sample).get_many([]) == ()


def test_what_hangs_on_a_record_is_found_at_any_depth(store):
    hanging = {one.id for one in made() if one.case == "S-000003"}
    with store.reading() as view:
        assert (
            set(view.records(Sample).below("case_id", ["S-000003"])) == hanging
        )  # the one that hangs on itself is no knot
        assert view.records(Sample).below("case_id", ["nobody"]) == ()
        assert view.records(Sample).below("case_id", []) == ()
        with pytest.raises(BadInput, match="not listed by 'father'"):
            view.records(Sample).below("father", ["S-000003"])


def test_the_different_values_of_a_term_are_told_by_how_they_begin(store):
    with store.reading() as view:
        records = view.records(Sample)
        assert records.mentioned("account", "模拟账户") == tuple(f"模拟账户{n}" for n in range(5))
        assert records.mentioned("account", "模拟账户3") == ("模拟账户3",)
        assert records.mentioned("account", "模拟账户9") == records.mentioned("account", "模拟账户33") == ()
        with pytest.raises(BadInput, match="'holder'"):
            records.mentioned("holder", "")


def test_clocks_of_several_records_come_earliest_first(store):
    with store.reading() as view:
        assert [one.id for one in view.clocks.running_among({"S2", "S3", "S9"})] == ["c3", "c2", "c1"]
        assert view.clocks.running_among([]) == ()
