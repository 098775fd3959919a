"""Asks for a password where nobody else sees it: on the terminal, or as a line of standard input."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from fanzha.core.errors import BadInput

PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, one line each.")
]


def ask_password(question: str, *, from_stdin: bool, twice: bool = False) -> str:
    """The password; asked twice where a new one is chosen. Raises BadInput when there is no terminal to ask on."""
    if from_stdin:
        line = sys.stdin.readline()
        if not line.strip("\r\n"):
            raise BadInput("standard input holds no password where one is expected")
        return line.rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadInput("there is no terminal to ask for the password on; give it with --password-stdin")
    password = getpass.getpass(f"{question}: ")
    if twice and getpass.getpass(f"{question}, again: ") != password:
        raise BadInput("the two differ; nothing was done")
    return password
