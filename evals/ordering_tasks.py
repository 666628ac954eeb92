"""Ordering as decisions of a model: ``python -m evals.ordering_tasks --instances FILE [--model M]``.

An agent decides period by period how much to order of one article (InventoryBench: lost sales, orders that
come late or never). It is told what everybody knows: past demand, what is on hand and on the way, what a
piece earns and what keeping it costs. The offline planner's decisions are those of the product's ordering
code; a language model (``openai:NAME``) answers with a number; ``idle`` orders nothing. The score is the
reward as a share of perfect foresight with delivery at once. A reply without a whole number orders nothing
and is counted.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np

from agent.models import ModelSettings
from evals.harness.brains import model_named
from evals.inventorybench.instances import Instance, read_instances
from evals.inventorybench.market import Market
from evals.inventorybench.scores import play as by_the_planner
from shop.errors import SetupError, ShopError, ToolInputError

TOLD: Final = (
    "You order stock of one article, once a period. Demand that finds nothing on hand is lost. Orders come"
    " after about the promised number of periods, some later, some never. Earn as much as you can: what sold"
    " pieces earn less what it costs to keep what is left. Answer with one whole number: the pieces to order."
)
_NUMBER: Final = re.compile(r"(?<![\w.])\d{1,6}(?![\w.]*\d)")
_SHOWN: Final = 20
USAGE_ERROR: Final = 2

Decide = Callable[[str], str]
"""The facts of a period, and the reply to them."""


@dataclass(slots=True)
class Played:
    """Scores by instance, and how many replies held no number."""

    scores: dict[str, float] = field(default_factory=dict)
    decisions: int = 0
    without_number: int = 0

    def body(self, model: str) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "model": model,
            "instances": len(self.scores),
            "decisions": self.decisions,
            "without_number": self.without_number,
            "score": round(float(np.mean(list(self.scores.values()))), 4),
            "scores": {name: round(score, 4) for name, score in self.scores.items()},
        }


def some(instances: Sequence[Instance], count: int) -> list[Instance]:
    """So many of each group, evenly from its list.

    Raises ToolInputError for a count that is not positive.
    """
    if count < 1:
        raise ToolInputError(f"--count {count}: at least 1")
    groups = groupby(sorted(instances, key=lambda one: (one.group, one.name)), lambda one: one.group)
    found = []
    for of_it in (list(members) for _, members in groups):
        found += [of_it[place * len(of_it) // count] for place in range(min(count, len(of_it)))]
    return found


def decided(instances: Sequence[Instance], decide: Decide) -> Played:
    """Let each instance be played by decisions from its facts."""
    played = Played()
    for one in instances:
        market = Market([one])
        past: deque[int] = deque(one.past, maxlen=_SHOWN)
        arrived, on_hand, ordered = 0, 0, list[int]()
        for period in range(market.periods):
            profit, cost = (float(each[0]) for each in market.terms())
            facts = _facts(one, period, past, ordered, (arrived, on_hand), (profit, cost))
            pieces = pieces_in(decide(facts))
            played.decisions += 1
            played.without_number += pieces is None
            ordered.append(pieces or 0)
            seen = market.play(np.array([ordered[-1]], dtype=np.int64))
            arrived, on_hand = int(seen.arrived[0]), int(seen.on_hand[0])
            past.append(int(seen.demand[0]))
        played.scores[one.name] = float(market.scores()[0])
    return played


def _facts(
    one: Instance, period: int, past: Sequence[int], ordered: Sequence[int], stock: tuple[int, int],
    terms: tuple[float, float],
) -> str:  # fmt: skip
    arrived, on_hand = stock
    recent = ", ".join(f"{pieces} in period {period - ago}" for ago, pieces in _recent(ordered)) or "none"
    return (
        f"Period {period + 1} of {len(one.demand)}.\n"
        f"Demand of the last periods, oldest first: {', '.join(map(str, past))}.\n"
        f"On hand: {on_hand}. Arrived last period: {arrived}.\n"
        f"Your last orders: {recent}. Promised: {one.promised} periods.\n"
        f"A sold piece earns {terms[0]:g}; keeping a piece for a period costs {terms[1]:g}."
    )


def _recent(ordered: Sequence[int]) -> list[tuple[int, int]]:
    return [(ago, pieces) for ago, pieces in enumerate(reversed(ordered[-8:])) if pieces]


@dataclass(slots=True)
class Used:
    """What the calls of a model used; `without_number` replies ordered nothing."""

    tokens: int = 0
    prompt: int = 0
    cost: Decimal = Decimal(0)
    without_number: int = 0


def decision_of(settings: ModelSettings, told: str = TOLD, used: Used | None = None) -> Decide:
    """A language model's reply to the facts; what it takes is added to `used`."""
    from agent.asking import ask  # noqa: PLC0415 - langchain takes seconds to import

    taken = used or Used()

    def decide(facts: str) -> str:
        text, usage = ask(settings, told, facts)
        taken.tokens += usage.input + usage.output
        taken.prompt += usage.input
        taken.cost += usage.cost or Decimal(0)
        return text

    return decide


def pieces_in(reply: str) -> int | None:
    """The last whole number of a reply; None without any.

    >>> pieces_in("Two weeks of 12 a week: 24."), pieces_in("none")
    (24, None)
    """
    found = _NUMBER.findall(reply)
    return int(found[-1]) if found else None


def measure(instances: Sequence[Instance], model: str) -> Played:
    """Play the instances with a model; raises SetupError for one that decides nothing here."""
    if model == "offline":
        return Played(by_the_planner(instances), sum(len(one.demand) for one in instances))
    if model == "idle":
        return decided(instances, lambda _facts: "0")
    if not model.startswith("openai:"):
        raise SetupError(f"--model {model!r}: expected offline, idle or openai:NAME")
    return decided(instances, decision_of(model_named(model).settings))


def main(arguments: Sequence[str] | None = None) -> int:
    """Play and print; gives the exit code: 0, or 2 for a wrong call, a wrong file, a model out of reach."""
    parser = argparse.ArgumentParser(prog="python -m evals.ordering_tasks", description=__doc__)
    parser.add_argument("--instances", type=Path, required=True, help="CSV, gzip or not")
    parser.add_argument("--model", default="offline", help="offline, idle or openai:NAME")
    parser.add_argument("--count", type=int, default=2, help="instances of each group")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        chosen = some(read_instances(options.instances), options.count)
        body = measure(chosen, options.model).body(options.model)
        body["doing_nothing"] = measure(chosen, "idle").body("idle")["score"]
    except ShopError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE_ERROR
    if options.json:
        print(json.dumps(body, indent=2))
    else:
        for name, score in body["scores"].items():
            print(f"{score:8.3f}  {name}")
        print(
            f"{body['score']:8.3f}  all, {body['decisions']} decisions by {options.model},"
            f" {body['without_number']} without a number; doing nothing {body['doing_nothing']:.3f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
