"""No verb that shows records shows a person without a reveal: each one there is, found by itself, as JSON and as a table.

No refusal does either: neither the sentences in the source, nor those of a return's plan as an officer meets them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from county_desk import fill
from desk_home import PEOPLE, run
from return_day import ACCOUNTS, MERCHANT, M, make_return_day

import fanzha
from fanzha.access import Credential as Shown
from fanzha.cli.desk_session import write_session
from fanzha.cli.main import VERBS, load_verb
from fanzha.core.actor import Level, Organisation
from fanzha.ports.record_query import Query

SECRETS = ("模拟·钱二", "模拟·V1", "模拟·V2", "19900000077", M, MERCHANT, *ACCOUNTS.values())
SHOWS = {"show", "list", "history", "duplicates", "appeals", "incidents", "queue", "notices", "law", "figures"}
# The ledger has no records of work, and is for whoever owns the home; what is bound to a case is asked by `trace --case`.
NO_DESK = {"ledger", "ingest", "trace", "live", "bench", "drill", "backup", "restore", "verify", "clocks"}


def showing(command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list]]:
    """The leaves that show records, with their parameters."""
    for name, inner in getattr(command, "commands", {}).items():
        yield from showing(inner, (*path, name))
    if not hasattr(command, "commands") and path[-1] in SHOWS:
        yield path, command.params


SHOWING = [leaf for verb in sorted(set(VERBS) - NO_DESK) for leaf in showing(load_verb(verb), (verb,))]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """COUNTY's desk in a home, where everybody stays signed in whatever the clock says."""
    folder = tmp_path_factory.mktemp("masked")
    day = make_return_day("sqlite", folder)
    with day.desk.store.begin() as unit:
        unit.records(Organisation).add(Organisation("STATION", "模拟派出所", Level.STATION, "COUNTY", "53010201"))
        unit.commit()
    ids = fill(day)
    with day.desk.store.begin() as unit:
        for shown in unit.records(Shown).find(Query(limit=1000)).rows:
            unit.records(Shown).save(replace(shown, expires_at_us=2**55))
        unit.commit()
    day.desk.store.close()
    for login in PEOPLE:
        write_session(folder / "home", login, f"made-up-token-of-{login}")
    return folder / "home", ids | {"number": M, "terms": M, "login": "clerk"}


def test_there_are_verbs_that_show_something():
    assert len(SHOWING) > 20


@pytest.mark.parametrize("path", [pytest.param(leaf, id=" ".join(leaf[0])) for leaf in SHOWING])
def test_persons_are_masked_unless_they_are_revealed(home, path):
    words, parameters = path
    directory, ids = home
    given = [*words]
    for parameter in parameters:
        if parameter.required:
            name = parameter.name.removesuffix("_id")
            assert name in ids, f"{' '.join(words)}: say in this test what its {name!r} is"
            given += [ids[name]] if parameter.param_type_name == "argument" else [parameter.opts[0], ids[name]]
    if any(parameter.name == "login" for parameter in parameters):
        given += [
            "--as",
            "auditor" if words[0] == "audit" else "admin" if "link" in words or "office" in words else "both",
        ]
    for form in ((), ("--json",)):
        code, out, err = run(directory, *given, *form)
        assert code in {0, 1}, (given, err)
        shown = [one for one in SECRETS if one in out + err and one not in given]
        assert not shown, f"{' '.join(given)} {form} shows {shown}"


# --- refusals ---------------------------------------------------------------------------------------------------------

# The rooms that refuse an officer; what is read or written for whoever owns the home names what stands in his own files.
ROOMS = ("core", "casework", "measures", "access", "services/desk", "services/explain_inflows.py")
PERSONAL = {
    "account", "accounts", "reference", "holder", "holder_name", "phone", "identity", "pay_to", "payee", "payer",
    "person_name",
}  # fmt: skip
# Where the text is no sentence, or is shown through a mask; the reason is why the line may stay.
NO_REFUSAL = {
    "casework/duplicates.py": "a key by which duplicates are found, shown to nobody",
    "casework/facts.py": "the SHA-256 or number of a document",
    "casework/operations/procedure.py": "the id of the officer who keeps a seized thing",
    "services/desk/control_account.py": "what one waits for while another lists the same account, kept nowhere",
    "services/desk/counting/count_measures.py": "a key by which accounts are counted once, shown to nobody",
    "services/desk/papers/notice_paper.py": "a letter to the bank that is to act, written down as revealed",
    "measures/interception.py": "shown with the account's masked number in place of it",
}


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """The personal values that f-strings of a file put in as they are."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for part in node.values if isinstance(node, ast.JoinedStr) else ():
            shown = part.value if isinstance(part, ast.FormattedValue) else None
            if isinstance(shown, ast.BoolOp):
                shown = shown.values[0]
            if isinstance(shown, ast.Call) and ast.unparse(shown.func).endswith(".join"):
                shown = shown.args[0]
            named = shown.attr if isinstance(shown, ast.Attribute) else getattr(shown, "id", "")
            if named in PERSONAL:
                yield node.lineno, ast.unparse(node)


def test_no_sentence_of_the_desk_puts_a_person_in_unmasked():
    source = Path(fanzha.__file__).parent
    found = [
        f"{path.relative_to(source)}:{line}: {text}"
        for room in ROOMS
        for path in ([source / room] if room.endswith(".py") else sorted((source / room).rglob("*.py")))
        if path.relative_to(source).as_posix() not in NO_REFUSAL
        for line, text in sentences(path)
    ]
    assert not found, "\n".join(
        ["mask it (core.identifiers.number_ending, services.desk.mask), or say why not:", *found]
    )


def test_the_sentences_that_are_exempt_are_still_there():
    source = Path(fanzha.__file__).parent
    assert [file for file in NO_REFUSAL if not any(sentences(source / file))] == []


def test_a_plan_that_is_refused_names_no_account_that_nobody_revealed(home):
    directory, ids = home
    said = []
    for options in (
        (),
        ("--branch", "direct"),
        ("--branch", "by_time"),
        ("--third-parties", "99999999"),
        ("--account", M),
    ):
        code, out, err = run(directory, "return", "plan", ids["case"], *options, "--as", "both")
        if code:
            said.append(err)
            assert not [one for one in SECRETS if one in out + err], (options, err)
    assert any("account ****" in err for err in said), said
