"""The audit chain: every entry carries the hash of the one before it, over all of its fields."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, Final

from sqlalchemy import LargeBinary, bindparam, case, cast, func, select
from sqlalchemy.exc import DBAPIError

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
    texts = [row[field] for field in _FIELDS[1:]]
    return sha256(_spelled(_json(row["tenant"]), row["seq"], texts)).hexdigest()


def _spelled(tenant: str, seq: int, texts: Sequence[str]) -> bytes:
    """The canonical JSON of an entry: the tenant as JSON, the number, the texts in the order of `_FIELDS`.

    All texts are escaped as one, with a mark between them that JSON leaves as it is; only if the mark stands
    in a text too, each is escaped by itself.
    """
    joined = _MARK.join(texts)
    if joined.count(_MARK) == len(texts) - 1:
        escaped = _json(joined).replace(_MARK, '","')
    else:
        escaped = ",".join(map(_json, texts))
    return f"[{tenant},{seq},{escaped}]".encode()


def verify(
    snapshot: Snapshot, tenant: str, *, known_head: str | None = None, known_entries: int | None = None
) -> AuditReport:
    """Walk the whole chain; raises AuditBrokenError with the first entry that does not hold.

    `known_head` is a hash noted outside earlier: the chain must contain it, else its end was cut off.
    With `known_entries` it must stand exactly there, as the hash of that entry.
    """
    previous, count, seen = GENESIS, 0, known_head is None
    for seq, before, stored, spelled in _links(snapshot, tenant):
        count += 1
        if seq != count:
            raise AuditBrokenError(f"entry {count} is missing: found {seq} in its place", count)
        if before != previous:
            raise AuditBrokenError(f"entry {count} does not follow the entry before it", count)
        if sha256(spelled).hexdigest() != stored and not _holds(snapshot, tenant, seq):
            raise AuditBrokenError(f"entry {count} was changed after it was written", count)
        previous = stored
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


_Link = tuple[int, str, str, bytes]
"""Of one entry: its number, the hash before it, its own hash, and what that hash must be over."""


def _links(snapshot: Snapshot, tenant: str) -> Iterator[_Link]:
    """The entries in order.

    SQLite writes the canonical JSON itself, at a fifth of what it costs here. It refuses bytes in place of a
    text, and another release may escape a letter otherwise: such entries are read with care.
    """
    if snapshot.dialect.name != "sqlite":
        name = _json(tenant)
        for seq, *texts, stored in _walk(snapshot, tenant):
            yield seq, texts[0], stored, _spelled(name, seq, texts)
        return
    after = _BEFORE_ALL
    while True:
        try:
            rows = snapshot.execute(_SPELLED, {"b_tenant": tenant, "b_after": after}).cursor.fetchall()
        except (sqlite3.Error, DBAPIError):
            rows = _read_with_care(snapshot, tenant, after, _BATCH)
        yield from rows
        if len(rows) < _BATCH:
            return
        after = rows[-1][0]


def _holds(snapshot: Snapshot, tenant: str, seq: int) -> bool:
    """Whether the hash of an entry fits its fields as they are; only to be asked where a doubt is."""
    if snapshot.dialect.name != "sqlite":
        return False
    ((_, _, stored, spelled),) = _read_with_care(snapshot, tenant, seq - 1, 1)
    return sha256(spelled).hexdigest() == stored


def _read_with_care(snapshot: Snapshot, tenant: str, after: int, limit: int) -> list[_Link]:
    """Entries of an SQLite database whose fields may hold anything."""
    values = {"b_tenant": tenant, "b_after": after, "b_limit": limit}
    return [_link(_json(tenant), *row) for row in snapshot.execute(_AS_BYTES, values)]


def _link(tenant: str, seq: int, *fields: bytes | None) -> _Link:
    """An entry of fields in UTF-8. What is no text has no canonical JSON, and no hash is over nothing."""
    try:
        *texts, stored = [str(field, "utf-8") for field in fields]  # type: ignore[arg-type]  # None is a TypeError
    except (TypeError, UnicodeDecodeError):
        before, stored = (str(field or b"", "utf-8", "replace") for field in (fields[0], fields[-1]))
        return seq, before, stored, b""
    return seq, texts[0], stored, _spelled(tenant, seq, texts)


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


def last_number(snapshot: Snapshot, tenant: str) -> int:
    """The number of the newest entry, 0 in an empty chain: without gaps, also how many there are."""
    last = _LAST.first(snapshot, {"b_tenant": tenant})
    return int(last.seq) if last else 0


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
_IN_ORDER: Final = (audit.c.tenant == bindparam("b_tenant"), audit.c.seq > bindparam("b_after"))
_SPELLED: Final = (
    select(
        audit.c.seq,
        audit.c.prev,
        audit.c.hash,
        cast(func.json_array(audit.c.tenant, *(audit.c[field] for field in _FIELDS)), LargeBinary),
    )
    .where(*_IN_ORDER)
    .order_by(audit.c.seq)
    .limit(_BATCH)
)
_AS_BYTES: Final = (
    select(
        audit.c.seq,
        *(
            case((func.typeof(audit.c[field]) == "text", cast(audit.c[field], LargeBinary)))
            for field in (*_FIELDS[1:], "hash")
        ),
    )
    .where(*_IN_ORDER)
    .order_by(audit.c.seq)
    .limit(bindparam("b_limit"))
)
