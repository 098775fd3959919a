"""How the schema came to be, step by step; each step runs on SQLite and PostgreSQL."""
