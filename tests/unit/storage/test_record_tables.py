"""Every kind of record of work can be kept: it comes back from its body as it was, and gives its keys."""

from __future__ import annotations

import warnings
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from fanzha.casework import CheckedField, Document, Fact, FieldCheck
from fanzha.core.errors import BadInput
from fanzha.ports.record_query import Query
from fanzha.ports.work_tables import TABLES
from fanzha.storage.record_codec import RecordCodec

# Who makes a record refuses a value that is no number, which would not even equal itself.
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))


def checked_facts():
    """Facts refuse to be made without a check of each of the four fields."""
    documents = st.from_type(Document)
    checks = st.tuples(*(st.builds(FieldCheck, st.just(one), documents, st.just("officer")) for one in CheckedField))
    return st.builds(Fact, checks=checks)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_record_of_each_kind_comes_back_and_gives_its_keys(table):
    codec = RecordCodec(table)

    @settings(max_examples=3, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data())
    def comes_back(data):
        try:
            record = data.draw(checked_facts() if table.record is Fact else st.from_type(table.record))
            body = codec.encode(record)
        except BadInput:  # a NUL, a number beyond 64 bits
            reject()
        assert codec.decode(body) == record
        for key in table.keys:
            assert isinstance(key.value(record), str | int)
        for term in table.terms:
            assert all(isinstance(value, str) for value in term.values(record))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        comes_back()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_is_declared_of_a_table_holds_together(table):
    names = set(table.key_names)
    assert len(names) == len(table.keys)
    assert {"id", "version", "body"}.isdisjoint(names)
    for index in (*table.indexes, *table.unique, *((*partial.names, partial.key) for partial in table.partial)):
        assert set(index) - {"id"} <= names
        assert index[-1] in names
    for key in table.keys:
        table.check(Query(order_by=key.name))


def test_a_damaged_body_is_told():
    codec = RecordCodec(TABLES[0])
    with pytest.raises(BadInput, match="damaged"):
        codec.decode('{"id": 5}')
