"""InventoryBench's articles as a suite: ``shophand eval run ordering --data DIRECTORY``.

A case is one article, played to its end by decisions from what everybody knows (`evals.ordering_tasks`). Its
score is the reward as a share of perfect foresight; it passes when it earns more than ordering again each
period what sold in the last one. A decision counts as a call, a reply without a number as its error. The
offline planner's decisions are those of the product's ordering code.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

from evals.harness.brains import Model
from evals.harness.results import Trial
from evals.inventorybench.instances import Instance, read_instances
from evals.inventorybench.scores import play as by_the_planner
from evals.ordering_tasks import TOLD, Played, Used, decided, decision_of, some
from shop.errors import SetupError

FILE: Final = Path("inventorybench/instances.csv.gz")
_LAST: Final = re.compile(r"oldest first: (?:.*, )?(\d+)\.")


class OrderingTasks:
    """Implements `evals.harness.running.Tasks`; so many articles of each of the six groups."""

    name = "ordering"
    rules = ""

    def __init__(self, data: Path, of_each: int = 2) -> None:
        self._instances = {one.name: one for one in some(read_instances(data / FILE), of_each)}
        self.names = tuple(self._instances)
        self.prompt = hashlib.sha256(TOLD.encode()).hexdigest()

    def digest(self, name: str) -> str:
        """Of the article's demand, prices and deliveries."""
        return hashlib.sha256(repr(self._instances[name]).encode()).hexdigest()

    def text(self, name: str) -> str:
        """What is asked for."""
        one = self._instances[name]
        return f"{one.name}: order stock for {len(one.demand)} periods, promised in {one.promised}"

    def floor(self, names: Sequence[str]) -> dict[str, float]:
        """Ordering nothing passes where nothing at all could be earned."""
        nothing = decided([self._instances[name] for name in names], lambda _facts: "0").scores
        return {"idle": sum(nothing[name] > self._bar[name] for name in names) / len(names)}

    @contextmanager
    def played_by(self, model: Model) -> Iterator[Callable[[str, int], Trial]]:
        """Plays an article; raises SetupError for a model that decides nothing here."""
        decide = _decides(model)

        def play(name: str, epoch: int) -> Trial:
            return self._trial(self._instances[name], epoch, decide)

        yield play

    @cached_property
    def _bar(self) -> dict[str, float]:
        """What ordering again what sold last earns."""
        return decided(list(self._instances.values()), _sold_last).scores

    def _trial(self, one: Instance, epoch: int, decide: Callable[[Instance], tuple[Played, Used]]) -> Trial:
        begun = time.perf_counter()
        played, used = decide(one)
        score, bar = played.scores[one.name], self._bar[one.name]
        wrong = () if score > bar else (f"earned {score:.3f}, ordering what sold last earns {bar:.3f}",)
        said = f"{score:.3f} of perfect foresight; {played.without_number} replies without a number"
        return Trial(
            one.name, epoch, passed=not wrong, wrong=wrong, score=score,
            steps=played.decisions, tokens=used.tokens, input_tokens=used.prompt, cost=format(used.cost, "f"),
            tool_calls=played.decisions, tool_errors=played.without_number,
            seconds=round(time.perf_counter() - begun, 4),
            tags=(one.group,), said=(self.text(one.name),), trace=({"kind": "said", "answer": said},),
        )  # fmt: skip


def _decides(model: Model) -> Callable[[Instance], tuple[Played, Used]]:
    """How a model orders; raises SetupError for one that knows nothing of it."""
    match model.name.partition(":")[0]:
        case "offline":
            return lambda one: (Played(by_the_planner([one]), len(one.demand)), Used())
        case "idle":
            return lambda one: (decided([one], lambda _facts: "0"), Used())
        case "openai":
            return lambda one: _asked(one, model)
    raise SetupError(f"--model {model.name!r}: ordering is decided by offline, idle or openai:NAME")


def _asked(one: Instance, model: Model) -> tuple[Played, Used]:
    used = Used()
    return decided([one], decision_of(model.settings, used=used)), used


def _sold_last(facts: str) -> str:
    """The last demand that the facts tell.

    >>> _sold_last("Demand of the last periods, oldest first: 3, 12.")
    '12'
    """
    found = _LAST.search(facts)
    return found[1] if found else "0"
