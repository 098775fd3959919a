"""What nobody has to press: clocks ring, orders leave, answers come in and are followed, while the console is served."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from fanzha.core.errors import FanzhaError
from fanzha.ports.dispatcher import Dispatcher
from fanzha.ports.webhook_sender import WebhookSender
from fanzha.services.desk.books import Books
from fanzha.services.desk.collect_receipts import ReceiptDesk, collect_receipts
from fanzha.services.desk.dispatch_orders import dispatch_orders
from fanzha.services.desk.follow_answers import follow_answers
from fanzha.services.desk.model import Desk
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.services.desk.send_webhooks import send_webhooks

EVERY_S: Final = 2.0
_log = structlog.get_logger("fanzha.machines")
Round = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Machines:
    """The machines of a desk, each asked in its turn."""

    desk: Desk
    books: Books
    dispatcher: Dispatcher
    receipts: ReceiptDesk
    worker: str

    def rounds(self) -> tuple[Round, ...]:
        """One round of each: what is due by law first, then what leaves, then what comes."""
        return (self._clocks, self._orders, self._answers)

    def _clocks(self) -> None:
        while run_clocks(self.desk, self.worker).rang:
            pass

    def _orders(self) -> None:
        while dispatch_orders(self.desk, self.dispatcher, self.worker):
            pass

    def _answers(self) -> None:
        collect_receipts(self.desk, self.receipts)
        while follow_answers(self.desk, self.books, self.worker):
            pass


def telling(desk: Desk, sender: WebhookSender, worker: str) -> Round:
    """A round of telling programs what changed."""

    def tell() -> None:
        while send_webhooks(desk, sender, worker):
            pass

    return tell


@contextmanager
def running(rounds: Sequence[Round], every_s: float = EVERY_S) -> Iterator[None]:
    """Runs round after round beside the console; one that fails is noted and tried again, and holds up no other."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(every_s):
            for one in rounds:
                try:
                    one()
                except FanzhaError as refusal:  # a busy store, a lost race: the next round does it
                    _log.warning("round put off", reason=str(refusal))
                except Exception:  # noqa: BLE001 - the machine's own entry point: it goes on, and whoever keeps the server reads why
                    _log.exception("round failed")

    thread = threading.Thread(target=work, name="machines", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=30)
