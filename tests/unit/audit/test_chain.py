"""What a chain shows of what was done to it, and what never gets into it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.audit import (
    AuditEntry,
    AuditEvent,
    FindingKind,
    Head,
    Subject,
    canonical_bytes,
    check_signature,
    done,
    event_hash,
    fingerprint,
    head_document,
    read_head,
    refused,
    seal,
    sign_head,
    verify,
    without_numbers,
)
from fanzha.core.actor import Actor, Level, Role
from fanzha.core.errors import BadInput, NotAllowed, Refused
from fanzha.storage.signing_key import Ed25519Signer, Ed25519Verifier

OFFICER = Actor("officer-1", "city", Level.CITY, frozenset({Role.DUTY_OFFICER}))


def chain(length: int) -> list[AuditEvent]:
    events, head = [], Head()
    for n in range(length):
        entry = done(OFFICER, 1000 + n, "measure.approve", Subject("measure", f"M{n}"), details={"amount_minor": n})
        events.append(seal(entry, head))
        head = Head(events[-1].seq, events[-1].hash)
    return events


def found(events, head=None, stored=None) -> list:
    return [(one.kind, one.first_seq, one.last_seq) for one in verify(events, head, stored=stored).findings]


def test_the_bytes_of_an_event_are_fixed():
    entry = AuditEntry(
        at_us=1, actor="a", organisation="o", action="case.open", reason="立案", details={"z": True, "b": 2}
    )
    assert canonical_bytes(entry, 1, "0" * 64).decode() == (
        'fanzha-audit/1\n{"action":"case.open","actor":"a","at_us":1,"case":"","details":{"b":2,"z":true},'
        '"organisation":"o","outcome":"done","previous_hash":"' + "0" * 64 + '","reason":"立案","seq":1,'
        '"subject_id":"","subject_kind":""}'
    )
    assert event_hash(entry, 1, "0" * 64) == "7ca60b3cd33f247d9b22918238ec20cb6ca1d1a24363806a6a9bc33976c61fca"


TEXTS = st.text(max_size=12)
DETAILS = st.dictionaries(TEXTS, TEXTS | st.integers() | st.booleans(), max_size=4)


@given(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), st.integers(), DETAILS | st.dictionaries(TEXTS, TEXTS))
def test_the_bytes_are_those_of_an_encoder_of_json_whatever_somebody_put_into_a_row(texts, at_us, details):
    actor, action, case, reason = texts
    encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for at in (at_us, str(at_us), None, 1.5):  # SQLite takes anything in any column
        entry = AuditEntry(
            at_us=at, actor=actor, organisation="", action=action, case=case, reason=reason, details=details
        )
        document = {
            "action": action, "actor": actor, "at_us": at, "case": case, "details": details, "organisation": "",
            "outcome": "done", "previous_hash": reason, "reason": reason, "seq": 7, "subject_id": "", "subject_kind": "",
        }  # fmt: skip
        wanted = b"fanzha-audit/1\n" + encoder.encode(document).encode("utf-8", "surrogatepass")
        assert canonical_bytes(entry, 7, reason) == wanted


def test_a_refusal_names_its_rule():
    entry = refused(OFFICER, 5, "measure.approve", Subject("measure", "M1"), NotAllowed("four_eyes", "二人审批"))
    assert (entry.outcome, entry.details, entry.reason) == ("refused", {"rule": "four_eyes"}, "二人审批")
    assert refused(OFFICER, 5, "a.b", Subject("x", "y"), Refused("no")).details == {"rule": "Refused"}


WHOLE = chain(6)
END = Head(6, WHOLE[-1].hash)


@pytest.mark.parametrize(
    ("events", "head", "wanted"),
    [
        (WHOLE, None, []),
        (WHOLE, END, []),
        (WHOLE, Head(3, WHOLE[2].hash), []),
        ([], None, []),
        ([replace(one, reason="x") if one.seq == 4 else one for one in WHOLE], END, [(FindingKind.CHANGED, 4, 4)]),
        (WHOLE[:2] + WHOLE[4:], END, [(FindingKind.MISSING, 3, 4)]),
        (WHOLE[2:], END, [(FindingKind.MISSING, 1, 2)]),
        (WHOLE[:4], END, [(FindingKind.CUT_OFF, 5, 6)]),
        ([], END, [(FindingKind.CUT_OFF, 1, 6)]),
        ([*WHOLE[:3], WHOLE[1], *WHOLE[3:]], END, [(FindingKind.UNEXPECTED, 2, 2)]),
    ],
)
def test_what_was_done_to_the_chain_is_named(events, head, wanted):
    assert found(events, head) == wanted
    assert found(events, head, stored=END if head == END else None) == wanted


def test_a_row_that_was_sealed_again_does_not_fit_the_next_one():
    forged = seal(replace_entry(WHOLE[2], actor="nobody"), Head(2, WHOLE[1].hash))
    assert found([*WHOLE[:2], forged, *WHOLE[3:]]) == [(FindingKind.CHANGED, 3, 3)]


def test_a_chain_that_was_written_anew_does_not_lead_to_the_signed_head():
    events, head = WHOLE[:2], Head(2, WHOLE[1].hash)
    for one in WHOLE[2:]:
        events = [*events, seal(replace_entry(one, actor="nobody"), head)]
        head = Head(events[-1].seq, events[-1].hash)
    assert found(events, stored=head) == []
    assert found(events, END) == [(FindingKind.REWRITTEN, 6, 6)]


def test_the_stores_own_head_tells_of_rows_put_behind_it():
    assert found(WHOLE, stored=Head(4, WHOLE[3].hash)) == [(FindingKind.UNEXPECTED, 5, 6)]
    assert found(WHOLE[:5], stored=END) == [(FindingKind.CUT_OFF, 6, 6)]


def test_findings_have_an_end():
    check = verify([replace(one, at_us=0) for one in chain(300)])
    assert (len(check.findings), check.more, check.intact) == (100, True, False)


def replace_entry(event: AuditEvent, **changes) -> AuditEntry:
    names = (
        "at_us",
        "actor",
        "organisation",
        "action",
        "outcome",
        "subject_kind",
        "subject_id",
        "case",
        "reason",
        "details",
    )
    return AuditEntry(**{**{name: getattr(event, name) for name in names}, **changes})


# --- personal data ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("账号6299991234567890，户主已核实", "账号***7890，户主已核实"),
        ("138 0000 1234 来电", "***1234 来电"),
        ("身份证 11010119000101001X", "身份证 ***001X"),
        ("2026-03-01 13:52:10 入账 50000.00 元", "2026-03-01 13:52:10 入账 50000.00 元"),
        ("CASE-1K7Q2M0XA-7G3N9TQB", "CASE-1K7Q2M0XA-7G3N9TQB"),
        ("CASE-123456789-12345678", "CASE-123456789-12345678"),
        ("京公〔2026〕12345号", "京公〔2026〕12345号"),
    ],
)
def test_long_numbers_are_masked_and_nothing_else(text, clear):
    assert without_numbers(text) == clear
    sealed = seal(
        AuditEntry(at_us=1, actor="a", organisation="", action="a.b", reason=text, details={"t": text}), Head()
    )
    assert (sealed.reason, sealed.details["t"]) == (clear, clear)


def test_an_instant_is_nobodys_number_and_stays_whatever_its_type():
    told = {
        "told_at_us": "1795600860000000",
        "until_us": 1795600860000000,
        "at_us": "6299991234567890 钱",
        "at": "6299991234567890",
    }
    sealed = seal(AuditEntry(at_us=1, actor="a", organisation="", action="clock.warn", details=told), Head())
    assert sealed.details == told | {"at_us": "***7890 钱", "at": "***7890"}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("due:review:1766293200000000", True),  # as a case's running time is named
        ("warn:review_verifying:1766293200000000", True),
        ("due:review:6299990000000017", False),  # a card's number
        ("due:review:17662932000000001", False),
        ("1766293200000000", False),
    ],
)
def test_the_instant_in_the_name_of_a_mark_stays_and_no_number_does(value, kept):
    for name in ("mark", "note"):
        entry = AuditEntry(at_us=1, actor="a", organisation="", action="clock.warn", details={name: value})
        assert (seal(entry, Head()).details[name] == value) is (kept and name == "mark")


@given(st.text())
def test_masking_twice_is_masking_once_and_anything_can_be_sealed(text):
    once = without_numbers(text)
    assert without_numbers(once) == once
    event = seal(AuditEntry(at_us=1, actor="a", organisation="", action="a.b", reason=text), Head())
    assert "\0" not in event.reason
    assert verify([event]).intact


def test_a_fingerprint_compares_and_does_not_tell():
    assert fingerprint(" 模拟张三 ", b"key") == fingerprint("模拟张三", b"key")
    assert fingerprint("模拟张三", b"key") != fingerprint("模拟张三", b"other")


# --- the signed head --------------------------------------------------------------------------------------------------


def test_a_head_is_signed_exported_and_checked(tmp_path):
    signer = Ed25519Signer.from_file(tmp_path / "keys" / "audit.pem")
    assert Ed25519Signer.from_file(tmp_path / "keys" / "audit.pem").key_id == signer.key_id
    verifier = Ed25519Verifier({signer.key_id: signer.public_key})
    signed = read_head(head_document(sign_head(END, 1_772_000_000_123_456, signer.key_id, signer.sign)))
    check_signature(signed, verifier.genuine)
    for forged in (
        replace(signed, head=Head(5, END.hash)),
        replace(signed, at_us=signed.at_us + 1),
        replace(signed, key_id="unknown"),
    ):
        with pytest.raises(Refused, match="not genuine"):
            check_signature(forged, verifier.genuine)
    (tmp_path / "keys" / "audit.pem").chmod(0o644)
    with pytest.raises(BadInput, match="chmod 600"):
        Ed25519Signer.from_file(tmp_path / "keys" / "audit.pem")
    (tmp_path / "keys" / "audit.pem").chmod(0o600)
    (tmp_path / "keys" / "audit.pem").write_text("no key")
    with pytest.raises(BadInput, match="cannot be read"):
        Ed25519Signer.from_file(tmp_path / "keys" / "audit.pem")


@pytest.mark.parametrize(
    ("field", "value"),
    [("count", -1), ("count", True), ("hash", "x"), ("signed_at", 5), ("key", None), ("signature", "z")],
)
def test_a_head_that_cannot_be_read_is_told(field, value):
    document = head_document(sign_head(END, 1, "k", lambda _: b"s"))
    with pytest.raises(BadInput):
        read_head({**document, field: value})
