"""A provider of identities elsewhere (OpenID Connect), which says who somebody is; what he may do the desk alone says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

DEFAULT_CLAIM: Final = "preferred_username"


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Which provider, as whom we come to it, and which claim of what it signs is the login."""

    issuer: str
    client_id: str
    client_secret: str = ""  # empty: a public client, which PKCE alone protects
    secret_file: str = ""  # that holds the secret, where it is not given itself
    claim: str = DEFAULT_CLAIM
    name: str = "OIDC"


@dataclass(frozen=True, slots=True)
class Journey:
    """Somebody on his way to the provider and back, and by what he is known again; secret but for `address`."""

    address: str  # to which he is sent
    state: str  # comes back with him
    nonce: str  # comes back in what the provider signed
    verifier: str  # shown to the provider when his code is traded in


class IdentityProvider(Protocol):
    """The way there and back. What does not hold raises NotAllowed; a provider that does not answer too."""

    @property
    def name(self) -> str:
        """How the button calls it."""

    def begin(self, back: str) -> Journey:
        """A new journey that ends at this address of ours."""

    def finish(self, journey: Journey, back: str, code: str) -> str:
        """The login that the provider says he has, once what it signed was verified."""
