"""Fields of forms: declared once, shown on a page, read from a form or from JSON; every error names its field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from functools import partial
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.core.identifiers import plain_identifier
from fanzha.core.money import DEFAULT_CURRENCY, parse_minor
from fanzha.core.spoken import spoken_amount, spoken_instant
from fanzha.core.time import SECOND_US, SHANGHAI, clock_text, parse_instant
from fanzha.web.asking import Form, Upload
from fanzha.web.words import N_, InBoth

Choices = Sequence[tuple[str, str]]  # value, words (to be translated)
TEXT_MAX: Final = 20_000
INSTITUTIONS: Final = "institutions"  # the list of those that are known, on a page whose field asks for it


@unique
class Kind(Enum):
    """What a field takes, and so how it is shown and read."""

    TEXT = "text"
    AREA = "area"
    AMOUNT = "amount"  # in yuan; read as minor units, from people as they say it
    INSTANT = "instant"  # Shanghai; read as microseconds, from people as they say it
    NUMBER = "number"  # of an account, a line, a document
    COUNT = "count"
    CHOICE = "choice"
    MANY = "many"  # any of the choices
    FLAG = "flag"
    FILES = "files"
    PASSWORD = "password"  # noqa: S105 - the kind of a field
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; its label and hint are put into the reader's language where they are shown."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    hint: str = ""
    choices: Choices = ()
    start: str = ""  # what stands there before anybody has written
    autocomplete: str = "off"
    listed: str = ""  # the id of a list on the page of what may be meant; anything else may be written too
    sample: Any = None  # what a rehearsal puts there
    one_of: bool = False  # of the fields so marked one at least is needed
    aside: bool = False  # seldom asked: folded until it is wrong or filled in
    vouches: bool = (
        False  # a tick for what stands in the form now: it is set anew whenever the form is shown or changed
    )


def table_choices(known: Iterable[Any]) -> Choices:
    """What a dated table has, by slug, in both languages as they stand there."""
    return tuple((one.slug, InBoth(one.zh, one.en)) for one in known)


class Faults(BadInput):
    """What is wrong with a form, field by field; nothing was done."""

    def __init__(self, faults: Mapping[str, str], values: Mapping[str, Any] | None = None) -> None:
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in faults.items()))
        self.faults = dict(faults)
        self.values = dict(values or {})  # what could be read, so that all else that is wrong is said at once


Values = Mapping[str, Any]


def read_fields(fields: Sequence[Field], form: Form, said_at_us: int | None = None) -> dict[str, Any]:
    """The values of a form by the kinds of its fields; what is left out is empty, None, False or ().

    said_at_us: when a person wrote it: 3万2 and 昨天17:05 are read as they are said on that day; None: a program wrote it,
    whose amounts and times have one form only. Raises Faults, which names every field that cannot be read.
    """
    readers = _READERS if said_at_us is None else {**_READERS, **_said_readers(said_at_us)}
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in fields:
        try:
            values[field.name] = readers[field.kind](field, form)
        except BadInput as error:
            faults[field.name] = str(error)
    if faults:
        raise Faults(faults, values)
    return values


def samples_of(fields: Sequence[Field]) -> dict[str, Any]:
    """Values with which a rehearsal fills a form: plausible words, the first of every choice."""
    return {field.name: _sample(field) for field in fields}


def _sample(field: Field) -> Any:
    if field.sample is not None:
        return field.sample
    if field.kind is Kind.CHOICE:
        return field.start or next((value for value, _ in field.choices if value), "")
    empty: Mapping[Kind, Any] = {
        Kind.FLAG: False, Kind.MANY: (), Kind.FILES: (), Kind.AMOUNT: None, Kind.INSTANT: None, Kind.COUNT: None,
    }  # fmt: skip
    return empty.get(field.kind, "演练用的理由说明")


def _text(field: Field, form: Form) -> str:
    found = form.text(field.name).replace("\r\n", "\n")
    if len(found) > TEXT_MAX:
        raise BadInput(N_("太长：请控制在两万字以内"))
    return _needed(field, found)


def _needed(field: Field, found: str) -> str:
    if field.required and not found:
        raise BadInput(N_("必填"))
    return found


def _number(field: Field, form: Form) -> str:
    return _needed(field, plain_identifier(form.text(field.name)))


def _amount(field: Field, form: Form) -> int | None:
    found = _needed(field, form.text(field.name))
    if not found:
        return None
    try:
        minor = parse_minor(found)
    except BadInput:
        raise BadInput(N_("请填写金额（元），如 38000 或 38,000.50")) from None
    if minor < 0:
        raise BadInput(N_("金额不能为负"))
    return minor


def _instant(field: Field, form: Form) -> int | None:
    found = _needed(field, form.text(field.name))
    try:
        return parse_instant(found) if found else None
    except BadInput:
        raise BadInput(N_("请填写时间：年-月-日 时:分:秒")) from None


def today_words(now_us: int) -> str:
    """Which day it is, beside the field of a time."""
    today = datetime.fromtimestamp(now_us // SECOND_US, SHANGHAI)
    return InBoth(
        f"今天 {today.month}月{today.day}日：13:52 即今天；或 昨天17:05",
        f"today is {today:%B} {today.day}: 13:52 and 1:52pm are today's; or yesterday 17:05",
    )


def time_examples(now_us: int) -> str:
    """What to write where a time was not understood; the whole date among the examples is today's."""
    day = clock_text(now_us)[:10]
    return InBoth(
        f"请填写时间，如 13:52、昨天17:05、下午5点 或 {day} 13:52:10",
        f"Write a time that can mean only one thing, such as 17:20, 5:20pm, yesterday 17:05 or {day} 13:52:10",
    )


