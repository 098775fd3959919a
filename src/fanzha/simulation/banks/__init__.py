"""Simulated banks: they keep accounts, take orders by HTTP, carry each out once, and answer with signed receipts.

They speak the forms of docs/how-to/order-format.md as a stranger would who has read it, and misbehave as told: lost
requests, lost answers, refusals, parts, delays, answers twice and out of order; by a seed, so that it can be repeated.
"""

from fanzha.simulation.banks.bank import Reply, SimulatedBank
from fanzha.simulation.banks.config import AccountConfig, BankConfig, Faults, PlannedPayment, read_bank_config
from fanzha.simulation.banks.server import RunningBank, run_bank, serve_bank

__all__ = [
    "AccountConfig",
    "BankConfig",
    "Faults",
    "PlannedPayment",
    "Reply",
    "RunningBank",
    "SimulatedBank",
    "read_bank_config",
    "run_bank",
    "serve_bank",
]
