"""Between which prices a price may move by itself: floor, MAP, limits per step, day and week, cooldown.

Whole minor units and basis points (hundredths of a percent) only: no rounding can carry a price over a bound.
An ending such as .99 is applied last and checked again. Where the bounds leave no price, the present one
stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shop.money import exponent

WHOLE: Final = 10_000
"""Basis points of one hundred percent."""

ENDINGS: Final = (49, 95, 99)
"""The last two digits that a price is given, in hundredths of the major unit."""

_HUNDREDTHS: Final = 2


@dataclass(frozen=True, slots=True)
class PriceLimits:
    """How far prices may go without a person; shares in basis points.

    `step` holds against the present price, `day` and `week` against the price in force 24 hours and 7 days
    ago; each is (down, up). `least_margin` is a share of the price.
    """

    least_margin: int = 1_500
    step: tuple[int, int] = (1_000, 1_000)
    day: tuple[int, int] = (1_000, 1_000)
    week: tuple[int, int] = (2_000, 2_000)
    cooldown_hours: int = 24


@dataclass(frozen=True, slots=True)
class PriceState:
    """What bounds the price of one SKU, in minor units; `hours_since_change` is None if it never changed."""

    price: int
    cost: int
    map_price: int | None = None
    day_ago: int | None = None
    week_ago: int | None = None
    hours_since_change: int | None = None


class Stays(StrEnum):
    """Why a price stays as it is."""

    COOLDOWN = "cooldown"
    NO_ROOM = "no_room"
    NOTHING_ASKED = "nothing_asked"


@dataclass(frozen=True, slots=True)
class BoundedPrice:
    """The price that came of a wish, the bounds it lies in, and why it stays where it does."""

    price: int
    low: int
    high: int
    stays: Stays | None = None


def margin_floor(cost: int, least_margin: int) -> int:
    """The lowest price that leaves the margin: cost / (1 - margin), rounded up.

    The margin is a share of the selling price: Nagle and Mueller, The Strategy and Tactics of Pricing, 6th
    ed., ch. 9.

    >>> margin_floor(500, 6_000)
    1250
    """
    return -(-cost * WHOLE // (WHOLE - least_margin))


def floor_of(state: PriceState, limits: PriceLimits) -> int:
    """The higher of the margin floor and the minimum advertised price (MAP)."""
    return max(margin_floor(state.cost, limits.least_margin), state.map_price or 0, 1)


def span(reference: int, down: int, up: int) -> tuple[int, int]:
    """The lowest and highest price within these shares of a reference, rounded inwards.

    >>> span(1_255, 1_000, 1_000)
    (1130, 1380)
    """
    return -(-reference * (WHOLE - down) // WHOLE), reference * (WHOLE + up) // WHOLE


def bounds(state: PriceState, limits: PriceLimits) -> tuple[int, int]:
    """The lowest and highest price that keeps floor, MAP and every limit; low > high when there is none."""
    low, high = span(state.price, *limits.step)
    for reference, (down, up) in ((state.day_ago, limits.day), (state.week_ago, limits.week)):
        if reference is not None:
            least, most = span(reference, down, up)
            low, high = max(low, least), min(high, most)
    return max(low, floor_of(state, limits)), high


def is_cooling(state: PriceState, limits: PriceLimits) -> bool:
    """Whether the price was changed less than the cooldown ago."""
    return state.hours_since_change is not None and state.hours_since_change < limits.cooldown_hours


def bounded(
    wanted: int, state: PriceState, limits: PriceLimits, *, currency: str, endings: tuple[int, ...] = ENDINGS
) -> BoundedPrice:
    """The price nearest to a wish that breaks no bound, with an ending where one fits.

    >>> bounded(1_000, PriceState(1_250, 500), PriceLimits(), currency="GBP").price
    1149
    >>> bounded(1_000, PriceState(1_250, 1_200), PriceLimits(), currency="GBP").stays.value
    'no_room'
    """
    low, high = bounds(state, limits)
    if wanted == state.price and low <= wanted:
        return BoundedPrice(state.price, low, high, Stays.NOTHING_ASKED)
    if is_cooling(state, limits):
        return BoundedPrice(state.price, low, high, Stays.COOLDOWN)
    if low > high:
        return BoundedPrice(state.price, low, high, Stays.NO_ROOM)
    price = with_ending(wanted, low, high, state.price, currency=currency, endings=endings)
    if broken(price, state, limits):  # an ending must never carry a price over a bound: then it stays
        return BoundedPrice(state.price, low, high, Stays.NO_ROOM)
    return BoundedPrice(price, low, high, Stays.NOTHING_ASKED if price == state.price else None)


def with_ending(
    wanted: int, low: int, high: int, present: int, *, currency: str, endings: tuple[int, ...] = ENDINGS
) -> int:
    """A price within [low, high] with one of the endings: the next above the wish, else the next below it.

    Never turns a lower price into a higher one than the present, or the other way round. Without a fitting
    ending the wish itself, moved into the bounds.

    >>> with_ending(1_125, 1_125, 1_375, 1_250, currency="GBP")
    1149
    >>> with_ending(870, 860, 880, 950, currency="GBP")
    870
    """
    price = min(max(wanted, low), high)
    if price < present:
        high = min(high, present - 1)
    elif price > present:
        low = max(low, present + 1)
    else:
        return price
    whole = 10 ** exponent(currency)
    if exponent(currency) < _HUNDREDTHS:
        return price
    digits = [ending * whole // 100 for ending in endings]
    above = min((price + (digit - price) % whole for digit in digits), default=price)
    if above <= high:
        return above
    below = max((price - (price - digit) % whole for digit in digits), default=price)
    return below if below >= low else price


def broken(price: int, state: PriceState, limits: PriceLimits) -> tuple[str, ...]:
    """The bounds that a new price would break, by name; empty for a price that may be set.

    >>> broken(1_000, PriceState(1_250, 900), PriceLimits())
    ('margin', 'step')
    """
    found = []
    if (price - state.cost) * WHOLE < limits.least_margin * price:
        found.append("margin")
    if state.map_price is not None and price < state.map_price:
        found.append("map")
    for name, reference, (down, up) in (
        ("step", state.price, limits.step),
        ("day", state.day_ago, limits.day),
        ("week", state.week_ago, limits.week),
    ):
        moved = 0 if reference is None else (price - reference) * WHOLE
        if reference is not None and not -down * reference <= moved <= up * reference:
            found.append(name)
    if price != state.price and is_cooling(state, limits):
        found.append("cooldown")
    return tuple(found)
