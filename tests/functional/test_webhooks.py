"""Programs are told what changed of what they may see: signed, by ids alone, at least once, and never at orders' cost."""

from __future__ import annotations

import base64
import hmac
import json
import re
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from console_day import console_of_day, visiting_day
from desk_stores import STORES
from return_day import BOTH, DUTY, ROWS, make_return_day

from fanzha.access import Person
from fanzha.access.webhooks import HookState, HookTopic, Webhook
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.time import MINUTE_US, SystemClock
from fanzha.exchange.webhooks import HttpWebhooks
from fanzha.measures.model import MeasureKind, Target, TargetKind
from fanzha.measures.orders import Incident, IncidentKind
from fanzha.ports.dispatcher import Handed, Verdict
from fanzha.ports.record_query import Query
from fanzha.ports.work_queues import Delivery, OutMessage
from fanzha.services.desk.dispatch_orders import dispatch_orders
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.keep_webhooks import add_webhook, list_webhooks, remove_webhook, resume_webhook
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.send_webhooks import ATTEMPTS_MAX, send_webhooks
from fanzha.services.desk.try_webhook import list_deliveries, try_webhook

ADMIN = Actor("county-admin", "COUNTY", Level.COUNTY, frozenset({Role.ADMINISTRATOR}))
BANKS_ADMIN = Actor("bank-admin", "BANK", Level.PARTNER, frozenset({Role.ADMINISTRATOR}))
SECRET = b"made-up secret of the desk, 32 b"
PROGRAMS = {"city-program": "CITY", "county-program": "COUNTY", "bank-program": "BANK", "other-program": "OTHER"}


class Receiver:
    """A program's service (模拟): keeps what came, and answers as it is told to."""

    def __init__(self) -> None:
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.came.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook?of=fanzha"

    def taken(self) -> list[tuple[str, str, int]]:
        """What it was told, and forgets: type, record, version."""
        said = [json.loads(body) for _, _, body in self.came]
        self.came.clear()
        return [(one["type"], one["record"]["id"], one["record"]["version"]) for one in said]


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def sender():
    return HttpWebhooks(lambda: SECRET, SystemClock())


def town(tmp_path, store="memory"):
    day = make_return_day(store, tmp_path)
    with day.desk.store.begin() as unit:
        for login, body in PROGRAMS.items():
            unit.records(Person).add(Person(login, 0, body, login, "模拟程序", (Role.API_CLIENT,)))
        unit.commit()
    return day


@pytest.fixture
def day(tmp_path):
    made = town(tmp_path)
    yield made
    made.desk.store.close()


def registered(day, sender, receiver):
    return add_webhook(day.desk, sender, ADMIN, "county-program", receiver.address, tuple(HookTopic))


def run(day, sender):
    while send_webhooks(day.desk, sender, "w"):
        pass


@pytest.mark.parametrize("store", STORES)
def test_what_changes_is_told_once_signed_and_by_ids_alone(tmp_path, sender, receiver, store):
    day = town(tmp_path, store)
    made = registered(day, sender, receiver)
    case, _ = day.case(ROWS[:1])
    run(day, sender)
    path, headers, body = receiver.came[-1]
    assert path == "/hook?of=fanzha"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert set(json.loads(body)) == {"format", "type", "at", "record"}
    assert set(json.loads(body)["record"]) == {"kind", "id", "version"}
    assert "模拟" not in str(receiver.came)
    told = receiver.taken()
    versions = [version for topic, record, version in told if (topic, record) == ("case_changed", case.id)]
    assert (versions[0], versions[-1], len(set(versions))) == (min(versions), case.version, len(versions))

    day.read_in()
    frozen = day.freeze(case.id)
    run(day, sender)
    measures = [version for topic, record, version in receiver.taken() if record == frozen.id]
    assert len(measures) == len(set(measures)) == 4  # drafted, proposed, approved, executed
    run(day, sender)
    assert receiver.came == []
    day.desk.store.close()


