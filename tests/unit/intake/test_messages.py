"""camt.053 and MT940: entries, running balances where the statement confirms them, and what is put aside."""

import pytest

from fanzha.core.errors import BadInput
from fanzha.core.time import parse_instant
from fanzha.records import TransferKind

ENTRY = (
    '<Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{extra}<Sts>{status}</Sts>'
    "<BookgDt>{at}</BookgDt><AcctSvcrRef>R</AcctSvcrRef>"
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>X</Cd><SubFmlyCd>{code}</SubFmlyCd></Fmly></Domn></BkTxCd>"
    "<NtryDtls>{details}</NtryDtls></Ntry>"
)
PAYMENT = (
    '<TxDtls><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><RltdPties><Cdtr><Pty><Nm>{name}</Nm></Pty></Cdtr>'
    "<CdtrAcct><Id><IBAN>{number}</IBAN></Id></CdtrAcct></RltdPties><RmtInf><Ustrd>rent</Ustrd></RmtInf></TxDtls>"
)


def entry(**cells):
    row = {"amount": "10.50", "side": "CRDT", "extra": "", "status": "<Cd>BOOK</Cd>", "code": "ESCT", "details": "",
           "at": "<DtTm>2026-01-02T10:00:00+01:00</DtTm>"} | cells  # fmt: skip
    return ENTRY.format(**row)


def message(*entries, version="08", opening="100.00", closing=None):
    balances = [("OPBD", opening), ("CLBD", closing)]
    shown = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt></Bal>"
        for code, amount in balances if amount is not None
    )  # fmt: skip
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-01-03T00:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>"
        "<FrToDt><FrDtTm>2026-01-01T00:00:00+08:00</FrDtTm><ToDtTm>2026-01-31T23:59:59+08:00</ToDtTm></FrToDt>"
        "<Acct><Id><IBAN>DE00</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>模拟甲</Nm></Ownr>"
        f"<Svcr><FinInstnId><Nm>模拟银行</Nm></FinInstnId></Svcr></Acct>{shown}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    )


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "10", "12", "13"])
def test_camt_in_every_version(read, version):
    status = "BOOK" if version in {"02", "04", "06"} else "<Cd>BOOK</Cd>"
    text = message(
        entry(status=status), entry(side="DBIT", amount="0.50", status=status), version=version, closing="110.00"
    )
    batch = read(text, "a.xml")
    columns = (
        "sheet",
        "row",
        "account",
        "direction",
        "amount_minor",
        "currency",
        "balance_minor",
        "at_us",
        "institution",
    )
    at = parse_instant("2026-01-02 17:00:00")
    assert batch.facts["entries"].select(columns).rows() == [
        ("S1", 1, "DE00", 1, 1050, "EUR", 11050, at, "模拟银行"), ("S1", 2, "DE00", -1, 50, "EUR", 11000, at, "模拟银行"),
    ]  # fmt: skip
    [window] = batch.windows
    assert (window.account, window.from_us, window.to_us) == (
        "DE00",
        parse_instant("2026-01-01"),
        parse_instant("2026-02-01") - 1,
    )


def test_camt_kinds_reversals_pending_batches_and_balances_that_do_not_add_up(read):
    parts = [{"amount": "4.00", "side": "DBIT", "name": "模拟乙", "number": "DE01"},
             {"amount": "6.00", "side": "DBIT", "name": "模拟丙", "number": "DE02"}]  # fmt: skip
    text = message(
        entry(code="CWDL", side="DBIT"),
        entry(extra="<RvslInd>true</RvslInd>"),
        entry(status="<Cd>PDNG</Cd>"),
        entry(side="DBIT", amount="10.00", details="".join(PAYMENT.format(**part) for part in parts)),
        entry(at="<Dt>2026-01-05</Dt>", amount="1.234"),
        closing="1.00",
    )
    batch = read(text, "a.xml")
    entries = batch.facts["entries"]
    assert entries.select("row", "kind", "amount_minor", "counterparty", "counterparty_name").rows() == [
        (1, TransferKind.CASH, 1050, None, None), (2, TransferKind.REVERSAL, 1050, None, None),
        (4, 0, 400, "DE01", "模拟乙"), (4, 0, 600, "DE02", "模拟丙"),
    ]  # fmt: skip
    assert entries["balance_minor"].null_count() == 4
    assert [(row.row, row.reason) for row in batch.quarantine] == [(3, "not_booked"), (5, "amount_decimals")]
    assert any("no running balance" in note for note in batch.notes)


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>',
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"></Document>',
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkTo',
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"></Document>',
    ],
)
def test_xml_that_is_no_statement(read, text):
    with pytest.raises(BadInput):
        read(text, "a.xml")
    with pytest.raises(BadInput):
        read(text.encode("utf-16"), "a.xml")


MT940 = (
    ":20:REF\n:25:BANK/NL00BANK0123456789\n:28C:1/1\n:60F:C260101EUR1000,00\n"
    ":61:2601020102C500,00NTRFNONREF//B1\n:86:166?00GUTSCHRIFT?20Miete?30BANKXX?31DE001234?32模拟乙\n"
    ":61:2601030103RD20,00NTRFNONREF//B2\n:86:Example\n{more}:62F:C260103EUR{closing}\n-\n"
    ":20:REF2\n:25:NL00BANK0000\n:28C:2/1\n:60F:C260104USD0,00\n:61:260105D5,NMSCABC\n:62F:D260105USD5,00\n"
)


def test_mt940(read):
    batch = read(MT940.format(more="", closing="1520,00"), "a.sta")
    columns = ("sheet", "row", "account", "direction", "amount_minor", "currency", "balance_minor", "kind", "serial")
    assert batch.facts["entries"].select(columns).rows() == [
        ("REF", 5, "NL00BANK0123456789", 1, 50000, "EUR", 150000, 0, "B1"),
        ("REF", 7, "NL00BANK0123456789", 1, 2000, "EUR", 152000, TransferKind.REVERSAL, "B2"),
        ("REF2", 15, "NL00BANK0000", -1, 500, "USD", -500, 0, None),
    ]
    assert batch.facts["entries"]["at_us"][0] == parse_instant("2026-01-02")
    assert batch.windows[0].from_us == parse_instant("2026-01-02")
    assert batch.windows[0].to_us == parse_instant("2026-01-04") - 1


def test_lines_that_do_not_reach_the_closing_balance_leave_a_difference(read):
    batch = read(MT940.format(more="", closing="9999,00"), "a.sta")
    assert batch.facts["entries"]["balance_minor"].to_list() == [150000, 152000, -500]
    assert [(c.account, c.currency, c.balance_minor, c.at_us, c.unexplained_minor) for c in batch.closings] == [
        ("NL00BANK0123456789", "EUR", 999900, parse_instant("2026-01-04") - 1, 847900),
        ("NL00BANK0000", "USD", -500, parse_instant("2026-01-06") - 1, 0),
    ]
    assert any("8479.00 EUR off" in note for note in batch.notes)


def test_mt940_puts_lines_aside_that_break_the_format(read):
    batch = read(MT940.format(more=":61:garbage\n:86:more\n", closing="9,00"), "a.sta")
    assert [(row.row, row.reason) for row in batch.quarantine] == [(9, "line_unreadable")]
    assert batch.facts["entries"]["balance_minor"].to_list() == [None, None, -500]
    assert any("do not add up" in note for note in batch.notes)
