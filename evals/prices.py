"""No price breaks a bound: ``python -m evals.prices [--cases N] [--seed N] [--json]``.

Seeded random products live through random times: wishes near and absurd, costs and MAPs that change,
prices set by others, hours that pass. Every price that the product's own code gives is checked against the
history of the walk by a judge that shares no code with it: exact whole-number arithmetic, no rounding. Exit
code 1 when a floor, a MAP, a limit or a cooldown is broken, or when too few of the cases move a price.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from typing import Any

from evals.options import simulation_options
from shop.money import exponent
from shop.price_bounds import PriceLimits, PriceState, bounded

CURRENCIES = ("GBP", "EUR", "JPY", "KWD")
STEPS_OF_A_WALK = 10
DAY, WEEK = 24, 168
LEAST_MOVED = 0.1
SELDOM = 0.1


def main(arguments: list[str] | None = None) -> int:
    """Try the cases, print what came of them, and give the exit code."""
    options = simulation_options("evals.prices", __doc__, counted="cases", usually=100_000).parse_args(
        arguments
    )
    found = measure(options.cases, options.seed)
    print(json.dumps(found, indent=1) if options.json else _told(found))
    return 0 if not sum(found["broken"].values()) and found["moved"] >= LEAST_MOVED * options.cases else 1


def measure(cases: int, seed: int = 1) -> dict[str, Any]:
    """How many of the cases moved a price, kept it (and why), and broke a bound."""
    started = time.perf_counter()
    draw = random.Random(seed)  # noqa: S311 - reproducible cases, no secret
    broken: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    moved = ended = done = 0
    while done < cases:
        walk = Walk(draw)
        for _ in range(min(STEPS_OF_A_WALK, cases - done)):
            done += 1
            outcome, faults = walk.step()
            broken.update(faults)
            if outcome == "moved":
                moved += 1
                ended += walk.has_ending()
            else:
                kept[outcome] += 1
    return {
        "cases": done,
        "moved": moved,
        "with_ending": ended,
        "kept": dict(sorted(kept.items())),
        "broken": dict(broken),
        "seconds": round(time.perf_counter() - started, 1),
    }


class Walk:
    """One product through time; the judge's own books are `history`, (hour, price) of every change."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.currency = draw.choice(CURRENCIES)
        self.limits = _limits(draw)
        self.hour = 0
        self.price = int(10 ** draw.uniform(0, 7)) + 1
        self.history = [(-draw.randrange(1, 400), self.price)]
        self._revalue()

    def step(self) -> tuple[str, list[str]]:
        """Let something happen, wish for a price, and judge what came of it."""
        draw = self.draw
        self.hour += draw.choice((0, 1, 5, 12, 23, 24, 25, 48, 100, 167, 168, 400))
        if draw.random() < SELDOM:
            self._revalue()
        if draw.random() < SELDOM:  # somebody sets a price by hand, however far
            self._set(max(1, int(self.price * draw.uniform(0.5, 1.6))))
            self.hour += draw.choice((1, 24, 30))
        state = PriceState(
            self.price,
            self.cost,
            self.map_price,
            self._in_force(self.hour - DAY),
            self._in_force(self.hour - WEEK),
            self.hour - self.history[-1][0],
        )
        is_absurd = draw.random() < SELDOM
        wanted = self.price * 7 if is_absurd else max(1, int(self.price * 10 ** draw.gauss(0, 0.08)))
        found = bounded(wanted, state, self.limits, currency=self.currency)
        if found.price == self.price:
            return str(found.stays or "inside"), []
        faults = self._faults(found.price)
        self._set(found.price)
        return "moved", faults

    def has_ending(self) -> bool:
        """Whether the last price ends as prices should."""
        whole = 10 ** exponent(self.currency)
        return self.price % whole in {ending * whole // 100 for ending in (49, 95, 99)}

    def _faults(self, price: int) -> list[str]:
        found = []
        if (price - self.cost) * 10_000 < price * self.limits.least_margin:
            found.append("floor")
        if self.map_price is not None and price < self.map_price:
            found.append("map")
        if self.hour - self.history[-1][0] < self.limits.cooldown_hours:
            found.append("cooldown")
        for name, reference, (down, up) in (
            ("step", self.price, self.limits.step),
            ("day", self._in_force(self.hour - DAY), self.limits.day),
            ("week", self._in_force(self.hour - WEEK), self.limits.week),
        ):
            if price * 10_000 < reference * (10_000 - down) or price * 10_000 > reference * (10_000 + up):
                found.append(name)
        return found

    def _in_force(self, hour: int) -> int:
        """The price that held at an hour; the oldest known one before that."""
        return next((price for at, price in reversed(self.history) if at <= hour), self.history[0][1])

    def _set(self, price: int) -> None:
        self.price = price
        self.history.append((self.hour, price))

    def _revalue(self) -> None:
        self.cost = max(1, int(self.price * self.draw.uniform(0.2, 0.95)))
        has_map = self.draw.random() < 0.3  # noqa: PLR2004 - three products of ten have one
        self.map_price = int(self.price * self.draw.uniform(0.6, 1.05)) or 1 if has_map else None


def _limits(draw: random.Random) -> PriceLimits:
    """The shipped limits half of the time, else others, not the same in both directions."""
    if draw.random() < 0.5:  # noqa: PLR2004 - a fair coin
        return PriceLimits()
    step, day, week = ((draw.randrange(0, 3_000), draw.randrange(0, 4_000)) for _ in range(3))
    return PriceLimits(draw.randrange(0, 5_000), step, day, week, draw.choice((0, 1, 24, 72)))


def _told(found: dict[str, Any]) -> str:
    kept = ", ".join(f"{number:,} {why}" for why, number in found["kept"].items())
    faults = ", ".join(f"{number:,} {what}" for what, number in found["broken"].items()) or "none"
    return (
        f"{found['cases']:,} cases in {found['seconds']} s: {found['moved']:,} prices moved "
        f"({found['with_ending']:,} with an ending), {kept}\nbounds broken: {faults}"
    )


if __name__ == "__main__":
    sys.exit(main())
