"""The bulk reads for planning, on both databases, with rows that a reader can count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from shop.plan_inputs import NEVER, UNKNOWN, PlanInputs, ProposedSupply
from shop.store import schema
from shop.store.database import Database
from shop.store.history import plan_inputs

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def back(days: int) -> date:
    """So many days before today."""
    return TODAY - timedelta(days=days)


def fill(db: Database, **more: list[dict[str, Any]]) -> None:
    """A store with two products, two locations and one supplier, and the given rows."""
    product = {"status": "active", "currency": "GBP", "category": "kitchen"}
    rows: dict[str, list[dict[str, Any]]] = {
        "store_info": [
            {"id": 1, "name": "S", "home_currency": "GBP", "timezone": "Europe/London", "source": "sample"}
        ],
        "locations": [
            {"id": "leeds", "name": "Leeds", "rank": 0},
            {"id": "york", "name": "York", "rank": 1},
        ],
        "products": [
            {"sku": "MUG", "title": "Mug", "price_minor": 900, "cost_minor": 400, **product},
            {"sku": "CUP", "title": "Cup", "price_minor": 700, "cost_minor": None, **product},
        ],
        "suppliers": [
            {"id": "n", "name": "N", "currency": "EUR", "lead_time_days": 9.5, "lead_time_sd_days": 1.5}
        ],
        "offers": [{"supplier": "n", "sku": "MUG", "unit_cost_minor": 300, "moq": 10, "pack_size": 5}],
        "price_breaks": [{"supplier": "n", "sku": "MUG", "from_quantity": 50, "unit_cost_minor": 280}],
        "exchange_rates": [
            {"currency": "EUR", "day": back(9), "rate": Decimal("0.80")},
            {"currency": "EUR", "day": back(1), "rate": Decimal("0.86")},
            {"currency": "EUR", "day": back(-1), "rate": Decimal("0.99")},
        ],
        "stock_levels": [level("MUG", "leeds", 40, committed=3, unavailable=2)],
    }
    with db.writing() as tx:
        for name, found in {**rows, **more}.items():
            tx.execute(insert(getattr(schema, name)), found)


def level(sku: str, location: str, on_hand: int, **more: int) -> dict[str, Any]:
    """A stock level."""
    row = {"sku": sku, "location": location, "on_hand": on_hand, "updated_at": NOW}
    return {**row, "committed": 0, "unavailable": 0, **more}


def moved(day: int, quantity: int, kind: str = "sale", sku: str = "MUG", ref: str = "") -> dict[str, Any]:
    """A stock movement in Leeds so many days ago."""
    return {
        "sku": sku,
        "location": "leeds",
        "day": back(day),
        "kind": kind,
        "quantity": quantity,
        "ref": ref,
    }


def order(number: str, status: str, **more: Any) -> dict[str, Any]:
    """A purchase order for Leeds."""
    row = {
        "id": number,
        "supplier": "n",
        "location": "leeds",
        "status": status,
        "ordered_on": back(20),
        "expected_on": back(-3),
        "received_on": None,
        "currency": "EUR",
        "total_minor": 1,
        "action_id": None,
    }
    return {**row, **more}


def of_order(number: str, quantity: int, received: int = 0) -> dict[str, Any]:
    """Its line of mugs."""
    return {
        "purchase_order": number,
        "sku": "MUG",
        "quantity": quantity,
        "received": received,
        "unit_cost_minor": 300,
    }


def read(db: Database, as_of: date = TODAY, **more: Any) -> PlanInputs:
    """The inputs of a day, with ten days of history."""
    with db.reading() as snapshot:
        return plan_inputs(snapshot, as_of, history_days=10, **more)


def row_of(inputs: PlanInputs, sku: str, location: str = "leeds") -> int:
    """The row of a SKU at a location."""
    keys = list(zip(inputs.items.sku, inputs.items.location, strict=True))
    return keys.index((sku, location))


def test_every_product_has_a_row(database: Database) -> None:
    """A product without stock or sales stands at the first location; nothing is left out."""
    fill(database)
    inputs = read(database)
    keys = list(zip(inputs.items.sku, inputs.items.location, strict=True))
    assert keys == [("CUP", "leeds"), ("MUG", "leeds")]
    cup = row_of(inputs, "CUP")
    assert inputs.items.cost_minor[cup] == UNKNOWN
    assert inputs.items.observed_from[cup] == NEVER


def test_stock_and_terms_are_read_as_they_stand(database: Database) -> None:
    """Levels, offers, price breaks, suppliers and the latest rate on or before the day."""
    fill(database)
    inputs = read(database)
    mug = row_of(inputs, "MUG")
    items = inputs.items
    assert (items.on_hand[mug], items.committed[mug], items.unavailable[mug]) == (40, 3, 2)
    assert inputs.offers.moq.tolist() == [10]
    assert (inputs.offers.break_from.tolist(), inputs.offers.break_cost_minor.tolist()) == ([50], [280])
    assert inputs.suppliers.lead_time_days.tolist() == [9.5]
    assert inputs.rates == {"EUR": Decimal("0.86")}


def test_demand_is_sales_of_the_days_before(database: Database) -> None:
    """Sales of a day add up; today, days before the history, returns and receipts are no demand."""
    movements = [
        moved(0, -99),
        moved(1, -4),
        moved(1, -2),
        moved(10, -7),
        moved(11, -50),
        moved(2, 3, "return"),
        moved(3, 60, "receipt"),
    ]
    fill(database, stock_movements=movements)
    inputs = read(database)
    mug = row_of(inputs, "MUG")
    assert inputs.history.starts_on == back(10)
    assert inputs.history.sold[:, mug].tolist() == [7, 0, 0, 0, 0, 0, 0, 0, 0, 6]
    assert inputs.items.observed_from[mug] == 0


def test_days_of_an_empty_shelf_are_marked(database: Database) -> None:
    """Stock-out days inside the history are flags of their day."""
    days = [{"sku": "MUG", "location": "leeds", "day": back(day)} for day in (0, 3, 40)]
    fill(database, stockout_days=days)
    inputs = read(database)
    assert inputs.history.stocked_out[:, row_of(inputs, "MUG")].nonzero()[0].tolist() == [7]


def test_an_earlier_day_is_seen_as_it_was(database: Database) -> None:
    """Movements after the day are taken back from today's stock."""
    fill(database, stock_movements=[moved(1, -5), moved(2, 30, "receipt"), moved(6, -1)])
    inputs = read(database, back(4))
    assert inputs.items.on_hand[row_of(inputs, "MUG")] == 40 + 5 - 30


