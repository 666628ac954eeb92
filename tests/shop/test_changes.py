from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from shop.store import schema
from shop.store.database import Database
from shop.store.reads import changes
from tests.small_store import at, fill


def mark(database: Database) -> str:
    """The mark of the store as it is now."""
    with database.reading() as snapshot:
        return changes.mark(snapshot)


@pytest.fixture
def store(database: Database) -> Database:
    """The small store, on both databases."""
    fill(database)
    return database


def test_mark_stays_while_nothing_changes(store: Database) -> None:
    """The same store has the same mark, and a note on an order is nothing to a plan."""
    before = mark(store)
    with store.writing() as transaction:
        note = {"order_id": "1042", "at": at(20), "author": "dana", "text": "hello"}
        transaction.execute(insert(schema.order_notes), [note])
    assert mark(store) == before


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("stock_levels", {"committed": 3}),
        ("products", {"status": "draft"}),
        ("products", {"cost_minor": 1}),
        ("offers", {"moq": 5}),
        ("price_breaks", {"unit_cost_minor": 1}),
        ("suppliers", {"approved": False}),
        ("suppliers", {"lead_time_sd_days": 9.5}),
        ("purchase_orders", {"status": "cancelled"}),
        ("purchase_orders", {"expected_on": date(2027, 1, 1)}),
        ("purchase_order_lines", {"received": 1}),
        ("exchange_rates", {"rate": Decimal("0.9")}),
        ("store_info", {"business_date": date(2026, 11, 21)}),
        ("locations", {"name": "York"}),
    ],
)
def test_mark_moves_with_every_change(store: Database, table: str, values: dict[str, Any]) -> None:
    """Whatever a plan is made from, a change of it changes the mark."""
    before = mark(store)
    with store.writing() as transaction:
        transaction.execute(update(getattr(schema, table)).values(values))
    assert mark(store) != before


def test_mark_moves_with_new_and_lost_rows(store: Database) -> None:
    """A new sale and a lost stock-out day each change the mark."""
    marks = [mark(store)]
    sale = {"sku": "TEA-100", "location": "leeds", "day": date(2026, 11, 20), "kind": "sale", "quantity": -1}
    with store.writing() as transaction:
        transaction.execute(insert(schema.stock_movements), [sale])
    marks.append(mark(store))
    with store.writing() as transaction:
        transaction.execute(delete(schema.stockout_days))
    marks.append(mark(store))
    assert len(set(marks)) == 3
