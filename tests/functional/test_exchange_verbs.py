"""`fanzha exchange` and `fanzha clocks` as their users start them; processes that are killed at the worst moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from desk_home import make_desk_home, run
from partner_banks import MULE, PAID_US, SECOND_MULE, VICTIM, Town, Wire, person

from fanzha import bootstrap
from fanzha.core.time import MINUTE_US, SECOND_US, format_instant
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure
from fanzha.measures.orders import Channel
from fanzha.services.desk.record_sent import record_sent
from fanzha.simulation.banks import serve_bank
from fanzha.simulation.banks.config import AccountConfig, BankConfig, PlannedPayment

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"}
# The dispatcher dies after the bank has the order and before the desk has noted it.
DIES = """
import os, signal, sys
from pathlib import Path
from fanzha import bootstrap
from fanzha.services.desk.dispatch_orders import dispatch_orders

class Dying:
    def send(self, link, message):
        partners.send(link, message)
        os.kill(os.getpid(), signal.SIGKILL)

desk = bootstrap.desk(Path(sys.argv[1]))
with bootstrap.partners(Path(sys.argv[1]), desk.clock) as partners:
    dispatch_orders(desk, Dying(), "dying")
"""


@pytest.fixture
def home(tmp_path) -> Path:
    return make_desk_home(tmp_path / "home")


@contextmanager
def desk_of(home):
    desk = bootstrap.desk(home)
    try:
        yield desk
    finally:
        desk.store.close()


def stop_at(home) -> Measure:
    """An approved stop in the home's own store."""
    with desk_of(home) as desk:
        town = Town(desk, desk.clock, home, Wire(), None, None)
        return town.stop()


def measure_of(home, measure_id) -> Measure:
    with desk_of(home) as desk, desk.store.reading() as view:
        return view.records(Measure).get(measure_id)


def bank_config(home, directory, *more: PlannedPayment) -> BankConfig:
    paid = PlannedPayment(PAID_US, VICTIM, MULE, 5_000_000, payer_holder="模拟·孙三")
    keys = dict([bootstrap.exchange_public_key(home, "exchange.pem")])
    return BankConfig("模拟银行", directory, keys, (AccountConfig(MULE, "模拟·钱二"),), (paid, *more))


def add_link(home, bank, url) -> dict:
    code, out, err = run(
        home, "exchange", "link", "add", "BANK", "--url", url, "--key", bank.key_id, "--public-key", bank.public_key,
        "--as", "admin", "--json",
    )  # fmt: skip
    assert code == 0, err
    return json.loads(out)


def test_an_order_leaves_and_its_answer_comes_by_the_verbs(home, tmp_path):
    measure = stop_at(home)
    running = serve_bank(bank_config(home, tmp_path / "bank"))
    try:
        assert run(home, "exchange", "send", "--json")[0] == 0
        code, out, _ = run(home, "exchange", "export", "--json")
        (waiting,) = json.loads(out)["waiting"]
        assert (code, waiting["order"], waiting["institution"]) == (0, measure.orders[0].id, "模拟银行")
        linked = add_link(home, running.bank, running.url)
        assert len(linked["our_public_key"]) == 64
        assert oct((home / "keys" / "exchange.pem").stat().st_mode)[-3:] == "600"
        with (
            desk_of(home) as desk,
            desk.store.begin() as unit,
        ):  # the order that had no link waits a little: not in a test
            for leased in unit.outbox.lease("test", desk.clock.now_us() + 3600 * SECOND_US, 0):
                unit.outbox.retry(leased, desk.clock.now_us() - 3600 * SECOND_US, "")
            unit.commit()
        sent = json.loads(run(home, "exchange", "send", "--once", "--json")[1])
        assert [one["order"] for one in sent["sent"]] == [measure.orders[0].id]
        received = json.loads(run(home, "exchange", "receive", "--json")[1])
        assert [one["taken"] for one in received["recorded"]] == ["applied"]
        assert measure_of(home, measure.id).status is Status.EXECUTED
        code, out, _ = run(home, "clocks", "--json")
        assert (code, json.loads(out)) == (0, {"rang": [], "postponed": [], "papers": []})
    finally:
        running.stop()


def test_where_the_money_went_on_a_stop_is_drafted_as_the_answer_comes(home, tmp_path):
    stop_at(home)
    onward = PlannedPayment(
        PAID_US + MINUTE_US, MULE, SECOND_MULE, 3_000_000, payee_holder="模拟·李四", payee_institution="模拟二行"
    )
    running = serve_bank(bank_config(home, tmp_path / "bank", onward))
    try:
        add_link(home, running.bank, running.url)
        run(home, "exchange", "send")
        received = json.loads(run(home, "exchange", "receive", "--json")[1])
        (followed,) = received["followed"]
        (draft,) = followed["drafted"]
        assert (received["recorded"][0]["onward"], followed["failure"]) == (1, "")
        measure = measure_of(home, draft)
        assert (measure.status, measure.target.reference) == (Status.DRAFT, SECOND_MULE)
        assert json.loads(run(home, "exchange", "receive", "--json")[1])["followed"] == []
    finally:
        running.stop()


