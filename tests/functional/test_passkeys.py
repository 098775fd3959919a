"""Passkeys in Chromium, by its own authenticator: made, used to sign in, lost, and refused when anything is not as asked."""

from __future__ import annotations

import json

import pytest
from console_home import CHROMIUM, FLAGS, axe_violations, open_console, served, visiting

from fanzha.access import Credential, CredentialKind, Person
from fanzha.access.passkeys import Passkey, check_room, used
from fanzha.audit import Subject
from fanzha.core.errors import NotAllowed
from fanzha.ports.record_query import Query
from fanzha.services.desk.acting import acting
from fanzha.services.desk.actor_from_token import actor_from_token
from fanzha.services.desk.change_person import deactivate_person, give_password
from fanzha.services.desk.keep_passkeys import list_passkeys
from fanzha.services.desk.sign_in import SIGN_IN
from fanzha.web.asking import SESSION_COOKIE
from fanzha.web.challenges import LASTS_US, Ceremony, Challenges

playwright = pytest.importorskip("playwright.sync_api")
PASSWORD = "moni-duty-2026!"
KEY = Passkey("KEY-1", 0, "COUNTY", "duty", "aa", "bb", 4, "localhost", "模拟电脑", 1)


@pytest.fixture
def console(tmp_path):
    with open_console(tmp_path / "home") as opened:
        admin = actor_from_token(opened.desk, "made-up-token-of-admin")
        with acting(opened.desk, admin, "person.reset_password", Subject("person", "duty")) as work:
            give_password(work, work.unit.records(Person).get("duty"), opened.hasher.hash(PASSWORD))
        yield opened


