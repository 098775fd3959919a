"""No verb that shows records shows a person without a reveal: each one there is, found by itself, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from county_desk import fill
from desk_home import PEOPLE, run
from return_day import ACCOUNTS, MERCHANT, M, make_return_day

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
