"""Prepared statements answer what SQLAlchemy answers, on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select

from shop.errors import StoreError
from shop.store import schema
from shop.store.database import Database
from shop.store.prepared import Prepared
from tests import small_store

LEVELS = schema.stock_levels
PRODUCTS = select(schema.products).order_by(schema.products.c.sku)
SOME = PRODUCTS.where(schema.products.c.sku.in_(bindparam("b_skus", expanding=True)))


@pytest.mark.parametrize(
    "statement",
    [
        PRODUCTS,
        select(LEVELS).order_by(LEVELS.c.sku, LEVELS.c.location),
        select(schema.exchange_rates).order_by(schema.exchange_rates.c.day),
        select(schema.suppliers).order_by(schema.suppliers.c.id),
        select(schema.orders.c.id, schema.orders.c.placed_at).order_by(schema.orders.c.id),
        select(LEVELS.c.sku, func.sum(LEVELS.c.on_hand)).group_by(LEVELS.c.sku).order_by(LEVELS.c.sku),
        PRODUCTS.where(schema.products.c.status.in_(("active", "archived"))).limit(2),
    ],
)
def test_rows_are_those_of_sqlalchemy(database: Database, statement: Any) -> None:
    """Every value comes back with the type and the value that SQLAlchemy gives."""
    small_store.fill(database)
    with database.reading() as snapshot:
        expected = [tuple(row) for row in snapshot.execute(statement)]
        found = [tuple(row) for row in Prepared(statement).rows(snapshot)]
    assert found == expected != []
    assert [[type(value) for value in row] for row in found] == [
        [type(value) for value in row] for row in expected
    ]


def test_columns_have_names(database: Database) -> None:
    """A row names its values as the statement names its columns."""
    small_store.fill(database)
    with database.reading() as snapshot:
        row = Prepared(PRODUCTS).first(snapshot)
        assert (row.sku, row.title) == tuple(row)[:2]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_list_may_have_any_length(database: Database, count: int) -> None:
    """One statement takes lists of different lengths, also an empty one."""
    small_store.fill(database)
    prepared = Prepared(SOME)
    with database.reading() as snapshot:
        skus = [row.sku for row in Prepared(PRODUCTS).rows(snapshot)]
        for length in (2, count):
            rows = prepared.rows(snapshot, {"b_skus": skus[:length]})
            assert [row.sku for row in rows] == skus[:length]


def test_nothing_found_is_none(database: Database) -> None:
    """The first row and the scalar of nothing are None."""
    with database.reading() as snapshot:
        assert Prepared(PRODUCTS).first(snapshot) is None
        assert Prepared(PRODUCTS).scalar(snapshot) is None


def test_an_insert_writes_defaults_and_types(database: Database) -> None:
    """Columns without a value get the default that the table declares; values are converted as declared."""
    small_store.fill(database)
    at, insert = datetime(2026, 11, 22, tzinfo=UTC), Prepared(schema.exchange_rates.insert())
    with database.writing() as tx:
        assert insert.run(tx, {"currency": "ISK", "day": date(2026, 1, 2), "rate": Decimal("0.0058")}) == 1
        Prepared(schema.locations.insert()).run(tx, {"id": "moon", "name": "Moon", "rank": 9})
        sku = Prepared(PRODUCTS).scalar(tx)
        values = {"sku": sku, "location": "moon", "on_hand": 1, "committed": 0, "unavailable": 0}
        Prepared(LEVELS.insert()).run(tx, {**values, "updated_at": at})
        level = Prepared(select(LEVELS).where(LEVELS.c.location == "moon")).first(tx)
        rate = Prepared(select(schema.exchange_rates.c.rate).where(schema.exchange_rates.c.currency == "ISK"))
        assert (level.assumed, level.version, level.updated_at) == (False, 1, at)
        assert rate.scalar(tx) == Decimal("0.0058")


def test_an_update_counts_its_rows(database: Database) -> None:
    """The number of rows that an update touched is given back."""
    small_store.fill(database)
    update = Prepared(
        schema.locations.update()
        .where(schema.locations.c.id == bindparam("b_id"))
        .values(rank=bindparam("b_rank"))
    )
    with database.writing() as tx:
        assert update.run(tx, {"b_id": "leeds", "b_rank": 7}) == 1
        assert update.run(tx, {"b_id": "atlantis", "b_rank": 7}) == 0


def test_many_rows_go_in_at_once(database: Database) -> None:
    """A list of values writes a row for each; an empty list writes nothing."""
    insert = Prepared(schema.locations.insert())
    with database.writing() as tx:
        insert.run_each(tx, [])
        insert.run_each(tx, [{"id": name, "name": name, "rank": 1} for name in ("a", "b")])
        assert len(Prepared(select(schema.locations)).rows(tx)) == 2


def test_a_missing_value_is_an_error(database: Database) -> None:
    """A statement whose value is not given does not run with NULL in its place."""
    statement = Prepared(PRODUCTS.where(schema.products.c.sku == bindparam("b_sku")))
    with database.reading() as snapshot, pytest.raises(Exception, match="b_sku"):
        statement.rows(snapshot, {})


def test_what_the_database_refuses_is_a_store_error(database: Database) -> None:
    """An error of the driver leaves the transaction as an error of the store, and nothing is written."""
    insert = Prepared(schema.locations.insert())
    twice = [{"id": "twice", "name": "Twice", "rank": 1}] * 2
    with pytest.raises(StoreError, match="refused"), database.writing() as tx:
        insert.run_each(tx, twice)
    with database.reading() as snapshot:
        assert Prepared(select(schema.locations)).rows(snapshot) == []