def said_amount(text: str, currency: str = DEFAULT_CURRENCY) -> int:
    """An amount as people say it, in minor units: 38000, 3.8万, 3万2. Raises BadInput for what is none, or could be two."""
    try:
        return spoken_amount(text, currency)
    except BadInput:
        raise BadInput(N_("请填写金额（元），如 38000、3.8万 或 三万八千")) from None


def said_instant(text: str, now_us: int) -> int:
    """A time as people say it: 1352 is today's, 昨天17:05. Raises BadInput for what is none, or could be two."""
    try:
        return spoken_instant(text, now_us)
    except BadInput:
        raise BadInput(time_examples(now_us)) from None


def _said_readers(now_us: int) -> Mapping[Kind, Callable[[Field, Form], Any]]:
    def read(say: Callable[[str], int], field: Field, form: Form) -> int | None:
        found = _needed(field, form.text(field.name))
        return say(found) if found else None

    said_then = partial(said_instant, now_us=now_us)
    return {Kind.AMOUNT: partial(read, said_amount), Kind.INSTANT: partial(read, said_then)}


def _count(field: Field, form: Form) -> int | None:
    found = _needed(field, form.text(field.name))
    if found and not (found.isascii() and found.isdigit() and len(found) < 9):
        raise BadInput(N_("请填写整数"))
    return int(found) if found else None


def _choice(field: Field, form: Form) -> str:
    found = _needed(field, form.text(field.name))
    if found and field.choices and found not in {value for value, _ in field.choices}:
        raise BadInput(N_("请从列表中选择"))
    return found


def _many(field: Field, form: Form) -> tuple[str, ...]:
    found = form.all(field.name)
    if field.required and not found:
        raise BadInput(N_("至少选择一项"))
    if field.choices and not set(found) <= {value for value, _ in field.choices}:
        raise BadInput(N_("请从列表中选择"))
    return found


def _flag(field: Field, form: Form) -> bool:
    return form.text(field.name) in ("1", "on", "true", "yes")


def _files(field: Field, form: Form) -> tuple[Upload, ...]:
    found = tuple(form.files.get(field.name, ()))
    if field.required and not found:
        raise BadInput(N_("请选择文件"))
    return found


_READERS: Final[Mapping[Kind, Callable[[Field, Form], Any]]] = {
    Kind.TEXT: _text, Kind.AREA: _text, Kind.PASSWORD: _text, Kind.HIDDEN: _text, Kind.NUMBER: _number,
    Kind.AMOUNT: _amount, Kind.INSTANT: _instant, Kind.COUNT: _count, Kind.CHOICE: _choice, Kind.MANY: _many,
    Kind.FLAG: _flag, Kind.FILES: _files,
}  # fmt: skip
