"""Simulated banks on this machine's own address, each in a thread of its own."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx

from fanzha.core.time import Clock, SystemClock
from fanzha.simulation.banks.bank import Lost, Reply, SimulatedBank, now_of_file
from fanzha.simulation.banks.book import Counterparty
from fanzha.simulation.banks.config import BankConfig

HOST: Final = "127.0.0.1"
BODY_MAX: Final = 1024 * 1024
PEER_TIMEOUT_S: Final = 5.0
POLL_S: Final = 0.5  # a dozen banks that look up more often keep one another from working


class FileClock:
    """The time that a file holds; a drill turns it by writing the file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now_us(self) -> int:
        """Microseconds since 1970 UTC."""
        return now_of_file(self._file.read_text(encoding="ascii"))


class HttpPeer:
    """Another simulated bank, by HTTP."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = httpx.Client(timeout=PEER_TIMEOUT_S, trust_env=False)

    def close(self) -> None:
        """Closes its connections."""
        self._client.close()

    def credit(self, payout: str, payee: str, amount_minor: int, payer: Counterparty) -> bool | None:
        """Books a payment in there."""
        asked = {
            "id": payout, "payee": payee, "amount_minor": amount_minor, "payer": payer.number,
            "payer_holder": payer.holder, "payer_institution": payer.institution,
        }  # fmt: skip
        try:
            status = self._client.post(f"{self._address}/credits", json=asked).status_code
        except httpx.HTTPError:
            return None
        return {200: True, 404: False}.get(status)


class RunningBank:
    """A bank that listens."""

    def __init__(self, bank: SimulatedBank, server: ThreadingHTTPServer) -> None:
        self.bank, self._server = bank, server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_S}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Stops listening; its book stays."""
        stopping = threading.Thread(target=self._server.shutdown)
        stopping.start()
        with suppress(OSError):
            socket.create_connection((HOST, self._server.server_address[1])).close()  # it looks up
        stopping.join()
        self._server.server_close()
        self._thread.join()
        self.bank.close()


def serve_bank(config: BankConfig, clock: Clock | None = None) -> RunningBank:
    """Starts a bank on a port of its own (or the configured one)."""
    time = clock or (SystemClock() if config.clock is None else FileClock(config.clock))
    peers = {name: HttpPeer(address) for name, address in config.peers.items()}
    return run_bank(SimulatedBank(config, time, peers))


def run_bank(bank: SimulatedBank) -> RunningBank:
    """Lets a bank listen, on a port of its own (or the configured one)."""
    return RunningBank(bank, ThreadingHTTPServer((HOST, bank.config.port), _handler_of(bank)))


def _handler_of(bank: SimulatedBank) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Hands requests to the bank."""

        protocol_version = "HTTP/1.1"
        wbufsize = -1  # header and body leave together: apart, the second waits for the caller to acknowledge the first
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Says nothing."""

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > BODY_MAX:
                self._write(Reply(413, json.dumps({"error": "too long"}).encode()))
                self.close_connection = True
                return
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                reply = bank.handle(self.command, self.path, headers, body)
            except Lost:
                self.close_connection = True  # nothing goes back
                return
            self._write(reply)

        def _write(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

    return Handler
