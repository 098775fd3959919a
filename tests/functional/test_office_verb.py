"""The office on the command line: its beginning, its people, signing in and out, and what is refused."""

from __future__ import annotations

import json
import stat

import pytest
from desk_home import make_desk_home, run
from measure_home import actor_of

from fanzha import bootstrap
from fanzha.ports.passkey_ceremony import MadeKey
from fanzha.services.desk.keep_passkeys import register_passkey
from fanzha.storage.argon2_hasher import Argon2Hasher

PASSWORD = "模拟口令-000001"
FOUND = (
    "office", "init", "--body", "CITY", "--name", "模拟市局", "--level", "city", "--jurisdiction", "5301",
    "--login", "root", "--person", "模拟·管一", "--password-stdin",
)  # fmt: skip


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    monkeypatch.setattr(bootstrap, "secret_hasher", lambda: Argon2Hasher(1, 8, 1))


@pytest.fixture
def home(tmp_path):
    assert run(tmp_path / "home", *FOUND, stdin=PASSWORD + "\n")[0] == 0
    assert sign_in(tmp_path / "home", "root")[0] == 0
    return tmp_path / "home"


def sign_in(home, login, password=PASSWORD):
    return run(home, "office", "sign-in", login, "--password-stdin", stdin=password + "\n")


def document(home, *words, stdin=""):
    code, out, err = run(home, "--json", *words, stdin=stdin)
    assert code == 0, err
    return json.loads(out)


def refusal(home, *words, stdin=""):
    code, out, err = run(home, "--json", *words, stdin=stdin)
    assert code == 1, err
    return json.loads(out)["error"]["message"]


def audit(home, action):
    desk = bootstrap.desk(home)
    with desk.store.reading() as view:
        found = [(e.actor, str(e.outcome), e.details.get("rule", "")) for e in view.audit.walk() if e.action == action]
    desk.store.close()
    return found


def add(home, login, body, *roles, by="root"):
    words = [word for role in roles for word in ("--role", role)]
    return run(
        home, "office", "person", "add", login, f"模拟·{login}", "--body", body, *words, "--as", by, "--password-stdin",
        stdin=PASSWORD + "\n",
    )  # fmt: skip


def test_an_office_begins_once_and_grows_by_its_administrator(home):
    assert "already" in refusal(home, *FOUND, stdin=PASSWORD + "\n")
    assert audit(home, "office.found") == [("root", "done", ""), ("", "refused", "office.found")]
    body = ("office", "body", "add", "COUNTY", "模拟县局", "--level", "county", "--parent", "CITY", "--as", "root")
    assert document(home, *body, "--jurisdiction", "530102")["parent"] == "CITY"
    bank = (
        "office",
        "body",
        "add",
        "BANK",
        "模拟银行",
        "--level",
        "partner",
        "--institution",
        "模拟银行",
        "--as",
        "root",
    )
    assert document(home, *bank)["institution"] == "模拟银行"
    assert add(home, "duty", "COUNTY", "duty_officer", "approver")[0] == 0
    assert add(home, "clerk", "BANK", "partner_desk")[0] == 0
    listed = document(home, "office", "body", "list", "--as", "root")["bodies"]
    assert [one["id"] for one in listed] == ["CITY", "COUNTY", "BANK"]
    people = document(home, "office", "person", "list", "--as", "root")["people"]
    assert {one["login"]: one["state"] for one in people} == {"clerk": "active", "duty": "active", "root": "active"}
    assert sign_in(home, "duty")[0] == 0
    assert document(home, "office", "who", "--as", "duty") == {
        "login": "duty", "name": "模拟·duty", "organisation": "COUNTY", "level": "county",
        "roles": ["approver", "duty_officer"],
    }  # fmt: skip
    refusal(home, "office", "person", "list", "--as", "duty")  # an officer keeps nobody
    assert audit(home, "person.list") == [("duty", "refused", "access.people_keep")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("X", "模拟所", "--level", "county", "--parent", "COUNTY"), "higher level"),
        (("X", "模拟所", "--level", "station"), "above it"),
        (("X", "模拟所", "--level", "station", "--parent", "COUNTY", "--jurisdiction", "440100"), "does not lie in"),
        (("X", "模拟三行", "--level", "partner"), "institution"),
        (("X", "模拟三行", "--level", "partner", "--institution", "模拟银行"), "already"),
        (("X", "模拟三行", "--level", "lord"), "no level"),
    ],
)
def test_a_body_that_does_not_fit_is_not_added(tmp_path, words, said):
    home = make_desk_home(tmp_path / "home")
    code, _, err = run(home, "office", "body", "add", *words, "--as", "admin")
    assert (code in {1, 2}, said in err) == (True, True), err


