"""A home with bodies and people who have signed in, and the command line run in this process."""

from __future__ import annotations

import atexit
import io
import shutil
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from unittest import mock

from fanzha import bootstrap
from fanzha.access import Credential as Shown
from fanzha.access import CredentialKind, Person, new_credential
from fanzha.audit import AuditEntry
from fanzha.cli.desk_session import write_session
from fanzha.cli.main import main
from fanzha.core.actor import Level, Organisation, Role
from fanzha.services.desk.actor_from_token import token_hash
from fanzha.services.desk.model import Desk

BODIES = (
    Organisation("CITY", "模拟市局", Level.CITY, None, "5301"),
    Organisation("COUNTY", "模拟县局", Level.COUNTY, "CITY", "530102"),
    Organisation("OTHER", "模拟邻县局", Level.COUNTY, "CITY", "530103"),
    Organisation("BANK", "模拟银行", Level.PARTNER, None, institution="模拟银行"),
    Organisation("BANK2", "模拟二行", Level.PARTNER, None, institution="模拟二行"),
)
PEOPLE = {
    "duty": ("COUNTY", Role.DUTY_OFFICER),
    "duty2": ("COUNTY", Role.DUTY_OFFICER),
    "both": ("COUNTY", Role.DUTY_OFFICER, Role.APPROVER),
    "chief": ("COUNTY", Role.APPROVER),
    "city-chief": ("CITY", Role.APPROVER),
    "stranger": ("OTHER", Role.DUTY_OFFICER, Role.APPROVER),
    "analyst": ("COUNTY", Role.ANALYST),
    "auditor": ("CITY", Role.AUDITOR),
    "admin": ("CITY", Role.ADMINISTRATOR),
    "clerk": ("BANK", Role.PARTNER_DESK),
    "clerk2": ("BANK2", Role.PARTNER_DESK),
}


def seat_people(desk: Desk) -> dict[str, str]:
    """Puts the bodies and people into a store, each with a session; gives the token of each login."""
    tokens = {}
    with desk.store.begin() as unit:
        for body in BODIES:
            unit.records(Organisation).add(body)
        for login, (body, *roles) in PEOPLE.items():
            person = unit.records(Person).add(Person(login, 0, body, login, f"模拟·{login}", tuple(roles)))
            tokens[login] = f"made-up-token-of-{login}"
            session = new_credential(
                person, CredentialKind.SESSION, token_hash(tokens[login]), desk.rules.access.credentials,
                desk.clock.now_us(), desk.ids,
            )  # fmt: skip
            unit.records(Shown).add(session)
        unit.audit.append(
            AuditEntry(at_us=desk.clock.now_us(), actor="admin", organisation="CITY", action="office.seat")
        )
        unit.commit()
    return tokens


@cache
def _made_once() -> Path:
    """The home that the others are copies of: its schema is made once a run."""
    path = Path(mkdtemp(prefix="fanzha-desk-")) / "home"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    desk = bootstrap.desk(path)
    try:
        for login, token in seat_people(desk).items():
            write_session(path, login, token)
    finally:
        desk.store.close()
    return path


def make_desk_home(path: Path) -> Path:
    """A home whose desk has the people above; `--as LOGIN` works for each of them."""
    shutil.copytree(_made_once(), path, dirs_exist_ok=True)
    return path


def run(home: Path, *words: str, stdin: str = "") -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command line."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), mock.patch("sys.stdin", io.StringIO(stdin)):
        code = main(["--home", str(home), *(str(word) for word in words)], {})
        out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return code, out.buffer.getvalue().decode("utf-8"), err.getvalue()