def test_a_program_is_told_of_nothing_that_it_may_not_see(day, sender):
    receivers = {login: Receiver() for login in PROGRAMS}
    with day.desk.store.begin() as unit:
        for login, receiver in receivers.items():
            unit.records(Webhook).add(
                Webhook(f"HOOK-{login}", 0, PROGRAMS[login], login, receiver.address, tuple(HookTopic), 1)
            )
        unit.commit()
    day.read_in()
    case, _ = day.case(ROWS[:1])
    frozen = day.freeze(case.id)
    run(day, sender)
    told = {login: receiver.taken() for login, receiver in receivers.items()}
    assert told["other-program"] == told["city-program"] == []
    assert {record for _, record, _ in told["bank-program"]} == {frozen.id}  # since the order was addressed to it
    assert len(told["bank-program"]) < len([one for one in told["county-program"] if one[1] == frozen.id])
    with day.desk.store.begin() as unit:
        people = unit.records(Person)
        gone = people.get("county-program")
        people.save(replace(gone, active=False))
        unit.commit()
    day.case(ROWS[1:2])
    run(day, sender)
    assert receivers["county-program"].came == []
    for receiver in receivers.values():
        receiver.server.shutdown()
        receiver.server.server_close()


def test_what_is_refused_is_not_told(day, sender, receiver):
    registered(day, sender, receiver)
    day.read_in()
    case, _ = day.case(ROWS[:1])
    run(day, sender)
    receiver.came.clear()
    draft = MeasureDraft(
        kind=MeasureKind.FREEZE, reason="涉案资金在账", basis="procedure-239", case=case.id,
        target=Target(TargetKind.ACCOUNT, ROWS[0].payee, "模拟银行", "模拟·钱二"), amount_minor=100, traced_minor=100,
        document="模拟冻字〔2026〕1号",
    )  # fmt: skip
    drafted = draft_measure(day.desk, BOTH, draft)
    with pytest.raises(NotAllowed):
        propose_measure(day.desk, BOTH, drafted.id)  # a yuan of which little is traced
    with day.desk.store.reading() as view:
        (waiting,) = view.outbox.undelivered(topic="webhook.")
    assert json.loads(waiting.message.body)["record"] == {
        "kind": "measures",
        "id": drafted.id,
        "version": drafted.version,
    }
    run(day, sender)
    assert receiver.taken() == [("measure_status_changed", drafted.id, drafted.version)]


def test_who_stays_silent_is_dead_with_one_incident_and_holds_up_no_order(day, sender, receiver):
    made = registered(day, sender, receiver)
    receiver.status = 503
    day.read_in()
    case, _ = day.case(ROWS[:1])
    day.freeze(case.id)
    times = []
    for _ in range(ATTEMPTS_MAX + 5):
        if send_webhooks(day.desk, sender, "w", limit=1000).again:
            times.append(len(receiver.came))
        day.clock.at_us += 16 * MINUTE_US
    assert times[0] == 1  # silent once is silent for the round, however much waits
    with day.desk.store.reading() as view:
        (incident,) = view.records(Incident).find(Query(equals={"kind": IncidentKind.WEBHOOK_DEAD})).rows
        assert all(one.delivery.value == "given_up" for one in view.outbox.undelivered(1000, topic="webhook."))
    assert (incident.organisation, made.hook.id in incident.sentence, "503" in incident.sentence) == (
        "COUNTY",
        True,
        True,
    )
    assert len(receiver.came) == ATTEMPTS_MAX

    receiver.status, count = 200, len(receiver.came)
    day.case(ROWS[1:2])
    run(day, sender)
    assert len(receiver.came) == count  # nothing is put down for the dead
    assert list_webhooks(day.desk, ADMIN, "county-program")[0].state is HookState.DEAD
    resume_webhook(day.desk, ADMIN, made.hook.id)
    day.case(ROWS[5:])
    run(day, sender)
    assert len(receiver.came) > count
    remove_webhook(day.desk, ADMIN, made.hook.id)
    assert resume_webhook(day.desk, ADMIN, made.hook.id).state is HookState.REMOVED
    assert list_webhooks(day.desk, ADMIN, "county-program") == ()


