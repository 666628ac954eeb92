"""Who speaks in a task of tau2: the agent under test with the 16 tools, and the customer.

The agent is a language model in a plain loop, told tau2's policy. It has no more say than in the product: a
write is put to the customer and waits for their yes to exactly that, which the door hears, not the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from agent.brain import Message, ToolDescription, ToolOutcome, Turn
from agent.journal import EventKind
from evals.tau2_retail.files import FREE, TOOLS, WRITES
from evals.tau2_retail.shapes import Call
from evals.tau2_retail.translating import ARGUMENTS
from shop.errors import CapReachedError

if TYPE_CHECKING:
    from agent.journal import Draft
    from agent.models import ModelSettings
    from evals.tau2_retail.talk import Talk

HOW_TO_WRITE: Final = (
    "\n\nA change is put to the customer word for word: call its tool, tell the customer what it would do,"
    " and when they have said yes call it again with the same arguments."
)
STOP: Final = "###STOP###"
_YES: Final = re.compile(
    r"\W*(?:yes|yep|yeah|sure|correct|confirm(?:ed)?|go ahead|please do|ok(?:ay)?)\b", re.IGNORECASE
)
_ROUNDS: Final = 15


class Customer(Protocol):
    """The other end of the line."""

    def says(self, heard: str) -> str:
        """The next words; what holds `STOP` is the last."""


@dataclass(slots=True)
class Agreeable:
    """A customer who says why they call, then yes to everything, and rings off."""

    reason: str
    most: int = 4
    spoken: int = 0

    def says(self, heard: str) -> str:
        """The reason first."""
        del heard
        self.spoken += 1
        if self.spoken == 1:
            return self.reason
        return "Yes, please." if self.spoken <= self.most else STOP


@dataclass(slots=True)
class Simulated:
    """A language model that plays the customer of a task, told what tau2 tells its own."""

    settings: ModelSettings
    scenario: str
    used: Used
    talk: list[str] = field(default_factory=list)

    def says(self, heard: str) -> str:
        """The model's words; raises ModelError, and CapReachedError when the task has cost enough."""
        from agent.asking import ask  # noqa: PLC0415 - langchain takes seconds to import

        told = (
            "You are a customer of an online shop who writes to its service. Stay with what you are told, say"
            f" it piece by piece, invent nothing. When all is settled answer {STOP} alone.\n\n{self.scenario}"
        )
        self.talk.append(f"Shop: {heard or 'Hi! How can I help you?'}")
        text, usage = ask(self.settings, told, "\n".join([*self.talk, "You:"]))
        self.used.add(usage.input + usage.output, usage.cost)
        self.talk.append(f"You: {text}")
        return text


class RetailTools:
    """Implements `agent.brain.Tools` with tau2's 16 tools in one conversation; keeps what was called."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.calls: list[tuple[Call, bool]] = []
        self.messages: list[Message] = []
        self.waiting: Call | None = None

    @property
    def offered(self) -> Sequence[ToolDescription]:
        """The 16 of tau2; texts, and lists of texts where the name is plural."""
        return [ToolDescription(name, name.replace("_", " "), _schema(names), name in WRITES)
                for name, names in ARGUMENTS.items() if name in TOOLS]  # fmt: skip

    def run(self, name: str, args: Mapping[str, Any], call: str | None = None) -> ToolOutcome:
        """Run one call through the desk; a refusal is told in words."""
        made = Call(name=name, arguments=dict(args))
        known = name in ARGUMENTS
        answer = self.talk.call(made) if known else None
        done = answer is not None and answer.ok
        content = (
            json.dumps(answer.value) if answer and done else answer.words if answer else f"no tool {name}"
        )
        if answer is not None and any(reason.endswith("-unconfirmed") for reason in answer.reasons):
            self.waiting = made
        self.calls.append((made, done))
        key = call or f"call-{len(self.calls)}"
        asked = {"id": key, "name": name, "args": dict(args)}
        self.messages += [
            {"role": "assistant", "content": "", "tool_calls": [asked]},
            {"role": "tool", "tool_call_id": key, "name": name, "content": content,
             "status": "ok" if done else "error"},
        ]  # fmt: skip
        return ToolOutcome(name, content, failed=not done)

    def pass_on_only(self, said: Sequence[Message]) -> None:
        """Nothing to hold back: no argument of tau2's tools is a figure."""

    def plan(self, steps: Sequence[Mapping[str, str]]) -> None:
        """Nobody looks at a plan here."""

    def hear(self, reply: str) -> None:
        """The customer's words: a yes is a yes to what was put to them last, and to nothing else."""
        if self.waiting is not None and _YES.match(reply):
            self.talk.agree(self.waiting)
        self.waiting = None


