"""Reports that are the same matter told twice, and payees that several reports name: found, and offered for merging."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fanzha.casework.model import Clue, Report, ReportedPayment
from fanzha.casework.rules import DuplicateRules, Sign


@dataclass(frozen=True, slots=True)
class LookUpKey:
    """Something that a duplicate would share, as a hash, so that an index of keys tells nobody's data."""

    sign: Sign
    sha256: str


@dataclass(frozen=True, slots=True)
class DuplicateOffer:
    """Two reports that may be one, the older first, with what they share; an officer decides."""

    kept: str
    absorbed: str
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class RepeatPayee:
    """An account that several reports name: their clues may be one, their cases a series."""

    account: str
    institution: str
    reports: tuple[str, ...]
    victims: int
    payments: int
    total_minor: tuple[tuple[str, int], ...]  # by currency, of the payments whose amount is known


def look_up_keys(report: Report, rules: DuplicateRules) -> frozenset[LookUpKey]:
    """The keys by which a store finds candidates; every pair that is offered shares one, not every pair that shares one."""
    keys = {(Sign.PAYEE, _account(payment.payee.number)) for payment in report.payments}
    keys |= {(Sign.SERIAL, _bare(payment.serial)) for payment in report.payments}
    keys.add((Sign.SOURCE_REFERENCE, _source(report)))
    keys.add((Sign.ID_NUMBER, _bare(report.reporter.id_number)))
    keys.add((Sign.PHONE, phone_digits(report.reporter.phone)))
    keys.add((Sign.NARRATIVE, narrative_hash(report.narrative, rules.narrative_length_min)))
    return frozenset(LookUpKey(sign, _sha256(value)) for sign, value in keys if value)


def reporter_keys(number: str) -> frozenset[LookUpKey]:
    """The keys under which a store has the reports of whoever has this telephone or identity number."""
    keys = {(Sign.ID_NUMBER, _bare(number)), (Sign.PHONE, phone_digits(number))}
    return frozenset(LookUpKey(sign, _sha256(value)) for sign, value in keys if value)


def find_duplicates(report: Report, candidates: Iterable[Report], rules: DuplicateRules) -> tuple[DuplicateOffer, ...]:
    """Offers to merge the report with others, strongest first: those that share enough by the table."""
    offers = []
    for other in candidates:
        if other.id == report.id or other.merged_into or report.merged_into:
            continue
        signs = shared_signs(report, other, rules)
        if any(together <= signs for together in rules.enough):
            older, newer = sorted((report, other), key=lambda one: (one.received_at_us, one.id))
            offers.append(DuplicateOffer(older.id, newer.id, tuple(sorted(signs))))
    return tuple(sorted(offers, key=lambda offer: (-len(offer.signs), offer.kept, offer.absorbed)))


def shared_signs(one: Report, other: Report, rules: DuplicateRules) -> frozenset[Sign]:
    """What two reports have in common; what is missing is shared by nobody."""
    pairs = {
        Sign.SOURCE_REFERENCE: (_source(one), _source(other)),
        Sign.ID_NUMBER: (_bare(one.reporter.id_number), _bare(other.reporter.id_number)),
        Sign.PHONE: (phone_digits(one.reporter.phone), phone_digits(other.reporter.phone)),
        Sign.NARRATIVE: (
            narrative_hash(one.narrative, rules.narrative_length_min),
            narrative_hash(other.narrative, rules.narrative_length_min),
        ),
    }
    signs = {sign for sign, (left, right) in pairs.items() if left and left == right}
    for paid in one.payments:
        for again in other.payments:
            signs |= _shared_by_payments(paid, again, rules)
    return frozenset(signs)


def _shared_by_payments(paid: ReportedPayment, again: ReportedPayment, rules: DuplicateRules) -> set[Sign]:
    signs = set()
    payee = _account(paid.payee.number)
    if payee and payee == _account(again.payee.number):
        signs.add(Sign.PAYEE)
    payer = _account(paid.payer.number)
    if payer and payer == _account(again.payer.number):
        signs.add(Sign.PAYER)
    if paid.amount_minor is not None and (paid.amount_minor, paid.currency) == (again.amount_minor, again.currency):
        signs.add(Sign.AMOUNT)
    serial = _bare(paid.serial)
    if serial and serial == _bare(again.serial) and Sign.AMOUNT in signs:  # banks count anew: a serial alone is chance
        signs.add(Sign.SERIAL)
    times = (paid.at_us, again.at_us)
    close = None not in times and abs((paid.at_us or 0) - (again.at_us or 0)) <= rules.payment_us
    if close and {Sign.PAYEE, Sign.AMOUNT} <= signs:
        signs.add(Sign.PAYMENT)
    return signs


def repeat_payees(reports: Iterable[Report]) -> tuple[RepeatPayee, ...]:
    """The payee accounts that at least two reports name, those of most reports first; merged reports count once."""
    named: dict[str, list[tuple[Report, ReportedPayment]]] = {}
    for report in reports:
        if report.merged_into:
            continue
        for payment in report.payments:
            if number := _account(payment.payee.number):
                named.setdefault(number, []).append((report, payment))
    found = []
    for number, paid in named.items():
        ids = tuple(dict.fromkeys(report.id for report, _ in paid))
        if len(ids) < 2:
            continue
        total: Counter[str] = Counter()
        for _, payment in paid:
            total[payment.currency] += payment.amount_minor or 0
        victims = {(report.reporter.id_number or report.id, payment.victim) for report, payment in paid}
        institution = next((payment.payee.institution for _, payment in paid if payment.payee.institution), "")
        found.append(RepeatPayee(number, institution, ids, len(victims), len(paid), tuple(sorted(total.items()))))
    return tuple(sorted(found, key=lambda payee: (-len(payee.reports), payee.account)))


def repeat_clues(clues: Iterable[Clue]) -> tuple[DuplicateOffer, ...]:
    """Clues about one account (line, site) that may be one: each later one offered for merging into the oldest."""
    about: dict[tuple[str, str], list[Clue]] = {}
    for clue in clues:
        if not clue.merged_into and (subject := _account(clue.subject)):
            about.setdefault((clue.kind, subject), []).append(clue)
    offers = []
    for together in about.values():
        oldest, *later = sorted(together, key=lambda clue: (clue.received_at_us, clue.id))
        offers += [DuplicateOffer(oldest.id, clue.id, (Sign.PAYEE,)) for clue in later]
    return tuple(offers)


def narrative_hash(narrative: str, length_min: int) -> str:
    """SHA-256 of the letters and digits alone, wide and narrow alike; empty where the text is too short to be a sign."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKC", narrative).casefold() if sign.isalnum())
    return _sha256(bare) if len(bare) >= length_min else ""


def phone_digits(phone: str) -> str:
    """The digits of a telephone number without the country's code 86."""
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", phone) if sign.isascii() and sign.isdigit())
    return digits[-11:] if len(digits) > 11 and digits.removeprefix("00").startswith("86") else digits


def _account(number: str) -> str:
    bare = _bare(number)
    return "" if "*" in bare else bare  # a masked number is nobody's in particular


def _source(report: Report) -> str:
    reference = _bare(report.source_reference)
    sender = report.reporter.institution or report.channel
    return f"{sender}:{reference}" if reference else ""


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").upper()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
