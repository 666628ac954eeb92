"""The tools of one turn: each call is journalled before and after, keeps the taint, ticks the plan.

Whatever brain thinks, its calls come through here one after another in the order asked, so that writes
happen in that order and a crash leaves at most one call without its result. A call that failed twice is
not made a third time, and what policy or a person has refused in this conversation is not asked again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from agent import plan as plans
from agent.brain import Message, ToolDescription, ToolOutcome
from agent.journal import Draft, EventKind
from agent.recorder import Recorder
from agent.said_figures import Said
from agent.tool_choice import FIND, FIND_TOOLS, MOST_TOOLS, ToolChoice
from shop.errors import CapReachedError, ToolInputError
from shop.store.journal import StoredEvent

MALFORMED: Final = "not_valid_json"
"""The one argument of a call whose arguments could not be read; its value is the text as it came."""
TIMES: Final = 2
"""So often may the same call fail before the turn is ended."""
REFUSED: Final = frozenset({"denied", "rejected"})
_SUMMARY: Final = 300
_REFUSED_BEFORE: Final = (
    "exactly this was refused in this conversation and is refused again; do not try it again, tell the"
    " operator why it was refused and what else is possible"
)


class Toolbox(Protocol):
    """What the shop offers to a brain (``agent/tooling.py`` for the real one)."""

    @property
    def offered(self) -> Sequence[ToolDescription]:
        """The tools, always in the same order."""

    def run(self, name: str, args: Mapping[str, Any], *, key: str, tainted: bool) -> ToolOutcome:
        """Run one tool. `key` starts the idempotency key of whatever it submits.

        An error that the caller may correct is a failed outcome; any other error is raised.
        """


@dataclass(slots=True)
class Memory:
    """What a conversation remembers between calls and turns."""

    tainted: bool = False
    refused: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)


class TurnTools:
    """Implements `agent.brain.Tools` for one turn of one conversation."""

    def __init__(
        self,
        toolbox: Toolbox,
        recorder: Recorder,
        memory: Memory,
        *,
        conversation: str,
        turn: int,
        check_stop: Callable[[], None],
    ) -> None:
        self._toolbox = toolbox
        self._recorder = recorder
        self._memory = memory
        self._prefix = f"{conversation}:{turn}"
        self._check_stop = check_stop
        self._calls = 0
        self._plan: plans.Plan | None = None
        self._said: Said | None = None
        planning = ToolDescription(plans.MAKE_PLAN, plans.DESCRIPTION, plans.PARAMETERS)
        finding = (FIND,) if len(toolbox.offered) >= MOST_TOOLS else ()
        self._offered = (*toolbox.offered, *finding, planning)
        self._names = tuple(tool.name for tool in toolbox.offered)
        self._writes = frozenset(tool.name for tool in toolbox.offered if tool.writes)

    @property
    def offered(self) -> Sequence[ToolDescription]:
        """The shop's tools, then the search for more where they are many, then the plan."""
        return self._offered

    @property
    def tainted(self) -> bool:
        """Whether this conversation has read a stranger's words."""
        return self._memory.tainted

    def pass_on_only(self, said: Sequence[Message]) -> None:
        """See `agent.brain.Tools.pass_on_only`."""
        self._said = Said()
        self._said.hear(*said)

    def plan(self, steps: Sequence[Mapping[str, str]]) -> None:
        """Show a plan; raises ToolInputError when it is not one."""
        self._plan = plans.parse_plan(steps, self._names)
        self._recorder.together(self._plan.drafted())

    def close_plan(self, *, finished: bool) -> None:
        """The turn ends: say what of the plan is left."""
        if self._plan is not None:
            self._recorder.together(*self._plan.close(finished=finished))

    def run(self, name: str, args: Mapping[str, Any], call: str | None = None) -> ToolOutcome:
        """Run one call and journal it; see `agent.brain.Tools.run`."""
        self._check_stop()
        signature = f"{name} {json.dumps(args, sort_keys=True, default=str)}"
        if self._memory.failures[signature] >= TIMES:
            raise CapReachedError(f"{name} failed {TIMES} times with the same arguments, so I stopped trying")
        self._calls += 1
        index, made_up = self._calls, call is None
        call = call or f"call_{self._prefix}_{index}"
        self._announce(name, args, call, index, made_up=made_up)
        outcome = self._outcome(name, args, signature, index)
        if self._said is not None:
            self._said.answered(name, args, outcome.content)
        self._remember(signature, outcome)
        self._report(outcome, call, index)
        return outcome

    def _announce(self, name: str, args: Mapping[str, Any], call: str, index: int, *, made_up: bool) -> None:
        drafts = []
        if made_up:  # the planner makes calls without a message; a model that takes over later needs one
            request = {"id": call, "name": name, "args": dict(args)}
            drafts.append(_message({"role": "assistant", "content": "", "tool_calls": [request]}))
        drafts.append(
            Draft(EventKind.TOOL_CALL, {"index": index, "call": call, "name": name, "args": dict(args)})
        )
        self._recorder.together(*drafts, *(self._plan.start(name) if self._plan else []))

    def _outcome(self, name: str, args: Mapping[str, Any], signature: str, index: int) -> ToolOutcome:
        own = {plans.MAKE_PLAN: self._make_plan, FIND_TOOLS: self._find_tools}.get(name)
        if own is not None and set(args) != {MALFORMED}:
            return own(args)
        objection = self._objection(name, args)
        if objection is not None:
            return ToolOutcome(name, objection, failed=True)
        if signature in self._memory.refused:
            return ToolOutcome(name, _REFUSED_BEFORE, failed=True, state="denied")
        key = f"{self._prefix}:{index}"
        return self._toolbox.run(name, args, key=key, tainted=self._memory.tainted)

    def _objection(self, name: str, args: Mapping[str, Any]) -> str | None:
        """Why a call is not handed to the shop at all."""
        if set(args) == {MALFORMED}:
            return "the arguments were not valid JSON; send the call again with a JSON object"
        if name not in self._names:
            return f"there is no tool {name!r}; the tools are {', '.join((*self._names, plans.MAKE_PLAN))}"
        if self._said is not None and name in self._writes:
            return self._said.objection(args)
        return None

    def _make_plan(self, args: Mapping[str, Any]) -> ToolOutcome:
        try:
            self.plan(args.get("steps", ()))
        except ToolInputError as error:
            return ToolOutcome(plans.MAKE_PLAN, str(error), failed=True)
        return ToolOutcome(plans.MAKE_PLAN, "The operator sees the plan. Go on with its first step.")

    def _find_tools(self, args: Mapping[str, Any]) -> ToolOutcome:
        """Tools by what they are needed for, each with the first sentence of its description."""
        known = {tool.name: tool.description.partition("\n")[0] for tool in self._offered}
        found = {name: known[name] for name in ToolChoice(self._offered).found(str(args.get("need", "")))}
        if not found:
            text = "no tool does that: tell the operator that this cannot be done here"
            return ToolOutcome(FIND_TOOLS, text, failed=True)
        return ToolOutcome(
            FIND_TOOLS, json.dumps({"tools": found}, ensure_ascii=False, separators=(",", ":"))
        )

    def _remember(self, signature: str, outcome: ToolOutcome) -> None:
        refused = outcome.state in REFUSED
        if outcome.failed or refused:
            self._memory.failures[signature] += 1
        if refused:
            self._memory.refused.add(signature)
        if outcome.tainted:
            self._memory.tainted = True

    def _report(self, outcome: ToolOutcome, call: str, index: int) -> None:
        status = "error" if outcome.failed else "ok"
        body = {
            "index": index,
            "call": call,
            "name": outcome.name,
            "status": status,
            "summary": outcome.content[:_SUMMARY],
            "tainted": outcome.tainted,
        }
        if outcome.action is not None or outcome.state is not None:
            body |= {"action": outcome.action, "state": outcome.state, "approval": outcome.approval}
        answer = {
            "role": "tool",
            "tool_call_id": call,
            "name": outcome.name,
            "content": outcome.content,
            "status": status,
        }
        drafts = [Draft(EventKind.TOOL_RESULT, body), _message(answer), *_waiting(outcome)]
        if self._plan is not None:
            drafts += self._plan.tick(outcome.name, _step_state(outcome))
        self._recorder.together(*drafts)


