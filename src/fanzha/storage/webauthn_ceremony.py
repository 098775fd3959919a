"""Passkey ceremonies by the webauthn library: no attestation is asked for, the owner is always verified by his device."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    parse_authentication_credential_json,
    parse_client_data_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fanzha.core.errors import NotAllowed
from fanzha.ports.passkey_ceremony import MadeKey, Owner, Site

TIMEOUT_MS: Final = 120_000
NAME: Final = "Fanzha 反诈"
Result = TypeVar("Result")
# Whatever parsers of JSON, CBOR and keys say of bytes that a stranger sent.
_MALFORMED: Final = (
    WebAuthnException, ValueError, LookupError, TypeError, AttributeError, RecursionError, EOFError, struct.error,
)  # fmt: skip


class WebauthnCeremony:
    """WebAuthn level 2, as browsers speak it."""

    def ask_to_make(self, site: Site, owner: Owner, challenge: bytes, known: Sequence[str]) -> str:
        """The question for a new passkey on a device that holds none of the known ones."""
        options = generate_registration_options(
            rp_id=site.name, rp_name=NAME, user_id=bytes.fromhex(owner.id), user_name=owner.login,
            user_display_name=owner.name, challenge=challenge, timeout=TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes.fromhex(one)) for one in known],
        )  # fmt: skip
        return options_to_json(options)

    def ask_to_sign(self, site: Site, challenge: bytes) -> str:
        """The question for a signature by any passkey of this site."""
        options = generate_authentication_options(
            rp_id=site.name,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def challenge_of(self, answer: str) -> bytes:
        """Which challenge an answer says that it is to; not checked yet."""
        return _checked(lambda: parse_client_data_json(_client_data(answer)).challenge)

    def made(self, answer: str, site: Site, challenge: bytes) -> MadeKey:
        """The new passkey, whose owner was verified by its device."""
        found = _checked(
            lambda: verify_registration_response(
                credential=answer, expected_challenge=challenge, expected_rp_id=site.name, expected_origin=site.origin,
                require_user_verification=True,
            )
        )  # fmt: skip
        return MadeKey(found.credential_id.hex(), found.credential_public_key.hex(), found.sign_count)

    def signer_of(self, answer: str) -> str:
        """Which passkey an answer says that it is by; not checked yet."""
        return _checked(lambda: parse_authentication_credential_json(answer)).raw_id.hex()

    def signed(self, answer: str, site: Site, challenge: bytes, public_key: str) -> int:
        """How often the passkey has signed, once the signature and that its device verified its owner are checked."""
        found = _checked(
            lambda: verify_authentication_response(
                credential=answer, expected_challenge=challenge, expected_rp_id=site.name, expected_origin=site.origin,
                # The count is a rule of the desk, which knows what was kept when the record is held.
                credential_public_key=bytes.fromhex(public_key), credential_current_sign_count=0,
                require_user_verification=True,
            )
        )  # fmt: skip
        return found.new_sign_count


def _client_data(answer: str) -> bytes:
    """What the browser says of the ceremony, as it stands in either kind of answer."""
    return base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])


def _checked(look: Callable[[], Result]) -> Result:
    """What the library finds, its complaints in the desk's words."""
    try:
        return look()
    except _MALFORMED as wrong:
        raise NotAllowed("passkey.answer", f"the passkey's answer does not hold: {wrong}") from None
