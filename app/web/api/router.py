"""All operations of the API under one address, with their errors and credentials in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, FastAPI, Security
from fastapi.openapi.utils import get_openapi
from fastapi.security import APIKeyCookie, HTTPBearer

from app.web.api import (
    actions,
    approvals,
    audit,
    autonomy,
    conversations,
    delegations,
    people,
    plans,
    policies,
    records,
    runs,
    talks,
    trade,
)
from app.web.api.shapes import Problem, problems
from app.web.who import COOKIE

_ROOMS: Final = (
    people,
    approvals,
    delegations,
    actions,
    plans,
    runs,
    talks,
    conversations,
    records,
    trade,
    autonomy,
    policies,
    audit,
)
_BEARER: Final = HTTPBearer(auto_error=False, description="A token: shophand people token NAME --scope read")
_COOKIE: Final = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    description="The session of a signed-in browser, over TLS called __Host-shophand; a change also needs "
    "the header x-csrf-token",
)
_DESCRIPTION: Final = (
    "The operator's desk for programs: the same gate, rules and rights as the pages. Tokens have a scope: "
    "`read` looks, `ask` also asks for changes, `full` does all that its person may. Agents ask and read; "
    "only people decide. Lists are paged: send `next` back as `after`. Money is exact text."
)


def api_router() -> APIRouter:
    """Every operation."""
    router = APIRouter(
        prefix="/api/v1", responses=problems(), dependencies=[Security(_BEARER), Security(_COOKIE)]
    )
    for room in _ROOMS:
        router.include_router(room.router)
    return router


def describe(app: FastAPI) -> None:
    """Give the application its OpenAPI document, made once, with the shape of errors in it."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title="Shophand", version="1", description=_DESCRIPTION, routes=app.routes)
            made["components"]["schemas"]["Problem"] = Problem.model_json_schema()
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to replace it
