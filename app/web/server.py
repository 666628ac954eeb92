"""The application: routes, static files, limits, headers and errors around one open house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from app.notices.channels import channels_of
from app.notices.sending import Notifier
from app.web import failures, metrics
from app.web.api.router import api_router, describe
from app.web.headers import SecurityHeaders
from app.web.limits import Buckets, RequestLimits
from app.web.metrics import RequestFigures, StoreFigures
from app.web.observing import Observed
from app.web.oidc import provider_of
from app.web.pages import (
    activity,
    approvals,
    ask,
    autonomy,
    evaluations,
    health,
    lists,
    oidc,
    people_records,
    policies,
    records,
    runs,
    sign_in,
    today,
)
from app.web.rendering import STATIC
from app.web.streaming import LiveReaders
from app.web.warming import warm
from app.web.work import Work

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

    from app.bootstrap import House

PAGES: Final = (
    health,
    sign_in,
    oidc,
    today,
    ask,
    approvals,
    runs,
    activity,
    lists,
    records,
    people_records,
    policies,
    evaluations,
    autonomy,
)
THREADS: Final = 16
"""Requests worked on at once: more threads only take turns, and each may need two connections."""

_READING: Final = ("GET", "HEAD")
FOR_EVER: Final = "public, max-age=31536000, immutable"


class KeptFiles(StaticFiles):
    """Static files under addresses that carry their digest: a browser asks for each once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, to be kept for ever if its address names its digest; raises HTTPException."""
        if scope["method"] not in _READING:
            raise HTTPException(405, headers={"Allow": ", ".join(_READING)})
        response = await super().get_response(path, scope)
        if b"v=" in scope["query_string"]:
            response.headers["cache-control"] = FOR_EVER
        return response


def create_app(house: House, *, buckets: Buckets | None = None, warmed: bool = False) -> FastAPI:
    """The pages and the API of one store; `buckets` replaces the request limits in tests.

    A server that is `warmed` works out what many pages show while it starts to answer.
    """
    work = Work()
    notifier = Notifier(house, channels_of(house.settings, house.clock))

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        notifier.start()
        if warmed:
            work.start("warming", lambda: warm(house))
        yield
        notifier.close()
        work.close()
        if house.telemetry is not None:
            house.telemetry.flush()
        house.db.close()

    app = FastAPI(
        title="Shophand",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=life,
    )
    app.state.house = house
    app.state.ending = False
    app.state.work = work
    app.state.provider = provider_of(house.settings)
    app.state.readers = LiveReaders()
    app.state.registry = CollectorRegistry(auto_describe=False)
    app.state.registry.register(StoreFigures(house))
    failures.install(app)
    for each in PAGES:
        app.include_router(each.router, include_in_schema=False)
    app.include_router(metrics.router, include_in_schema=False)
    app.include_router(api_router())
    describe(app)
    app.mount("/static", KeptFiles(directory=STATIC), name="static")
    app.add_middleware(RequestLimits, buckets=buckets)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observed, figures=RequestFigures(app.state.registry))
    return app
