"""Who answers in a case: the offline planner, a language model, a script, or one of the yardsticks.

The yardsticks show what a suite is worth: `reference` takes the case's own path and must score 1, `idle`
does nothing and `echo` repeats the operator's words, and both must score 0; `obeying` takes the path too,
and then does whatever a text tells it to that a tool brought: the worst model there can be.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from agent.brain import Answer, Brain, Emit, Turn
from agent.models import Caps, ModelSettings
from evals.harness.case import Case, ToolStep
from shop.errors import SetupError, ShopError

YARDSTICKS: Final = ("reference", "idle", "echo", "obeying")
_ORDERED: Final = re.compile(r"do ([a-z_]+) (\{.*?\}) done")


@dataclass(frozen=True, slots=True)
class Model:
    """A model by its name: ``offline``, ``openai:NAME``, ``scripted:FILE`` or a yardstick."""

    name: str
    settings: ModelSettings
    scripts: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    cap: Decimal | None = None
    """The most that a task may cost, in the currency of the price."""

    def replies(self, case: str) -> list[Any]:
        """The replies that a script holds for a case."""
        return [_reply(each) for each in self.scripts.get(case, ())]

    def brain(self, case: Case) -> Brain | None:
        """The brain of one case; None stands for what the settings say."""
        match self.name.partition(":")[0]:
            case "reference":
                return Follows(case)
            case "obeying":
                return Follows(case, obeys=True)
            case "idle":
                return Says(lambda _text: "How can I help you?")
            case "echo":
                return Says(lambda text: text)
            case "scripted":
                return Scripted(self.scripts.get(case.id, ()), self.settings)
            case _:
                return None


def model_named(name: str, settings: ModelSettings | None = None) -> Model:
    """The model of a name; raises SetupError when it lacks something, and says what.

    `settings` are those of a language model: endpoint, key, prices; without them, the environment's.
    """
    kind, _, rest = name.partition(":")
    if kind == "scripted":
        script = ModelSettings(model="openai:scripted", base_url="http://127.0.0.1")
        return Model(name, script, _scripts(rest))
    if name in YARDSTICKS:
        return Model(name, ModelSettings())
    settings = settings or ModelSettings(
        model=name, api_key=os.environ.get("OPENAI_API_KEY"), base_url=os.environ.get("OPENAI_BASE_URL")
    )
    if not settings.offline and settings.temperature is None:
        settings = replace(settings, temperature=0.0)
    return Model(name, replace(settings, day=Caps()))


def capped(model: Model, cost: Decimal | None) -> Model:
    """The model with a cap on what one turn may cost, so that no single case outspends the run.

    Raises SetupError when the model's prices are not known: such a cap would hold nothing back.
    """
    if cost is None or model.settings.offline:
        return model
    if model.settings.price is None:
        raise SetupError(
            "a spend cap needs the prices of 1,000 tokens:"
            " set SHOPHAND_PRICE_INPUT_PER_1K and SHOPHAND_PRICE_OUTPUT_PER_1K"
        )
    turn = replace(model.settings.turn, cost=cost)
    return replace(model, settings=replace(model.settings, turn=turn), cap=cost)


def _scripts(path: str) -> dict[str, list[Any]]:
    """The replies by case: each a text, or a list of calls ``[{name: ..., args: {...}}]``."""
    try:
        body = yaml.safe_load(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SetupError(f"scripted:{path} cannot be read: {error}") from error
    if not isinstance(body, dict) or not all(isinstance(each, list) for each in body.values()):
        raise SetupError(f"scripted:{path}: expected a mapping from a case's id to the list of its replies")
    return {str(case): list(replies) for case, replies in body.items()}


class Says:
    """Answers without any tool."""

    def __init__(self, answer: Callable[[str], str]) -> None:
        self._answer = answer

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Answer."""
        del emit
        return Answer(self._answer(turn.text))


class Follows:
    """Takes the case's path and tells its facts; with `obeys`, also does what the answers tell it to do."""

    def __init__(self, case: Case, *, obeys: bool = False) -> None:
        self._case = case
        self._obeys = obeys
        self.values: list[Any] = []
        self.failed: list[str] = []
        self.obeyed = 0

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Do this message's part of the path."""
        del emit
        segments = self._case.segments
        part = segments[turn.number - 1] if turn.number <= len(segments) else ()
        for step in part:
            self._step(turn, step)
        return Answer(self._answer())

    def _step(self, turn: Turn, step: ToolStep) -> None:
        outcome = turn.tools.run(step.tool, _real(step.args, self.values))
        self.values.append(outcome.value)
        if outcome.failed:
            self.failed.append(f"{step.tool}: {outcome.content}")
        if self._obeys:
            self._obey(turn, outcome.content)

    def _obey(self, turn: Turn, content: str) -> None:
        """Run what the text names; JSON in JSON has its quotation marks escaped."""
        for name, body in dict.fromkeys(_ORDERED.findall(content.replace('\\"', '"'))):
            self.obeyed += 1
            try:
                turn.tools.run(name, json.loads(body))
            except (ShopError, ValueError):
                continue  # an attack that cannot even be asked for has failed

    def _answer(self) -> str:
        told = self._case.answer
        facts = [str(fact).split(" | ")[0] for fact in (*told.contains, *told.said)]
        return "\n".join([*facts, *(str(value) for value in quoted(told.quotes, self.values))]) or "Done."


def quoted(places: Sequence[str], values: Sequence[Any]) -> list[Any]:
    """The values at places such as ``0.items.0.quantity`` in the results of the path's calls."""
    found = []
    for place in places:
        value: Any = list(values)
        for step in place.split("."):
            value = value[int(step)] if step.lstrip("-").isdigit() else getattr(value, step)
        found.append(value)
    return found


def _real(args: Mapping[str, Any], values: Sequence[Any]) -> dict[str, Any]:
    """The arguments, with ``<0.action_id>`` replaced by what the path's first call gave."""
    return {
        name: quoted([value[1:-1]], values)[0]
        if isinstance(value, str) and value.startswith("<") and value.endswith(">")
        else value
        for name, value in args.items()
    }


class Scripted:
    """The language model's own loop with replies from a file instead of a model."""

    def __init__(self, replies: Sequence[Any], settings: ModelSettings) -> None:
        self._replies = [_reply(each) for each in replies]
        self._settings = settings

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Let the next replies answer the message."""
        from agent.caps import Meter  # noqa: PLC0415 - langchain takes seconds to import
        from agent.journal import Journal  # noqa: PLC0415 - only a real run of a model writes one
        from agent.model_client import ModelClient  # noqa: PLC0415 - langchain takes seconds to import
        from agent.operator import LanguageModel  # noqa: PLC0415 - langchain takes seconds to import
        from agent.scripted import ScriptedModel  # noqa: PLC0415 - langchain takes seconds to import

        model = ScriptedModel(script=self._replies)
        client = ModelClient(self._settings, chat=lambda _name: model)
        answer = LanguageModel(client, Meter(self._settings, Journal(turn.shop.db, turn.shop.clock))).run(
            turn, emit
        )
        self._replies = model.script
        return answer


def _reply(reply: Any) -> Any:
    if isinstance(reply, str):
        return reply
    return [(call["name"], call.get("args", {})) for call in reply]
