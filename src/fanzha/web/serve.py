"""`fanzha serve`: the console, the partners' desk, the public pages and the JSON API, from this process."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Final, Protocol

import typer
import uvicorn

from fanzha import bootstrap
from fanzha.core.actor import Role
from fanzha.core.errors import BadInput
from fanzha.ports.identity_provider import ProviderSettings
from fanzha.simulation.demo.demo import demo_logins, demo_password
from fanzha.simulation.demo.demo_home import is_demo, waiting_for
from fanzha.simulation.demo.live_city import living_city, resume_time
from fanzha.web.app import make_app
from fanzha.web.console import Console, DemoLogin
from fanzha.web.machines import EVERY_S, Machines, Round, running, telling
from fanzha.web.terms import TERMS

DEFAULT_PORT: Final = 8024
SHUTDOWN_S: Final = 5  # then what is still open is cut off
HostOption = Annotated[str, typer.Option("--host", help="Where to listen; every other machine needs HTTPS before it.")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")]
MachinesOption = Annotated[
    bool,
    typer.Option(
        "--machines/--no-machines", help="Ring clocks, send orders and fetch answers too; off where others do it."
    ),
]
SecureOption = Annotated[bool, typer.Option("--https", help="It is reached by HTTPS: cookies travel on nothing else.")]


class Called(Protocol):
    """How the command was called."""

    home: Path
    database: str | None
    provider: ProviderSettings | None
    private_webhooks: bool


def serve(
    context: typer.Context,
    *,
    host: HostOption = "127.0.0.1",
    port: PortOption = DEFAULT_PORT,
    https: SecureOption = False,
    machines: MachinesOption = True,
) -> None:
    """Serve the console, the partners' desk, the public pages and the JSON API of a home, until Ctrl+C."""
    called: Called = context.obj
    simulated = is_demo(called.home)
    if simulated:
        resume_time(called.home)
    with (
        console_of(called.home, called.database, called.provider, secure=https) as console,
        ExitStack() as held,
    ):
        rounds: tuple[Round, ...] = ()
        if simulated:
            rounds = (held.enter_context(living_city(called.home, console.desk)).live,)
        if machines or simulated:
            rounds += held.enter_context(machines_of(console)).rounds()
            held.enter_context(running(rounds, EVERY_S / 2 if simulated else EVERY_S))
            # Apart from the others: no clock and no order waits for a program that answers slowly.
            sender = bootstrap.webhook_sender(called.home, private=called.private_webhooks)
            held.enter_context(running((telling(console.desk, sender, worker_name()),)))
        serve_console(console, host, port)


@contextmanager
def machines_of(console: Console) -> Iterator[Machines]:
    """The machines of a console's desk; connections to partners are closed at the end."""
    with bootstrap.partners(console.home, console.desk.clock) as partners:
        yield Machines(
            console.desk, console.books, partners, bootstrap.receipt_desk(console.home, partners), worker_name()
        )


def worker_name() -> str:
    """This process, as it leases what it does."""
    return f"{socket.gethostname()}:{os.getpid()}"


@contextmanager
def console_of(
    home: Path, database: str | None = None, provider: ProviderSettings | None = None, *, secure: bool = False
) -> Iterator[Console]:
    """The console of a home, its store open until the end; of a demo's home (模拟) one where seats can be changed."""
    simulated = is_demo(home)
    with ExitStack() as held:
        by_provider = held.enter_context(bootstrap.identity_provider(provider))
        desk = bootstrap.desk(home, database)
        held.callback(desk.store.close)
        yield Console(
            desk=desk, hasher=bootstrap.secret_hasher(), books=bootstrap.books(home), press=bootstrap.paper_press,
            home=home, secret=secrets.token_bytes(32), secure=secure, provider=by_provider, demo=_seats() if simulated else (),
            demo_password=demo_password() if simulated else "",
            demo_first=waiting_for(home) if simulated else "",
        )  # fmt: skip


def _seats() -> tuple[DemoLogin, ...]:
    words = TERMS[Role]
    return tuple(
        DemoLogin(
            member.login,
            member.login,
            member.body.name,
            tuple(words[role.value] for role in member.roles),
            institution=member.body.name if Role.PARTNER_DESK in member.roles else "",
        )
        for member in demo_logins()
    )


def serve_console(console: Console, host: str, port: int) -> None:
    """Serves until it is interrupted. Raises BadInput where the port is taken."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        raise BadInput(f"cannot listen at {host}:{port}: {error.strerror}; choose another with --port") from None
    app: Any = make_app(console)
    typer.echo(f"console: http://{host}:{bound.getsockname()[1]}/   (Ctrl+C ends it)", err=True)
    ConsoleServer(
        console, uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=SHUTDOWN_S)
    ).run(sockets=[bound])


class ConsoleServer(uvicorn.Server):
    """A server whose open pages are let go when it is told to end, so that Ctrl+C says nothing of streams cut off."""

    def __init__(self, console: Console, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._console = console

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Tells the streams first; they look once a second."""
        self._console.ending.set()
        super().handle_exit(sig, frame)
