"""A small provider of identities (模拟) on 127.0.0.1, with a key of its own; it does as OpenID Connect says, or not."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "fanzha-moni", "made-up client secret"


@dataclass
class Provider:
    """Who is signed in there, and what it does wrong: `claims` go over the right ones, `key` signs."""

    issuer: str = ""
    login: str = "duty"
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    published: Any = None  # keys that it publishes in place of its own
    alg: str = "ES256"
    calls_itself: str = ""
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # by code

    def authorize(self, query: dict[str, str]) -> str:
        """Where the visitor is sent back to."""
        assert (query["client_id"], query["code_challenge_method"]) == (CLIENT, "S256")
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The ID token for a code that is traded in once, by who knows the secret and the verifier."""
        asked = self.asked.pop(form["code"], None)
        known = base64.b64decode(authorization.removeprefix("Basic ")).decode() == f"{CLIENT}:{SECRET}"
        shown = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or not known
            or shown != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return None
        now = int(time.time())
        right = {
            "iss": self.issuer, "aud": CLIENT, "sub": "made-up", "nonce": asked["nonce"], "iat": now, "exp": now + 60,
            "preferred_username": self.login,
        }  # fmt: skip
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        header = {"alg": self.alg, "kid": "one"}
        return {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": jwt.encode(header, claims, self.key, [self.alg]),
        }

    def document(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.calls_itself or self.issuer,
            **{name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")},
        }

    def keys(self) -> dict[str, Any]:
        """Its public keys."""
        if self.published is not None:
            return self.published
        if isinstance(self.key, OctKey):
            return {"keys": [self.key.as_dict()]}
        return {"keys": [self.key.as_dict(private=False)]}


@contextmanager
def provider_served() -> Iterator[Provider]:
    """The provider, served by a thread of this process."""
    provider = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/authorization_endpoint":
                self.send_response(302)
                self.send_header("location", provider.authorize(query))
                self.end_headers()
            else:
                self._say(provider.keys() if parts.path == "/jwks_uri" else provider.document())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(provider.token(form, self.headers.get("authorization", "")))

        def _say(self, document: dict[str, Any] | None) -> None:
            self.send_response(200 if document is not None else 400)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(document or {"error": "invalid_grant"}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
