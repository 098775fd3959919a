"""The console over a day at the desk that other tests play (模拟): whoever is seated there visits it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from console_home import Visitor
from litestar.testing import TestClient
from return_day import M, ReturnDay

from fanzha import bootstrap
from fanzha.ports.record_query import Query
from fanzha.storage.argon2_hasher import Argon2Hasher
from fanzha.web import Console, make_app


def console_of_day(day: ReturnDay) -> Console:
    """The console of the day's desk and books."""
    return Console(
        desk=day.desk, hasher=Argon2Hasher(1, 8, 1), books=day.books, press=bootstrap.paper_press, home=day.folder,
        secret=b"made-up secret of a test",
    )  # fmt: skip


@contextmanager
def visiting_day(console: Console) -> Iterator[Callable[..., Visitor]]:
    """Gives a visitor of a login that `seat_people` seated, by the token that it was given there."""
    with TestClient(make_app(console), base_url="http://127.0.0.1") as client:

        def visitor(login: str = "", language: str = "zh") -> Visitor:
            client.cookies.clear()
            return Visitor(client, f"made-up-token-of-{login}" if login else "", language)

        yield visitor


def opened(visitor: Callable[..., Visitor], login: str, number: str = M, language: str = "zh") -> Visitor:
    """Somebody who has just opened an account by its number."""
    officer = visitor(login, language)
    officer.get("/search")
    officer.post("/accounts", number=number)
    return officer


def kept(day: ReturnDay, kind: type[Any]) -> tuple[Any, ...]:
    """The records of a kind, as the desk keeps them."""
    with day.desk.store.reading() as view:
        return view.records(kind).find(Query(limit=1000)).rows


def downloaded(officer: Visitor, address: str, **fields: str) -> bytes | None:
    """The file that a form of the page at the address gives; None where it gives a page instead."""
    mark = re.search(r'name="csrf" (?:content|value)="([0-9a-f]+)"', officer.get(address))
    data = {"csrf": mark[1] if mark else "", **fields}
    answer = officer.client.post(address, data=data, headers=officer._headers(), follow_redirects=False)
    return None if answer.headers["content-type"].startswith("text/html") else answer.content
