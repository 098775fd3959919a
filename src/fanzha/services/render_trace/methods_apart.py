"""How the methods of a trace differ, in words: in all, and on the accounts where they disagree most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.services.render_trace.flow_words import Language, Speech
from fanzha.services.render_trace.trace_document import (
    AccountTrace,
    MethodTrace,
    TraceContext,
    TraceDocument,
    left_to_stop,
)
from fanzha.services.render_trace.wording import METHODS, STATES, money_text

ACCOUNTS_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class MethodFigure:
    """What one method finds on an account, or in all; minor units."""

    method: str
    held: int
    stoppable: int | None  # what no measure of this case holds yet; None where nobody knows


@dataclass(frozen=True, slots=True)
class AccountApart:
    """An account on which the methods disagree, the working method's figure first."""

    account: str
    figures: tuple[MethodFigure, ...]
    spread: int  # between the most and the least that a method finds held or stoppable there


@dataclass(frozen=True, slots=True)
class MethodsApart:
    """The methods side by side."""

    totals: tuple[MethodFigure, ...]  # the working method first
    accounts: tuple[AccountApart, ...]  # all that differ, the widest apart first
    sentence: str


def methods_apart(
    document: TraceDocument, context: TraceContext, language: Language, currency: str = ""
) -> MethodsApart:
    """How held and stoppable amounts differ by method, of those methods that say how much.

    The first method is the working one; `currency` is its own where nothing is said.
    """
    money = [method for method in document.methods if method.balance is not None and not method.leads_only]
    wanted = currency or (money[0].currency if money else "")
    methods = [method for method in money if method.currency == wanted]
    totals = tuple(
        MethodFigure(
            method.method,
            sum(account.held for account in method.accounts),
            stoppable_by(method, context),
        )
        for method in methods
    )
    accounts = _accounts(methods, context)
    sentence = _sentence(methods, totals, accounts, (context, Speech(language))) if len(methods) > 1 else ""
    return MethodsApart(totals, accounts, sentence)


def stoppable_by(method: MethodTrace, context: TraceContext) -> int:
    """What one method finds that can still be stopped, as far as it is known: what the view of that method says."""
    return sum(left_to_stop(account, context.controls.get(account.account)) or 0 for account in method.accounts)


def _accounts(methods: Sequence[MethodTrace], context: TraceContext) -> tuple[AccountApart, ...]:
    by_method = [{account.account: account for account in method.accounts} for method in methods]
    names = sorted({name for accounts in by_method for name in accounts})
    found = []
    for name in names:
        figures = tuple(
            _figure(method.method, accounts.get(name), context)
            for method, accounts in zip(methods, by_method, strict=True)
        )
        spread = max(_spread([figure.held for figure in figures]), _spread([figure.stoppable for figure in figures]))
        if spread:
            found.append(AccountApart(name, figures, spread))
    return tuple(sorted(found, key=lambda apart: (-apart.spread, apart.account)))


def _figure(method: str, account: AccountTrace | None, context: TraceContext) -> MethodFigure:
    if account is None:
        return MethodFigure(method, 0, 0)
    return MethodFigure(method, account.held, left_to_stop(account, context.controls.get(account.account)))


def _spread(amounts: Sequence[int | None]) -> int:
    known = [amount for amount in amounts if amount is not None]
    return max(known) - min(known) if known else 0


def _sentence(
    methods: Sequence[MethodTrace],
    totals: Sequence[MethodFigure],
    accounts: Sequence[AccountApart],
    about: tuple[TraceContext, Speech],
) -> str:
    speech, exponent = about[1], methods[0].exponent
    if not accounts:
        return speech.say("methods_same")
    working, *others = totals
    first = speech.say(
        "methods_total",
        working=speech.word(METHODS, working.method),
        money=money_text(working.stoppable or 0, exponent),
        others=speech.say("comma").join(_beside(figure, working, exponent, speech) for figure in others),
    )
    named = speech.say("semicolon").join(_named(apart, exponent, about) for apart in accounts[:ACCOUNTS_NAMED])
    rest = len(accounts) - ACCOUNTS_NAMED
    parts = [first, speech.say("methods_account", accounts=named)]
    parts += [speech.say("methods_rest", count=rest)] if rest > 0 else []
    return speech.say("sentence_gap").join(parts)


def _beside(figure: MethodFigure, working: MethodFigure, exponent: int, speech: Speech) -> str:
    more = (figure.stoppable or 0) - (working.stoppable or 0)
    phrase = "methods_more" if more > 0 else "methods_less"
    difference = speech.say(phrase, money=money_text(abs(more), exponent)) if more else speech.say("methods_equal")
    return speech.say(
        "methods_other",
        method=speech.word(METHODS, figure.method),
        money=money_text(figure.stoppable or 0, exponent),
        difference=difference,
    )


def _named(apart: AccountApart, exponent: int, about: tuple[TraceContext, Speech]) -> str:
    """The account and its figures; methods that find the same share one."""
    context, speech = about
    stoppable = _spread([figure.stoppable for figure in apart.figures]) == apart.spread
    groups: dict[int | None, list[str]] = {}
    for figure in apart.figures:
        amount = figure.stoppable if stoppable else figure.held
        groups.setdefault(amount, []).append(speech.word(METHODS, figure.method))
    word = speech.word(STATES, "stoppable" if stoppable else "held")
    figures = speech.say("comma").join(
        speech.say(
            "methods_figure",
            method=speech.say("list").join(names),
            word=word,
            money=speech.say("unknown_amount") if amount is None else money_text(amount, exponent),
        )
        for amount, names in groups.items()
    )
    who = f"{speech.tail(apart.account)} {context.institutions.get(apart.account, '')}".strip()
    return speech.say("methods_each", account=who, figures=figures)
