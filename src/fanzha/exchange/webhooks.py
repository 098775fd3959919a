"""What programs are told over HTTP: signed as Standard Webhooks says, to addresses of the open network alone.

The name is looked up once, every address that it has is judged, and the connection goes to the one that was judged: a name
that answers otherwise a moment later leads nowhere else.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import anyio
import httpx

from fanzha.access.partner_link import is_this_machine
from fanzha.access.webhooks import Webhook, check_address
from fanzha.core.errors import BadInput
from fanzha.core.time import SECOND_US, Clock
from fanzha.ports.dispatcher import Handed, Verdict
from fanzha.ports.work_queues import OutMessage

ANSWER_S_MAX: Final = 10.0
GONE: Final = 410  # by which a receiver says that it wants nothing more
Look = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> Sequence[str]:
    """Every address of a name. OSError where it has none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Posted:
    """A POST as it is made: to an address in figures, under the name that it is known by."""

    url: str
    name: str  # for the certificate
    headers: Mapping[str, str]
    body: bytes


def post(asked: Posted) -> int:
    """The status of the answer; what else it says is not read, and all of it is given up after ten seconds.

    Raises httpx.HTTPError, OSError, TimeoutError.
    """
    return anyio.run(_post, asked)


async def _post(asked: Posted) -> int:
    with anyio.fail_after(ANSWER_S_MAX):  # however slowly it trickles: one receiver holds up no other for longer
        async with httpx.AsyncClient(timeout=ANSWER_S_MAX, follow_redirects=False, trust_env=False) as client:
            answering = client.stream(
                "POST", asked.url, content=asked.body, headers=dict(asked.headers),
                extensions={"sni_hostname": asked.name},
            )  # fmt: skip
            async with answering as answer:
                return answer.status_code


class HttpWebhooks:
    """Webhooks by HTTP POST. Every secret is derived from one of ours, so that none lies in a record."""

    def __init__(
        self,
        secret: Callable[[], bytes],
        clock: Clock,
        *,
        private: bool = False,
        look: Look = look_up,
        send: Callable[[Posted], int] = post,
    ) -> None:
        """`secret` is asked for when there is something to sign; `private`: private networks are allowed too."""
        self._secret, self._clock, self._private, self._look, self._send = secret, clock, private, look, send

    def secret_of(self, hook: Webhook) -> str:
        """The secret of a webhook, in the form of Standard Webhooks."""
        return "whsec_" + base64.b64encode(self._key(hook)).decode("ascii")

    def send(self, hook: Webhook, message: OutMessage) -> Handed:
        """Hands one message over; every way in which that fails is an answer, too."""
        body, at = message.body.encode(), str(self._clock.now_us() // SECOND_US)
        signed = f"{message.request_id}.{at}.".encode() + body
        signature = base64.b64encode(hmac.new(self._key(hook), signed, "sha256").digest()).decode("ascii")
        headers = {
            "webhook-id": message.request_id, "webhook-timestamp": at, "webhook-signature": f"v1,{signature}",
            "content-type": "application/json", "accept-encoding": "identity", "user-agent": "fanzha",
        }  # fmt: skip
        try:
            url, host, name = self._judged(hook.address)
            status = self._send(Posted(url, name, headers | {"host": host}, body))
        except BadInput as wrong:
            return Handed(Verdict.AGAIN, str(wrong))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:  # TimeoutError is one of the last
            return Handed(Verdict.AGAIN, f"cannot be reached: {type(failure).__name__}")
        if 200 <= status < 300:
            return Handed(Verdict.ACCEPTED)
        reason = f"answered {status}" + (": redirects are not followed" if 300 <= status < 400 else "")
        return Handed(Verdict.REFUSED if status == GONE else Verdict.AGAIN, reason)

    def _judged(self, address: str) -> tuple[str, str, str]:
        """Where to connect to, and the name for the host's header and the certificate."""
        parts = urlsplit(check_address(address))
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = [ipaddress.ip_address(one.partition("%")[0]) for one in self._look(host, port)]
        for one in found:
            if not self._may_reach(one, here=is_this_machine(host)):
                raise BadInput(
                    f"{host} is at {one}, in a network that webhooks may not reach (FANZHA_WEBHOOK_PRIVATE=1)"
                )
        shown = f"[{found[0]}]" if found[0].version == 6 else str(found[0])
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return f"{parts.scheme}://{shown}:{port}{path}", parts.netloc, host

    def _may_reach(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address, *, here: bool) -> bool:
        plain = getattr(address, "ipv4_mapped", None) or address
        if plain.is_loopback:
            return here  # only for whoever wrote this machine's own address, never by a name elsewhere
        if plain.is_multicast or plain.is_unspecified or plain.is_link_local or plain.is_reserved:
            return False
        return plain.is_global or self._private

    def _key(self, hook: Webhook) -> bytes:
        return hmac.new(self._secret(), f"webhook {hook.id} {hook.created_at_us}".encode(), "sha256").digest()
