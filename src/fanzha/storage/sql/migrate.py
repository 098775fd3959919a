"""Brings a database to the schema of this version; refuses one that a newer version wrote."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from fanzha.core.errors import BadInput
from fanzha.storage.sql.database import transaction

MIGRATIONS: Final = Path(__file__).parent / "migrations"
UPGRADE_LOCK: Final = 0x66616E7A6861  # "fanzha": two processes that start at once do not both upgrade


@cache
def known_revisions() -> frozenset[str]:
    """Every schema that this version can read."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def upgrade(engine: Engine) -> None:
    """Creates the schema, or brings it up to date. Raises BadInput when a newer version wrote it."""
    with transaction(engine, writes=False) as connection:
        if _revision(connection) == _scripts().get_current_head():
            return
    with transaction(engine, writes=True) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        held = _revision(connection)
        if held is not None and held not in known_revisions():
            raise too_new(engine.url.render_as_string(hide_password=True), held)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def too_new(where: str, revision: str) -> BadInput:
    """What is said of a schema that this version does not know."""
    return BadInput(
        f"{where} has schema {revision}, which this version of fanzha does not know (it knows "
        f"{', '.join(sorted(known_revisions()))}); it was written by a newer version: install that one, or restore a "
        "backup made before the upgrade"
    )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))
