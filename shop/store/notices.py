"""The outbox of notices: each is told once on each channel, tried again until it is sent or given up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from shop.store.database import Snapshot, Transaction
from shop.store.web_schema import notices


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice for one channel; `attempts` counts those before this one."""

    id: int
    key: str
    channel: str
    body: Mapping[str, Any]
    created_at: datetime
    attempts: int


def add(tx: Transaction, key: str, channel: str, body: Mapping[str, Any], now: datetime) -> bool:
    """Put a notice into the outbox; False if this was told on that channel already."""
    if is_known(tx, key, channel):
        return False
    values = {"key": key, "channel": channel, "body": json.dumps(body), "created_at": now, "next_at": now}
    tx.execute(insert(notices).values(attempts=0, fault="", **values))
    return True


def is_known(snapshot: Snapshot, key: str, channel: str) -> bool:
    """Whether a notice of this key is in the outbox, sent or not."""
    found = select(notices.c.id).where(notices.c.key == key, notices.c.channel == channel)
    return snapshot.execute(found).first() is not None


def claim(tx: Transaction, now: datetime, again_at: datetime, limit: int) -> list[Notice]:
    """What is due, for this process alone until `again_at`: another one that looks finds nothing of it."""
    rows = tx.execute(
        select(notices).where(notices.c.next_at <= now).order_by(notices.c.id).limit(limit)
    ).all()
    found = []
    for row in rows:
        won = tx.execute(
            update(notices)
            .where(notices.c.id == row.id, notices.c.next_at == row.next_at)
            .values(next_at=again_at)
        )
        if won.rowcount:
            body = json.loads(row.body)
            found.append(Notice(row.id, row.key, row.channel, body, row.created_at, row.attempts))
    return found


def mark_sent(tx: Transaction, notice_id: int, now: datetime) -> None:
    """It has arrived."""
    _settle(tx, notice_id, "", sent_at=now, next_at=None)


def mark_failed(tx: Transaction, notice_id: int, fault: str, next_at: datetime | None) -> None:
    """It has not; tried again at a moment, or given up if there is none."""
    _settle(tx, notice_id, fault[:500], next_at=next_at)


def given_up(snapshot: Snapshot) -> int:
    """How many notices were never delivered."""
    rows = select(func.count()).where(notices.c.next_at.is_(None), notices.c.sent_at.is_(None))
    return int(snapshot.scalar(rows) or 0)


def forget(tx: Transaction, before: datetime) -> None:
    """Sweep away what was settled long ago."""
    tx.execute(delete(notices).where(notices.c.next_at.is_(None), notices.c.created_at < before))


def _settle(tx: Transaction, notice_id: int, fault: str, **values: datetime | None) -> None:
    tx.execute(
        update(notices)
        .where(notices.c.id == notice_id)
        .values(attempts=notices.c.attempts + 1, fault=fault, **values)
    )
