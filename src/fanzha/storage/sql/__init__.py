"""Records of work in SQLite or PostgreSQL; one schema, one set of statements, two databases."""

from fanzha.storage.sql.store import SqlWorkStore, sqlite_url

__all__ = ["SqlWorkStore", "sqlite_url"]
