"""Whether this process lives, and whether it can work: for whoever watches the servers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
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
def readyz(house: Opened) -> JSONResponse:
    """Database, tables and rules are in order; 503 with what is not."""
    checks: dict[str, Any] = {}
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
