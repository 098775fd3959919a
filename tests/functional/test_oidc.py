"""Signing in by a provider of identities: the whole way with a real one, and everything that must not let anybody in."""

from __future__ import annotations

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from console_home import CHROMIUM, FLAGS, axe_violations, open_console, served, visiting
from identity_provider import CLIENT, SECRET, provider_served
from joserfc.jwk import ECKey, OctKey

from fanzha import bootstrap
from fanzha.access import Person
from fanzha.config import read_settings
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.time import SystemClock
from fanzha.exchange.oidc_provider import ASKED_AT_ONCE, OidcProvider
from fanzha.ports.identity_provider import Journey, ProviderSettings
from fanzha.services.desk.sign_in import SIGN_IN
from fanzha.web.journeys import LASTS_US, Journeys, Underway

BACK = "http://127.0.0.1/sign-in/provider/back"


@pytest.fixture(scope="module")
def provider():
    with provider_served() as one:
        yield one


@pytest.fixture(autouse=True)
def right_again(provider):
    key = provider.key
    yield
    provider.key, provider.alg, provider.claims, provider.published, provider.login = key, "ES256", {}, None, "duty"
    provider.calls_itself = ""


@pytest.fixture
def console(tmp_path, provider):
    environ = {
        "FANZHA_OIDC_ISSUER": provider.issuer, "FANZHA_OIDC_CLIENT": CLIENT, "FANZHA_OIDC_NAME": "模拟统一认证",
        "FANZHA_OIDC_SECRET_FILE": str(tmp_path / "secret"),
    }  # fmt: skip
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    with (
        bootstrap.identity_provider(read_settings(environ).provider) as reached,
        open_console(tmp_path / "home") as opened,
    ):
        yield replace(opened, provider=reached)


def come_back(provider, visitor, **changed):
    """A visitor goes to the provider and back; the way back can be changed on the way."""
    guest = visitor()
    guest.get("/sign-in")
    answer = guest.client.get("/sign-in/provider?next=/cases", headers=guest._headers(), follow_redirects=False)
    assert answer.status_code == 303
    there = httpx.get(answer.headers["location"], trust_env=False)
    back = urlsplit(there.headers["location"])
    query = {name: values[0] for name, values in parse_qs(back.query).items()} | changed
    guest.get(f"{back.path}?{httpx.QueryParams(query)}")
    return guest


def test_a_known_login_is_let_in_and_goes_where_he_wanted(console, provider):
    with visiting(console) as visitor:
        assert "模拟统一认证" in visitor().get("/sign-in")
        guest = come_back(provider, visitor)
        assert (guest.status, bool(guest.seated)) == (200, True)
        assert 'url=/cases"' in guest.text
        assert "duty" in guest.get("/cases")
    with console.desk.store.reading() as view:
        (event,) = [one for one in view.audit.walk() if one.action == SIGN_IN]
    assert (event.actor, dict(event.details)["provider"]) == ("duty", "模拟统一认证")


def test_nobody_is_made_by_it_and_who_is_not_active_stays_out(console, provider):
    with console.desk.store.begin() as unit:
        people = unit.records(Person)
        people.save(replace(people.get("duty2"), active=False))
        unit.commit()
        before = len(people.get_many(["newcomer"]))
    with visiting(console) as visitor:
        for login in ("newcomer", "duty2", "DUTY", "", "machine"):
            provider.login = login
            guest = come_back(provider, visitor)
            assert (login, guest.status, guest.seated) == (login, 403, "")
    assert before == 0


WRONG = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "somebody else's": {"aud": "another-client"},
    "given to another among several": {"aud": [CLIENT, "another"], "azp": "another"},
    "over": {"exp": 1_000_000},
    "without an end": {"exp": None},
    "of tomorrow": {"iat": int(time.time()) + 86_400},
    "of another journey": {"nonce": "made-up"},
    "without nonce": {"nonce": None},
    "without the claim": {"preferred_username": None},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_for_us_now_lets_nobody_in(console, provider, claims):
    provider.claims = claims
    with visiting(console) as visitor:
        guest = come_back(provider, visitor)
        assert (guest.status, guest.seated) == (403, "")
        assert "统一身份" in guest.words


def test_a_token_signed_by_nobody_who_may_lets_nobody_in(console, provider):
    own = provider.key
    with visiting(console) as visitor:
        provider.key = ECKey.generate_key("P-256", {"kid": "one"})
        provider.published = {"keys": [own.as_dict(private=False)]}
        assert come_back(provider, visitor).status == 403
        # A secret that both know is no signature of the provider's, even where it publishes one.
        provider.key, provider.alg, provider.published = (
            OctKey.import_key("made-up secret of 32 bytes and more"),
            "HS256",
            None,
        )
        assert come_back(provider, visitor).status == 403


