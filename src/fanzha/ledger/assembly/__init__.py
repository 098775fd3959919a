"""Statements of many files become one ledger: identity, duplicates, two sides of one transfer, reversals, coverage.

Pure: fact batches in, columns and figures out. The result is a function of the set of batches, not of their order.
"""

from fanzha.ledger.assembly.assemble import MANNER, Assembly, FileFigures, Inferred, NotExtendable, assemble
from fanzha.ledger.assembly.coverage import CoverageOverride, Spans
from fanzha.ledger.assembly.digest import ledger_digest
from fanzha.ledger.assembly.extending import extend
from fanzha.ledger.assembly.identity import Identity, Join
from fanzha.ledger.assembly.pairing import ConfirmedPair, RowPlace
from fanzha.ledger.assembly.partial import Choices, StoredFacts
from fanzha.ledger.assembly.rules import HubRule, HubRules, PairingRules
from fanzha.ledger.assembly.sources import SourceRow, Sources

__all__ = [
    "MANNER",
    "Assembly",
    "Choices",
    "ConfirmedPair",
    "CoverageOverride",
    "FileFigures",
    "HubRule",
    "HubRules",
    "Identity",
    "Inferred",
    "Join",
    "NotExtendable",
    "PairingRules",
    "RowPlace",
    "SourceRow",
    "Sources",
    "Spans",
    "StoredFacts",
    "assemble",
    "extend",
    "ledger_digest",
]
