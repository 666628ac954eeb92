"""tau2's retail tasks as a suite: ``shophand eval run tau2_retail --data DIRECTORY --model M``.

Scored is the outcome: the end of the shop to the cent (each item at its own price), that every write of the
reference was done and no other and none twice, that the right customer was identified, what had to be told,
and whether the talk was handed to a person. tau2's own judged sentences are not scored. `reference` takes the
path of the task, `idle` and `echo` do nothing; a language model speaks with a customer that the same model
plays. The offline planner speaks with operators, so it has no score here.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from agent.models import ModelSettings
from evals.harness.brains import Model
from evals.harness.results import Trial
from evals.harness.template import scratch
from evals.harness.told import holds
from evals.tau2_retail.agents import (
    HOW_TO_WRITE,
    Agreeable,
    Customer,
    RetailTools,
    Simulated,
    Speak,
    Used,
    converse,
    follow,
)
from evals.tau2_retail.comparing import canonical, differences, expected_state, scope
from evals.tau2_retail.files import WRITES, read_expected, read_retail, read_tasks
from evals.tau2_retail.playing import customers_named, customers_of
from evals.tau2_retail.procedures import identify
from evals.tau2_retail.shapes import Call, Retail, Task
from evals.tau2_retail.store import RULES, Stores
from evals.tau2_retail.talk import Talk
from shop.errors import ImportFileError, SetupError

_HAND_OVER: Final = "transfer_to_human_agents"
_NONE: Final = ModelSettings()


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore")

    communicate_info: list[str] | None = None


class _Scenario(BaseModel):
    model_config = ConfigDict(extra="ignore")

    persona: str | None = None
    instructions: dict[str, str | None] = {}

    def __str__(self) -> str:
        told = [
            *([self.persona] if self.persona else []),
            *(one for one in self.instructions.values() if one),
        ]
        return "\n".join(told)


class Story(BaseModel):
    """Of a task what a customer knows and what they must be told."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str
    user_scenario: _Scenario = _Scenario()
    evaluation_criteria: _Told = _Told()

    @property
    def facts(self) -> list[str]:
        """What the customer must hear."""
        return self.evaluation_criteria.communicate_info or []


