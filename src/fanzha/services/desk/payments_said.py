"""The payments into an account, each once: what was verified stands for the statement that it confirms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanzha.casework import Claim, Clue, Fact


@dataclass(frozen=True, slots=True)
class PaymentSaid:
    """A payment: verified, with the statement it confirms where there is one; or only stated."""

    clue: str
    fact: Fact | None
    claim: Claim | None


def payments_said(facts: Iterable[Fact], clues: Sequence[Clue]) -> tuple[PaymentSaid, ...]:
    """Every payment once, the verified first.

    A fact confirms one statement of its own clue with the same amount and instant; a withdrawn one confirms none.
    """
    left = {clue.id: list(clue.claims) for clue in clues}
    verified = tuple(PaymentSaid(fact.clue, fact, _confirmed(fact, left.get(fact.clue, []))) for fact in facts)
    return verified + tuple(PaymentSaid(clue.id, None, claim) for clue in clues for claim in left[clue.id])


def _confirmed(fact: Fact, claims: list[Claim]) -> Claim | None:
    """The statement that the fact confirms, taken out of those that are left."""
    if fact.withdrawn_at_us is not None:
        return None
    wanted = (fact.fields.amount_minor, fact.fields.currency, fact.fields.at_us)
    found = next((one for one in claims if (one.amount_minor, one.currency, one.at_us) == wanted), None)
    if found is not None:
        claims.remove(found)
    return found
