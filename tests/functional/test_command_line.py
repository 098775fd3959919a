"""The shell around every verb: global options, exit codes, errors, and a start that is quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types

import pytest
import typer

from fanzha.cli import main as shell
from fanzha.cli.output import invocation_of
from fanzha.core.errors import BadInput, Refused


def answering(outcome):
    def verb(context: typer.Context, amount: str = "") -> int | None:
        invocation = invocation_of(context)
        if isinstance(outcome, BaseException):
            raise outcome.with_traceback(None)
        sys.stdout.write(f"{invocation.home} {invocation.json} {amount}\n")
        return outcome

    return verb


@pytest.fixture
def verb(monkeypatch):
    """Puts a verb `try` in the table that ends as told."""

    def put(outcome=None):
        module = types.ModuleType("fanzha_try")
        module.run = answering(outcome)
        monkeypatch.setitem(sys.modules, "fanzha_try", module)
        monkeypatch.setattr(shell, "VERBS", {"try": ("fanzha_try:run", "Try."), "gone": ("fanzha.gone:run", "Gone.")})

    return put


@pytest.mark.parametrize(
    "arguments",
    [
        ["--home", "a b", "--json", "try", "--amount", "5"],
        ["try", "--home", "a b", "--amount", "5", "--json"],
        ["--json", "try", "--amount=5", "--home=a b"],
    ],
)
def test_global_options_work_before_and_after_the_verb(verb, capsys, arguments):
    verb()
    assert shell.main(arguments, {}) == 0
    assert capsys.readouterr().out == "a b True 5\n"


@pytest.mark.parametrize(
    ("arguments", "environ", "home"),
    [
        (["try"], {}, "fanzha-home"),
        (["try"], {"FANZHA_HOME": "/data"}, "/data"),
        (["try", "--home", "x"], {"FANZHA_HOME": "/data"}, "x"),
    ],
)
def test_the_home_is_the_option_or_the_environment_or_here(verb, capsys, arguments, environ, home):
    verb()
    assert shell.main(arguments, environ) == 0
    assert capsys.readouterr().out.split()[0] == home


def test_a_bare_double_dash_ends_the_options():
    options, rest = shell.split_globals(["try", "--", "--json", "--home"])
    assert (options.json, options.home, rest) == (False, None, ["try", "--", "--json", "--home"])


@pytest.mark.parametrize(
    ("outcome", "code", "kind"),
    [
        (None, 0, None),
        (3, 3, None),
        (typer.Exit(3), 3, None),
        (Refused("the origin is taken"), 1, "Refused"),
        (BadInput("row 7, 交易金额: 'x' is\nno amount"), 2, "BadInput"),
        (typer.BadParameter("no such method"), 2, "Usage"),
        (KeyError("secret"), 70, "Unexpected"),
    ],
)
def test_exit_codes_and_errors(verb, capsys, outcome, code, kind):
    verb(outcome)
    assert shell.main(["try"], {}) == code
    told = capsys.readouterr().err
    assert shell.main(["try", "--json"], {}) == code
    out = capsys.readouterr().out
    if kind is None:
        assert told == ""
        return
    assert told.startswith("fanzha: ")
    assert told.count("\n") == 1
    error = json.loads(out)["error"]
    assert (error["kind"], error["exit_code"], f"fanzha: {error['message']}\n") == (kind, code, told)
    assert "Traceback" not in told
    assert "secret" not in told  # data in hand at a fault stays out of terminals and logs


def test_an_interrupt_is_one_line(verb, capsys):
    verb(KeyboardInterrupt())
    assert shell.main(["try"], {}) == 130
    assert capsys.readouterr().err == "fanzha: interrupted\n"


def test_a_fault_shows_where_on_demand(verb, capsys):
    verb(KeyError("x"))
    assert shell.main(["try"], {"FANZHA_DEBUG": "1"}) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tryy"], "Did you mean 'try'"),
        (["gone"], "not part of this build"),
        (["try", "--nonsense"], "fanzha try --help"),
        (["try", "--home"], "--home DIR"),
        (["--home=", "try"], "--home DIR"),
    ],
)
def test_bad_usage_says_what_to_do(verb, capsys, arguments, words):
    verb()
    assert shell.main(arguments, {}) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "out"), [(["--version"], "fanzha "), (["--json", "--version"], '{"version":"')])
def test_the_version(capsys, arguments, out):
    assert shell.main(arguments, {}) == 0
    assert capsys.readouterr().out.startswith(out)


def test_help_lists_every_verb_and_imports_nothing_heavy():
    script = (
        "import sys; from fanzha.cli.main import main; code = main(['--help'], {})\n"
        "heavy = {'numpy', 'numba', 'polars', 'pyarrow', 'duckdb', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"  {verb} " in done.stdout for verb in shell.VERBS)


@pytest.mark.parametrize("arguments", [["--help"], ["ledger"], ["--version"]])
def test_a_reader_that_leaves_is_no_error(arguments):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-P", "-m", "fanzha", *arguments]
    done = subprocess.run(command, stdout=write, stderr=write, check=False)
    os.close(write)
    assert done.returncode == 141


def test_a_table_whose_reader_left_is_no_error(tmp_path):
    script = (
        "import sys, types, fanzha.cli.main as shell; from fanzha.cli.output import show_table\n"
        "module = types.ModuleType('fanzha_try'); sys.modules['fanzha_try'] = module\n"
        "module.run = lambda: show_table('t', ['a'], [['b' * 100]] * 9000)\n"
        "shell.VERBS = {'try': ('fanzha_try:run', 'Try.')}; sys.exit(shell.main(['try'], {}))"
    )
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-P", "-c", script], stdout=subprocess.DEVNULL, stderr=write, check=False)
    os.close(write)
    assert done.returncode == 141


def test_a_group_without_a_verb_shows_its_help(capsys):
    assert shell.main(["ledger"], {}) == 2
    said = capsys.readouterr().err
    assert "\n  info " in said
    assert shell.main(["ledger", "--json"], {}) == 2
    assert json.loads(capsys.readouterr().out)["error"]["message"].startswith("fanzha ledger needs one of its verbs")


def test_it_refuses_to_start_without_assertions():
    done = subprocess.run(
        [sys.executable, "-O", "-P", "-m", "fanzha", "ledger", "info"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "assertions" in done.stderr
