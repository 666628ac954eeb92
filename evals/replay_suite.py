"""A real sales log as decisions: ``shophand eval run replay --data DIRECTORY``.

A case is one article of the log, whose last twelve weeks are played again with lost sales, as `evals.replay`
does with all of them: every Monday a model says how many pieces to order, from what a store would know. Its
score is the margin that it kept (what was lost on customers who went away, on stock and on order lines taken
off) as a share of the margin of all that was asked for. It passes when it costs less than ordering again
each week what sold in the last one. The offline planner's decisions are the plans of the reorder run.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evals.harness.brains import Model
from evals.harness.results import Trial
from evals.ordering_tasks import Decide, Used, decision_of, pieces_in
from evals.replay.product import Shophand
from evals.replay.sales import Sales, read_sales
from evals.replay.simulation import Policy, View, replay
from evals.replay.world import World, draw
from shop.errors import SetupError

FILE: Final = Path("online_retail/online_retail.csv.gz")
TOLD: Final = (
    "You order stock of one article, once a week. Customers who find nothing on hand go away. Orders come"
    " after about the lead time. Keep as much margin as you can: pieces that customers went without cost"
    " their margin, stock costs its keeping, each order its fee. Answer with one whole number: the pieces to"
    " order now, 0 for none."
)
WEEK: Final = 7
HELD_OUT_DAYS: Final = 12 * WEEK
LEAST_SALE_DAYS: Final = 60
SEED: Final = 1
_SHOWN_WEEKS: Final = 12


class ReplayTasks:
    """Implements `evals.harness.running.Tasks`; so many articles, from those that sell little to the best."""

    name = "replay"
    rules = ""

    def __init__(self, data: Path, articles: int = 12) -> None:
        sales = read_sales(data / FILE, HELD_OUT_DAYS, LEAST_SALE_DAYS)
        self._worlds = dict(_articles(sales, articles))
        self.names = tuple(self._worlds)
        self.prompt = hashlib.sha256(TOLD.encode()).hexdigest()

    def digest(self, name: str) -> str:
        """Of the article's sales and of what the seed drew for it."""
        one = self._worlds[name]
        drawn = (one.supplier, one.lead_time, one.took, one.unit_cost_minor, one.first_stock)
        parts = [one.demand.tobytes(), *(each.tobytes() for each in drawn), str(one.order_cost).encode()]
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def text(self, name: str) -> str:
        """What is asked for."""
        return f"{name}: order stock for {HELD_OUT_DAYS // WEEK} weeks, once a week"

    def floor(self, names: Sequence[str]) -> dict[str, float]:
        """Ordering nothing passes where ordering again what sold costs more than all that is lost."""
        idle = [_cost(self._worlds[name], _ByWords(lambda _: "0")) < self._bar[name] for name in names]
        return {"idle": sum(idle) / len(idle)}

    @contextmanager
    def played_by(self, model: Model) -> Iterator[Callable[[str, int], Trial]]:
        """Plays an article; raises SetupError for a model that decides nothing here."""
        orders = _orders(model)

        def play(name: str, epoch: int) -> Trial:
            return self._trial(name, epoch, orders)

        yield play

    @cached_property
    def _bar(self) -> dict[str, float]:
        return {name: _cost(one, _AsSold()) for name, one in self._worlds.items()}

    def _trial(self, name: str, epoch: int, orders: Callable[[World], tuple[Policy, Used]]) -> Trial:
        begun = time.perf_counter()
        world = self._worlds[name]
        policy, used = orders(world)
        cost, bar = _cost(world, policy), self._bar[name]
        margin = float((world.demand[world.split :].sum(axis=0) * world.margin)[0])
        wrong = () if cost < bar else (f"cost {cost:.2f}, ordering again what sold costs {bar:.2f}",)
        score = max(1 - cost / margin, 0.0) if margin > 0 else 0.0
        said = f"cost {cost:.2f} of a margin of {margin:.2f}; ordering again what sold costs {bar:.2f}"
        return Trial(
            name, epoch, passed=not wrong, wrong=wrong, score=score, steps=HELD_OUT_DAYS // WEEK,
            tokens=used.tokens, input_tokens=used.prompt, cost=format(used.cost, "f"),
            tool_errors=used.without_number, seconds=round(time.perf_counter() - begun, 4),
            said=(self.text(name),), trace=({"kind": "said", "answer": said},),
        )  # fmt: skip


