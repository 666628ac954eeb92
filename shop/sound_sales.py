"""Sales figures that cannot be: negative, not a number, without end. They are read as none, and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags


def sound_sales(sold: NDArray[Any]) -> tuple[NDArray[Any], Flags]:
    """The history (days x items) with 0 for what cannot be sold pieces, and the items that held any of it.

    The same array where nothing is wrong.

    >>> sound_sales(np.array([[4.0, -2.0], [1.0, 3.0]]))
    (array([[4., 0.],
           [1., 3.]]), array([False,  True]))
    """
    if not len(sold):
        return sold, np.zeros(sold.shape[1], dtype=bool)
    low, high = sold.min(axis=0), sold.max(axis=0)  # NaN in a column makes both NaN
    flawed = ~(low >= 0) | ~(high < np.inf)
    if not flawed.any():
        return sold, flawed
    cleaned = sold.copy()
    part = cleaned[:, flawed]
    cleaned[:, flawed] = np.where(np.isfinite(part) & (part > 0), part, 0)
    return cleaned, flawed
