"""Plans of small catalogues: the rules of reordering, one fact each, and the properties of all plans."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.errors import InvalidActionError
from shop.money import Money
from shop.plan_check import faults_of
from shop.planning import Note, PackRounding, Plan, PlanSettings, Reason, Verdict, plan
from tests.shop.planning_worlds import AS_OF, DAYS, Due, Item, Offer, Supplier, World, ordered, verdict_of


def single(item: Item, offer: Offer | None = None, **more: object) -> World:
    """One SKU of one supplier."""
    return replace(World([item], [offer or Offer(item.sku)]), **more)  # type: ignore[arg-type] # fields by name


def point_of(item: Item) -> int:
    """The reorder point that the plan computes for an item."""
    return verdict_of(plan(single(item).inputs()), item.sku).arithmetic.reorder_point


def lending(spare: int) -> World:
    """An empty shelf in Leeds, and York with so many pieces more than its order-up-to level."""
    level = verdict_of(plan(single(Item("MUG")).inputs()), "MUG").arithmetic.order_up_to
    return World([Item("MUG"), Item("MUG", "york", on_hand=level + spare)], [Offer("MUG")])


def test_at_the_reorder_point_it_orders_and_above_it_does_not() -> None:
    """The position that equals the reorder point orders; one piece more does not."""
    point = point_of(Item("MUG"))
    at = verdict_of(plan(single(Item("MUG", on_hand=point)).inputs()), "MUG")
    above = verdict_of(plan(single(Item("MUG", on_hand=point + 1)).inputs()), "MUG")
    assert (at.verdict, at.reason) == (Verdict.ORDERED, Reason.AT_REORDER_POINT)
    assert (above.verdict, above.reason) == (Verdict.NOT_ORDERED, Reason.ENOUGH_STOCK)


def test_the_arithmetic_of_a_line_adds_up() -> None:
    """Position, exposure, levels and quantity follow from each other, figure by figure."""
    world = single(Item("MUG", on_hand=20, committed=3, unavailable=2), Offer("MUG", moq=50, pack=12))
    figures = verdict_of(plan(replace(world, due=[Due("MUG", 5, 3)]).inputs()), "MUG").arithmetic
    assert figures.position == 20 - 3 - 2 + 5
    assert figures.lead_time_demand == pytest.approx(4 * (14 + 7), rel=1e-6)
    assert figures.safety_stock == round(figures.reorder_point - figures.lead_time_demand)
    assert figures.order_up_to == figures.reorder_point + figures.economic_quantity
    assert figures.lost_before_delivery > 0
    assert figures.raw_need == figures.order_up_to - figures.position - figures.lost_before_delivery
    assert figures.after_moq == max(figures.raw_need, 50)
    assert figures.after_packs == ceil(figures.after_moq / 12) * 12 == figures.quantity


def test_a_slow_mover_with_a_high_margin_keeps_to_the_level_cover() -> None:
    """Costs alone would hold a longer stock: the order-up-to level is what sells within the cover."""
    world = single(Item("RING", sold=1, every=8, price=90_000), Offer("RING", cost=100))
    capped, free = (
        verdict_of(plan(world.inputs(), PlanSettings(level_cover_days=days)), "RING").arithmetic
        for days in (60, 3_650)
    )
    assert capped.order_up_to == ceil(capped.demand_per_day * 60) < free.order_up_to
    assert capped.reorder_point < capped.order_up_to


def test_lead_time_deviation_raises_the_variance_by_its_square() -> None:
    """Variance of the exposure's demand grows by d^2 * sdL^2."""
    sure = single(Item("MUG"), suppliers=[Supplier(lead_time_sd=0)])
    unsure = single(Item("MUG"), suppliers=[Supplier(lead_time_sd=5)])
    small, large = (verdict_of(plan(world.inputs()), "MUG").arithmetic for world in (sure, unsure))
    gained = large.lead_time_demand_sd**2 - small.lead_time_demand_sd**2
    assert gained == pytest.approx((4 * 5) ** 2, rel=1e-3)


def test_a_supplier_next_door_still_leaves_a_warning() -> None:
    """A lead time of almost nothing is raised to the minimum, and the line says so."""
    found = verdict_of(plan(single(Item("MUG"), suppliers=[Supplier(lead_time=0.0003)]).inputs()), "MUG")
    assert found.arithmetic.lead_time_days == 1.0
    assert Note.LEAD_TIME_FLOOR in found.notes