def test_orders_leave_before_any_number_of_webhooks(day, sender, receiver):
    registered(day, sender, receiver)
    with day.desk.store.begin() as unit:
        unit.outbox.put_many([
            OutMessage(request_id=f"x{n}", recipient="HOOK", topic="webhook.case_changed", body="{}", created_us=n)
            for n in range(500)
        ])  # fmt: skip
        unit.outbox.put(OutMessage(request_id="o", recipient="BANK", topic="measure.begin", body="{}", created_us=999))
        unit.commit()

    class Nobody:
        def send(self, *_):
            raise AssertionError

    left = dispatch_orders(day.desk, Nobody(), "w", limit=1)
    assert [one.order for one in left.again] == ["o"]


def test_the_check_that_the_manual_shows_holds(day, sender, receiver):
    made = registered(day, sender, receiver)
    day.case(ROWS[:1])
    run(day, sender)
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "api.md").read_text(encoding="utf-8")
    shown: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], shown)
    _, headers, body = receiver.came[0]
    assert shown["is_genuine"](made.secret, headers, body)
    assert not shown["is_genuine"](made.secret, headers, body + b" ")
    late = str(int(headers["webhook-timestamp"]) - 600)
    assert not shown["is_genuine"](made.secret, headers | {"webhook-timestamp": late}, body)


HOOK = Webhook("HOOK-1", 0, "CITY", "program", "https://hooks.example/in", tuple(HookTopic), 1)
MESSAGE = OutMessage(request_id="m", recipient="HOOK-1", topic="webhook.case_changed", body="{}", created_us=1)
NEVER = ["169.254.169.254", "0.0.0.0", "224.0.0.1", "::", "fe80::1", "127.0.0.1", "::1", "::ffff:127.0.0.1"]
PRIVATE = ["10.0.0.5", "192.168.1.1", "172.16.0.9", "fd00::5", "::ffff:10.0.0.5", "100.64.0.1"]


@pytest.mark.parametrize("private", [False, True])
def test_no_name_leads_into_a_network_that_is_not_allowed(private):
    asked = []

    def send(posted):
        asked.append(posted.url)
        raise httpx.ConnectError("made up")

    for address in [*NEVER, *PRIVATE]:
        for found in ([address], ["93.184.216.34", address]):  # one good address beside it makes it no better
            webhooks = HttpWebhooks(
                lambda: SECRET, SystemClock(), private=private, look=lambda *_, f=found: f, send=send
            )
            handed = webhooks.send(HOOK, MESSAGE)
            assert handed.verdict is Verdict.AGAIN
            assert ("may not reach" in handed.reason) == (address in NEVER or not private), address
    assert bool(asked) == private


