"""Passkeys: made and removed in the settings, and a way to sign in beside the password."""

from __future__ import annotations

from typing import Final

from fanzha.core.errors import BadInput, FanzhaError, NotAllowed
from fanzha.ports.passkey_ceremony import Site
from fanzha.services.desk.keep_passkeys import own_passkeys, owner_of, register_passkey, remove_own_passkey
from fanzha.services.desk.sign_in import confirm_person
from fanzha.services.desk.sign_in_by_passkey import sign_in_by_passkey
from fanzha.web.answers import Answer, GoTo, Page
from fanzha.web.asking import Ask
from fanzha.web.challenges import Ceremony
from fanzha.web.pages.seat import counted, password_of, seat_again, sign_in_page
from fanzha.web.refusals import Trouble, trouble_of
from fanzha.web.routes import EVERYBODY_HERE, Route
from fanzha.web.ways_in import site_of
from fanzha.web.words import N_

SOMEBODY: Final = "passkey at "  # before the address, in the place of a login, where wrong attempts are counted


def sign_in(ask: Ask) -> Answer:
    """Begins a session by a passkey."""
    desk, hasher, passkeys, answer = ask.console.desk, ask.console.hasher, ask.console.passkeys, _answer(ask)
    try:
        site, challenge = _taken(ask, answer, Ceremony.SIGN_IN)
        seated = counted(
            ask, SOMEBODY + ask.client, lambda: sign_in_by_passkey(desk, hasher, passkeys, site, answer, challenge)
        )
    except (NotAllowed, BadInput) as error:
        return sign_in_page(ask, trouble_of(error), status=403)
    return seat_again(ask, seated)


def passkeys(ask: Ask) -> Answer:
    """One's own passkeys."""
    return _list(ask, None)


def begin(ask: Ask) -> Answer:
    """Asks for the password once more, and then the device for a new key."""
    console, actor = ask.console, ask.officer
    try:
        site = _site(ask)
        counted(ask, actor.id, lambda: confirm_person(console.desk, console.hasher, actor.id, password_of(ask)))
    except FanzhaError as error:
        return _list(ask, trouble_of(error))
    challenge = console.challenges.new(ask.visitor, Ceremony.MAKE, console.desk.clock.now_us())
    known = [one.credential_id for one in own_passkeys(console.desk, actor) if one.site == site.name]
    question = console.passkeys.ask_to_make(site, owner_of(actor), challenge, known)
    return Page("passkey_new.html", {"question": question, "label": ask.form.text("label")})


def register(ask: Ask) -> Answer:
    """Keeps the key that the device made."""
    console, answer = ask.console, _answer(ask)
    try:
        site, challenge = _taken(ask, answer, Ceremony.MAKE)
        made = console.passkeys.made(answer, site, challenge)
        register_passkey(console.desk, ask.officer, made, site.name, ask.form.text("label"))
    except FanzhaError as error:
        return _list(ask, trouble_of(error))
    return GoTo("/settings/passkeys", N_("通行密钥已添加，下次可用它登录"))


def remove(ask: Ask) -> Answer:
    """One of one's own counts no more."""
    remove_own_passkey(ask.console.desk, ask.officer, ask.path["passkey"])
    return GoTo("/settings/passkeys", N_("通行密钥已移除"))


def _list(ask: Ask, trouble: Trouble | None) -> Answer:
    context = {
        "passkeys": own_passkeys(ask.console.desk, ask.officer),
        "trouble": trouble,
        "can": site_of(ask) is not None,
    }
    return Page("passkeys.html", context, 200 if trouble is None else trouble.status)


def _answer(ask: Ask) -> str:
    return ask.form.text("answer")


def _site(ask: Ask) -> Site:
    site = site_of(ask)
    if site is None:
        raise NotAllowed("passkey.site", "passkeys need this page by its name over HTTPS (or at localhost)")
    return site


def _taken(ask: Ask, answer: str, ceremony: Ceremony) -> tuple[Site, bytes]:
    """Where the ceremony is held, and the challenge that the answer is to, now used up."""
    site = _site(ask)
    challenge = ask.console.passkeys.challenge_of(answer)
    ask.console.challenges.take(challenge, ask.visitor, ceremony, ask.console.desk.clock.now_us())
    return site, challenge


ROUTES: Final[tuple[Route, ...]] = (
    Route("POST", "/sign-in/passkey", sign_in, None),
    Route("GET", "/settings/passkeys", passkeys, EVERYBODY_HERE),
    Route("POST", "/settings/passkeys/begin", begin, EVERYBODY_HERE),
    Route("POST", "/settings/passkeys", register, EVERYBODY_HERE),
    Route("POST", "/settings/passkeys/{passkey:str}/remove", remove, EVERYBODY_HERE),
)
