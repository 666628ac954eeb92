"""The visible plan of a request with several steps, ticked as the tools run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from agent.journal import Draft, EventKind
from shop.errors import ToolInputError

MAKE_PLAN: Final = "make_plan"
MOST_STEPS: Final = 30
_LONGEST: Final = 200

DESCRIPTION: Final = (
    "Show the operator your plan before you start a request that needs three or more tool calls, or more"
    " than one change. It changes nothing. Call it once, before the other tools; steps are ticked by"
    " themselves as the tools run."
)
PARAMETERS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "steps": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_STEPS,
            "items": {
                "type": "object",
                "properties": {
                    "text": {
                        "type": "string",
                        "description": "what is done, in a few words for the operator",
                    },
                    "tool": {"type": "string", "description": "name of the tool that does it, if one does"},
                },
                "required": ["text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["steps"],
    "additionalProperties": False,
}


class StepState(StrEnum):
    """Where a step of a plan stands."""

    TODO = "todo"
    RUNNING = "running"
    DONE = "done"
    WAITING = "waiting"
    REFUSED = "refused"
    FAILED = "failed"
    SKIPPED = "skipped"


_OPEN: Final = (StepState.TODO, StepState.RUNNING, StepState.FAILED)
"""A step whose tool failed may be tried again."""


@dataclass(slots=True)
class Step:
    """One step; `tool` is empty when no tool does it."""

    text: str
    tool: str = ""
    state: StepState = StepState.TODO


class Plan:
    """The steps of one request; every change gives the event that tells of it."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = list(steps)

    def drafted(self) -> Draft:
        """The plan as an event."""
        return Draft(
            EventKind.PLAN,
            {"steps": [{"text": s.text, "tool": s.tool, "state": s.state.value} for s in self._steps]},
        )

    def start(self, tool: str) -> list[Draft]:
        """A tool is about to run: its first open step is under way."""
        return self._move(tool, StepState.RUNNING)

    def tick(self, tool: str, state: StepState) -> list[Draft]:
        """A tool has run: its first open step is done, waits, was refused or failed."""
        return self._move(tool, state)

    def close(self, *, finished: bool) -> list[Draft]:
        """The turn ends: steps without a tool are done if it finished, whatever is left was skipped."""
        drafts = []
        for index, step in enumerate(self._steps):
            if step.state in (StepState.TODO, StepState.RUNNING):
                done = finished and not step.tool
                drafts.append(self._set(index, StepState.DONE if done else StepState.SKIPPED))
        return drafts

    def _move(self, tool: str, state: StepState) -> list[Draft]:
        for index, step in enumerate(self._steps):
            if step.tool == tool and step.state in _OPEN:
                return [self._set(index, state)]
        return []

    def _set(self, index: int, state: StepState) -> Draft:
        step = self._steps[index]
        step.state = state
        return Draft(EventKind.STEP, {"index": index, "text": step.text, "state": state.value})


def parse_plan(steps: Any, tools: Sequence[str]) -> Plan:
    """A plan from a model's arguments; raises ToolInputError. An unknown tool name is left out."""
    if not isinstance(steps, Sequence) or isinstance(steps, str) or not 1 <= len(steps) <= MOST_STEPS:
        raise ToolInputError(f"steps: expected a list of 1 to {MOST_STEPS} steps")
    return Plan([_step(each, tools) for each in steps])


def _step(each: Any, tools: Sequence[str]) -> Step:
    if isinstance(each, str):
        each = {"text": each}
    if not isinstance(each, Mapping) or not isinstance(each.get("text"), str) or not each["text"].strip():
        raise ToolInputError('steps: each step needs a "text"')
    tool = str(each.get("tool", ""))
    return Step(each["text"].strip()[:_LONGEST], tool if tool in tools else "")
