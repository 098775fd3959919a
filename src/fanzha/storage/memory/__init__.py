"""Everything in memory: the reference implementation of the storing ports."""

from fanzha.storage.memory.evidence_store import MemoryEvidenceStore
from fanzha.storage.memory.fact_store import MemoryFactStore
from fanzha.storage.memory.live_log import MemoryLiveLog
from fanzha.storage.memory.work_store import MemoryWorkStore

__all__ = ["MemoryEvidenceStore", "MemoryFactStore", "MemoryLiveLog", "MemoryWorkStore"]
