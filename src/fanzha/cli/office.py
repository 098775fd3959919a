"""`fanzha office`: bodies, people and programs of the desk; signing in and out."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fanzha.cli.desk_session import (
    AsOption,
    at_desk,
    forget_session,
    open_desk,
    read_session,
    session_file,
    write_session,
)
from fanzha.cli.office_keys import passkeys, webhooks
from fanzha.cli.office_people import people, programs
from fanzha.cli.office_rules import rules
from fanzha.cli.output import invocation_of, say, show_table, write_json
from fanzha.cli.passwords import PasswordStdin, ask_password
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant

app = typer.Typer(
    name="office", add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Bodies, people and programs of the desk; signing in and out.",
)  # fmt: skip
bodies = typer.Typer(
    name="body", rich_markup_mode=None, no_args_is_help=True, help="The tree of bodies, and the partners beside it."
)
app.add_typer(bodies)
app.add_typer(people)
app.add_typer(programs)
app.add_typer(passkeys)
app.add_typer(webhooks)
app.add_typer(rules)

LevelOption = Annotated[str, typer.Option("--level", help=", ".join(level.name.lower() for level in Level))]
Division = Annotated[str, typer.Option("--jurisdiction", metavar="CODE", help="Administrative division (GB/T 2260).")]


@app.command()
def init(
    context: typer.Context,
    body: Annotated[str, typer.Option("--body", metavar="ID", help="Id of the first body, such as KM.")],
    name: Annotated[str, typer.Option("--name", help="Name of the first body.")],
    login: Annotated[str, typer.Option("--login", help="Login of the first administrator.")],
    person: Annotated[str, typer.Option("--person", metavar="NAME", help="Name of the first administrator.")],
    level: LevelOption = "city",
    jurisdiction: Division = "",
    password_stdin: PasswordStdin = False,
) -> None:
    """Begin: the first body, at the top of the tree, and its administrator; once."""
    from fanzha import bootstrap
    from fanzha.services.desk.found_office import found_office

    invocation = invocation_of(context)
    first = Organisation(body, name, level_of(level), None, jurisdiction)
    password = ask_password(f"Password for {login}", from_stdin=password_stdin, twice=True)
    with open_desk(invocation) as desk:
        founded = found_office(desk, bootstrap.secret_hasher(), first, login, person, password)
    if invocation.json:
        write_json({"body": body_document(founded.body), "administrator": founded.administrator.login})
        return
    say(f"{founded.body.id} stands, kept by {founded.administrator.login}. Next: fanzha office sign-in {login}")


@app.command("sign-in")
def sign_in(
    context: typer.Context,
    login: Annotated[str, typer.Argument(help="Who signs in.")],
    password_stdin: PasswordStdin = False,
) -> None:
    """Show who you are; --as LOGIN then works on this machine until the session ends."""
    from fanzha import bootstrap
    from fanzha.services.desk import sign_in as use_case

    invocation = invocation_of(context)
    session_file(invocation.home, login)  # says at once what can be no login
    password = ask_password(f"Password of {login}", from_stdin=password_stdin)
    with open_desk(invocation) as desk:
        signed_in = use_case.sign_in(desk, bootstrap.secret_hasher(), login, password)
    write_session(invocation.home, login, signed_in.token)
    if invocation.json:
        write_json(actor_document(signed_in.actor) | {"until": format_instant(signed_in.until_us)})
        return
    until = format_instant(signed_in.until_us)[:16].replace("T", " ")
    say(f"{login} of {signed_in.actor.organisation} is signed in until {until}")


@app.command("change-password")
def change_password(
    context: typer.Context,
    login: Annotated[str, typer.Argument(help="Whose password.")],
    password_stdin: PasswordStdin = False,
) -> None:
    """Choose a new password by the old one, even an expired one; every session ends. On stdin: old, then new."""
    from fanzha import bootstrap
    from fanzha.services.desk import sign_in as use_case

    invocation = invocation_of(context)
    session_file(invocation.home, login)
    password = ask_password(f"Password of {login}", from_stdin=password_stdin)
    new = ask_password("New password", from_stdin=password_stdin, twice=True)
    with open_desk(invocation) as desk:
        use_case.change_password(desk, bootstrap.secret_hasher(), login, password, new)
    forget_session(invocation.home, login)
    if invocation.json:
        write_json({"login": login, "changed": True})
        return
    say(f"the password of {login} is changed; sign in anew: fanzha office sign-in {login}")


@app.command("sign-out")
def sign_out(context: typer.Context, login: AsOption = None) -> None:
    """End the session on this machine."""
    from fanzha.services.desk import sign_out as use_case

    invocation = invocation_of(context)
    token = read_session(invocation.home, login)
    with at_desk(context, login) as seat:
        use_case.sign_out(seat.desk, seat.actor, token)
        forget_session(invocation.home, seat.actor.id)
        if seat.json:
            write_json({"login": seat.actor.id, "signed_out": True})
            return
        say(f"{seat.actor.id} is signed out")


@app.command()
def who(context: typer.Context, login: AsOption = None) -> None:
    """Who acts, for which body, in which roles."""
    with at_desk(context, login) as seat:
        actor = seat.actor
    if seat.json:
        write_json(actor_document(actor))
        return
    rows = [[name.replace("_", " "), _text(value)] for name, value in actor_document(actor).items()]
    show_table("Who acts", ["", ""], rows)


@bodies.command("add")
def add_body(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="ID", help="Its id, such as a code; never given anew.")],
    name: Annotated[str, typer.Argument(help="Its name.")],
    level: LevelOption,
    parent: Annotated[str | None, typer.Option("--parent", metavar="ID", help="The body above; none: partner.")] = None,
    jurisdiction: Division = "",
    institution: Annotated[str, typer.Option(help="Of a partner: its name in statements and orders.")] = "",
    login: AsOption = None,
) -> None:
    """Add a body below another, or a partner (bank, payment institution, telephone company) beside the tree."""
    from fanzha.services.desk import add_body as use_case

    wanted = Organisation(body, name, level_of(level), parent, jurisdiction, institution)
    with at_desk(context, login) as seat:
        added = use_case.add_body(seat.desk, seat.actor, wanted)
    if seat.json:
        write_json(body_document(added))
        return
    say(f"{added.id} stands" + (f" below {added.parent}" if added.parent else " beside the tree"))


@bodies.command("correct")
def correct_body(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="ID", help="Its id, which stays.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence; the audit keeps it.")],
    name: Annotated[str | None, typer.Option("--name", help="Its right name.")] = None,
    jurisdiction: Annotated[
        str | None,
        typer.Option("--jurisdiction", metavar="CODE", help="Its right administrative division (GB/T 2260)."),
    ] = None,
    login: AsOption = None,
) -> None:
    """Correct the name or the division of a body; the audit keeps what stood there before."""
    from fanzha.services.desk import correct_body as use_case

    with at_desk(context, login) as seat:
        corrected = use_case.correct_body(seat.desk, seat.actor, body, reason, name=name, jurisdiction=jurisdiction)
    if seat.json:
        write_json(body_document(corrected))
        return
    say(f"{corrected.id} is {corrected.name}, {corrected.jurisdiction or 'without a division'}")


@bodies.command("list")
def list_bodies(context: typer.Context, login: AsOption = None) -> None:
    """Your body, everything above and below it, and the partners."""
    from fanzha.services.desk.list_office import list_bodies as use_case

    with at_desk(context, login) as seat:
        found = [body_document(body) for body in use_case(seat.desk, seat.actor)]
    if seat.json:
        write_json({"bodies": found})
        return
    columns = ["id", "name", "level", "parent", "jurisdiction", "institution"]
    show_table("Bodies", columns, [[_text(body[column]) for column in columns] for body in found])


def level_of(text: str) -> Level:
    """The level by its name. Raises BadInput for what is none."""
    try:
        return Level[text.strip().upper()]
    except KeyError:
        named = ", ".join(level.name.lower() for level in Level)
        raise BadInput(f"{text!r} is no level; one of: {named}") from None


def body_document(body: Organisation) -> dict[str, Any]:
    """A body as JSON."""
    return {
        "id": body.id, "name": body.name, "level": body.level.name.lower(), "parent": body.parent,
        "jurisdiction": body.jurisdiction, "institution": body.institution,
    }  # fmt: skip


def actor_document(actor: Actor) -> dict[str, Any]:
    """Who acts, as JSON."""
    return {
        "login": actor.id, "name": actor.display_name, "organisation": actor.organisation,
        "level": actor.level.name.lower(), "roles": sorted(actor.roles),
    }  # fmt: skip


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")
