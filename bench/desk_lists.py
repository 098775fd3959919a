"""How long the desk's lists take on a store of many cases and measures; everything in it is made up (模拟).

python bench/desk_lists.py --cases 10000 [--url postgresql://…] [--plans]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from sqlalchemy import event

from fanzha.casework import Case, CaseStatus
from fanzha.core.time import DAY_US, SECOND_US
from fanzha.measures.lifecycle import ENDED, Status
from fanzha.measures.model import LegalBasis, Measure, MeasureKind, Request, Scope, Target, TargetKind
from fanzha.measures.terms import Certainty
from fanzha.ports.record_query import Query, Range
from fanzha.ports.work_tables import TABLES
from fanzha.storage.sql import SqlWorkStore, sqlite_url

NOW = 1_772_000_000 * SECOND_US
YEAR_US = 365 * DAY_US
MEASURES_PER_CASE = 10
ORGANISATIONS = [f"模拟县局{n:03d}" for n in range(60)]
BASIS = LegalBasis("afl-20", "中华人民共和国反电信网络诈骗法", "第二十条", date(2022, 12, 1), next(iter(Certainty)))
OPEN = [status for status in Status if status not in ENDED]


def cases(count: int, chance: random.Random) -> Iterator[Case]:
    for n in range(count):
        organisation = chance.choice(ORGANISATIONS)
        yield Case(
            id=f"CASE-{n:08d}", version=0, organisation=organisation, jurisdiction="450100", title=f"模拟案件{n}",
            opened_by="模拟", officer=f"{organisation}-officer{chance.randrange(20)}",
            opened_at_us=NOW - chance.randrange(YEAR_US),
            status=chance.choices(list(CaseStatus), [2, 2, 30, 5, 10, 10, 1, 1, 39])[0],
        )  # fmt: skip


def measures(count: int, chance: random.Random) -> Iterator[Measure]:
    for n in range(count * MEASURES_PER_CASE):
        drafted_us = NOW - chance.randrange(YEAR_US)
        status = chance.choice(OPEN) if chance.random() < 0.03 else chance.choice(sorted(ENDED))
        account = f"模拟账户{chance.randrange(count * 5)}"
        yield Measure(
            id=f"MEAS-{n:09d}", version=0, organisation=chance.choice(ORGANISATIONS), status=status, drafted_by="模拟",
            drafted_us=drafted_us, ends_us=drafted_us + chance.choice([2, 180, 365]) * DAY_US,
            request=Request(
                kind=MeasureKind.STOP_PAYMENT, target=Target(TargetKind.ACCOUNT, account, f"模拟银行{n % 200}", "模拟户主"),
                scope=Scope(("credit_only",), 500_000, 500_000), basis=BASIS, term="ordinary", period=None,
                reason="模拟: 被害人汇款后立即报案", case=f"CASE-{n // MEASURES_PER_CASE:08d}",
            ),
        )  # fmt: skip


def lists(count: int, chance: random.Random) -> dict[str, tuple[type, Query]]:
    def organisation() -> str:
        return chance.choice(ORGANISATIONS)

    def case() -> str:
        return f"CASE-{chance.randrange(count):08d}"

    due, some = Range(at_least=NOW), ORGANISATIONS[:10]
    states = [status.value for status in OPEN]
    officer, newest = f"{organisation()}-officer3", {"order_by": "opened_at_us", "descending": True}
    account = f"模拟账户{chance.randrange(count * 5)}"
    body: dict = {"organisation": organisation()}
    by_due = {"within": {"status": states}, "order_by": "due_us"}
    return {
        "cases of a body, newest": (Case, Query(equals=body, **newest)),
        "cases of ten bodies, filed": (
            Case,
            Query(within={"organisation": some}, equals={"status": "filed"}, **newest),
        ),
        "cases of an officer, open": (
            Case,
            Query(equals={"officer": officer}, within={"status": ["filed", "accepted"]}, order_by="opened_at_us"),
        ),
        "cases of everybody, newest": (Case, Query(**newest)),
        "measures of a body, by due time": (
            Measure,
            Query(equals={**body, "status": "executed"}, ranges={"due_us": due}, order_by="due_us"),
        ),
        "measures of ten bodies, open": (
            Measure,
            Query(within={"organisation": some, "status": states}, order_by="due_us"),
        ),
        "measures of everybody, open": (Measure, Query(ranges={"due_us": due}, **by_due)),
        "measures of a bank, open": (Measure, Query(equals={"institution": "模拟银行7"}, **by_due)),
        "measures of a case": (Measure, Query(equals={"case_id": case()}, order_by="drafted_us")),
        "measures on an account": (Measure, Query(equals={"account": account})),
        "how many of a body are open": (Measure, Query(equals=body, total=True, **by_due)),
    }


def measure(store: SqlWorkStore, count: int, rounds: int) -> list[dict]:
    taken: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    for turn in range(rounds):
        for name, (kind, query) in lists(count, random.Random(turn)).items():
            start = time.perf_counter()
            with store.reading() as view:
                page = view.records(kind).find(query)
            taken.setdefault(name, []).append(time.perf_counter() - start)
            found[name] = len(page.rows)
    return [
        {
            "list": name,
            "rows": found[name],
            "p50_ms": round(sorted(times)[len(times) // 2] * 1000, 2),
            "p95_ms": round(sorted(times)[int(len(times) * 0.95)] * 1000, 2),
        }
        for name, times in taken.items()
    ]


def show_plans(store: SqlWorkStore, count: int) -> None:
    postgres = store.engine.dialect.name == "postgresql"
    said: list[tuple[str, object]] = []

    def hear(_connection, _cursor, statement, parameters, _context, _many) -> None:
        if statement.startswith("SELECT"):
            said.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", hear)
    for name, (kind, query) in lists(count, random.Random(0)).items():
        said.clear()
        with store.reading() as view:
            view.records(kind).find(query)
        statement, parameters = said[-1 if query.total else 0]
        print(f"-- {name}")
        with store.engine.connect() as connection:
            explain = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
            rows = [row[-1] for row in connection.exec_driver_sql(explain + statement, parameters)]
            print("\n".join(f"   {row}" for row in rows[:6] + (["…"] if len(rows) > 6 else [])))
    event.remove(store.engine, "before_cursor_execute", hear)


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--cases", type=int, default=10_000)
    words.add_argument("--rounds", type=int, default=40)
    words.add_argument("--url")
    words.add_argument("--plans", action="store_true")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = SqlWorkStore(given.url or sqlite_url(Path(folder) / "work.sqlite"), TABLES)
        start = time.perf_counter()
        with store.begin() as unit:
            added = unit.records(Case).bulk_add(cases(given.cases, random.Random(1)))
            added += unit.records(Measure).bulk_add(measures(given.cases, random.Random(2)))
            unit.commit()
        loaded_s = time.perf_counter() - start
        if store.engine.dialect.name == "postgresql":
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        results = measure(store, given.cases, given.rounds)
        if given.plans:
            show_plans(store, given.cases)
        bytes_on_disk = 0
        with suppress(OSError):
            bytes_on_disk = sum(path.stat().st_size for path in Path(folder).iterdir())
        store.close()
    summary = {
        "engine": store.engine.dialect.name,
        "records": added,
        "load_per_s": round(added / loaded_s),
        "bytes": bytes_on_disk,
    }
    print(json.dumps({**summary, "lists": results}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
