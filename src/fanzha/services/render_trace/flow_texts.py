"""What stands on a card and what a screen reader says of it, in the language of the view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from fanzha.services.render_trace.flow_cards import Card, FlowPicture, Stub
from fanzha.services.render_trace.flow_layout import CARD_WIDTH, Box
from fanzha.services.render_trace.flow_words import Language, Speech
from fanzha.services.render_trace.text_width import fitted, width_of
from fanzha.services.render_trace.trace_document import MethodTrace, TraceContext
from fanzha.services.render_trace.wording import EXITS, ICONS, REASONS, STATES, money_text

LEFT: Final = 13  # pixels from the card's edges to its text
RIGHT: Final = 7
ENGLISH_CARD_WIDTH: Final = 220  # the same words need more room
APART: Final = 6  # pixels between two texts of one line
LINE: Final = 17
STUB_LINE: Final = 16


@dataclass(frozen=True, slots=True)
class Pen:
    """What every part of the drawing needs to know."""

    trace: MethodTrace
    context: TraceContext
    picture: FlowPicture
    prefix: str  # of the ids, so that several pictures can stand in one page
    links: Mapping[str, str]  # card key → anchor in the page's tables
    speech: Speech

    @property
    def card_width(self) -> int:
        """The least width of a card in this language."""
        return CARD_WIDTH if self.speech.language is Language.CHINESE else ENGLISH_CARD_WIDTH

    @property
    def room(self) -> int:
        """The pixels that a card has for text."""
        return self.card_width - LEFT - RIGHT

    def money(self, minor: int) -> str:
        """An exact amount in the trace's currency."""
        return money_text(minor, self.trace.exponent)

    def name(self, account: str) -> str:
        """The holder's name, or nothing."""
        return self.context.names.get(account, "")

    def institution(self, account: str) -> str:
        """The institution, or nothing."""
        return self.context.institutions.get(account, "")

    def hop(self, column: int) -> str:
        """What a column is called."""
        return self.speech.say("hop", hop=column) if column else self.speech.say("victims")


def drawable(words: str) -> str:
    """A text for the markup: escaped, and without the control signs that no XML may have."""
    if not words.isprintable():
        words = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in words)
    return escape(words)


def sentence(pen: Pen, box: Box) -> str:
    """The card in one sentence, as a screen reader says it."""
    card, say = box.card, pen.speech.say
    if card.kind == "exit":
        return say("say_exit", kind=exit_words(pen, card), count=card.members, money=pen.money(card.incoming))
    if card.kind == "victim":
        victim = say("list").join(card.victims) or pen.name(card.code)
        return say("say_victim", victim=victim, account=card.code, money=pen.money(card.passed_on))
    parts = [
        _who(pen, card),
        say("say_in", money=pen.money(card.incoming)),
        say("say_out", money=pen.money(card.passed_on)),
    ]
    ends = (
        ("say_exited", card.exited - card.returned), ("say_returned", card.returned),
        ("say_unknown", card.unknown), ("say_held", card.held),
    )  # fmt: skip
    parts += [say(phrase, money=pen.money(minor)) for phrase, minor in ends if minor]
    if card.controlled and card.control:
        state = pen.speech.word(STATES, card.control)
        parts.append(say("say_controlled", state=state, money=pen.money(card.controlled)))
    known = card.stoppable_known
    parts.append(say("say_stoppable", money=pen.money(card.stoppable)) if known else say("say_stoppable_unknown"))
    if card.state == "part":
        parts.append(pen.speech.word(STATES, "part"))
    if card.shared:
        parts.append(say("say_shared", count=card.shared))
    return say("comma").join([*parts, *_lines_below(pen, box)])


def _who(pen: Pen, card: Card) -> str:
    say = pen.speech.say
    if card.kind != "account":
        return say("say_group", hop=pen.hop(card.column), group=title(pen, card, cut=False))
    return say(
        "say_account",
        hop=pen.hop(card.column),
        tail=pen.speech.tail(card.code),
        account=card.code,
        name=pen.name(card.code),
        institution=pen.institution(card.code),
    ).strip()


def texts(pen: Pen, box: Box) -> list[str]:
    """The lines of a card as markup."""
    card, line = box.card, box.y + 16
    if card.kind == "exit":
        return _exit_texts(pen, box)
    amount, icon = headline(card)
    if pen.picture.compact and card.kind not in {"victim", "other"}:
        money = pen.money(amount)
        room = pen.room - APART - width_of(money, bold=True)
        name = fitted(f"{icon} {title(pen, card, cut=False)}", room, bold=True)
        return [_left("main", line, name), _right("amount", line, money), *_below(pen, box, line)]
    head = title(pen, card)
    lines = [_left("main", line, head)]
    if card.kind == "account":
        room = pen.room - APART - width_of(head, bold=True)
        lines.append(_right("small end", line, fitted(pen.institution(card.code), room)))
    line += LINE
    lines.append(_left("small", line, fitted(_second(pen, card), pen.room)))
    line += LINE if box.tall else 0
    lines.append(_right("small end", line, _incoming(pen, card)))
    line += LINE
    money = pen.money(amount)
    words = fitted(f"{icon} {_state_words(pen, card)}", pen.room - APART - width_of(money, bold=True))
    lines += [_left("state", line, words), _right("amount", line, money)]
    return lines + _below(pen, box, line)


