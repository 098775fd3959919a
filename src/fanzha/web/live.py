"""One stream of events a browser: it says that something changed, never what; each page asks again what it may see."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Final

import anyio
from anyio import to_thread
from litestar import Request, get
from litestar.response import Response, ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from fanzha.core.errors import NotAllowed
from fanzha.services.desk.actor_from_token import actor_from_token
from fanzha.web.asking import SESSION_COOKIE
from fanzha.web.console import Console

LOOK_S: Final = 1.0  # how often the store is asked whether anything happened
BEAT_S: Final = 10.0  # how often the time is told, by which a page knows that it is connected
RETRY_MS: Final = 3000


class _Pulse:
    """How many things have happened, asked of the store at most once a look however many listen."""

    def __init__(self, console: Console) -> None:
        self._console, self._count, self._at = console, -1, -LOOK_S
        self._lock = anyio.Lock()

    async def count(self) -> int:
        """Rows of the audit: every change and every refusal is one."""
        async with self._lock:
            if anyio.current_time() - self._at >= LOOK_S:
                self._count = await to_thread.run_sync(self._head)
                self._at = anyio.current_time()
            return self._count

    def _head(self) -> int:
        with self._console.desk.store.reading() as view:
            return view.audit.head().count


def live_handler(console: Console) -> Any:
    """The handler of the stream; it ends with the session."""
    pulse: list[_Pulse] = []

    @get("/live", name="live", include_in_schema=False)
    async def live(request: Request[Any, Any, Any]) -> Response[Any]:
        token = request.cookies.get(SESSION_COOKIE, "")
        if not await to_thread.run_sync(_is_seated, console, token):
            return Response(b"", status_code=401)
        if not pulse:
            pulse.append(_Pulse(console))
        return ServerSentEvent(_events(console, pulse[0], token), retry_duration=RETRY_MS)

    return live


async def _events(console: Console, pulse: _Pulse, token: str) -> AsyncGenerator[ServerSentEventMessage, None]:
    known, beat_at = await pulse.count(), -BEAT_S
    while not console.ending.is_set():
        count, now = await pulse.count(), anyio.current_time()
        if count != known:
            known = count
            yield _event(console, "changed")
        if now - beat_at >= BEAT_S:
            beat_at = now
            if not await to_thread.run_sync(_is_seated, console, token):
                yield _event(console, "ended")
                return
            yield _event(console, "time")
        await anyio.sleep(LOOK_S)


def _event(console: Console, kind: str) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=str(console.desk.clock.now_us() // 1000), event=kind)


def _is_seated(console: Console, token: str) -> bool:
    try:
        actor_from_token(console.desk, token)
    except NotAllowed:
        return False
    return True
