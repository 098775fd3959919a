"""How a drill ended: everybody's money, every measure, every bank's book; the same for two ends that are the same."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanzha import bootstrap
from fanzha.casework import Case, Clue, Report
from fanzha.core.money import format_minor, parse_minor
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.orders import Incident
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.case_law import CaseLaw, LawRow, case_law
from fanzha.services.desk.listing import every
from fanzha.services.proof.verify_home import verify_home
from fanzha.simulation.drill.scenario import Scenario
from fanzha.simulation.drill.stage import Stage


@dataclass(frozen=True, slots=True)
class Tally:
    """The end of a drill, without what chance gives: ids and instants."""

    victims: dict[str, dict[str, str]]  # by name: lost, reattributed, held, returned, exited, unknown, difference
    measures: dict[str, int]  # kind, account, state and, but for stops, amount: how many
    returns: dict[str, str]  # victim and account: paid
    clues: dict[str, int]  # stage: how many
    accounts: dict[str, dict[str, str]]  # at the banks: balance, and what is still held
    faults: tuple[str, ...]  # whatever must not be

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "victims": self.victims, "measures": self.measures, "returns": self.returns,
            "clues": self.clues, "accounts": self.accounts, "faults": list(self.faults),
        }  # fmt: skip


def tally(stage: Stage) -> Tally:
    """Reads the end out of the desk's records and the banks' books, and looks for what must not be."""
    with stage.desk.store.reading() as view:
        case = next(iter(every(view.records(Case), Query())))
        law = case_law(view, case, stage.books.evidence)
        names = {report.id: report.reporter.name for report in every(view.records(Report), Query())}
        faults = [*law.faults, *_incidents(view), *_not_conserved(law)]
        counted = [measure for measure in every(view.records(Measure), Query()) if _counts(measure)]
        measures = Counter(_about(measure) for measure in counted)
        returns = {
            f"{names.get(award.victim, award.victim)} {award.account}": format_minor(award.amount_minor)
            for procedure in every(view.records(ReturnProcedure), Query())
            for award in procedure.awards
        }
        clues = Counter(clue.stage.value for clue in every(view.records(Clue), Query()))
    faults += _proof(stage.home, stage.desk.clock.now_us())
    accounts: dict[str, dict[str, str]] = {}
    for bank in stage.scenario.banks:
        found, wrong = _bank(stage.home / "drill" / bank.name / "bank.db")
        accounts |= found
        faults += [f"{bank.name}: {each}" for each in wrong]
    faults += _money_lost(stage.scenario, accounts)
    victims = {names.get(row.victim, row.victim): _row(row) for row in law.rows}
    return Tally(
        dict(sorted(victims.items())), dict(sorted(measures.items())), dict(sorted(returns.items())), dict(clues),
        dict(sorted(accounts.items())), tuple(faults),
    )  # fmt: skip


def _row(row: LawRow) -> dict[str, str]:
    minors = {
        "lost": row.lost_minor, "reattributed": row.reattributed_minor, "held": row.held_minor,
        "returned": row.returned_minor, "exited": row.exited_minor, "unknown": row.unknown_minor,
        "difference": row.difference_minor,
    }  # fmt: skip
    return {name: format_minor(minor) for name, minor in minors.items()}


def _not_conserved(law: CaseLaw) -> Iterator[str]:
    for row in law.rows:
        if row.difference_minor:
            yield f"the case law does not hold for {row.victim}: {format_minor(row.difference_minor)}"


def _counts(measure: Measure) -> bool:
    """Questions depend on what came first; what is done to accounts does not."""
    return measure.kind is not MeasureKind.QUERY


def _about(measure: Measure) -> str:
    """A stop without its amount: it lets nothing out, and records what was traced when it was worded, before later answers."""
    is_stop = measure.kind is MeasureKind.STOP_PAYMENT
    amount = "" if measure.executed_minor is None or is_stop else format_minor(measure.executed_minor)
    return f"{measure.kind.value} {measure.target.reference} {measure.status.value} {amount}".rstrip()


def _incidents(view: WorkView) -> Iterator[str]:
    for incident in every(view.records(Incident), Query()):
        yield f"incident {incident.kind.value}: {incident.sentence}"


def _proof(home: Path, now_us: int) -> Iterator[str]:
    """What `fanzha verify` finds."""
    with bootstrap.stores_to_verify(home) as stores:
        proof = verify_home(stores, now_us, told=lambda *_: None)
        for finding in proof.findings.listed:
            yield f"verify: {finding.where}: {finding.sentence}"


def _bank(book: Path) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Balances and holds of a bank, and orders that it carried out more than once."""
    with closing(sqlite3.connect(book)) as connection:
        holders = [number for (number,) in connection.execute("SELECT number FROM accounts")]
        accounts = {}
        for number in holders:
            (balance,) = connection.execute(
                "SELECT COALESCE(SUM(amount), 0) FROM movements WHERE account = ?", (number,)
            ).fetchone()
            (held,) = connection.execute(
                "SELECT COALESCE(SUM(amount), 0) FROM holds WHERE account = ? AND over_us IS NULL", (number,)
            ).fetchone()
            accounts[number] = {"balance": format_minor(balance), "held": format_minor(held)}
        twice = connection.execute("SELECT id, executions FROM orders WHERE executions > 1").fetchall()
    return accounts, [f"order {order} was carried out {count} times" for order, count in twice]


def _money_lost(scenario: Scenario, accounts: dict[str, dict[str, str]]) -> Iterator[str]:
    """What the accounts hold now is what they held, less what left to where no bank of the script is."""
    inside = set(accounts)
    opened = sum(account.opening_minor for bank in scenario.banks for account in bank.accounts)
    left = sum(
        payment.amount_minor for payment in scenario.payments if payment.payee not in inside and not payment.tried
    )
    there = sum(parse_minor(each["balance"]) for each in accounts.values())
    if there != opened - left:
        yield f"the banks hold {format_minor(there)} and should hold {format_minor(opened - left)}"
