from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import pricing
from shop.competition import CompetitorPrice, competition
from shop.errors import InvalidActionError
from shop.model import Product
from shop.money import Money
from shop.price_bounds import PriceLimits
from shop.pricing import Surroundings

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
    found = pricing.suggest(MUG, Surroundings(cover_days=Decimal(40)))
    assert (found.price, found.change_percent) == (MUG.price, Decimal("0.00"))


def test_too_much_stock_lowers_the_price() -> None:
    """Stock for more than 180 days lowers the price by one step of 10 %, to the next ending above it."""
    found = pricing.suggest(MUG, Surroundings(cover_days=Decimal(200)))
    assert found.price == Money(1149, "GBP")
    assert "200 days" in found.reasons[0]


def test_far_targets_are_reached_in_steps() -> None:
    """A target more than 10 % away is approached by one step, and the reason says so."""
    found = pricing.suggest(MUG, Surroundings(target_margin_percent=Decimal(80)))
    assert found.price == Money(1349, "GBP")
    assert "go to 13.49 GBP first" in found.reasons[-1]


def test_map_is_the_floor() -> None:
    """A price below the minimum advertised price is raised to it."""
    mug = replace(MUG, map_price=Money(1200, "GBP"))
    found = pricing.suggest(mug, Surroundings(cover_days=Decimal(400)))
    assert (found.price, found.floor) == (Money(1249, "GBP"), Money(1200, "GBP"))


def test_without_room_the_price_stays() -> None:
    """A floor beyond one step leaves no price that breaks nothing: it stays, and a person is named."""
    found = pricing.suggest(replace(MUG, map_price=Money(1500, "GBP")))
    assert found.price == MUG.price
    assert "until the pricing manager decides" in found.reasons[-1]


def test_a_price_rests_after_a_change() -> None:
    """Within the cooldown the price stays, whatever asks for another."""
    found = pricing.suggest(MUG, Surroundings(cover_days=Decimal(400), hours_since_change=3))
    assert found.price == MUG.price
    assert "changed 3 hours ago" in found.reasons[-1]


def test_far_competitors_move_the_price_and_stale_ones_do_not() -> None:
    """A fresh median far away is approached; a price seen eight days ago is named and not used."""
    seen = CompetitorPrice("MUG-01", "Rival", Money(1000, "GBP"), date(2026, 11, 13))
    fresh, stale = (competition([seen], date(2026, 11, day), "GBP") for day in (20, 21))
    assert pricing.suggest(MUG, Surroundings(competition=fresh)).price == Money(1149, "GBP")
    kept = pricing.suggest(MUG, Surroundings(competition=stale))
    assert kept.price == MUG.price
    assert "1 seen more than 7 days ago" in kept.reasons[0]


@pytest.mark.parametrize(("percent", "price"), [("-10", 1149), ("10", 1349), ("-80", 595), ("-30", 895)])
def test_a_campaign_keeps_to_the_floor(percent: str, price: int) -> None:
    """A campaign moves the price as far as asked, never below the margin floor, with an ending."""
    found, _ = pricing.campaign_price(MUG, Decimal(percent), PriceLimits())
    assert found == Money(price, "GBP")


def test_a_campaign_leaves_out_what_has_no_room() -> None:
    """A product at its MAP is left out of a campaign that lowers prices, with its floor in words."""
    found, why = pricing.campaign_price(replace(MUG, map_price=MUG.price), Decimal(-5), PriceLimits())
    assert (found, why) == (None, "it costs 12.50 GBP, and its floor is 12.50 GBP")


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
    """A suggestion moves the price by at most 10 %, and never to below the floor."""
    map_price = None if map_minor is None else Money(map_minor, "GBP")
    mug = replace(MUG, cost=Money(cost, "GBP"), price=Money(price, "GBP"), map_price=map_price)
    found = pricing.suggest(mug, Surroundings(target_margin_percent=target, cover_days=cover))
    assert abs(found.price.minor - price) * 10 <= price
    assert found.price >= found.floor or found.price == mug.price
