"""The way to programs' webhooks."""

from __future__ import annotations

from typing import Protocol

from fanzha.access.webhooks import Webhook
from fanzha.ports.dispatcher import Handed
from fanzha.ports.work_queues import OutMessage


class WebhookSender(Protocol):
    """Signs what is told with the webhook's own secret, and hands it over."""

    def secret_of(self, hook: Webhook) -> str:
        """The secret of a webhook, as its program is given it: the same whenever it is asked for."""

    def send(self, hook: Webhook, message: OutMessage) -> Handed:
        """Hands one message over. What fails is told in what it gives, never raised, whatever the receiver does."""
