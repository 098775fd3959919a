"""Runs the steps that a database has not had yet; imported by whoever upgrades one, for Alembic is slow to import."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def run_steps(connection: Connection, migrations: Path) -> None:
    """All of them, up to the newest."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
