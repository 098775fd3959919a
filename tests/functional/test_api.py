"""The JSON API: who may call it, what it gives, that a command is carried out once, and how it says no."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_home import open_console
from desk_case import ACCOUNT, HOLDER, PHONE, stopped_case
from litestar.testing import TestClient
from measure_home import make_fact
from public_numbers import SITE, acted, close
from return_day import BOTH, CLERK

from fanzha.access import Person
from fanzha.casework import Report
from fanzha.cli.desk_session import read_session
from fanzha.core.actor import Actor, Level, Role
from fanzha.ports.record_query import Query
from fanzha.services.desk.keep_token import add_token, revoke_token
from fanzha.web import make_app
from fanzha.web.asking import SESSION_COOKIE
from fanzha.web.deeds.catalogue import DEEDS
from fanzha.web.pages import ROUTES

PROBLEM = "application/problem+json"


class Api:
    """A client of the API of a home."""

    def __init__(self, console, client):
        self.console, self.client = console, client

    def __call__(self, method: str, path: str, login: str = "both", token: str = "", **more):
        token = token or (read_session(self.console.home, login) if login else "")
        headers = more.pop("headers", {}) | ({"authorization": f"Bearer {token}"} if token else {})
        self.client.cookies.clear()
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)


@pytest.fixture
def api(tmp_path):
    with (
        open_console(tmp_path / "home") as console,
        TestClient(make_app(console), base_url="http://127.0.0.1", raise_server_exceptions=False) as client,
    ):
        yield Api(console, client)


def problem(answer, status: int, code: str) -> dict:
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    assert answer.json()["type"] == f"urn:fanzha:problem:{code}"
    return answer.json()


def test_only_a_bearer_token_opens_it(api):
    for login, headers in (("", {}), ("", {"authorization": "Basic eDp5"}), ("", {"authorization": "Bearer nothing"})):
        answer = api("GET", "/cases", login, headers=headers)
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    cookie = {"cookie": f"{SESSION_COOKIE}={read_session(api.console.home, 'both')}"}
    problem(api("GET", "/cases", "", headers=cookie), 401, "unauthenticated")
    assert "script-src 'self'" in api("GET", "/cases").headers["content-security-policy"]


def test_every_way_to_be_wrong_is_a_problem_document(api):
    problem(api("GET", "/nowhere"), 404, "not_found")
    wrong = api("DELETE", "/reports")
    problem(wrong, 405, "method")
    assert wrong.headers["allow"] == "GET, OPTIONS, POST"
    problem(api("POST", "/reports", content=b"x", headers={"content-type": "text/plain"}), 415, "media_type")
    problem(api("POST", "/reports", content=b"{", headers={"content-type": "application/json"}), 400, "invalid")
    unknown = problem(api("POST", "/reports", json={"narrative": "模拟", "surprise": 1}), 400, "invalid")
    assert unknown["fields"]
    long = api("POST", "/reports", content=b"x" * (17 << 20), headers={"content-type": "application/json"})
    problem(long, 413, "too_large")
    problem(api("GET", "/cases?limit=0"), 400, "invalid")
    for said in ({"amount": "3万2"}, {"at": "昨天17:05"}):  # the console's forms read them, a program writes one form
        problem(api("POST", "/reports/REP-1/add", json=said), 409, "refused")
    problem(api("POST", "/measures", json={"kind": "stop_payment", "amount": "3万2"}), 400, "invalid")
    problem(api("GET", "/cases?cursor=elsewhere"), 409, "cursor")
    said = problem(api("POST", "/clues/CLUE-1/claim", "auditor"), 403, "not_allowed")
    assert said["rule"] == "role"
    limits = api.console.desk.rules.public.programs
    answers = [api("GET", "/tasks", "duty2").status_code for _ in range(limits.client + 1)]
    assert set(answers[:-1]) == {200}
    problem(api("GET", "/tasks", "duty2"), 429, "too_many")


def test_records_are_listed_and_opened_behind_the_mask_for_those_who_may_see_them(api):
    case = stopped_case(api.console.desk, BOTH, CLERK)
    for kind in ("reports", "clues", "cases", "measures"):
        (one,) = api("GET", f"/{kind}").json()["items"]
        assert one["updated_at"].startswith("20")
        opened = api("GET", f"/{kind}/{one['id']}")
        assert opened.headers["etag"] == f'"{one["version"]}"'
        assert not [secret for secret in (ACCOUNT, HOLDER, PHONE) if secret in opened.text]
        assert api("GET", f"/{kind}", "stranger").json() == {"items": [], "next_cursor": None}
        problem(api("GET", f"/{kind}/{one['id']}", "stranger"), 404, "not_found")
    assert api("GET", f"/cases/{case.id}").json()["id"] == case.id
    (order,) = api("GET", "/orders", "clerk").json()["items"]
    assert order["institution"] == "模拟银行"
    assert order["updated_at"] == api("GET", "/measures").json()["items"][0]["updated_at"]
    assert api("GET", "/orders", "clerk2").json()["items"] == []
    assert HOLDER not in api("GET", f"/accounts/{ACCOUNT}").text


def test_pages_follow_one_another_by_the_cursor(api):
    made = [api("POST", "/reports", json={"narrative": f"模拟 {n}"}).json()["id"] for n in range(3)]
    seen, cursor = [], ""
    for _ in range(3):
        page = api("GET", f"/reports?limit=1&cursor={cursor}").json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert (sorted(seen), cursor) == (sorted(made), None)


def test_the_same_key_is_the_same_report(api):
    body, key = {"narrative": "模拟：通报一件事"}, {"idempotency-key": "gateway-1:77"}
    first, again = (api("POST", "/reports", json=body, headers=key) for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    problem(api("POST", "/reports", json={"narrative": "模拟：别的事"}, headers=key), 409, "refused")
    with api.console.desk.store.reading() as view:
        assert len(view.records(Report).find(Query()).rows) == 1


def test_a_measure_is_worded_once_by_its_key_and_asks_nothing_of_anybody(api):
    case, fact = make_fact(api.console.desk)
    body = {
        "kind": "stop_payment",
        "reason": "被害人刚刚转账",
        "basis": "afl-20",
        "case": case,
        "fact": fact,
        "amount": "100",
    }
    first, again = (api("POST", "/measures", json=body, headers={"idempotency-key": "k-9"}) for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    assert (first.json()["record"]["status"], first.json()["record"]["orders"]) == ("draft", [])
    assert ACCOUNT not in first.text
    problem(
        api("POST", "/measures", json={**body, "amount": "200"}, headers={"idempotency-key": "k-9"}), 409, "refused"
    )
    problem(api("POST", "/measures", json={**body, "kind": "arrest"}), 400, "invalid")
    problem(api("POST", "/measures", "auditor", json=body), 403, "not_allowed")
    problem(api("POST", "/measures", "stranger", json=body), 404, "not_found")
    proposed = api("POST", f"/measures/{first.json()['id']}/propose")
    assert proposed.json()["record"]["status"] == "proposed"


def test_an_errand_leaves_once_by_its_key(api):
    body = {
        "kind": "help_request",
        "body": "OTHER",
        "title": "模拟：请协助核查",
        "text": "模拟：一处窝点",
        "number": "模拟1号",
    }
    key = {"idempotency-key": "k-5"}
    first, again = (api("POST", "/errands/new", json=body, headers=key) for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (200, again.json()["id"]), first.text
    assert len(api("GET", "/errands").json()["items"]) == 1
    problem(api("POST", "/errands/new", json={**body, "text": "模拟：另一件事"}, headers=key), 409, "refused")


# What the console's forms do that are no deeds: how a program does it, or why it does not.
NO_DEEDS = {
    "/reports/new": "POST /reports", "/measures/new": "POST /measures", "/measures/batch": "each by measures/{id}/approve",
    "/partner/orders/{order_id:str}/answer": "POST /receipts", "/accounts": "GET /accounts/{number}",
    "/search": "a person's look, with its purpose", "/demo/seat": "the demo alone",
    "/desk/note": "POST /reports/{id}/add", "/desk/pin": "an order of one's own in one's own browser",
    "/bulletins/{record_id:str}/edit": "written block by block by people; a program hands in figures",
    **dict.fromkeys(("/sign-in", "/sign-out", "/password", "/settings", "/settings/sessions/{session:str}/end",
                     "/sign-in/passkey", "/settings/passkeys/begin", "/settings/passkeys",
                     "/settings/passkeys/{passkey:str}/remove"), "of a person's own seat; a program has its token"),
    **dict.fromkeys(("/public/check", "/public/objection", "/public/report", "/public/resume"), "of anybody, without a token"),
    **dict.fromkeys(("/reports/{record_id:str}/reveal", "/clues/{record_id:str}/reveal", "/cases/{record_id:str}/reveal",
                     "/errands/{record_id:str}/reveal", "/accounts/{reference:str}/reveal", "/measures/{record_id:str}/reveal",
                     "/returns/{record_id:str}/reveal", "/results/{record_id:str}/reveal",
                     "/openings/{record_id:str}/reveal",
                     "/partner/orders/{order_id:str}/open"), "nobody's mask is lifted for a program"),
    **dict.fromkeys(("/reports/{record_id:str}/files/{file_id:str}", "/cases/{record_id:str}/files/{file_id:str}",
                     "/errands/{record_id:str}/files/{file_id:str}", "/accounts/{reference:str}/export",
                     "/measures/{record_id:str}/papers", "/queries/{record_id:str}/letter", "/returns/{record_id:str}/papers",
                     "/partner/sheet"), "a file with a person's watermark, counted as his export"),
    **dict.fromkeys(("/queries/draft", "/queries/answer", "/queries/{record_id:str}/nothing", "/returns/new",
                     "/returns/compute"), "reads the ledger for as long as it takes; by the command line too"),
    **dict.fromkeys(("/measures/receipts", "/partner/receipts"), "a table of answers; a program sends each as a receipt"),
}  # fmt: skip


def test_whatever_the_console_does_has_its_path_or_the_reason_why_not():
    deeds = {f"/{one.kind}/{'{record_id:str}/' if one.is_of_record else ''}{one.name}" for one in DEEDS}
    assert {one.address for one in ROUTES if one.method == "POST"} - deeds == set(NO_DEEDS)
    manual = (Path(__file__).parents[2] / "docs" / "how-to" / "api.md").read_text(encoding="utf-8")
    assert [reason for reason in set(NO_DEEDS.values()) if reason not in manual] == []


def test_a_deed_is_carried_out_with_the_version_that_was_read(api):
    (clue,) = api("POST", "/reports", json={"narrative": "模拟"}).json()["clues"]
    taken = api("POST", f"/clues/{clue}/claim")
    assert taken.json()["record"]["stage"] == "assigned"
    assessed = api("POST", f"/clues/{clue}/assess", json={"finding": "模拟：刚刚转出"})
    assert assessed.json()["record"]["stage"] == "assessed"
    problem(api("POST", f"/clues/{clue}/assess", "stranger", json={"finding": "模拟：刚刚转出"}), 404, "not_found")
    paused = problem(api("POST", f"/clues/{clue}/claim", "duty2"), 403, "not_allowed")
    assert paused["rule"]


def test_a_decision_upon_an_old_version_is_refused(api):
    clue = acted(api.console.desk, site=SITE)
    close(api.console.desk, clue.case)
    body = {"clue": clue.id, "reason": "已核实涉诈网站"}
    made = api("POST", "/indicators/propose-new", "duty", json=body, headers={"idempotency-key": "k-1"})
    assert (
        made.json()
        == api("POST", "/indicators/propose-new", "duty", json=body, headers={"idempotency-key": "k-1"}).json()
    )
    one, reason = made.json()["id"], {"reason": "同意公示此网站"}
    problem(
        api("POST", f"/indicators/{one}/approve", "chief", json=reason, headers={"if-match": '"7"'}),
        409,
        "stale_version",
    )
    decided = api("POST", f"/indicators/{one}/approve", "chief", json=reason, headers={"if-match": '"0"'})
    assert decided.json()["record"]["status"] == "approved"
    found = api("GET", f"/indicators/{one}").json()
    assert (found["decided_by"], found["updated_at"] is None) == ("chief", False)


def test_a_program_of_a_partner_reports_and_answers_and_sees_no_more(api):
    desk = api.console.desk
    with desk.store.begin() as unit:
        unit.records(Person).add(Person("gateway", 0, "BANK", "gateway", "模拟网关", (Role.API_CLIENT,)))
        unit.records(Person).add(Person("bank-admin", 0, "BANK", "bank-admin", "模拟管理", (Role.ADMINISTRATOR,)))
        unit.commit()
    keeper = Actor("bank-admin", "BANK", Level.PARTNER, frozenset({Role.ADMINISTRATOR}))
    made = add_token(desk, api.console.hasher, keeper, "gateway", "gateway-1")
    case = stopped_case(desk, BOTH, CLERK)
    (order,) = api("GET", "/orders", token=made.token).json()["items"]
    answer = {
        "id": "R-77", "order": order["id"], "outcome": "executed", "answered_at": "2026-01-01T10:00:00+08:00",
        "balance": "1.00", "balance_at": "2026-01-01T10:00:00+08:00",
    }  # fmt: skip
    noted = api("POST", "/receipts", token=made.token, json=answer)
    assert (noted.status_code, noted.json()["measure"]) == (201, order["measure"])
    assert api("POST", "/reports", token=made.token, json={"narrative": "模拟通报"}).status_code == 201
    problem(api("GET", f"/cases/{case.id}", token=made.token), 404, "not_found")
    problem(api("POST", f"/clues/{case.id}/claim", token=made.token), 403, "not_allowed")
    revoke_token(desk, keeper, made.credential.id, "换一台机器")
    problem(api("GET", "/orders", token=made.token), 401, "unauthenticated")
