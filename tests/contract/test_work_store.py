"""What every store of records of work promises: in memory, in SQLite, in PostgreSQL."""

from __future__ import annotations

import random
import string
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from postgres_server import new_database
from sqlalchemy import text
from work_samples import SAMPLES, Sample, SamplePart, SampleStatus, sample

from fanzha.audit import AuditEntry, FindingKind, Head, Outcome, said, verify, written_by
from fanzha.core.errors import BadInput, NotFound, Refused, StaleVersion
from fanzha.core.money import Money
from fanzha.core.time import SECOND_US
from fanzha.ports.record_query import Query, Range
from fanzha.ports.work_queues import BACKOFF_FIRST_S, Delivery, DueClock, OutMessage
from fanzha.ports.work_store import WorkStore
from fanzha.storage.memory import MemoryWorkStore
from fanzha.storage.sql import SqlWorkStore, sqlite_url

pytestmark = pytest.mark.contract
NOW = 1_772_000_000 * SECOND_US


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def opened(request, tmp_path_factory):
    if request.param == "memory":
        yield MemoryWorkStore([SAMPLES])
        return
    path = tmp_path_factory.mktemp("work") / "work.sqlite"
    store = SqlWorkStore(sqlite_url(path) if request.param == "sqlite" else new_database(), [SAMPLES])
    store.metadata.create_all(store.engine)  # the table of the tests' own records is in no migration
    yield store
    store.close()


@pytest.fixture
def store(opened) -> WorkStore:
    if isinstance(opened, MemoryWorkStore):
        return MemoryWorkStore([SAMPLES])
    with opened.engine.begin() as connection:
        for table in opened.metadata.tables.values():
            if table.name != "audit_head":
                connection.execute(table.delete())
        connection.execute(text("UPDATE audit_head SET count = 0, hash = :hash"), {"hash": Head().hash})
    return opened


def add(store: WorkStore, *records: Sample) -> None:
    with store.begin() as unit:
        for record in records:
            unit.records(Sample).add(record)
        unit.commit()


def found(store: WorkStore, query: Query) -> list[str]:
    with store.reading() as view:
        return [record.id for record in view.records(Sample).find(query).rows]


def in_two_threads(work) -> list:
    with ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(work, name) for name in ("one", "two")]]


# --- records ----------------------------------------------------------------------------------------------------------


def test_a_record_comes_back_as_it_was(store):
    given = sample(
        1,
        due_us=None,
        parts=(SamplePart("模拟账户甲", Money(10**17), None), SamplePart("𠮷'\";--\\u0000\\", Money(-1, "USDT"), "")),
    )
    add(store, given, sample(2, flags=frozenset()))
    with store.reading() as view:
        assert view.records(Sample).get(given.id) == given
        assert type(view.records(Sample).get(given.id).status) is SampleStatus
        with pytest.raises(NotFound, match="S-000009"):
            view.records(Sample).get("S-000009")


def test_nothing_is_seen_before_the_commit_and_nothing_remains_without_it(store):
    add(store, sample(1))
    with store.begin() as unit:
        records = unit.records(Sample)
        records.add(sample(2))
        records.save(replace(sample(1), organisation="other"))
        unit.audit.append(entry("sample.add"))
        unit.outbox.put(message("r1"))
        unit.clocks.set(clock("c1", NOW))
        unit.requests.remember("k", "f", "done", NOW)
        assert records.get("S-000002") == sample(2)  # its own writing it sees
        assert [one.id for one in records.find(Query()).rows] == ["S-000001", "S-000002"]
        assert found(store, Query()) == ["S-000001"]
    with pytest.raises(NotFound), store.begin() as unit:
        unit.records(Sample).get(unit.records(Sample).add(sample(3)).id + "0")
    with store.begin() as unit:
        assert found(store, Query()) == ["S-000001"]
        assert unit.records(Sample).get("S-000001") == sample(1)
        assert unit.audit.head() == Head()
        assert unit.outbox.state("r1") is None
        assert unit.clocks.running("S") == ()
        assert unit.requests.recall("k", "f") is None


