"""Ctrl+C while pages are open: their streams end, and nothing is complained of."""

from __future__ import annotations

import logging
import signal
import socket
import threading

import httpx
import uvicorn
from console_home import token_of

from fanzha.web.app import make_app
from fanzha.web.asking import SESSION_COOKIE
from fanzha.web.serve import SHUTDOWN_S, ConsoleServer


def test_the_streams_of_open_pages_end_by_themselves(console, caplog):
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        make_app(console), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=SHUTDOWN_S
    )
    server = ConsoleServer(console, config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    with (
        caplog.at_level(logging.ERROR, "uvicorn.error"),
        httpx.Client(base_url=address, cookies={SESSION_COOKIE: token_of("duty")}, timeout=30) as page,
        page.stream("GET", "/live") as stream,
    ):
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("event: ")) == "event: time"
        server.handle_exit(signal.SIGTERM, None)
        assert not [line for line in lines if line.startswith("event: ended")]  # to its end, which is no sign-out
        thread.join(timeout=30)
    assert not thread.is_alive()
    assert caplog.records == []
