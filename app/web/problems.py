"""An error as a program reads it: a problem document (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import Scope

TITLES: Final = {
    400: "Not understood",
    401: "Sign in",
    403: "Not allowed",
    404: "Not found",
    405: "Not allowed",
    409: "Somebody was faster",
    413: "Too large",
    422: "Not valid",
    429: "Too many",
    500: "Something broke",
    503: "Not available",
}
_UNAUTHENTICATED: Final = 401


def for_programs(scope: Scope | Mapping[str, Any]) -> bool:
    """Whether a request comes from a program and not from a browser's page."""
    path: str = scope["path"]
    return path.startswith("/api/") or path == "/metrics"


def problem(
    scope: Scope | Mapping[str, Any],
    status: int,
    detail: str,
    kind: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error document; its request id is the one in the log."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "error": kind,
        "request_id": scope.get("state", {}).get("request_id", ""),
    }
    given = {**(headers or {}), **({"www-authenticate": "Bearer"} if status == _UNAUTHENTICATED else {})}
    # ASCII: a detail may quote half a surrogate pair, which no encoding but JSON's escapes can carry.
    return Response(json.dumps(body), status, given, media_type="application/problem+json")
