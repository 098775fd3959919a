"""Accounts, holders, sub-accounts, measures, queries, wallets: one golden file each."""

import pytest

from fanzha.core.time import parse_instant


def only(batch, kind):
    [row] = batch.facts[kind].to_dicts()
    return {name: value for name, value in row.items() if value is not None and name not in {"sheet", "row"}}


def test_accounts(read):
    text = (
        "账户开户名称,开户人证件号码,交易卡号,交易账号,账号开户时间,账户余额,可用余额,币种,账户状态,销户日期,账号开户银行,最后交易时间,开户网点,账户类型,备注\n"
        "模拟甲,000000190001010000,6299990000000000001\t,1001.0,2020-01-01,-1.50,1.00,人民币,正常,00000000,模拟银行,1900-01-00,模拟支行,Ⅰ类,\n"
        ",000000190001010000,,,,,,,,,,,,,无记录\n"
        "模拟乙,,6.22E+18,,2020-01-01,1,1,CNY,正常,,模拟银行,,,,\n"
    )
    batch = read(text, "模拟银行账户信息.csv")
    assert only(batch, "accounts") == {
        "card": "6299990000000000001", "account": "1001", "holder_name": "模拟甲", "holder_id": "000000190001010000",
        "institution": "模拟银行", "outlet": "模拟支行", "account_kind": "Ⅰ类", "currency": "CNY", "balance_minor": -150,
        "available_minor": 100, "status": "正常", "opened_at_us": parse_instant("2020-01-01"),
    }  # fmt: skip
    assert only(batch, "queries") == {
        "institution": "模拟银行", "subject": "000000190001010000", "succeeded": True, "found_nothing": True, "answer": "无记录",
    }  # fmt: skip
    assert [row.reason for row in batch.quarantine] == ["id_lost_precision"]


@pytest.mark.parametrize(
    ("kind", "name", "text", "expected"),
    [
        (
            "holders", "人员信息.csv",
            "客户名称,证照类型,证照号码,住宅地址,联系手机,工作单位,法人代表\n模拟甲,身份证,000000190001010000,模拟路,,模拟公司,\n",
            {"name": "模拟甲", "id_kind": "身份证", "id_number": "000000190001010000", "address": "模拟路",
             "employer": "模拟公司"},
        ),
        (
            "holders", "人员联系方式.csv", "开户名称,证照类型,证照号码,联系电话\n模拟甲,身份证,000000190001010000,00000\n",
            {"name": "模拟甲", "id_kind": "身份证", "id_number": "000000190001010000", "phone": "00000"},
        ),
        (
            "sub_accounts", "关联子账户信息.csv",
            "银行名称,开户账号,子账户账号,余额,可用余额,子账户类别,币种,账户状态\n模拟银行,1001,1001-01,5,4,定期,,正常\n",
            {"institution": "模拟银行", "account": "1001", "sub_account": "1001-01", "sub_kind": "定期", "currency": "CNY",
             "balance_minor": 500, "available_minor": 400, "status": "正常"},
        ),
        (
            "measures", "强制措施信息.csv",
            ("银行名称,账号,冻结措施类型名称,冻结金额,冻结机关,冻结开始日期,冻结截止日期,措施序号\n"
             "模拟银行,1001,限额冻结,100,模拟公安局,20260101,20260701,1\n"),
            {"institution": "模拟银行", "account": "1001", "kind": "限额冻结", "amount_minor": 10000, "authority": "模拟公安局",
             "from_us": parse_instant("2026-01-01"), "to_us": parse_instant("2026-07-01"), "serial": "1"},
        ),
        (
            "queries", "任务信息(成功).csv",
            ("任务流水号,银行名称,证账号码,账卡号,发送时间,反馈时间,反馈结果,反馈非明细结果\n"
             "A1,模拟银行,,1001,2026-01-01 10:00:00,2026-01-01 11:00:00,成功,无交易明细\n"),
            {"serial": "A1", "institution": "模拟银行", "subject": "1001", "sent_us": parse_instant("2026-01-01 10:00:00"),
             "answered_us": parse_instant("2026-01-01 11:00:00"), "succeeded": True, "found_nothing": True,
             "answer": "成功; 无交易明细"},
        ),
        (
            "queries", "任务信息(失败).csv",
            "任务流水号,银行名称,证账号码,账卡号,发送时间,反馈时间,反馈结果\nA2,模拟银行,000000190001010000,,,,\n",
            {"serial": "A2", "institution": "模拟银行", "subject": "000000190001010000", "succeeded": False,
             "found_nothing": False},
        ),
        (
            "accounts", "TenpayRegInfo.txt",
            ("账户状态\t账号\t注册姓名\t注册时间\t注册身份证号\t绑定手机\t绑定状态\t开户行信息\t银行账号\n"
             "正常\twx_demo_1\t模拟甲\t2020-01-01 00:00:00\t000000190001010000\t0\t\t模拟银行\t6299990000000000001\n"),
            {"account": "wx_demo_1", "holder_name": "模拟甲", "holder_id": "000000190001010000", "institution": "财付通",
             "status": "正常", "opened_at_us": parse_instant("2020-01-01")},
        ),
    ],
)  # fmt: skip
def test_registers(read, kind, name, text, expected):
    assert only(read(text, name), kind) == expected


