"""Made-up purchasing problems: families of instances that differ in what binds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import Final

import numpy as np

from shop.joint_purchasing.market import NO_BUDGET, NO_LIMIT, Market

SUPPLIERS: Final = 50
CATEGORIES: Final = 8
MOST_OPTIONS: Final = 400


@dataclass(frozen=True, slots=True)
class Offer:
    """Between `least` and `most` packs of one item in one order at one cost per pack.

    `steps`: up to so many more packs, each worth so much (concave); `fixed` is lost on the first pack. Costs
    and worth are in home minor units.
    """

    item: int
    order: int
    category: int
    pack_cost: int
    least: int
    most: int
    steps: tuple[tuple[int, float], ...]
    fixed: float
    pack_weight: int = 0

    def worth(self, packs: int) -> float:
        """What so many packs are worth."""
        total, left = -self.fixed, packs
        for cap, each in self.steps:
            taken = min(left, cap)
            total += taken * each
            left -= taken
        return total


@dataclass(frozen=True, slots=True)
class Case:
    """One instance; limits per order, budgets for the run, and per supplier (order) and category."""

    offers: tuple[Offer, ...]
    orders: int
    minimum: int
    order_cost: float
    budget: int
    most_weight: int = NO_LIMIT
    order_budgets: dict[int, int] = field(default_factory=dict)
    category_budgets: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Family:
    """How to draw a case: budget and minimum as shares, and which limits there are."""

    name: str
    lines: int = 1_000
    budget: float = 0.5
    minimum: float = 0.5
    breaks: bool = False
    sources: int = 1
    order_budgets: bool = False
    category_budgets: bool = False
    weights: bool = False


FAMILIES: Final = (
    Family("loose minimums (b .5, m .05)", minimum=0.05),
    Family("minimums (b .5, m .5)"),
    Family("hard minimums (b .5, m 1.0)", minimum=1.0),
    Family("small budget (b .2, m .5)", budget=0.2),
    Family("price breaks", lines=500, breaks=True),
    Family("two suppliers per SKU", lines=500, sources=2, minimum=0.3),
    Family("category budgets", lines=500, category_budgets=True, minimum=0.3),
    Family("supplier budgets", lines=500, order_budgets=True, minimum=0.3),
    Family("weight limits", lines=500, weights=True, minimum=0.3),
)


def draw(family: Family, seed: int) -> Case:
    """The case of a family with this seed."""
    random = np.random.default_rng(seed)
    suppliers = SUPPLIERS * family.lines // 1_000
    offers: list[Offer] = []
    for item in range(family.lines):
        offers.extend(_offers(random, family, item, suppliers))
    budget = int(family.budget * _whole(offers))
    average = budget / suppliers
    case = Case(tuple(offers), suppliers, int(family.minimum * average), 2_500.0, budget)
    weight = sum(offer.pack_weight * offer.most for offer in offers)
    spread = [int(average * share) for share in random.uniform(0.7, 1.3, suppliers)]
    return replace(
        case,
        most_weight=int(weight * 0.5 / suppliers) if family.weights else NO_LIMIT,
        order_budgets=dict(enumerate(spread)) if family.order_budgets else {},
        category_budgets=(
            {k: int(budget / CATEGORIES * random.uniform(0.6, 1.3)) for k in range(CATEGORIES)}
            if family.category_budgets
            else {}
        ),
    )


def _whole(offers: list[Offer]) -> int:
    dearest: dict[int, int] = {}
    for offer in offers:
        dearest[offer.item] = max(dearest.get(offer.item, 0), offer.pack_cost * offer.most)
    return sum(dearest.values())


def _offers(random: np.random.Generator, family: Family, item: int, suppliers: int) -> list[Offer]:
    cost = float(random.lognormal(2.0, 1.0))
    pack = int(random.choice([1, 6, 12, 24]))
    need = int(random.poisson(random.lognormal(2.0, 1.0))) + 1
    moq = int(random.integers(1, 4))
    margin = cost * random.uniform(0.2, 1.0)
    category = int(random.integers(CATEGORIES))
    orders = random.choice(suppliers, size=family.sources, replace=False)
    third = max(ceil(ceil(1.5 * need / pack) / 3), moq)
    found = []
    for order in orders.tolist():
        own = cost * random.uniform(0.9, 1.1) if family.sources > 1 else cost
        each = max(round(own * pack * 100), 1)
        gain = (margin + cost - own) * pack * 100
        weight = int(random.lognormal(5.0, 1.0)) * pack if family.weights else 0
        steps = ((third, gain), (third, gain * 0.5), (third, gain * 0.1))
        offer = Offer(item, order, category, each, moq, 3 * third, steps, 200.0, weight)
        found.append(offer)
        if family.breaks:
            found.append(_cheaper(random, offer))
            found[-2] = replace(offer, most=max(found[-1].least - 1, moq))
    return found


def _cheaper(random: np.random.Generator, offer: Offer) -> Offer:
    """The same from a price break on: a tenth or so off every pack, which is worth as much."""
    least = int(random.integers(offer.least + 1, offer.most + 1)) if offer.most > offer.least else offer.most
    lower = max(round(offer.pack_cost * random.uniform(0.85, 0.97)), 1)
    saved = offer.pack_cost - lower
    return replace(
        offer,
        pack_cost=lower,
        least=least,
        steps=tuple((cap, each + saved) for cap, each in offer.steps),
    )


def market_of(case: Case) -> Market:
    """The case as the product's columns: every number of packs is an option."""
    by_bid: dict[tuple[int, int], list[Offer]] = {}
    for offer in case.offers:
        by_bid.setdefault((offer.order, offer.item), []).append(offer)
    keys = sorted(by_bid)
    options = [_options(by_bid[key]) for key in keys]
    flat = [option for group in options for option in group]
    suppliers, categories = sorted(case.order_budgets), sorted(case.category_budgets)
    row = {("order", k): 1 + n for n, k in enumerate(suppliers)}
    row |= {("category", k): 1 + len(suppliers) + n for n, k in enumerate(categories)}
    drawn = [
        (
            0,
            row.get(("order", order), NO_BUDGET),
            row.get(("category", by_bid[order, item][0].category), NO_BUDGET),
        )
        for order, item in keys
    ]
    return Market(
        minimum=np.full(case.orders, case.minimum, dtype=np.int64),
        fixed=np.full(case.orders, case.order_cost),
        most_cost=np.full(case.orders, NO_LIMIT, dtype=np.int64),
        most_weight=np.full(case.orders, case.most_weight, dtype=np.int64),
        most_volume=np.full(case.orders, NO_LIMIT, dtype=np.int64),
        order_first=np.searchsorted([order for order, _ in keys], np.arange(case.orders + 1)).astype(
            np.int64
        ),
        order_key=np.arange(case.orders, dtype=np.int64),
        bid_item=np.array([item for _, item in keys], dtype=np.int64),
        bid_budget=np.array(drawn, dtype=np.int64),
        bid_first=np.append(0, np.cumsum([len(group) for group in options])).astype(np.int64),
        item_key=np.arange(max(item for _, item in keys) + 1, dtype=np.int64),
        cost=np.array([cost for cost, _, _ in flat], dtype=np.int64),
        value=np.array([cost for cost, _, _ in flat], dtype=np.int64),
        weight=np.array([weight for _, _, weight in flat], dtype=np.int64),
        volume=np.zeros(len(flat), dtype=np.int64),
        worth=np.array([worth for _, worth, _ in flat]),
        budget=np.array(
            [
                case.budget,
                *(case.order_budgets[k] for k in suppliers),
                *(case.category_budgets[k] for k in categories),
            ],
            dtype=np.int64,
        ),
    )


def _options(offers: list[Offer]) -> list[tuple[int, float, int]]:
    """Cost, worth and weight of every number of packs."""
    return [
        (packs * offer.pack_cost, offer.worth(packs), packs * offer.pack_weight)
        for offer in offers
        for packs in range(offer.least, min(offer.most, MOST_OPTIONS) + 1)
    ]