def _schema(names: Sequence[str]) -> dict[str, Any]:
    texts = {"type": "array", "items": {"type": "string"}}
    kinds = {name: texts if name.endswith("_ids") else {"type": "string"} for name in names}
    return {"type": "object", "properties": kinds, "required": list(names)}


@dataclass(slots=True)
class Used:
    """Implements `agent.brain.Emit` far enough to count what the model calls used.

    `steps` and `prompt` are the agent's; `tokens` and `cost` are of both who speak, `cap` is the most of it.
    """

    cap: Decimal | None = None
    steps: int = 0
    prompt: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)

    def __call__(self, kind: EventKind, body: Mapping[str, Any]) -> None:
        """Count a usage event; raises CapReachedError as `add`."""
        if kind is EventKind.USAGE:
            self.steps += 1
            self.prompt += int(body["input"])
            cost = body["cost"]
            self.add(int(body["input"]) + int(body["output"]), None if cost is None else Decimal(cost))

    def add(self, tokens: int, cost: Decimal | None) -> None:
        """Count a model call; raises CapReachedError when the task has cost what it may."""
        self.tokens += tokens
        self.cost += cost or Decimal(0)
        if self.cap is not None and self.cost >= self.cap:
            raise CapReachedError(f"the task has cost {self.cost:f} of at most {self.cap:f}")

    def together(self, *drafts: Draft) -> None:
        """Nothing is kept."""

    def hold(self, *drafts: Draft) -> None:
        """Nothing is kept."""

    def live(self, step: int, text: str) -> None:
        """Nobody watches."""


Speak = Callable[[Turn, Used], str]
"""One turn of the agent: its words."""


def converse(tools: RetailTools, customer: Customer, speak: Speak, used: Used) -> list[dict[str, Any]]:
    """Let the two speak until the customer rings off or a cap is reached; gives the talk as a trace."""
    trace: list[dict[str, Any]] = []
    try:
        _speak(tools, customer, speak, used, trace)
    except CapReachedError as error:
        trace.append({"kind": "error", "error": type(error).__name__, "text": str(error)})
    return trace


def _speak(
    tools: RetailTools, customer: Customer, speak: Speak, used: Used, trace: list[dict[str, Any]]
) -> None:
    history: list[Message] = []
    heard = ""
    for number in range(1, _ROUNDS + 1):
        said = customer.says(heard)
        if STOP in said:
            break
        tools.hear(said)
        tools.messages = []
        heard = speak(Turn("tau2", number, said, tuple(history), tools, None, _never), used)
        history += [
            {"role": "user", "content": said},
            *tools.messages,
            {"role": "assistant", "content": heard},
        ]
        trace += [{"kind": "customer", "text": said}, *({"kind": "call", **one} for one in tools.messages),
                  {"kind": "said", "answer": heard}]  # fmt: skip


def _never(*, quick: bool = False) -> None:
    """Nobody stops this turn."""
    del quick


def follow(tools: RetailTools, calls: Sequence[Call], greet: Callable[[Call], None]) -> None:
    """Take the reference path; the customer agrees to each write, for that is what it stands for.

    `greet` lets the customer say who they are before a call that needs it.
    """
    for call in calls:
        if tools.talk.customer is None and call.name not in FREE:
            greet(call)
        if call.name in WRITES:
            tools.talk.agree(call)
        tools.run(call.name, call.arguments)
