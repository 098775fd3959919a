"""`fanzha office person` and `fanzha office token`: who signs in, as what, and the tokens of programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanzha.cli.desk_session import AsOption, at_desk, forget_session
from fanzha.cli.output import say, show_table, write_json
from fanzha.cli.passwords import PasswordStdin, ask_password
from fanzha.core.actor import NOBODYS_ROLES, Role
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant

if TYPE_CHECKING:
    from fanzha.access import Credential as Shown
    from fanzha.access import Person
    from fanzha.services.desk.list_office import PersonLine

people = typer.Typer(
    name="person", rich_markup_mode=None, no_args_is_help=True, help="People who sign in, and what they may do."
)
programs = typer.Typer(name="token", rich_markup_mode=None, no_args_is_help=True, help="Tokens of programs.")

LoginArgument = Annotated[str, typer.Argument(help="Login: small letters, digits, dots, hyphens, underscores.")]
_ROLES = ", ".join(role for role in Role if role not in NOBODYS_ROLES)
RolesOption = Annotated[list[str], typer.Option("--role", metavar="ROLE", help=f"May be repeated: {_ROLES}.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; stands in the audit.")]


@people.command("add")
def add_person(
    context: typer.Context,
    login: LoginArgument,
    name: Annotated[str, typer.Argument(help="Name, as colleagues know it.")],
    body: Annotated[str, typer.Option("--body", metavar="ID", help="The body that he works for.")],
    role: RolesOption,
    password_stdin: PasswordStdin = False,
    seat_of: AsOption = None,
) -> None:
    """Give somebody an account with a first password; a program (api_client) gets tokens instead."""
    from fanzha import bootstrap
    from fanzha.services.desk import add_person as use_case

    roles = roles_of(role)
    with at_desk(context, seat_of) as seat:
        password = ""
        if Role.API_CLIENT not in roles:
            password = ask_password(f"First password for {login}", from_stdin=password_stdin, twice=True)
        draft = use_case.PersonDraft(login, name, body, roles)
        person = use_case.add_person(seat.desk, bootstrap.secret_hasher(), seat.actor, draft, password)
        _show_person(person, as_json=seat.json)


@people.command("list")
def list_people(
    context: typer.Context,
    body: Annotated[str, typer.Option("--body", metavar="ID", help="Of this body only.")] = "",
    seat_of: AsOption = None,
) -> None:
    """The people whom you keep; what is locked or expired shows here."""
    from fanzha.services.desk import list_office

    with at_desk(context, seat_of) as seat:
        now_us = seat.desk.clock.now_us()
        found = [_line(line, now_us) for line in list_office.list_people(seat.desk, seat.actor, body)]
    if seat.json:
        write_json({"people": found})
        return
    columns = ["login", "name", "organisation", "roles", "state", "password_until"]
    rows = [
        [
            line["login"], line["name"], line["organisation"], ", ".join(line["roles"]), line["state"],
            (line["password_until"] or "")[:10],
        ]
        for line in found
    ]  # fmt: skip
    show_table("People", columns, rows, spare=["password_until"], nothing="nobody is there")


@people.command("change-roles")
def change_roles(context: typer.Context, login: LoginArgument, role: RolesOption, seat_of: AsOption = None) -> None:
    """Give these roles in place of all others; they hold from the person's next step on."""
    from fanzha.services.desk import change_person

    with at_desk(context, seat_of) as seat:
        person = change_person.change_roles(seat.desk, seat.actor, login, roles_of(role))
        _show_person(person, as_json=seat.json)


@people.command()
def deactivate(context: typer.Context, login: LoginArgument, reason: ReasonOption, seat_of: AsOption = None) -> None:
    """Shut somebody out at once: sessions, password and tokens count no more."""
    from fanzha.services.desk import change_person

    with at_desk(context, seat_of) as seat:
        person = change_person.deactivate_person(seat.desk, seat.actor, login, reason)
        forget_session(seat.home, login)
        _show_person(person, as_json=seat.json)


@people.command()
def reactivate(context: typer.Context, login: LoginArgument, reason: ReasonOption, seat_of: AsOption = None) -> None:
    """Let somebody in again; a new password is needed: fanzha office person reset-password."""
    from fanzha.services.desk import change_person

    with at_desk(context, seat_of) as seat:
        _show_person(change_person.reactivate_person(seat.desk, seat.actor, login, reason), as_json=seat.json)


