"""Orders and receipts over HTTP: signed requests, nothing followed, nothing read without end."""

from __future__ import annotations

import json
import time
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx

from fanzha.access import PartnerLink
from fanzha.core.errors import BadInput, NotFound
from fanzha.core.time import Clock, format_instant
from fanzha.exchange.signatures import Keys, request_bytes, trouble_with
from fanzha.ports.dispatcher import Handed, RawReceipt, ReceiptBatch, Unreachable, Verdict
from fanzha.ports.work_queues import OutMessage

TIMEOUT_S: Final = 10.0
ANSWER_S_MAX: Final = 20.0  # for the whole of it, however slowly it trickles
PAGE_S_MAX: Final = 120.0
ANSWER_BYTES_MAX: Final = 64 * 1024  # to an order: a word, not a document
PAGE_BYTES_MAX: Final = 64 * 1024 * 1024  # receipts, statements among them
PAGE: Final = 50
SAID_MAX: Final = 200
CURSOR_MAX: Final = 500  # letters; it is kept, and stands in every later request
# The partner read the order and will never take it. A wrong key, a wrong address or a full queue is mended: try again.
_FOR_GOOD: Final = frozenset({400, 409, 410, 413, 415, 422})


def http_client(timeout_s: float = TIMEOUT_S) -> httpx.Client:
    """A client that follows nobody and takes nothing from the environment."""
    return httpx.Client(timeout=timeout_s, follow_redirects=False, trust_env=False)


class HttpPartner:
    """Partners that answer by HTTP."""

    def __init__(self, client: httpx.Client, keys: Keys, clock: Clock) -> None:
        self._client, self._keys, self._clock = client, keys, clock

    def send(self, link: PartnerLink, message: OutMessage) -> Handed:
        """Hands one order over; every way in which that fails is an answer, too."""
        body = message.body.encode()
        headers = {"Idempotency-Key": quote(message.request_id), "Content-Type": "application/json"}
        try:
            status, said = self._ask(link, "POST", "/orders", body, headers, ANSWER_BYTES_MAX)
        except Unreachable as silence:
            return Handed(Verdict.AGAIN, str(silence))
        if status in {200, 201, 202}:
            return Handed(Verdict.ACCEPTED)
        reason = f"{link.organisation} answered {status}: {_words(said)}".rstrip(": ")
        return Handed(Verdict.REFUSED if status in _FOR_GOOD else Verdict.AGAIN, reason)

    def collect(self, link: PartnerLink, after: str) -> ReceiptBatch:
        """The receipts after a cursor."""
        question = urlencode({"after": after, "limit": PAGE})
        status, said = self._ask(link, "GET", f"/receipts?{question}", b"", {}, PAGE_BYTES_MAX)
        if status != 200:
            raise Unreachable(f"{link.organisation} answered {status} when asked for receipts: {_words(said)}")
        try:
            page: Any = json.loads(said)
            envelopes, following, more = page["receipts"], page["next"], page["more"]
        except (ValueError, RecursionError, TypeError, KeyError):
            raise Unreachable(f"{link.organisation}: its page of receipts is not as agreed") from None
        if not isinstance(envelopes, list) or len(envelopes) > PAGE or not isinstance(more, bool):
            raise Unreachable(f"{link.organisation}: its page of receipts is not as agreed")
        if not isinstance(following, str) or len(following) > CURSOR_MAX or not following.isprintable():
            raise Unreachable(f"{link.organisation}: its page of receipts is not as agreed")
        return ReceiptBatch(tuple(self._opened(link, each) for each in envelopes), following, more)

    def fetch(self, link: PartnerLink, reference: str) -> bytes:
        """A statement file that a receipt names."""
        status, content = self._ask(link, "GET", f"/statements/{quote(reference, safe='')}", b"", {}, PAGE_BYTES_MAX)
        if status in {404, 410}:
            raise NotFound(f"{link.organisation} has no statement {reference!r}")
        if status != 200:
            raise Unreachable(f"{link.organisation} answered {status} when asked for statement {reference!r}")
        return content

    def _opened(self, link: PartnerLink, envelope: Any) -> RawReceipt:
        document = envelope.get("document") if isinstance(envelope, dict) else None
        if not isinstance(document, str) or not document:
            return RawReceipt(json.dumps(envelope).encode(), "an envelope without a document")
        content = document.encode("utf-8", "surrogatepass")
        return RawReceipt(
            content, trouble_with(link, self._keys, envelope.get("key"), envelope.get("signature"), content)
        )

    def _ask(
        self, link: PartnerLink, method: str, path: str, body: bytes, headers: dict[str, str], most: int
    ) -> tuple[int, bytes]:
        """Status and body of the answer, which is given up where it is longer than `most`."""
        url = link.address.rstrip("/") + path
        try:
            signer, at = self._keys.own(link), format_instant(self._clock.now_us())
        except BadInput as unusable:  # one key that cannot be read holds up no other partner
            raise Unreachable(f"{link.organisation} cannot be asked: {unusable}") from None
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        signature = signer.sign(request_bytes(method, target, at, signer.key_id, body))
        signed = {
            "Fanzha-Key": signer.key_id, "Fanzha-Time": at, "Fanzha-Signature": signature.hex(),
            "Accept-Encoding": "identity", **headers,
        }  # fmt: skip
        try:
            with self._client.stream(method, url, content=body or None, headers=signed) as answer:
                return answer.status_code, _read(answer, link, most)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            said = str(failure) or type(failure).__name__
            raise Unreachable(f"{link.organisation} cannot be reached: {said}") from None


def _read(answer: httpx.Response, link: PartnerLink, most: int) -> bytes:
    """The body, within its bounds. What is packed is not opened: a little of it could become very much."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise Unreachable(f"{link.organisation}: its answer is packed, which was not asked for")
    until = time.monotonic() + (ANSWER_S_MAX if most == ANSWER_BYTES_MAX else PAGE_S_MAX)
    read = bytearray()
    for piece in answer.iter_bytes():
        read += piece
        if len(read) > most:
            raise Unreachable(f"{link.organisation}: its answer is longer than {most} bytes")
        if time.monotonic() > until:
            raise Unreachable(f"{link.organisation}: its answer takes too long")
    return bytes(read)


def _words(said: bytes) -> str:
    """What an error says, fit for one line."""
    text = said[: 4 * SAID_MAX].decode("utf-8", "replace")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:SAID_MAX]
