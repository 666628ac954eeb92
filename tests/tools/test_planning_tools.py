from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from shop.plan_results import Verdict
from shop.planning import plan
from shop.store import schema
from shop.store.history import plan_inputs
from shop.store.reads import catalogue
from tests.small_store import TODAY
from tools.desk import State
from tools.todays_plan import proposed_supply, todays_plan
from tools.toolbox import Shop, call


def result(shop: Shop, name: str, **arguments: Any) -> Any:
    """The result of a tool call that must succeed."""
    answer = call(shop, name, arguments)
    assert answer.error is None
    return answer.result


def everything(shop: Shop, name: str, **arguments: Any) -> list[Any]:
    """All items of a list, page by page."""
    items: list[Any] = []
    page = None
    while True:
        found = result(shop, name, limit=50, page=page, **arguments)
        items += found.items
        page = found.next_page
        if page is None:
            assert len(items) == found.total
            return items


def test_recommendations_are_the_plans(sample_shop: Shop) -> None:
    """Every quantity that is recommended is the one the plan of the day orders, and none is missing."""
    with sample_shop.db.reading() as snapshot:
        planned = plan(plan_inputs(snapshot, TODAY))
    ordered = {(line.sku, order.location): line for order in planned.orders for line in order.lines}
    found = {
        (one.sku, one.location): one for one in everything(sample_shop, "recommend_reorder") if one.quantity
    }
    assert found.keys() == ordered.keys()
    assert ordered
    for key, line in ordered.items():
        assert found[key].quantity == line.quantity
        assert found[key].unit_cost.minor == line.unit_cost.minor
        assert found[key].value.minor == line.value.minor


def test_planned_orders_are_listed(sample_shop: Shop) -> None:
    """Without a product the purchase orders of the plan are listed with their totals."""
    with sample_shop.db.reading() as snapshot:
        planned = plan(plan_inputs(snapshot, TODAY))
    found = result(sample_shop, "recommend_reorder")
    assert [(one.supplier, one.location, one.total.minor) for one in found.orders] == [
        (one.supplier, one.location, one.total.minor) for one in planned.orders
    ]


def test_one_product_gets_every_location(sample_shop: Shop) -> None:
    """For one product each location gets a verdict with its arithmetic, also where nothing is ordered."""
    found = result(sample_shop, "recommend_reorder", sku="CAP-01")
    assert {one.location for one in found.items} == {"leeds", "bristol", "glasgow"}
    assert all(one.words and "reorder point" in one.arithmetic for one in found.items)
    assert found.orders == ()


def test_low_stock_is_at_or_below_the_reorder_point(sample_shop: Shop) -> None:
    """What runs low has a position at or below its reorder point, the highest risk first, each row once."""
    found = everything(sample_shop, "list_low_stock")
    assert found
    assert all(one.available + one.incoming <= one.reorder_point for one in found)
    risks = [one.risk_percent for one in found]
    assert risks == sorted(risks, reverse=True)
    assert max(Counter((one.sku, one.location) for one in found).values()) == 1


def test_low_stock_covers_the_plan(sample_shop: Shop) -> None:
    """Whatever the plan orders or moves also runs low."""
    with sample_shop.db.reading() as snapshot:
        today = todays_plan(sample_shop, snapshot)
    needed = {
        (one.sku, one.location)
        for one in today.plan.verdicts
        if one.verdict in (Verdict.ORDERED, Verdict.TRANSFERRED) and one.arithmetic.raw_need
    }
    found = {(one.sku, one.location) for one in everything(sample_shop, "list_low_stock")}
    assert needed <= found


def test_lists_are_narrowed(sample_shop: Shop) -> None:
    """A location and a category narrow the lists to what is there."""
    with sample_shop.db.reading() as snapshot:
        category = catalogue.categories(snapshot)[0]
        known = catalogue.product_page(snapshot, category=category, limit=1_000).items
    skus = {product.sku for product in known}
    for name in ("list_low_stock", "list_overstock"):
        here = everything(sample_shop, name, location="Leeds", category=category.upper())
        assert {one.location for one in here} <= {"leeds"}
        assert {one.sku for one in here} <= skus
        assert len(everything(sample_shop, name, location="Leeds")) >= len(here)


