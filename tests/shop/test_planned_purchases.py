"""Transfers and purchases of small catalogues: suppliers, price breaks, minimums, budgets, packs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shop.errors import InvalidActionError
from shop.money import Money
from shop.planning import Note, PackRounding, PlanSettings, Reason, Verdict, plan
from tests.shop.planning_worlds import AS_OF, Item, Offer, Supplier, World, ordered, verdict_of


def single(item: Item, offer: Offer | None = None, **more: object) -> World:
    """One SKU of one supplier."""
    return replace(World([item], [offer or Offer(item.sku)]), **more)  # type: ignore[arg-type] # fields by name


def lending(spare: int) -> World:
    """An empty shelf in Leeds, and York with so many pieces more than its order-up-to level."""

    def world(on_hand: int) -> World:
        return World([Item("MUG"), Item("MUG", "york", on_hand=on_hand)], [Offer("MUG")])

    level = verdict_of(plan(world(0).inputs()), "MUG", "york").arithmetic.order_up_to
    return world(level + spare)


def test_surplus_elsewhere_is_moved_before_anything_is_bought() -> None:
    """A full need that another location can spare is moved, and nothing is ordered."""
    world = World([Item("MUG"), Item("MUG", "york", on_hand=5_000, sold=1)], [Offer("MUG")])
    found = plan(world.inputs())
    (move,) = found.transfers
    entry = verdict_of(found, "MUG")
    assert (move.from_location, move.to_location) == ("york", "leeds")
    assert move.quantity == entry.arithmetic.raw_need
    assert entry.verdict is Verdict.TRANSFERRED
    assert found.orders == ()


def test_a_location_gives_only_what_is_above_its_own_order_up_to_level() -> None:
    """What is lent leaves the lender at its own order-up-to level or above."""
    found = plan(lending(20).inputs())
    lender = verdict_of(found, "MUG", "york").arithmetic
    assert lender.transferred_out == 20
    assert lender.on_hand - lender.transferred_out == lender.order_up_to


def test_a_need_that_surplus_covers_in_part_is_bought_for_the_rest() -> None:
    """Moved and bought pieces together reach the order-up-to level, no more."""
    figures = verdict_of(plan(lending(20).inputs()), "MUG").arithmetic
    assert figures.transferred_in == 20
    assert figures.transferred_in + figures.quantity == figures.raw_need


def test_the_preferred_supplier_wins_over_a_cheaper_one() -> None:
    """Rank 0 is the store's wish; price decides between equals only."""
    suppliers = [Supplier("dear"), Supplier("cheap")]
    offers = [Offer("MUG", "dear", cost=500), Offer("MUG", "cheap", cost=400, rank=1)]
    assert plan(World([Item("MUG")], offers, suppliers).inputs()).orders[0].supplier == "dear"
    equals = [offers[0], replace(offers[1], rank=0)]
    assert plan(World([Item("MUG")], equals, suppliers).inputs()).orders[0].supplier == "cheap"


def test_an_unusable_offer_gives_way_to_a_usable_one() -> None:
    """A preferred offer without a cost is passed over, not fatal."""
    offers = [Offer("MUG", "broken", cost=0), Offer("MUG", "sound", rank=1)]
    found = plan(World([Item("MUG")], offers, [Supplier("broken"), Supplier("sound")]).inputs())
    assert found.orders[0].supplier == "sound"


def test_an_approved_supplier_goes_before_the_preferred_one_that_is_not() -> None:
    """Only where nobody approved sells the SKU is it asked of another, with a note."""
    suppliers = [Supplier("new", approved=False), Supplier("old")]
    offers = [Offer("MUG", "new"), Offer("MUG", "old", rank=1), Offer("CUP", "new")]
    found = plan(World([Item("MUG"), Item("CUP")], offers, suppliers).inputs())
    assert verdict_of(found, "MUG").arithmetic.supplier == "old"
    assert Note.SUPPLIER_NOT_APPROVED in verdict_of(found, "CUP").notes


def test_a_price_break_is_taken_only_if_it_pays() -> None:
    """Half the price for a little more is taken, one percent off for ten times as much is not."""
    need = ordered(plan(single(Item("MUG")).inputs()))["MUG", "leeds"]
    good = plan(single(Item("MUG"), Offer("MUG", breaks=((need + 20, 250),))).inputs())
    poor = plan(single(Item("MUG"), Offer("MUG", breaks=((need * 10, 495),))).inputs())
    assert good.orders[0].lines[0].quantity == need + 20
    assert good.orders[0].lines[0].unit_cost == Money(250, "GBP")
    assert poor.orders[0].lines[0].quantity == need


