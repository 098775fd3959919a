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


class NotFound(BadInput):
    """There is nothing of that id, or nothing that the asker may see; both sound alike, so that ids cannot be probed."""


class StaleVersion(Refused):
    """Somebody else changed the record first; read it again and decide again."""


class NotAllowed(Refused):
    """A rule forbids this; `rule` names it, so that the audit and the screens can tell which."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
