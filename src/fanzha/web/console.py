"""What the console is given once per start: the desk, the ledger, who checks passwords, and where it stands."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from fanzha import bootstrap
from fanzha.casework.probing import AskingCounts
from fanzha.ports.bulletin_reader import BulletinReader
from fanzha.ports.identity_provider import IdentityProvider
from fanzha.ports.paper_press import PaperPress
from fanzha.ports.passkey_ceremony import PasskeyCeremony
from fanzha.ports.secret_hasher import SecretHasher
from fanzha.services.desk.books import Books
from fanzha.services.desk.model import Desk
from fanzha.web.attempts import Attempts
from fanzha.web.challenges import Challenges
from fanzha.web.journeys import Journeys


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """Somebody of a simulated city (模拟) as whom a visitor may sit down with one press."""

    login: str
    name: str
    body: str
    roles: tuple[str, ...]
    institution: str = ""  # of a partner's desk: orders for it leave by themselves


@dataclass(frozen=True, slots=True)
class Console:
    """The console of one home; safe to share between threads as its desk is."""

    desk: Desk
    hasher: SecretHasher
    books: Books
    press: Callable[[], PaperPress]
    home: Path
    secret: bytes  # of this start: what a form is signed with
    secure: bool = False  # reached by HTTPS: cookies travel on nothing else
    attempts: Attempts = field(default_factory=Attempts)  # at signing in, since the start
    passkeys: PasskeyCeremony = field(default_factory=bootstrap.passkey_ceremony)
    challenges: Challenges = field(default_factory=lambda: Challenges(secrets.token_bytes(32)))  # of passkeys
    provider: IdentityProvider | None = None  # of identities elsewhere, where one is configured
    journeys: Journeys = field(default_factory=Journeys)  # to it and back
    demo: tuple[DemoLogin, ...] = ()  # empty: a real home, where nobody changes seats
    demo_password: str = ""
    demo_first: str = ""  # the seat at which a report waits for the visitor
    questions: AskingCounts = field(default_factory=lambda: AskingCounts(secrets.token_bytes(32)))  # on the public page
    sheets: AskingCounts = field(default_factory=lambda: AskingCounts(secrets.token_bytes(32)))  # begun there
    bulletins: Callable[[], BulletinReader] = bootstrap.bulletin_reader  # reads a draft as anybody would
    programs: AskingCounts = field(default_factory=lambda: AskingCounts(secrets.token_bytes(32)))  # of the API
    ending: Event = field(default_factory=Event)  # set when the server was told to end: open streams end with it
