"""What stands on a card and what a screen reader says of it, in the language of the view."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from fanzha.core.time import format_instant
from fanzha.services.render_trace.flow_cards import Card, FlowPicture, Stub
from fanzha.services.render_trace.flow_layout import CARD_WIDTH, FULL_FLOOR, LINE, STUB_LINE, Box
from fanzha.services.render_trace.flow_words import Language, Speech
from fanzha.services.render_trace.text_width import fitted, width_of
from fanzha.services.render_trace.trace_document import MethodTrace, TraceContext
from fanzha.services.render_trace.wording import EXITS, ICONS, REASONS, STATES, clock, money_text

LEFT: Final = 13  # pixels from the card's edges to its text
RIGHT: Final = 7
ENGLISH_CARD_WIDTH: Final = 220  # the same words need more room
APART: Final = 6  # pixels between two texts of one line


@dataclass(frozen=True, slots=True)
class Pen:
    """What every part of the drawing needs to know."""

    trace: MethodTrace
    context: TraceContext
    picture: FlowPicture
    prefix: str  # of the ids, so that several pictures can stand in one page
    links: Mapping[str, str]  # card key → anchor in the page's tables
    speech: Speech
    steps: tuple[int, ...] = ()  # instants of playback; none where nothing is played
    paper: bool = False  # drawn for paper alone: nobody can reach its cards
    acts: bool = False  # the page can stop what a card says can be stopped

    def when(self, first_us: int | None, settled_us: int | None) -> str:
        """For playback: with which step a part appears, and with which its figures are the last, if that is later."""
        if not self.steps or first_us is None:
            return ""
        first = bisect_left(self.steps, first_us) + 1
        last = len(self.steps) + 1 if settled_us is None else bisect_left(self.steps, settled_us) + 1
        return f' data-t="{first}"' + (f' data-z="{last}"' if last > first else "")

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
    money = pen.money(amount)
    room = pen.room - APART - width_of(money, bold=True)
    if pen.picture.compact and card.kind not in {"victim", "other"} and box.height < _full_height(pen, card):
        name = fitted(f"{icon} {title(pen, card, cut=False)}", room, bold=True)
        return [_left("main", line, name), _right("amount", line, money), *_below(pen, box, line)]
    lines = _who_lines(pen, box)
    line += LINE * (1 + box.tall)
    for left, right in _pairs(pen, card):
        lines.append(_left("small sum", line + LINE, left))
        line += LINE if _side_by_side(pen, left, right) else 2 * LINE
        lines.append(_right("small end sum", line, right))
    line += LINE
    lines += [_left("state", line, fitted(f"{icon} {_state_words(pen, card)}", room)), _right("amount", line, money)]
    lines += _below(pen, box, line)
    line += STUB_LINE * len(_lines_below(pen, box))
    if _can_act(pen, card) and line + LINE < box.y + box.height:
        line += LINE
        lines.append(_right("act", line, pen.speech.say("act_stop")))
    return lines + _share_lines(pen, box, line)


def _who_lines(pen: Pen, box: Box) -> list[str]:
    """Whose account it is, at which institution, and what came in."""
    card, line = box.card, box.y + 16
    head = title(pen, card)
    lines = [_left("main", line, head)]
    if card.kind == "account":
        room = pen.room - APART - width_of(head, bold=True)
        lines.append(_right("small end", line, fitted(pen.institution(card.code), room)))
    incoming = _incoming(pen, card)
    room = pen.room if box.tall else pen.room - APART - width_of(incoming)
    lines.append(_left("small", line + LINE, fitted(_second(pen, card), room)))
    lines.append(_right("small end sum", line + LINE * (1 + box.tall), incoming))
    return lines


def _outgoing(pen: Pen, card: Card) -> str:
    return pen.speech.say("out", money=pen.money(card.passed_on + card.exited))


def _held(pen: Pen, card: Card) -> str:
    """What is left of the traced money; where all of it is lost from sight nobody knows, and that is no 0."""
    unseen = not card.held and (card.frontier or card.unknown)
    return pen.speech.say("left", money=pen.speech.say("unknown_amount") if unseen else pen.money(card.held))


def _pairs(pen: Pen, card: Card) -> tuple[tuple[str, str], ...]:
    """What went out and what is left; and what the bank said is there, with when it said so."""
    if card.kind == "victim":
        return ()
    passed = (_outgoing(pen, card), _held(pen, card))
    balance = pen.context.balances.get(card.key)
    if balance is None or card.kind != "account":
        return (passed,)
    at = clock(format_instant(balance.at_us))[5:16]
    return passed, (pen.speech.say("at_bank", money=pen.money(balance.amount)), at)


def _side_by_side(pen: Pen, left: str, right: str) -> bool:
    return width_of(left) + APART + width_of(right) <= pen.room


def _can_act(pen: Pen, card: Card) -> bool:
    return pen.acts and card.kind == "account" and card.stoppable > 0 and card.state != "part"


def _share_lines(pen: Pen, box: Box, line: int) -> list[str]:
    """In a card that is taller than its text: what the bar along its edge is cut into, as far as there is room."""
    card = box.card
    if card.kind == "victim":
        return []
    said = {card.state, "stoppable" if card.state == "stopped_part" else ""}
    shares = [(name, minor) for name, minor in shares_of(card) if minor]
    parts = [(name, minor) for name, minor in shares if name not in said]
    room = (box.y + box.height - line - STUB_LINE // 2) // STUB_LINE
    lines = []
    for place, (name, minor) in enumerate(parts[: max(0, room)] if len(shares) > 1 else ()):
        y, money = line + STUB_LINE * (place + 1), pen.money(minor)
        words = fitted(f"{ICONS[name]} {pen.speech.word(STATES, name)}", pen.room - APART - width_of(money))
        lines += [_left("small sum", y, words), _right("small end sum", y, money)]
    return lines


def shares_of(card: Card) -> tuple[tuple[str, int], ...]:
    """What became of a card's money, in the order in which it is always drawn."""
    return (
        ("part" if card.state == "part" else "stoppable", card.stoppable),
        (card.control or "stopped", card.controlled),
        ("held", max(0, card.held - card.stoppable - card.controlled)),
        ("returned", card.returned),
        ("spent", card.exited - card.returned),
        ("unknown", card.unknown),
        ("gone", card.passed_on if card.kind != "victim" else 0),
    )


def lines_more(pen: Pen) -> Mapping[str, int]:
    """How many lines cards have besides those that every card has: wide amounts, a bank's balance, what can be done."""
    full = (
        {"other"} if pen.picture.compact else {"account", "other", "chain", "same_amount", "same_window", "institution"}
    )
    found = {card.key: _more(pen, card) for card in pen.picture.cards if card.kind in full}
    return {key: lines for key, lines in found.items() if lines}


def _more(pen: Pen, card: Card) -> int:
    pairs = _pairs(pen, card)
    below = sum(1 if _side_by_side(pen, *pair) else 2 for pair in pairs)
    return max(0, below - 1) + _can_act(pen, card)


def _full_height(pen: Pen, card: Card) -> int:
    return FULL_FLOOR + LINE * _more(pen, card)


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
