"""Whether purchases are possible at all: checked with plain loops that share no code with the solver."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shop.joint_purchasing.market import Market


def faults_of_purchases(market: Market, chosen: Sequence[int]) -> list[str]:
    """Everything that is wrong with a choice of options (one per bid, -1 for nothing), in words."""
    faults: list[str] = []
    items: Counter[int] = Counter()
    drawn: defaultdict[int, int] = defaultdict(int)
    for order in range(len(market.minimum)):
        bids = range(int(market.order_first[order]), int(market.order_first[order + 1]))
        bought = [(bid, int(chosen[bid])) for bid in bids if chosen[bid] >= 0]
        items.update(int(market.bid_item[bid]) for bid, _ in bought)
        for bid, option in bought:
            if not int(market.bid_first[bid]) <= option < int(market.bid_first[bid + 1]):
                faults.append(f"bid {bid} takes option {option}, which is another's")
            for budget in market.bid_budget[bid].tolist():
                drawn[budget] += int(market.cost[option])
        faults.extend(_faults_of_order(market, order, [option for _, option in bought]))
    faults += [f"item {item} is bought {times} times" for item, times in items.items() if times > 1]
    for budget, spent in drawn.items():
        if budget >= 0 and spent > int(market.budget[budget]):
            faults.append(f"budget {budget}: {spent} is over {market.budget[budget]}")
    return faults


def _faults_of_order(market: Market, order: int, options: list[int]) -> Iterator[str]:
    value = sum(int(market.value[option]) for option in options)
    if options and value < int(market.minimum[order]):
        yield f"order {order} is worth {value}, under its minimum {market.minimum[order]}"
    for name, amounts, most in (
        ("cost", market.cost, market.most_cost),
        ("weight", market.weight, market.most_weight),
        ("volume", market.volume, market.most_volume),
    ):
        total = sum(int(amounts[option]) for option in options)
        if total > int(most[order]):
            yield f"order {order}: {name} {total} is over {most[order]}"
