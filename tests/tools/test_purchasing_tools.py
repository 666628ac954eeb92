from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from shop.store import schema
from tests.small_store import TODAY
from tools.desk import State
from tools.toolbox import Shop, call


def result(shop: Shop, name: str, **arguments: Any) -> Any:
    """The result of a tool call that must succeed."""
    answer = call(shop, name, arguments)
    assert answer.error is None
    return answer.result


def filed(shop: Shop) -> Any:
    """The arguments of the only action that was filed."""
    (action,) = shop.desk.actions(states=tuple(State))
    return action.args


def test_terms_of_a_product(shop: Shop) -> None:
    """The terms of a product list its suppliers, the preferred first, each in its own currency."""
    found = result(shop, "supplier_terms", sku="MUG-01")
    assert [(one.supplier, one.unit_cost.text) for one in found.items] == [
        ("northwind", "5.00 GBP"),
        ("nordlicht", "4.50 EUR"),
    ]
    assert [(one.from_quantity, one.unit_cost.minor) for one in found.items[0].price_breaks] == [
        (120, 480),
        (240, 450),
    ]
    assert [one.lead_time_days for one in found.suppliers] == [10.0, 21.5]


def test_terms_of_a_supplier(shop: Shop) -> None:
    """What a supplier offers is paged."""
    first = result(shop, "supplier_terms", supplier="Northwind", limit=1)
    second = result(shop, "supplier_terms", supplier="Northwind", limit=1, page=first.next_page)
    assert [one.sku for one in first.items + second.items] == ["MUG-01", "TEA-100"]
    assert (first.total, second.next_page) == (2, None)


def test_terms_that_do_not_exist(shop: Shop) -> None:
    """A supplier that does not offer the product is an error in words."""
    answer = call(shop, "supplier_terms", {"sku": "LAMP-7", "supplier": "northwind"})
    assert answer.error == "Northwind Trading Ltd does not offer LAMP-7 Brass Desk Lamp"


def test_open_orders_come_soonest_first(shop: Shop) -> None:
    """Without a status the open purchase orders are listed, the soonest first."""
    found = result(shop, "list_purchase_orders")
    assert [one.id for one in found.items] == ["PO-77", "PO-78"]
    assert [line.open_quantity for line in found.items[0].lines] == [72, 30]


def test_orders_are_paged(shop: Shop) -> None:
    """The pages of the open orders join without gap or overlap."""
    first = result(shop, "list_purchase_orders", limit=1)
    second = result(shop, "list_purchase_orders", limit=1, page=first.next_page)
    assert [one.id for one in first.items + second.items] == ["PO-77", "PO-78"]
    assert second.next_page is None


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ({"status": "all"}, ["PO-78", "PO-77", "PO-76"]),
        ({"status": "received"}, ["PO-76"]),
        ({"status": "overdue"}, []),
        ({"sku": "tea"}, ["PO-77", "PO-78"]),
        ({"due_within_days": 7}, ["PO-77"]),
        ({"purchase_order": "76"}, ["PO-76"]),
        ({"supplier": "nordlicht"}, []),
        ({"location": "bristol"}, []),
    ],
)
def test_orders_are_filtered(shop: Shop, arguments: dict[str, Any], ids: list[str]) -> None:
    """Purchase orders are narrowed by status, product, day, supplier, location or number."""
    assert [one.id for one in result(shop, "list_purchase_orders", **arguments).items] == ids


def test_overdue_orders(shop: Shop) -> None:
    """An open order that was expected before today is overdue by so many days."""
    with shop.db.writing() as transaction:
        late = update(schema.purchase_orders).where(schema.purchase_orders.c.id == "PO-77")
        transaction.execute(late.values(expected_on=TODAY - timedelta(days=4)))
    (found,) = result(shop, "list_purchase_orders", status="overdue").items
    assert (found.id, found.overdue_days) == ("PO-77", 4)


@pytest.mark.parametrize(("quantity", "cost"), [(24, 500), (108, 500), (120, 480), (240, 450)])
def test_cost_comes_from_the_terms(shop: Shop, quantity: int, cost: int) -> None:
    """The unit cost of a new order is the supplier's for that quantity, price breaks included."""
    result(shop, "place_purchase_order", sku="MUG-01", quantity=quantity)
    line = {"sku": "MUG-01", "quantity": quantity, "unit_cost": {"minor": cost, "cur": "GBP"}}
    assert filed(shop)["lines"] == [line]


def test_defaults_of_an_order(shop: Shop) -> None:
    """Without names the order goes to the preferred supplier and the main location."""
    done = result(shop, "place_purchase_order", sku="MUG-01", quantity=48)
    args = filed(shop)
    assert (args["supplier"], args["location"], args["expected_on"]) == ("northwind", "leeds", "2026-11-30")
    assert done.request == (
        "order 48 x MUG-01 Blue Stoneware Mug at 5.00 GBP from Northwind Trading Ltd for Leeds: 240.00 GBP,"
        " expected on 2026-11-30"
    )


