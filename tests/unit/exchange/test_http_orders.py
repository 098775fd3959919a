"""What a partner's service answers, and what is made of it: nothing is followed, nothing read without end."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest
from partner_banks import NOON_US, TurnedClock

from fanzha import bootstrap
from fanzha.access import LinkChannel, PartnerLink
from fanzha.core.errors import NotFound
from fanzha.exchange import HttpPartner, Keys, request_bytes
from fanzha.exchange.http_orders import ANSWER_BYTES_MAX
from fanzha.ports.dispatcher import Unreachable, Verdict
from fanzha.ports.work_queues import OutMessage
from fanzha.storage.signing_key import Ed25519Verifier

LINK = PartnerLink("L1", 1, "BANK", LinkChannel.HTTP, "https://bank.example/api/", "k1", "ab" * 32)
MESSAGE = OutMessage(
    request_id="MEAS-1.begin", recipient="BANK", topic="measure.begin", body='{"模拟": 1}', created_us=NOON_US
)


@pytest.fixture
def partner(tmp_path):
    def made(answer):
        keys = Keys(lambda link: bootstrap.exchange_key(tmp_path, link.own_key), lambda link: Ed25519Verifier({}))
        return HttpPartner(httpx.Client(transport=httpx.MockTransport(answer)), keys, TurnedClock())

    return made


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.ACCEPTED), (202, Verdict.ACCEPTED), (400, Verdict.REFUSED), (409, Verdict.REFUSED),
        (422, Verdict.REFUSED), (401, Verdict.AGAIN), (403, Verdict.AGAIN), (404, Verdict.AGAIN), (429, Verdict.AGAIN),
        (500, Verdict.AGAIN), (503, Verdict.AGAIN), (302, Verdict.AGAIN), (204, Verdict.AGAIN),
    ],
)  # fmt: skip
def test_each_answer_has_its_meaning(partner, status, verdict):
    def answer(request):
        assert request.url.host == "bank.example"
        return httpx.Response(
            status, headers={"Location": "https://elsewhere.example/"}, content=b'{"error": "why\nnot"}'
        )

    handed = partner(answer).send(LINK, MESSAGE)
    assert handed.verdict is verdict
    assert "\n" not in handed.reason
    assert verdict is Verdict.ACCEPTED or str(status) in handed.reason


def test_a_request_is_signed_and_says_which_it_is(partner, tmp_path):
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(202)

    partner(answer).send(LINK, MESSAGE)
    (request,) = seen
    headers = request.headers
    assert (str(request.url), headers["idempotency-key"]) == ("https://bank.example/api/orders", "MEAS-1.begin")
    key_id, public = bootstrap.exchange_public_key(tmp_path, LINK.own_key)
    said = request_bytes("POST", "/api/orders", headers["fanzha-time"], key_id, MESSAGE.body.encode())
    verifier = Ed25519Verifier({key_id: bytes.fromhex(public)})
    assert verifier.genuine(headers["fanzha-key"], said, bytes.fromhex(headers["fanzha-signature"]))
    assert request.content == MESSAGE.body.encode()


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")])
def test_what_nobody_heard_is_tried_again(partner, error):
    def answer(request):
        raise error

    silent = partner(answer)
    assert silent.send(LINK, MESSAGE).verdict is Verdict.AGAIN
    with pytest.raises(Unreachable):
        silent.collect(LINK, "")


@pytest.mark.parametrize(
    "page", [b"", b"[]", b"{}", b'{"receipts": {}, "next": "", "more": false}', b'{"receipts": [], "next": 5, "more": 0}',
             b"[" * 100_000, b'{"receipts": [], "next": "\\ud800", "more": true}',
             b'{"receipts": [], "next": "a\\u0000", "more": true}',
             b'{"receipts": [], "next": "' + b"x" * 501 + b'", "more": true}',
             b'{"receipts": [' + b"1," * 50 + b'1], "next": "", "more": false}']
)  # fmt: skip
def test_a_page_that_is_none_is_no_page(partner, page):
    with pytest.raises(Unreachable, match="not as agreed"):
        partner(lambda request: httpx.Response(200, content=page)).collect(LINK, "")


def test_a_key_of_ours_that_cannot_be_read_holds_up_no_other_partner(partner, tmp_path):
    bootstrap.exchange_key(tmp_path, LINK.own_key)
    (tmp_path / "keys" / LINK.own_key).chmod(0o644)
    asked = partner(lambda request: httpx.Response(202))
    assert asked.send(LINK, MESSAGE).verdict is Verdict.AGAIN
    with pytest.raises(Unreachable, match="chmod 600"):
        asked.collect(LINK, "")


def test_an_answer_without_end_is_not_read(partner):
    def endless():
        while True:
            yield b"x" * 4096

    handed = partner(lambda request: httpx.Response(200, content=endless())).send(LINK, MESSAGE)
    assert (handed.verdict, str(ANSWER_BYTES_MAX) in handed.reason) == (Verdict.AGAIN, True)


def test_a_packed_answer_is_not_opened(partner):
    packed = gzip.compress(b"x" * 10_000_000)
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(packed))
    with pytest.raises(Unreachable, match="packed"):
        partner(lambda request: answer).collect(LINK, "")


def test_receipts_that_nobody_signed_are_given_with_what_is_wrong(partner):
    envelopes = [5, {}, {"document": ""}, {"document": "{}"}]
    envelopes += [
        {"document": "{}", "key": key, "signature": signature}
        for key, signature in (("k2", "00"), ("k1", "no"), ("k1", "00"))
    ]
    page = json.dumps({"receipts": envelopes, "next": "7", "more": True}).encode()
    batch = partner(lambda request: httpx.Response(200, content=page)).collect(LINK, "")
    assert (batch.next_cursor, batch.more, len(batch.receipts)) == ("7", True, len(envelopes))
    assert all(raw.trouble and raw.content for raw in batch.receipts)


def test_a_statement_is_fetched_by_its_name_only(partner):
    def answer(request):
        assert request.url.raw_path in {b"/api/statements/..%2Fkeys", b"/api/statements/a1"}
        return httpx.Response(200, content=b"rows") if request.url.raw_path.endswith(b"a1") else httpx.Response(404)

    with pytest.raises(NotFound):
        partner(answer).fetch(LINK, "../keys")
    assert partner(answer).fetch(LINK, "a1") == b"rows"
