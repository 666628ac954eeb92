"""What sales may do at another price: the elasticity of one product, estimated with its category."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shop.recent_sales import SALES_DAYS
from shop.store.reads import prices
from shop.store.reads.price_history import PriceHistory, price_history

if TYPE_CHECKING:
    from datetime import date

    from shop.model import Product
    from shop.store.database import Snapshot

from tools.answers import Record

_PLACES: Final = Decimal("0.01")


class ElasticityRecord(Record):
    """By how many percent sales change when the price rises by 1 %: estimate and 95 % interval.

    `own_percent` is how much of it the product's own history says, the rest its category's. It is observed,
    not tested: it shows what may happen and moves no price by itself.
    """

    estimate: Decimal
    low: Decimal
    high: Decimal
    own_percent: int
    category_mean: Decimal
    words: str

    @property
    def interval(self) -> tuple[float, float, float]:
        """(low, estimate, high)."""
        return float(self.low), float(self.estimate), float(self.high)


def elasticity_of(snapshot: Snapshot, product: Product, today: date) -> ElasticityRecord:
    """The elasticity of a product from the 52 weeks before today of its category."""
    history = price_history(snapshot, product, today)
    estimate, low, high, own, mean = _estimated(_Key(history, product.sku))
    words = (
        f"observed elasticity {estimate} (95 % between {low} and {high}): {own} % of it from its own "
        f"52 weeks, the rest from {len(history.skus)} products of {product.category or 'no category'}, "
        f"whose mean is {mean}; observed, not tested, so it moves no price by itself"
    )
    return ElasticityRecord(
        estimate=estimate, low=low, high=high, own_percent=own, category_mean=mean, words=words
    )


class _Key:
    """A history as a key: the same figures give the same estimate, which is worked out once."""

    def __init__(self, history: PriceHistory, sku: str) -> None:
        self.history, self.sku = history, sku
        arrays = (history.sold, history.log_price, history.open_share)
        self.figures = (sku, history.skus, *(array.tobytes() for array in arrays))

    def __hash__(self) -> int:
        return hash(self.figures)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.figures == other.figures


@lru_cache(maxsize=64)
def _estimated(key: _Key) -> tuple[Decimal, Decimal, Decimal, int, Decimal]:
    from shop.elasticity import elasticities  # noqa: PLC0415 - loads numpy

    history = key.history
    found = elasticities(history.sold, history.log_price, history.open_share)
    row = history.skus.index(key.sku)
    estimate, low, high, mean = (
        Decimal(float(one)).quantize(_PLACES)
        for one in (found.mean[row], found.low[row], found.high[row], found.category_mean)
    )
    return estimate, low, high, round(100 * float(found.own_weight[row])), mean


def weekly_pieces(snapshot: Snapshot, sku: str, today: date) -> Decimal:
    """Pieces sold in a mean week of the last eight; half a piece in all of them where nothing sold."""
    sold = prices.sold(snapshot, [sku], first=today - timedelta(days=SALES_DAYS - 1), last=today).get(sku, 0)
    return max(Decimal(sold), Decimal("0.5")) * 7 / SALES_DAYS
