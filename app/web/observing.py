"""Every request under a number of its own: in the answer's header, in the log, in the figures.

A line of the log names method, route template, status, milliseconds, the person's id and the request's id.
It never holds an address as it was sent, a query, a body, a name or an e-mail.
"""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING, Final

from shop.clock import new_id

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.web.metrics import RequestFigures

HEADER: Final = "x-request-id"
API: Final = "/api/v1"
_GIVEN: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LOG = logging.getLogger("shophand.requests")


class Observed:
    """Numbers, times and logs the requests of an application."""

    def __init__(self, app: ASGIApp, figures: RequestFigures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = request_id(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = number
        status, began = 500, time.perf_counter()

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER.encode(), number.encode())]
            await send(message)

        try:
            await self._app(scope, receive, numbered)
        finally:
            self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route, state = template_of(scope), scope["state"]
        self._figures.observe(method, route, status, seconds)
        fields = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1_000, 1),
            "person": state.get("person"),
            "request_id": state["request_id"],
        }
        _LOG.info("request", extra={"fields": fields})


def request_id(scope: Scope) -> str:
    """The number that a proxy gave this request, if it looks like one, else a new one."""
    given = dict(scope["headers"]).get(HEADER.encode(), b"")
    return given.decode() if _GIVEN.fullmatch(given) else new_id("req")


def template_of(scope: Scope) -> str:
    """The template of the route that answered: few in number, and without anybody's ids."""
    if scope["path"].startswith("/static/"):
        return "/static"
    template: str = getattr(scope.get("route"), "path", None) or "unknown"
    inside = scope["path"].startswith(API) and template.startswith("/") and not template.startswith(API)
    return f"{API}{template}" if inside else template  # FastAPI names a route as its own router does
