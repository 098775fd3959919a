"""`fanzha campaign` and `fanzha operation` as officers type them: the tally of 2021, corrected, carried on, taken out."""

from __future__ import annotations

import json

import openpyxl
import pytest
from desk_home import make_desk_home, run
from operation_day import ITEMS, LISTED, sheet_of
from operation_desk import STRIKE_2021

CARD = "6299990000000000017"
WHY = ("--reason", "重复清点两件")


@pytest.fixture
def home(tmp_path):
    return make_desk_home(tmp_path / "home")


def said(home, login, *words):
    """The document of a command that must work."""
    code, out, err = run(home, *words, "--as", login, "--json")
    assert code == 0, err
    return json.loads(out)


def refused(home, login, *words, code=1):
    given, _, err = run(home, *words, "--as", login)
    assert given == code, err
    return err


def begun(home, **more) -> str:
    words = [part for name, value in more.items() for part in (f"--{name}", value)]
    plan = said(
        home,
        "analyst",
        "operation",
        "plan",
        "模拟收网一号",
        "--aims",
        "捣毁跑分窝点",
        "--basis",
        "模拟刑立字〔2021〕1号",
        *words,
    )
    said(home, "analyst", "operation", "body", plan["id"], "OTHER")
    said(home, "chief", "operation", "step", plan["id"], "approve", "--document", "模拟方案1号")
    return said(home, "chief", "operation", "step", plan["id"], "begin")["id"]


def test_the_lists_of_2021_are_typed_in_and_every_number_opens_its_entries(home):
    operation = begun(home)
    for measure, item in ITEMS.items():
        said(
            home,
            "duty",
            "operation",
            "seize",
            operation,
            item,
            "--quantity",
            str(STRIKE_2021[measure]),
            "--request",
            item,
        )
    said(home, "duty", "operation", "take-down", operation, "laundering_den", "--place", "模拟路1号")
    said(
        home,
        "stranger",
        "operation",
        "suspect",
        operation,
        "模拟·嫌一",
        "--charge",
        "fraud",
        "--capacity",
        "card_opener",
    )
    told = {line["measure"]: line for line in said(home, "stranger", "operation", "tally", operation)["tally"]}
    wanted = {measure: STRIKE_2021[measure] for measure in ITEMS}
    assert {name: line["value"] for name, line in told.items() if name in wanted} == wanted
    assert (told["seized_sims"]["name"], told["seized_sims"]["unit"]) == ("缴获电话卡", "张")
    for measure, line in told.items():
        behind = said(home, "duty", "operation", "entries", operation, "--measure", measure)["entries"]
        assert [(one["id"], one["quantity"]) for one in behind] == [
            (one["id"], one["value"]) for one in line["entries"]
        ]
    again = said(home, "stranger", "operation", "seize", operation, "sim", "--quantity", "2733", "--request", "sim")
    assert (again["again"], again["id"]) == (True, told["seized_sims"]["entries"][0]["id"])
    _, _, err = run(home, "operation", "show", operation, "--as", "duty")
    assert "缴获电话卡" in err
    assert "2733" in err


def test_a_sheet_is_made_of_the_template_read_and_its_faults_are_named(home, tmp_path):
    operation = begun(home)
    assert run(home, "operation", "template", tmp_path / "模板.xlsx")[0] == 0
    heads = [cell.value.splitlines()[0] for cell in openpyxl.load_workbook(tmp_path / "模板.xlsx")["缴获清单"][1]]
    assert heads[:4] == ["编号", "名称", "数量", "号码"]
    rows = [(name, name, STRIKE_2021[measure], "", "", "2021-05-26 05:30") for measure, name in LISTED.items()]
    sheet = tmp_path / "清单.xlsx"
    sheet.write_bytes(sheet_of([*rows, ("x", "钢琴", 1, "", "", "")]))
    code, out, _ = run(home, "operation", "import", operation, sheet, "--as", "duty", "--json")
    done = json.loads(out)
    assert (code, len(done["entered"])) == (3, len(LISTED))
    assert [(one["row"], one["field"]) for one in done["aside"]] == [(len(LISTED) + 2, "item")]
    code, _, err = run(home, "operation", "import", operation, sheet, "--as", "duty")
    assert code == 3
    assert "0 rows entered, 4 there already" in err
    assert "钢琴" in err
    told = {line["measure"]: line["value"] for line in said(home, "duty", "operation", "tally", operation)["tally"]}
    assert told == {measure: STRIKE_2021[measure] for measure in LISTED}


def test_an_entry_is_corrected_a_suspect_goes_on_and_a_thing_is_handed_on(home):
    operation = begun(home)
    phones = said(
        home, "duty", "operation", "seize", operation, "phone", "--quantity", "3", "--number", "imei:860000000000011"
    )
    said(home, "stranger", "operation", "correct", phones["id"], "--change", "-2", *WHY)
    assert "less than nothing" in refused(home, "duty", "operation", "correct", phones["id"], "--change", "-2", *WHY)
    (line,) = said(home, "duty", "operation", "tally", operation)["tally"]
    assert (line["value"], [one["value"] for one in line["entries"]]) == (1, [3, -2])
    person = said(
        home,
        "duty",
        "operation",
        "suspect",
        operation,
        "模拟·嫌一",
        "--charge",
        "fraud",
        "--id-number",
        "53010219900101001Z",
    )
    assert (person["name"], person["status"]) == ("模*", "brought_in")
    stepped = said(home, "duty", "operation", "advance", person["id"], "detain", "--document", "模拟拘字1号")
    assert (stepped["status"], stepped["decisions"][0]["number"]) == ("detained", "模拟拘字1号")
    assert "arrest (批准逮捕) cannot follow" in refused(
        home, "duty", "operation", "advance", person["id"], "arrest", "--document", "2号"
    )
    assert "there are: summon" in refused(
        home, "duty", "operation", "advance", person["id"], "fly", "--document", "2号", code=2
    )
    moved = said(home, "stranger", "operation", "custody", phones["id"], "hand-over", "stranger")
    assert (moved["holder"], len(moved["custody"])) == ("stranger", 1)
    whole = said(home, "duty", "operation", "entry", person["id"])
    assert whole["decisions"] == stepped["decisions"]
    assert "模拟·嫌一" not in json.dumps(whole, ensure_ascii=False)
    assert "charges" in refused(home, "duty", "operation", "suspect", operation, "模拟·嫌二", "--charge", "x", code=2)


