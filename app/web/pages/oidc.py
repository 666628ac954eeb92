"""Sign in through the identity provider: there by a link, back with a code that becomes a session."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.web.oidc import BACK, Provider, Started
from app.web.pages.sign_in import own_path
from app.web.rendering import page
from app.web.who import cookie_settings, sessions_of
from shop.errors import AccessDeniedError, NotFoundError

router = APIRouter()

MINUTES: Final = 10
_COOKIE: Final = "shophand-oidc"


@router.get("/sign-in/oidc")
def begin(request: Request, next: str = "/") -> Response:  # noqa: A002 - the query's name
    """Off to the provider; this browser keeps what the answer must fit."""
    try:
        address, started = _provider(request).start(own_path(next))
    except AccessDeniedError as error:
        return _again(request, "/", str(error))
    answer = RedirectResponse(address, 303)
    kept = json.dumps([started.state, started.nonce, started.verifier, started.back])
    settings = _settings(request)
    answer.set_cookie(value=kept.encode().hex(), max_age=60 * MINUTES, **settings)
    return answer


@router.get(BACK)
def finish(request: Request) -> Response:
    """Back from the provider: a checked answer begins a session."""
    provider, back = _provider(request), "/"
    try:
        started = _started(request)
        back = started.back
        identity = provider.finish(started, dict(request.query_params))
        cookie = sessions_of(request).enter(identity)
    except AccessDeniedError as error:
        answer = _again(request, back, str(error))
    else:
        answer = RedirectResponse(back, 303)
        answer.set_cookie(value=cookie, **cookie_settings(request))
    answer.delete_cookie(**_settings(request))
    return answer


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFoundError("there is no such page")
    return provider


def _started(request: Request) -> Started:
    """What this browser kept; raises AccessDeniedError if it kept nothing of ours."""
    try:
        kept = json.loads(bytes.fromhex(request.cookies[_settings(request)["key"]]))
        state, nonce, verifier, back = (str(part) for part in kept)
    except (KeyError, ValueError, TypeError) as error:
        raise AccessDeniedError("this sign-in was not begun in this browser, or took too long") from error
    return Started(state, nonce, verifier, own_path(back))


def _settings(request: Request) -> dict[str, Any]:
    """As the session's cookie, under a name of its own."""
    return cookie_settings(request, _COOKIE)


def _again(request: Request, back: str, fault: str) -> Response:
    return page(request, "sign_in.html", None, status=403, back=back, key="", fault=fault)
