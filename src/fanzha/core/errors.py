"""The base errors; every error of the package says who is at fault and so which exit code it ends with."""

from __future__ import annotations


class FanzhaError(Exception):
    """Something went wrong that the user can be told about in one sentence."""

    exit_code = 2


class Refused(FanzhaError):
    """A rule forbids what was asked, or the facts do not allow it; nothing was changed."""

    exit_code = 1


class BadInput(FanzhaError):
    """What was given cannot be read or makes no sense: a file, a field, an option."""

    exit_code = 2