def test_the_connection_goes_to_the_address_that_was_judged(receiver):
    asked = []
    port = receiver.server.server_address[1]

    def look(host, _port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    hook = Webhook("HOOK-1", 0, "CITY", "program", f"http://localhost:{port}/in", tuple(HookTopic), 1)
    assert HttpWebhooks(lambda: SECRET, SystemClock(), look=look).send(hook, MESSAGE) == Handed(Verdict.ACCEPTED)
    ((path, headers, _),) = receiver.came
    assert (path, headers["host"], asked) == ("/in", f"localhost:{port}", ["localhost"])


def test_who_trickles_is_given_up(sender, monkeypatch):
    monkeypatch.setattr("fanzha.exchange.webhooks.ANSWER_S_MAX", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            with server.accept()[0] as line:
                for letter in b"HTTP/1.1 200 OK\r\nx-slow: " + b"x" * 100:
                    line.sendall(bytes([letter]))
                    time.sleep(0.1)

        def quietly() -> None:
            with suppress(OSError):
                trickle()

        threading.Thread(target=quietly, daemon=True).start()
        hook = replace(HOOK, address=f"http://127.0.0.1:{server.getsockname()[1]}/")
        begun = time.monotonic()
        handed = sender.send(hook, MESSAGE)
    assert (handed.verdict, "Timeout" in handed.reason, time.monotonic() - begun < 5) == (Verdict.AGAIN, True, True)


def test_no_redirect_is_followed_and_gone_is_for_good(sender, receiver):
    hook = Webhook("HOOK-1", 0, "CITY", "program", receiver.address, tuple(HookTopic), 1)
    for status, verdict in ((302, Verdict.AGAIN), (307, Verdict.AGAIN), (410, Verdict.REFUSED), (404, Verdict.AGAIN)):
        receiver.status = status
        assert sender.send(hook, MESSAGE).verdict is verdict
    assert {path for path, _, _ in receiver.came} == {"/hook?of=fanzha"}


def test_only_programs_and_safe_addresses_are_registered(day, sender):
    for address in ("http://hooks.example/", "ftp://127.0.0.1/", "https://me:it@hooks.example/", "https://", "hooks"):
        with pytest.raises(BadInput):
            add_webhook(day.desk, sender, ADMIN, "county-program", address, tuple(HookTopic))
    with pytest.raises(BadInput):
        add_webhook(day.desk, sender, ADMIN, "county-program", "https://hooks.example/", ())
    with pytest.raises(NotAllowed):
        add_webhook(day.desk, sender, ADMIN, "duty", "https://hooks.example/", tuple(HookTopic))
    with pytest.raises(NotAllowed):
        add_webhook(day.desk, sender, DUTY, "county-program", "https://hooks.example/", tuple(HookTopic))
    with pytest.raises(NotAllowed, match="own machine"):
        add_webhook(day.desk, sender, BANKS_ADMIN, "bank-program", "http://127.0.0.1:8024/", tuple(HookTopic))
    assert add_webhook(day.desk, sender, BANKS_ADMIN, "bank-program", "https://hooks.example/", tuple(HookTopic)).secret


def test_an_administrator_registers_one_and_sees_its_secret_once(day):
    with visiting_day(console_of_day(day)) as visitor:
        admin = visitor("admin")
        admin.get("/people/city-program")
        assert "/people/city-program/webhook" in admin.text
        admin.get("/people/city-program/webhook")
        admin.post("/people/city-program/webhook", url="https://hooks.example/in", topics="case_changed")
        assert "whsec_" in admin.text
        admin.get("/people/city-program")
        assert ("https://hooks.example/in" in admin.text, "whsec_" in admin.text) == (True, False)
        (hook,) = list_webhooks(day.desk, replace(ADMIN, organisation="CITY", level=Level.CITY), "city-program")
        admin.get(f"/webhooks/{hook.id}/remove")
        admin.post(f"/webhooks/{hook.id}/remove")
        assert "https://hooks.example/in" not in admin.get("/people/city-program")


def test_a_trial_goes_out_at_once_signed_and_changes_nothing(day, sender, receiver):
    hook = registered(day, sender, receiver).hook
    assert try_webhook(day.desk, sender, ADMIN, hook.id).verdict is Verdict.ACCEPTED
    ((_, headers, body),) = receiver.came
    assert (json.loads(body)["type"], json.loads(body)["record"]) == ("webhook_trial", None)
    assert headers["webhook-id"].startswith(hook.id)
    receiver.status = 500
    handed = try_webhook(day.desk, sender, ADMIN, hook.id)
    assert (handed.verdict, handed.reason) == (Verdict.AGAIN, "answered 500")
    assert list_webhooks(day.desk, ADMIN, "county-program") == (hook,), "a trial is no attempt to tell something"
    assert list_deliveries(day.desk, ADMIN, hook.id) == ()
    with pytest.raises(NotAllowed):
        try_webhook(day.desk, sender, DUTY, hook.id)
    remove_webhook(day.desk, ADMIN, hook.id)
    with pytest.raises(NotFound):
        try_webhook(day.desk, sender, ADMIN, hook.id)


def test_what_was_told_and_what_became_of_it_can_be_read(day, sender, receiver):
    hook = registered(day, sender, receiver).hook
    day.case(ROWS[:1])
    run(day, sender)
    came = list_deliveries(day.desk, ADMIN, hook.id)
    assert {(one.delivery, one.failure) for one in came} == {(Delivery.DONE, "")}
    receiver.status = 500
    day.case(ROWS[1:2])
    run(day, sender)
    last, *_ = list_deliveries(day.desk, ADMIN, hook.id)
    assert (last.delivery, last.failure) == (Delivery.WAITING, "answered 500")
    assert list_deliveries(day.desk, ADMIN, hook.id, limit=1) == (last,)
    assert {one.message.subject_id for one in came} == {hook.id}
