"""The schema by migrations is the schema by declaration; newer ones are refused; backups come back."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from figure_desk import held
from postgres_server import new_database
from sqlalchemy import inspect, text
from work_samples import SAMPLES, Sample, sample

from fanzha.audit import AuditEntry, verify
from fanzha.casework import Task, TaskStatus
from fanzha.core.errors import BadInput, Refused, StaleVersion
from fanzha.measures.model import Measure
from fanzha.ports.record_query import Query, Range
from fanzha.ports.record_table import NEVER_US
from fanzha.ports.work_tables import TABLES
from fanzha.storage.sql import SqlWorkStore, sqlite_url
from fanzha.storage.sql.migrate import MIGRATIONS, known_revisions


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    return sqlite_url(tmp_path / "work.sqlite") if request.param == "sqlite" else new_database()


def indexes(engine) -> dict:
    found = inspect(engine)
    return {
        (table, one["name"]): (
            tuple(one["column_names"]),
            bool(one["unique"]),
            str(one.get("dialect_options", {}).get(f"{engine.dialect.name}_where")).removesuffix(" = 1"),
        )
        for table in found.get_table_names()
        for one in found.get_indexes(table)
    }


def test_migrations_lead_to_what_is_declared(url, tmp_path):
    store = SqlWorkStore(url, TABLES)
    try:
        with store.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, store.metadata) == []
        migrated = indexes(store.engine)
        with store.engine.begin() as connection:
            store.metadata.drop_all(connection)
            store.metadata.create_all(connection)
        assert indexes(store.engine) == migrated
    finally:
        store.close()


def _undo_later_steps(connection):
    """What the steps behind 0014 made, which come again."""
    connection.execute(text("DROP INDEX ix_measures_starts_us_id_kind"))
    connection.execute(text("DROP INDEX ix_errands_matter_sent_at_us_id"))
    connection.execute(text("ALTER TABLE errands DROP COLUMN matter"))
    for name in ("meetings_terms", "meetings", "controls", "openings_terms", "openings", "publicity", "draft_versions"):
        connection.execute(text(f"DROP TABLE {name}"))


def test_measures_of_an_older_schema_get_the_instant_at_which_they_were_carried_out(url):
    carried_out, never = held("OLD", 1_000_000, 100), replace(held("NEW", 2_000_000, 100), starts_us=None)
    store = SqlWorkStore(url, TABLES)
    with store.begin() as unit:
        unit.records(Measure).bulk_add([carried_out, never])
        unit.commit()
    before = ScriptDirectory(str(MIGRATIONS)).get_revision("0014").down_revision
    with store.engine.begin() as connection:  # as the step before left it
        _undo_later_steps(connection)
        connection.execute(text("DROP INDEX ix_measures_organisation_kind_starts_us_id"))
        connection.execute(text("ALTER TABLE measures DROP COLUMN starts_us"))
        connection.execute(text("DROP TABLE bulletins"))
        connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": before})
    store.close()
    store = SqlWorkStore(url, TABLES)
    with store.reading() as view:
        found = view.records(Measure).find(Query(ranges={"starts_us": Range(0, NEVER_US)}, order_by="starts_us")).rows
    store.close()
    assert [one.id for one in found] == [carried_out.id]


def test_an_open_task_of_an_operation_of_an_older_schema_gets_its_clock(url):
    hour_us = 3_600_000_000
    begun = Task("TASK-1", 0, "COUNTY", "", "模拟", "duty", 10 * hour_us, "duty", 0, operation="OP-1")
    late = replace(begun, id="TASK-2", due_us=2 * hour_us)
    others = (
        replace(begun, id="TASK-3", status=TaskStatus.DONE),
        replace(begun, id="TASK-4", operation="", case="CASE-1"),
    )
    store = SqlWorkStore(url, TABLES)
    with store.begin() as unit:
        unit.records(Task).bulk_add([begun, late, *others])
        unit.commit()
    with store.engine.begin() as connection:
        _undo_later_steps(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0014'"))
    store.close()
    store = SqlWorkStore(url, TABLES)
    with store.reading() as view:
        running = view.clocks.due_before(100 * hour_us)
    store.close()
    assert [(one.subject_id, one.due_us) for one in running] == [("TASK-2", 2 * hour_us), ("TASK-1", 6 * hour_us)]


def test_the_files_of_the_steps_are_called_by_their_revisions():
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert {script.revision for script in scripts.walk_revisions()} == known_revisions()
    assert scripts.get_current_head() == max(known_revisions())


def test_a_newer_schema_is_refused(url):
    SqlWorkStore(url, TABLES).close()
    store = SqlWorkStore(url, TABLES)  # a second time changes nothing
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(BadInput, match=r"9999.*newer version"):
        SqlWorkStore(url, TABLES)


@pytest.mark.parametrize("bad", ["nonsense", "mysql://host/name", "sqlite://", "sqlite:////no/such/folder/work.sqlite"])
def test_what_is_no_database_is_told(bad):
    with pytest.raises(BadInput):
        SqlWorkStore(bad, TABLES)


def write(store: SqlWorkStore, *subjects: str) -> None:
    with store.begin() as unit:
        for one in subjects:
            unit.audit.append(
                AuditEntry(
                    at_us=1, actor="a", organisation="o", action="case.open", subject_kind="case", subject_id=one
                )
            )
        unit.commit()


def subjects(store: SqlWorkStore) -> list[str]:
    with store.reading() as view:
        assert verify(view.audit.walk(), stored=view.audit.head()).intact
        return [event.subject_id for event in view.audit.walk()]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("outcome", "refused"),
        ("outcome", "perhaps"),
        ("details", "no json"),
        ("details", '{"a": NaN}'),
        ("details", "[]"),
        ("details", '{"a": 1, "a": 2}'),
        ("at_us", 2),
        ("previous_hash", ""),
        ("hash", "0" * 64),
        ("subject_id", "C9"),
    ],
)
def test_verify_names_a_row_whatever_was_written_into_it(tmp_path, column, value):
    store = SqlWorkStore(sqlite_url(tmp_path / "work.sqlite"), TABLES)
    write(store, "C1", "C2", "C3")
    with store.engine.begin() as connection:
        connection.execute(text(f"UPDATE audit_events SET {column} = :value WHERE seq = 2"), {"value": value})
    with store.reading() as view:
        found = verify(view.audit.walk(), stored=view.audit.head()).findings
    store.close()
    assert 2 in {finding.first_seq for finding in found}
    assert {finding.kind for finding in found} == {"changed"}


def test_a_backup_made_while_work_goes_on_comes_back(tmp_path):
    store = SqlWorkStore(sqlite_url(tmp_path / "work.sqlite"), TABLES)
    backup = tmp_path / "backup.sqlite"
    write(store, "C1")
    with store.begin() as unit:
        unit.audit.append(AuditEntry(at_us=1, actor="a", organisation="o", action="case.open"))
        store.backup(backup)
        unit.commit()
    write(store, "C2")
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}  # nobody else may read them
    with pytest.raises(Refused, match="there already"):
        store.backup(backup)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("backup")) == ["backup.sqlite"]
    store.restore(backup)
    assert subjects(store) == ["C1"]
    write(store, "C3")
    assert subjects(store) == ["C1", "C3"]
    store.close()


def test_what_is_no_backup_changes_nothing(tmp_path):
    store = SqlWorkStore(sqlite_url(tmp_path / "work.sqlite"), TABLES)
    write(store, "C1")
    (tmp_path / "text").write_text("no database, only a text of some length " * 200)
    with closing(sqlite3.connect(tmp_path / "newer")) as other:
        other.executescript(
            "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('9999')"
        )
    with closing(sqlite3.connect(tmp_path / "foreign")) as other:
        other.executescript("CREATE TABLE somebody (name TEXT)")
    for name, says in (("nothing", "no such"), ("text", "backup"), ("newer", "9999"), ("foreign", "backup")):
        with pytest.raises(BadInput, match=says):
            store.restore(tmp_path / name)
    assert subjects(store) == ["C1"]
    store.close()


def test_postgresql_is_backed_up_with_its_own_tools(tmp_path):
    store = SqlWorkStore(new_database(), TABLES)
    with pytest.raises(Refused, match="pg_dump"):
        store.backup(tmp_path / "x")
    store.close()


def test_two_who_wait_for_each_other_are_told_so():
    store = SqlWorkStore(new_database(), [SAMPLES])
    store.metadata.create_all(store.engine)
    with store.begin() as unit:
        unit.records(Sample).bulk_add([sample(1), sample(2)])
        unit.commit()
    both_hold_one = threading.Barrier(2)

    def change(first: int, second: int) -> str:
        try:
            with store.begin() as unit:
                unit.records(Sample).save(sample(first))
                both_hold_one.wait()
                unit.records(Sample).save(sample(second))
                unit.commit()
        except StaleVersion as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        results = [future.result() for future in [pool.submit(change, 1, 2), pool.submit(change, 2, 1)]]
    store.close()
    assert min(results) == "done"
    assert "read them again" in max(results)
