"""What a sales log does not say: stock, cost, supplier, lead time. Assumed openly, flagged, to be replaced.

Everything made here carries ``assumed=True`` in the store until a completed suppliers file or a stock count
replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shop.errors import SetupError
from shop.money import Money


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Terms to assume where the files say nothing; each is an option of the import.

    `cover_days` of the average sales of the last `recent_days` are assumed to be on the shelf, so a product
    that has not sold for `recent_days` is assumed to be out of stock.
    """

    lead_time_days: float = 14
    lead_time_sd_days: float = 4
    cost_percent: Decimal = Decimal(50)  # of the selling price
    cover_days: int = 21
    recent_days: int = 120

    def __post_init__(self) -> None:
        checks = (
            (0 < self.lead_time_days <= 730, "the lead time must be over 0 and at most 730 days"),  # noqa: PLR2004
            (0 <= self.lead_time_sd_days <= 365, "the lead time's spread must be 0 to 365 days"),  # noqa: PLR2004
            (0 < self.cost_percent <= 100, "the cost must be over 0 and at most 100 percent of the price"),  # noqa: PLR2004
            (0 <= self.cover_days <= 730, "the cover must be 0 to 730 days"),  # noqa: PLR2004
            (1 <= self.recent_days <= 730, "recent sales are those of 1 to 730 days"),  # noqa: PLR2004
        )
        for holds, words in checks:
            if not holds:
                raise SetupError(f"assumed terms: {words}")


MIN_SPAN_DAYS = 28
"""A product is averaged over at least four weeks, or its first big order would look like a daily habit."""


def assumed_on_hand(units: int, span_days: int, cover_days: int) -> int:
    """Pieces that cover `cover_days` of average sales of `units` in `span_days`, rounded up.

    >>> assumed_on_hand(120, 120, 21), assumed_on_hand(1, 120, 21), assumed_on_hand(0, 120, 21)
    (21, 1, 0)
    """
    return -(-units * cover_days // max(span_days, MIN_SPAN_DAYS))


def assumed_unit_cost(price: Money, percent: Decimal) -> Money:
    """The share of the selling price, at least the smallest coin.

    >>> str(assumed_unit_cost(Money.of("2.55", "GBP"), Decimal(50)))
    '1.28 GBP'
    """
    cost = price.times(percent / 100)
    return cost if cost.minor > 0 else Money(1, price.currency)


def assumed_supplier(sku: str) -> tuple[str, str]:
    """(id, name) of the supplier assumed for a SKU: one for each three first characters of the code.

    Codes that are alike often come from one supplier, and purchase orders of some dozen lines are of a size
    that a person can look through.

    >>> assumed_supplier("22138")
    ('assumed-221', 'Assumed supplier 221')
    """
    group = sku[:3].upper().strip()
    plain = "".join(letter if letter.isalnum() else "_" for letter in group.lower())
    return f"assumed-{plain}", f"Assumed supplier {group}"