def test_an_order_under_the_supplier_minimum_is_topped_up_on_needed_lines() -> None:
    """A minimum that a month's demand can reach is reached; the SKU without need stays out."""
    items = [Item("MUG", on_hand=60), Item("CUP", on_hand=5_000)]
    offers = [Offer("MUG"), Offer("CUP")]
    plain = plan(World(items, offers).inputs())
    minimum = plain.orders[0].total.minor + 20_000
    found = plan(World(items, offers, [Supplier(minimum=minimum)]).inputs())
    assert minimum <= found.orders[0].total.minor < minimum + 2 * 500
    assert list(ordered(found)) == [("MUG", "leeds")]
    assert Note.TOPPED_UP in verdict_of(found, "MUG").notes


def test_an_order_that_cannot_reach_the_minimum_is_held() -> None:
    """Held with a reason while stock lasts; put before a person when it will run out."""
    suppliers = [Supplier(minimum=100_000_000)]
    calm = plan(single(Item("MUG", on_hand=75), suppliers=suppliers).inputs())
    urgent = plan(single(Item("MUG", on_hand=0), suppliers=suppliers).inputs())
    assert calm.orders == urgent.orders == ()
    assert verdict_of(calm, "MUG").reason is Reason.SUPPLIER_MINIMUM
    assert verdict_of(urgent, "MUG").reason is Reason.SUPPLIER_MINIMUM_URGENT
    assert verdict_of(urgent, "MUG").verdict is Verdict.NEEDS_ATTENTION


def test_the_budget_buys_the_most_pressing_lines() -> None:
    """With money for what will be missed at once, the empty shelf gets it and the other is told why not."""
    world = World([Item("EMPTY"), Item("HALF", on_hand=100)], [Offer("EMPTY"), Offer("HALF")])
    found = plan(world.inputs(), PlanSettings(budget=Money(20_000, "GBP")))
    assert ordered(found) == {("EMPTY", "leeds"): 40}
    assert Note.REDUCED in verdict_of(found, "EMPTY").notes
    assert verdict_of(found, "HALF").reason is Reason.OVER_BUDGET


def test_orders_are_in_the_supplier_currency_and_valued_at_the_rate() -> None:
    """A dollar supplier is ordered from in dollars; the home value is at the day's rate."""
    world = single(Item("MUG"), suppliers=[Supplier(currency="USD")], rates={"USD": Decimal("0.79")})
    (order,) = plan(world.inputs()).orders
    assert order.total.currency == "USD"
    assert order.home_value == Money.rounded(order.total.amount * Decimal("0.79"), "GBP")


def test_a_budget_in_another_currency_is_refused() -> None:
    """A budget is in the home currency."""
    with pytest.raises(InvalidActionError, match="budget must be in GBP"):
        plan(single(Item("MUG")).inputs(), PlanSettings(budget=Money(100, "EUR")))


def test_purchases_of_other_suppliers_stay_out_of_a_supplier_run() -> None:
    """A run for one supplier says of the other SKUs that they are bought elsewhere."""
    world = World(
        [Item("MUG"), Item("CUP")],
        [Offer("MUG"), Offer("CUP", "other")],
        [Supplier(), Supplier("other")],
        only_supplier="other",
    )
    found = plan(world.inputs())
    assert list(ordered(found)) == [("CUP", "leeds")]
    assert verdict_of(found, "MUG").reason is Reason.OTHER_SUPPLIER


def test_goods_are_expected_after_the_lead_time() -> None:
    """Expected on the plan's day plus the lead time, rounded up to whole days."""
    (order,) = plan(single(Item("MUG"), suppliers=[Supplier(lead_time=9.2)]).inputs()).orders
    assert (order.expected_on - AS_OF).days == 10


@pytest.mark.parametrize(
    ("rounding", "quantity"),
    [(PackRounding.UP, 120), (PackRounding.NEAREST, 80), (PackRounding.DOWN_NOT_BELOW_MINIMUM, 80)],
)
def test_rounding_to_packs_is_the_store_policy(rounding: PackRounding, quantity: int) -> None:
    """A need of 90 with packs of 40: 120 up, 80 nearest, 80 down."""
    found = plan(
        single(Item("MUG", sold=0, committed=90), Offer("MUG", pack=40, moq=40)).inputs(),
        PlanSettings(rounding=rounding),
    )
    assert ordered(found) == {("MUG", "leeds"): quantity}
