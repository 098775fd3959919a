"""Each partner by its own channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from fanzha.access import LinkChannel, PartnerLink
from fanzha.ports.dispatcher import Dispatcher, Handed, ReceiptBatch, ReceiptSource
from fanzha.ports.work_queues import OutMessage


class Way(Dispatcher, ReceiptSource, Protocol):
    """To a partner and back."""


class Partners:
    """Orders and receipts by the channel of the link."""

    def __init__(self, ways: Mapping[LinkChannel, Way]) -> None:
        self._ways = ways

    def send(self, link: PartnerLink, message: OutMessage) -> Handed:
        """Hands one message over."""
        return self._ways[link.channel].send(link, message)

    def collect(self, link: PartnerLink, after: str) -> ReceiptBatch:
        """The answers after a cursor."""
        return self._ways[link.channel].collect(link, after)

    def fetch(self, link: PartnerLink, reference: str) -> bytes:
        """A file that a receipt names."""
        return self._ways[link.channel].fetch(link, reference)
