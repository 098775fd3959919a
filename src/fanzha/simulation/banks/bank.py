"""A simulated bank: takes signed requests, lets its time pass, and answers; every chance is drawn from its seed."""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, quote, unquote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fanzha import bootstrap
from fanzha.core.errors import BadInput
from fanzha.core.money import format_minor
from fanzha.core.time import MINUTE_US, SECOND_US, Clock, format_instant, parse_instant
from fanzha.measures.orders import Outcome
from fanzha.simulation.banks.book import Book, Counterparty
from fanzha.simulation.banks.carrying_out import Bank, Done, Rules, carry_out
from fanzha.simulation.banks.config import BankConfig

SKEW_US: Final = 5 * MINUTE_US
PAGE_MAX: Final = 50
KEY_FILE: Final = "bank.pem"
BOOK_FILE: Final = "bank.db"
FIELDS: Final = frozenset(
    {"format", "request_id", "verb", "original", "kind", "target", "scope", "period", "until", "fact", "questions", "payee",
     "document"}
)  # fmt: skip
VERBS: Final = frozenset({"begin", "extend", "release", "release_part"})


class Lost(Exception):
    """The request, or the answer to it, is lost on its way: the caller hears nothing."""


class Peer(Protocol):
    """Another simulated bank."""

    def credit(self, payout: str, payee: str, amount_minor: int, payer: Counterparty) -> bool | None:
        """Books a payment in, once; False when it has no such account, None when it cannot be reached."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back."""

    status: int
    body: bytes


def _json(status: int, document: Mapping[str, Any]) -> Reply:
    return Reply(status, json.dumps(document, ensure_ascii=False).encode())


