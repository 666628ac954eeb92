"""Markdowns: which price each week earns most from a stock that must go, by dynamic programming.

Demand of a week at price p is Poisson with mean ``base * (p / present) ** elasticity``; prices come from a
ladder and never rise; what is left at the end is worth `leftover` a piece. With n pieces and t weeks to go,

    V_t(n, k) = max over rungs j >= k in reach of  E[ p_j * min(n, D_j) + V_(t-1)(n - min(n, D_j), j) ]

Gallego and van Ryzin, "Optimal Dynamic Pricing of Inventories with Stochastic Demand over Finite Horizons",
Management Science 40 (1994); in discrete periods with monotone prices Talluri and van Ryzin, The Theory and
Practice of Revenue Management (2004), sections 5.2 and 5.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

from shop.price_bounds import ENDINGS, PriceLimits, PriceState, bounds, span, with_ending

MOST_RUNGS: Final = 12
STEP_BETWEEN: Final = 500
"""Basis points from one rung of the ladder to the next."""

_DIRECT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Markdown:
    """The question: prices of the ladder falling, in minor units; the first is the present one.

    `reach[k]` is the last rung to which a week may move from rung k. `base` are the pieces a week expected
    at the first rung; `leftover` is what a piece is worth after the last week, in minor units.
    """

    ladder: tuple[int, ...]
    reach: tuple[int, ...]
    base: float
    elasticity: float
    weeks: int
    stock: int
    leftover: int
    first_reach: int | None = None

    def mean(self, rung: int) -> float:
        """Pieces a week expected at a rung."""
        return float(self.base * (self.ladder[rung] / self.ladder[0]) ** self.elasticity)


@dataclass(frozen=True, slots=True)
class MarkdownWeek:
    """A week of the plan, in expectation over what sells before it; `rung` is the likeliest one."""

    week: int
    rung: int
    stock: float
    sold: float
    revenue: float


@dataclass(frozen=True, slots=True)
class MarkdownPlan:
    """What the best policy is expected to bring (minor units) and to leave over (pieces), and its weeks."""

    value: float
    revenue: float
    left: float
    weeks: tuple[MarkdownWeek, ...]


def ladder_of(
    state: PriceState, limits: PriceLimits, *, currency: str, endings: tuple[int, ...] = ENDINGS
) -> tuple[int, ...]:
    """The present price and lower ones with usual endings, down to the floor; each may be set as it is."""
    rungs = [state.price]
    floor = max(bounds(PriceState(state.price, state.cost, state.map_price), limits)[0], 1)
    while len(rungs) < MOST_RUNGS:
        present = rungs[-1]
        alone = PriceState(present, state.cost, state.map_price)
        floor, _ = bounds(alone, limits)
        wanted = present - present * STEP_BETWEEN // 10_000
        rung = with_ending(wanted, floor, present - 1, present, currency=currency, endings=endings)
        if floor > present - 1 or not floor <= rung < present:
            break
        rungs.append(rung)
    return tuple(rungs)


def reach_of(ladder: tuple[int, ...], limits: PriceLimits) -> tuple[int, ...]:
    """The last rung that lies within one step, and within the limits of a day and a week, of each rung."""
    down = min(limits.step[0], limits.day[0], limits.week[0])
    lowest = [span(price, down, 0)[0] for price in ladder]
    return tuple(
        max(j for j in range(k, len(ladder)) if j == k or ladder[j] >= lowest[k]) for k in range(len(ladder))
    )


def plan(question: Markdown) -> MarkdownPlan:
    """The best prices for a stock over the weeks, exactly but for demand ten deviations away."""
    laws = [_Law(question.mean(rung), question.stock) for rung in range(len(question.ladder))]
    choices, value = _solved(question, laws)
    return _followed(question, laws, choices, value)


class _Law:
    """A week's Poisson demand against a stock: chances of 0 to n sold, and the mean sold of each stock."""

    def __init__(self, mean: float, stock: int) -> None:
        import numpy as np  # noqa: PLC0415 - only a plan needs it

        far = int(mean + 10 * mean**0.5 + 30)
        demand = np.arange(far + 1)
        factorials = np.concatenate(([0.0], np.cumsum(np.log(demand[1:]))))
        chance = np.exp(demand * np.log(max(mean, 1e-300)) - mean - factorials)
        above = np.concatenate((np.cumsum(chance[::-1])[::-1][1:], [0.0]))
        self.chance: Floats = chance[: stock + 1]
        self.beyond: Floats = np.zeros(stock + 1)
        """The chance that more than n are wanted."""
        self.beyond[: far + 1] = above[: stock + 1]
        self.sold: Floats = np.concatenate(([0.0], np.cumsum(self.beyond[:-1])))

    def after(self, worth: Floats) -> Floats:
        """The expected worth of what is left of each stock after the week."""
        met = _convolved(self.chance, worth)[: len(worth)]
        after: Floats = met + self.beyond * worth[0]
        return after

    def moved(self, chance: Floats) -> Floats:
        """The chances of each stock after the week, from those before it."""
        import numpy as np  # noqa: PLC0415 - only a plan needs it

        left = _convolved(chance[::-1], self.chance)[: len(chance)][::-1].copy()
        left[0] += float(np.dot(chance, self.beyond))
        return np.asarray(np.maximum(left, 0.0))