def test_only_supply_inside_the_exposure_counts() -> None:
    """An order that arrives within lead time and review counts; one after it is told, not trusted."""
    soon = verdict_of(plan(single(Item("MUG"), due=[Due("MUG", 500, 21)]).inputs()), "MUG")
    late = verdict_of(plan(single(Item("MUG"), due=[Due("MUG", 500, 22)]).inputs()), "MUG")
    assert soon.verdict is Verdict.NOT_ORDERED
    assert late.verdict is Verdict.ORDERED
    assert late.arithmetic.incoming_late == 500
    assert Note.ARRIVES_TOO_LATE in late.notes


@pytest.mark.parametrize(
    ("days", "verdict", "note"),
    [(-14, Verdict.NOT_ORDERED, Note.OVERDUE_COUNTED), (-15, Verdict.ORDERED, Note.OVERDUE_IGNORED)],
)
def test_an_overdue_order_is_trusted_for_two_weeks_only(days: int, verdict: Verdict, note: Note) -> None:
    """Overdue supply is flagged, counts for 14 days, then no more."""
    found = verdict_of(plan(single(Item("MUG"), due=[Due("MUG", 500, days)]).inputs()), "MUG")
    assert found.verdict is verdict
    assert note in found.notes


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        (World([Item("MUG")]), Reason.NO_SUPPLIER),
        (single(Item("MUG"), Offer("MUG", cost=0)), Reason.NO_COST),
        (single(Item("MUG"), Offer("MUG", pack=0)), Reason.PACK_SIZE_ZERO),
        (single(Item("MUG"), Offer("MUG", moq=-1)), Reason.MOQ_NEGATIVE),
        (single(Item("MUG"), Offer("MUG", moq=100_000)), Reason.MOQ_OVER_MAXIMUM),
        (single(Item("MUG"), suppliers=[Supplier(lead_time=float("nan"))]), Reason.NO_LEAD_TIME),
        (single(Item("MUG"), suppliers=[Supplier(currency="EUR")]), Reason.NO_EXCHANGE_RATE),
        (single(Item("MUG", on_hand=-1)), Reason.NEGATIVE_STOCK),
        (single(Item("MUG", sold=0, observed_from=2**31 - 1)), Reason.NO_HISTORY),
        (single(Item("MUG", sold=0, observed_from=DAYS - 3)), Reason.NO_HISTORY),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_bad_data_needs_attention_with_its_name(world: World, reason: Reason) -> None:
    """Each kind of unusable input gives a verdict with the finding, no order and no crash."""
    found = plan(world.inputs())
    entry = verdict_of(found, "MUG")
    assert (entry.verdict, entry.reason) == (Verdict.NEEDS_ATTENTION, reason)
    assert entry.words
    assert found.orders == ()


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (Item("MUG", sold=0), Reason.NO_DEMAND),
        (Item("MUG", status="archived"), Reason.NOT_FOR_SALE),
        (Item("MUG", status="draft"), Reason.NOT_FOR_SALE),
        (Item("MUG", status="end_of_life"), Reason.END_OF_LIFE),
    ],
)
def test_what_nobody_should_buy_is_not_ordered_and_says_why(item: Item, reason: Reason) -> None:
    """No demand, no sale, no future: not ordered."""
    entry = verdict_of(plan(single(item).inputs()), "MUG")
    assert (entry.verdict, entry.reason) == (Verdict.NOT_ORDERED, reason)


def test_what_is_owed_is_ordered_even_without_demand() -> None:
    """Ten pieces sold and not there are bought although nothing else will sell."""
    found = plan(single(Item("MUG", sold=0, committed=10)).inputs())
    assert ordered(found) == {("MUG", "leeds"): 10}
    assert verdict_of(found, "MUG").reason is Reason.BACKORDERED


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


# --- properties of all plans ---------------------------------------------------------------------

