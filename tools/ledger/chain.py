"""The audit chain: every entry carries the hash of the one before it, over all of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from shop.actions import canonical
from shop.errors import AuditBrokenError
from shop.store.columns import UtcText
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import audit
from shop.store.prepared import Prepared

GENESIS: Final = "0" * 64
_BATCH: Final = 1_000
_MARK: Final = "\x7f"
_FIELDS: Final = (
    "seq", "prev", "at", "actor_kind", "actor", "type", "action_id", "decision_id", "policy_sha", "body",
)  # fmt: skip
"""What the hash of an entry is over, behind the tenant."""


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
    last = _LAST.first(tx, {"b_tenant": tenant})
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
    _INSERT.run(tx, {**row, "hash": entry_hash(row)})


def entry_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over a JSON array of every field but the hash, the previous hash among them.

    The array holds only texts and whole numbers, for which plain JSON is the canonical form of RFC 8785.
    """
    return _hash_of(_json(row["tenant"]), row["seq"], [row[field] for field in _FIELDS[1:]])


def _hash_of(tenant: str, seq: int, texts: Sequence[str]) -> str:
    """The same, of the tenant as JSON, the number, and the texts in the order of `_FIELDS`.

    A million entries are verified in one go, so all texts are escaped as one, with a mark between them
    that JSON leaves as it is; only if the mark stands in a text too, each is escaped by itself.
    """
    joined = _MARK.join(texts)
    if joined.count(_MARK) == len(texts) - 1:
        escaped = _json(joined).replace(_MARK, '","')
    else:
        escaped = ",".join(map(_json, texts))
    return sha256(f"[{tenant},{seq},{escaped}]".encode()).hexdigest()


def verify(
    snapshot: Snapshot, tenant: str, *, known_head: str | None = None, known_entries: int | None = None
) -> AuditReport:
    """Walk the whole chain; raises AuditBrokenError with the first entry that does not hold.

    `known_head` is a hash noted outside earlier: the chain must contain it, else its end was cut off.
    With `known_entries` it must stand exactly there, as the hash of that entry.
    """
    previous, count, seen, name = GENESIS, 0, known_head is None, _json(tenant)
    for seq, *texts, stored in _walk(snapshot, tenant):
        count += 1
        if seq != count:
            raise AuditBrokenError(f"entry {count} is missing: found {seq} in its place", count)
        if texts[0] != previous:
            raise AuditBrokenError(f"entry {count} does not follow the entry before it", count)
        try:
            previous = _hash_of(name, seq, texts)
        except TypeError as error:  # bytes stand where a text was written
            raise AuditBrokenError(f"entry {count} was changed after it was written", count) from error
        if previous != stored:
            raise AuditBrokenError(f"entry {count} was changed after it was written", count)
        if previous == known_head:
            seen = True
        elif count == known_entries:
            raise AuditBrokenError(f"entry {count} is another than the one that was signed", count)
    if known_entries is not None and count < known_entries:
        raise AuditBrokenError(
            f"entries {count + 1} to {known_entries} were cut off: {known_entries} were signed", count + 1
        )
    if not seen:
        raise AuditBrokenError(f"the head {known_head} is not in the chain: entries were cut off", count + 1)
    return AuditReport(count, previous)


def entries(snapshot: Snapshot, tenant: str) -> Iterator[Mapping[str, Any]]:
    """All entries in order, as plain mappings, read in batches so that any length fits in memory."""
    names = (*_FIELDS, "hash")
    for row in _walk(snapshot, tenant):
        yield {"tenant": tenant, **dict(zip(names, row, strict=True))}


def _walk(snapshot: Snapshot, tenant: str) -> Iterator[Sequence[Any]]:
    """The entries in order as bare values: those of `_FIELDS`, then the hash."""
    after = _BEFORE_ALL
    while True:
        found = snapshot.execute(_BATCHED, {"b_tenant": tenant, "b_after": after})
        rows = found.cursor.fetchall()  # the driver's tuples: no column needs a conversion
        yield from rows
        if len(rows) < _BATCH:
            return
        after = rows[-1][0]


def length(snapshot: Snapshot, tenant: str) -> int:
    """How many entries the chain has."""
    return int(snapshot.scalar(select(func.count()).where(audit.c.tenant == tenant)) or 0)


def last_moment(snapshot: Snapshot, tenant: str) -> datetime | None:
    """When the newest entry was written; None in an empty chain."""
    newest = snapshot.scalar(
        select(audit.c.at).where(audit.c.tenant == tenant).order_by(audit.c.seq.desc()).limit(1)
    )
    return None if newest is None else datetime.fromisoformat(newest)


_json: Final = encode_basestring
"""A text as JSON, letters of every script as they are: what ``json.dumps(ensure_ascii=False)`` writes."""

# Built once: making a statement costs more than running it.
_INSERT: Final = Prepared(audit.insert())
_LAST: Final = Prepared(
    select(audit.c.seq, audit.c.hash)
    .where(audit.c.tenant == bindparam("b_tenant"))
    .order_by(audit.c.seq.desc())
    .limit(1)
)
_BEFORE_ALL: Final = -(2**31)
"""Below any number that the column can hold: an entry with a forged number must be read, not skipped."""
_BATCHED: Final = (
    select(*(audit.c[field] for field in (*_FIELDS, "hash")))
    .where(audit.c.tenant == bindparam("b_tenant"), audit.c.seq > bindparam("b_after"))
    .order_by(audit.c.seq)
    .limit(_BATCH)
)
