"""Records of work in SQLite or PostgreSQL; one schema, one set of statements, two databases."""

from fanzha.storage.sql.sqlite_backup import check_copy
from fanzha.storage.sql.store import SqlWorkStore, sqlite_url

__all__ = ["SqlWorkStore", "check_copy", "sqlite_url"]
