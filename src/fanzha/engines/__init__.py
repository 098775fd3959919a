"""Implementations of the ledger ports: `local` on one machine's files."""
