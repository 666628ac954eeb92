"""The audit chain: every entry carries the hash of the one before it, over all of its fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from shop.actions import canonical
from shop.errors import AuditBrokenError
from shop.store.columns import UtcText
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import audit

GENESIS: Final = "0" * 64
_BATCH: Final = 5_000
_FIELDS: Final = (
    "tenant", "seq", "prev", "at", "actor_kind", "actor", "type",
    "action_id", "decision_id", "policy_sha", "body",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: ``human``, ``agent`` or ``system``, and the id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """A chain that verified: how many entries, and the hash of the last one to keep outside."""

    entries: int
    head: str


def append(
    tx: Transaction,
    tenant: str,
    now: datetime,
    actor: Actor,
    event: str,
    *,
    action_id: str = "",
    decision_id: str = "",
    policy_sha: str = "",
    body: Mapping[str, Any],
) -> None:
    """Add one entry in the transaction of the change it records. The body holds no personal data."""
    last = tx.execute(_LAST, {"b_tenant": tenant}).first()
    row = {
        "tenant": tenant,
        "seq": last.seq + 1 if last else 1,
        "prev": last.hash if last else GENESIS,
        "at": UtcText().process_bind_param(now, tx.dialect),
        "actor_kind": actor.kind,
        "actor": actor.id,
        "type": event,
        "action_id": action_id,
        "decision_id": decision_id,
        "policy_sha": policy_sha,
        "body": canonical(dict(body)),
    }
    tx.execute(_INSERT, {**row, "hash": entry_hash(row)})


def entry_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and a JSON array of every other field.

    The array holds only texts and whole numbers, for which ``json.dumps`` writes the canonical form of
    RFC 8785, and does so several times faster than a general canonicaliser.
    """
    body = json.dumps([row[field] for field in _FIELDS], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def verify(snapshot: Snapshot, tenant: str, *, known_head: str | None = None) -> AuditReport:
    """Walk the whole chain; raises AuditBrokenError with the first entry that does not hold.

    `known_head` is a hash noted outside earlier: the chain must contain it, else its end was cut off.
    """
    previous, count, seen = GENESIS, 0, known_head is None
    for row in entries(snapshot, tenant):
        count += 1
        if row["seq"] != count:
            raise AuditBrokenError(f"entry {count} is missing: found {row['seq']} in its place", count)
        if row["prev"] != previous:
            raise AuditBrokenError(f"entry {count} does not follow the entry before it", count)
        if entry_hash(row) != row["hash"]:
            raise AuditBrokenError(f"entry {count} was changed after it was written", count)
        previous = row["hash"]
        seen = seen or previous == known_head
    if not seen:
        raise AuditBrokenError(f"the head {known_head} is not in the chain: entries were cut off", count + 1)
    return AuditReport(count, previous)


def entries(snapshot: Snapshot, tenant: str) -> Iterator[Mapping[str, Any]]:
    """All entries in order, as plain mappings, read in batches so that any length fits in memory."""
    after: int | None = None
    while True:
        query = select(audit).where(audit.c.tenant == tenant).order_by(audit.c.seq).limit(_BATCH)
        rows = snapshot.execute(query if after is None else query.where(audit.c.seq > after)).all()
        for row in rows:
            yield row._asdict()
        if len(rows) < _BATCH:
            return
        after = rows[-1].seq


def length(snapshot: Snapshot, tenant: str) -> int:
    """How many entries the chain has."""
    return int(snapshot.scalar(select(func.count()).where(audit.c.tenant == tenant)) or 0)


def last_moment(snapshot: Snapshot, tenant: str) -> datetime | None:
    """When the newest entry was written; None in an empty chain."""
    newest = snapshot.scalar(
        select(audit.c.at).where(audit.c.tenant == tenant).order_by(audit.c.seq.desc()).limit(1)
    )
    return None if newest is None else datetime.fromisoformat(newest)


# Built once: making a statement costs more than running it.
_INSERT: Final = audit.insert()
_LAST: Final = (
    select(audit.c.seq, audit.c.hash)
    .where(audit.c.tenant == bindparam("b_tenant"))
    .order_by(audit.c.seq.desc())
    .limit(1)
)