def test_saving_counts_versions_and_refuses_a_stale_one(store):
    add(store, sample(1))
    with store.begin() as unit:
        saved = unit.records(Sample).save(replace(sample(1), status=SampleStatus.OVER))
        assert (saved.version, saved.status) == (2, SampleStatus.OVER)
        assert unit.records(Sample).save(saved).version == 3
        unit.commit()
    with store.begin() as unit, pytest.raises(StaleVersion, match=r"S-000001.*version 1"):
        unit.records(Sample).save(sample(1))
    with store.begin() as unit, pytest.raises(NotFound):
        unit.records(Sample).save(sample(9))
    assert found(store, Query(equals={"status": "over"})) == ["S-000001"]


def test_of_two_who_read_the_same_version_one_is_refused(store):
    add(store, sample(1))
    both_have_read = threading.Barrier(2)

    def approve(name: str) -> str:
        with store.reading() as view:
            read = view.records(Sample).get("S-000001")
        both_have_read.wait()
        try:
            with store.begin() as unit:
                unit.records(Sample).save(replace(read, organisation=name))
                unit.audit.append(entry("sample.approve", actor=name))
                unit.commit()
        except StaleVersion:
            return "stale"
        return name

    results = in_two_threads(approve)
    assert results.count("stale") == 1
    with store.reading() as view:
        kept = view.records(Sample).get("S-000001")
        assert kept.version == 2
        assert kept.organisation in results
        assert [event.actor for event in view.audit.walk()] == [kept.organisation]


def test_a_limit_that_is_counted_under_a_key_is_never_passed(store):
    limit, both_began = 3, threading.Barrier(2)

    def stop(unit, name: str) -> bool:
        unit.hold("account:6299990000000000017")
        held = unit.records(Sample).count(Query(equals={"organisation": "org1"}))
        if held < limit:
            unit.records(Sample).add(sample(1, id=f"{name}-{held}", organisation="org1"))
            unit.commit()
        return held < limit

    def add_until_refused(name: str) -> int:
        added = 0
        both_began.wait()
        while True:
            with store.begin() as unit:
                if not stop(unit, name):
                    return added
            added += 1

    assert sum(in_two_threads(add_until_refused)) == limit
    assert len(found(store, Query(equals={"organisation": "org1"}))) == limit


def test_what_is_read_under_a_key_includes_what_its_last_holder_committed(store):
    """The second unit is open, and has read, before the first one commits."""
    got, has_read = threading.Event(), threading.Event()

    def first() -> None:
        with store.begin() as unit:
            unit.hold("account:1")
            got.set()
            has_read.wait(0.3)  # of a store with one writer at a time the other unit begins later
            unit.records(Sample).add(sample(1))
            unit.commit()

    def second() -> tuple[int, int]:
        got.wait()
        with store.begin() as unit:
            before = unit.records(Sample).count(Query())
            has_read.set()
            unit.hold("account:2")  # another key is free
            unit.hold("account:1")
            return before, unit.records(Sample).count(Query())

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(first), pool.submit(second)
        one.result()
        before, after = two.result()
    assert after == 1
    assert before <= after


def test_what_is_there_already_is_not_added(store):
    add(store, sample(1, number="A-1"))
    for double in (sample(1), sample(2, number="A-1")):
        with store.begin() as unit, pytest.raises(Refused, match="there already"):
            unit.records(Sample).add(double)
    add(store, sample(3), sample(4))  # two without a number
    with store.begin() as unit, pytest.raises(Refused, match="there already"):
        unit.records(Sample).save(replace(sample(3), number="A-1"))
    assert found(store, Query()) == ["S-000001", "S-000003", "S-000004"]


def test_a_text_that_no_database_takes_is_refused_everywhere(store):
    for bad in ("nul\0", "half \ud800"):
        with store.begin() as unit, pytest.raises(BadInput, match="S-000001"):
            unit.records(Sample).add(sample(1, parts=(SamplePart(bad, Money(1)),)))