skus = st.sampled_from(["A", "B", "C", "D", "E"])
places = st.sampled_from(["leeds", "york"])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Catalogues with every kind of trouble."""
    keys = draw(st.lists(st.tuples(skus, places), min_size=1, max_size=8, unique=True))
    items = [
        Item(
            sku,
            place,
            on_hand=draw(st.integers(-5, 400)),
            committed=draw(st.integers(0, 40)),
            sold=draw(st.integers(0, 12)),
            every=draw(st.sampled_from([1, 2, 5, 30])),
            status=draw(st.sampled_from(["active", "active", "active", "end_of_life"])),
            price=draw(st.integers(-1, 3000)),
        )
        for sku, place in keys
    ]
    suppliers = [
        Supplier("s1", minimum=draw(st.integers(0, 80_000)), lead_time=draw(st.integers(0, 40))),
        Supplier("s2", currency="USD", minimum=draw(st.integers(0, 20_000))),
    ]
    pairs = draw(st.lists(st.tuples(skus, st.sampled_from(["s1", "s2"])), max_size=9, unique=True))
    offers = [
        Offer(
            sku,
            supplier,
            cost=draw(st.integers(0, 900)),
            moq=draw(st.integers(0, 60)),
            pack=draw(st.integers(0, 24)),
            rank=draw(st.integers(0, 1)),
            breaks=tuple(draw(st.lists(st.tuples(st.integers(2, 300), st.integers(1, 800)), max_size=2))),
        )
        for sku, supplier in pairs
    ]
    due = [
        Due(sku, draw(st.integers(1, 200)), draw(st.integers(-30, 60)), place)
        for sku, place in draw(st.lists(st.sampled_from(keys), max_size=4))
    ]
    return World(items, offers, suppliers, due, {"USD": Decimal("0.791")})


budgets = st.none() | st.integers(0, 300_000).map(lambda minor: Money(minor, "GBP"))


@settings(max_examples=150, deadline=None)
@given(worlds(), budgets)
def test_no_plan_breaks_a_rule(world: World, budget: Money | None) -> None:
    """The independent check finds nothing: packs, MOQ, prices, minimums, budget, need, transfers."""
    inputs = world.inputs()
    assert faults_of(plan(inputs, PlanSettings(budget=budget)), inputs) == []


@settings(max_examples=60, deadline=None)
@given(worlds(), budgets, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(world: World, budget: Money | None, random: object) -> None:
    """Shuffled items, offers and supply give the same orders, transfers and verdicts."""
    mixed = {
        name: random.sample(list(rows), len(rows))  # type: ignore[attr-defined] # a Random
        for name, rows in (("items", world.items), ("offers", world.offers), ("due", world.due))
    }
    plain, shuffled = (
        plan(each.inputs(), PlanSettings(budget=budget)) for each in (world, replace(world, **mixed))
    )
    assert told(plain) == told(shuffled)


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_planned_orders_fed_back_leave_no_need(world: World) -> None:
    """With its orders on their way and its transfers made, the same day's plan orders and moves nothing."""
    first = plan(world.inputs())
    due = [
        Due(line.sku, line.quantity, (order.expected_on - AS_OF).days, order.location)
        for order in first.orders
        for line in order.lines
    ]
    moved = {(item.sku, item.location): 0 for item in world.items}
    for move in first.transfers:
        moved[move.sku, move.from_location] -= move.quantity
        moved[move.sku, move.to_location] += move.quantity
    items = [replace(item, on_hand=item.on_hand + moved[item.sku, item.location]) for item in world.items]
    second = plan(replace(world, items=items, due=[*world.due, *due]).inputs())
    assert second.orders == ()
    assert second.transfers == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(1, 60), st.integers(1, 40), st.integers(1, 12))
def test_more_stock_never_orders_more(on_hand: int, more: int, pack: int, sold: int) -> None:
    """The quantity falls, or stays, as the position rises."""
    less, richer = (
        plan(single(Item("MUG", on_hand=stock, sold=sold), Offer("MUG", pack=pack)).inputs())
        for stock in (on_hand, on_hand + more)
    )
    assert ordered(richer).get(("MUG", "leeds"), 0) <= ordered(less).get(("MUG", "leeds"), 0)


@settings(max_examples=60, deadline=None)
@given(worlds(), budgets)
def test_every_total_reconciles_with_the_catalogue(world: World, budget: Money | None) -> None:
    """Verdicts count the catalogue, ordered ones are the order lines, their values the orders' totals."""
    found = plan(world.inputs(), PlanSettings(budget=budget))
    assert sum(found.counts().values()) == len(world.items)
    bought = {
        (entry.sku, entry.location): entry.arithmetic.quantity
        for entry in found.verdicts
        if entry.verdict is Verdict.ORDERED
    }
    assert bought == ordered(found)
    values = sum(entry.value.minor for entry in found.verdicts if entry.value)
    assert values == sum(order.total.minor for order in found.orders)


def told(found: Plan) -> object:
    """Everything that a plan says, without the order in which it says it."""
    orders = [
        (
            order.supplier,
            order.location,
            order.expected_on,
            order.home_value,
            line.sku,
            line.quantity,
            line.unit_cost,
        )
        for order in found.orders
        for line in order.lines
    ]
    return sorted(map(repr, orders)), found.transfers, sorted(map(repr, found.verdicts))
