"""The `fanzha` command: global options, verbs by name, exit codes, and what an error looks like.

A verb is one line in VERBS and one file beside this one. The file has a function that takes a typer context (its
`obj` is an `Invocation`) and options, and returns None or an exit code; or a `typer.Typer` for a verb with verbs of
its own. It is imported when it is called, so that `fanzha --help` imports none of them.
"""

from __future__ import annotations

import hashlib
import importlib
import itertools
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from fanzha import __version__
from fanzha.cli.output import Invocation, say, write_json
from fanzha.config import Settings, read_settings
from fanzha.core.errors import BadInput, FanzhaError

INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
UNEXPECTED: Final = 70

# Verb: where it lives, and its line in the list.
VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "ingest": ("fanzha.cli.ingest:ingest", "Read statement exports into the ledger, with a quality report."),
    "ledger": ("fanzha.cli.ledger:app", "Look at the ledger: what it holds, and whether it adds up."),
    "trace": ("fanzha.cli.trace:trace", "Follow stolen money: where it is, where it left, whom to ask next."),
    "live": ("fanzha.cli.live:live", "Keep traces up to date while transfers come in, one JSON line a movement."),
    "report": ("fanzha.cli.report:app", "Reports: take one in, find its duplicates, say what becomes of it."),
    "clue": ("fanzha.cli.clue:app", "Clues: check each against the clock, make facts of them, act."),
    "case": ("fanzha.cli.case:app", "Cases: open, file and run them; merge, split and hand them over."),
    "errand": ("fanzha.cli.errand:app", "Ask another body: orders down, help from the side, notices; with clocks."),
    "campaign": ("fanzha.cli.campaign:app", "专项行动: campaigns, their operations and daily results."),
    "operation": ("fanzha.cli.operation:app", "行动: strikes and case teams: plan, enter, correct, tally."),
    "opening": (
        "fanzha.cli.opening:app",
        "开户登记: who opened a card, a SIM, a corporate account; import and look up.",
    ),
    "governance": (
        "fanzha.cli.governance:app",
        "联合治理: what other agencies are asked for, meetings, corporate accounts under control.",
    ),
    "publicity": ("fanzha.cli.publicity:app", "宣传: where to go and what to say, what was done, what came of it."),
    "office": ("fanzha.cli.office:app", "Bodies, people and programs of the desk; signing in and out."),
    "account": ("fanzha.cli.account:app", "What is known of an account: claims, facts, measures, balance, ledger."),
    "measure": ("fanzha.cli.measure:app", "Stops, freezes and all other measures, from draft to answer and appeal."),
    "return": ("fanzha.cli.return_steps:app", "Bring frozen money back to its owners."),
    "exchange": ("fanzha.cli.exchange:app", "Partners: connect them, send orders, receive answers."),
    "clocks": ("fanzha.cli.clocks:clocks", "Ring what is due by law: terms lapse, warnings and breaches are told."),
    "audit": ("fanzha.cli.audit:app", "Sign and export where the audit ends, and read who did what."),
    "verify": ("fanzha.cli.verify:verify", "Prove that what is stored is what was done; name what is not."),
    "backup": ("fanzha.cli.backup:backup", "Write everything that a home holds into one file."),
    "restore": ("fanzha.cli.restore:restore", "Make a home of a backup, whole or not at all."),
    "serve": ("fanzha.web.serve:serve", "Serve the console, the partners' desk, the public pages and the API."),
    "demo": (
        "fanzha.cli.demo:demo",
        "Make a city (模拟), work on what is reported there for a month, and show the result.",
    ),
    "city": ("fanzha.cli.city:city", "Make a city (模拟) with a known truth: files for every part of the system."),
    "stats": (
        "fanzha.cli.stats:stats",
        "Count what was done: figures with their comparison and the records behind them.",
    ),
    "bulletin": (
        "fanzha.cli.bulletin_writing:app",
        "Bulletins: read those of others, write, check and issue one's own.",
    ),
    "drill": (
        "fanzha.cli.drill:app",
        "Compare ways of stopping money on made cities; play a made case with everything going wrong.",
    ),
    "bench": ("fanzha.cli.bench:bench", "Measure speed side by side with other engines."),
}


def verb_function(name: str) -> Any:
    """What stands behind a verb, imported now: a function, or a `typer.Typer`.

    Raises BadInput when this build has no such part.
    """
    module_name, _, attribute = VERBS[name][0].partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise BadInput(f"the verb {name!r} is not part of this build ({module_name} is missing)") from None
    return getattr(module, attribute)


def load_verb(name: str) -> Any:
    """The command behind a verb, imported now. Raises BadInput as `verb_function`."""
    target = verb_function(name)
    if not isinstance(target, typer.Typer):
        function, target = target, typer.Typer(add_completion=False, rich_markup_mode=None)
        target.command(name)(function)
    command = typer.main.get_command(target)
    command.name = name
    return command


