"""What a brain is given and what it owes: the seam between a conversation and whoever thinks in it.

Two brains exist: the language model (``agent/operator.py``) and the offline planner (``agent/offline/``).
Both reach the shop only through `Turn.tools`, which journals each call, keeps the conversation's taint,
ticks the plan and stops when told to; so what holds for one holds for the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from agent.journal import Draft, EventKind
from shop.errors import ShopError

Message = Mapping[str, Any]
"""A message as plain JSON: ``role`` (user, assistant, tool), ``content`` and, for an assistant,
``tool_calls: [{id, name, args}]``; for a tool, ``tool_call_id``, ``name`` and
``status`` (ok, error)."""


class TurnState(StrEnum):
    """How a turn ended."""

    DONE = "done"
    STOPPED = "stopped"
    CAPPED = "capped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the operator is told at the end of a turn."""

    text: str
    state: TurnState = TurnState.DONE


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """One tool call as the model sees it.

    `content` is the text for the model, fenced when a stranger wrote part of it. `value` is the tool's
    typed answer (a pydantic model) and None when the call failed.
    """

    name: str
    content: str
    failed: bool = False
    tainted: bool = False
    value: Any = None
    action: str | None = None
    approval: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class ToolDescription:
    """A tool as offered to a model: JSON Schema of its arguments, and whether it changes something."""

    name: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    writes: bool = False


class Emit(Protocol):
    """Writes the events of the turn under way: journalled, numbered and shown; ``turn`` is filled in."""

    def __call__(self, kind: EventKind, body: Mapping[str, Any]) -> None:
        """Write one event."""

    def together(self, *drafts: Draft) -> None:
        """Write several events in one transaction."""

    def hold(self, *drafts: Draft) -> None:
        """Keep events until the next are written, in their transaction; the turn's end writes them too."""

    def live(self, step: int, text: str) -> None:
        """Show a piece of text at once; it is stored later, as part of a text event."""


class TurnStoppedError(ShopError):
    """Somebody asked this turn to stop; raised before the next model or tool call."""


class Tools(Protocol):
    """The tools of one turn."""

    @property
    def offered(self) -> Sequence[ToolDescription]:
        """The tools this turn may call, in a fixed order."""

    def run(self, name: str, args: Mapping[str, Any], call: str | None = None) -> ToolOutcome:
        """Run one tool call and journal it; errors the caller may correct come back as a failed outcome.

        Raises TurnStoppedError when the turn was stopped, CapReachedError when calls keep failing.
        """

    def pass_on_only(self, said: Sequence[Message]) -> None:
        """From now on a write is made only with figures that these messages or an answer of a tool say.

        A model calls it first, for it may not choose or calculate a figure; code that calculates need not.
        """

    def plan(self, steps: Sequence[Mapping[str, str]]) -> None:
        """Show a plan: steps of ``text`` and, where a tool does the step, ``tool``; ticked as tools run."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One request of an operator: everything a brain may know and use.

    `history` is every message before this request, as `Message`; `notices` is what became of the
    conversation's approvals since the turn before. `shop` is a `tools.toolbox.Shop` for
    reads that are no tool calls; a brain changes the world through `tools` only. `check_stop` raises
    TurnStoppedError; call it before every model call (``quick=True`` between the pieces of a stream).
    """

    conversation: str
    number: int
    text: str
    history: Sequence[Message]
    tools: Tools
    shop: Any
    check_stop: Callable[..., None]
    notices: Sequence[str] = ()

    @property
    def request(self) -> Sequence[Message]:
        """What this turn adds to the history: what happened meanwhile, then the operator's words."""
        news = "\n".join(f"[Shophand] {notice}" for notice in self.notices)
        asked = [{"role": "user", "content": self.text}]
        return [{"role": "user", "content": news}, *asked] if news else asked


class Brain(Protocol):
    """Answers an operator's request."""

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Work on the request and answer it.

        Raises ModelError when no usable answer could be had; what was done until then is journalled.
        """
