"""What an officer writes to choose for a return: values for every account, or ACCOUNT=VALUE for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.core.identifiers import number_ending
from fanzha.core.money import exponent_of, parse_minor
from fanzha.measures.return_plan import WAYS, Base, Branches
from fanzha.services.desk.return_figures import ReturnFigures
from fanzha.services.desk.return_planning import AccountChoice, ReturnWanted

ENDING_MIN: Final = 4  # so many last digits name an account, where only one ends so


@dataclass(frozen=True, slots=True)
class Typed:
    """The options of a plan as they were typed."""

    only: Sequence[str] | None = None
    branch: Sequence[str] | None = None
    base: Sequence[str] | None = None
    why: Sequence[str] | None = None
    others: Sequence[str] | None = None
    pay_to: Sequence[str] | None = None
    compensated: Sequence[str] | None = None


def wanted_of(case: str, typed: Typed, figures: ReturnFigures, planned: Sequence[str] = ()) -> ReturnWanted:
    """What is to be planned; planned: the accounts of the return that is planned anew.

    Raises BadInput where an account, a branch, a base or an amount makes no sense.
    """
    frozen = [account for account, _ in figures.accounts]
    accounts = [_account(text, frozen) for text in typed.only or ()] or list(planned) or frozen
    known = [*dict.fromkeys([*accounts, *frozen])]
    by_account = {
        name: _by_account(values or (), known)
        for name, values in (
            ("branch", typed.branch), ("base", typed.base), ("why", typed.why), ("others", typed.others)
        )
    }  # fmt: skip
    if len(accounts) > 1 and "" in by_account["others"]:
        raise BadInput(
            f"--third-parties {by_account['others']['']}: there are {len(accounts)} accounts; "
            "write ACCOUNT=YUAN for each that holds others' money"
        )
    choices = tuple(_choice(account, by_account, figures) for account in accounts)
    return ReturnWanted(
        case,
        choices if any([typed.only, typed.branch, typed.base, typed.why, typed.others]) else (),
        dict(_pair(text, "VICTIM=ACCOUNT") for text in typed.pay_to or ()),
        {victim: parse_minor(yuan) for victim, yuan in (_pair(t, "VICTIM=YUAN") for t in typed.compensated or ())},
    )


def _choice(account: str, by_account: dict[str, dict[str, str]], figures: ReturnFigures) -> AccountChoice:
    def said(name: str) -> str:
        return by_account[name].get(account, by_account[name].get("", ""))

    currency = next((currency for number, currency in figures.accounts if number == account), "")
    return AccountChoice(
        account,
        branches_of(said("branch")) if said("branch") else None,
        _base(said("base")) if said("base") else None,
        said("why"),
        parse_minor(said("others"), exponent_of(currency)) if said("others") else None,
    )


def branches_of(text: str) -> Branches:
    """The way that a text names. Raises BadInput where it names none."""
    way = next((way for way in WAYS if "+".join(way) == text.strip()), None)
    if way is None:
        raise BadInput(f"{text!r} is no way to return; there are {', '.join('+'.join(way) for way in WAYS)}")
    return way


def _base(text: str) -> Base:
    try:
        return Base(text.strip())
    except ValueError:
        raise BadInput(f"{text!r} is no base; there are {', '.join(Base)}") from None


def _by_account(values: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """By account; under no name what holds for all."""
    found: dict[str, str] = {}
    for text in values:
        head, sign, tail = text.partition("=")
        if sign and head.strip().isalnum() and any(account.endswith(head.strip()) for account in known):
            found[_account(head, known)] = tail.strip()
        else:
            found[""] = text.strip()
    return found


def _account(text: str, known: Sequence[str]) -> str:
    number = text.replace(" ", "")
    if number in known:
        return number
    ending = [account for account in known if len(number) >= ENDING_MIN and account.endswith(number)]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise BadInput(f"{len(ending)} frozen accounts end with {number_ending(number)}; give the whole number")
    return number  # the plan says that it is not frozen


def _pair(text: str, form: str) -> tuple[str, str]:
    head, sign, tail = text.partition("=")
    if not sign or not head.strip() or not tail.strip():
        raise BadInput(f"{text!r}: write {form}")
    return head.strip(), tail.strip()
