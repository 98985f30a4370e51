"""The application under a server: bodies of records are read as they come, files are sent piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import TimeoutError as TooLate
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponseBase

STREAMED = ("application/offset+octet-stream", "application/octet-stream", "application/x-ndjson")
_STALLS_S = 30.0  # how long a connection may be silent before what came is taken for all that comes
_BESIDES = 1 << 20  # bytes of a form around a file of the greatest size
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Arriving:
    """A body that still comes in, as the file that a view in a thread reads. It ends in OSError where it breaks."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._loop = receive, asyncio.get_running_loop()
        self._held, self._more = b"", True
        self.whole = asyncio.Event()

    def read(self, size: int = -1) -> bytes:
        """Some bytes, at most `size` of them, once there are any; without a size all that come."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_BESIDES), b""))
        while not self._held and self._more:
            self._held = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
        piece, self._held = self._held[:size], self._held[size:]
        return piece

    async def _next(self) -> bytes:
        try:
            message = await asyncio.wait_for(self._receive(), _STALLS_S)
        except (TimeoutError, TooLate) as error:
            self._more = False
            raise OSError("nothing came any more") from error
        self._more = message.get("more_body", False)
        if message["type"] == "http.disconnect":
            raise OSError("the connection broke")
        if not self._more:
            self.whole.set()
        return bytes(message.get("body", b""))

    def close(self) -> None:
        """There is nothing to close."""


class Handler(ASGIHandler):
    """Django's, but that it neither waits for a whole body of records nor holds a whole file to be sent."""

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        """Answer one request."""
        given = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
        come: Any = Arriving(receive) if given in STREAMED else _limited(receive)
        await super().handle(scope, come, send)

    async def read_body(self, receive: Any) -> Any:  # noqa: ANN401 - a file
        """The body as a file."""
        return receive if isinstance(receive, Arriving) else await super().read_body(receive)

    async def listen_for_disconnect(self, receive: Any) -> None:  # noqa: ANN401 - ASGI's own
        """Until the whole body is there its reader hears of it."""
        if isinstance(receive, Arriving):
            await receive.whole.wait()
            receive = receive._receive  # noqa: SLF001 - of this module
        await super().listen_for_disconnect(receive)

    async def send_response(self, response: HttpResponseBase, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        """Send it; a file as it is read."""
        if response.streaming and not getattr(response, "is_async", False):
            held: Any = response
            held.streaming_content = _pieces(iter(held.streaming_content))
        await super().send_response(response, send)


def _limited(receive: Receive) -> Receive:
    """Cut off what is larger than any file may be: Django would write it to disk before anybody looks at it."""
    left = settings.GUANBAO_MOST_UPLOAD + _BESIDES

    async def limited() -> dict[str, Any]:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return limited


async def _pieces(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    # Not in the request's own thread: that may have ended by now, and the connection with it.
    following = sync_to_async(lambda: next(pieces, None), thread_sensitive=False)
    while (piece := await following()) is not None:
        yield piece