def _articles(sales: Sales, count: int) -> Iterator[tuple[str, World]]:
    """Articles evenly from the least sold to the most sold; every one a world of its own."""
    world = draw(sales, SEED, held_out_days=HELD_OUT_DAYS, warm_up_days=0, review_days=WEEK)
    by_sales = np.argsort(world.demand[: world.split].sum(axis=0), kind="stable")
    for place in np.unique(np.linspace(0, len(by_sales) - 1, count).astype(np.int64)):
        yield str(sales.sku[by_sales[place]]), world.of(by_sales[place : place + 1])


def _cost(world: World, policy: Policy) -> float:
    """What an article cost in all: margin lost, stock kept, orders placed."""
    return float(replay(world, policy).cost[0])


class _AsSold:
    """Orders each week what sold in the last one."""

    name = "as sold"

    def order(self, view: View) -> NDArray[np.int64]:
        """The last seven days' sales."""
        last: NDArray[np.int64] = view.sold[-WEEK:].sum(axis=0)
        return last


@dataclass(slots=True)
class _ByWords:
    """Orders the number in a reply to the facts; without a number, nothing."""

    decide: Decide
    used: Used = field(default_factory=Used)
    name: str = "by words"

    def order(self, view: View) -> NDArray[np.int64]:
        """What the reply says."""
        pieces = pieces_in(self.decide(told_of(view)))
        self.used.without_number += pieces is None
        return np.array([pieces or 0], dtype=np.int64)


def told_of(view: View) -> str:
    """What a store with one article knows on the morning of a review."""
    world = view.world
    weeks = [int(view.sold[view.day - ago * WEEK :][:WEEK].sum()) for ago in range(_SHOWN_WEEKS, 0, -1)]
    coming = [
        f"{pieces} promised in {days} days" if days >= 0 else f"{pieces} that are {-days} days late"
        for pieces, days in zip(view.open_quantity.tolist(), (view.open_due - view.day).tolist(), strict=True)
    ]
    supplier = int(world.supplier[0])
    return (
        f"Week {(view.day - world.split) // WEEK + 1} of {HELD_OUT_DAYS // WEEK}.\n"
        f"Sold in the last weeks, oldest first: {', '.join(map(str, weeks))}.\n"
        f"On hand: {int(view.on_hand[0])}. On the way: {', '.join(coming) or 'nothing'}.\n"
        f"Lead time: {world.lead_time[supplier]:.0f} days, give or take {world.lead_time_sd[supplier]:.0f}.\n"
        f"A sold piece earns {world.margin[0]:.2f}; keeping a piece for a week costs"
        f" {world.holding[0] * WEEK:.3f}; an order costs {world.order_cost:.2f}."
    )


def _orders(model: Model) -> Callable[[World], tuple[Policy, Used]]:
    """How a model orders; raises SetupError for one that knows nothing of it."""
    match model.name.partition(":")[0]:
        case "offline":
            return lambda world: (Shophand(world), Used())
        case "idle":
            return lambda _world: _counted(lambda _facts: "0", Used())
        case "openai":
            return lambda _world: _asked(model)
    raise SetupError(f"--model {model.name!r}: ordering is decided by offline, idle or openai:NAME")


def _asked(model: Model) -> tuple[Policy, Used]:
    used = Used()
    return _counted(decision_of(model.settings, TOLD, used), used)


def _counted(decide: Decide, used: Used) -> tuple[Policy, Used]:
    return _ByWords(decide, used), used