def recall(events: Iterable[StoredEvent]) -> Memory:
    """A conversation's memory from its tool calls, results and approvals; failures count within a turn."""
    signatures: dict[tuple[int, int], str] = {}
    by_action: dict[str, str] = {}
    memory = Memory()
    for event in events:
        body = event.body
        place = (body["turn"], body.get("index", 0))
        if event.kind == EventKind.TOOL_CALL:
            signatures[place] = f"{body['name']} {json.dumps(body['args'], sort_keys=True, default=str)}"
        elif event.kind == EventKind.TOOL_RESULT and place in signatures:
            memory.tainted = memory.tainted or bool(body["tainted"])
            if body.get("action"):
                by_action[body["action"]] = signatures[place]
            if body.get("state") in REFUSED:
                memory.refused.add(signatures[place])
        elif event.kind == EventKind.APPROVAL and body["state"] in REFUSED and body["action"] in by_action:
            memory.refused.add(by_action[body["action"]])
    return memory


def _message(message: Mapping[str, Any]) -> Draft:
    return Draft(EventKind.MESSAGE, {"message": dict(message)})


def _waiting(outcome: ToolOutcome) -> list[Draft]:
    if outcome.approval is None or outcome.state != "pending":
        return []
    body = {
        "approval": outcome.approval,
        "action": outcome.action,
        "state": outcome.state,
        "text": f"{outcome.approval} waits for approval",
    }
    return [Draft(EventKind.APPROVAL, body)]


def _step_state(outcome: ToolOutcome) -> plans.StepState:
    if outcome.state in REFUSED:
        return plans.StepState.REFUSED
    if outcome.failed:
        return plans.StepState.FAILED
    if outcome.state == "pending":
        return plans.StepState.WAITING
    return plans.StepState.DONE
