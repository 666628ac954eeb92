"""Bulk inserts by column, on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shop.errors import StoreError
from shop.store import schema
from shop.store.bulk import insert_columns, insert_rows
from shop.store.database import Database


def test_values_come_back_as_they_went_in(database: Database) -> None:
    """Exact decimals and days survive the bulk insert."""
    rate = {"currency": "EUR", "day": date(2026, 11, 20), "rate": Decimal("0.8640")}
    with database.writing() as transaction:
        assert insert_rows(transaction, schema.exchange_rates, [rate]) == 1
    with database.reading() as snapshot:
        row = snapshot.execute(schema.exchange_rates.select()).one()
    assert tuple(row) == ("EUR", date(2026, 11, 20), Decimal("0.8640"))


def test_columns_not_given_take_their_default(database: Database) -> None:
    """Defaults of the schema are filled in, and numbering columns count by themselves."""
    changes: dict[str, list[Any]] = {
        "sku": ["A-1", "A-1"],
        "at": [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)],
        "price_minor": [100, 110],
        "currency": ["GBP", "GBP"],
        "source": ["sample", "sample"],
    }
    product = {"sku": "A-1", "title": "Something; with \t signs\n", "price_minor": 100, "currency": "GBP"}
    with database.writing() as transaction:
        insert_rows(transaction, schema.products, [product])
        insert_columns(transaction, schema.price_changes, changes)
    with database.reading() as snapshot:
        stored = snapshot.execute(schema.products.select()).one()
        numbers = [row.id for row in snapshot.execute(schema.price_changes.select())]
    assert (stored.title, stored.status, stored.version, stored.map_minor) == (
        "Something; with \t signs\n",
        "active",
        1,
        None,
    )
    assert sorted(numbers) == [1, 2]


def test_a_refused_row_leaves_nothing(database: Database) -> None:
    """When the database refuses one row, an error says so and no row is kept."""
    location = {"id": "leeds", "name": "Leeds", "rank": 0}
    with pytest.raises(StoreError, match="refused"), database.writing() as transaction:
        insert_rows(transaction, schema.locations, [location, location])
    with database.reading() as snapshot:
        assert snapshot.execute(schema.locations.select()).all() == []


def test_columns_of_different_length_are_refused(sqlite_database: Database) -> None:
    """Two names and one id are a mistake of the caller."""
    with pytest.raises(StoreError, match="different lengths"), sqlite_database.writing() as transaction:
        insert_columns(transaction, schema.locations, {"id": ["leeds"], "name": ["Leeds", "Bristol"]})


def test_no_rows_are_no_work(sqlite_database: Database) -> None:
    """Nothing to insert is no error."""
    with sqlite_database.writing() as transaction:
        assert insert_rows(transaction, schema.locations, []) == 0
        assert insert_columns(transaction, schema.locations, {}) == 0
