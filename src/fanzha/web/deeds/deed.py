"""One deed, and carrying it out: from a form to the use case, whose refusals are told beside the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fanzha.core.actor import Actor, Role
from fanzha.services.desk.model import Desk
from fanzha.services.desk.rehearse import refusal_of
from fanzha.web.answers import Answer
from fanzha.web.console import Console
from fanzha.web.forms import Field, Values, samples_of
from fanzha.web.refusals import Trouble, headline_of, trouble_of
from fanzha.web.words import N_


@dataclass(frozen=True, slots=True)
class Doing:
    """What a deed is given: the desk, who acts, on which record, with which values."""

    desk: Desk
    console: Console
    actor: Actor
    id: str  # of the record; empty where the deed makes one
    values: Values
    version: int | None = None  # as it was read by who decides; None: whatever it is now
    request: str = ""  # the key by which a second press is the same command


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: where to go on, and what to say."""

    address: str
    told: str
    record: Any = None
    answer: Answer | None = None  # given at once in place of going on: a file, or a secret that is shown once


Around = Callable[[Console, Actor, str], Sequence[Field]]
Wrong = Callable[[Doing], Mapping[str, str]]  # of the values that could be read, each fault by its field
Review = Callable[[Console, Actor, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb on a kind of record: `/measures/{id}/approve` carries out `approve` of `measures`."""

    kind: str
    name: str
    label: str
    roles: frozenset[Role]
    carry_out: Callable[[Doing], Done]
    fields: tuple[Field, ...] = ()
    around: Around | None = None  # fields whose choices or first values depend on the record
    hint: str = ""  # what it means, said above the form
    template: str = "deed.html"
    press: str = N_("确定")
    rehearsed: bool = True  # False: it reads files or the ledger, and is tried only when it is done
    grave: bool = False  # a legal act: reviewed before it is done, never on a bare key
    review: Review | None = None  # what stands beside the form: what it acts upon, and what will happen
    wrong: Wrong | None = None  # what no single field tells: said together with what cannot be read

    @property
    def is_of_record(self) -> bool:
        """Whether it is done to a record that is there, or makes a new one."""
        return "new" not in self.name.split("-")

    def fields_for(self, console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
        """Its fields for a record."""
        return self.fields if self.around is None else tuple(self.around(console, actor, record_id))

    def trouble(self, console: Console, actor: Actor, record_id: str) -> Trouble | None:
        """What stands against it now; None where it can be done, or where only doing it can tell."""
        if not actor.roles & self.roles:
            return Trouble(headline_of("role"), "", "role", 403)
        if not self.rehearsed:
            return None
        doing = Doing(console.desk, console, actor, record_id, samples_of(self.fields_for(console, actor, record_id)))
        refusal = refusal_of(console.desk, lambda desk: self.carry_out(replace(doing, desk=desk)))
        return None if refusal is None else trouble_of(refusal)


@dataclass(frozen=True, slots=True)
class Able:
    """A deed as it stands for a record and a person."""

    deed: Deed
    record_id: str
    trouble: Trouble | None

    @property
    def address(self) -> str:
        """Of its form."""
        return f"/{self.deed.kind}/{self.record_id}/{self.deed.name}"


def able(deeds: Sequence[Deed], console: Console, actor: Actor, record_id: str) -> tuple[Able, ...]:
    """Each deed with the reason against it."""
    return tuple(Able(deed, record_id, deed.trouble(console, actor, record_id)) for deed in deeds)


def named(deeds: Sequence[Deed]) -> Mapping[str, Deed]:
    """The deeds by their names."""
    return {deed.name: deed for deed in deeds}
