"""Errors as answers: a page for people, a problem document (RFC 9457) for programs."""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Mount

from app.web.problems import TITLES, for_programs, problem
from app.web.rendering import page
from app.web.who import SignInNeededError, visit_of
from shop.errors import (
    AccessDeniedError,
    AmbiguousError,
    CapReachedError,
    ConflictError,
    InvalidActionError,
    ModelError,
    MoneyError,
    NotFoundError,
    PolicyLoadError,
    SetupError,
    ShopError,
    StoreError,
    ToolInputError,
)

_STATUS: Final[tuple[tuple[type[ShopError], int], ...]] = (
    (SignInNeededError, 401),
    (AccessDeniedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (AmbiguousError, 422),
    (InvalidActionError, 422),
    (MoneyError, 422),
    (ToolInputError, 422),
    (PolicyLoadError, 422),
    (CapReachedError, 429),
    (ModelError, 503),
    (StoreError, 503),
    (SetupError, 503),
)

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_LOG = logging.getLogger("shophand.web")


def status_of(error: ShopError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def install(app: FastAPI) -> None:
    """Answer every error of an application."""
    app.add_exception_handler(ShopError, _expected)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(Exception, _defect)


def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, ShopError)  # noqa: S101 - how the handler is installed; narrows the type
    if isinstance(error, SignInNeededError) and not for_programs(request.scope):
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target = "/sign-in" if request.method != "GET" or back == "/" else f"/sign-in?next={quote(back)}"
        return RedirectResponse(target, 303)
    return _answer(request, status_of(error), str(error), type(error).__name__)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - how the handler is installed; narrows the type
    detail = "there is no such page" if error.status_code == 404 else str(error.detail)  # noqa: PLR2004
    answer = _answer(request, error.status_code, detail, "HTTPException")
    answer.headers.update(error.headers or {})
    if error.status_code == 405 and (methods := methods_at(request)):  # noqa: PLR2004 - method not allowed
        answer.headers["allow"] = ", ".join(methods)
    return answer


def methods_at(request: Request) -> list[str]:
    """The methods that an address answers: of all its routes, not only of the first one that has its path."""
    at = {**request.scope, "root_path": request.scope.get("app_root_path", "")}
    routes = [one for one in request.app.router.routes if not isinstance(one, Mount)]

    def answered(method: str) -> bool:
        return any(one.matches({**at, "method": method})[0] is Match.FULL for one in routes)

    return [method for method in _METHODS if answered(method)]


def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - how the handler is installed; narrows the type
    words = "; ".join(
        f"{'.'.join(str(part) for part in one['loc'][1:]) or one['loc'][0]}: {one['msg']}"
        for one in error.errors()
    )
    return _answer(request, 422, words, "InvalidRequest")


def _defect(request: Request, error: Exception) -> Response:
    """A fault of ours: nothing of it goes out but that it happened."""
    _LOG.exception("a request failed", exc_info=error)
    detail = "this is a fault of ours; it is in the server's log"
    return _answer(request, 500, detail, "Defect")


def _answer(request: Request, status: int, detail: str, kind: str) -> Response:
    if for_programs(request.scope):
        return problem(request.scope, status, detail, kind)
    return _page(request, status, detail)


def _page(request: Request, status: int, detail: str) -> Response:
    visit = visit_of(request) if status < 500 else None  # noqa: PLR2004
    title = TITLES.get(status, "Error")
    return page(request, "error.html", visit, status=status, title=title, detail=detail)
