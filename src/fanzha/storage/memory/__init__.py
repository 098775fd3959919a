"""Everything in memory: the reference implementation of the storing ports."""

from fanzha.storage.memory.fact_store import MemoryFactStore

__all__ = ["MemoryFactStore"]
