"""What the user or the environment decides once per start; nothing below reads the environment again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fanzha.ports.identity_provider import DEFAULT_CLAIM, ProviderSettings

DEFAULT_HOME: Final = Path("fanzha-home")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one start."""

    home: Path  # holds the embedded data: ledger, records, reports
    database: str | None = None  # address of the records of work; None: a SQLite file of the home
    debug: bool = False  # tracebacks of unexpected errors
    home_named: bool = False  # by somebody; else it is the default
    provider: ProviderSettings | None = None
    private_webhooks: bool = False  # programs in private networks may be told of changes


def read_settings(environ: Mapping[str, str], home: str | None = None) -> Settings:
    """Settings from the environment (FANZHA_HOME, FANZHA_DATABASE, FANZHA_DEBUG, FANZHA_OIDC_…, …); a home given wins."""
    named = home or environ.get("FANZHA_HOME")
    return Settings(
        home=Path(named or DEFAULT_HOME),
        database=environ.get("FANZHA_DATABASE") or None,
        debug=environ.get("FANZHA_DEBUG", "") not in ("", "0"),
        home_named=bool(named),
        provider=_provider(environ),
        private_webhooks=environ.get("FANZHA_WEBHOOK_PRIVATE", "") not in ("", "0"),
    )


def _provider(environ: Mapping[str, str]) -> ProviderSettings | None:
    """FANZHA_OIDC_ISSUER, _CLIENT, _SECRET or _SECRET_FILE, _CLAIM (the login), _NAME (the button's)."""
    issuer = environ.get("FANZHA_OIDC_ISSUER", "")
    if not issuer:
        return None
    return ProviderSettings(
        issuer,
        environ.get("FANZHA_OIDC_CLIENT", ""),
        client_secret=environ.get("FANZHA_OIDC_SECRET", ""),
        secret_file=environ.get("FANZHA_OIDC_SECRET_FILE", ""),
        claim=environ.get("FANZHA_OIDC_CLAIM", "") or DEFAULT_CLAIM,
        name=environ.get("FANZHA_OIDC_NAME", "") or "OIDC",
    )
