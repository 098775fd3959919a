"""Every command that a page or a message shows can be typed: its verbs and its options are those of the command line."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fanzha.cli.main import VERBS, load_verb
from tests.tidy.test_documents import ROOT, SCRIPT_VERBS, pages
from tests.tidy.test_source import SOURCES, parsed, shown

EVERYWHERE = {"--home", "--json", "--version", "--help"}
COMMAND = re.compile(r"^(?:.*\s)?(?:\./run|fanzha) (?P<words>[a-z].*)$")
INLINE = re.compile(r"`(?:\./run|fanzha) ([a-z][^`]*)`")
# Where a command in a sentence is over: punctuation, or the sentence going on.
OVER = re.compile(r"[;`\n)]|[.,:](?=\s|$|[`'\"])| \(| (?:or|and|then|when|where) ")
NO_COMMAND = {"does", "that", "import"}  # "a fanzha that wrote it"
loaded = cache(load_verb)


def typed_on(page: Path) -> list[str]:
    """The command lines of a page, in blocks and in sentences, from their verb on."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|console)?\n(.*?)```", text, re.DOTALL)
    lines = "\n".join(re.sub(r"\\\n\s*", " ", block) for block in blocks).splitlines()
    typed = [found["words"] for line in lines if (found := COMMAND.match(line.split(" #")[0]))]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return typed + [" ".join(found.split()) for found in INLINE.findall(prose)]


def faults(line: str) -> list[str]:
    """What of a command line the command line does not know."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    if words[0] in SCRIPT_VERBS or words[0] not in VERBS:
        return [] if words[0] in SCRIPT_VERBS else [f"no verb {words[0]}"]
    command: Any = loaded(words[0])
    rest = words[1:]
    while rest and (below := getattr(command, "commands", {})) and re.fullmatch(r"[a-z][a-z-]*", rest[0].rstrip(",")):
        if rest[0].rstrip(",") not in below:
            return [f"no verb {rest[0]}"]
        command = below[rest.pop(0).rstrip(",")]
    known = EVERYWHERE | {name for option in command.params for name in option.opts}
    asked = [word.split("=")[0].rstrip(",") for word in rest if word.startswith("--") and word != "--"]
    return [f"no option {name}" for name in asked if name not in known]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_command_line_knows_every_word(page):
    wrong = {line: found for line in typed_on(page) if (found := faults(line))}
    assert wrong == {}


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text of a source file, whole; `…` stands where a value is put in."""
    parts: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def hints(path: Path) -> Iterator[str]:
    """What the messages and the help of a source file tell people to type, from the verb on."""
    for text in texts(parsed(path)):
        for after in re.split(r"(?<![\w/.-])fanzha (?=[a-z])", " ".join(text.split()))[1:]:
            line = OVER.split(after)[0].strip()
            ways = re.match(r"((?:[a-z-]+ )*)([a-z-]+(?:\|[a-z-]+)+)", line)  # draft|amend|preview
            wanted = [f"{ways[1]}{way}" for way in ways[2].split("|")] if ways else [line]
            yield from (one for one in wanted if one.split(" ")[0] not in NO_COMMAND)


def test_the_command_line_knows_every_word_that_a_message_tells_to_type():
    found = {(shown(path), line) for path in SOURCES for line in hints(path)}
    assert len(found) > 60
    wrong = {where: why for where in found if (why := faults(where[1]))}
    assert wrong == {}
    assert faults("clue route CLUE BODY --because TEXT") == ["no option --because"]
    assert faults("measure correct R1") == ["no verb correct"]
