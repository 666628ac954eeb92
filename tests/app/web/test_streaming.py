"""The stream of a turn's events, read while the turn ends."""

import asyncio
import re

from agent.journal import Draft, EventKind, Journal
from app.web.streaming import LiveReaders, events_of
from shop.store.database import Database
from shop.store.journal import OPEN, RUNNING, Stream


class EndsWhileItIsRead(Journal):
    """A journal whose turn ends just when a reader that found nothing new asks for its state."""

    def stream(self, stream: str) -> Stream:
        """The stream, whose turn has ended by now."""
        drafts = [Draft(EventKind.MESSAGE, {"message": {}}), Draft(EventKind.END, {"state": "done"})]
        self.move_state(stream, RUNNING, OPEN, drafts)
        return super().stream(stream)


async def _whole(journal: Journal, stream: str, after: int) -> str:
    pieces = [piece async for piece in events_of(LiveReaders(), journal, stream, after)]
    return b"".join(pieces).decode()


def test_a_turn_that_ends_while_it_is_read_is_told_to_its_end(sqlite_database: Database) -> None:
    """A reader never closes before the end of the turn, however the last look and the end fall together."""
    journal = EndsWhileItIsRead(sqlite_database)
    stream = journal.open("conversation", "per_ann", "a question")
    begun = journal.begin_turn(stream, {"text": "a question"})
    assert begun is not None
    text = asyncio.run(_whole(journal, stream, begun[-1].number))
    assert re.findall(r"^event: (\w+)$", text, re.MULTILINE) == ["message", "end", "close"]


async def _until_the_server_ends(journal: Journal, stream: str, after: int) -> str:
    readers = LiveReaders()

    async def read() -> bytes:
        return b"".join([piece async for piece in events_of(readers, journal, stream, after)])

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    readers.end()
    return (await asyncio.wait_for(reading, 30)).decode()


def test_a_server_that_ends_lets_its_readers_go(sqlite_database: Database) -> None:
    """No reader of a turn under way is waited for, and none is told that the turn has ended."""
    journal = Journal(sqlite_database)
    stream = journal.open("conversation", "per_ann", "a question")
    begun = journal.begin_turn(stream, {"text": "a question"})
    assert begun is not None
    assert "event: close" not in asyncio.run(_until_the_server_ends(journal, stream, begun[-1].number))
