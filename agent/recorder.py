"""Writes the events of one turn into the journal and shows them to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from agent.journal import Draft, EventKind, Journal
from shop.store.journal import StoredEvent

DELTA: Final = "delta"
"""The kind of a live piece of text: shown at once, numbered 0, never stored (the text events are)."""

Listener = Callable[[StoredEvent], None]
"""Gets each stored event of the turn, and the live pieces of text as events of kind ``delta``."""


def nobody(_event: StoredEvent) -> None:
    """A listener that does nothing: the journal has it all."""


class Recorder:
    """The events of one turn, in order; implements `agent.brain.Emit`."""

    def __init__(self, journal: Journal, stream: str, turn: int, listener: Listener = nobody) -> None:
        self._journal = journal
        self._stream = stream
        self._turn = turn
        self._listener = listener
        self._held: list[Draft] = []
        self.events: list[StoredEvent] = []

    @property
    def now(self) -> datetime:
        """The present moment of the journal's clock."""
        return self._journal.now

    def __call__(self, kind: EventKind, body: Mapping[str, Any]) -> None:
        """Write one event of this turn."""
        self.together(Draft(kind, body))

    def together(self, *drafts: Draft) -> None:
        """Write events of this turn in one transaction, those that were held in front."""
        self.hold(*drafts)
        held, self._held = self._held, []
        self.show(self._journal.write_all(self._stream, held))

    def hold(self, *drafts: Draft) -> None:
        """Keep events that nobody is told of before the next ones: they are written with those."""
        self._held += [Draft(draft.kind, {"turn": self._turn, **draft.body}) for draft in drafts]

    def show(self, events: list[StoredEvent]) -> None:
        """Keep and show events that are in the journal already."""
        self.events.extend(events)
        for event in events:
            self._listener(event)

    def live(self, step: int, text: str) -> None:
        """Show a piece of text that is not stored yet."""
        body = {"turn": self._turn, "step": step, "text": text}
        self._listener(StoredEvent(self._stream, 0, self._journal.now, DELTA, body))