def test_a_key_that_no_index_takes_is_refused_everywhere_before_anything_is_written(store):
    long = "".join(random.Random(1).choices(string.ascii_letters, k=2001))
    for bad in (
        sample(1, id=long[:201]), sample(1, organisation=long), sample(1, parts=(SamplePart(long, Money(1)),)),
    ):  # fmt: skip
        with store.begin() as unit, pytest.raises(BadInput, match="shorten it"):
            unit.records(Sample).add(bad)
    add(store, sample(1, organisation=long[:2000], parts=(SamplePart(long[:2000], Money(1), long),)))
    assert found(store, Query(mentions={"account": long[:2000]})) == ["S-000001"]
    with store.begin() as unit:
        unit.audit.append(AuditEntry(at_us=1, actor="a", organisation="b", action="case.see", subject_id=long * 5))
        unit.commit()
    with store.reading() as view:
        assert not verify(view.audit.walk(), stored=view.audit.head()).findings


# --- lists ------------------------------------------------------------------------------------------------------------

QUERIES = [
    Query(),
    Query(descending=True),
    Query(order_by="due_us"),
    Query(order_by="organisation", descending=True),
    Query(equals={"organisation": "org1"}, order_by="due_us"),
    Query(equals={"organisation": "org1", "status": "held"}, order_by="due_us", descending=True),
    Query(within={"organisation": ["org0", "org2", "org2"], "status": ["open"]}, order_by="due_us"),
    Query(within={"organisation": ["org2", "org0"]}, equals={"status": "open"}, order_by="due_us", descending=True),
    Query(within={"status": []}),
    Query(within={"organisation": ["org0", "org1"]}, order_by="id"),
    Query(ranges={"due_us": Range(1010, 1030)}, order_by="due_us"),
    Query(ranges={"due_us": Range(at_least=1030)}, within={"status": ["open", "held"]}, order_by="due_us"),
    Query(equals={"case_id": None}, order_by="due_us"),
    Query(equals={"case_id": "CASE-1"}),
    Query(ranges={"case_id": Range(below="CASE-2")}),
    Query(mentions={"account": "模拟账户3"}),
    Query(mentions={"account": "模拟账户3"}, within={"organisation": ["org0", "org1"], "status": ["open"]}, order_by="due_us"),
]  # fmt: skip


def crowd() -> list[Sample]:
    return [
        sample(n, case=f"CASE-{n % 4}" if n % 4 else None, due_us=None if n % 11 == 0 else 1000 + n % 40)
        for n in range(90)
    ]


def expected(query: Query) -> list[str]:
    keys = {one.id: {key.name: key.value(one) for key in SAMPLES.keys} | {"id": one.id} for one in crowd()}
    chosen = [
        one.id
        for one in crowd()
        if all(keys[one.id][name] == value for name, value in query.equals.items())
        and all(keys[one.id][name] in values for name, values in query.within.items())
        and all(
            keys[one.id][name] is not None
            and (bounds.at_least is None or keys[one.id][name] >= bounds.at_least)
            and (bounds.below is None or keys[one.id][name] < bounds.below)
            for name, bounds in query.ranges.items()
        )
        and all(any(part.account == value for part in one.parts) for value in query.mentions.values())
    ]
    return sorted(chosen, key=lambda one: (keys[one][query.order_by], one), reverse=query.descending)


def test_lists_are_what_was_asked_for_page_by_page(store):
    with store.begin() as unit:
        assert unit.records(Sample).bulk_add(crowd()) == 90
        unit.commit()
    with store.reading() as view:
        records = view.records(Sample)
        for query in QUERIES:
            wanted = expected(query)
            pages, cursor = [], None
            while True:
                page = records.find(replace(query, limit=7, cursor=cursor))
                pages += [one.id for one in page.rows]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert pages == wanted, query
            whole = records.find(replace(query, limit=1000, total=True))
            assert [one.id for one in whole.rows] == wanted, query
            assert (whole.total, whole.next_cursor) == (len(wanted), None)
            assert records.count(replace(query, limit=1)) == len(wanted)


