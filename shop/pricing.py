"""A selling price by fixed, stated rules: what asks for another price, and what bounds it."""

from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal
from typing import Final

from shop.competition import Competition
from shop.errors import InvalidActionError
from shop.model import Product
from shop.money import Money
from shop.price_bounds import (
    WHOLE,
    BoundedPrice,
    PriceLimits,
    PriceState,
    Stays,
    bounded,
    bounds,
    floor_of,
    margin_floor,
)

COMPETITIVE: Final = (Decimal(90), Decimal(110))
"""Percent of the competitors' median between which a price needs no move on their account."""

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
        raise InvalidActionError(
            f"a margin lies between 0 and 100 % of the price, {margin_percent} does not: name one that does"
        )
    minor = Decimal(cost.minor) * 100 / (100 - margin_percent)
    return Money(int(minor.to_integral_value(ROUND_CEILING)), cost.currency)


def changed_by(price: Money, percent: Decimal) -> Money:
    """A price moved by a percentage, rounded half to even.

    >>> str(changed_by(Money(1250, "GBP"), Decimal("-10")))
    '11.25 GBP'
    """
    return price.times(1 + percent / 100)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a suggestion looks at besides the product: what is wanted, sold, asked elsewhere, and the limits.

    `cover_days` are the days that stock lasts; `day_ago` and `week_ago` the prices in force then.
    """

    target_margin_percent: Decimal | None = None
    cover_days: Decimal | None = None
    competition: Competition | None = None
    day_ago: Money | None = None
    week_ago: Money | None = None
    hours_since_change: int | None = None
    limits: PriceLimits = field(default_factory=PriceLimits)


def suggest(product: Product, around: Surroundings | None = None) -> PriceSuggestion:
    """A price for a product; raises InvalidActionError while its cost or price is unknown.

    A target margin, too much stock and the competitors may ask for another price, in this order; floor, MAP
    and the limits bound it; an ending comes last. Where the bounds leave no price, the present one stays.
    """
    around = around or Surroundings()
    state = state_of(product, around)
    reasons: list[str] = []
    wanted = _wanted(product, around, reasons)
    floor = Money(floor_of(state, around.limits), product.price.currency)
    reasons.append(_floor_words(product, floor, around.limits))
    found = bounded(wanted.minor, state, around.limits, currency=wanted.currency)
    price = Money(found.price, wanted.currency)
    reasons += _bounded_words(product, wanted, price, found, around)
    return PriceSuggestion(
        price,
        floor,
        (price - Money(state.cost, price.currency)).percent_of(price),
        (price - product.price).percent_of(product.price),
        tuple(reasons),
    )


def state_of(product: Product, around: Surroundings) -> PriceState:
    """What bounds the price of a product; raises InvalidActionError while its cost or price is unknown."""
    if product.cost is None:
        raise InvalidActionError(
            f"the cost of {product.sku} is unknown, so no price can be justified: import its cost first"
        )
    if not product.price:
        raise InvalidActionError(f"{product.sku} has no price yet; set one first")
    return PriceState(
        product.price.minor,
        product.cost.minor,
        None if product.map_price is None else product.map_price.minor,
        None if around.day_ago is None else around.day_ago.minor,
        None if around.week_ago is None else around.week_ago.minor,
        around.hours_since_change,
    )


def campaign_price(product: Product, percent: Decimal, limits: PriceLimits) -> tuple[Money | None, str]:
    """The price of one line of a campaign that moves prices by a percentage, or None, and why.

    The step that was asked for is kept to; floor and MAP bound it, an ending comes last, and no ending moves
    the price further than was asked, or than the limits leave to the rules alone. Limits per day and week and
    the cooldown are the rules' to judge: a person may have wanted the campaign.
    """
    if product.cost is None:
        return None, "its cost is unknown"
    if not product.price:
        return None, "it has no price yet"
    asked = int(abs(percent) * 100)
    step = (min(max(asked, limits.step[0]), WHOLE - 1), max(asked, limits.step[1]))
    free = replace(limits, step=step, day=step, week=step, cooldown_hours=0)
    state = state_of(product, Surroundings(limits=free))
    wanted = changed_by(product.price, percent)
    found = bounded(wanted.minor, state, free, currency=wanted.currency)
    price = Money(found.price, wanted.currency)
    if found.stays is not None or (price < product.price) != (percent < 0):
        floor = Money(floor_of(state, free), wanted.currency)
        return None, f"it costs {product.price}, and its floor is {floor}"
    stopped = f"stopped at its floor of {Money(found.low, wanted.currency)}"
    return price, "" if found.low <= wanted.minor else stopped


def _wanted(product: Product, around: Surroundings, reasons: list[str]) -> Money:
    if around.target_margin_percent is not None and product.cost is not None:
        price = price_for_margin(product.cost, around.target_margin_percent)
        reasons.append(f"{price} leaves {around.target_margin_percent} % margin on a cost of {product.cost}")
        return price
    if around.cover_days is not None and around.cover_days > TOO_MUCH_COVER_DAYS:
        step = Decimal(around.limits.step[0]) / 100
        price = changed_by(product.price, -step)
        reasons.append(
            f"stock lasts {around.cover_days:.0f} days at the recent rate of sales, more than "
            f"{TOO_MUCH_COVER_DAYS}: {step.normalize():f} % lower, {price}"
        )
        return price
    price = _competitive(product, around, reasons)
    if price == product.price:
        reasons.append(f"nothing asks for another price than the present {product.price}")
    return price


def _competitive(product: Product, around: Surroundings, reasons: list[str]) -> Money:
    """The competitors' median when the price is far from it; stale prices are named and not used."""
    rivals = around.competition
    if rivals is None:
        return product.price
    index = rivals.index_percent(product.price)
    words = rivals.in_words()
    if rivals.median is None or COMPETITIVE[0] <= index <= COMPETITIVE[1]:
        reasons.append(words if rivals.median is None else f"{words}; {product.price} is {index} % of that")
        return product.price
    low, high = COMPETITIVE
    reasons.append(f"{words}; {product.price} is {index} % of that, outside {low} to {high} %")
    return rivals.median


def _floor_words(product: Product, floor: Money, limits: PriceLimits) -> str:
    cost = product.cost or Money.zero(floor.currency)
    if floor.minor > margin_floor(cost.minor, limits.least_margin):
        return f"at least the minimum advertised price (MAP) of {floor}"
    least = (Decimal(limits.least_margin) / 100).normalize()
    return f"at least {floor}, so that {least:f} % margin is left on a cost of {cost}"


def _bounded_words(
    product: Product, wanted: Money, price: Money, found: BoundedPrice, around: Surroundings
) -> list[str]:
    if found.stays is Stays.COOLDOWN:
        return [
            f"it was changed {around.hours_since_change} hours ago, and a price rests "
            f"{around.limits.cooldown_hours} hours: it stays at {price}"
        ]
    low, high = (Money(one, wanted.currency) for one in bounds(state_of(product, around), around.limits))
    if found.stays is Stays.NO_ROOM:
        return [
            f"no price keeps both the floor of {low} and the limits per step, day and week, which end at "
            f"{high}: it stays at {price} until the pricing manager decides"
        ]
    said = []
    if not low <= wanted <= high:
        said.append(
            f"floor and limits leave {low} to {high}, so {wanted} is out of reach: go to {price} first"
        )
    elif price != wanted:
        said.append(f"{price} has a usual ending, within {low} to {high}")
    return said
