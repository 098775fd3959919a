"""From a clue to a fact, and from a fact to what an order or a list may carry: there is no other way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import CLUE_TABLE, ClueStep, next_status
from fanzha.casework.model import CheckedField, Clue, ClueKind, Document, Fact, FieldCheck, VerifiedFields
from fanzha.casework.policy import check_clue_step, check_live, check_person, check_reason, check_same_body
from fanzha.casework.rules import FactRules
from fanzha.casework.words import in_words
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.core.identifiers import plain_identifier
from fanzha.core.ids import Ids

FOLLOW_ON_HOP: Final = 2  # from here on the four fields come from a bank


@dataclass(frozen=True, slots=True)
class OrderTarget:
    """The account that an order names, with the fact that it rests on."""

    fact: str
    holder_name: str
    account: str
    institution: str
    amount_minor: int
    currency: str
    at_us: int


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account as a list carries it, with the fact that it rests on."""

    fact: str
    holder_name: str
    account: str
    institution: str


def checks_by(actor: Actor, document: Document, now_us: int) -> tuple[FieldCheck, ...]:
    """The four checks of an officer who read all fields in one document; several documents: write the checks out."""
    return tuple(FieldCheck(field, document, actor.id, now_us) for field in CheckedField)


def verify_clue(
    clue: Clue,
    fields: VerifiedFields,
    checks: tuple[FieldCheck, ...],
    rules: FactRules,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    hop: int = 1,
    reason: str = "",
    standing: Sequence[Fact] = (),
    elsewhere: Sequence[Fact] = (),
    another: bool = False,
    latest_us: int | None = None,
) -> tuple[Clue, Fact, Events]:
    """The fact that 户名, 账号, 金额 and 时间 of a payment stand so in a document that an officer looked at.

    reason: why the victim's payment went to another account than the clue names. standing: the clue's facts so far.
    elsewhere: the facts on the account of the case's other clues. another: it is a payment of its own, however like one of them.
    latest_us: up to when the document's clock may say that it was paid; None: up to now.

    Raises NotAllowed when a field was not checked or is empty, the document is not enough at this hop, the account is
    another one and nobody says why, or each of the victim's payments that the clue is about has its fact already.
    """
    if clue.kind is not ClueKind.ACCOUNT:
        raise NotAllowed(
            "fact.account",
            f"{clue.id} is about a {in_words(clue.kind)}: only an account has the four fields; "
            "confirm it by a finding (fanzha clue confirm)",
        )
    check_clue_step(clue, actor, ClueStep.VERIFY, now_us)
    fields = replace(fields, account=plain_identifier(fields.account))  # one account, however the slip spaces it
    _check_fields(clue, fields, now_us if latest_us is None else latest_us)
    _check_documents(checks, rules, hop)
    if hop < FOLLOW_ON_HOP:
        _check_account(clue, fields, reason)
        _check_first(clue, standing)
        if not another:
            _check_not_again(fields, standing, elsewhere)
    after = next_status(CLUE_TABLE, clue.stage, ClueStep.VERIFY, clue.id)
    fact = Fact(
        id=ids.new("FACT"),
        version=0,
        organisation=clue.organisation,
        clue=clue.id,
        fields=fields,
        checks=checks,
        hop=hop,
        verified_by=actor.id,
        verified_at_us=now_us,
    )
    documents = " ".join(sorted({f"{check.document.kind}:{check.document.reference}" for check in checks}))
    events = (
        work_event(
            EventKind.CLUE_VERIFIED, clue.id, actor, now_us, ids, before=clue.stage, after=after,
            fact=fact.id, corrected=_corrected(clue, fields), reason=reason.strip(),
        ),
        work_event(EventKind.FACT_MADE, fact.id, actor, now_us, ids, clue=clue.id, hop=hop, documents=documents),
    )  # fmt: skip
    return replace(clue, stage=after, facts=(*clue.facts, fact.id)), fact, events


