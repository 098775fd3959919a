"""What an answer says is given by the same options, whether it is entered or put right."""

from __future__ import annotations

from fanzha.cli.main import load_verb

OWN = {
    "receipt": {"--as", "--another", "ORDER"},
    "correct-receipt": {"--as", "--reason", "--clear", "--order", "--version"},
}


def options(verb: str) -> dict[str, tuple[str | None, str | None, bool]]:
    command = load_verb("measure").commands[verb]
    found = {option.opts[0]: option for option in command.params if option.opts[0].startswith("--")}
    return {
        name: (option.help, option.metavar, option.multiple)
        for name, option in found.items()
        if name not in OWN[verb] | {"--help"}
    }


def test_both_verbs_have_them_all():
    entered = options("receipt")
    assert entered == options("correct-receipt")
    assert {"--outcome", "--platform-number", "--at", "--arrived", "--amount", "--onward", "--scan"} <= set(entered)
