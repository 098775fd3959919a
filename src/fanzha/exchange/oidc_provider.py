"""OpenID Connect: the code flow with PKCE, and the ID token verified against the provider's published keys.

authlib builds the question, joserfc checks what was signed; asking goes through our own client, which follows nobody,
takes nothing from the environment and reads nothing without end.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from fanzha.access.partner_link import is_this_machine
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.time import MINUTE_US, SECOND_US, Clock
from fanzha.ports.identity_provider import Journey, ProviderSettings

# Signed by the provider's own key; never by a secret that both know, never not at all.
ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
LEEWAY_S: Final = 60
ASKED_AT_ONCE: Final = 4
KNOWN_US: Final = 10 * MINUTE_US
ANSWER_BYTES_MAX: Final = 256 * 1024
DISCOVERY: Final = "/.well-known/openid-configuration"


class OidcProvider:
    """One provider; asked anew for its keys at every sign-in, so that it may change them whenever it likes.

    Safe to share between threads.
    """

    def __init__(self, settings: ProviderSettings, client: httpx.Client, clock: Clock) -> None:
        """Raises BadInput where it could not work, or would send secrets in the clear."""
        if not settings.client_id:
            raise BadInput("signing in by a provider needs the client id that it gave us: FANZHA_OIDC_CLIENT")
        _check_address(settings.issuer)
        self._settings, self._client, self._clock = settings, client, clock
        self._asking = threading.BoundedSemaphore(ASKED_AT_ONCE)
        self._known: tuple[int, Mapping[str, Any]] = (0, {})  # until when, and what it published of itself

    @property
    def name(self) -> str:
        """How the button calls it."""
        return self._settings.name

    def begin(self, back: str) -> Journey:
        """A new journey that ends at this address of ours."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        address: str = prepare_grant_uri(
            self._discovered("authorization_endpoint"), client_id=self._settings.client_id, response_type="code",
            redirect_uri=back, scope="openid profile email", state=state, nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
        )  # fmt: skip
        return Journey(address, state, nonce, verifier)

    def finish(self, journey: Journey, back: str, code: str) -> str:
        """The login that the provider says he has, once what it signed was verified."""
        settings = self._settings
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": journey.verifier,
        }  # fmt: skip
        if not settings.client_secret:
            form["client_id"] = settings.client_id
        auth = (settings.client_id, settings.client_secret) if settings.client_secret else None
        answer = self._ask("POST", self._discovered("token_endpoint"), form, auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotAllowed("oidc.answer", "the provider gave no ID token")
        return self._login(self._claims(token, journey))

    def _claims(self, token: str, journey: Journey) -> Mapping[str, Any]:
        """What the provider signed, for us, for this journey, and now."""
        keys = self._ask("GET", self._discovered("jwks_uri"))
        registry = jwt.JWTClaimsRegistry(
            now=self._clock.now_us() // SECOND_US, leeway=LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True}, iat={"essential": True}, sub={"essential": True},
            nonce={"essential": True, "value": journey.nonce},
        )  # fmt: skip
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as wrong:
            raise NotAllowed("oidc.token", f"the provider's ID token does not hold: {wrong}") from None
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._settings.client_id:
            raise NotAllowed("oidc.token", "the provider's ID token was given to somebody else")
        return claims

    def _login(self, claims: Mapping[str, Any]) -> str:
        claim = self._settings.claim
        login = claims.get(claim)
        if not isinstance(login, str) or not login.strip():
            raise NotAllowed("oidc.claim", f"the provider's ID token has no {claim}")
        if claim == "email" and claims.get("email_verified") is not True:
            raise NotAllowed("oidc.claim", "the provider has not verified this e-mail address")
        return login.strip()

    def _discovered(self, part: str) -> str:
        """An address that the provider publishes of itself."""
        issuer, now_us = self._settings.issuer, self._clock.now_us()
        until_us, document = self._known
        if now_us >= until_us:
            document = self._ask("GET", issuer.rstrip("/") + DISCOVERY)
            if document.get("issuer") != issuer:
                raise NotAllowed("oidc.answer", f"who answers at {issuer} calls itself something else")
            self._known = now_us + KNOWN_US, document
        address = document.get(part)
        try:
            return _check_address(address if isinstance(address, str) else "")
        except BadInput as wrong:
            raise NotAllowed("oidc.answer", f"the provider's {part}: {wrong}") from None

    def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
    ) -> Mapping[str, Any]:
        """A JSON object of the provider's. A provider that hangs holds up a few visitors, never everybody's turn."""
        if not self._asking.acquire(blocking=False):
            raise NotAllowed("oidc.silent", "the provider is asked by too many at once, or does not answer")
        try:
            status, read = self._read(method, url, form, auth)
        finally:
            self._asking.release()
        try:
            said = json.loads(read)
        except (ValueError, RecursionError):
            said = None
        if status != 200 or not isinstance(said, dict):
            raise NotAllowed("oidc.answer", f"the provider answered {status} to {urlsplit(url).path}")
        return said

    def _read(
        self, method: str, url: str, form: Mapping[str, str] | None, auth: tuple[str, str] | None
    ) -> tuple[int, bytes]:
        headers, read = {"accept": "application/json", "accept-encoding": "identity"}, bytearray()
        try:
            with self._client.stream(method, url, data=form, auth=auth, headers=headers) as answer:
                for piece in answer.iter_bytes():
                    read += piece
                    if len(read) > ANSWER_BYTES_MAX:
                        raise NotAllowed("oidc.answer", "the provider's answer is too long")
                return answer.status_code, bytes(read)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            raise NotAllowed("oidc.silent", f"the provider cannot be reached: {type(failure).__name__}") from None


def _check_address(address: str) -> str:
    """The address. Raises BadInput for one that is none, or would carry secrets in the clear over a network."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if not host or parts.scheme not in {"http", "https"} or parts.username or parts.fragment:
        raise BadInput(f"{address!r} is no address of a provider; write https://host/path")
    if parts.scheme == "http" and not is_this_machine(host):
        raise BadInput(f"{address}: signing in goes by https only over a network")
    return address