def test_a_cursor_stays_where_it_is_while_others_add(store):
    add(store, *(sample(n, due_us=10 * n) for n in range(1, 7)))
    query = Query(order_by="due_us", limit=3)
    with store.reading() as view:
        first = view.records(Sample).find(query)
    add(store, sample(50, due_us=5), sample(51, due_us=30), sample(52, due_us=45))
    rest = found(store, replace(query, cursor=first.next_cursor, limit=50))
    assert [one.id for one in first.rows] == ["S-000001", "S-000002", "S-000003"]
    assert rest == ["S-000051", "S-000004", "S-000052", "S-000005", "S-000006"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (Query(equals={"colour": "red"}), "not listed by 'colour'"),
        (Query(order_by="case_id"), "cannot be ordered"),
        (Query(limit=0), "1 to 1000"),
        (Query(limit=1001), "1 to 1000"),
        (Query(equals={"due_us": "soon"}), "due_us is integer"),
        (Query(mentions={"phone": "1"}), "phone"),
        (Query(cursor="bm9uc2Vuc2U"), "cursor"),
        (Query(cursor="!"), "cursor"),
    ],
)
def test_a_list_that_cannot_be_is_refused_in_words(store, query, says):
    with store.reading() as view, pytest.raises(BadInput, match=says):
        view.records(Sample).find(query)


def test_a_cursor_of_another_list_is_refused(store):
    add(store, sample(1), sample(2))
    with store.reading() as view:
        cursor = view.records(Sample).find(Query(limit=1)).next_cursor
        with pytest.raises(BadInput, match="cursor"):
            view.records(Sample).find(Query(limit=1, descending=True, cursor=cursor))


def test_what_a_record_mentions_changes_with_it(store):
    add(store, sample(1), sample(2))
    with store.begin() as unit:
        unit.records(Sample).save(replace(sample(1), parts=(SamplePart("新", Money(1)), SamplePart("新", Money(2)))))
        unit.commit()
    assert found(store, Query(mentions={"account": "新"})) == ["S-000001"]
    assert found(store, Query(mentions={"account": "模拟账户1"})) == []


# --- outbox -----------------------------------------------------------------------------------------------------------


def message(request_id: str, **changes) -> OutMessage:
    given = {"recipient": "bank", "topic": "measure.order", "body": '{"b": 1, "a": "分"}', "subject_id": "M1"}
    return OutMessage(request_id=request_id, **{**given, "created_us": NOW, "due_us": NOW, **changes})


def test_what_is_put_down_many_at_once_is_as_if_one_by_one(store):
    with store.begin() as unit:
        unit.outbox.put(message("r1"))
        unit.clocks.set(clock("c1", NOW))
        unit.commit()
    count = 250
    with store.begin() as unit:
        unit.records(Sample).add_many([sample(n, id=f"S-{n:04d}") for n in range(count)])
        unit.outbox.put_many([message(f"r{n}") for n in range(count)])
        unit.clocks.set_many([clock(f"c{n}", NOW + 5) for n in range(count)])
        unit.audit.append(entry("sample.add"))
        unit.commit()
    with store.reading() as view:
        assert view.records(Sample).count(Query()) == count
        assert len(view.outbox.undelivered(1000)) == count
        assert {one.due_us for one in view.clocks.due_before(NOW + 10, 1000)} == {NOW + 5}
        written = [one for event in view.audit.walk() for one in written_by(event)]
        assert len({one.id for one in written if one.id.startswith("S-")}) == count, (
            "told in the audit, unlike bulk_add"
        )
    with store.begin() as unit, pytest.raises(Refused, match="there already"):
        unit.records(Sample).add_many([sample(1, id="S-new"), sample(2, id="S-0001")])
    with store.begin() as unit, pytest.raises(Refused, match="another message"):
        unit.outbox.put_many([message("r-new"), message("r1", body="{}")])