def test_parts_of_a_day_count_as_a_day(shop: Shop) -> None:
    """A lead time of 21.5 days is expected on the 22nd day, in the supplier's currency."""
    result(shop, "place_purchase_order", sku="MUG-01", quantity=100, supplier="nordlicht", location="bristol")
    args = filed(shop)
    assert args["expected_on"] == (TODAY + timedelta(days=22)).isoformat()
    assert args["lines"][0]["unit_cost"] == {"minor": 450, "cur": "EUR"}
    assert args["location"] == "bristol"


def test_several_lines(shop: Shop) -> None:
    """Further lines go to a supplier that offers all of them."""
    more = [{"sku": "tea-100", "quantity": 10}]
    done = result(shop, "place_purchase_order", sku="MUG-01", quantity=24, more_lines=more)
    assert [line["sku"] for line in filed(shop)["lines"]] == ["MUG-01", "TEA-100"]
    assert "160.00 GBP" in done.request


def test_a_line_twice_is_refused(shop: Shop) -> None:
    """The same product in two lines is refused, also under two names."""
    more = [{"sku": "blue mug", "quantity": 24}]
    answer = call(shop, "place_purchase_order", {"sku": "MUG-01", "quantity": 24, "more_lines": more})
    assert answer.error == "MUG-01 stands in two lines; put all its pieces in one"


def test_lines_without_a_common_supplier(shop: Shop) -> None:
    """Lines that no one supplier offers together are refused."""
    more = [{"sku": "LAMP-7", "quantity": 1}]
    answer = call(shop, "place_purchase_order", {"sku": "MUG-01", "quantity": 24, "more_lines": more})
    assert answer.error == "no supplier offers MUG-01 and LAMP-7; see supplier_terms for each"


def test_order_below_the_minimum_is_said(shop: Shop) -> None:
    """An order under the supplier's minimum says so in the request."""
    done = result(shop, "place_purchase_order", sku="TEA-100", quantity=10)
    assert "below this supplier's minimum order of 100.00 GBP" in done.request


def test_unapproved_supplier_is_not_chosen_lightly(shop: Shop) -> None:
    """Goods that only an unapproved supplier offers do not just get ordered."""
    done = result(shop, "place_purchase_order", sku="LAMP-7", quantity=1)
    assert done.state in ("pending", "denied")
    assert done.why


def test_large_order_waits(shop: Shop) -> None:
    """An order over the limit waits for people under a spoken number, and nothing is placed."""
    done = result(shop, "place_purchase_order", sku="MUG-01", quantity=1200)
    assert (done.state, done.approval_id) == ("pending", "A-1")
    assert done.words.startswith("awaiting approval A-1")
    waiting = result(shop, "list_approvals")
    assert [(one.id, one.money.text) for one in waiting.items] == [("A-1", "5,400.00 GBP")]
    status = result(shop, "action_status", action="A-1")
    assert (status.state, status.action_id) == ("pending", done.action_id)
    assert result(shop, "action_status", action=done.action_id).approval_id == "A-1"
    assert len(result(shop, "list_purchase_orders").items) == 2


def test_approvals_are_paged(shop: Shop) -> None:
    """The pages of what waits join without gap or overlap."""
    for quantity in (1200, 2400, 3600):
        result(shop, "place_purchase_order", sku="MUG-01", quantity=quantity)
    first = result(shop, "list_approvals", limit=2)
    second = result(shop, "list_approvals", limit=2, page=first.next_page)
    assert [one.id for one in first.items + second.items] == ["A-1", "A-2", "A-3"]
    assert (first.total, second.next_page) == (3, None)


def test_receive_all(shop: Shop) -> None:
    """Receiving without a count books all that is open into stock."""
    done = result(shop, "receive_purchase_order", purchase_order="po 77")
    assert done.state == "executed"
    assert [line["quantity"] for line in filed(shop)["lines"]] == [72, 30]
    assert result(shop, "check_stock", sku="MUG-01").locations[0].on_hand == 112


def test_receive_some(shop: Shop) -> None:
    """Counted pieces are booked and the rest stays open."""
    counted = [{"sku": "tea", "quantity": 12}]
    done = result(shop, "receive_purchase_order", purchase_order="PO-78", counted=counted)
    assert done.state == "executed"
    (order,) = result(shop, "list_purchase_orders", purchase_order="PO-78").items
    assert (order.status, order.lines[0].open_quantity) == ("partly_received", 12)


def test_cancel(shop: Shop) -> None:
    """A purchase order of which nothing has arrived is cancelled or put before a person, never refused."""
    done = result(shop, "cancel_purchase_order", purchase_order="PO-78", reason="too late")
    assert done.state in ("executed", "pending")
    assert filed(shop) == {"purchase_order": "PO-78", "reason": "too late"}


def test_cancel_of_a_received_order_is_denied(shop: Shop) -> None:
    """What has arrived cannot be cancelled."""
    assert result(shop, "cancel_purchase_order", purchase_order="PO-76").state == "denied"


def test_day_of_the_order_is_the_stores(shop: Shop) -> None:
    """The expected day counts from the store's day, not from the clock."""
    with shop.db.writing() as transaction:
        transaction.execute(update(schema.store_info).values(business_date=date(2026, 6, 1)))
    result(shop, "place_purchase_order", sku="MUG-01", quantity=24)
    assert filed(shop)["expected_on"] == "2026-06-11"