def test_links_are_for_administrators_and_are_listed_and_removed(home):
    words = (
        "exchange",
        "link",
        "add",
        "BANK",
        "--url",
        "https://bank.example",
        "--key",
        "k1",
        "--public-key",
        "ab" * 32,
    )
    code, _, err = run(home, *words, "--as", "both")
    assert (code, "partners (对接单位)" in err) == (1, True)
    assert run(home, *words)[0] == 1  # nobody is signed in
    assert run(home, *words, "--folder", "/x", "--as", "admin")[0] == 2
    assert run(home, *words, "--as", "admin")[0] == 0
    listed = json.loads(run(home, "exchange", "link", "list", "--as", "admin", "--json")[1])["links"]
    assert [(one["body"], one["address"]) for one in listed] == [("BANK", "https://bank.example")]
    assert "bank.example" in run(home, "exchange", "link", "list", "--as", "admin")[2]
    assert run(home, "exchange", "link", "remove", "BANK", "--as", "admin")[0] == 0
    assert run(home, "exchange", "link", "remove", "BANK", "--as", "admin")[0] == 2
    assert run(home, "exchange", "send", "--once", "--follow", "1")[0] == 2


def test_unconnected_orders_are_written_as_signed_files_until_somebody_notes_that_they_left(home, tmp_path):
    measure = stop_at(home)
    order_id, folder = measure.orders[0].id, tmp_path / "to-carry"
    folder.write_text("a file where the folder should be")
    code, out, err = run(home, "exchange", "export", "--to", folder, "--json")
    (failed,) = json.loads(out)["waiting"]
    assert (code, failed["became"], failed["folder"]) == (1, "not written", "")
    folder.unlink()
    assert json.loads(run(home, "exchange", "export", "--json")[1])["waiting"][0]["became"] == "waits"
    code, _, err = run(home, "exchange", "export", "--to", folder)
    assert (code, "1 order written" in err) == (0, True)
    (written,) = folder.rglob("*.json")
    assert json.loads(written.read_bytes())["request_id"] == order_id
    assert measure_of(home, measure.id).status is Status.APPROVED
    with desk_of(home) as desk:
        record_sent(desk, person("both"), order_id, Channel.ISSUED_ELSEWHERE, document="平台〔2026〕1号")
    assert json.loads(run(home, "exchange", "export", "--json")[1]) == {"waiting": []}


def test_a_dispatcher_killed_between_sending_and_noting_repeats_itself_and_the_bank_does_not(home, tmp_path):
    measure = stop_at(home)
    running = serve_bank(bank_config(home, tmp_path / "bank"))
    try:
        add_link(home, running.bank, running.url)
        dead = subprocess.run([sys.executable, "-c", DIES, str(home)], env=ENVIRONMENT, timeout=60, check=False)
        assert dead.returncode == -signal.SIGKILL
        assert measure_of(home, measure.id).status is Status.APPROVED
        assert running.bank.book.ask("SELECT executions FROM orders") == [(1,)]
        with desk_of(home) as desk, desk.store.begin() as unit:  # its lease is over
            assert unit.outbox.lease("other", desk.clock.now_us()) == ()
            for leased in unit.outbox.lease("other", desk.clock.now_us() + 600 * SECOND_US, 0):
                unit.outbox.retry(leased, desk.clock.now_us() - 3600 * SECOND_US, "")
            unit.commit()
        run(home, "exchange", "send")
        run(home, "exchange", "receive")
        held = measure_of(home, measure.id)
        assert (held.status, held.orders[0].channel) == (Status.EXECUTED, Channel.HTTP)
        assert running.bank.book.ask("SELECT executions FROM orders") == [(1,)]
    finally:
        running.stop()


@pytest.mark.slow
def test_a_bank_killed_as_a_process_loses_nothing(home, tmp_path):
    measure = stop_at(home)
    config = bank_config(home, tmp_path / "bank")
    document = {
        "name": config.name, "directory": "bank", "desk_keys": dict(config.desk_keys),
        "accounts": [{"number": MULE, "holder": "模拟·钱二"}],
        "planned": [
            {"at": format_instant(PAID_US), "payer": VICTIM, "payee": MULE, "amount": "50000.00", "payer_holder": "模拟·孙三"}
        ],
        "faults": {"delay_s": [0, 0]},
    }  # fmt: skip
    file = tmp_path / "bank.json"
    file.write_text(json.dumps(document))
    with killed_bank(file) as told:
        add_told_link(home, told)
        run(home, "exchange", "send")
    assert measure_of(home, measure.id).status is Status.SENT
    assert "BANK" in json.loads(run(home, "exchange", "receive", "--json")[1])["silent"]
    with killed_bank(file) as told:
        add_told_link(home, told)
        run(home, "exchange", "receive")
    assert measure_of(home, measure.id).status is Status.EXECUTED


@contextmanager
def killed_bank(file):
    """A bank as a process of its own, which is killed at the end."""
    words = [sys.executable, "-m", "fanzha.simulation.banks", str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=ENVIRONMENT, text=True) as started:
        try:
            yield json.loads(started.stdout.readline())
        finally:
            started.kill()


def add_told_link(home, told) -> None:
    code, _, err = run(
        home, "exchange", "link", "add", "BANK", "--url", told["url"], "--key", told["key"], "--public-key",
        told["public_key"], "--as", "admin",
    )  # fmt: skip
    assert code == 0, err
