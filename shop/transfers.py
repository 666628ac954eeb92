"""Moving stock before buying it: surplus at one location serves the need at another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints, Items


@dataclass(frozen=True, slots=True)
class Move:
    """Pieces from one item (row) to another of the same SKU."""

    source: int
    target: int
    quantity: int


def surplus(items: Items, position: Ints, order_up_to: Ints, sound: Flags) -> Ints:
    """Pieces that lie at a location above its own order-up-to level and can be shipped today.

    Never more than what is physically there and free; 0 where the data of the item is not `sound`.
    """
    free = items.on_hand - items.committed - items.unavailable
    return np.where(sound, np.clip(np.minimum(free, position - order_up_to), 0, None), 0)


def worthwhile(unit_value: Floats, handling: float) -> Ints:
    """The least pieces of each item whose value (home major units) beats what moving one SKU once costs.

    1 where the value is unknown: goods that nobody can price may be all that there is.

    >>> worthwhile(np.array([0.5, 5.0, 80.0, np.nan]), 5.0).tolist()
    [10, 1, 1, 1]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.ceil(handling / unit_value)
    return np.where(np.isfinite(least), np.clip(least, 1, 2**31), 1).astype(np.int64)


def moves(
    sku: NDArray[np.object_],
    location: NDArray[np.object_],
    need: Ints,
    spare: Ints,
    least: Ints | None = None,
) -> list[Move]:
    """Whole pieces from the largest surplus to the largest need of each SKU, until one of them is used up.

    No move of fewer than the target's `least` pieces is made. Ties go by the location's id, so that the
    order of the rows changes nothing.
    """
    smallest = np.ones(len(need), dtype=np.int64) if least is None else least
    wanting = set(sku[need > 0].tolist()) & set(sku[spare > 0].tolist())
    if not wanting:
        return []
    rows: dict[str, list[int]] = {}
    for row in np.flatnonzero((need > 0) | (spare > 0)).tolist():
        if sku[row] in wanting:
            rows.setdefault(sku[row], []).append(row)
    found: list[Move] = []
    for name in sorted(rows):
        found.extend(_moves_of_one(rows[name], location, need, spare, smallest))
    return found


def _moves_of_one(
    rows: list[int], location: NDArray[np.object_], need: Ints, spare: Ints, least: Ints
) -> list[Move]:
    targets = sorted((row for row in rows if need[row] > 0), key=lambda row: (-need[row], location[row]))
    sources = sorted((row for row in rows if spare[row] > 0), key=lambda row: (-spare[row], location[row]))
    left = {row: int(spare[row]) for row in sources}
    found = []
    for target in targets:
        wanted = int(need[target])
        for source in sources:
            quantity = min(wanted, left[source])
            if quantity >= least[target] and source != target:
                found.append(Move(source, target, quantity))
                left[source] -= quantity
                wanted -= quantity
    return found
