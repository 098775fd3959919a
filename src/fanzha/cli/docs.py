"""Reference pages made from code: `python -m fanzha.cli.docs` writes them, `--check` says which are not current."""

from __future__ import annotations

import ast
import inspect
import sys
import tokenize
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Any, Final

import typer

from fanzha.cli.docs_city import city_page
from fanzha.cli.docs_indicators import indicators_page
from fanzha.cli.main import VERBS, app, load_verb
from fanzha.cli.output import say
from fanzha.core.errors import FanzhaError
from fanzha.records import schemas

FOLDER: Final = Path("docs/reference")
NOTE: Final = "<!-- Made from the code by ./run fix; do not edit. -->\n\n"
HELP_WIDTH: Final = 100

# What a canonical file calls a column whose fact has another name, and what a reader should know about it.
CANONICAL: Final[Mapping[str, tuple[str, str]]] = {
    "at_us": ("at", "required; ISO 8601, Asia/Shanghai where it has no offset"),
    "payer": ("payer", "required; blank is an unnamed outside party"),
    "payee": ("payee", "required; blank is an unnamed outside party"),
    "amount_minor": ("amount", "required; a decimal, above zero"),
    "transfer_id": ("transfer_id", "one per transfer; makes importing twice safe, and is required by `live`"),
    "currency": ("currency", "CNY where it is absent"),
    "kind": ("kind", "transfer where it is absent; also cash, pos, crypto, third_party, fee, interest, reversal"),
    "payer_balance_minor": ("payer_balance_after", "the payer's balance after the row"),
    "payee_balance_minor": ("payee_balance_after", "the payee's balance after the row"),
    "payer_institution": ("payer_institution", ""),
    "payee_institution": ("payee_institution", ""),
    "payer_name": ("payer_name", ""),
    "payee_name": ("payee_name", ""),
    "channel": ("channel", ""),
    "summary": ("summary", ""),
    "serial": ("serial", "orders rows of one second"),
}
REPEATED_IDS: Final = """\
A row whose `transfer_id` came before is the same transfer again, and counted as a duplicate, if time, parties, amount and
currency are alike and balances and serials do not contradict each other. With other content:

- in one sheet the first row counts, and every later one is put aside with the field `transfer_id` and the reason
  `transfer_id_repeated_with_other_content` (in one sheet another `kind` is other content, too);
- in another file or sheet both are kept as transfers, because neither came first: the ledger must not depend on the order
  in which files were imported. The quality report of each file says so in `notes`, with the other file's name, and
  `fanzha ledger sources ID` shows both."""


def cli_page() -> str:
    """Every verb with its options, as `--help` says it."""
    parts = [
        NOTE,
        "# Commands\n\n",
        "In a checkout, write `./run` for `fanzha`.\n\n",
        _help(typer.main.get_command(app), "fanzha"),
    ]
    parts += [_section(load_verb(verb), f"fanzha {verb}", level=2) for verb in VERBS]
    return "".join(parts)


def _section(command: Any, path: str, level: int) -> str:
    """A verb's help, and below it that of its own verbs."""
    below = [_section(inner, f"{path} {name}", level + 1) for name, inner in getattr(command, "commands", {}).items()]
    return f"\n{'#' * level} {path}\n\n{_help(command, path)}" + "".join(below)


def _help(command: Any, path: str) -> str:
    context = command.make_context(path, [], resilient_parsing=True, terminal_width=HELP_WIDTH)
    lines = [line.rstrip() for line in command.get_help(context).splitlines()]
    return "```text\n" + "\n".join(lines).strip() + "\n```\n"


def rules_page() -> str:
    """Every dated table of rules, with the comments that stand in it."""
    folder = resources.files("fanzha") / "rules"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    parts = [NOTE, "# Rules\n\nLaw, limits and formats are data: tables in `src/fanzha/rules/`, one place each.\n"]
    return "".join(parts + [_rules_file(name, (folder / name).read_text(encoding="utf-8")) for name in names])


