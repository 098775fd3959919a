"""What a simulated bank is told: its accounts, what its customers will do, and how it misbehaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.core.money import parse_minor
from fanzha.core.time import parse_instant

MARK: Final = "模拟"
STATEMENTS: Final = ("csv", "xlsx", "split", "tenpay", "alipay")  # the forms in which banks and wallets answer


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """An account as it is opened."""

    number: str
    holder: str
    opening_minor: int = 0


@dataclass(frozen=True, slots=True)
class PlannedPayment:
    """A payment that happens at its time unless a measure stands in its way."""

    at_us: int
    payer: str
    payee: str
    amount_minor: int
    payee_holder: str = ""
    payee_institution: str = ""  # empty: at this bank
    payer_holder: str = ""
    payer_institution: str = ""
    words: str = "转账"


@dataclass(frozen=True, slots=True)
class Faults:
    """How often what goes wrong, from 0 to 1, and how long an order waits."""

    lose_request: float = 0.0  # it never arrives
    lose_answer: float = 0.0  # it is done, but the caller is not told
    refuse: float = 0.0  # an order to begin
    part: float = 0.0  # only a part is carried out
    duplicate: float = 0.0  # a receipt is delivered twice
    reorder: float = 0.0  # a receipt is overtaken by later ones
    forge: float = 0.0  # a copy of a receipt is changed on its way, beside the genuine one
    delay_s: tuple[int, int] = (0, 0)  # before an order is carried out
    query_delay_s: tuple[int, int] | None = None  # before a query is answered, where that is another time
    overtaken_s: int = 600  # how long a receipt that is overtaken stays behind


@dataclass(frozen=True, slots=True)
class BankConfig:
    """One bank."""

    name: str  # the institution that orders are addressed to; it carries 模拟
    directory: Path  # its book and its key
    desk_keys: Mapping[str, str]  # key id: hexadecimal public key of the desks that it obeys
    accounts: tuple[AccountConfig, ...] = ()
    planned: tuple[PlannedPayment, ...] = ()
    faults: Faults = Faults()
    seed: int = 1
    statement: str = "csv"
    peers: Mapping[str, str] = field(default_factory=dict[str, str])  # institution: address of the other bank
    port: int = 0
    tells_onward: bool = True  # the answer to a stop that came late lists where the money went
    acknowledges: bool = True  # an order that has to wait is answered at once: it came
    clock: Path | None = None  # a file that holds the time; the machine's clock where there is none

    def __post_init__(self) -> None:
        if MARK not in self.name:
            raise BadInput(f"a simulated bank is called so: {self.name!r} has no {MARK} in it")
        if self.statement not in STATEMENTS:
            raise BadInput(f"statements are {' or '.join(STATEMENTS)}, not {self.statement!r}")


def read_bank_config(document: Mapping[str, Any], folder: Path) -> BankConfig:
    """The bank of a JSON document; paths are relative to `folder`, amounts in yuan. Raises BadInput."""
    try:
        return BankConfig(
            name=document["name"],
            directory=folder / document["directory"],
            desk_keys=dict(document["desk_keys"]),
            accounts=tuple(
                AccountConfig(each["number"], each["holder"], parse_minor(each.get("opening", "0")))
                for each in document.get("accounts", ())
            ),
            planned=tuple(_planned(each) for each in document.get("planned", ())),
            faults=_faults(document.get("faults", {})),
            seed=int(document.get("seed", 1)),
            statement=document.get("statement", "csv"),
            peers=dict(document.get("peers", {})),
            port=int(document.get("port", 0)),
            clock=folder / document["clock"] if "clock" in document else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"the configuration of a simulated bank: {type(error).__name__} {error}") from None


def _planned(each: Mapping[str, Any]) -> PlannedPayment:
    known = {one.name for one in fields(PlannedPayment)} - {"at_us", "amount_minor"}
    texts = {name: str(each[name]) for name in known if name in each}
    return PlannedPayment(at_us=parse_instant(each["at"]), amount_minor=parse_minor(each["amount"]), **texts)


def _faults(each: Mapping[str, Any]) -> Faults:
    given = dict(each)
    shortest, longest = given.pop("delay_s", (0, 0))
    queries = given.pop("query_delay_s", None)
    of_queries = None if queries is None else (int(queries[0]), int(queries[1]))
    return Faults(delay_s=(int(shortest), int(longest)), query_delay_s=of_queries, **given)