def test_what_the_desk_moved_is_never_taken_back(database: Database) -> None:
    """A transfer that an action made counts on every day, so that no run repeats it."""
    effect = {"action_id": "act_1", "kind": "transfer_stock", "digest": "d", "at": NOW, "receipt": "{}"}
    fill(database, effects=[effect], stock_movements=[moved(1, 12, "transfer_in", ref="act_1")])
    inputs = read(database, back(4))
    assert inputs.items.on_hand[row_of(inputs, "MUG")] == 40


def test_open_orders_are_supply_with_their_own_dates(database: Database) -> None:
    """Placed and partly received orders count with what is outstanding; others do not."""
    fill(
        database,
        purchase_orders=[
            order("PO-1", "placed"),
            order("PO-2", "partly_received", expected_on=back(5)),
            order("PO-3", "received", received_on=back(2)),
            order("PO-4", "cancelled"),
        ],
        purchase_order_lines=[
            of_order("PO-1", 24),
            of_order("PO-2", 30, 12),
            of_order("PO-3", 5, 5),
            of_order("PO-4", 7),
        ],
    )
    coming = read(database).incoming
    assert list(zip(coming.source, coming.quantity, coming.due_in_days, strict=True)) == [
        ("PO-1", 24, 3),
        ("PO-2", 18, -5),
    ]


def test_an_order_received_later_was_open_then(database: Database) -> None:
    """Seen from an earlier day, an order that has arrived since is still to come, and not yet in stock."""
    fill(
        database,
        purchase_orders=[order("PO-3", "received", received_on=back(2))],
        purchase_order_lines=[of_order("PO-3", 25, 25)],
        stock_movements=[moved(2, 25, "receipt", ref="PO-3")],
    )
    inputs = read(database, back(4))
    assert inputs.incoming.quantity.tolist() == [25]
    assert inputs.items.on_hand[row_of(inputs, "MUG")] == 15


@pytest.mark.parametrize(("action", "known"), [(None, 0), ("act_9", 1)])
def test_an_order_of_a_later_day_counts_only_if_the_desk_placed_it(
    database: Database, action: str | None, known: int
) -> None:
    """An order after the day is unknown then, unless an action of this store placed it."""
    fill(
        database,
        purchase_orders=[order("PO-5", "placed", ordered_on=back(1), action_id=action)],
        purchase_order_lines=[of_order("PO-5", 24)],
    )
    assert len(read(database, back(4)).incoming.item) == known


def test_proposed_supply_counts_and_makes_its_own_row(database: Database) -> None:
    """What the desk holds undecided is supply, also for a location that has no row yet."""
    fill(database)
    proposed = ProposedSupply(sku="MUG", location="york", quantity=6, due_on=back(1), source="A-1")
    inputs = read(database, proposed=[proposed])
    york = row_of(inputs, "MUG", "york")
    assert inputs.incoming.item.tolist() == [york]
    assert inputs.incoming.due_in_days.tolist() == [0]


def test_a_location_narrows_what_is_answered_not_what_is_known(database: Database) -> None:
    """Rows of other locations stay, out of scope, so that their surplus can be lent."""
    fill(database, stock_levels=[level("MUG", "leeds", 1), level("MUG", "york", 99)])
    inputs = read(database, location="york")
    assert dict(zip(inputs.items.location, inputs.items.in_scope.tolist(), strict=True)) == {
        "leeds": False,
        "york": True,
    }
