"""One plan from each menu: a multiple-choice knapsack by dynamic programming over the run's budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.joint_purchasing.knapsack import multiple_choice

if TYPE_CHECKING:
    from shop.joint_purchasing.partition import Menu
    from shop.plan_inputs import Floats, Ints

BUCKETS: Final = 6_000


def pick_plans(menus: Sequence[Menu], room: Ints, prices: Floats) -> list[int]:
    """The plan of each menu: most worth within room[0], the run's; other budgets count at their prices.

    Costs are rounded up to a 6,000th of the room, so that the choice never exceeds it (Kellerer, Pferschy
    and Pisinger 2004, section 11.5).
    """
    if not menus or room[0] < 0:
        return [0] * len(menus)
    most = max(len(menu.plans) for menu in menus)
    spend = np.zeros((len(menus), most), dtype=np.int64)
    worth = np.full((len(menus), most), -np.inf)
    reach = sum(int(menu.spend[:, 0].max()) for menu in menus)
    unit = max(-(-min(int(room[0]), reach) // BUCKETS), 1)
    for row, menu in enumerate(menus):
        plans = len(menu.plans)
        spend[row, :plans] = -(-menu.spend[:, 0] // unit)
        worth[row, :plans] = menu.worth_milli / 1000.0 - menu.spend[:, 1:] @ prices[1:]
    budget = min(int(room[0]), reach) // unit if room[0] < reach else int(spend.max(axis=1).sum())
    return [int(plan) for plan in multiple_choice(spend, worth, budget)]
