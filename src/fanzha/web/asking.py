"""One request as the pages see it: who asks, in which language, with what in the form."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.web.console import Console

SESSION_COOKIE: Final = "fanzha"
VISITOR_COOKIE: Final = "fanzha-visitor"
LANGUAGE_COOKIE: Final = "fanzha-lang"
CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "x-csrf"
INSTANT_DIGITS: Final = 17  # microseconds since 1970: until the year 5138


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each with all its values, and the files."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[Upload]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The last value of a field without blanks around it; empty where it is not there."""
        values = self.fields.get(name)
        return values[-1].strip() if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that says something."""
        return tuple(value.strip() for value in self.fields.get(name, ()) if value.strip())


@dataclass(frozen=True, slots=True)
class Ask:
    """A request; `actor` is None where nobody has signed in."""

    console: Console
    method: str
    address: str  # path of the request
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Form
    cookies: Mapping[str, str]
    headers: Mapping[str, str]
    client: str
    language: str
    actor: Actor | None = None

    @property
    def officer(self) -> Actor:
        """Who asks, on a page that is shown to nobody else."""
        assert self.actor is not None, "the route lets nobody in who has not signed in"
        return self.actor

    @property
    def session(self) -> str:
        """The token of who has signed in; empty where nobody has."""
        return self.cookies.get(SESSION_COOKIE, "")

    @property
    def fragment(self) -> bool:
        """Whether a part of the page is asked for, to be put into it."""
        return self.headers.get("hx-request") == "true" and self.headers.get("hx-boosted") != "true"

    @property
    def as_of_us(self) -> int | None:
        """As of which instant the page is asked for, by a link that says it; None: now. Raises BadInput for no instant."""
        given = self.query.get("at", "")
        if given and not (given.isascii() and given.isdigit() and len(given) <= INSTANT_DIGITS):
            raise BadInput(f"at={given!r} is no instant in microseconds; open the page from where the number stands")
        return int(given) if given else None

    @property
    def visitor(self) -> str:
        """What is known of this browser alone: the session, or the mark that it carries before there is one."""
        return self.session or self.cookies.get(VISITOR_COOKIE, "")

    @property
    def csrf(self) -> str:
        """What a form of this visitor must carry: nobody else's page can know it."""
        return hmac.new(self.console.secret, b"csrf:" + self.visitor.encode("utf-8", "replace"), "sha256").hexdigest()

    def check_csrf(self) -> None:
        """Raises NotAllowed where the form was not made by a page of this visitor."""
        given = self.form.text(CSRF_FIELD) or self.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.csrf.encode("ascii")):
            raise NotAllowed("form.foreign", "this form is too old, or was not made here; open the page again")
