"""The facts and the ledger of one store go into another, empty one."""

from __future__ import annotations

from fanzha.core.errors import Refused
from fanzha.ports.fact_store import FactStore


def copy_ledger(source: FactStore, target: FactStore) -> None:
    """Copies everything at once; a source without a ledger changes nothing.

    Raises Refused where the target has files already.
    """
    ledger = source.ledger()
    if ledger is None:
        return
    with target.writing() as writer:
        if target.files():
            raise Refused("the ledger that is to be filled has files already")
        for sha256 in source.files():
            writer.add(source.batch(sha256))
        writer.commit(ledger, source.choices())