def needs_name_line(pen: Pen, card: Card) -> bool:
    """Whether the name and what came in do not fit one line."""
    if card.kind != "account" or pen.picture.compact:
        return False
    return width_of(_second(pen, card)) + APART + width_of(_incoming(pen, card)) > pen.room


def title(pen: Pen, card: Card, *, cut: bool = True) -> str:
    """What the card is called."""
    say = pen.speech.say
    if card.kind == "account":
        words = pen.speech.tail(card.code)
    elif card.kind == "victim":
        words = say("list").join(card.victims) or pen.name(card.code) or pen.speech.tail(card.code)
    elif card.kind == "institution":
        words = say("institution", name=card.code or say("no_institution"), count=card.members)
    else:
        words = say(card.kind, count=card.members)
    return fitted(words, pen.room, bold=True) if cut else words


def headline(card: Card) -> tuple[int, str]:
    """The amount that the card's state is about, and the state's sign."""
    amount = {
        "victim": card.passed_on,
        "stoppable": card.stoppable,
        "part": card.stoppable,
        "stopped_part": card.stoppable,
        "held": card.held,
        "stopped": card.controlled or card.held,
        "frozen": card.controlled or card.held,
        "unknown": card.unknown or card.held,
        "cashed": card.cashed or card.incoming,
        "returned": card.returned or card.incoming,
        "spent": card.exited or card.incoming,
        "gone": card.passed_on,
    }[card.state]
    return amount, ICONS[card.state]


def exit_words(pen: Pen, card: Card) -> str:
    """Where the money left."""
    table = REASONS if card.code == "counterparty_missing" else EXITS
    return pen.speech.word(table, card.code)


def stub_text(pen: Pen, stub: Stub) -> str:
    """Money that went back or sideways, and to whom."""
    target = pen.speech.tail(stub.account) if stub.account else pen.speech.say("several")
    words = pen.speech.say("back" if stub.back else "sideways")
    return f"{words} {pen.speech.headline(stub.traced, pen.trace.exponent)} → {target}"


def _state_words(pen: Pen, card: Card) -> str:
    """What the card's amount is; a held amount is never put under the word for the unknown."""
    if card.kind == "victim":
        return pen.speech.say("paid")
    if card.state == "part":
        return pen.speech.say("part_short")
    if card.kind == "account" and card.state == "unknown" and card.held and not card.unknown:
        return pen.speech.say("held_at_most" if pen.trace.leads_only else "held_unproven")
    return pen.speech.word(STATES, card.state)


def _second(pen: Pen, card: Card) -> str:
    if card.kind == "victim":
        number = "" if pen.speech.tail(card.code) in card.victims else pen.speech.tail(card.code)
        return f"{number} {pen.institution(card.code)}".strip()
    return pen.name(card.code) if card.kind == "account" else pen.speech.say("total")


def _incoming(pen: Pen, card: Card) -> str:
    return "" if card.kind == "victim" else pen.speech.say("in", money=pen.money(card.incoming))


def _exit_texts(pen: Pen, box: Box) -> list[str]:
    card, line = box.card, box.y + 16
    money, icon = pen.money(card.incoming), ICONS[card.state]
    if pen.picture.compact:
        head = fitted(f"{icon} {exit_words(pen, card)}", pen.room - APART - width_of(money, bold=True))
        return [_left("state", line, head), _right("amount", line, money)]
    count = pen.speech.say("payments", count=card.members)
    return [
        _left("state", line, fitted(f"{icon} {exit_words(pen, card)}", pen.room - APART - width_of(count))),
        _right("small end", line, count),
        _right("amount", line + LINE, money),
    ]


def _lines_below(pen: Pen, box: Box) -> list[str]:
    lines = [stub_text(pen, stub) for stub in box.stubs]
    if box.card.folded:
        lines.append(pen.speech.say("hidden_below", count=box.card.folded))
    return lines


def _below(pen: Pen, box: Box, line: int) -> list[str]:
    return [
        _left("stub", line + STUB_LINE * (place + 1), fitted(words, pen.room))
        for place, words in enumerate(_lines_below(pen, box))
    ]


def _left(kind: str, y: int, words: str) -> str:
    return f'<text class="{kind}" x="{LEFT}" y="{y}">{drawable(words)}</text>' if words else ""


def _right(kind: str, y: int, words: str) -> str:
    """A text that ends at the card's right edge, wherever that is."""
    return f'<text class="{kind}" x="100%" dx="-{RIGHT}" y="{y}">{drawable(words)}</text>' if words else ""
