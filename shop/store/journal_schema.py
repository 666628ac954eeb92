"""Tables of the journal: conversations and runs, and what happened in each."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from shop.store.columns import UtcText
from shop.store.schema import metadata

streams = Table(
    "streams",  # a conversation or a run: something with numbered events
    metadata,
    Column("id", String(80), primary_key=True),
    Column("kind", String(16), nullable=False),  # conversation | run
    Column("key", String(200), unique=True),  # a run's key: the same key is the same run
    Column("owner", String(80), nullable=False),
    Column("title", String(400), nullable=False, default=""),
    Column("state", String(16), nullable=False),  # open | running | done | failed | stopped
    Column("started_at", UtcText, nullable=False),
    Column("ended_at", UtcText),
)

Index("streams_by_start", streams.c.kind, streams.c.started_at, streams.c.id)
Index("streams_by_owner", streams.c.owner, streams.c.kind, streams.c.started_at, streams.c.id)

events = Table(
    "events",
    metadata,
    Column("stream", ForeignKey("streams.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 1, 2, 3, ... without gaps
    Column("at", UtcText, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),  # JSON
)
Index("events_by_kind", events.c.kind, events.c.at)  # what a day has cost so far
