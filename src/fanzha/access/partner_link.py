"""How a partner is reached and known: its address, its public key, and which key of ours signs what goes there."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import PurePath
from typing import Final
from urllib.parse import urlsplit

from fanzha.core.errors import BadInput

_KEY_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PUBLIC_KEY: Final = re.compile(r"[0-9a-f]{64}")
OWN_KEY: Final = "exchange.pem"


@unique
class LinkChannel(StrEnum):
    """By which way orders leave and receipts come."""

    HTTP = "http"
    SIGNED_FILE = "signed_file"


@dataclass(frozen=True, slots=True)
class PartnerLink:
    """A connected partner. No secret is in it: `own_key` names a file of the home directory that nobody else may read."""

    id: str
    version: int
    organisation: str  # the partner's body
    channel: LinkChannel
    address: str  # where its service is, or the folder that both can reach
    key_id: str  # what the partner calls its key
    public_key: str  # of the partner: 32 bytes of Ed25519, hexadecimal
    own_key: str = OWN_KEY
    cursor: str = ""  # how far its receipts were collected
    active: bool = True


def check_link(link: PartnerLink) -> None:
    """Raises BadInput where a link could not work, or would carry orders in the clear over a network."""
    if not link.organisation:
        raise BadInput("a link belongs to a partner: name its body")
    if not link.key_id or not link.key_id.isprintable() or not link.key_id.isascii():
        raise BadInput("the partner's key needs an id in plain letters; it names it so in what it signs")
    if not _PUBLIC_KEY.fullmatch(link.public_key):
        raise BadInput("the partner's public key is 64 hexadecimal digits (the 32 bytes of an Ed25519 key)")
    if not _KEY_FILE.fullmatch(link.own_key):
        raise BadInput(f"{link.own_key!r} is no plain file name; the key lies in the folder keys of the home directory")
    if link.channel is LinkChannel.HTTP:
        _check_url(link.address)
    elif not PurePath(link.address).is_absolute():
        raise BadInput(f"{link.address!r}: give the partner's folder with its whole path")


def _check_url(address: str) -> None:
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise BadInput(f"{address!r} is no address of a service") from None
    if not host or parts.query or parts.fragment or parts.username or parts.scheme not in {"http", "https"}:
        raise BadInput(
            f"{address!r} is no address of a service; write https://host/path, without a password or a question"
        )
    if parts.scheme == "http" and not is_this_machine(host):
        raise BadInput(f"{address}: orders name people and accounts; over a network they go by https only")


def is_this_machine(host: str) -> bool:
    """Whether a host of an address is the machine itself: nothing that goes there is seen by a network."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
