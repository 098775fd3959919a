"""Signing in by a provider of identities (OIDC), where one is configured."""

from __future__ import annotations

from typing import Final

from fanzha.core.errors import NotAllowed
from fanzha.ports.identity_provider import IdentityProvider
from fanzha.services.desk.sign_in_by_provider import sign_in_by_provider
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import SESSION_COOKIE, VISITOR_COOKIE, Ask
from fanzha.web.journeys import Underway
from fanzha.web.navigation import first_page
from fanzha.web.pages.seat import inside, sign_in_page
from fanzha.web.refusals import trouble_of
from fanzha.web.routes import Route

BACK: Final = "/sign-in/provider/back"


def set_out(ask: Ask) -> Answer:
    """To the provider, who asks the visitor who he is."""
    console = ask.console
    scheme = "https" if console.secure else "http"
    back = f"{scheme}://{ask.headers.get('host', '')}{BACK}"
    try:
        journey = _provider(ask).begin(back)
    except NotAllowed as refusal:
        return sign_in_page(ask, trouble_of(refusal), status=403)
    now_us = console.desk.clock.now_us()
    console.journeys.begin(
        Underway(journey, ask.cookies[VISITOR_COOKIE], now_us, back, inside(ask.query.get("next", "")))
    )
    return GoTo(journey.address)


def come_back(ask: Ask) -> Answer:
    """Begins a session for whom the provider sent back.

    The answer is a page that leads on, no redirect: the browser came here from elsewhere, and would not show a strict
    cookie to the address that a redirect names.
    """
    console, query = ask.console, ask.query
    try:
        provider = _provider(ask)
        underway = console.journeys.end(
            query.get("state", ""), ask.cookies[VISITOR_COOKIE], console.desk.clock.now_us()
        )
        if "code" not in query:
            return sign_in_page(ask, trouble_of(NotAllowed("oidc.refused", "the provider let nobody in")), status=403)
        login = provider.finish(underway.journey, underway.back, query["code"])
        seated = sign_in_by_provider(console.desk, console.hasher, provider.name, login)
    except NotAllowed as refusal:
        return sign_in_page(ask, trouble_of(refusal), status=403)
    onward = underway.next or first_page(seated.actor)
    return Page("signed_in.html", {"onward": onward}, cookies={SESSION_COOKIE: seated.token})


def _provider(ask: Ask) -> IdentityProvider:
    if ask.console.provider is None:
        raise NotAllowed("oidc.none", "this desk knows no provider of identities")
    return ask.console.provider


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/sign-in/provider", set_out, None),
    Route("GET", BACK, come_back, None),
)
