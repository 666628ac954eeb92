"""Whether this process lives, and whether it can work: for whoever watches the servers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from app.web.who import Opened
from shop.errors import ShopError
from shop.store.migrate import is_current

router = APIRouter()


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request, house: Opened) -> JSONResponse:
    """Database, tables and rules are in order and the server goes on; 503 with what is not."""
    checks: dict[str, Any] = {"server": "it is ending"} if request.app.state.ending else {}
    for name, check in (("database", _database), ("policies", _policies)):
        try:
            check(house)
        except ShopError as error:
            checks[name] = str(error)
    return JSONResponse({"status": "not ready" if checks else "ok", "failed": checks}, 503 if checks else 200)


def _database(house: Opened) -> None:
    if not is_current(house.db):
        raise ShopError("the tables are not current; run: shophand init")


def _policies(house: Opened) -> None:
    house.policies()
