"""Brings a database to the schema of this version; refuses one that a newer version wrote."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from fanzha.core.errors import BadInput
from fanzha.storage.sql.database import transaction

MIGRATIONS: Final = Path(__file__).parent / "migrations"
UPGRADE_LOCK: Final = 0x66616E7A6861  # "fanzha": two processes that start at once do not both upgrade


@cache
def known_revisions() -> frozenset[str]:
    """Every schema that this version can read, by the names of the files (rev_0001_….py) that lead there."""
    return frozenset(file.name.split("_")[1] for file in (MIGRATIONS / "versions").glob("rev_*.py"))


def upgrade(engine: Engine) -> None:
    """Creates the schema, or brings it up to date. Raises BadInput when a newer version wrote it."""
    with transaction(engine, writes=False) as connection:
        if _revision(connection) == max(known_revisions()):
            return
    # Only who upgrades pays for Alembic, which takes longer to import than most verbs take to run.
    from fanzha.storage.sql.alembic_steps import run_steps  # noqa: PLC0415 - a start-up that changes nothing is fast

    with transaction(engine, writes=True) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        held = _revision(connection)
        if held is not None and held not in known_revisions():
            raise too_new(engine.url.render_as_string(hide_password=True), held)
        run_steps(connection, MIGRATIONS)
        connection.commit()


def too_new(where: str, revision: str) -> BadInput:
    """What is said of a schema that this version does not know."""
    return BadInput(
        f"{where} has schema {revision}, which this version of fanzha does not know (it knows "
        f"{', '.join(sorted(known_revisions()))}); it was written by a newer version: install that one, or restore a "
        "backup made before the upgrade"
    )


def _revision(connection: Connection) -> str | None:
    """The schema of the database; None of an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    held: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return held