@people.command("reset-password")
def reset_password(
    context: typer.Context, login: LoginArgument, password_stdin: PasswordStdin = False, seat_of: AsOption = None
) -> None:
    """Give somebody a new password; a lock is gone, every session ends."""
    from fanzha import bootstrap
    from fanzha.services.desk import change_person

    with at_desk(context, seat_of) as seat:
        password = ask_password(f"New password for {login}", from_stdin=password_stdin, twice=True)
        hasher = bootstrap.secret_hasher()
        person = change_person.reset_password(seat.desk, hasher, seat.actor, login, password)
        forget_session(seat.home, login)
        _show_person(person, as_json=seat.json)


@programs.command("add")
def add_token(
    context: typer.Context,
    login: LoginArgument,
    label: Annotated[str, typer.Option("--label", help="Where it will lie, such as gateway-1.")],
    seat_of: AsOption = None,
) -> None:
    """Make a token for a program. It is shown once, on stdout, and kept as a hash only."""
    from fanzha import bootstrap
    from fanzha.services.desk import keep_token

    with at_desk(context, seat_of) as seat:
        made = keep_token.add_token(seat.desk, bootstrap.secret_hasher(), seat.actor, login, label)
    if seat.json:
        write_json(_token_document(made.credential) | {"token": made.token})
        return
    say(f"{made.credential.id} for {login} ({label}); it is not shown again:")
    typer.echo(made.token)


@programs.command("list")
def list_tokens(context: typer.Context, login: LoginArgument, seat_of: AsOption = None) -> None:
    """The tokens of a program, without the tokens themselves."""
    from fanzha.services.desk import list_office

    with at_desk(context, seat_of) as seat:
        found = [_token_document(token) for token in list_office.list_tokens(seat.desk, seat.actor, login)]
    if seat.json:
        write_json({"tokens": found})
        return
    columns = ["id", "label", "created", "until", "revoked"]
    rows = [[str(token[column] or "") for column in columns] for token in found]
    show_table(f"Tokens of {login}", columns, rows, nothing=f"{login} has no token")


@programs.command("revoke")
def revoke_token(
    context: typer.Context,
    token: Annotated[str, typer.Argument(metavar="ID", help="Id of the token, as token list shows it.")],
    reason: ReasonOption,
    seat_of: AsOption = None,
) -> None:
    """Make a token count no more, at once."""
    from fanzha.services.desk import keep_token

    with at_desk(context, seat_of) as seat:
        revoked = keep_token.revoke_token(seat.desk, seat.actor, token, reason)
    if seat.json:
        write_json(_token_document(revoked))
        return
    say(f"{revoked.id} of {revoked.person} is revoked")


def roles_of(words: Sequence[str]) -> tuple[Role, ...]:
    """The roles by their names. Raises BadInput for what is none."""
    try:
        return tuple(Role(word.strip().lower().replace("-", "_")) for word in words)
    except ValueError:
        raise BadInput(f"{' '.join(words)!r}: roles are {_ROLES}") from None


def _show_person(person: Person, *, as_json: bool) -> None:
    if as_json:
        write_json(_person_document(person))
        return
    state = "active" if person.active else "shut out"
    say(f"{person.login} of {person.organisation}: {', '.join(person.roles)}; {state}")


def _person_document(person: Person) -> dict[str, Any]:
    return {
        "login": person.login, "name": person.display_name, "organisation": person.organisation,
        "roles": list(person.roles), "active": person.active,
    }  # fmt: skip


def _line(line: PersonLine, now_us: int) -> dict[str, Any]:
    until, locked = line.password_until_us, line.locked_until_us
    state = "active"
    if not line.person.active:
        state = "shut out"
    elif locked is not None and now_us < locked:
        state = "locked"
    elif until is not None and until <= now_us:
        state = "password expired"
    elif until is None and Role.API_CLIENT not in line.person.roles:
        state = "no password"
    shown = None if until is None else format_instant(until)
    return _person_document(line.person) | {"state": state, "password_until": shown}


def _token_document(token: Shown) -> dict[str, Any]:
    def shown(at_us: int | None) -> str | None:
        return None if at_us is None else format_instant(at_us)

    return {
        "id": token.id, "login": token.person, "label": token.label, "created": shown(token.created_at_us),
        "until": shown(token.expires_at_us), "revoked": shown(token.revoked_at_us),
    }  # fmt: skip