class SimulatedBank:
    """One bank; safe for use by several threads."""

    def __init__(
        self, config: BankConfig, clock: Clock, peers: Mapping[str, Peer] | None = None, book: Book | None = None
    ) -> None:
        self.config, self.clock = config, clock
        self.peers: dict[str, Peer] = dict(peers or {})
        config.directory.mkdir(parents=True, exist_ok=True)
        self._signer = bootstrap.exchange_key(config.directory, KEY_FILE)
        self.key_id, self.public_key = bootstrap.exchange_public_key(config.directory, KEY_FILE)
        self._keys = {
            name: Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) for name, key in config.desk_keys.items()
        }
        self._lock = threading.RLock()
        self.book = Book(config.directory / BOOK_FILE) if book is None else book
        measures = bootstrap.desk_rules().measures
        rules = Rules(measures.four_fields(clock.now_us()), measures.work)
        self._bank = Bank(config.name, self.book, rules, config.statement, self._in_part, config.tells_onward)
        with self._lock, self.book.writing():
            self.book.open_accounts(config.accounts, 0)
            self.book.plan(config.planned)

    def close(self) -> None:
        """Closes its book."""
        self.book.close()

    # What a caller may ask.

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answers a request; header names in small letters. Raises Lost where nothing goes back."""
        parts = urlsplit(target)
        if (method, parts.path) == ("POST", "/credits"):
            return self._take_credit(body)
        if self._chance(self.config.faults.lose_request, "lose_request", method):
            raise Lost
        refusal = self._unsigned(method, target, headers, body)
        if refusal:
            return _json(401, {"error": refusal})
        self.let_time_pass()
        if (method, parts.path) == ("POST", "/orders"):
            reply = self._take_order(headers, body)
        elif (method, parts.path) == ("GET", "/receipts"):
            reply = self._give_receipts(parse_qs(parts.query))
        elif method == "GET" and parts.path.startswith("/statements/"):
            reply = self._give_file(unquote(parts.path.removeprefix("/statements/")))
        else:
            return _json(404, {"error": "there is no such thing here"})
        self.let_time_pass()
        if self._chance(self.config.faults.lose_answer, "lose_answer", method):
            raise Lost
        return reply

    def credit(self, payout: str, payee: str, amount_minor: int, payer: Counterparty) -> bool:
        """Books a payment from another bank in, once."""
        with self._lock, self.book.writing():
            if self.book.holder(payee) is None:
                return False
            self.book.move(payee, amount_minor, self.clock.now_us(), payer, "资金返还入账", f"payout {payout}")
            return True

    # Time.

    def next_due_us(self) -> int | None:
        """When the next order is carried out."""
        with self._lock:
            found = self.book.ask("SELECT MIN(due_us) FROM orders WHERE state = 'waiting'")[0][0]
        return None if found is None else int(found)

    def next_answer_us(self) -> int | None:
        """When the next receipt may be fetched."""
        with self._lock:
            found = self.book.ask("SELECT MIN(available_us) FROM answers WHERE NOT delivered")[0][0]
        return None if found is None else int(found)

    def let_time_pass(self) -> None:
        """Does what was due by now, in the order of its time: customers' payments, orders, ends of terms, payouts."""
        with self._lock:
            now_us = self.clock.now_us()
            while self._next_happening(now_us):
                pass
            with self.book.writing():
                self.book.turn_to(now_us)
            pending = self.book.ask("SELECT id, payer, payee, amount FROM payouts WHERE state = 'pending'")
        for payout, payer, payee, amount in pending:
            self._pay_out(payout, payer, payee, amount)

    def _next_happening(self, now_us: int) -> bool:
        found = self.book.ask(
            "SELECT due_us AS at, 1, id FROM orders WHERE state = 'waiting' AND due_us <= ? UNION ALL "
            "SELECT at_us AS at, 0, id FROM planned WHERE state = 'waiting' AND at_us <= ? ORDER BY 1, 2, 3 LIMIT 1",
            now_us, now_us,
        )  # fmt: skip
        if not found:
            return False
        at_us, is_order, which = found[0]
        with self.book.writing():
            self.book.turn_to(at_us)
            if is_order:
                self._carry_out(which, at_us)
            else:
                self._customer_pays(which, at_us)
        return True

    def _customer_pays(self, place: int, at_us: int) -> None:
        each, book = self.config.planned[place], self.book
        own = book.holder(each.payer) is not None
        free = book.balance(each.payer) - book.held(each.payer)
        state = "done"
        if own and (book.is_blocked(each.payer) or free < each.amount_minor):
            state = "stopped"
        else:
            payee_holder = book.holder(each.payee)
            reference = f"planned {place}"
            if own:
                other = Counterparty(each.payee, payee_holder or each.payee_holder, each.payee_institution)
                book.move(each.payer, -each.amount_minor, at_us, other, each.words, reference)
            if payee_holder is not None:
                other = Counterparty(each.payer, book.holder(each.payer) or each.payer_holder, each.payer_institution)
                book.move(each.payee, each.amount_minor, at_us, other, each.words, reference)
        book.connection.execute("UPDATE planned SET state = ? WHERE id = ?", (state, place))

    def _carry_out(self, order_id: str, at_us: int) -> None:
        order: dict[str, Any] = json.loads(self.book.ask("SELECT body FROM orders WHERE id = ?", order_id)[0][0])
        if order["verb"] == "begin" and self._chance(self.config.faults.refuse, "refuse", order_id):
            several: tuple[Done, ...] = (Done(Outcome.REFUSED, code="BUSY", note="模拟拒绝"),)
        else:
            several = carry_out(self._bank, order, at_us)
        self.book.connection.execute(
            "UPDATE orders SET state = 'done', executions = executions + 1, outcome = ? WHERE id = ?",
            (several[-1].outcome.value if several else "paying", order_id),
        )
        for each in several:
            self._answer(order_id, each, at_us)
        self._refuse_released()

    def _pay_out(self, payout: str, payer: str, payee: str, amount_minor: int) -> None:
        holder = self.book.holder(payer) or ""
        said: list[bool | None] = []
        for peer in self.peers.values():
            said.append(peer.credit(payout, payee, amount_minor, Counterparty(payer, holder, self.config.name)))
            if said[-1]:
                break
        if not any(said) and None in said:
            return  # one could not be asked: the payout waits
        with self._lock, self.book.writing():
            state = "done" if any(said) else "returned"
            settled = self.book.connection.execute(
                "UPDATE payouts SET state = ? WHERE id = ? AND state = 'pending'", (state, payout)
            )
            if not settled.rowcount:
                return
            now_us = self.clock.now_us()
            if state == "done":
                done = Done(Outcome.EXECUTED, amount_minor, account=payer)
                self.book.use_holds(payer, amount_minor)
            else:
                self.book.move(payer, amount_minor, now_us, Counterparty(payee), "返还退回", f"unpaid {payout}")
                done = Done(Outcome.REFUSED, code="PAYEE_UNKNOWN", note="收款账号不存在")
            self.book.connection.execute("UPDATE orders SET outcome = ? WHERE id = ?", (done.outcome.value, payout))
            self._answer(payout, done, now_us)

    # Orders and receipts.

    def _take_order(self, headers: Mapping[str, str], body: bytes) -> Reply:
        try:
            order = json.loads(body)
            request_id, institution = order["request_id"], order["target"]["institution"]
            if not set(order) >= FIELDS or order["format"] != "fanzha-order/1" or order["verb"] not in VERBS:
                return _json(400, {"error": "this is no order of the form fanzha-order/1"})
        except (ValueError, KeyError, TypeError):
            return _json(400, {"error": "this is no order"})
        if headers.get("idempotency-key") != quote(request_id):
            return _json(400, {"error": "Idempotency-Key is not the request_id"})
        if institution != self.config.name:
            return _json(422, {"error": f"this is {self.config.name}"})
        with self._lock, self.book.writing():
            known = self.book.ask("SELECT body, state FROM orders WHERE id = ?", request_id)
            if known and known[0][0] not in {"", body.decode()}:
                return _json(409, {"error": "this request_id was another order"})
            if known and not known[0][0]:  # it was let go before it came
                self.book.connection.execute("UPDATE orders SET body = ? WHERE id = ?", (body.decode(), request_id))
                self._refuse_released()
            elif not known:
                self._take_down(request_id, body)
        return _json(202, {"request_id": request_id, "state": "known" if known else "taken"})

    def _take_down(self, request_id: str, body: bytes) -> None:
        now_us, faults = self.clock.now_us(), self.config.faults
        is_query = json.loads(body)["kind"] == "query"
        shortest, longest = (is_query and faults.query_delay_s) or faults.delay_s
        wait_s = shortest + int(self._random("delay", request_id).random() * (longest - shortest + 1))
        self.book.connection.execute(
            "INSERT INTO orders (id, body, arrived_us, due_us, state) VALUES (?, ?, ?, ?, 'waiting')",
            (request_id, body.decode(), now_us, now_us + wait_s * SECOND_US),
        )
        if wait_s and self.config.acknowledges:
            self._answer(request_id, Done(Outcome.RECEIVED), now_us)

    def _refuse_released(self) -> None:
        """Orders that were let go before they came, or before it was their turn, are never carried out."""
        for (order_id,) in self.book.ask(
            "SELECT id FROM orders WHERE state = 'released' AND body != '' AND outcome = ''"
        ):
            self.book.connection.execute("UPDATE orders SET outcome = 'refused' WHERE id = ?", (order_id,))
            done = Done(Outcome.REFUSED, code="RELEASED", note="该指令已先行解除")
            self._answer(order_id, done, self.clock.now_us())

    def _answer(self, order_id: str, done: Done, at_us: int) -> None:
        """Writes a receipt down, to be delivered once or twice, at once or overtaken by others."""
        number = self.book.draw("receipt") + 1
        answer_id = f"{self.config.name}-{number:06d}"
        for sha256, (_, content) in done.files.items():
            self.book.connection.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", (sha256, content))
        document = self._document(answer_id, order_id, done, at_us)
        faults = self.config.faults
        late = self._chance(faults.reorder, "reorder", answer_id)
        values = (
            answer_id, json.dumps(document, ensure_ascii=False), at_us + late * faults.overtaken_s * SECOND_US,
            1 + self._chance(faults.duplicate, "duplicate", answer_id), self._chance(faults.forge, "forge", answer_id),
        )  # fmt: skip
        self.book.connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, 0)", values)

    def _document(self, answer_id: str, order_id: str, done: Done, at_us: int) -> dict[str, Any]:
        balance = None
        if done.account:
            balance = {"amount": format_minor(self.book.balance(done.account)), "at": format_instant(at_us)}
        return {
            "format": "fanzha-receipt/1",
            "id": answer_id,
            "request_id": order_id,
            "outcome": done.outcome.value,
            "answered_at": format_instant(at_us),
            "currency": "CNY",
            "amount": None if done.amount_minor is None else format_minor(done.amount_minor),
            "code": done.code,
            "note": done.note,
            "balance": balance,
            "onward": [
                {
                    "account": each.account, "institution": each.institution, "holder": each.holder,
                    "amount": format_minor(each.amount_minor), "at": format_instant(each.time_us), "serial": each.serial,
                }
                for each in done.onward
            ],
            "answered": [
                {
                    "account": each.account, "from": format_instant(each.from_us), "until": format_instant(each.until_us),
                    "statement": None if not each.statement else {
                        "name": done.files[each.statement][0], "sha256": each.statement, "reference": each.statement,
                    },
                }
                for each in done.answered
            ],
            "simulated": "模拟",
        }  # fmt: skip

    def _give_receipts(self, question: Mapping[str, list[str]]) -> Reply:
        try:
            after = int(question.get("after", ["0"])[0] or 0)
            limit = min(int(question.get("limit", ["50"])[0]), PAGE_MAX)
        except ValueError:
            return _json(400, {"error": "after is a cursor, limit a number"})
        with self._lock:
            with self.book.writing():
                self._deliver()
            rows = self.book.ask(
                "SELECT d.position, a.document, d.forged FROM deliveries d JOIN answers a ON a.id = d.answer "
                "WHERE d.position > ? ORDER BY d.position LIMIT ?", after, limit + 1,
            )  # fmt: skip
        shown = [self._envelope(document, forged=bool(forged)) for _, document, forged in rows[:limit]]
        following = str(rows[:limit][-1][0]) if rows else str(after)
        return _json(200, {"receipts": shown, "next": following, "more": len(rows) > limit})

    def _deliver(self) -> None:
        due = self.book.ask(
            "SELECT id, copies, forged FROM answers WHERE NOT delivered AND available_us <= ? ORDER BY available_us, id",
            self.clock.now_us(),
        )
        for answer_id, copies, forged in due:
            for is_forged in [True] * forged + [False] * copies:
                self.book.connection.execute(
                    "INSERT INTO deliveries (answer, forged) VALUES (?, ?)", (answer_id, is_forged)
                )
            self.book.connection.execute("UPDATE answers SET delivered = 1 WHERE id = ?", (answer_id,))

    def _envelope(self, document: str, *, forged: bool) -> dict[str, str]:
        signed = f"fanzha-receipt/1\n{self.key_id}\n".encode() + document.encode()
        shown = (
            document.replace('"executed"', '"refused"').replace('"amount": "', '"amount": "1') if forged else document
        )
        if forged and shown == document:
            shown = document + " "
        return {"document": shown, "key": self.key_id, "signature": self._signer.sign(signed).hex()}

    def _give_file(self, sha256: str) -> Reply:
        found = self.book.ask("SELECT content FROM files WHERE name = ?", sha256)
        return Reply(200, bytes(found[0][0])) if found else _json(404, {"error": "no such statement"})

    def _take_credit(self, body: bytes) -> Reply:
        try:
            asked = json.loads(body)
            payer = Counterparty(asked["payer"], asked["payer_holder"], asked["payer_institution"])
            booked = self.credit(asked["id"], asked["payee"], int(asked["amount_minor"]), payer)
        except (ValueError, KeyError, TypeError):
            return _json(400, {"error": "this is no payment"})
        return _json(200 if booked else 404, {"booked": booked})

    # Who asks, and chance.

    def _unsigned(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> str:
        key = self._keys.get(headers.get("fanzha-key", ""))
        at = headers.get("fanzha-time", "")
        if key is None:
            return "this key is not known here"
        digest = hashlib.sha256(body).hexdigest()
        said = f"fanzha-request/1\n{method}\n{target}\n{at}\n{headers['fanzha-key']}\n{digest}\n".encode()
        try:
            key.verify(bytes.fromhex(headers.get("fanzha-signature", "")), said)
            apart_us = abs(parse_instant(at) - self.clock.now_us())
        except (InvalidSignature, ValueError, BadInput):
            return "the signature is not genuine"
        return "the request is too old, or one of the clocks is wrong" if apart_us > SKEW_US else ""

    def _chance(self, probability: float, kind: str, key: str) -> bool:
        return probability > 0 and self._random(kind, key).random() < probability

    def _in_part(self, request_id: str) -> bool:
        return self._chance(self.config.faults.part, "part", request_id)

    def _random(self, kind: str, key: str) -> random.Random:
        """The next chance of this kind for this key: the same whatever else happens meanwhile, or after a restart."""
        drawn = f"{kind} {key}"
        with self._lock:
            number = self.book.draw(drawn)
        return random.Random(f"{self.config.seed}|{self.config.name}|{drawn}|{number}")  # noqa: S311 - repeats by its seed


def now_of_file(text: str) -> int:
    """The instant that a clock file holds."""
    return parse_instant(text.strip()) if text.strip() else int(datetime.now(UTC).timestamp() * SECOND_US)
