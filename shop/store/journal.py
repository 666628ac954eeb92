"""Numbered events of conversations and runs: what pages, the API, the command line and a restart read.

A stream is append-only and its events are numbered 1, 2, 3 without gaps, so that a reader who has seen
event N asks for what came after N and misses nothing. A stream may carry a key: the same key is the same
stream. The bodies are JSON objects; what the kinds mean is the writer's business.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, bindparam, func, insert, select, update

from shop.clock import new_id
from shop.errors import ConflictError, NotFoundError
from shop.service_actions import ADDRESS
from shop.store import journal_schema
from shop.store.prepared import Prepared, insert_into

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row, Select

    from shop.store.database import Snapshot, Transaction

OPEN: Final = "open"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
STOPPED: Final = "stopped"
STATES: Final = frozenset({OPEN, RUNNING, DONE, FAILED, STOPPED})
_ENDED: Final = frozenset({DONE, FAILED, STOPPED})

TITLE_LENGTH: Final = 400
PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Stream:
    """A conversation or a run; `last` is the number of its newest event, 0 before the first."""

    id: str
    kind: str
    key: str | None
    owner: str
    title: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    last: int


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One numbered event of a stream."""

    stream: str
    number: int
    at: datetime
    kind: str
    body: Mapping[str, Any]


def open_stream(
    tx: Transaction,
    kind: str,
    owner: str,
    title: str,
    key: str | None = None,
    *,
    now: datetime,
    state: str = OPEN,
) -> str:
    """Start a stream and give its id; raises ConflictError when the key is taken (see `find_by_key`).

    `owner` is the id of the person or agent it belongs to; a title over 400 characters is cut.
    """
    if key is not None and find_by_key(tx, key) is not None:
        raise ConflictError(f"a stream with the key {key!r} exists; read it instead of starting another")
    stream = new_id("run" if kind == "run" else "con")
    tx.execute(
        insert(journal_schema.streams).values(
            id=stream,
            kind=kind,
            key=key,
            owner=owner,
            title=_cut(title),
            state=_known(state),
            started_at=now,
        )
    )
    return stream


def append(tx: Transaction, stream: str, kind: str, body: Mapping[str, Any], now: datetime) -> int:
    """Add one event at the end and give its number; raises NotFoundError for an unknown stream.

    The database has one write transaction at a time, so the number is the next one whoever else writes.
    """
    return append_all(tx, stream, [(kind, body)], now)


def append_all(
    tx: Transaction, stream: str, events: Sequence[tuple[str, Mapping[str, Any]]], now: datetime
) -> int:
    """Add events at the end, in order, and give the number of the last; raises NotFoundError."""
    last = _last(tx, stream)
    rows = [
        {"stream": stream, "number": number, "at": now, "kind": kind, "body": _dump(body)}
        for number, (kind, body) in enumerate(events, last + 1)
    ]
    insert_into(journal_schema.events).run_each(tx, rows)
    return last + len(rows)


def read(snapshot: Snapshot, stream: str, after: int = 0, limit: int = PAGE) -> list[StoredEvent]:
    """Events with a number over `after`, in order, at most `limit`; none for an unknown stream."""
    values = {"b_stream": stream, "b_after": after, "b_limit": limit}
    return [_event(row) for row in _READ.rows(snapshot, values)]


def read_kinds(snapshot: Snapshot, stream: str, kinds: Sequence[str], after: int = 0) -> list[StoredEvent]:
    """All events of these kinds with a number over `after`, in order."""
    values = {"b_stream": stream, "b_after": after, "b_kinds": kinds}
    return [_event(row) for row in _READ_KINDS.rows(snapshot, values)] if kinds else []


def events_since(snapshot: Snapshot, kind: str, since: datetime) -> list[StoredEvent]:
    """All events of one kind in any stream from a moment on (the spending of a day)."""
    events = journal_schema.events
    query = (
        select(events)
        .where(events.c.kind == kind, events.c.at >= since)
        .order_by(events.c.stream, events.c.number)
    )
    return [_event(row) for row in snapshot.execute(query)]