TENPAY = (
    "用户ID\t交易单号\t大单号\t用户侧账号名称\t借贷类型\t交易业务类型\t交易用途类型\t交易时间\t交易金额(分)\t账户余额(分)\t用户银行卡号\t"
    "用户侧网银联单号\t网联/银联\t第三方账户名称\t对手方ID\t对手侧账户名称\t对手方银行卡号\t对手侧银行名称\t对手侧网银联单号\t基金公司信息\t"
    "间联/非间联交易\t对手方接收时间\t对手方接收金额(分)\t备注1\t备注1\n"
)


def test_tenpay(read):
    rows = [
        "w1 1001 _ 模拟甲 入 充值 _ 2026-01-02T10:00:00 100000 100000 6299990000000000001 N1",
        "w1 1002 _ 模拟甲 出 转账 微信转账 2026-01-02T10:01:00 5000 95000 _ _ _ _ w2 模拟乙",
        "w1 1003 _ 模拟甲 出 提现 _ 2026-01-02T10:02:00 95000 0 6299990000000000001 N2 _ _ 财付通",
        "w1 1004 _ 模拟甲 出 转账 转账到银行卡 2026-01-02T10:03:00 1 0 _ _ _ _ _ 模拟丙 6299990000000000003 模拟银行 N4",
        "_ 1005 _ wallet_9 入 转账 _ 2026-01-02T10:03:00 1 1 _ _ _ _ w2",
        "w1 1006 _ 模拟甲 不明 转账 _ 2026-01-02T10:03:00 1 0 _ _ _ _ w2",
    ]
    cells = [row.replace("_", "").replace("wallet9", "wallet_9").split(" ") for row in rows]
    text = TENPAY + "".join("\t".join(row + [""] * (25 - len(row))) + "\n" for row in cells)
    batch = read(text, "TenpayTrades.txt")
    columns = ("account", "direction", "amount_minor", "balance_minor", "counterparty", "order_number", "institution")
    assert batch.facts["entries"].select(columns).rows() == [
        ("w1", 1, 100000, 100000, "6299990000000000001", "N1", "财付通"),
        ("w1", -1, 5000, 95000, "w2", None, "财付通"),
        ("w1", -1, 95000, 0, "6299990000000000001", "N2", "财付通"),
        ("w1", -1, 1, 0, "6299990000000000003", "N4", "财付通"),
        ("wallet_9", 1, 1, 1, "w2", None, "财付通"),
    ]
    assert set(batch.facts["entries"]["kind"].to_list()) == {0}
    assert [(row.reason, row.account) for row in batch.quarantine] == [("direction_unknown", "w1")]