def follow_on_fact(
    clue: Clue,
    fields: VerifiedFields,
    checks: tuple[FieldCheck, ...],
    rules: FactRules,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    hop: int,
    latest_us: int | None = None,
) -> tuple[Clue, Fact, Events]:
    """The fact that the money of a clue went on so, by a bank's own receipt or statement; the clue stays at its stage.

    The bank says it, so that whoever took its paper in may note it, and the machine what came by wire.
    Raises NotAllowed for a victim's own payment, which an officer verifies, and as `verify_clue`.
    """
    check_same_body(actor, clue)
    check_live(clue)
    if hop < FOLLOW_ON_HOP:
        raise NotAllowed("fact.hop", f"{clue.id}: what the victim paid is verified by an officer, not taken over")
    _check_fields(clue, fields, now_us if latest_us is None else latest_us)
    _check_documents(checks, rules, hop)
    fact = Fact(ids.new("FACT"), 0, clue.organisation, clue.id, fields, checks, hop, actor.id, now_us)
    documents = " ".join(sorted({f"{check.document.kind}:{check.document.reference}" for check in checks}))
    event = work_event(EventKind.FACT_MADE, fact.id, actor, now_us, ids, clue=clue.id, hop=hop, documents=documents)
    return replace(clue, facts=(*clue.facts, fact.id)), fact, (event,)


def _check_fields(clue: Clue, fields: VerifiedFields, latest_us: int) -> None:
    empty = [
        name
        for name, value in (
            ("户名", fields.holder_name), ("账号", fields.account), ("开户机构", fields.institution),
        )
        if not value.strip()
    ]  # fmt: skip
    if fields.amount_minor <= 0:
        empty.append("金额")
    if empty:
        raise NotAllowed(
            "fact.four_fields",
            f"{clue.id}: {', '.join(empty)} not there; a fact (事实) has all four fields: read them in the document",
        )
    if fields.at_us > latest_us:
        raise NotAllowed("fact.time", f"{clue.id}: 交易时间 lies in the future; read it in the document again")


def _check_account(clue: Clue, fields: VerifiedFields, reason: str) -> None:
    """An order must not hit an account that nobody reported because somebody mistyped it."""
    if clue.subject and _is_number(clue) and plain_identifier(clue.subject) != fields.account and not reason.strip():
        raise NotAllowed(
            "fact.other_account",
            f"{clue.id} is about another account than the one verified; say by a reason why the document names that one",
        )
    if reason.strip():
        check_reason(reason, f"verifying {clue.id}")


def _is_number(clue: Clue) -> bool:
    """Where no claim knows an account, a clue is called by the name of its holder."""
    return any(claim.account for claim in clue.claims) or not clue.claims


def _check_first(clue: Clue, standing: Sequence[Fact]) -> None:
    made = [fact.id for fact in standing if fact.hop < FOLLOW_ON_HOP and fact.withdrawn_at_us is None]
    if len(made) >= max(len(clue.claims), 1):
        raise NotAllowed(
            "fact.made",
            f"{clue.id} is verified by {', '.join(made)} already; "
            "if that turned out wrong, withdraw it first (fanzha clue withdraw-fact)",
        )


def _check_not_again(fields: VerifiedFields, standing: Sequence[Fact], elsewhere: Sequence[Fact]) -> None:
    """One payment is one fact: read a second time, or put right without withdrawing the first, it would count twice."""
    when = fields.account, fields.currency, fields.at_us
    alike = [
        *(fact for fact in standing if (fact.fields.account, fact.fields.currency, fact.fields.at_us) == when),
        *(
            fact
            for fact in elsewhere
            if (fact.fields.account, fact.fields.currency, fact.fields.at_us) == when
            and fact.fields.amount_minor == fields.amount_minor
        ),
    ]
    made = [fact.id for fact in alike if fact.hop < FOLLOW_ON_HOP and fact.withdrawn_at_us is None]
    if made:
        raise NotAllowed(
            "fact.again",
            f"{', '.join(made)} is of a payment into the account at that instant: is it the same? if it was misread, withdraw "
            "it first (fanzha clue withdraw-fact); if two payments came at one instant, say that it is another (--another)",
        )


