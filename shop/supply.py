"""What is on its way, and how much of it may be counted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shop.plan_inputs import Flags, Floats, Incoming, Ints


@dataclass(frozen=True, slots=True)
class Supply:
    """Pieces per item: `in_time` inside the exposure, `late` after it or overdue beyond trust (R5)."""

    in_time: Ints
    late: Ints
    overdue_counted: Flags
    overdue_ignored: Flags


def supply(incoming: Incoming, horizon_days: Floats, trust_days: int) -> Supply:
    """Supply that arrives within each item's horizon, by its own date.

    An order that should have come up to `trust_days` ago counts as arriving any day; an older one does not
    count. Both are flagged. Pieces on their way out (negative quantities) always count.
    """
    items = len(horizon_days)
    overdue = (incoming.due_in_days < 0) & (incoming.quantity > 0)
    lost = overdue & (incoming.due_in_days < -trust_days)
    counted = (incoming.quantity < 0) | ((incoming.due_in_days <= horizon_days[incoming.item]) & ~lost)
    return Supply(
        in_time=_per_item(incoming, counted, items),
        late=_per_item(incoming, ~counted, items),
        overdue_counted=_any_per_item(incoming, overdue & ~lost, items),
        overdue_ignored=_any_per_item(incoming, lost, items),
    )


def _per_item(incoming: Incoming, rows: Flags, items: int) -> Ints:
    found = np.zeros(items, dtype=np.int64)
    np.add.at(found, incoming.item[rows], incoming.quantity[rows])
    return found


def _any_per_item(incoming: Incoming, rows: Flags, items: int) -> Flags:
    found = np.zeros(items, dtype=bool)
    found[incoming.item[rows]] = True
    return found
