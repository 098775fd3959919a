"""Every command that a page shows can be typed: its verbs and its options are those of the command line."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fanzha.cli.main import VERBS, load_verb
from tests.tidy.test_documents import ROOT, SCRIPT_VERBS, pages

EVERYWHERE = {"--home", "--json", "--version", "--help"}
COMMAND = re.compile(r"^(?:.*\s)?(?:\./run|fanzha) (?P<words>[a-z].*)$")
INLINE = re.compile(r"`(?:\./run|fanzha) ([a-z][^`]*)`")
loaded = cache(load_verb)


def shown(page: Path) -> list[str]:
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
    wrong = {line: found for line in shown(page) if (found := faults(line))}
    assert wrong == {}