def test_overstock_is_beyond_the_cover(sample_shop: Shop) -> None:
    """What is too much has stock for more days than asked about, the most money first, and adds up."""
    answer = result(sample_shop, "list_overstock", cover_days=120)
    found = everything(sample_shop, "list_overstock", cover_days=120)
    assert found
    assert all(one.cover_days is None or one.cover_days >= 120 for one in found)
    assert all(0 < one.excess <= one.available for one in found)
    known = [one.excess_value.minor for one in found if one.excess_value]
    assert known == sorted(known, reverse=True)
    assert answer.excess_value.minor == sum(known)


def test_longer_cover_is_less_overstock(sample_shop: Shop) -> None:
    """Who accepts more days of cover sees less overstock."""
    short, long = (everything(sample_shop, "list_overstock", cover_days=days) for days in (90, 365))
    assert {(one.sku, one.location) for one in long} < {(one.sku, one.location) for one in short}


def test_forecast_has_a_range(sample_shop: Shop) -> None:
    """A forecast gives the mean inside its range, and a longer horizon more pieces."""
    month = result(sample_shop, "forecast_demand", sku="CAP-01", days=28).items
    year = result(sample_shop, "forecast_demand", sku="CAP-01", days=280).items
    for one, ten in zip(month, year, strict=True):
        assert one.low <= one.expected <= one.high
        assert ten.expected == pytest.approx(one.expected * 10, rel=Decimal("0.02"))


def test_forecast_at_one_location(sample_shop: Shop) -> None:
    """A location narrows the forecast to it."""
    found = result(sample_shop, "forecast_demand", sku="CAP-01", location="Leeds")
    assert [one.location for one in found.items] == ["leeds"]


def test_what_is_asked_for_is_not_recommended_again(sample_shop: Shop) -> None:
    """An order that waits for approval counts as supply: the recommendation drops by it."""
    (before,) = result(sample_shop, "recommend_reorder", sku="CAP-01", location="leeds").items
    assert before.quantity > 0
    answer = call(sample_shop, "place_purchase_order", {"sku": "CAP-01", "quantity": before.quantity * 20})
    assert answer.result is not None
    assert answer.result.model_dump()["state"] == "pending"
    (after,) = result(sample_shop, "recommend_reorder", sku="CAP-01", location="leeds").items
    assert after.quantity == 0
    with sample_shop.db.reading() as snapshot:
        (supply,) = proposed_supply(snapshot, sample_shop.db.tenant, TODAY)
    assert (supply.sku, supply.quantity) == ("CAP-01", before.quantity * 20)


def test_kept_plan_is_the_same_object(sample_shop: Shop) -> None:
    """While nothing changes the plan is kept."""
    with sample_shop.db.reading() as snapshot:
        assert todays_plan(sample_shop, snapshot) is todays_plan(sample_shop, snapshot)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("stock_levels", {"on_hand": 9_999}),
        ("offers", {"pack_size": 7}),
        ("suppliers", {"lead_time_days": 44.0}),
        ("products", {"status": "archived"}),
        ("purchase_orders", {"expected_on": TODAY + timedelta(days=1)}),
        ("store_info", {"business_date": TODAY - timedelta(days=1)}),
    ],
)
def test_any_change_makes_a_new_plan(sample_shop: Shop, table: str, values: dict[str, Any]) -> None:
    """A change of stock, terms, catalogue, orders or day makes a new plan, whoever made it."""
    with sample_shop.db.reading() as snapshot:
        before = todays_plan(sample_shop, snapshot)
    with sample_shop.db.writing() as transaction:
        transaction.execute(update(getattr(schema, table)).values(values))
    with sample_shop.db.reading() as snapshot:
        after = todays_plan(sample_shop, snapshot)
    assert after is not before
    assert after.mark != before.mark


def test_reads_file_nothing(sample_shop: Shop) -> None:
    """Planning tools only look."""
    result(sample_shop, "recommend_reorder")
    assert sample_shop.desk.actions(states=tuple(State)) == []


def test_store_without_sales(shop: Shop) -> None:
    """A store with hardly any history still answers every planning tool."""
    for name in ("list_low_stock", "list_overstock", "recommend_reorder"):
        assert result(shop, name).total >= 0
    assert result(shop, "forecast_demand", sku="77").items[0].expected == 0
