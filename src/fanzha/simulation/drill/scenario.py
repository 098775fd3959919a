"""The script of a drill: bodies, people, banks, where the money goes, and who reports what and when; read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Protocol

from fanzha.casework import Contact
from fanzha.core.actor import Level, Organisation, Role
from fanzha.core.errors import BadInput
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant
from fanzha.simulation.banks import AccountConfig

MARK: Final = "模拟"
BUILT_IN: Final = "three_banks"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody at the desk."""

    login: str
    body: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class ScriptedBank:
    """A bank and its accounts."""

    name: str
    statement: str
    accounts: tuple[AccountConfig, ...]


@dataclass(frozen=True, slots=True)
class ScriptedPayment:
    """Money that moves at its time; `tried`: the payer's bank is asked, and a measure may stand in the way."""

    at_us: int
    payer: str
    payee: str
    amount_minor: int
    payee_holder: str = ""
    payee_institution: str = ""
    words: str = "转账"
    tried: bool = False


@dataclass(frozen=True, slots=True)
class ScriptedReport:
    """A victim reports what he paid, and by which lines, sites and groups he was reached."""

    at_us: int
    victim: str
    phone: str
    payments: tuple[ScriptedPayment, ...]
    narrative: str
    contacts: tuple[Contact, ...] = ()


class CaseScript(Protocol):
    """What the people of a simulated desk are told of one case: its reports, and what stands on the victims' slips."""

    @property
    def key(self) -> str:
        """Tells its requests from those of other cases."""

    @property
    def number(self) -> int:
        """In the numbers of its documents (文号)."""

    @property
    def name(self) -> str:
        """What the case is called."""

    @property
    def taxonomy_class(self) -> str:
        """The class that an officer gives it, with its subtype after a stroke; empty where nobody classifies it."""

    @property
    def files_us(self) -> int:
        """When it may be filed (立案)."""

    @property
    def least_minor(self) -> int:
        """Traced money below which nobody asks where it went."""

    @property
    def reports(self) -> tuple[ScriptedReport, ...]:
        """In the order of their time."""

    def holder_of(self, account: str) -> str:
        """Whose account it is; empty where nobody can say."""

    def bank_of(self, account: str) -> str:
        """Which institution keeps it; empty where nobody can say."""

    def is_partner(self, institution: str) -> bool:
        """Whether orders reach it by wire."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that a drill needs to know before it begins."""

    name: str
    begins_us: int
    settles_us: int
    files_us: int
    desk: str
    wallet: str
    bodies: tuple[Organisation, ...]
    members: tuple[Member, ...]
    banks: tuple[ScriptedBank, ...]
    payments: tuple[ScriptedPayment, ...]
    reports: tuple[ScriptedReport, ...]
    key: str = "drill"
    number: int = 1
    least_minor: int = 0
    taxonomy_class: str = ""

    def holder_of(self, account: str) -> str:
        """Whose account it is, by its bank's book; empty where no bank of the script has it."""
        return next((a.holder for bank in self.banks for a in bank.accounts if a.number == account), "")

    def bank_of(self, account: str) -> str:
        """At which bank of the script the account is."""
        return next((bank.name for bank in self.banks for a in bank.accounts if a.number == account), "")

    def is_partner(self, institution: str) -> bool:
        """Whether it is a bank of the script."""
        return any(bank.name == institution for bank in self.banks)


def read_scenario(file: Path | None = None) -> Scenario:
    """The script in a TOML file, the built-in one where none is named.

    Raises BadInput that names what is missing or wrong, and for anything that is not marked 模拟.
    """
    name = f"{BUILT_IN}.toml" if file is None else str(file)
    try:
        text = (
            (files("fanzha.simulation.drill") / name).read_text(encoding="utf-8")
            if file is None
            else file.read_text(encoding="utf-8")
        )
        scenario = _scenario(tomllib.loads(text))
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror}") from None
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{name}: it is no TOML: {error}") from None
    except KeyError as error:
        raise BadInput(
            f"{name}: {error.args[0]!r} is missing; see the built-in script for what belongs in one"
        ) from None
    except (TypeError, AttributeError, ValueError, IndexError) as error:
        raise BadInput(f"{name}: {error}") from None
    _check(scenario, name)
    return scenario


def _scenario(top: Mapping[str, Any]) -> Scenario:
    payments = tuple(_payment(each) for each in top["payment"])
    return Scenario(
        name=top["name"],
        begins_us=parse_instant(top["begins"]),
        settles_us=parse_instant(top["settles"]),
        files_us=parse_instant(top["files"]),
        desk=top["desk"],
        wallet=top["wallet"],
        bodies=tuple(_body(each) for each in top["body"]),
        members=tuple(
            Member(each["login"], each["body"], tuple(Role(role) for role in each["roles"])) for each in top["person"]
        ),
        banks=tuple(_bank(each) for each in top["bank"]),
        payments=payments,
        reports=tuple(_report(each, payments) for each in top["report"]),
    )


def _body(each: Mapping[str, Any]) -> Organisation:
    level = Level[each["level"].upper()]
    return Organisation(each["id"], each["name"], level, each.get("parent"), each.get("jurisdiction", ""))


def _bank(each: Mapping[str, Any]) -> ScriptedBank:
    accounts = (
        AccountConfig(one["number"], one["holder"], parse_minor(one.get("opening", "0.00"))) for one in each["accounts"]
    )
    return ScriptedBank(each["name"], each.get("statement", "csv"), tuple(accounts))


def _payment(each: Mapping[str, Any]) -> ScriptedPayment:
    texts = {
        name: str(each[name])
        for name in ("payer", "payee", "payee_holder", "payee_institution", "words")
        if name in each
    }
    return ScriptedPayment(
        at_us=parse_instant(each["at"]),
        amount_minor=parse_minor(each["amount"]),
        tried=bool(each.get("tried")),
        **texts,
    )


def _report(each: Mapping[str, Any], payments: Sequence[ScriptedPayment]) -> ScriptedReport:
    return ScriptedReport(
        parse_instant(each["at"]), each["victim"], each["phone"], (payments[each["payment"]],), each["narrative"]
    )


def _check(scenario: Scenario, name: str) -> None:
    marked = [
        scenario.name, scenario.wallet, *(bank.name for bank in scenario.banks), *(body.name for body in scenario.bodies),
        *(account.holder for bank in scenario.banks for account in bank.accounts),
        *(report.victim for report in scenario.reports),
    ]  # fmt: skip
    for one in marked:
        if MARK not in one:
            raise BadInput(f"{name}: {one!r} has no {MARK} in it; everything in a drill is made up, and is called so")
    if scenario.desk not in {body.id for body in scenario.bodies}:
        raise BadInput(f"{name}: the desk {scenario.desk!r} is no body of the script")
    late = [payment for payment in scenario.payments if payment.at_us > scenario.settles_us and not payment.tried]
    if late:
        raise BadInput(
            f"{name}: money moves after `settles`: the end would hang on how fast orders are; mark it `tried`"
        )
    if any(report.at_us < scenario.settles_us for report in scenario.reports):
        raise BadInput(f"{name}: a report comes before `settles`; let the money go first")