@pytest.fixture
def page(console):
    with served(console) as address, playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = browser.new_context(base_url=address.replace("127.0.0.1", "localhost"), locale="zh-CN")
        opened = context.new_page()
        opened.complaints = []
        opened.on(
            "console", lambda said: opened.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        opened.device = context.new_cdp_session(opened)
        opened.device.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        opened.authenticator = opened.device.send("WebAuthn.addVirtualAuthenticator", {"options": options})[
            "authenticatorId"
        ]
        yield opened
        browser.close()


def sign_in(page):
    page.goto("/sign-in")
    page.fill("#login", "duty")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/desk")


def make_passkey(page, label="模拟电脑"):
    page.goto("/settings/passkeys")
    page.fill("#f-label", label)
    page.fill("#f-password", PASSWORD)
    page.press("#f-password", "Enter")
    page.wait_for_selector("form[data-passkey=make]:not([hidden])")
    assert axe_violations(page) == []
    page.keyboard.press("Enter")  # the button has the focus
    page.wait_for_url("**/settings/passkeys")


def passkeys_of(console):
    return list_passkeys(console.desk, actor_from_token(console.desk, "made-up-token-of-admin"), "duty")


def signed_in(page):
    page.goto("/sign-in")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_load_state()
    page.wait_for_timeout(500)
    return "/desk" in page.url


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium")
def test_a_passkey_is_made_signs_in_counts_and_is_refused_once_lost(console, page):
    sign_in(page)
    make_passkey(page)
    assert "模拟电脑" in page.inner_text("main")
    assert axe_violations(page) == []
    (kept,) = passkeys_of(console)
    assert (kept.person, kept.site, len(kept.public_key) > 60) == ("duty", "localhost", True)

    page.context.clear_cookies(name=SESSION_COOKIE)
    page.goto("/sign-in")
    assert axe_violations(page) == []
    assert signed_in(page)
    assert passkeys_of(console)[0].sign_count > kept.sign_count
    with console.desk.store.reading() as view:
        (event,) = [one for one in view.audit.walk() if one.action == SIGN_IN and "passkey" in dict(one.details)]
    assert event.actor == "duty"

    page.context.clear_cookies(name=SESSION_COOKIE)
    with visiting(console) as visitor:
        admin = visitor("admin")
        admin.get("/people/duty")
        assert f"/passkeys/{kept.id}/remove" in admin.text
        admin.get(f"/passkeys/{kept.id}/remove")
        admin.post(f"/passkeys/{kept.id}/remove", reason="设备遗失，本人来电")
    assert passkeys_of(console)[0].revoked_at_us is not None
    with console.desk.store.reading() as view:
        sessions = view.records(Credential).find(Query(equals={"person": "duty", "kind": CredentialKind.SESSION})).rows
    assert all(one.revoked_at_us is not None for one in sessions)
    assert not signed_in(page)
    assert "this passkey is not known here" in page.text_content("#trouble")
    assert [said for said in page.complaints if "403" not in said] == []


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium")
def test_a_copied_or_repeated_or_foreign_answer_signs_nobody_in(console, page):
    sign_in(page)
    make_passkey(page)
    page.context.clear_cookies(name=SESSION_COOKIE)
    sent = []
    page.on(
        "request", lambda asked: sent.append(asked.post_data_json) if asked.url.endswith("/sign-in/passkey") else None
    )
    assert signed_in(page)
    page.context.clear_cookies(name=SESSION_COOKIE)
    page.goto("/sign-in")

    def send(answer):
        return page.request.post("/sign-in/passkey", form={**sent[0], "answer": answer}, max_redirects=0).status

    assert send(sent[0]["answer"]) == 403  # taken once
    broken = json.loads(sent[0]["answer"])
    broken["response"]["signature"] = broken["response"]["signature"][:-4] + "AAAA"
    assert [send(text) for text in (json.dumps(broken), "{}", "", '{"response": 3}', "[" * 2000)] == [403] * 5
    page.context.clear_cookies()  # another visitor
    assert page.request.post("/sign-in/passkey", form=sent[0], max_redirects=0).status == 403

    held = page.device.send("WebAuthn.getCredentials", {"authenticatorId": page.authenticator})["credentials"][0]
    page.device.send("WebAuthn.clearCredentials", {"authenticatorId": page.authenticator})
    page.device.send(
        "WebAuthn.addCredential", {"authenticatorId": page.authenticator, "credential": {**held, "signCount": 0}}
    )
    assert not signed_in(page)  # a copy of the device's key, which counts from an earlier number
    with console.desk.store.reading() as view:
        assert any("passkey.count" in str(one) for one in view.audit.walk())


def test_who_is_shut_out_loses_his_passkeys(console):
    admin = actor_from_token(console.desk, "made-up-token-of-admin")
    with console.desk.store.begin() as unit:
        unit.records(Passkey).add(KEY)
        unit.commit()
    deactivate_person(console.desk, admin, "duty", "调离本单位")
    assert passkeys_of(console)[0].revoked_at_us is not None


def test_where_a_browser_allows_no_passkey_none_is_offered(console):
    with visiting(console) as visitor:
        guest = visitor()
        assert "通行密钥" not in guest.get("/sign-in")
        assert "localhost" in visitor("both").get("/settings/passkeys")
        guest.post("/sign-in/passkey", answer="{}")
        assert guest.status == 403


def test_a_challenge_is_one_visitors_for_one_purpose_once_and_not_for_long():
    challenges = Challenges(b"made-up")
    mine = challenges.new("visitor", Ceremony.SIGN_IN, 1_000)
    for wrong in (
        (mine, "other", Ceremony.SIGN_IN, 2_000), (mine, "visitor", Ceremony.MAKE, 2_000),
        (mine, "visitor", Ceremony.SIGN_IN, 1_000 + LASTS_US), (b"", "visitor", Ceremony.SIGN_IN, 2_000),
        (mine[:16] + bytes(8) + mine[24:], "visitor", Ceremony.SIGN_IN, 2_000),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            challenges.take(*wrong)
    challenges.take(mine, "visitor", Ceremony.SIGN_IN, 2_000)
    with pytest.raises(NotAllowed):
        challenges.take(mine, "visitor", Ceremony.SIGN_IN, 3_000)


def test_a_count_rises_or_the_device_does_not_count():
    assert used(KEY, 5, 9).sign_count == 5
    for count in (4, 3, 0):
        with pytest.raises(NotAllowed):
            used(KEY, count, 9)
    never = Passkey("KEY-2", 0, "COUNTY", "duty", "cc", "bb", 0, "localhost", "x", 1)
    assert used(never, 0, 9).used_at_us == 9
    with pytest.raises(NotAllowed):
        check_room([KEY] * 10)