def put(store: WorkStore, *messages: OutMessage) -> list[bool]:
    with store.begin() as unit:
        new = [unit.outbox.put(one) for one in messages]
        unit.commit()
    return new


def lease(store: WorkStore, worker: str, now_us: int, **how):
    with store.begin() as unit:
        leased = unit.outbox.lease(worker, now_us, **how)
        unit.commit()
    return leased


def test_a_request_put_twice_is_one_message(store):
    assert put(store, message("r1"), message("r1"), message("r2")) == [True, False, True]
    assert put(store, message("r1", created_us=NOW + 9)) == [False]
    with store.begin() as unit, pytest.raises(Refused, match="r1"):
        unit.outbox.put(message("r1", body="{}"))
    with store.reading() as view:
        assert [one.message for one in view.outbox.about("M1")] == [message("r1"), message("r2")]


def test_messages_leave_when_due_and_are_leased_to_one_worker(store):
    put(store, message("r2", due_us=NOW + 5), message("r1"), message("r3", due_us=NOW + 10**9))
    first = lease(store, "one", NOW + 5, for_s=60)
    assert [(one.message.request_id, one.attempts) for one in first] == [("r1", 1), ("r2", 1)]
    assert lease(store, "two", NOW + 59 * SECOND_US) == ()
    again = lease(store, "two", NOW + 61 * SECOND_US, limit=1)  # worker one is silent
    assert [(one.message.request_id, one.attempts) for one in again] == [("r1", 2)]
    with store.begin() as unit, pytest.raises(StaleVersion, match="r1"):
        unit.outbox.done(first[0], NOW)
    with store.begin() as unit:
        unit.outbox.done(again[0], NOW)
        unit.outbox.done(first[1], NOW)  # late, but nobody else had it
        unit.commit()
    with store.begin() as unit:
        assert [one.message.request_id for one in unit.outbox.undelivered()] == ["r3"]
        assert unit.outbox.state("r1").delivery is Delivery.DONE
        with pytest.raises(StaleVersion):
            unit.outbox.retry(again[0], NOW, "twice")