def _corrected(clue: Clue, fields: VerifiedFields) -> str:
    """Which fields the document says otherwise than every claim of the clue: people mistype what they are robbed of."""
    said: dict[str, tuple[str | int, set[str] | set[int | None]]] = {
        "account": (fields.account, {plain_identifier(claim.account) for claim in clue.claims}),
        "holder_name": (fields.holder_name, {claim.holder_name for claim in clue.claims}),
        "amount": (fields.amount_minor, {claim.amount_minor for claim in clue.claims}),
    }
    return " ".join(name for name, (value, claimed) in said.items() if claimed - {"", None} and value not in claimed)


def _check_documents(checks: tuple[FieldCheck, ...], rules: FactRules, hop: int) -> None:
    if hop < 1:
        raise NotAllowed("fact.hop", f"hop {hop}: the victim's own payment is hop 1")
    enough = rules.first_hop if hop == 1 else rules.later_hops
    for check in checks:
        if check.document.kind not in enough:
            raise NotAllowed(
                "fact.document",
                f"{in_words(check.field)} at hop {hop} cannot be checked against a {in_words(check.document.kind)}; "
                f"it needs a {' or a '.join(sorted(map(in_words, enough)))}",
            )
        if not check.document.reference.strip():
            raise NotAllowed("fact.document", f"{in_words(check.field)}: name the document that it was checked against")


def withdraw_fact(fact: Fact, reason: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Fact, Events]:
    """A fact that turned out wrong is withdrawn, never erased; what was ordered on it must be looked at again."""
    check_same_body(actor, fact)
    check_person(actor, f"withdrawing {fact.id}")
    check_reason(reason, f"withdrawing {fact.id}")
    if fact.withdrawn_at_us is not None:
        return fact, ()
    event = work_event(EventKind.FACT_WITHDRAWN, fact.id, actor, now_us, ids, clue=fact.clue, reason=reason)
    return replace(fact, withdrawn_at_us=now_us, withdrawn_reason=reason), (event,)


def unverify_clue(clue: Clue, facts: Sequence[Fact], actor: Actor, now_us: int, ids: Ids) -> tuple[Clue, Events]:
    """The clue after a fact of it was withdrawn: without any that stands, a verified one is to be verified anew.

    facts: all that were made of it. What was acted on stays so; it is reopened by itself where it must be.
    """
    stands = any(fact.withdrawn_at_us is None for fact in facts)
    after = CLUE_TABLE[clue.stage][ClueStep.UNVERIFY]
    if stands or after is None or clue.merged_into:
        return clue, ()
    withdrawn = " ".join(fact.id for fact in facts)
    event = work_event(
        EventKind.CLUE_UNVERIFIED, clue.id, actor, now_us, ids, before=clue.stage, after=after, facts=withdrawn
    )
    return replace(clue, stage=after), (event,)


def check_is_fact(fact: object) -> Fact:
    """What the types say, said again at run time: a clue or a claim is no fact, nor is one that was withdrawn."""
    if not isinstance(fact, Fact):
        raise NotAllowed(
            "fact.needed",
            f"a {type(fact).__name__.lower()} is unverified; "
            "an order or a list needs a fact (事实): verify its four fields first",
        )
    if fact.withdrawn_at_us is not None:
        raise NotAllowed("fact.withdrawn", f"{fact.id} was withdrawn: {fact.withdrawn_reason}")
    return fact


def order_target_of(fact: Fact) -> OrderTarget:
    """What an order may name."""
    fields = check_is_fact(fact).fields
    return OrderTarget(
        fact.id, fields.holder_name, fields.account, fields.institution,
        fields.amount_minor, fields.currency, fields.at_us,
    )  # fmt: skip


def listed_account_of(fact: Fact) -> ListedAccount:
    """What a list may carry."""
    fields = check_is_fact(fact).fields
    return ListedAccount(fact.id, fields.holder_name, fields.account, fields.institution)
