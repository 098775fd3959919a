"""Whatever the bytes of a file are, reading gives a result whose rows add up, or says what is wrong."""

import io
import zipfile

import polars as pl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.core.errors import BadInput
from fanzha.intake import SourceFile, discover, explain_file, read_file

HEADER = ["交易卡号", "交易时间", "交易金额", "交易余额", "收付标志", "交易对手账卡号", "摘要说明", "交易流水号"]
ROWS = [
    ["6299990000000000001", "2026-01-02 03:04:05", "100.00", "900.00", "出", "6299990000000000002", "转账", "1"],
    ["6299990000000000001", "20260102030500", "1,234.56", "2134.56", "进", "", "工资", "2"],
] * 3
CANONICAL = (
    "at,payer,payee,amount,payer_balance_after,kind\n" + "2026-01-02 03:04:05,a,b,1.50,3,cash\n2026-01-03,b,,1,,\n" * 3
)
CAMT = (
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>'
    "<Acct><Id><IBAN>DE00</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    '<Ntry><Amt Ccy="EUR">1.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-02</Dt></BookgDt>'
    "</Ntry></Stmt></BkToCstmrStmt></Document>"
)
MT940 = ":20:REF\n:25:NL00\n:28C:1/1\n:60F:C260101EUR1000,00\n:61:2601020102C500,00NTRFX//B\n:86:a\n:62F:C260102EUR1500,00\n"


def text(separator=","):
    return "".join(separator.join(row) + "\n" for row in [HEADER, *ROWS])


def xlsx():
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream)
    sheet = workbook.add_worksheet("交易明细信息")
    for index, row in enumerate([HEADER, *ROWS]):
        sheet.write_row(index, 0, row)
    workbook.close()
    return stream.getvalue()


def xls():
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("s")
    for index, row in enumerate([HEADER, *ROWS]):
        for column, cell in enumerate(row):
            sheet.write(index, column, cell)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def parquet():
    stream = io.BytesIO()
    pl.DataFrame(
        {"at": ["2026-01-02"] * 3, "payer": ["a"] * 3, "payee": ["b"] * 3, "amount": [1.5, 2, 3]}
    ).write_parquet(stream)
    return stream.getvalue()


def zipped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/交易明细信息.csv", text())
        archive.writestr("b.csv", CANONICAL)
    return stream.getvalue()


SEEDS = {
    "交易明细信息.csv": text().encode("gb18030"),
    "交易明细信息.txt": text("\t").encode("utf-16"),
    "ledger.csv": CANONICAL.encode(),
    "a.xlsx": xlsx(),
    "a.xls": xls(),
    "a.parquet": parquet(),
    "a.xml": CAMT.encode(),
    "a.sta": MT940.encode(),
}
# A share of what the profile asks for: every example reads a file twice. Old workbooks start a process each time.
FEW = settings(max_examples=max(5, settings.default.max_examples // 5))
FEWEST = settings(max_examples=max(3, settings.default.max_examples // 25))
QUICK = sorted(set(SEEDS) - {"a.xls"})


def check(name, data):
    source = SourceFile(name, data)
    try:
        batch = read_file(source)
    except BadInput as error:
        assert str(error).startswith(f"{name}: ")  # noqa: PT017  both outcomes are right
    else:
        assert batch.rows == len(batch.quarantine) + sum(frame.height for frame in batch.facts.values())
        assert len({(row.sheet, row.row) for row in batch.quarantine}) == len(batch.quarantine)
    explain_file(source)


def change_bytes(name, data):
    seed = bytearray(SEEDS[name])
    changes = st.lists(st.tuples(st.integers(0, len(seed) - 1), st.integers(0, 255)), min_size=1, max_size=8)
    for place, value in data.draw(changes):
        seed[place] = value
    check(name, bytes(seed))


def cut_out_or_double(name, data):
    seed = SEEDS[name]
    start, end = sorted((data.draw(st.integers(0, len(seed))), data.draw(st.integers(0, len(seed)))))
    check(name, data.draw(st.sampled_from([seed[:start] + seed[end:], seed[:end] + seed[start:]])))


@FEW
@given(st.sampled_from(QUICK), st.binary(max_size=400), st.integers(0, 24))
def test_any_bytes_alone_or_behind_a_known_beginning(name, data, kept):
    check(name, SEEDS[name][:kept] + data)


@pytest.mark.parametrize("name", QUICK)
@FEW
@given(data=st.data())
def test_changed_bytes(name, data):
    change_bytes(name, data)


@pytest.mark.parametrize("name", QUICK)
@FEW
@given(data=st.data())
def test_bytes_cut_out_or_doubled(name, data):
    cut_out_or_double(name, data)


@pytest.mark.parametrize("damage", [change_bytes, cut_out_or_double])
@FEWEST
@given(data=st.data())
def test_old_workbooks_damaged(damage, data):
    damage("a.xls", data)


@FEW
@given(data=st.data())
def test_changed_archives(tmp_path_factory, data):
    seed = bytearray(zipped())
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(seed) - 1), st.integers(0, 255)), max_size=6)):
        seed[place] = value
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    path.write_bytes(bytes(seed))
    for source in discover([path]):
        if source.skipped is None and source.error is None:
            check(source.path, source.load())


cells = st.one_of(
    st.sampled_from(
        [
            "",
            "\t",
            "6.22E+18",
            "00000000",
            "进",
            "出",
            "O",
            "-5",
            "1,5",
            "合计",
            "无记录",
            "失败",
            '"',
            "\n",
            "交易时间",
            "0",
        ]
    ),
    st.text(max_size=8),
)


@FEW
@given(st.lists(st.lists(cells, min_size=1, max_size=len(HEADER) + 2), max_size=12), st.sampled_from(",\t;"))
def test_any_cells_under_a_known_header(rows, separator):
    lines = [separator.join(HEADER), *(separator.join(row) for row in rows), separator.join(ROWS[0])]
    check("交易明细信息.csv", "\n".join(lines).encode("utf-8", errors="replace"))
