"""The routes of deeds: a form that says what will happen and why it may not, and its being carried out, once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from fanzha.core.errors import BadInput, FanzhaError, NotFound
from fanzha.services.desk.match_institution import known_institutions
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask, Form
from fanzha.web.deeds.deed import Deed, Doing
from fanzha.web.forms import INSTITUTIONS, Faults, Field, read_fields
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import EVERYBODY_HERE, Route
from fanzha.web.words import N_


def routes_of(deeds: Sequence[Deed]) -> tuple[Route, ...]:
    """Two addresses for each deed: its form, and doing it."""
    routes: list[Route] = []
    for deed in deeds:
        address = f"/{deed.kind}/{{record_id:str}}/{deed.name}" if deed.is_of_record else f"/{deed.kind}/{deed.name}"
        # Whoever has not the role is told so by the form, as he is told of every other rule.
        routes.append(Route("GET", address, _named(partial(_ask_for, deed), f"form_{deed.name}"), EVERYBODY_HERE))
        routes.append(Route("POST", address, _named(partial(_do, deed), f"do_{deed.name}"), EVERYBODY_HERE))
    return tuple(routes)


def _named(answer: partial[Answer], name: str) -> partial[Answer]:
    answer.__name__ = name  # type: ignore[attr-defined]
    return answer


def _ask_for(deed: Deed, ask: Ask) -> Answer:
    """The form, with what a link wrote into it beforehand."""
    record_id = ask.path.get("record_id", "")
    against = deed.trouble(ask.console, ask.officer, record_id)
    fields = deed.fields_for(ask.console, ask.officer, record_id)
    begun = tuple(replace(field, start=ask.query.get(field.name, field.start)) for field in fields)
    return _form(deed, ask, begun, against=against, version=ask.query.get("version", ""))


def _do(deed: Deed, ask: Ask) -> Answer:
    """Carries it out; what a rule says against it stands above the form, which keeps what was written."""
    record_id = ask.path.get("record_id", "")
    fields = deed.fields_for(ask.console, ask.officer, record_id)
    version = ask.form.text("version")
    try:
        done = deed.carry_out(_doing(deed, ask, fields))
    except Faults as faults:
        headline = N_("请改正标出的项目；尚未提交，已填内容都在")
        trouble = Trouble(headline, "", status=422)
        return _form(deed, ask, _kept(fields, ask.form), trouble=trouble, faults=faults.faults, version=version)
    except NotFound:
        raise
    except FanzhaError as error:
        return _form(deed, ask, _kept(fields, ask.form), trouble=trouble_of(error), version=version)
    return done.answer or GoTo(done.address, done.told)


def _doing(deed: Deed, ask: Ask, fields: Sequence[Field]) -> Doing:
    """What the form says. Raises Faults with everything that is wrong with it, whether one field tells it or several."""
    values, faults = _read(fields, ask)
    doing = Doing(
        ask.console.desk, ask.console, ask.officer, ask.path.get("record_id", ""), values,
        version=_version(ask.form.text("version")), request=ask.form.text("request"),
    )  # fmt: skip
    if deed.wrong is not None:
        faults = {**deed.wrong(doing), **faults}
    if faults:
        raise Faults(faults)
    return doing


def _read(fields: Sequence[Field], ask: Ask) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """What can be read, and what is wrong with the rest by field."""
    try:
        return read_fields(fields, ask.form, ask.console.desk.clock.now_us()), {}
    except Faults as faults:
        return faults.values, faults.faults


def _version(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit()):
        raise BadInput(f"version {text!r} is no number")
    return int(text) if text else None


def _kept(fields: Sequence[Field], form: Form) -> tuple[Field, ...]:
    """The fields with what was written into them."""
    return tuple(replace(field, start="\n".join(form.fields.get(field.name, ()))) for field in fields)


def listed_names(ask: Ask, fields: Sequence[Field]) -> tuple[str, ...]:
    """The institutions to choose from, where a field asks for one; those that orders reach stand first."""
    asked = any(field.listed == INSTITUTIONS for field in fields)
    return known_institutions(ask.console.desk, ask.officer).names if asked else ()


def _form(
    deed: Deed,
    ask: Ask,
    fields: Sequence[Field],
    *,
    against: Trouble | None = None,
    trouble: Trouble | None = None,
    faults: dict[str, str] | None = None,
    version: str = "",
) -> Answer:
    context: dict[str, Any] = {
        "deed": deed, "fields": fields, "record_id": ask.path.get("record_id", ""), "against": against,
        "trouble": trouble, "faults": faults or {}, "version": version,
        "request": ask.form.text("request") or secrets.token_urlsafe(12), "listed": listed_names(ask, fields),
    }  # fmt: skip
    if deed.review is not None:
        context |= deed.review(ask.console, ask.officer, context["record_id"])
    return Page(deed.template, context, 200 if trouble is None else trouble.status)