def test_a_body_is_corrected_and_the_audit_keeps_what_stood_there(tmp_path):
    home = make_desk_home(tmp_path / "home")
    correct = ("office", "body", "correct")
    words = ("--name", "模拟北县局", "--jurisdiction", "530111", "--reason", "区划代码写错", "--as", "admin")
    corrected = document(home, *correct, "COUNTY", *words)
    assert (corrected["name"], corrected["jurisdiction"]) == ("模拟北县局", "530111")
    listed = {body["id"]: body for body in document(home, "office", "body", "list", "--as", "duty")["bodies"]}
    assert listed["COUNTY"]["jurisdiction"] == "530111"
    with bootstrap.work_store(home).reading() as view:
        (noted,) = [event for event in view.audit.walk() if event.action == "organisation.correct"]
    said = {name: noted.details[name] for name in ("name_before", "name", "jurisdiction_before", "jurisdiction")}
    assert list(said.values()) == ["模拟县局", "模拟北县局", "530102", "530111"]
    for words, sentence in (
        (("COUNTY", "--jurisdiction", "530111", "--reason", "无", "--as", "admin"), "at least 4 characters"),
        (("COUNTY", "--jurisdiction", "110105", "--reason", "区划代码写错", "--as", "admin"), "does not lie in 5301"),
        (("CITY", "--jurisdiction", "5303", "--reason", "区划代码写错", "--as", "admin"), "530111 of COUNTY"),
        (("CITY", "--jurisdiction", "5399999", "--reason", "区划代码写错", "--as", "admin"), "GB/T 2260"),
        (("COUNTY", "--reason", "区划代码写错", "--as", "admin"), "--name or --jurisdiction"),
        (("COUNTY", "--name", "x", "--reason", "区划代码写错", "--as", "chief"), "may not keep bodies and people"),
        (("NONE", "--name", "x", "--reason", "区划代码写错", "--as", "admin"), "office body list"),
    ):
        code, _, err = run(home, *correct, *words)
        assert code in (1, 2)
        assert sentence in err, (words, err)


@pytest.mark.parametrize(
    ("login", "body", "roles", "code", "said"),
    [
        ("new", "COUNTY", ["administrator", "duty_officer"], 1, "goes with no other role"),
        ("new", "COUNTY", ["partner_desk"], 1, "no role at COUNTY"),
        ("new", "BANK", ["duty_officer"], 1, "no role at BANK"),
        ("new", "COUNTY", ["machine"], 1, "nobody's"),
        ("new", "COUNTY", ["king"], 2, "roles are"),
        ("New Man", "COUNTY", ["analyst"], 2, "cannot be a login"),
        ("duty", "COUNTY", ["analyst"], 1, "already"),
        ("new", "NOWHERE", ["analyst"], 2, "no body"),
    ],
)
def test_a_person_that_does_not_fit_is_not_added(tmp_path, login, body, roles, code, said):
    home = make_desk_home(tmp_path / "home")
    found, _, err = add(home, login, body, *roles, by="admin")
    assert (found, said in err) == (code, True), err


def test_wrong_login_and_wrong_password_sound_alike_and_the_last_attempt_locks(home):
    sentences = {sign_in(home, login, "模拟-falsch")[2] for login in ("root", "nobody")}
    assert len(sentences) == 1
    for _ in range(4):
        assert sign_in(home, "root", "模拟-falsch")[0] == 1
    locked = sign_in(home, "root")  # the right one, too late
    assert (locked[0], {locked[2]}) == (1, sentences)
    noted = audit(home, "person.sign_in")
    assert noted == [
        ("root", "done", ""), ("root", "refused", "sign_in.wrong"), ("", "refused", "sign_in.wrong"),
        *[("root", "refused", "sign_in.wrong")] * 4, ("root", "refused", "credential.locked"),
    ]  # fmt: skip
    (line,) = document(home, "office", "person", "list", "--as", "root")["people"]  # the session goes on
    assert line["state"] == "locked"