def _convolved(first: Floats, second: Floats) -> Floats:
    """The convolution, by Fourier transform where that is faster."""
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    if min(len(first), len(second)) * max(len(first), len(second)) < _DIRECT**2:
        return np.convolve(first, second)
    length = len(first) + len(second) - 1
    size = 1 << (length - 1).bit_length()
    product = np.fft.rfft(first, size) * np.fft.rfft(second, size)
    return np.asarray(np.fft.irfft(product, size)[:length])


def _solved(question: Markdown, laws: list[_Law]) -> tuple[list[Ints], float]:
    """The best rung of every week, rung before and stock, shape (rungs, stock + 1); and their value."""
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    rungs = len(question.ladder)
    worth = np.tile(question.leftover * np.arange(question.stock + 1, dtype=np.float64), (rungs, 1))
    choices: list[Ints] = []
    for week in reversed(range(question.weeks)):
        at = np.stack(
            [
                p * law.sold + law.after(worth[j])
                for j, (p, law) in enumerate(zip(question.ladder, laws, strict=True))
            ]
        )
        chosen = np.stack([k + np.argmax(at[k : _last(question, week, k) + 1], axis=0) for k in range(rungs)])
        worth = np.take_along_axis(at, chosen, axis=0)
        choices.append(chosen)
    return choices[::-1], float(worth[0, question.stock])


def _last(question: Markdown, week: int, rung: int) -> int:
    if week == 0 and question.first_reach is not None:
        return max(rung, question.first_reach)
    return question.reach[rung]


def _followed(question: Markdown, laws: list[_Law], choices: list[Ints], value: float) -> MarkdownPlan:
    """What the best policy does on average: the stock's law is carried from week to week."""
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    rungs, pieces = len(question.ladder), np.arange(question.stock + 1)
    chance = np.zeros((rungs, question.stock + 1))
    chance[0, question.stock] = 1.0
    weeks: list[MarkdownWeek] = []
    for week in range(question.weeks):
        stock = float((chance.sum(axis=0) * pieces).sum())
        priced = np.zeros_like(chance)
        for k in range(rungs):
            np.add.at(priced, (choices[week][k], pieces), chance[k])
        sold = [float(np.dot(priced[j], laws[j].sold)) for j in range(rungs)]
        revenue = float(np.dot(sold, question.ladder))
        likeliest = int(np.argmax(priced[:, 1:].sum(axis=1))) if stock > 0 else 0
        weeks.append(MarkdownWeek(week + 1, likeliest, stock, sum(sold), revenue))
        chance = np.stack([laws[j].moved(priced[j]) for j in range(rungs)])
    left = float((chance.sum(axis=0) * pieces).sum())
    return MarkdownPlan(value, sum(one.revenue for one in weeks), left, tuple(weeks))
