"""Which shelves run low and which hold too much, over the whole catalogue at once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shop.plan_inputs import UNKNOWN

if TYPE_CHECKING:
    from shop.assessment import Assessment
    from shop.plan_inputs import Floats, Ints, PlanInputs

LONG_COVER_DAYS: Final = 180
"""Stock for more days of demand than this is too much, unless somebody names another number."""


@dataclass(frozen=True, slots=True)
class Excess:
    """A shelf with more than it needs: `pieces` above the need of the cover asked about.

    `cover_days` is None where nothing is expected to sell; `value_minor` (at cost, in the product's
    currency) is None while the cost is unknown. `shelf_life_days` of a product that spoils: what does not
    sell in it is too much, whatever cover was asked about.
    """

    row: int
    pieces: int
    cover_days: float | None
    value_minor: int | None
    shelf_life_days: int | None = None


def running_low(inputs: "PlanInputs", state: "Assessment") -> list[int]:
    """Rows whose position is at or below the reorder point, the most likely to run out first.

    Reorder point and risk are those of the reorder plan (``shop/replenishment.py``); a row without demand
    is never low, and neither is one that is not sold any more.
    """
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    from shop.replenishment import raw_needs  # noqa: PLC0415 - loads numba

    levels = state.levels
    need = raw_needs(state.position, levels.reorder_point, levels.order_up_to, state.per_day)
    for_sale = inputs.items.status == "active"
    rows = [int(row) for row in np.flatnonzero((need > 0) & for_sale & inputs.items.in_scope)]
    risk, left = levels.risk(state.position), _cover(available(inputs), state.per_day)
    return sorted(rows, key=lambda row: (-risk[row], left[row], _key(inputs, row)))


def overstocked(
    inputs: "PlanInputs", state: "Assessment", *, cover_days: int = LONG_COVER_DAYS
) -> list[Excess]:
    """Rows with stock for more than `cover_days` of expected demand, the most money first.

    Excess = available - demand per day * cover days, rounded down; rows of unknown cost come last. The cover
    of a product that spoils is at most its shelf life.
    """
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    free = available(inputs)
    life = inputs.items.shelf_life_days
    life = np.full(len(free), UNKNOWN) if life is None else life
    days = np.where(life > 0, np.minimum(life, cover_days), cover_days)
    pieces = free - np.ceil(state.per_day * days).astype(np.int64)
    rows = np.flatnonzero((pieces > 0) & (free > 0) & inputs.items.in_scope)
    cover, cost = _cover(free, state.per_day), inputs.items.cost_minor
    found = [
        Excess(
            row=int(row),
            pieces=int(pieces[row]),
            cover_days=float(cover[row]) if np.isfinite(cover[row]) else None,
            value_minor=None if cost[row] == UNKNOWN else int(cost[row]) * int(pieces[row]),
            shelf_life_days=int(life[row]) if life[row] > 0 else None,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-_worth(inputs, one), -one.pieces, _key(inputs, one.row)))


def available(inputs: "PlanInputs") -> "Ints":
    """On hand, less committed, less unavailable, of each row."""
    items = inputs.items
    return items.on_hand - items.committed - items.unavailable


def _cover(free: "Ints", per_day: "Floats") -> "Floats":
    """Days until the pieces are sold at the mean rate; infinite without demand."""
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    cover = np.full(len(free), np.inf)
    np.divide(np.maximum(free, 0), per_day, out=cover, where=per_day > 0)
    return cover


def _worth(inputs: "PlanInputs", excess: Excess) -> float:
    """The excess in home money, for the order of a list only; -1 where it is unknown."""
    if excess.value_minor is None:
        return -1.0
    currency = str(inputs.items.currency[excess.row])
    rate = 1.0 if currency == inputs.home_currency else float(inputs.rates.get(currency, 0))
    return excess.value_minor * rate


def _key(inputs: "PlanInputs", row: int) -> tuple[str, str]:
    return str(inputs.items.sku[row]), str(inputs.items.location[row])
