"""Creating the sample store: deterministic, all or nothing, the same on both databases."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.errors import SetupError
from shop.imports.sample import STORY_ORDERS, SampleSummary, create_sample_store
from shop.store import schema
from shop.store.bulk import insert_rows
from shop.store.database import Database
from shop.store.migrate import upgrade

TABLES = (
    "store_info",
    "locations",
    "products",
    "price_changes",
    "stock_levels",
    "stock_movements",
    "stockout_days",
    "promotions",
    "suppliers",
    "offers",
    "price_breaks",
    "purchase_orders",
    "purchase_order_lines",
    "exchange_rates",
    "customers",
    "orders",
    "order_lines",
    "payments",
    "shipments",
    "returns",
    "order_notes",
    "tickets",
    "supplier_notes",
    "competitor_prices",
)


def digest(db: Database) -> str:
    """SHA-256 over all rows of the sample's tables."""
    total = hashlib.sha256()
    with db.reading() as snapshot:
        for name in TABLES:
            table = schema.metadata.tables[name]
            rows = sorted(repr(tuple(row)) for row in snapshot.execute(table.select()))
            total.update("\n".join([name, *rows]).encode())
    return total.hexdigest()


def empty_store(path: Path) -> Database:
    """A migrated SQLite store without rows."""
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    return db


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What the creation of the second store told whoever waited."""
    return []


@pytest.fixture(scope="module")
def second(
    tmp_path_factory: pytest.TempPathFactory, told: list[str]
) -> Iterator[tuple[Database, SampleSummary]]:
    """The sample store made once more, with what its creation returned."""
    db = empty_store(tmp_path_factory.mktemp("second") / "shop.db")
    yield db, create_sample_store(db, progress=told.append)
    db.close()


def test_the_same_seed_gives_the_same_rows(second: tuple[Database, SampleSummary], sample: Database) -> None:
    """Two stores of the default seed are equal, row for row."""
    assert digest(second[0]) == digest(sample)


def test_another_seed_gives_another_store(sample: Database, tmp_path: Path) -> None:
    """A different seed gives different sales, and its stories can still be found."""
    other = empty_store(tmp_path / "other.db")
    summary = create_sample_store(other, seed=8)
    assert digest(other) != digest(sample)
    assert set(summary.story_orders) == set(STORY_ORDERS)
    other.close()


def test_postgresql_holds_the_same_rows(postgres_url: str, sample: Database) -> None:
    """The same seed gives the same rows on SQLite and on PostgreSQL."""
    db = Database(postgres_url, tenant=f"sample{os.getpid()}")
    upgrade(db)
    create_sample_store(db)
    assert digest(db) == digest(sample)
    db.close()


def test_the_summary_counts_the_rows(second: tuple[Database, SampleSummary]) -> None:
    """The summary's numbers are those of the tables."""
    db, summary = second
    counted = {
        "products": summary.products,
        "stock_levels": summary.shelves,
        "stock_movements": summary.movements,
        "stockout_days": summary.stockout_days,
        "purchase_orders": summary.purchase_orders,
        "customers": summary.customers,
        "orders": summary.orders,
        "shipments": summary.shipments,
        "returns": summary.returns,
        "tickets": summary.tickets,
        "supplier_notes": summary.supplier_notes,
    }
    with db.reading() as snapshot:
        rows = {name: snapshot.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in counted}
    assert rows == counted


def test_the_default_seed_has_the_documented_story_orders(second: tuple[Database, SampleSummary]) -> None:
    """The order numbers in the documentation are those of the default seed."""
    assert second[1].story_orders == STORY_ORDERS


@pytest.mark.parametrize(
    ("table", "least", "most"),
    [
        ("products", 370, 420),
        ("stock_levels", 750, 950),
        ("stock_movements", 80_000, 200_000),
        ("suppliers", 12, 15),
        ("customers", 3_000, 3_000),
        ("orders", 6_000, 6_000),
        ("returns", 250, 400),
        ("tickets", 115, 130),
        ("supplier_notes", 28, 36),
        ("order_notes", 20, 60),
        ("promotions", 12, 20),
    ],
)
def test_the_store_has_the_promised_size(sample: Database, table: str, least: int, most: int) -> None:
    """Every table has about as many rows as the sample store promises."""
    with sample.reading() as snapshot:
        count = snapshot.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
    assert least <= int(count or 0) <= most


def test_foreign_keys_hold(sample: Database) -> None:
    """No row points to another that does not exist, declared keys and undeclared ones alike."""
    loose = (
        "SELECT count(*) FROM stock_movements WHERE sku NOT IN (SELECT sku FROM products)",
        "SELECT count(*) FROM stockout_days WHERE location NOT IN (SELECT id FROM locations)",
        "SELECT count(*) FROM price_breaks WHERE (supplier, sku) NOT IN (SELECT supplier, sku FROM offers)",
        "SELECT count(*) FROM order_lines WHERE sku NOT IN (SELECT sku FROM products)",
        "SELECT count(*) FROM tickets WHERE order_id NOT IN (SELECT id FROM orders)",
        "SELECT count(*) FROM tickets JOIN orders ON orders.id = order_id WHERE orders.customer <> "
        "tickets.customer",
        "SELECT count(*) FROM returns WHERE (order_id, line_no) NOT IN (SELECT order_id, line_no "
        "FROM order_lines)",
    )
    with sample.reading() as snapshot:
        assert snapshot.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert [snapshot.exec_driver_sql(question).scalar() for question in loose] == [0] * len(loose)


def test_rates_reach_the_business_date(sample: Database) -> None:
    """Every foreign currency of a supplier has a rate of each recent day up to the business date."""
    with sample.reading() as snapshot:
        rates = snapshot.exec_driver_sql(
            "SELECT currency, max(day), sum(day > '2026-09-20') FROM exchange_rates GROUP BY currency"
        ).all()
        needed = snapshot.exec_driver_sql(
            "SELECT DISTINCT currency FROM suppliers WHERE currency <> 'GBP'"
        ).all()
    assert {row[0] for row in rates} == {row[0] for row in needed} == {"EUR", "USD", "JPY"}
    assert {(str(row[1]), row[2]) for row in rates} == {("2026-11-20", 61)}


def test_a_store_that_holds_something_is_refused(database: Database) -> None:
    """A store with rows is refused in words and left as it was."""
    with database.writing() as transaction:
        insert_rows(transaction, schema.locations, [{"id": "leeds", "name": "Leeds"}])
        insert_rows(
            transaction,
            schema.products,
            [{"sku": "A-1", "title": "Something", "price_minor": 100, "currency": "GBP"}],
        )
    with pytest.raises(SetupError, match="not empty"):
        create_sample_store(database)
    with database.reading() as snapshot:
        assert snapshot.exec_driver_sql("SELECT count(*) FROM products").scalar() == 1
        assert snapshot.exec_driver_sql("SELECT count(*) FROM suppliers").scalar() == 0


def test_a_creation_that_fails_leaves_nothing(sqlite_database: Database) -> None:
    """When the creation is interrupted before its end, the store is as empty as before."""

    def interrupt(step: str) -> None:
        if step == "tidying up":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create_sample_store(sqlite_database, progress=interrupt)
    with sqlite_database.reading() as snapshot:
        assert snapshot.exec_driver_sql("SELECT count(*) FROM products").scalar() == 0


def test_progress_names_each_step(second: tuple[Database, SampleSummary], told: list[str]) -> None:
    """Whoever waits is told what happens."""
    assert told == [
        "catalogue and suppliers",
        "18 months of demand and stock",
        "customers, orders and tickets",
        "writing",
        "tidying up",
    ]