class LazyVerbs(TyperGroup):
    """Lists the verbs from the table, and imports only the one that is called."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = {name: TyperCommand(name, help=line) for name, (_, line) in VERBS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The called verb itself in place of its line in the list."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed if name is None else load_verb(name), rest


app = typer.Typer(name="fanzha", cls=LazyVerbs, add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def fanzha(
    home: str = typer.Option("fanzha-home", metavar="DIR", envvar="FANZHA_HOME", help="Holds the embedded data."),
    json: bool = typer.Option(False, "--json", help="One JSON document on stdout, nothing else."),
    version: bool = typer.Option(False, "--version", help="Say the version."),
) -> None:
    """Fanzha 反诈: operations platform of an anti-fraud desk.

    --home and --json work before and after the verb.

    Exit codes: 0 done; 1 refused by a rule; 2 bad usage or unreadable input; 3 done, with rows put aside.
    """
    # `split_globals` has taken these options out before typer looks; they stand here to be listed.
    del home, json, version


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """What `split_globals` found."""

    home: str | None
    json: bool
    version: bool


def split_globals(arguments: Sequence[str]) -> tuple[GlobalOptions, list[str]]:
    """The global options wherever they stand before a bare `--`, and the arguments that are left.

    Raises BadInput when --home has no value.
    """
    home, json, version = None, False, False
    rest: list[str] = []
    pending = list(arguments)
    while pending:
        word = pending.pop(0)
        if word == "--":
            rest += [word, *pending]
            break
        if word == "--json":
            json = True
        elif word == "--version" and not rest:  # behind a verb it is the version of a record
            version = True
        elif word == "--home":
            if not pending:
                raise BadInput("--home needs a folder: --home DIR")
            home = pending.pop(0)
        elif word.startswith("--home="):
            home = word.removeprefix("--home=")
        else:
            rest.append(word)
    if home == "":
        raise BadInput("--home needs a folder: --home DIR")
    return GlobalOptions(home, json, version), rest


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs one command line and returns its exit code; every error becomes one line (and one document with --json)."""
    try:
        code = _main(arguments, environ)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader of our output left (`fanzha … 2>&1 | head`): nobody is there to be told.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        return BROKEN_PIPE


def _main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    as_json = "--json" in itertools.takewhile("--".__ne__, arguments)
    settings = read_settings(environ)
    try:
        options, rest = split_globals(arguments)
        if options.version:
            return _say_version(as_json=as_json)
        settings = read_settings(environ, options.home)
        code = _run_verb(rest, settings, as_json=as_json)
    except FanzhaError as error:
        code = _tell(type(error).__name__, str(error), error.exit_code, as_json=as_json)
    except typer.TyperException as error:
        code = _tell_usage(error, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the entry point: nothing above this would tell the user
        code = _tell_unexpected(error, settings, as_json=as_json)
    if code == INTERRUPTED:
        say("fanzha: interrupted")
    return code


def _run_verb(arguments: list[str], settings: Settings, *, as_json: bool) -> int:
    if not __debug__:
        raise BadInput("assertions guard the money; start Python without -O and without PYTHONOPTIMIZE")
    command = typer.main.get_command(app)
    try:
        code = command.main(
            arguments or ["--help"],
            prog_name="fanzha",
            standalone_mode=False,
            obj=Invocation(
                settings.home,
                as_json,
                settings.home_named,
                settings.database,
                settings.provider,
                private_webhooks=settings.private_webhooks,
            ),
        )
    except SystemExit as leaving:
        # Both libraries that print for us make an exit code of their own out of a reader that left.
        if isinstance(leaving.__context__, BrokenPipeError):
            raise leaving.__context__ from None
        raise
    return code if isinstance(code, int) else 0


def _tell_usage(error: typer.TyperException, *, as_json: bool) -> int:
    """Says what is wrong with the words that were given; a group of verbs without a verb shows its help."""
    code, context = getattr(error, "exit_code", 2), getattr(error, "ctx", None)
    path = context.command_path if context else "fanzha"
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        if as_json:
            return _tell("Usage", f"{path} needs one of its verbs. See: {path} --help", code, as_json=True)
        say(context.get_help())
        return int(code)
    return _tell(
        "Usage", f"{getattr(error, 'format_message', error.__str__)()} See: {path} --help", code, as_json=as_json
    )


def _say_version(*, as_json: bool) -> int:
    if as_json:
        write_json({"version": __version__})
    else:
        sys.stdout.write(f"fanzha {__version__}\n")
    return 0


def _tell(kind: str, message: str, code: int, *, as_json: bool) -> int:
    line = " ".join(message.split())
    say(f"fanzha: {line}")
    if as_json:
        write_json({"error": {"kind": kind, "message": line, "exit_code": code}})
    return code


def _tell_unexpected(error: Exception, settings: Settings, *, as_json: bool) -> int:
    if settings.debug:
        traceback.print_exception(error)
    # Made from where it happened, not from what was in hand: the same fault has the same id, and no data is in it.
    places = [
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    fault = hashlib.sha256("\n".join([type(error).__name__, *places]).encode()).hexdigest()[:8]
    message = f"unexpected error {fault} ({type(error).__name__}); FANZHA_DEBUG=1 shows where"
    return _tell("Unexpected", message, UNEXPECTED, as_json=as_json)


def run() -> None:
    """The entry point of the `fanzha` script."""
    sys.exit(main(sys.argv[1:], os.environ))
