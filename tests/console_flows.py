"""Officers at real browsers, each at a seat of his own, in one language, at a desk whose clock can run ahead (模拟)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from console_home import open_console, served, sitting
from measure_home import actor_of, file_the_case, make_fact

from fanzha.access import Credential, CredentialKind, Person, new_credential
from fanzha.audit import AuditEntry
from fanzha.core.actor import Actor
from fanzha.core.time import Clock
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Outcome, Receipt
from fanzha.ports.record_query import Query
from fanzha.services.desk.actor_from_token import token_hash
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.run_clocks import run_clocks
from fanzha.web.asking import SESSION_COOKIE
from fanzha.web.console import Console


@dataclass
class ClockAhead:
    """The time of the desk, run ahead by as much as a test says."""

    clock: Clock
    ahead_us: int = 0

    def now_us(self) -> int:
        return self.clock.now_us() + self.ahead_us


@dataclass
class Station:
    """A served home, and a browser in which anybody of it can sit down."""

    console: Console
    address: str
    browser: Any
    locale: str
    clock: ClockAhead
    held: ExitStack
    complaints: list[str] = field(default_factory=list)

    def sit(self, login: str, **context: Any) -> Any:
        """A page of a browser of its own in which somebody has signed in."""
        page, complaints = self.held.enter_context(
            sitting(self.browser, self.address, self.console, login, locale=self.locale, **context)
        )
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        del complaints
        return page

    def actor(self, login: str) -> Actor:
        """Who acts under a login."""
        return actor_of(self.console.desk, login)

    def rows(self, kind: type[Any]) -> tuple[Any, ...]:
        """Every record of a kind as it stands."""
        with self.console.desk.store.reading() as view:
            return tuple(view.records(kind).find(Query(order_by="id", limit=100)).rows)

    def measure(self) -> Measure:
        """The newest measure."""
        return self.rows(Measure)[-1]  # type: ignore[no-any-return]

    def proposed(self) -> Measure:
        """A stop upon a checked fact that waits for another's signature."""
        case, fact = make_fact(self.console.desk)
        return self._propose(
            MeasureDraft(
                kind=MeasureKind.STOP_PAYMENT, reason="被害人刚刚转账", basis="afl-20", case=case, fact=fact,
                amount_minor=5_000_000, traced_minor=5_000_000,
            )
        )  # fmt: skip

    def frozen(self) -> Measure:
        """A freeze upon a checked fact of a filed case, carried out by the bank."""
        case, fact = make_fact(self.console.desk)
        file_the_case(self.console.home, case)
        return self.executed(
            self._propose(
                MeasureDraft(
                    kind=MeasureKind.FREEZE, reason="涉案资金在账", basis="procedure-239", case=case, fact=fact,
                    document="模拟冻字1号", amount_minor=5_000_000, traced_minor=5_000_000,
                )
            )
        )  # fmt: skip

    def _propose(self, wanted: MeasureDraft) -> Measure:
        desk, officer = self.console.desk, self.actor("both")
        return propose_measure(desk, officer, draft_measure(desk, officer, wanted).id)

    def executed(self, proposed: Measure) -> Measure:
        """The measure, signed by another and carried out by the bank."""
        desk = self.console.desk
        order = approve_measure(desk, self.actor("chief"), proposed.id).orders[0]
        now_us = desk.clock.now_us()
        receipt = Receipt(f"R-{order.id}", order.id, Outcome.EXECUTED, now_us, now_us)
        taken = record_receipt(desk, self.actor("clerk"), receipt).measure
        assert taken is not None
        return taken

    def later(self, us: int) -> None:
        """Time passes, and what is due by then happens."""
        self.clock.ahead_us += us
        while run_clocks(self.console.desk, "worker").rang:
            pass

    def signed_in_again(self, page: Any, login: str) -> None:
        """A new session at a page whose old one is over."""
        desk, token = self.console.desk, f"made-up-later-token-of-{login}-{self.clock.ahead_us}"
        with desk.store.begin() as unit:
            person, now_us = unit.records(Person).get(login), desk.clock.now_us()
            session = new_credential(
                person, CredentialKind.SESSION, token_hash(token), desk.rules.access.credentials, now_us, desk.ids
            )
            unit.records(Credential).add(session)
            unit.audit.append(AuditEntry(at_us=now_us, actor="admin", organisation="CITY", action="office.seat"))
            unit.commit()
        page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address}])


@contextmanager
def station(folder: Path, browser: Any, locale: str) -> Iterator[Station]:
    """A served home of `desk_home`, with its clock in hand."""
    with open_console(folder / "home") as made, ExitStack() as held:
        clock = ClockAhead(made.desk.clock)
        console = replace(made, desk=replace(made.desk, clock=clock))
        address = held.enter_context(served(console))
        yield Station(console, address, browser, locale, clock, held)


def go(page: Any, key: str) -> None:
    """Presses a key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def tab_to(page: Any, selector: str, presses: int = 120) -> None:
    """Presses Tab until the focus is where it is wanted."""
    for _ in range(presses):
        if page.evaluate("(wanted) => document.activeElement?.matches(wanted) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab at {page.url}")


def write(page: Any, selector: str, text: str) -> None:
    """Goes to a field by Tab and writes into it in place of what is there."""
    tab_to(page, selector)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