def test_a_message_that_fails_is_tried_again_ever_later(store):
    put(store, message("r1"))
    now_us, waits = NOW, []
    for _ in range(12):
        (leased,) = lease(store, "one", now_us)
        with store.begin() as unit:
            next_us = unit.outbox.retry(leased, now_us, "银行未应答")
            unit.commit()
        waits.append((next_us - now_us) // SECOND_US)
        assert lease(store, "one", next_us - 1) == ()
        now_us = next_us
    assert waits == [min(BACKOFF_FIRST_S * 2**n, 900) for n in range(12)]
    with store.reading() as view:
        (state,) = view.outbox.undelivered(attempts_min=12)
        assert (state.attempts, state.failure) == (12, "银行未应答")
    (leased,) = lease(store, "one", now_us)
    with store.begin() as unit:
        unit.outbox.give_up(leased, now_us, "对方已撤销")
        unit.commit()
    assert lease(store, "one", now_us * 2) == ()
    with store.reading() as view:
        assert view.outbox.undelivered()[0].delivery is Delivery.GIVEN_UP


def test_messages_of_one_topic_wait_for_no_others(store):
    others = [message(f"w{n}", topic="webhook.case_changed", due_us=NOW) for n in range(20)]
    put(
        store,
        *others,
        message("r1", topic="measure.begin", due_us=NOW + 5),
        message("r%", topic="measure%", due_us=NOW),
    )
    assert [one.message.request_id for one in lease(store, "one", NOW + 9, limit=4, topic="measure.")] == ["r1"]
    assert {one.message.topic for one in lease(store, "one", NOW + 9, limit=4, topic="webhook.")} == {others[0].topic}
    with store.reading() as view:
        assert [one.message.request_id for one in view.outbox.undelivered(1, topic="measure.")] == ["r1"]
        assert len(view.outbox.undelivered(100, topic="webhook.")) == 20
        assert len(view.outbox.undelivered(100)) == 22


def test_two_workers_share_the_messages(store):
    put(store, *(message(f"r{n:03d}") for n in range(60)))

    def work(worker: str) -> list[str]:
        taken = []
        while leased := lease(store, worker, NOW, limit=4):
            for one in leased:
                with store.begin() as unit:
                    unit.outbox.done(one, NOW)
                    unit.commit()
                taken.append(one.message.request_id)
        return taken

    one, two = in_two_threads(work)
    assert sorted(one + two) == [f"r{n:03d}" for n in range(60)]


# --- clocks -----------------------------------------------------------------------------------------------------------


def clock(clock_id: str, due_us: int, **changes) -> DueClock:
    given = {"kind": "sample.lapse", "subject_kind": "sample", "subject_id": "S", "case": "CASE-1"}
    return DueClock(id=clock_id, due_us=due_us, **{**given, **changes})


def set_clocks(store: WorkStore, *clocks: DueClock) -> None:
    with store.begin() as unit:
        for one in clocks:
            unit.clocks.set(one)
        unit.commit()


def ring(store: WorkStore, worker: str, now_us: int, **how):
    with store.begin() as unit:
        leased = unit.clocks.lease_due(worker, now_us, **how)
        unit.commit()
    return leased


def test_a_clock_rings_when_due_and_once(store):
    set_clocks(store, clock("b", NOW + 2), clock("a", NOW + 1), clock("c", NOW + 3))
    assert ring(store, "one", NOW) == ()
    (first,) = ring(store, "one", NOW + 1)
    assert first.clock == clock("a", NOW + 1)
    assert [one.clock.id for one in ring(store, "two", NOW + 9)] == ["b", "c"]
    with store.begin() as unit:
        unit.clocks.done(first, NOW)
        unit.commit()
    with store.begin() as unit, pytest.raises(StaleVersion):
        unit.clocks.done(first, NOW)
    set_clocks(store, clock("a", NOW + 1))  # the same command again: it rang already
    assert "a" not in [one.clock.id for one in ring(store, "one", NOW + 10**12)]
    set_clocks(store, clock("a", NOW + 2 * 10**12))  # a renewal
    assert [one.clock.id for one in ring(store, "one", NOW + 3 * 10**12, limit=10)] == ["b", "c", "a"]


def test_a_clock_that_was_moved_or_stopped_does_not_ring_for_who_holds_it(store):
    set_clocks(store, clock("a", NOW), clock("b", NOW))
    a, b = ring(store, "one", NOW)
    with store.begin() as unit:
        unit.clocks.set(clock("a", NOW + 50))
        assert unit.clocks.cancel("b")
        assert not unit.clocks.cancel("b")
        assert not unit.clocks.cancel("nobody")
        unit.commit()
    for stale in (a, b):
        with store.begin() as unit, pytest.raises(StaleVersion):
            unit.clocks.done(stale, NOW)
    with store.reading() as view:
        assert view.clocks.running("S") == (clock("a", NOW + 50),)
        assert view.clocks.due_before(NOW + 50) == ()
        assert view.clocks.due_before(NOW + 51) == (clock("a", NOW + 50),)
    set_clocks(store, clock("b", NOW))  # set anew after it was stopped
    assert [one.clock.id for one in ring(store, "two", NOW + 50)] == ["b", "a"]


def test_a_clock_whose_effect_fails_lets_others_go_first(store):
    set_clocks(store, clock("a", NOW), clock("b", NOW + 1))
    (bad,) = ring(store, "one", NOW + 1, limit=1)
    with store.begin() as unit:
        again_us = unit.clocks.postpone(bad, NOW + 1, "模拟故障")
        unit.commit()
    assert [one.clock.id for one in ring(store, "one", NOW + 1, limit=1)] == ["b"]
    (bad,) = ring(store, "two", again_us, limit=1)
    assert (bad.clock, bad.attempts) == (clock("a", NOW), 2)


def test_effects_happen_exactly_once_with_two_workers_and_a_crash(store):
    add(store, *(sample(n) for n in range(20)))
    set_clocks(store, *(clock(f"lapse:{n}", NOW + n, subject_id=f"S-{n:06d}") for n in range(20)))
    crashed = ring(store, "crashed", NOW + 100, limit=7, for_s=1)  # and is never heard of until the end
    now_us = NOW + 2 * SECOND_US

    def work(worker: str) -> None:
        while leased := ring(store, worker, now_us, limit=3):
            for one in leased:
                with store.begin() as unit:
                    unit.clocks.done(one, now_us)
                    record = unit.records(Sample).get(one.clock.subject_id)
                    unit.records(Sample).save(replace(record, status=SampleStatus.OVER))
                    unit.audit.append(entry("sample.lapse", subject_id=record.id))
                    unit.commit()

    in_two_threads(work)
    for one in crashed:
        with pytest.raises(StaleVersion), store.begin() as unit:
            unit.clocks.done(one, now_us)
    with store.reading() as view:
        records = view.records(Sample).find(Query()).rows
        assert {(record.version, record.status) for record in records} == {(2, SampleStatus.OVER)}
        events = tuple(view.audit.walk())
        assert sorted(event.subject_id for event in events) == sorted(record.id for record in records)
        assert verify(events, stored=view.audit.head()).intact


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_command_of_one_key_is_carried_out_once(store):
    with store.begin() as unit:
        assert unit.requests.recall("client:1", "f1") is None
        unit.requests.remember("client:1", "f1", '{"id": "M1"}', NOW)
        unit.commit()
    with store.begin() as unit:
        assert unit.requests.recall("client:1", "f1") == '{"id": "M1"}'
        with pytest.raises(Refused, match="another command"):
            unit.requests.recall("client:1", "f2")
    with store.begin() as unit, pytest.raises(StaleVersion):
        unit.requests.remember("client:1", "f1", "", NOW)
    with store.begin() as unit:
        assert (unit.requests.forget_before(NOW), unit.requests.forget_before(NOW + 1)) == (0, 1)
        unit.commit()
    with store.begin() as unit:
        assert unit.requests.recall("client:1", "f2") is None


# --- audit ------------------------------------------------------------------------------------------------------------


def entry(action: str, **changes) -> AuditEntry:
    given = {"actor": "officer", "organisation": "org1", "subject_kind": "sample", "subject_id": "S", "case": "CASE-1"}
    return AuditEntry(action=action, **{**given, "at_us": NOW, **changes})


def write_audit(store: WorkStore, *entries: AuditEntry) -> None:
    with store.begin() as unit:
        for one in entries:
            unit.audit.append(one)
        unit.commit()


def test_the_audit_is_one_chain_in_the_order_of_commits(store):
    write_audit(
        store, entry("sample.add", details={"count": 2, "whole": True, "amount": "5"}, reason="电话 13800001234")
    )
    write_audit(store, entry("sample.approve", outcome=Outcome.REFUSED, actor="other"), entry("sample.read", case=""))
    with store.reading() as view:
        events = tuple(view.audit.walk())
        assert [event.seq for event in events] == [1, 2, 3]
        assert (events[0].details, events[0].reason) == ({"amount": "5", "count": 2, "whole": True}, "电话 ***1234")
        assert events[1].outcome is Outcome.REFUSED
        head = view.audit.head()
        assert head == Head(3, events[-1].hash)
        assert verify(events, Head(1, events[0].hash), stored=head).intact
        assert [event.seq for event in view.audit.walk(3)] == [3]
        assert [event.seq for event in view.audit.about(subject_id="S", limit=2)] == [3, 2]
        assert [event.seq for event in view.audit.about(case="CASE-1", before_seq=2)] == [1]
        assert [event.seq for event in view.audit.about(actor="other")] == [2]


def test_a_deed_tells_what_was_written_with_it_and_what_stood_there_before(store):
    with store.begin() as unit:
        first = unit.records(Sample).add(sample(1))
        unit.audit.append(entry("sample.look"))
        unit.audit.append(entry("sample.add"))
        unit.commit()
    with store.begin() as unit:
        saved = unit.records(Sample).save(replace(first, organisation="other"))
        unit.records(Sample).save(replace(saved, organisation="third"))
        unit.audit.append(entry("sample.move"))
    with store.begin() as unit:  # what was not committed is told by nobody
        unit.records(Sample).save(replace(first, organisation="third"))
        unit.audit.append(entry("sample.move"))
        unit.commit()
    with store.reading() as view:
        events = tuple(view.audit.walk())
        assert [len(list(written_by(event))) for event in events] == [0, 1, 1]
        (added,), (moved,) = written_by(events[1]), written_by(events[2])
        assert (added.table, added.id, added.version, added.before) == ("samples", "S-000001", 1, "")
        assert (moved.version, moved.before) == (2, added.fingerprint)
        (stored,) = view.records(Sample).walk()
        assert (stored.id, stored.version, stored.fingerprint) == ("S-000001", 2, moved.fingerprint)
        assert stored.record == view.records(Sample).get("S-000001")
        assert (stored.fault, said(events[2])) == ("", {})


def test_a_walk_shows_every_record_once_by_rising_id(store):
    with store.begin() as unit:
        unit.records(Sample).bulk_add(sample(n, id=f"S-{n * 7 % 1201:04d}") for n in range(1201))
        unit.commit()
    with store.reading() as view:
        walked = list(view.records(Sample).walk())
        assert [one.id for one in walked] == [f"S-{n:04d}" for n in range(1201)]
        assert not any(one.fault or not one.fingerprint for one in walked)
        some = view.records(Sample).walk(["S-0007", "nobody", "S-0003", "S-0007"])
        assert [one.id for one in some] == ["S-0003", "S-0007"]


def test_the_chain_holds_when_many_write_at_once(store):
    def work(name: str) -> None:
        for n in range(25):
            with store.begin() as unit:
                unit.records(Sample).add(sample(n, id=f"{name}-{n}"))
                unit.audit.append(entry("sample.add", actor=name, subject_id=f"{name}-{n}"))
                unit.commit()

    in_two_threads(work)
    with store.reading() as view:
        events = tuple(view.audit.walk())
        assert len(events) == 50
        assert {event.subject_id for event in events} == set(found(store, Query(limit=100)))
        assert verify(events, stored=view.audit.head()).intact


def test_a_row_that_was_changed_removed_or_cut_off_is_named(store):
    write_audit(store, *(entry("sample.read", subject_id=f"S{n}") for n in range(1, 8)))
    with store.reading() as view:
        signed = view.audit.head()
    tamper(store, seq=3, actor="nobody")
    remove(store, 5)
    assert findings(store, signed) == [(FindingKind.CHANGED, 3, 3), (FindingKind.MISSING, 5, 5)]
    remove(store, 6, 7)
    assert findings(store, signed)[-1] == (FindingKind.CUT_OFF, 5, 7)


def findings(store: WorkStore, signed: Head) -> list:
    with store.reading() as view:
        check = verify(view.audit.walk(), signed, stored=view.audit.head())
    return [(one.kind, one.first_seq, one.last_seq) for one in check.findings]


def tamper(store, seq: int, actor: str) -> None:
    if isinstance(store, SqlWorkStore):
        with store.engine.begin() as connection:
            connection.execute(
                text("UPDATE audit_events SET actor = :actor WHERE seq = :seq"), {"actor": actor, "seq": seq}
            )
        return
    events = tuple(replace(one, actor=actor) if one.seq == seq else one for one in store._state.audit)
    store._state = replace(store._state, audit=events)


def remove(store, *seqs: int) -> None:
    if isinstance(store, SqlWorkStore):
        with store.engine.begin() as connection:
            for seq in seqs:
                connection.execute(text("DELETE FROM audit_events WHERE seq = :seq"), {"seq": seq})
        return
    store._state = replace(store._state, audit=tuple(one for one in store._state.audit if one.seq not in seqs))
