"""A selling price by fixed, stated rules: the margin floor, MAP, and no large step at once."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

from shop.errors import InvalidActionError
from shop.model import Product
from shop.money import Money

LEAST_MARGIN: Final = Decimal(15)
"""Percent of the price that must be left above cost; the shipped pricing rules ask a person below it."""

LARGEST_STEP: Final = Decimal(10)
"""Percent by which a suggestion moves a price at once; the shipped pricing rules ask a person above it."""

TOO_MUCH_COVER_DAYS: Final = 180
"""With stock for more days than this, a lower price is suggested."""


@dataclass(frozen=True, slots=True)
class PriceSuggestion:
    """A price with its lower bound and the reasons, in the order in which they were applied."""

    price: Money
    floor: Money
    margin_percent: Decimal
    change_percent: Decimal
    reasons: tuple[str, ...]


def price_for_margin(cost: Money, margin_percent: Decimal) -> Money:
    """The lowest price that leaves this margin: cost / (1 - margin), rounded up to the minor unit.

    The margin is a share of the selling price ("gross margin"), not a mark-up on cost: Nagle and Mueller,
    The Strategy and Tactics of Pricing, 6th ed., ch. 9. Raises InvalidActionError for 100 % and more.

    >>> str(price_for_margin(Money(500, "GBP"), Decimal(60)))
    '12.50 GBP'
    """
    if not 0 <= margin_percent < 100:  # noqa: PLR2004 - percent
        raise InvalidActionError(f"a margin lies between 0 and 100 % of the price, not {margin_percent}")
    minor = Decimal(cost.minor) * 100 / (100 - margin_percent)
    return Money(int(minor.to_integral_value(ROUND_CEILING)), cost.currency)


def changed_by(price: Money, percent: Decimal) -> Money:
    """A price moved by a percentage, rounded half to even.

    >>> str(changed_by(Money(1250, "GBP"), Decimal("-10")))
    '11.25 GBP'
    """
    return price.times(1 + percent / 100)


def suggest(
    product: Product, *, target_margin_percent: Decimal | None = None, cover_days: Decimal | None = None
) -> PriceSuggestion:
    """A price for a product; raises InvalidActionError while its cost or price is unknown.

    Starts from the target margin's price, or from the present price (lowered by the largest step while
    `cover_days`, the days that stock lasts, are too many); keeps the floor; then limits the step.
    """
    if product.cost is None:
        raise InvalidActionError(f"the cost of {product.sku} is unknown, so no price can be justified")
    if not product.price:
        raise InvalidActionError(f"{product.sku} has no price yet; set one first")
    reasons: list[str] = []
    wanted = _wanted(product, product.cost, target_margin_percent, cover_days, reasons)
    floor = _floor(product, product.cost, reasons)
    if wanted < floor:
        wanted = floor
        reasons.append(f"raised to the floor of {floor}")
    price = _limited(product.price, wanted, reasons)
    return PriceSuggestion(
        price,
        floor,
        (price - product.cost).percent_of(price),
        (price - product.price).percent_of(product.price),
        tuple(reasons),
    )


def _wanted(
    product: Product, cost: Money, target: Decimal | None, cover_days: Decimal | None, reasons: list[str]
) -> Money:
    if target is not None:
        price = price_for_margin(cost, target)
        reasons.append(f"{price} leaves {target} % margin on a cost of {cost}")
        return price
    if cover_days is not None and cover_days > TOO_MUCH_COVER_DAYS:
        price = changed_by(product.price, -LARGEST_STEP)
        reasons.append(
            f"stock lasts {cover_days:.0f} days at the recent rate of sales, more than "
            f"{TOO_MUCH_COVER_DAYS}: {LARGEST_STEP} % lower, {price}"
        )
        return price
    reasons.append(f"nothing asks for another price than the present {product.price}")
    return product.price


def _floor(product: Product, cost: Money, reasons: list[str]) -> Money:
    floor = price_for_margin(cost, LEAST_MARGIN)
    reasons.append(f"at least {floor}, so that {LEAST_MARGIN} % margin is left on a cost of {cost}")
    if product.map_price is not None and product.map_price > floor:
        floor = product.map_price
        reasons.append(f"at least the minimum advertised price (MAP) of {floor}")
    return floor


def _limited(present: Money, wanted: Money, reasons: list[str]) -> Money:
    low, high = changed_by(present, -LARGEST_STEP), changed_by(present, LARGEST_STEP)
    if low <= wanted <= high:
        return wanted
    step = high if wanted > high else low
    reasons.append(f"{wanted} is more than {LARGEST_STEP} % away from {present}: go to {step} first")
    return step
