"""Each payment into an account stands once: what was verified for the statement that it confirms."""

from __future__ import annotations

from dataclasses import replace

from fanzha.casework import Claim, Clue, Fact
from fanzha.casework.model import CheckedField, ClueKind, Document, DocumentKind, FieldCheck, VerifiedFields
from fanzha.services.desk.payments_said import payments_said

HOLDER, ACCOUNT, BANK = "模拟·钱二", "6299990000000000017", "模拟银行"


def stated(name: str, amount_minor: int, at_us: int) -> Claim:
    return Claim(name, f"R-{name}", HOLDER, ACCOUNT, BANK, amount_minor, "CNY", at_us, amount_minor)


def verified(name: str, amount_minor: int, at_us: int) -> Fact:
    document = Document(DocumentKind.TRANSFER_SLIP, "模拟凭证")
    checks = tuple(FieldCheck(field, document, "duty", 9) for field in CheckedField)
    return Fact(name, 0, "CITY", "C1", VerifiedFields(HOLDER, ACCOUNT, BANK, amount_minor, at_us), checks, 1, "duty", 9)


def rows(facts, claims):
    clue = Clue("C1", 0, "CITY", "CITY", ClueKind.ACCOUNT, ACCOUNT, 1, claims=tuple(claims))
    found = payments_said(facts, (clue,))
    return [(one.fact and one.fact.id, one.claim and one.claim.id) for one in found]


def test_a_verified_payment_wins_over_its_statement():
    assert rows([verified("F1", 500, 7)], [stated("S1", 500, 7), stated("S2", 900, 8)]) == [("F1", "S1"), (None, "S2")]


def test_two_equal_payments_need_two_facts():
    assert rows([verified("F1", 500, 7)], [stated("S1", 500, 7), stated("S2", 500, 7)]) == [("F1", "S1"), (None, "S2")]


def test_what_was_corrected_or_withdrawn_confirms_nothing():
    withdrawn = replace(verified("F2", 900, 8), withdrawn_at_us=10, withdrawn_reason="模拟")
    found = rows([verified("F1", 501, 7), withdrawn], [stated("S1", 500, 7), stated("S2", 900, 8)])
    assert found == [("F1", None), ("F2", None), (None, "S1"), (None, "S2")]
