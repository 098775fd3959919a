"""Who sits at the desk: the token that `fanzha office sign-in` left in the home, and the desk that it opens."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fanzha.cli.output import Invocation, invocation_of
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed

if TYPE_CHECKING:
    from fanzha.services.desk.model import Desk

AsOption = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="LOGIN", envvar="FANZHA_AS", help="Who acts; must have signed in (fanzha office sign-in)."
    ),
]
SESSIONS: Final = "sessions"
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class AtDesk:
    """The desk, who acts at it, and whether one JSON document is wanted."""

    desk: Desk
    actor: Actor
    json: bool
    home: Path


@contextmanager
def open_desk(invocation: Invocation) -> Iterator[Desk]:
    """The desk of the home, without anybody at it; its store is closed at the end."""
    from fanzha import bootstrap

    desk = bootstrap.desk(invocation.home, invocation.database)
    try:
        yield desk
    finally:
        desk.store.close()


@contextmanager
def at_desk(context: typer.Context, login: str | None) -> Iterator[AtDesk]:
    """The desk with the person of the login at it; its store is closed at the end.

    Raises NotAllowed when he has not signed in, or the session is over.
    """
    from fanzha.services.desk.actor_from_token import actor_from_token

    invocation = invocation_of(context)
    token = read_session(invocation.home, login)
    with open_desk(invocation) as desk:
        try:
            actor = actor_from_token(desk, token)
        except NotAllowed as refusal:
            raise NotAllowed(refusal.rule, f"{refusal}; sign in: fanzha office sign-in {login}") from None
        yield AtDesk(desk, actor, invocation.json, invocation.home)


@contextmanager
def at_office(context: typer.Context, login: str | None) -> Iterator[AtDesk | None]:
    """The desk with the person at it where the home has an office; None, whoever acts, where it has none.

    Raises NotAllowed as `at_desk`.
    """
    invocation = invocation_of(context)
    stands = False
    if invocation.database or (invocation.home / "work.db").exists():
        from fanzha.services.desk.keep_ledger import has_office

        with open_desk(invocation) as desk:
            stands = has_office(desk)
    if not stands:
        yield None
        return
    with at_desk(context, login) as seat:
        yield seat


def session_file(home: Path, login: str) -> Path:
    """Where the token of a login lies. Raises BadInput for what cannot be a login."""
    if not _LOGIN.fullmatch(login):
        raise BadInput(f"{login!r} is no login; it has small letters, digits, dots, hyphens and underscores")
    return home / SESSIONS / login


def read_session(home: Path, login: str | None) -> str:
    """The token that the person got when he signed in. Raises NotAllowed where there is none."""
    if not login:
        raise NotAllowed("session.none", "say who acts: --as LOGIN, or FANZHA_AS=LOGIN")
    file = session_file(home, login)
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NotAllowed("session.none", f"{login} has not signed in; sign in: fanzha office sign-in {login}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: the session cannot be read: {error}") from None


def write_session(home: Path, login: str, token: str) -> Path:
    """Leaves the token where only this user of the machine can read it. Raises BadInput where it cannot be written."""
    file = session_file(home, login)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.unlink(missing_ok=True)  # an older file could have been opened to others
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as written:
            written.write(token + "\n")
    except OSError as error:
        raise BadInput(f"{file}: the session cannot be written: {error}") from None
    return file


def forget_session(home: Path, login: str) -> None:
    """Removes the token, where there is one."""
    session_file(home, login).unlink(missing_ok=True)
