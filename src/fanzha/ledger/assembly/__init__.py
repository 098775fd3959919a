"""Statements of many files become one ledger: identity, duplicates, two sides of one transfer, reversals, coverage.

Pure: fact batches in, columns and figures out. The result is a function of the set of batches, not of their order.
"""

from fanzha.ledger.assembly.assemble import Assembly, FileFigures, Inferred, assemble
from fanzha.ledger.assembly.coverage import CoverageOverride, Spans
from fanzha.ledger.assembly.digest import ledger_digest
from fanzha.ledger.assembly.identity import Identity, Join
from fanzha.ledger.assembly.rules import HubRule, HubRules, PairingRules
from fanzha.ledger.assembly.sources import SourceRow, Sources

__all__ = [
    "Assembly",
    "CoverageOverride",
    "FileFigures",
    "HubRule",
    "HubRules",
    "Identity",
    "Inferred",
    "Join",
    "PairingRules",
    "SourceRow",
    "Sources",
    "Spans",
    "assemble",
    "ledger_digest",
]