def test_a_session_ends_by_signing_out_and_is_this_users_alone(home):
    file = home / "sessions" / "root"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    token = file.read_text(encoding="ascii").strip()
    assert token not in (home / "work.db").read_bytes().decode("latin-1")  # only its hash is kept
    assert run(home, "office", "sign-out", "--as", "root")[0] == 0
    assert not file.exists()
    file.write_text(token, encoding="ascii")
    assert "revoked" in refusal(home, "office", "who", "--as", "root")
    assert audit(home, "token.use") == [("root", "refused", "credential.revoked")]
    file.unlink()
    assert "has not signed in" in refusal(home, "office", "who", "--as", "root")
    assert "say who acts" in refusal(home, "office", "who")
    file.write_text("x" * 43, encoding="ascii")
    assert "not known" in refusal(home, "office", "who", "--as", "root")


def test_a_session_is_over_after_its_hours(home, monkeypatch):
    later = bootstrap.desk(home).clock.now_us() + 12 * 3_600_000_000
    monkeypatch.setattr("fanzha.core.time.SystemClock.now_us", lambda _self: later)
    assert "expired" in refusal(home, "office", "who", "--as", "root")
    monkeypatch.setattr("fanzha.core.time.SystemClock.now_us", lambda _self: later + 180 * 86_400_000_000)
    assert "your password has expired" in sign_in(home, "root")[2]
    assert "wrong" in sign_in(home, "root", "模拟-falsch")[2]
    changed = run(home, "office", "change-password", "root", "--password-stdin", stdin=f"{PASSWORD}\n模拟口令-000002\n")
    assert changed[0] == 0, changed[2]
    assert sign_in(home, "root", "模拟口令-000002")[0] == 0


def test_who_is_shut_out_is_out_at_once_and_nobody_does_it_to_himself(home):
    add(home, "second", "CITY", "administrator")
    sign_in(home, "second")
    token = (home / "sessions" / "second").read_text(encoding="ascii")
    for words in (
        ("deactivate", "root", "--reason", "试一试看"), ("change-roles", "root", "--role", "auditor"),
    ):  # fmt: skip
        assert "nobody changes his own" in refusal(home, "office", "person", *words, "--as", "root")
    out = document(home, "office", "person", "deactivate", "second", "--reason", "调离本单位", "--as", "root")
    assert out["active"] is False
    (home / "sessions" / "second").write_text(token, encoding="ascii")
    assert "not active" in refusal(home, "office", "who", "--as", "second")
    assert sign_in(home, "second")[0] == 1
    document(home, "office", "person", "reactivate", "second", "--reason", "调回本单位", "--as", "root")
    assert sign_in(home, "second")[0] == 1  # the old password is gone
    reset = ("office", "person", "reset-password", "second", "--password-stdin", "--as", "root")
    assert run(home, *reset, stdin="模拟口令-000003\n")[0] == 0
    assert sign_in(home, "second", "模拟口令-000003")[0] == 0


def test_programs_have_tokens_and_people_have_none(tmp_path):
    home = make_desk_home(tmp_path / "home")
    words = (
        "office",
        "person",
        "add",
        "gateway",
        "模拟网关",
        "--body",
        "BANK",
        "--role",
        "api_client",
        "--as",
        "admin",
    )
    assert run(home, *words)[0] == 0
    made = document(home, "office", "token", "add", "gateway", "--label", "gateway-1", "--as", "admin")
    assert len(made["token"]) == 43
    assert "is a person" in refusal(home, "office", "token", "add", "clerk", "--label", "x", "--as", "admin")
    assert sign_in(home, "gateway", "")[0] in {1, 2}
    (home / "sessions" / "gateway").write_text(made["token"], encoding="ascii")
    assert document(home, "office", "who", "--as", "gateway")["roles"] == ["api_client"]
    document(home, "office", "token", "revoke", made["id"], "--reason", "换发令牌", "--as", "admin")
    assert "revoked" in refusal(home, "office", "who", "--as", "gateway")
    (line,) = document(home, "office", "token", "list", "gateway", "--as", "admin")["tokens"]
    assert (line["label"], line["revoked"] is None, "token" in line) == ("gateway-1", False, False)


