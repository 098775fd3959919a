"""The console over a day at the desk that other tests play (模拟): whoever is seated there visits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from console_home import Visitor
from litestar.testing import TestClient
from return_day import ReturnDay

from fanzha import bootstrap
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