def stream(snapshot: Snapshot, stream_id: str) -> Stream:
    """One stream; raises NotFoundError."""
    row = snapshot.execute(_streams().where(journal_schema.streams.c.id == stream_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"no conversation or run {stream_id!r} in this store")
    return _stream(row)


def heads(snapshot: Snapshot, stream_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """The number of the last event of each of these streams, and its state."""
    wanted = _streams().where(journal_schema.streams.c.id.in_(stream_ids))
    return {row.id: (row.last, row.state) for row in snapshot.execute(wanted)}


def streams(
    snapshot: Snapshot,
    kind: str,
    limit: int = 50,
    before: datetime | None = None,
    *,
    owner: str | None = None,
) -> list[Stream]:
    """Streams of a kind, newest first, at most `limit`, started before a moment (to page on)."""
    table = journal_schema.streams
    query = _streams().where(table.c.kind == kind)
    if before is not None:
        query = query.where(table.c.started_at < before)
    if owner is not None:
        query = query.where(table.c.owner == owner)
    query = query.order_by(table.c.started_at.desc(), table.c.id.desc()).limit(limit)
    return [_stream(row) for row in snapshot.execute(query)]


def find_by_key(snapshot: Snapshot, key: str) -> Stream | None:
    """The stream with this key, or None."""
    row = snapshot.execute(_streams().where(journal_schema.streams.c.key == key)).one_or_none()
    return None if row is None else _stream(row)


def find_in_state(snapshot: Snapshot, kind: str, state: str) -> list[Stream]:
    """Streams of a kind that stand in a state, oldest first (what a crash left running)."""
    table = journal_schema.streams
    query = (
        _streams().where(table.c.kind == kind, table.c.state == _known(state)).order_by(table.c.started_at)
    )
    return [_stream(row) for row in snapshot.execute(query)]


def replace_texts(tx: Transaction, stream: str, gone: Mapping[str, str]) -> int:
    """Put another text wherever one of these stands in the events and the title of a stream; gives how many.

    For erasing what people typed: numbers, moments and kinds of the events stay, and so does their order.
    Nothing happens for an unknown stream.
    """
    changed = 0
    for event in _all(tx, stream):
        body = _replaced(event.body, gone)
        if body != event.body:
            mine = (journal_schema.events.c.stream == stream) & (
                journal_schema.events.c.number == event.number
            )
            tx.execute(update(journal_schema.events).where(mine).values(body=_dump(body)))
            changed += 1
    table = journal_schema.streams
    title = tx.scalar(select(table.c.title).where(table.c.id == stream))
    if title is not None and _replaced(title, gone, "title") != title:
        tx.execute(
            update(table).where(table.c.id == stream).values(title=_cut(_replaced(title, gone, "title")))
        )
        changed += 1
    return changed


def _all(snapshot: Snapshot, stream: str) -> Iterator[StoredEvent]:
    after = 0
    while page := read(snapshot, stream, after):
        yield from page
        after = page[-1].number


def _replaced(value: Any, gone: Mapping[str, str], key: str = "") -> Any:
    """The value with every text replaced, also inside longer texts and where spaces were folded.

    A word or two might be anything's name or state, so such a text is replaced where somebody's words stand
    only: under a key of `_SPOKEN`.
    """
    if isinstance(value, dict):
        return {name: _replaced(part, gone, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, gone, key) for part in value]
    if isinstance(value, str):
        for text, other in gone.items():
            if len(text) >= _UNMISTAKABLE or key in _SPOKEN:
                for written in {text, " ".join(text.split()), json.dumps(text)[1:-1]}:
                    value = _without(value, written, other)
    return value


def _without(value: str, written: str, other: str) -> str:
    """The value with another text in place of a written one; a short one counts as whole words only."""
    if len(written) >= _UNMISTAKABLE:
        return value.replace(written, other)
    return re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", lambda _: other, value)


_UNMISTAKABLE: Final = 12
_SPOKEN: Final = frozenset(
    {"text", "note", "reason", "title", "message", "content", "customer", "email", "name", "phone", *ADDRESS}
)


def set_state(tx: Transaction, stream_id: str, state: str, now: datetime) -> None:
    """Move a stream to a state; done, failed and stopped note when it ended. Raises NotFoundError."""
    ended_at = now if _known(state) in _ENDED else None
    change = update(journal_schema.streams).where(journal_schema.streams.c.id == stream_id)
    if tx.execute(change.values(state=state, ended_at=ended_at)).rowcount != 1:
        raise NotFoundError(f"no conversation or run {stream_id!r} in this store")


def move_state(tx: Transaction, stream_id: str, old: str, new: str, now: datetime) -> bool:
    """Move a stream from one state to another; False, and no change, when it stands elsewhere."""
    change = update(journal_schema.streams).where(
        journal_schema.streams.c.id == stream_id, journal_schema.streams.c.state == _known(old)
    )
    ended_at = now if _known(new) in _ENDED else None
    return tx.execute(change.values(state=new, ended_at=ended_at)).rowcount == 1


def set_title(tx: Transaction, stream_id: str, title: str) -> None:
    """Give a stream another title; raises NotFoundError."""
    change = update(journal_schema.streams).where(journal_schema.streams.c.id == stream_id)
    if tx.execute(change.values(title=_cut(title))).rowcount != 1:
        raise NotFoundError(f"no conversation or run {stream_id!r} in this store")


def _last(snapshot: Snapshot, stream_id: str) -> int:
    last = _LAST.scalar(snapshot, {"b_stream": stream_id})
    if last is None:
        stream(snapshot, stream_id)
    return int(last or 0)


def _streams() -> Select[Any]:
    last = (
        select(func.coalesce(func.max(journal_schema.events.c.number), 0))
        .where(journal_schema.events.c.stream == journal_schema.streams.c.id)
        .scalar_subquery()
    )
    return select(journal_schema.streams, last.label("last"))


def _stream(row: Row[Any]) -> Stream:
    return Stream(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for the row as a mapping


def _event(row: Any) -> StoredEvent:
    return StoredEvent(row.stream, row.number, row.at, row.kind, json.loads(row.body))


def _dump(body: Mapping[str, Any]) -> str:
    # ASCII escapes keep every string a model may send (NUL, half a surrogate pair) storable in PostgreSQL.
    return json.dumps(body, separators=(",", ":"), allow_nan=False)


def _cut(title: str) -> str:
    line = " ".join(title.replace("\x00", " ").split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def _known(state: str) -> str:
    if state not in STATES:
        raise ConflictError(f"unknown state {state!r}; known are {', '.join(sorted(STATES))}")
    return state


# Built once: making a statement costs more than running it.
_EVENTS = journal_schema.events
_MINE = _EVENTS.c.stream == bindparam("b_stream")
_AFTER = _EVENTS.c.number > bindparam("b_after")
_READ = Prepared(
    select(_EVENTS).where(_MINE, _AFTER).order_by(_EVENTS.c.number).limit(bindparam("b_limit", type_=Integer))
)
_READ_KINDS = Prepared(
    select(_EVENTS)
    .where(_MINE, _AFTER, _EVENTS.c.kind.in_(bindparam("b_kinds", expanding=True)))
    .order_by(_EVENTS.c.number)
)
_LAST = Prepared(select(func.max(_EVENTS.c.number)).where(_MINE))
