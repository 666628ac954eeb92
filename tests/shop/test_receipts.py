"""Lead times as the store's receipts show them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert

from shop.lead_times import learnt_days
from shop.plan_inputs import Suppliers
from shop.store import schema
from shop.store.database import Database
from shop.store.receipts import with_receipts

TODAY = date(2026, 11, 20)


def order(key: int, ordered: int, received: int | None, status: str = "received") -> dict[str, Any]:
    """An order of supplier n promised in 10 days, both days counted back from today."""
    return {
        "id": f"PO-{key}",
        "supplier": "n",
        "location": "leeds",
        "status": status,
        "ordered_on": TODAY - timedelta(days=ordered),
        "expected_on": TODAY - timedelta(days=ordered - 10),
        "received_on": None if received is None else TODAY - timedelta(days=received),
        "currency": "GBP",
        "total_minor": 100,
    }


def learnt(database: Database, *orders: dict[str, Any]) -> tuple[float, float]:
    """Mean and deviation of the supplier's lead time after these orders; it promised 10 days, exactly."""
    with database.writing() as tx:
        tx.execute(insert(schema.locations), [{"id": "leeds", "name": "Leeds", "rank": 0}])
        tx.execute(
            insert(schema.suppliers),
            [{"id": "n", "name": "N", "currency": "GBP", "lead_time_days": 10, "lead_time_sd_days": 0}],
        )
        if orders:
            tx.execute(insert(schema.purchase_orders), list(orders))
    names = np.array(["n"], dtype=np.object_)
    told = Suppliers(
        id=names,
        name=names,
        currency=names,
        lead_time_days=np.array([10.0]),
        lead_time_sd_days=np.array([0.0]),
        minimum_minor=np.array([0]),
        approved=np.array([True]),
    )
    with database.reading() as snapshot:
        found = with_receipts(snapshot, told, TODAY)
    return float(found.lead_time_days[0]), float(found.lead_time_sd_days[0])


def test_without_receipts_the_promise_stands(sqlite_database: Database) -> None:
    """No order yet: the promised lead time and its deviation."""
    assert learnt(sqlite_database) == (10.0, 0.0)


def test_receipts_are_mixed_with_the_promise(database: Database) -> None:
    """Three receipts of 16 days weigh as much as the promise of 10: 13 days, deviation 3."""
    orders = (order(1, 60, 44), order(2, 50, 34), order(3, 40, 24))
    assert learnt(database, *orders) == pytest.approx((13.0, 3.0))


def test_an_overdue_order_counts_with_its_days_so_far(sqlite_database: Database) -> None:
    """Out for 30 days of the promised 10: (3 x 10 + 30) / 4."""
    assert learnt(sqlite_database, order(1, 30, None, "placed"))[0] == pytest.approx(15.0)


def test_an_order_that_is_not_due_says_nothing(sqlite_database: Database) -> None:
    """Out for 5 days of the promised 10, or cancelled: no evidence."""
    orders = (order(1, 5, None, "placed"), order(2, 50, None, "cancelled"))
    assert learnt(sqlite_database, *orders) == (10.0, 0.0)


def test_what_arrives_today_or_later_is_not_known_yet(sqlite_database: Database) -> None:
    """A plan of an earlier day sees a later receipt as the overdue order it was."""
    assert learnt(sqlite_database, order(1, 20, 0))[0] == pytest.approx((3 * 10 + 20) / 4)


def test_more_receipts_leave_less_of_the_promise() -> None:
    """After 97 receipts of 20 days the promise of 10 weighs three in a hundred."""
    mean, _ = learnt_days(np.array([10.0]), np.zeros(1), np.zeros(97, dtype=np.int64), np.full(97, 20.0))
    assert mean[0] == pytest.approx(19.7)