def test_who_answers_in_the_issuers_place_or_not_at_all_lets_nobody_in(provider):
    provider.calls_itself = "https://elsewhere.example"
    with httpx.Client(trust_env=False) as client:
        with pytest.raises(NotAllowed, match="something else"):
            OidcProvider(ProviderSettings(provider.issuer, CLIENT, SECRET), client, SystemClock()).begin(BACK)
        with pytest.raises(NotAllowed, match="cannot be reached"):
            OidcProvider(ProviderSettings("http://127.0.0.1:9", CLIENT), client, SystemClock()).begin(BACK)


def test_a_provider_that_hangs_holds_up_only_a_few():
    with socket.create_server(("127.0.0.1", 0)) as silent, httpx.Client(trust_env=False, timeout=2) as client:
        asked = OidcProvider(
            ProviderSettings(f"http://127.0.0.1:{silent.getsockname()[1]}", CLIENT), client, SystemClock()
        )

        def ask(_):
            begun = time.monotonic()
            with pytest.raises(NotAllowed):
                asked.begin(BACK)
            return time.monotonic() - begun

        with ThreadPoolExecutor(20) as crowd:
            waited = list(crowd.map(ask, range(20)))
    assert sum(one > 1.5 for one in waited) == ASKED_AT_ONCE


def test_the_way_back_is_this_visitors_once(console, provider):
    with visiting(console) as visitor:
        assert come_back(provider, visitor, state="made-up").status == 403
        assert come_back(provider, visitor, code="made-up").status == 403
        guest = visitor()
        guest.get("/sign-in")
        answer = guest.client.get("/sign-in/provider", headers=guest._headers(), follow_redirects=False)
        state = parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]
        guest.get(f"/sign-in/provider/back?error=access_denied&state={state}")
        assert "没有让您登录" in guest.words
        guest.get(f"/sign-in/provider/back?code=x&state={state}")
        assert "重新开始" in guest.words
    journeys = Journeys()
    underway = Underway(Journey("", "s", "n", "v"), "visitor", 1_000, BACK, "")
    for visitor_mark, now_us in (("other", 2_000), ("visitor", 1_000 + LASTS_US)):
        journeys.begin(underway)
        with pytest.raises(NotAllowed):
            journeys.end("s", visitor_mark, now_us)


def test_where_none_is_configured_none_is_offered(tmp_path):
    assert read_settings({}).provider is None
    with open_console(tmp_path / "home") as console, visiting(console) as visitor:
        guest = visitor()
        assert "/sign-in/provider" not in guest.get("/sign-in")
        guest.get("/sign-in/provider")
        assert guest.status == 403


def test_no_secret_goes_in_the_clear_and_an_e_mail_must_be_verified(provider):
    with httpx.Client(trust_env=False) as client:
        for wrong in ("http://provider.example", "ftp://127.0.0.1", "https://", "https://me@provider.example"):
            with pytest.raises(BadInput):
                OidcProvider(ProviderSettings(wrong, CLIENT), client, SystemClock())
        with pytest.raises(BadInput):
            OidcProvider(ProviderSettings(provider.issuer, ""), client, SystemClock())
        by_mail = OidcProvider(ProviderSettings(provider.issuer, CLIENT, SECRET, claim="email"), client, SystemClock())
        for verified, said in ((True, "duty@example.test"), (False, None), (None, None)):
            provider.claims = {"email": "duty@example.test", "email_verified": verified}
            journey = by_mail.begin(BACK)
            back = httpx.get(journey.address, trust_env=False).headers["location"]
            code = re.search(r"code=([^&]+)", back)[1]
            if said is None:
                with pytest.raises(NotAllowed):
                    by_mail.finish(journey, BACK, code)
            else:
                assert by_mail.finish(journey, BACK, code) == said


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium")
def test_a_browser_comes_back_from_another_site_and_is_seated(console):
    playwright = pytest.importorskip("playwright.sync_api")
    with served(console) as address, playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_context(base_url=address.replace("127.0.0.1", "localhost"), locale="zh-CN").new_page()
        complaints = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.goto("/sign-in")
        assert axe_violations(page) == []
        page.get_by_role("link", name="统一身份登录").click()
        page.wait_for_url("**/desk")
        assert "模拟·duty" in page.inner_text("header")
        assert complaints == []
        browser.close()