def test_a_seized_card_that_is_known_is_told_at_once(home):
    operation = begun(home)
    report = said(
        home,
        "duty",
        "report",
        "new",
        "--narrative",
        "模拟",
        "--reporter",
        "模拟·孙三",
        "--payee",
        CARD,
        "--amount",
        "500",
    )
    code, _, err = run(home, "operation", "seize", operation, "bank_card", "--number", CARD, "--as", "duty")
    assert code == 0
    assert report["report"]["id"] in err
    assert "to be checked: CLUE-" in err
    assert CARD not in err


def test_a_campaign_shows_its_days_and_a_year_its_parts(home):
    opened = said(
        home,
        "analyst",
        "campaign",
        "open",
        "模拟百日行动",
        "--from",
        "2021-05-20",
        "--until",
        "2021-05-28",
        "--document",
        "1号",
    )
    operation = begun(home, campaign=opened["id"], category="cross-border")
    said(home, "duty", "operation", "suspect", operation, "模拟·嫌一", "--charge", "border_crossing", "--arrival", "sent_back",
         "--at", "2021-05-26T06:00:00")  # fmt: skip
    said(home, "duty", "operation", "force", operation, "officers", "3500", "--at", "2021-05-26T05:00:00")
    shown = said(home, "chief", "campaign", "show", opened["id"])
    assert {line["measure"]: line["value"] for line in shown["tally"]} == {
        "officers_deployed": 3500, "repatriated": 1, "suspects_caught": 1
    }  # fmt: skip
    days = said(home, "chief", "campaign", "days", opened["id"])["days"]
    assert (len(days), [day for day, lines in days.items() if lines]) == (9, ["2021-05-26"])
    assert "抓获犯罪嫌疑人 1" in run(home, "campaign", "days", opened["id"], "--as", "chief")[2]
    year = said(home, "chief", "operation", "year", "2021")
    assert list(year["parts"]) == [opened["id"]]
    assert [one["id"] for one in said(home, "duty", "operation", "list", "--campaign", opened["id"])["operations"]] == [
        operation
    ]
    assert [one["id"] for one in said(home, "duty", "campaign", "list")["campaigns"]] == [opened["id"]]
    said(home, "analyst", "campaign", "body", opened["id"], "OTHER")
    said(home, "chief", "campaign", "step", opened["id"], "end")
    assert "there is no CAMPAIGN-9" in refused(home, "duty", "campaign", "show", "CAMPAIGN-9", code=2)


def test_teams_points_tasks_and_cases_are_put_under_an_operation_and_it_goes_out_masked(home, tmp_path):
    operation = begun(home)
    point = said(home, "analyst", "operation", "point", operation, "模拟市模拟路1号", "--note", "二楼")["points"][0][
        "id"
    ]
    team = said(home, "analyst", "operation", "team", operation, "第一组", "--body", "COUNTY", "--leader", "duty",
                "--member", "duty2", "--point", point)["teams"][0]  # fmt: skip
    assert (team["leader"], team["members"], team["point"]) == ("duty", ["duty2"], point)
    task = said(
        home, "duty", "operation", "task", operation, "核查全部电话卡", "--officer", "stranger", "--due", "2030-01-01"
    )
    assert said(home, "stranger", "case", "task", "done", task["id"], "--result", "已核查")["status"] == "done"
    said(home, "duty", "operation", "remark", operation, "五点整各组到位")
    history = said(home, "duty", "operation", "history", operation)["events"]
    assert [one["kind"] for one in history][-3:] == [
        "operation.point_added",
        "operation.team_added",
        "operation.remarked",
    ]
    said(
        home,
        "duty",
        "operation",
        "suspect",
        operation,
        "模拟·嫌一",
        "--charge",
        "fraud",
        "--id-number",
        "53010219900101001Z",
    )
    file = tmp_path / "战果.xlsx"
    told = said(home, "both", "operation", "export", operation, file, "--reason", "上报战果统计")
    text = repr([[cell.value for cell in row] for page in openpyxl.load_workbook(file) for row in page.iter_rows()])
    assert told["export"] in text
    assert "嫌一" not in text
    assert "模拟方案" in json.dumps(said(home, "duty", "operation", "show", operation), ensure_ascii=False)
    assert json.loads(run(home, "operation", "catalogue", "--json")[1])["items"][0]["slug"] == "computer"
    assert "there is no" in refused(home, "clerk", "operation", "show", operation, code=2)
    assert "may not plan" in refused(home, "duty", "operation", "plan", "x", "--aims", "y", "--basis", "z")


def test_a_plan_is_amended_while_it_is_a_draft(home):
    plan = said(home, "analyst", "operation", "plan", "模拟", "--aims", "模拟", "--basis", "模拟")
    assert said(home, "analyst", "operation", "amend", plan["id"], "--plan", "四个方向")["plan"] == "四个方向"
    assert "case-team" in refused(
        home, "analyst", "operation", "plan", "x", "--aims", "y", "--basis", "z", "--kind", "war", code=2
    )