def test_tenpay_rows_paid_by_the_bound_card_pass_the_balance_by(read):
    rows = [
        "w1 10000001 _ 模拟甲 出 转账 红包 2026-01-02T10:00:00 5000 95000 _ _ _ _ w2 模拟乙",
        "w1 10000002 _ 模拟甲 出 商户消费 _ 2026-01-02T10:01:00 30000 95000 6299990000000000001 N1 _ _ m1 模拟商户",
        "w1 10000003 _ 模拟甲 入 退款 _ 2026-01-02T10:02:00 700 95000 6299990000000000001 N2 _ _ m1 模拟商户",
    ]
    cells = [row.replace("_", "").split(" ") for row in rows]
    text = TENPAY + "".join("\t".join(row + [""] * (25 - len(row))) + "\n" for row in cells)
    batch = read(text, "TenpayTrades.txt")
    columns = ("row", "account", "direction", "amount_minor", "balance_minor", "counterparty", "order_number", "serial")
    card, own = "w1+card", "6299990000000000001"
    assert batch.facts["entries"].select(columns).rows() == [
        (2, "w1", -1, 5000, 95000, "w2", None, "10000001"),
        (3, card, 1, 30000, 30000, own, "N1", None),
        (3, card, -1, 30000, 0, "m1", None, "10000002"),
        (4, card, 1, 700, 700, "m1", None, "10000003"),
        (4, card, -1, 700, 0, own, "N2", None),
    ]
    assert [(w.account, w.to_us - w.from_us) for w in batch.windows] == [("w1", 120_000_000)]
    assert any("paid_by_bound_card: 2 rows" in note for note in batch.notes)


def test_alipay(read):
    text = (
        "交易号,商户订单号,交易创建时间,付款时间,用户信息,交易对方信息,消费名称,金额（元）,收/支,交易状态\n"
        "1,,2026-01-02 10:00:00,,2088000000000001(模拟甲),2088000000000002（模拟乙）,转账,12.30,支出,交易成功\n"
        "2,,2026-01-02 10:00:00,,2088000000000001(模拟甲),模拟丙,转账,12.30,收入,交易关闭\n"
    )
    batch = read(text, "支付宝账户明细.csv")
    row = only(batch, "entries")
    assert (row["account"], row["holder_name"], row["counterparty"], row["counterparty_name"], row["direction"], row["serial"],
            row["institution"]) == ("2088000000000001", "模拟甲", "2088000000000002", "模拟乙", -1, "1", "支付宝")  # fmt: skip
    assert [item.reason for item in batch.quarantine] == ["failed"]


def test_a_bill_that_alipay_gave_its_user_says_whose_it_is_in_its_title(read):
    text = (
        "支付宝交易记录明细查询\n账号:[mock@example.invalid]\n起始日期:[2026-03-01 00:00:00]    终止日期:[2026-03-31 00:00:00]\n"
        "-------交易记录明细列表-------\n交易号,商户订单号,交易创建时间,类型,交易对方,金额（元）,收/支,交易状态,备注,\n"
        "20260301\t,M1\t,2026-03-01 10:00:00 ,即时到账交易 ,模拟商户 ,100.00 ,支出 ,交易成功 ,,\n"
        "--------------\n共1笔记录\n已支出:1笔,100.00元\n导出时间:[2026-04-01 10:00:00]    用户:模拟\n"
    )
    batch = read(text.encode("gb18030"), "alipay_record.csv")
    assert (batch.rows, batch.quarantine) == (1, ())
    assert batch.facts["entries"].select("account", "direction", "counterparty_name").rows() == [
        ("mock@example.invalid", -1, "模拟商户")
    ]
    [window] = batch.windows
    assert (window.account, window.from_us) == ("mock@example.invalid", parse_instant("2026-03-01"))