def test_an_administrator_of_one_body_keeps_nobody_elsewhere(tmp_path):
    home = make_desk_home(tmp_path / "home")
    assert add(home, "county-admin", "COUNTY", "administrator", by="admin")[0] == 0
    assert sign_in(home, "county-admin")[0] == 0
    assert add(home, "new", "COUNTY", "analyst", by="county-admin")[0] == 0
    for body, roles in (("CITY", ["analyst"]), ("OTHER", ["analyst"]), ("BANK", ["partner_desk"])):
        code, _, err = add(home, "another", body, *roles, by="county-admin")
        assert (
            code,
            "may not keep bodies and people (机构与人员) at" in err and "administrator (管理员) of" in err,
        ) == (1, True)
    assert add(home, "bank-admin", "BANK", "administrator", by="admin")[0] == 0
    assert sign_in(home, "bank-admin")[0] == 0
    assert add(home, "clerk3", "BANK", "partner_desk", by="bank-admin")[0] == 0
    assert add(home, "clerk4", "BANK2", "partner_desk", by="bank-admin")[0] == 1


def test_webhooks_are_kept_and_tried_at_the_terminal(tmp_path):
    home = make_desk_home(tmp_path / "home")
    as_admin = ("--as", "admin")
    words = ("office", "person", "add", "gateway", "模拟网关", "--body", "CITY", "--role", "api_client", *as_admin)
    assert run(home, *words)[0] == 0
    hook = ("office", "webhook")
    address = "http://127.0.0.1:9/in"  # nobody listens there
    made = document(home, *hook, "add", "gateway", address, "--topic", "case-changed", *as_admin)
    assert (made["topics"], made["state"]) == (["case_changed"], "active")
    assert made["secret"].startswith("whsec_")
    assert run(home, *hook, "add", "gateway", address, "--topic", "weather", *as_admin)[0] == 2
    assert "only programs" in refusal(home, *hook, "add", "city-chief", address, "--topic", "case_changed", *as_admin)
    (line,) = document(home, *hook, "list", "gateway", *as_admin)["webhooks"]
    assert (line["address"], "secret" in line) == (address, False)
    code, out, _ = run(home, "--json", *hook, "test", made["id"], *as_admin)
    assert (code, json.loads(out)["taken"], "cannot be reached" in json.loads(out)["answer"]) == (1, False, True)
    assert document(home, *hook, "deliveries", made["id"], *as_admin) == {"deliveries": []}
    assert document(home, *hook, "remove", made["id"], *as_admin)["state"] == "removed"
    assert document(home, *hook, "list", "gateway", *as_admin) == {"webhooks": []}
    assert {rule for _, _, rule in audit(home, "webhook.try")} == {""}


def test_passkeys_are_listed_and_taken_away_at_the_terminal(tmp_path):
    home = make_desk_home(tmp_path / "home")
    desk = bootstrap.desk(home)
    for login, credential in (("duty", "aa"), ("admin", "bb")):
        register_passkey(desk, actor_of(desk, login), MadeKey(credential, "cc", 0), "localhost", "模拟电脑")
    desk.store.close()
    (theirs,) = document(home, "office", "passkey", "list", "duty", "--as", "admin")["passkeys"]
    assert (theirs["label"], theirs["removed"]) == ("模拟电脑", None)
    assert "reason" in refusal(home, "office", "passkey", "remove", theirs["id"], "--as", "admin")
    words = ("office", "passkey", "remove", theirs["id"], "--reason", "电脑已遗失", "--as", "admin")
    assert document(home, *words)["removed"] is not None
    assert "signed out" in refusal(home, "office", "who", "--as", "duty"), "his sessions went with it"
    (own,) = document(home, "office", "passkey", "list", "admin", "--as", "admin")["passkeys"]
    assert document(home, "office", "passkey", "remove", own["id"], "--as", "admin")["login"] == "admin"
    assert document(home, "office", "passkey", "list", "admin", "--as", "admin") == {"passkeys": []}
