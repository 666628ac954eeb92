"""Events of a stream as server-sent events: stored ones with their number, pieces of text while they come.

A reader starts after the number its page was made with, or after ``Last-Event-ID``, and misses nothing: what
is stored is read from the journal, whichever process wrote it. Only pieces of text that are not stored yet
come from memory; the stored text that follows replaces them. A reader that comes late is told all of them
that are not stored yet.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import uniform
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool

from agent.journal import EventKind, Journal
from agent.recorder import DELTA
from shop.errors import StoreError
from shop.store.journal import RUNNING, StoredEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

HEARTBEAT_SECONDS: Final = 15.0
"""After about so long a silence a reader is told that it is still heard."""

SILENCES: Final = 4
"""After so many the reader looks into the journal itself, whatever the watch for all readers has seen."""

LOOK_AGAIN_SECONDS: Final = 1.0
"""How often the journal is asked, once for all readers, for what another process wrote; this one's writers
wake their readers themselves."""

MOST_READERS: Final = 400
_MOST_PIECES: Final = 500
_LOG = logging.getLogger("shophand.web")

_STORING: Final = frozenset({EventKind.TEXT, EventKind.ANSWER, EventKind.END})
"""After one of these every piece of text before it is in the journal."""

HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}


@dataclass(eq=False, slots=True)
class _Reader:
    loop: asyncio.AbstractEventLoop
    pieces: asyncio.Queue[StoredEvent | None] = field(default_factory=lambda: asyncio.Queue(_MOST_PIECES))
    missed: bool = False

    def push(self, event: StoredEvent | None) -> None:
        """From any thread: hand over an event, or None for "look into the journal"."""
        with suppress(RuntimeError):  # the reader's loop has ended
            self.loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: StoredEvent | None) -> None:
        try:
            self.pieces.put_nowait(event)
        except asyncio.QueueFull:
            self.missed = True  # a reader that is too slow finds it in the journal


@dataclass(frozen=True, slots=True)
class _Unstored:
    """Text that is not in the journal yet, and the number of the stored text that it follows."""

    behind: int = 0
    text: str = ""


class LiveReaders:
    """Who reads which stream in this process, and what was said in it that is not stored yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._readers: dict[str, set[_Reader]] = {}
        self._watching: asyncio.Task[None] | None = None
        self._unstored: dict[str, _Unstored] = {}
        self.ended = False

    def end(self) -> None:
        """The server ends: every reader is let go. A browser comes back by itself, to where it was."""
        self.ended = True
        for readers in self._followed().values():
            for reader in readers:
                reader.push(None)

    def listener(self, stream: str) -> Callable[[StoredEvent], None]:
        """What a turn tells its events to."""

        def tell(event: StoredEvent) -> None:
            with self._lock:
                event = self._noted(stream, event)
                readers = tuple(self._readers.get(stream, ()))
            for reader in readers:
                reader.push(event)

        return tell

    def _noted(self, stream: str, event: StoredEvent) -> StoredEvent:
        """Keep what a late reader must be told; a piece of text learns which stored text it follows."""
        if event.kind == DELTA:
            before = self._unstored.get(stream, _Unstored())
            self._unstored[stream] = _Unstored(before.behind, before.text + event.body["text"])
            return replace(event, body={**event.body, "behind": before.behind})
        if event.kind == EventKind.END:
            self._unstored.pop(stream, None)
        elif event.kind in _STORING:
            self._unstored[stream] = _Unstored(event.number)
        return event

    @property
    def count(self) -> int:
        """How many read at this moment."""
        with self._lock:
            return sum(len(readers) for readers in self._readers.values())

    def watch(self, journal: Journal) -> None:
        """From the server's loop: look into the journal for all readers, for as long as anybody reads."""
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._watch(journal))

    async def _watch(self, journal: Journal) -> None:
        seen: dict[str, tuple[int, str]] = {}
        while followed := self._followed():
            try:
                heads = await run_in_threadpool(journal.heads, list(followed))
            except StoreError as error:  # a busy database is asked again; each reader asks now and then too
                _LOG.warning("the journal cannot be read", exc_info=error)
                heads = seen
            for stream, readers in followed.items():
                if heads.get(stream) != seen.get(stream):
                    for reader in readers:
                        reader.push(None)
            seen = heads
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def _followed(self) -> dict[str, tuple[_Reader, ...]]:
        with self._lock:
            return {stream: tuple(readers) for stream, readers in self._readers.items()}

    @contextmanager
    def reading(self, stream: str) -> Iterator[_Reader]:
        """A reader of a stream, for as long as it reads."""
        reader = _Reader(asyncio.get_running_loop())
        with self._lock:
            self._readers.setdefault(stream, set()).add(reader)
            said = self._unstored.get(stream)
            if said is not None and said.text:
                body = {"text": said.text, "behind": said.behind}
                reader.push(StoredEvent(stream, 0, datetime.now(UTC), DELTA, body))
        try:
            yield reader
        finally:
            with self._lock:
                self._readers[stream].discard(reader)
                if not self._readers[stream]:
                    del self._readers[stream]


async def events_of(readers: LiveReaders, journal: Journal, stream: str, after: int) -> AsyncIterator[bytes]:
    """Server-sent events from a number on, until the turn under way has ended."""
    stored = 0
    with readers.reading(stream) as reader:
        readers.watch(journal)
        while True:
            found = await run_in_threadpool(journal.read, stream, after)
            for event in found:
                after = event.number
                stored = event.number if event.kind in _STORING else stored
                yield _stored(event)
            if await _is_over(journal, stream, found, after):
                yield b"event: close\ndata: {}\n\n"
                return
            if readers.ended:
                return
            async for piece in _until_stored(reader):
                if piece is None:
                    readers.watch(journal)  # if it has ended
                    yield b": still here\n\n"
                elif piece.body["behind"] >= stored:
                    yield _live(piece)


async def _until_stored(reader: _Reader) -> AsyncIterator[StoredEvent | None]:
    """Pieces of text until something is in the journal; None for every quarter of a minute of silence.

    Readers that came together are not silent for equally long: all at once they would keep others waiting.
    """
    silences = 0
    while not reader.missed and silences < SILENCES:
        try:
            wait = HEARTBEAT_SECONDS * uniform(0.7, 1.0)  # noqa: S311 - spreads readers, keeps no secret
            piece = await asyncio.wait_for(reader.pieces.get(), wait)
        except TimeoutError:
            silences += 1
            yield None
            continue
        if piece is None or piece.kind != DELTA:
            return
        yield piece
    reader.missed = False


async def _is_over(journal: Journal, stream: str, found: list[StoredEvent], after: int) -> bool:
    """Whether nothing can follow: no turn is under way, and what the last one stored has been read."""
    if found and found[-1].kind != EventKind.END:
        return False
    now = await run_in_threadpool(journal.stream, stream)
    return now.state != RUNNING and now.last <= after  # the turn may have ended since the journal was read


def _stored(event: StoredEvent) -> bytes:
    body = json.dumps(_shown(event), ensure_ascii=False, default=str)
    return f"id: {event.number}\nevent: {event.kind}\ndata: {body}\n\n".encode()


def _live(event: StoredEvent) -> bytes:
    body = json.dumps({"text": event.body["text"]}, ensure_ascii=False)
    return f"event: {DELTA}\ndata: {body}\n\n".encode()


def _shown(event: StoredEvent) -> dict[str, Any]:
    """What a reader is told: words and states, not the model's messages nor what tools returned."""
    kept = ("turn", "text", "state", "index", "name", "status", "steps", "restart", "approval")
    return {name: event.body[name] for name in kept if name in event.body}
