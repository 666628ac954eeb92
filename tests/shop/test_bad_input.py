"""Unusable data, one kind each: a named finding or a safe result, never a crash, and nothing is dropped."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.plan_check import faults_of
from shop.plan_results import Note, Plan, Reason, Verdict
from shop.planning import plan
from tests.shop.planning_worlds import DAYS, Due, Item, Offer, Supplier, World, ordered, verdict_of


def history(values: Any) -> Any:
    """One SKU's sales, the last of them on the day before the plan."""
    sold = np.zeros((DAYS, 1), dtype=np.float32)
    sold[DAYS - len(values) :, 0] = values
    return sold


def single(item: Item | None = None, offer: Offer | None = None, **more: Any) -> World:
    """One SKU of one supplier."""
    world = World([item or Item("MUG")], [offer or Offer("MUG")])
    return replace(world, **more)


def planned(world: World) -> Plan:
    """A plan that kept all rules and answered for every line."""
    inputs = world.inputs()
    found = plan(inputs)
    assert faults_of(found, inputs) == []
    assert sum(found.counts().values()) == len(world.items)
    return found


UNUSABLE = pytest.mark.parametrize(
    ("world", "reason"),
    [
        (World([Item("MUG")], [Offer("POT")]), Reason.NO_SUPPLIER),
        (single(offer=Offer("MUG", cost=0)), Reason.NO_COST),
        (single(offer=Offer("MUG", cost=-5)), Reason.NO_COST),
        (single(suppliers=[Supplier(lead_time=float("nan"))]), Reason.NO_LEAD_TIME),
        (single(suppliers=[Supplier(lead_time=-3)]), Reason.NO_LEAD_TIME),
        (single(suppliers=[Supplier(lead_time_sd=float("inf"))]), Reason.NO_LEAD_TIME),
        (single(offer=Offer("MUG", pack=0)), Reason.PACK_SIZE_ZERO),
        (single(offer=Offer("MUG", pack=-6)), Reason.PACK_SIZE_ZERO),
        (single(offer=Offer("MUG", moq=-1)), Reason.MOQ_NEGATIVE),
        (single(offer=Offer("MUG", moq=900_000)), Reason.MOQ_OVER_MAXIMUM),
        (single(suppliers=[Supplier(currency="EUR")]), Reason.NO_EXCHANGE_RATE),
        (single(suppliers=[Supplier(currency="EUR")], rates={"EUR": Decimal(0)}), Reason.NO_EXCHANGE_RATE),
        (single(Item("MUG", on_hand=-4)), Reason.NEGATIVE_STOCK),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)


@UNUSABLE
def test_unusable_terms_are_a_named_finding(world: World, reason: Reason) -> None:
    """No order is made of them; the line needs attention and says what to correct."""
    found = planned(world)
    entry = verdict_of(found, "MUG")
    assert (entry.verdict, entry.reason, found.orders) == (Verdict.NEEDS_ATTENTION, reason, ())
    assert entry.words


ABSURD = pytest.mark.parametrize(
    "world",
    [
        World([Item("MUG", price=2**52), Item("POT")], [Offer("MUG"), Offer("POT")]),
        World([Item("MUG", cost=2**52), Item("POT")], [Offer("MUG"), Offer("POT")]),
        World([Item("MUG"), Item("POT")], [Offer("MUG", cost=2**62), Offer("POT")]),
        World([Item("MUG", price=-1), Item("POT")], [Offer("MUG", cost=2**52), Offer("POT")]),
    ],
    ids=["price", "cost", "offer that no money can be", "offer without a price"],
)


@ABSURD
def test_an_absurd_price_stops_no_run(world: World) -> None:
    """A figure with too many zeros is the trouble of its own line; the others are ordered as ever."""
    found = planned(world)
    assert verdict_of(found, "POT").verdict is Verdict.ORDERED
    assert verdict_of(found, "MUG").words


def test_all_zeros_is_no_demand() -> None:
    """A SKU that never sold is not ordered, and says so."""
    entry = verdict_of(planned(single(sold=history([0.0] * DAYS))), "MUG")
    assert (entry.verdict, entry.reason) == (Verdict.NOT_ORDERED, Reason.NO_DEMAND)


def test_one_day_of_history_is_answered_for() -> None:
    """A SKU that is there since yesterday is named as new, and its order keeps the maximum cover."""
    found = planned(single(Item("MUG", observed_from=DAYS - 1), sold=history([3.0])))
    entry = verdict_of(found, "MUG")
    assert Note.NEW_PRODUCT in entry.notes
    assert entry.arithmetic.quantity <= 180 * entry.arithmetic.demand_per_day


def test_a_spike_of_a_billion_does_not_order_a_billion() -> None:
    """One absurd day is cut to the usual size and named, or the line goes to a person."""
    sold = history([4.0] * DAYS)
    sold[DAYS - 20, 0] = 1e9
    found = planned(single(sold=sold))
    entry = verdict_of(found, "MUG")
    usual = ordered(planned(single()))[("MUG", "leeds")]
    quantity = ordered(found).get(("MUG", "leeds"), 0)
    assert quantity <= 3 * usual
    assert Note.BULK_SALES_TRIMMED in entry.notes or entry.verdict is Verdict.NEEDS_ATTENTION


def test_gaps_in_the_history_are_days_without_sales() -> None:
    """Every other month missing lowers the demand; nothing breaks."""
    sold = history([4.0] * DAYS)
    sold[40:70] = 0
    figures = verdict_of(planned(single(sold=sold)), "MUG").arithmetic
    assert 0 < figures.demand_per_day <= 4.2


@pytest.mark.parametrize("value", [-5.0, float("nan"), float("inf")])
def test_sales_that_are_no_number_of_pieces_leave_the_plan_whole(value: float) -> None:
    """A negative or meaningless figure in the history never becomes a quantity."""
    sold = history([4.0] * DAYS)
    sold[DAYS - 3, 0] = value
    found = planned(single(sold=sold))
    figures = verdict_of(found, "MUG").arithmetic
    assert Note.FLAWED_SALES in verdict_of(found, "MUG").notes
    assert 0 <= figures.demand_per_day < 10
    assert 0 <= figures.quantity < 1_000


def test_currencies_side_by_side_are_ordered_each_in_its_own() -> None:
    """Two suppliers in two currencies make two orders; the total is in the home currency."""
    world = World(
        [Item("MUG"), Item("POT")],
        [Offer("MUG"), Offer("POT", "nordlicht")],
        [Supplier(), Supplier("nordlicht", currency="EUR")],
        rates={"EUR": Decimal("0.87")},
    )
    found = planned(world)
    assert {order.total.currency for order in found.orders} == {"GBP", "EUR"}
    assert found.home_value.currency == "GBP"


def test_an_unknown_price_and_cost_of_the_product_still_orders_at_the_offers_cost() -> None:
    """Who does not know the margin weighs with half the cost; the line is ordered."""
    found = planned(single(Item("MUG", price=-1, cost=-1)))
    assert verdict_of(found, "MUG").verdict is Verdict.ORDERED


ITEMS = st.builds(
    Item,
    sku=st.sampled_from(["A", "B", "C", "D"]),
    location=st.sampled_from(["leeds", "york"]),
    on_hand=st.sampled_from([-7, 0, 3, 500, 10**9]),
    committed=st.sampled_from([-2, 0, 9, 10**6]),
    sold=st.sampled_from([0, 1, 4, 300]),
    every=st.sampled_from([1, 7, 40]),
    status=st.sampled_from(["active", "draft", "archived", "end_of_life"]),
    price=st.sampled_from([-1, 0, 1000]),
    cost=st.sampled_from([-1, 0, 400]),
    currency=st.sampled_from(["GBP", "EUR", "JPY"]),
    observed_from=st.sampled_from([0, DAYS - 1, 2**31 - 1]),
)
OFFERS = st.builds(
    Offer,
    sku=st.sampled_from(["A", "B", "C", "X"]),
    supplier=st.sampled_from(["north", "south"]),
    cost=st.sampled_from([-5, 0, 1, 400]),
    moq=st.sampled_from([-1, 0, 1, 24, 10**7]),
    pack=st.sampled_from([-1, 0, 1, 12]),
    breaks=st.sampled_from([(), ((10, 300),), ((0, 0),)]),
)
SUPPLIERS = st.tuples(
    *(
        st.builds(
            Supplier,
            id=st.just(name),
            currency=st.sampled_from(["GBP", "EUR", "JPY"]),
            lead_time=st.sampled_from([float("nan"), -1.0, 0.0, 5.0, 400.0]),
            lead_time_sd=st.sampled_from([0.0, -1.0, 30.0]),
            minimum=st.sampled_from([0, 10_000, 10**12]),
            approved=st.booleans(),
        )
        for name in ("north", "south")
    )
)
SPIKES = st.lists(st.tuples(st.integers(0, DAYS - 1), st.sampled_from([-3.0, 0.0, 1e9])), max_size=3)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(ITEMS, min_size=1, max_size=6, unique_by=lambda item: (item.sku, item.location)),
    st.lists(OFFERS, max_size=6, unique_by=lambda offer: (offer.sku, offer.supplier)),
    SUPPLIERS,
    SPIKES,
    st.booleans(),
)
def test_no_defect_breaks_the_run_or_drops_a_line(
    items: list[Item],
    offers: list[Offer],
    suppliers: tuple[Supplier, ...],
    spikes: list[tuple[int, float]],
    rated: bool,
) -> None:
    """Whatever is wrong, every SKU-location has one verdict with words, and every order keeps its terms."""
    due = [Due(items[0].sku, 5, -400, items[0].location)]
    rates = {"EUR": Decimal("0.87"), "JPY": Decimal("0.005")} if rated else {}
    world = World(items, offers, suppliers, due, rates)
    inputs = world.inputs()
    for day, pieces in spikes:
        inputs.history.sold[day, 0] = pieces
    found = plan(inputs)
    assert faults_of(found, inputs) == []
    assert sum(found.counts().values()) == len(items)
    assert all(entry.words and np.isfinite(entry.arithmetic.demand_per_day) for entry in found.verdicts)
