from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import pricing
from shop.errors import InvalidActionError
from shop.model import Product
from shop.money import Money

MUG = Product(
    sku="MUG-01",
    title="Blue Stoneware Mug",
    category="Kitchen",
    vendor="Northwind",
    status="active",
    price=Money(1250, "GBP"),
    cost=Money(500, "GBP"),
    map_price=None,
    item_class="standard",
    shelf_life_days=None,
    weight_grams=None,
    launched_on=None,
    price_changed_at=None,
    version=1,
)

minor = st.integers(1, 10**9)


@given(cost=minor, margin=st.decimals(0, 99, places=2))
def test_price_for_margin_leaves_the_margin(cost: int, margin: Decimal) -> None:
    """The price for a margin leaves it, and a penny less does not."""
    price = pricing.price_for_margin(Money(cost, "GBP"), margin)
    assert (price.minor - cost) * 100 >= margin * price.minor
    assert price.minor == cost or (price.minor - 1 - cost) * 100 < margin * (price.minor - 1)


def test_margin_of_the_textbook() -> None:
    """A cost of 60 at 40 % margin is a price of 100."""
    assert pricing.price_for_margin(Money(6000, "GBP"), Decimal(40)) == Money(10_000, "GBP")


@pytest.mark.parametrize("margin", ["100", "-1", "250"])
def test_impossible_margins_are_refused(margin: str) -> None:
    """A margin of 100 % or below 0 % has no price."""
    with pytest.raises(InvalidActionError):
        pricing.price_for_margin(Money(500, "GBP"), Decimal(margin))


def test_price_stays_when_nothing_asks() -> None:
    """Without a target and with normal stock the present price is suggested."""
    found = pricing.suggest(MUG, cover_days=Decimal(40))
    assert (found.price, found.change_percent) == (MUG.price, Decimal("0.00"))


def test_too_much_stock_lowers_the_price() -> None:
    """Stock for more than 180 days lowers the price by one step of 10 %."""
    found = pricing.suggest(MUG, cover_days=Decimal(200))
    assert found.price == Money(1125, "GBP")
    assert "200 days" in found.reasons[0]


def test_far_targets_are_reached_in_steps() -> None:
    """A target more than 10 % away is approached by one step, and the reason says so."""
    found = pricing.suggest(MUG, target_margin_percent=Decimal(80))
    assert found.price == Money(1375, "GBP")
    assert "go to 13.75 GBP first" in found.reasons[-1]


def test_map_is_the_floor() -> None:
    """A price below the minimum advertised price is raised to it."""
    mug = replace(MUG, map_price=Money(1200, "GBP"))
    found = pricing.suggest(mug, cover_days=Decimal(400))
    assert (found.price, found.floor) == (Money(1200, "GBP"), Money(1200, "GBP"))


@pytest.mark.parametrize("product", [replace(MUG, cost=None), replace(MUG, price=Money(0, "GBP"))])
def test_unknown_figures_are_refused(product: Product) -> None:
    """Without a cost, or without a price, nothing is suggested."""
    with pytest.raises(InvalidActionError):
        pricing.suggest(product)


@given(
    cost=minor,
    price=minor,
    map_minor=st.none() | minor,
    target=st.none() | st.decimals(0, 99, places=2),
    cover=st.none() | st.decimals(0, 5000, places=1),
)
def test_no_suggestion_is_a_leap(
    cost: int, price: int, map_minor: int | None, target: Decimal | None, cover: Decimal | None
) -> None:
    """A suggestion moves the price by at most 10 %, and goes below the floor only on its way up to it."""
    map_price = None if map_minor is None else Money(map_minor, "GBP")
    mug = replace(MUG, cost=Money(cost, "GBP"), price=Money(price, "GBP"), map_price=map_price)
    found = pricing.suggest(mug, target_margin_percent=target, cover_days=cover)
    assert abs(found.price.minor - price) <= price * Decimal("0.1") + Decimal("0.5")
    assert found.price >= found.floor or found.price >= mug.price
