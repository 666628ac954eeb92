"""The audit: does the record hold, and all of it for another system to keep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from app.bootstrap import House
from app.web.api.shapes import Out
from app.web.who import Caller, Opened
from shop.errors import AuditBrokenError
from tools.ledger import chain

router = APIRouter(tags=["audit"])

_LINES = {
    "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    "description": "One entry a line.",
}


class AuditOut(Out):
    """Whether the record holds; `fault` says what does not, at `at_entry`."""

    holds: bool
    entries: int
    head: str
    fault: str
    at_entry: int | None
    verified_at: datetime


@router.get("/audit/verify", summary="Walk the whole record")
def verify(house: Opened, caller: Caller) -> AuditOut:
    """Every entry carries the hash of the one before it."""
    del caller
    with house.db.reading() as snapshot:
        try:
            report = chain.verify(snapshot, house.db.tenant)
        except AuditBrokenError as error:
            entries = chain.length(snapshot, house.db.tenant)
            return AuditOut(
                holds=False,
                entries=entries,
                head="",
                fault=str(error),
                at_entry=error.at_entry,
                verified_at=house.clock(),
            )
    return AuditOut(
        holds=True,
        entries=report.entries,
        head=report.head,
        fault="",
        at_entry=None,
        verified_at=house.clock(),
    )


@router.get("/audit/entries", summary="Every entry as JSON lines", response_class=StreamingResponse,
            responses={200: _LINES})  # fmt: skip
def export(house: Opened, caller: Caller) -> StreamingResponse:
    """Streamed, however long the record is."""
    del caller
    return StreamingResponse(_lines(house), media_type="application/x-ndjson")


def _lines(house: House) -> Iterator[str]:
    with house.db.reading() as snapshot:
        for entry in chain.entries(snapshot, house.db.tenant):
            shown = {"schema": "shophand.audit_entry/1", **entry, "body": json.loads(entry["body"])}
            yield json.dumps(shown, ensure_ascii=True) + "\n"
