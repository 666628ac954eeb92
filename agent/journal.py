"""What a turn or a run writes down while it happens, and what its readers may rely on.

| kind | body |
|---|---|
| user | ``turn, text, by`` and, for restarts, ``host, pid, process`` |
| plan | ``turn, steps: [{text, tool, state}]`` |
| step | ``turn, index, text, state`` (todo, running, done, waiting, refused, failed, skipped) |
| text | ``turn, step, text, restart``: a piece of the model's text; `restart` drops the pieces before it |
| tool_call | ``turn, index, call, name, args`` written before the tool runs |
| tool_result | ``turn, index, call, name, status, summary, tainted``; writes: ``action, state, approval`` |
| approval | ``turn, approval, action, state, text``: something waits, or has been decided |
| message | ``turn, message``, a model's also ``prompt, rules`` (digests of what the system message says) |
| usage | ``turn, step, model, input, output, cost, currency, seconds, attempts, estimated, tools`` |
| notice | ``turn, text``: something the operator should know |
| error | ``turn, error, text`` |
| stop | ``turn, by``: somebody asked the turn to stop |
| answer | ``turn, text`` |
| end | ``turn, state`` (done, stopped, capped, failed, interrupted): nothing follows in this turn |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shop.clock import Clock, utc_now
from shop.store import journal as store
from shop.store.database import Database, Transaction
from shop.store.journal import PAGE, StoredEvent, Stream


class EventKind(StrEnum):
    """The kinds of events; the module's docstring says what each carries."""

    USER = "user"
    PLAN = "plan"
    STEP = "step"
    TEXT = "text"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"
    APPROVAL = "approval"
    MESSAGE = "message"
    USAGE = "usage"
    NOTICE = "notice"
    ERROR = "error"
    STOP = "stop"
    ANSWER = "answer"
    END = "end"


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that has no number yet."""

    kind: EventKind
    body: Mapping[str, Any]


class Journal:
    """The streams of one database, with a clock."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    @property
    def now(self) -> datetime:
        """The present moment of this journal's clock."""
        return self._clock()

    def open(self, kind: str, owner: str, title: str, key: str | None = None) -> str:
        """Start a stream (kind ``conversation`` or ``run``); raises ConflictError when the key is taken."""
        with self._db.writing() as tx:
            return store.open_stream(tx, kind, owner, title, key, now=self._clock())

    def write(self, stream: str, kind: EventKind, body: Mapping[str, Any]) -> StoredEvent:
        """Add one event and give it back with its number; raises NotFoundError."""
        return self.write_all(stream, [Draft(kind, body)])[0]

    def write_all(self, stream: str, drafts: Sequence[Draft]) -> list[StoredEvent]:
        """Add events in one transaction, so that a crash leaves all of them or none."""
        if not drafts:
            return []
        now = self._clock()
        with self._db.writing() as tx:
            return _append(tx, stream, drafts, now)

    def read(self, stream: str, after: int = 0, limit: int = PAGE) -> list[StoredEvent]:
        """Events numbered over `after`, in order, at most `limit`."""
        with self._db.reading() as snapshot:
            return store.read(snapshot, stream, after, limit)

    def of_kinds(self, stream: str, *kinds: EventKind, after: int = 0) -> list[StoredEvent]:
        """All events of these kinds numbered over `after`, in order."""
        with self._db.reading() as snapshot:
            return store.read_kinds(snapshot, stream, [kind.value for kind in kinds], after)

    def since(self, kind: EventKind, moment: datetime) -> list[StoredEvent]:
        """All events of a kind in any stream from a moment on."""
        with self._db.reading() as snapshot:
            return store.events_since(snapshot, kind.value, moment)

    def stream(self, stream: str) -> Stream:
        """One stream; raises NotFoundError."""
        with self._db.reading() as snapshot:
            return store.stream(snapshot, stream)

    def heads(self, streams: Sequence[str]) -> dict[str, tuple[int, str]]:
        """The number of the last event of each of these streams, and its state."""
        with self._db.reading() as snapshot:
            return store.heads(snapshot, streams)

    def streams(self, kind: str, limit: int = 50, *, owner: str | None = None) -> list[Stream]:
        """The newest streams of a kind."""
        with self._db.reading() as snapshot:
            return store.streams(snapshot, kind, limit, owner=owner)

    def in_state(self, kind: str, state: str) -> list[Stream]:
        """Streams of a kind that stand in a state, oldest first."""
        with self._db.reading() as snapshot:
            return store.find_in_state(snapshot, kind, state)

    def find_by_key(self, key: str) -> Stream | None:
        """The stream with this key, or None."""
        with self._db.reading() as snapshot:
            return store.find_by_key(snapshot, key)

    def set_state(self, stream: str, state: str) -> None:
        """Move a stream to a state; raises NotFoundError."""
        with self._db.writing() as tx:
            store.set_state(tx, stream, state, self._clock())

    def set_title(self, stream: str, title: str) -> None:
        """Give a stream another title; raises NotFoundError."""
        with self._db.writing() as tx:
            store.set_title(tx, stream, title)

    def begin_turn(self, stream: str, body: Mapping[str, Any]) -> list[StoredEvent] | None:
        """Start the next turn with its user event; None when one is under way. Its number is in the body."""
        now = self._clock()
        with self._db.writing() as tx:
            if not store.move_state(tx, stream, store.OPEN, store.RUNNING, now):
                return None
            turn = len(store.read_kinds(tx, stream, [EventKind.USER.value])) + 1
            return _append(tx, stream, [Draft(EventKind.USER, {"turn": turn, **body})], now)

    def move_state(
        self, stream: str, old: str, new: str, drafts: Sequence[Draft] = ()
    ) -> list[StoredEvent] | None:
        """Move a stream from one state to another and add events, in one transaction.

        None, and nothing written, when the stream stands elsewhere: of two that try, one succeeds.
        """
        now = self._clock()
        with self._db.writing() as tx:
            if not store.move_state(tx, stream, old, new, now):
                return None
            return _append(tx, stream, drafts, now)


def _append(tx: Transaction, stream: str, drafts: Sequence[Draft], now: datetime) -> list[StoredEvent]:
    last = store.append_all(tx, stream, [(draft.kind.value, draft.body) for draft in drafts], now)
    first = last - len(drafts) + 1
    return [
        StoredEvent(stream, number, now, draft.kind.value, draft.body)
        for number, draft in enumerate(drafts, first)
    ]