def _rules_file(name: str, text: str) -> str:
    comments = _comments_above(text)
    out = [f"\n## {name}\n"]
    if comments.get(""):
        out.append(f"\n{comments['']}\n")
    held = tomllib.loads(text)
    plain = {key: value for key, value in held.items() if not isinstance(value, dict)}
    out += ["\n" if plain else "", *_entries(plain, comments)]
    for key, table in held.items():
        if isinstance(table, dict):
            out += [f"\n### {key}\n\n", f"{comments[key]}\n\n" if key in comments else "", *_entries(table, {})]
    return "".join(out)


def _entries(table: Mapping[str, Any], comments: Mapping[str, str], inside: str = "") -> list[str]:
    lines: list[str] = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _entries(value, {}, f"{inside}{key}.")
        else:
            lines.append(
                f"- `{inside}{key}` = {_shown(value)}" + (f": {comments[key]}" if key in comments else "") + "\n"
            )
    return lines


def _comments_above(text: str) -> dict[str, str]:
    """Comment blocks by the key or table that they stand above; the file's own opening block under ''."""
    found: dict[str, str] = {}
    block: list[str] = []
    opening = True
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("#"):
            block.append(bare.lstrip("# ").rstrip())
            continue
        if block and opening and not bare:
            found[""] = " ".join(block)
        elif block and bare:
            key = bare.strip("[]").split("=")[0].split("]")[0].strip().strip('"')
            found.setdefault("" if opening and "" not in found else key, " ".join(block))
        opening = opening and not block
        block = []
    return found


def _shown(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"{len(value)} entries of {', '.join(f'`{key}`' for key in value[0])}"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}" if text else "(empty)"


def canonical_page() -> str:
    """The canonical table's columns, and the columns of every kind of fact that files become."""
    parts = [
        NOTE,
        "# The canonical table and the facts\n\n",
        "CSV or Parquet, one row per transfer, columns in any order.\n\n",
        "| column | becomes | notes |\n|---|---|---|\n",
    ]
    parts += [f"| `{name}` | `{fact}` | {note} |\n" for fact, (name, note) in CANONICAL.items()]
    parts.append("\nA file without any balance column is taken as a complete ledger, with a warning.\n\n")
    parts.append(f"{REPEATED_IDS}\n\n")
    parts.append(f"## Facts\n\n{(schemas.__doc__ or '').strip()}\n")
    notes = _schema_comments()
    for kind, schema in schemas.SCHEMAS.items():
        parts.append(f"\n### {kind}\n\n| column | type | notes |\n|---|---|---|\n")
        for column, dtype in schema.items():
            note = notes.get(_constant_of(kind), {}).get(column, "")
            parts.append(f"| `{column}` | {dtype} | {note} |\n")
    return "".join(parts)


def _constant_of(kind: str) -> str:
    return next(name for name, value in vars(schemas).items() if value is schemas.SCHEMAS[kind])


def _schema_comments() -> dict[str, dict[str, str]]:
    """The comment behind each column, by schema constant and column, read from the source."""
    source = inspect.getsource(schemas)
    behind = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Dict):
            keys = [key for key in node.value.keys if isinstance(key, ast.Constant)]
            found[node.target.id] = {str(key.value): behind.get(key.lineno, "") for key in keys}
    return found


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "cli.md": cli_page, "rules.md": rules_page, "canonical-table.md": canonical_page, "city.md": partial(city_page, NOTE),
    "indicators.md": partial(indicators_page, NOTE),
}  # fmt: skip


def write_pages(folder: Path) -> None:
    """Writes every page into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


def stale_pages(folder: Path) -> list[str]:
    """The pages in the folder that the code would now write otherwise."""
    paths = {name: folder / name for name in PAGES}
    return [
        name for name, path in paths.items() if not path.exists() or path.read_text(encoding="utf-8") != PAGES[name]()
    ]


def run(arguments: list[str]) -> int:
    """Writes the pages, or with --check only compares them: exit 1 names those that are not current."""
    if arguments != ["--check"]:
        write_pages(FOLDER)
        return 0
    stale = stale_pages(FOLDER)
    if stale:
        say(f"not current in {FOLDER}: {', '.join(stale)}; write them with ./run fix")
    return 1 if stale else 0


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except FanzhaError as error:
        say(f"docs: {error}")
        sys.exit(error.exit_code)
