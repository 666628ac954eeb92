"""How much one visitor may ask of a server: the size of a request, and requests per second."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response

from app.web.problems import for_programs, problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY: Final = 1_000_000
"""Bytes of one request; forms and JSON are far smaller, files are imported on the command line."""

PER_SECOND: Final = 25.0
BURST: Final = 150.0
_REMEMBERED: Final = 10_000


class TooLargeError(Exception):
    """A request's body went over the limit while it was read."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """A token bucket for each visitor (Turner 1986): `burst` at once, then `per_second`."""

    def __init__(
        self,
        per_second: float = PER_SECOND,
        burst: float = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._lock = Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, visitor: str) -> bool:
        """Whether this visitor may ask once more now."""
        with self._lock:
            now = self._clock()
            bucket = self._buckets.pop(visitor, None) or _Bucket(self._burst, now)
            bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
            bucket.at = now
            self._buckets[visitor] = bucket
            while len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
            if bucket.tokens < 1.0:
                return False
            bucket.tokens -= 1.0
            return True


class RequestLimits:
    """Refuses bodies over `LARGEST_BODY` with 413 and too many requests of one address with 429."""

    def __init__(self, app: ASGIApp, buckets: Buckets | None = None) -> None:
        self._app = app
        self._buckets = buckets or Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        if not self._buckets.take(client[0] if client else "local"):
            await _refused(scope, 429, "too many requests; wait a second")(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > LARGEST_BODY:
            await _too_large(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_BODY:
                raise TooLargeError
            return message

        try:
            await self._app(scope, counted, send)
        except TooLargeError:
            await _too_large(scope, receive, send)


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    answer = _refused(scope, 413, f"a request may have {LARGEST_BODY:,} bytes at most")
    await answer(scope, receive, send)


def _refused(scope: Scope, status: int, words: str) -> Response:
    headers = {"retry-after": "1"} if status == 429 else {}  # noqa: PLR2004 - told beside it
    if for_programs(scope):
        return problem(scope, status, words, "RequestLimit", headers)
    return PlainTextResponse(words, status, headers)
