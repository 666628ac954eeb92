"""Properties of all plans, whatever the catalogue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from shop.money import Money
from shop.plan_check import faults_of
from shop.planning import Plan, PlanSettings, Verdict, plan
from tests.shop.planning_worlds import AS_OF, Due, Item, Offer, Supplier, World, ordered


def single(item: Item, offer: Offer | None = None, **more: object) -> World:
    """One SKU of one supplier."""
    return replace(World([item], [offer or Offer(item.sku)]), **more)  # type: ignore[arg-type] # fields by name


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


SELLING = st.builds(Item, st.just("MUG"), on_hand=st.integers(0, 60), every=st.sampled_from([1, 2, 5]))
TARGETS = st.sampled_from([{}, {"service_level": 0.95}, {"fill_rate_target": 0.97}])


@settings(max_examples=40, deadline=None)
@given(SELLING, st.integers(1, 9), st.integers(2, 4), st.integers(1, 12), TARGETS)
def test_more_demand_never_orders_less(
    item: Item, sold: int, times: int, pack: int, target: dict[str, float]
) -> None:
    """Where the same days sell some times as much, levels and quantity rise, or stay."""
    offer, given_ = Offer("MUG", pack=pack), PlanSettings(**target)  # type: ignore[arg-type] # fields by name
    slow, fast = (
        plan(single(replace(item, sold=each), offer).inputs(), given_) for each in (sold, sold * times)
    )
    assert levels(slow) <= levels(fast)
    assert levels(slow)[1] <= levels(fast)[1]
    assert ordered(slow).get(("MUG", "leeds"), 0) <= ordered(fast).get(("MUG", "leeds"), 0)


@settings(max_examples=40, deadline=None)
@given(
    SELLING,
    st.integers(1, 9),
    st.tuples(st.floats(0.5, 0.995), st.floats(0.5, 0.995)).map(sorted),
    st.sampled_from(["service_level", "fill_rate_target"]),
)
def test_a_higher_target_never_orders_less(item: Item, sold: int, pair: list[float], target: str) -> None:
    """A higher service level, or fill rate, raises the reorder point and the quantity, or leaves them."""
    low, high = (
        plan(single(replace(item, sold=sold)).inputs(), PlanSettings(**{target: each}))  # type: ignore[arg-type] # fields by name
        for each in pair
    )
    assert levels(low)[0] <= levels(high)[0]
    assert ordered(low).get(("MUG", "leeds"), 0) <= ordered(high).get(("MUG", "leeds"), 0)


def levels(found: Plan) -> tuple[int, int]:
    """Reorder point and order-up-to level of the only line."""
    (entry,) = found.verdicts
    return entry.arithmetic.reorder_point, entry.arithmetic.order_up_to


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
