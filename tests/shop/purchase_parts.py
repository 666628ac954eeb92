"""A market in parts that share no item, and the purchases of all parts together: what partitions rest on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from shop.joint_purchasing.components import roots
from shop.joint_purchasing.market import Market, with_own_limits
from shop.joint_purchasing.partition import Partition
from shop.joint_purchasing.solve import settle

if TYPE_CHECKING:
    from shop.plan_inputs import Ints


def solve_in_parts(market: Market, parts: int) -> Ints:
    """The chosen option of each bid (-1: nothing), decided by so many partitions: the same as by one."""
    limited, _ = with_own_limits(market)
    pieces = split(limited, parts)
    held = [Partition(piece) for piece, _, _ in pieces]
    settle(held, limited.budget)
    chosen = np.full(market.bids, -1, dtype=np.int64)
    for part, (_, bids, options) in zip(held, pieces, strict=True):
        bought = part.chosen >= 0
        chosen[bids[bought]] = options[part.chosen[bought]]
    return chosen


def split(market: Market, parts: int) -> list[tuple[Market, Ints, Ints]]:
    """Up to `parts` markets of whole components, each with the bids and the options that it holds."""
    everything = np.ones(market.orders, dtype=np.bool_)
    root = roots(market.bid_order, market.bid_item, everything, len(market.item_key))
    _, component = np.unique(root, return_inverse=True)
    return [
        _piece(market, np.flatnonzero(component % parts == part))
        for part in range(min(parts, int(component.max(initial=0)) + 1))
    ]


def _piece(market: Market, orders: Ints) -> tuple[Market, Ints, Ints]:
    bids, order_first = _runs(market.order_first, orders)
    options, bid_first = _runs(market.bid_first, bids)
    items, bid_item = np.unique(market.bid_item[bids], return_inverse=True)
    by_order = ("minimum", "fixed", "most_cost", "most_weight", "most_volume", "order_key")
    by_option = ("cost", "value", "weight", "volume", "worth")
    piece = replace(
        market,
        order_first=order_first,
        bid_item=bid_item.astype(np.int64),
        bid_budget=market.bid_budget[bids],
        bid_first=bid_first,
        item_key=market.item_key[items],
        **{name: getattr(market, name)[orders] for name in by_order},
        **{name: getattr(market, name)[options] for name in by_option},
    )
    return piece, bids, options


def _runs(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The members of the runs `first[k]` to `first[k + 1]` of some rows, and where each run starts now."""
    count = first[rows + 1] - first[rows]
    starts = np.append(0, np.cumsum(count)).astype(np.int64)
    members = np.arange(starts[-1]) - np.repeat(starts[:-1] - first[rows], count)
    return members.astype(np.int64), starts
