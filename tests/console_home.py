"""The console of a home of `desk_home`, asked in this process or served to a real browser."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import uvicorn
from desk_home import make_desk_home
from litestar.testing import TestClient

from fanzha import bootstrap
from fanzha.storage.argon2_hasher import Argon2Hasher
from fanzha.web import Console, DemoLogin, make_app
from fanzha.web.asking import SESSION_COOKIE

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def token_of(login: str) -> str:
    """Of the session that `seat_people` made."""
    return f"made-up-token-of-{login}"


@contextmanager
def open_console(path: Path, demo: tuple[DemoLogin, ...] = ()) -> Iterator[Console]:
    """The console of a home with the people of `desk_home`, made there where there is none yet."""
    home = path if (path / "work.db").exists() else make_desk_home(path)
    desk = bootstrap.desk(home)
    try:
        yield Console(
            desk=desk, hasher=Argon2Hasher(1, 8, 1), books=bootstrap.books(home), press=bootstrap.paper_press, home=home,
            secret=b"made-up secret of a test", demo=demo,
        )  # fmt: skip
    finally:
        desk.store.close()


@dataclass
class Visitor:
    """A browser without script: follows links and sends forms as they stand on the page."""

    client: TestClient[Any]
    token: str
    language: str = "zh"
    text: str = ""
    status: int = 0
    address: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # what the pages left in this browser
    seated: str = ""  # the session that a sign-in began

    def get(self, address: str, **headers: str) -> str:
        """Opens a page."""
        return self._took(self.client.get(address, headers=self._headers() | headers, follow_redirects=False), address)

    def post(self, address: str, /, files: Any = None, **fields: Any) -> str:
        """Sends a form with the mark of the page that was open last; goes on where the answer leads."""
        mark = re.search(r'name="csrf" (?:content|value)="([0-9a-f]+)"', self.text)
        data = {"csrf": mark[1] if mark else "", **fields}
        answer = self.client.post(address, data=data, files=files, headers=self._headers(), follow_redirects=False)
        return self._took(answer, address)

    def _headers(self) -> dict[str, str]:
        self.client.cookies.clear()
        seated = {SESSION_COOKIE: self.token} if self.token else {}
        held = {"fanzha-lang": self.language, "fanzha-visitor": "made-up-visitor", **self.kept, **seated}
        return {"cookie": "; ".join(f"{name}={value}" for name, value in held.items())}

    def _took(self, answer: Any, address: str) -> str:
        self.seated = answer.cookies.get(SESSION_COOKIE) or self.seated
        self.kept |= {
            name: value for name, value in answer.cookies.items() if name not in ("fanzha-lang", SESSION_COOKIE)
        }
        for given in answer.headers.get_list("set-cookie"):
            if "max-age=0" in given.lower():
                self.kept.pop(given.partition("=")[0], None)
        if SESSION_COOKIE in answer.cookies:
            self.token = answer.cookies[SESSION_COOKIE]
        self.status, self.text, self.address, self.headers = answer.status_code, answer.text, address, answer.headers
        if answer.status_code == 303:
            return self.get(answer.headers["location"])
        return self.text

    @property
    def words(self) -> str:
        """What stands on the page, without its marks."""
        bare = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(bare))


@contextmanager
def visiting(console: Console) -> Iterator[Any]:
    """Gives a visitor of a login, with or without a session; forms are sent as a browser would."""
    with TestClient(make_app(console), base_url="http://127.0.0.1") as client:

        def visitor(login: str = "", language: str = "zh") -> Visitor:
            client.cookies.clear()
            return Visitor(client, token_of(login) if login else "", language)

        yield visitor


@contextmanager
def served(console: Console) -> Iterator[str]:
    """The address of the console, served by a thread of this process."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(console), log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(timeout=20)
        bound.close()


@contextmanager
def sitting(
    browser: Any, address: str, console: Console, login: str, **context: Any
) -> Iterator[tuple[Any, list[str]]]:
    """A page of a browser in which somebody has signed in, and everything that it complained of."""
    opened = browser.new_context(base_url=address, **{"locale": "zh-CN", **context})
    language = "en" if str(context.get("locale", "")).startswith("en") else "zh"
    cookies = [{"name": "fanzha-lang", "value": language, "url": address}]
    if login:
        cookies.append({"name": SESSION_COOKIE, "value": token_of(login), "url": address})
    opened.add_cookies(cookies)
    page, complaints = opened.new_page(), list[str]()
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(address) else complaints.append(asked.url))
    try:
        yield page, complaints
    finally:
        opened.close()


# Violations alone are told in full: what passed is not described, which is two thirds of the time.
AXE_RUN = """(only) => axe.run({runOnly: only, resultTypes: ["violations"], preload: false})
    .then((found) => found.violations.flatMap((rule) => rule.nodes.map((node) =>
        `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary.slice(0, 160)}`)))"""


def axe_violations(page: Any, *rules: str) -> list[str]:
    """What axe finds wrong with the page as it stands: rule and place; of all rules where none is named."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": AXE_TAGS}
    found: list[str] = page.evaluate(AXE_RUN, only)
    return found