class RetailTasks:
    """Implements `evals.harness.running.Tasks` on a directory with tau2's retail files."""

    name = "tau2_retail"

    def __init__(self, data: Path) -> None:
        self._shop = read_retail(data / "db.json")
        tasks = data / "tasks_dev.json"
        self._tasks = {task.id: task for task in read_tasks(tasks)}
        self._stories = _stories(tasks)
        self._expected = read_expected(data / "expected_dev.json", list(self._tasks.values()))
        self._policy = _read(data / "policy.md") + HOW_TO_WRITE
        self.names = tuple(self._tasks)
        self.prompt = hashlib.sha256(self._policy.encode()).hexdigest()
        self.rules = hashlib.sha256(b"".join(one.read_bytes() for one in sorted(RULES.iterdir()))).hexdigest()

    def digest(self, name: str) -> str:
        """Of the task, its story and its end."""
        told = f"{self._tasks[name]!r} {self._stories[name]!r} {self._expected[name]!r}"
        return hashlib.sha256(told.encode()).hexdigest()

    def text(self, name: str) -> str:
        """The customer's story."""
        return str(self._stories[name].user_scenario)

    def floor(self, names: Sequence[str]) -> dict[str, float]:
        """Doing nothing, played on these tasks."""
        with scratch() as directory:
            stores = Stores(directory)
            idle = [self._trial(name, 1, stores, Model("idle", _NONE)) for name in names]
        return {"idle": sum(one.passed for one in idle) / len(idle)}

    @contextmanager
    def played_by(self, model: Model) -> Iterator[Callable[[str, int], Trial]]:
        """Plays a task in a store of its own; raises SetupError for the offline planner."""
        if model.name == "offline":
            raise SetupError(
                "--model offline: the offline planner speaks with operators, not with tau2's customers;"
                " give openai:NAME, scripted:FILE, reference or idle"
            )
        with scratch() as directory:
            stores = Stores(directory)
            yield lambda name, epoch: self._trial(name, epoch, stores, model)

    def _trial(self, name: str, epoch: int, stores: Stores, model: Model) -> Trial:
        begun, task = time.perf_counter(), self._tasks[name]
        owners = customers_named(task, self._shop)
        part = scope(self._shop, {one.user_id for one in owners})
        store = stores.holding(part)
        talk = Talk(store)
        tools, used = RetailTools(talk), Used(model.cap)
        trace = self._spoken(task, part, model, tools, used)
        said = "\n".join(str(each["answer"]) for each in trace if each["kind"] == "said")
        wrong, unsafe = self._judged(task, tools, said)
        known = {one.user_id for one in owners[:1]}
        if known and {talk.customer} != known:
            wrong.append(f"the customer was not identified: {talk.customer} instead of {min(known)}")
        wanted = expected_state(canonical(part.users, part.orders), self._expected[name].changed)
        wrong += differences(wanted, store.state())
        wrong += [str(each["text"]) for each in trace if each["kind"] == "error"]
        store.close()
        failed = sum(not done for _, done in tools.calls)
        return Trial(
            name, epoch, passed=not wrong and not unsafe, unsafe=tuple(unsafe),
            wrong=(*(f"unsafe: {one}" for one in unsafe), *wrong),
            effects=sum(done and call.name in WRITES for call, done in tools.calls), steps=used.steps,
            tokens=used.tokens, input_tokens=used.prompt, cost=format(used.cost, "f"),
            tool_calls=len(tools.calls), tool_errors=failed,
            recovered=bool(failed) and not wrong, seconds=round(time.perf_counter() - begun, 4),
            said=(self.text(name),), trace=tuple(trace),
        )  # fmt: skip

    def _spoken(
        self, task: Task, part: Retail, model: Model, tools: RetailTools, used: Used
    ) -> list[dict[str, Any]]:
        """Let the agent work on the task; gives the talk."""
        match model.name.partition(":")[0]:
            case "reference" | "obeying":
                follow(tools, task.calls, partial(_greet, tools.talk, part))
                facts = "\n".join(self._stories[task.id].facts)
                return [
                    *({"kind": "call", **one} for one in tools.messages),
                    {"kind": "said", "answer": facts},
                ]
            case "idle" | "echo":
                return [{"kind": "said", "answer": "How can I help you?"}]
        customer, speak = self._both(task, model, used)
        return converse(tools, customer, speak, used)

    def _both(self, task: Task, model: Model, used: Used) -> tuple[Customer, Speak]:
        """The customer and the agent; one model plays both, a script only the agent."""
        from agent.plain_loop import PlainLoop  # noqa: PLC0415 - langchain takes seconds to import
        from agent.scripted import ScriptedModel  # noqa: PLC0415 - langchain takes seconds to import

        scenario = self.text(task.id)
        if model.name.startswith("scripted:"):
            chat = ScriptedModel(script=model.replies(task.id))
            loop = PlainLoop(model.settings, chat, self._policy)
            customer: Customer = Agreeable(scenario, most=_turns(model.replies(task.id)))
        else:
            loop = PlainLoop(model.settings, prompt=self._policy)
            customer = Simulated(model.settings, scenario, used)
        return customer, lambda turn, used: loop.run(turn, used).text

    def _judged(self, task: Task, tools: RetailTools, said: str) -> tuple[list[str], list[str]]:
        """What is missing or wrong, and writes that the task does not ask for."""
        refused = Counter(_place(Call(name=one.action, arguments=one.arguments))
                          for one in self._expected[task.id].refused)  # fmt: skip
        wanted = Counter(_place(call) for call in task.calls if call.name in WRITES) - refused
        done = Counter(_place(call) for call, ok in tools.calls if ok and call.name in WRITES)
        handed = any(call.name == _HAND_OVER for call, _ in tools.calls)
        must = any(call.name == _HAND_OVER for call in task.calls)
        wrong = [f"not done: {one}" for one in (wanted - done).elements()]
        wrong += [f"did not tell {fact}" for fact in self._stories[task.id].facts if not holds(said, fact)]
        if task.calls and not tools.calls:
            wrong.append("nothing was looked up")
        if handed is not must:
            wrong.append("handed over to a person" if handed else "did not hand over to a person")
        return wrong, list((done - wanted).elements())


def _place(call: Call) -> str:
    """What a write is about: the tool and the order or customer; two paths may differ in the rest."""
    given = call.arguments
    return f"{call.name} {given.get('order_id') or given.get('user_id')}"


def _greet(talk: Talk, part: Retail, call: Call) -> None:
    for owner in customers_of(call, part):
        identify(talk, owner)


def _turns(replies: Sequence[Any]) -> int:
    """How often a scripted agent lets the customer speak."""
    return max(1, sum(isinstance(reply, str) for reply in replies))


def _stories(path: Path) -> dict[str, Story]:
    try:
        found = TypeAdapter(list[Story]).validate_json(path.read_bytes())
    except ValidationError as error:
        raise ImportFileError(f"{path}: {error.errors()[0]['msg']}") from error
    return {one.id: one for one in found}


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}") from error
