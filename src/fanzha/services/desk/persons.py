"""Which persons a record names, wherever in it they stand: for masks, reveals and exports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Final

from fanzha.access import Field, Person
from fanzha.casework import AccountName, Claim, ClueKind, Contact, Loss, ReportedPayment, Reporter, VerifiedFields
from fanzha.casework import Clue as CaseClue
from fanzha.casework.governance import ControlDraft
from fanzha.casework.openings import OpeningDraft, OpeningKind, kind_of
from fanzha.casework.operations import Custody, CustodyStep, Identifier, IdentifierKind, Suspect
from fanzha.measures.model import FourFields, Request, Target, TargetKind
from fanzha.measures.orders import Answered, OnwardTransfer, Question
from fanzha.measures.return_plan import Award, Inflow, ReturnPlan

KEY_DIGITS: Final = 32
_LEAVES: Final = frozenset({str, int, bool, type(None)})


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a record names him; any part may be empty."""

    name: str = ""
    identity: str = ""
    account: str = ""
    phone: str = ""

    @property
    def key(self) -> str:
        """Tells persons apart without naming them: a hash of the surest sign that the record has of him.

        It hides nobody from whoever can try all numbers; it stands only where the data itself stands too.
        """
        sign = next((f"{kind}:{value}" for kind, value in self._signs if value), "")
        return hashlib.sha256(sign.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_DIGITS]

    @property
    def shown(self) -> tuple[Field, ...]:
        """What would be seen of him without a mask."""
        return tuple(kind for kind, value in self._signs if value)

    @property
    def _signs(self) -> tuple[tuple[Field, str], ...]:
        return (
            (Field.IDENTITY, self.identity), (Field.ACCOUNT, self.account), (Field.PHONE, self.phone),
            (Field.NAME, self.name),
        )  # fmt: skip


def persons_in(record: Any) -> tuple[Named, ...]:
    """Everybody whom the record names, each once, in the order in which they stand there."""
    return one_each(named for part in _parts(record) for named in _named(part))


def one_each(persons: Iterable[Named]) -> tuple[Named, ...]:
    """Each once; who is only named is left out where somebody of that name has a number too."""
    found = dict.fromkeys(named for named in persons if named.shown)
    numbered = {named.name for named in found if named.shown != (Field.NAME,)}
    return tuple(named for named in found if named.shown != (Field.NAME,) or named.name not in numbered)


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for one in value:
            yield from _parts(one)
    elif type(value) not in _LEAVES:
        kind: Any = type(value)
        names = _fields_of(kind)
        if names:
            yield value
        for name in names:
            yield from _parts(getattr(value, name))


@cache
def _fields_of(kind: Any) -> tuple[str, ...]:
    """The fields of a kind of record; a list of records asks thousands of times for the same few kinds."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _named(part: Any) -> tuple[Named, ...]:
    return _named_in_reports(part) or _named_in_measures(part)


def _named_in_reports(part: Any) -> tuple[Named, ...]:
    match part:
        case Reporter():
            return (Named(part.name, part.id_number, phone=part.phone),)
        case AccountName():
            return (Named(part.holder_name, account=part.number),)
        case Claim() | VerifiedFields():
            return (Named(part.holder_name, account=part.account),)
        case Loss() | ReportedPayment():
            return (Named(part.victim),)
        case Contact():
            return _of_clue(part.kind, part.value)
        case CaseClue():
            return _of_clue(part.kind, part.subject)
        case Person():
            return (Named(part.display_name),)
        case _:
            return _named_in_operations(part)


def _named_in_operations(part: Any) -> tuple[Named, ...]:
    match part:
        case Suspect():
            return (Named(part.name, part.id_number),)
        case Identifier():
            account = part.value if part.kind in {IdentifierKind.ACCOUNT, IdentifierKind.MERCHANT} else ""
            return (Named(account=account, phone=part.value if part.kind is IdentifierKind.PHONE else ""),)
        case ControlDraft():
            return (Named(account=part.account),)
        case OpeningDraft():
            account = "" if kind_of(part) is OpeningKind.LINE else part.number
            phone = part.number if kind_of(part) is OpeningKind.LINE else ""
            return (Named(part.opener.name, part.opener.id_number, account, phone), Named(part.opener.agent))
        case Custody() if part.step is CustodyStep.RETURN:
            return (Named(part.receiver),)
        case _:
            return ()


def _of_clue(kind: ClueKind, value: str) -> tuple[Named, ...]:
    if kind is ClueKind.ACCOUNT:
        return (Named(account=value),)
    return (Named(phone=value),) if kind is ClueKind.LINE else ()


def _named_in_measures(part: Any) -> tuple[Named, ...]:
    match part:
        case Target():
            return _of_target(part)
        case FourFields() | OnwardTransfer() | Question():
            return (Named(part.holder, account=part.account),)
        case Answered() | ReturnPlan():
            return (Named(account=part.account),)
        case Request():
            return (Named(part.beneficiary, account=part.payee),)
        case Award():
            return (Named(part.victim, account=part.pay_to),)
        case Inflow():
            return (Named(part.victim),)
        case _:
            return ()


def _of_target(target: Target) -> tuple[Named, ...]:
    match target.kind:
        case TargetKind.ACCOUNT:
            return (Named(target.holder, account=target.reference),)
        case TargetKind.LINE:
            return (Named(target.holder, phone=target.reference),)
        case TargetKind.PERSON:
            return (Named(target.holder, identity=target.reference),)
        case _:
            return (Named(target.holder),)
