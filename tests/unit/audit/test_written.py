"""What a deed tells of the records that it wrote."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fanzha.audit import AuditEntry, Head, Written, said, seal, with_written, written_by


def entry(**changes) -> AuditEntry:
    return AuditEntry(at_us=1, actor="a", organisation="o", action="case.open", **changes)


HEXADECIMAL = st.text("0123456789", min_size=32, max_size=32) | st.text("0123456789abcdef", min_size=32, max_size=32)


@given(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1),
    st.integers(0, 2**62),
    HEXADECIMAL,
    HEXADECIMAL | st.just(""),
)
def test_what_was_written_comes_back_out_of_the_sealed_row_even_where_all_digits_are_decimal(
    given_id, version, now, before
):
    written = Written("measures", given_id, version, now, before)
    (told,) = with_written([entry(details={"number": "6299990000000000017"})], [written])
    sealed = seal(told, Head())
    assert list(written_by(sealed)) == [written]
    assert said(sealed) == {"number": "***0017"}


def test_the_last_entry_of_a_commit_tells_and_without_entries_nothing_is_told():
    written = [Written("cases", "C", 1, "a" * 32), Written("cases", "D", 2, "b" * 32, "a" * 32)]
    first, last = with_written([entry(), entry(reason="x")], written)
    assert not list(written_by(first))
    assert list(written_by(last)) == written
    assert with_written([], written) == ()


def test_of_a_record_stored_several_times_in_one_commit_the_last_version_follows_the_one_before():
    written = [Written("cases", "C", version, f"{version:032x}", f"{version - 1:032x}") for version in (9, 10, 11)]
    (told,) = with_written([entry()], [*written, Written("cases", "D", 1, "d" * 32)])
    assert list(written_by(told)) == [
        Written("cases", "C", 11, f"{11:032x}", f"{8:032x}"),
        Written("cases", "D", 1, "d" * 32),
    ]


def test_what_makes_no_sense_is_left_out():
    bad = {"wrote:": "xa", "wrote:cases/C@x": "xa", "wrote:cases@1": "xa", "wrote:cases/C@1": 5, "wrote:cases/D@1": "a"}
    assert not list(written_by(entry(details=bad)))
