"""Importing again: the same log, a longer one, into a store that has been worked in, into another's store."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shop.errors import ImportFileError
from shop.imports.transactions import TransactionOptions, import_transactions
from shop.store.bulk import insert_rows
from shop.store.database import Database
from shop.store.schema import metadata

SalesFile = Callable[..., Path]
RowsOf = Callable[..., list[tuple[Any, ...]]]
Contents = Callable[[Database], dict[str, list[tuple[Any, ...]]]]


def sale(sku: str = "71053", day: str = "2010-12-01", quantity: int = 6, price: str = "3.39") -> str:
    """One row of a log."""
    return f"536365,{sku},WHITE METAL LANTERN,{quantity}.0,{day} 08:26:00,{price},17850.0,United Kingdom"


def test_the_same_log_again_changes_nothing(
    database: Database, sales_file: SalesFile, contents: Contents
) -> None:
    """The second import of a file leaves every row of every table as it was."""
    cancelled = "C536366,71053,,-2,2010-12-03 08:00:00,3.39,17850.0,France"
    path = sales_file(
        sale(), sale("22138", "2010-12-02"), cancelled, sale("22138", "2011-03-01", price="0.125")
    )
    first = import_transactions(database, path)
    before = contents(database)
    again = import_transactions(database, path)
    assert first.changed_anything
    assert not again.changed_anything
    assert contents(database) == before


def test_a_dry_run_writes_nothing_and_says_the_same(
    database: Database, sales_file: SalesFile, contents: Contents
) -> None:
    """The report of a dry run is that of the import, and the store stays empty."""
    path = sales_file(sale(), sale(quantity=0), sale("22138", "2010-12-02"))
    before = contents(database)
    dry = import_transactions(database, path, dry_run=True)
    assert contents(database) == before
    real = import_transactions(database, path)
    assert {**dry.to_json(), "dry_run": False} == real.to_json()


def test_a_longer_log_replaces_the_days_it_covers(
    database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """Days with other numbers are replaced and counted, new days are added, a vanished day goes."""
    import_transactions(database, sales_file(sale(), sale(day="2010-12-02"), sale(day="2010-12-03")))
    longer = sales_file(sale(), sale(day="2010-12-03", quantity=9), sale(day="2010-12-06"), name="longer.csv")
    report = import_transactions(database, longer)
    assert rows_of(database, "stock_movements", ("day", "quantity"), kind="sale") == [
        (date(2010, 12, 1), -6),
        (date(2010, 12, 3), -9),
        (date(2010, 12, 6), -6),
    ]
    assert report.finding("replaced_sku_days") == 2
    assert rows_of(database, "store_info", ("business_date",)) == [(date(2010, 12, 6),)]


def test_a_following_log_leaves_earlier_days(
    database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """A log of next month adds to the sales before it, and the stock still adds up."""
    import_transactions(database, sales_file(sale(), sale(day="2010-12-02")))
    import_transactions(database, sales_file(sale(day="2011-01-05", price="4.00"), name="next.csv"))
    assert len(rows_of(database, "stock_movements", ("day",), kind="sale")) == 3
    moved = rows_of(database, "stock_movements", ("quantity",))
    assert rows_of(database, "stock_levels", ("on_hand",)) == [(sum(quantity for (quantity,) in moved),)]
    assert [price for _, price in rows_of(database, "price_changes", ("at", "price_minor"))] == [339, 400]


def test_skus_outside_the_file_stay(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """A log of some products does not delete the sales of the others."""
    import_transactions(sqlite_database, sales_file(sale(), sale("22138")))
    import_transactions(sqlite_database, sales_file(sale(quantity=7), name="part.csv"))
    assert rows_of(sqlite_database, "stock_movements", ("sku", "quantity"), kind="sale") == [
        ("22138", -6),
        ("71053", -7),
    ]


def test_changed_rows_get_a_new_version(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """What an approver looked at is out of date after an import changed it, and only then."""
    import_transactions(sqlite_database, sales_file(sale(), sale("22138")))
    import_transactions(sqlite_database, sales_file(sale(price="4.00"), sale("22138"), name="dearer.csv"))
    assert rows_of(sqlite_database, "products", ("sku", "price_minor", "version")) == [
        ("22138", 339, 1),
        ("71053", 400, 2),
    ]


def test_counted_stock_only_loses_the_new_sales(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """After a count the stock is no longer assumed: a longer log takes the new sales off it."""
    import_transactions(sqlite_database, sales_file(sale()))
    ((assumed,),) = rows_of(sqlite_database, "stock_levels", ("on_hand",))
    _count(sqlite_database, "71053", 100)
    import_transactions(
        sqlite_database, sales_file(sale(), sale(day="2010-12-06", quantity=30), name="longer.csv")
    )
    levels = rows_of(sqlite_database, "stock_levels", ("on_hand", "assumed"))
    moved = rows_of(sqlite_database, "stock_movements", ("quantity",))
    assert levels == [(assumed + 100 - 30, False)]
    assert sum(quantity for (quantity,) in moved) == assumed + 100 - 30


def test_a_price_changed_here_stays(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """An import does not take back a price that an action set."""
    import_transactions(sqlite_database, sales_file(sale()))
    with sqlite_database.writing() as tx:
        change = {"sku": "71053", "at": datetime(2026, 1, 1, tzinfo=UTC), "price_minor": 500}
        insert_rows(tx, metadata.tables["price_changes"], [{**change, "currency": "GBP", "source": "act_1"}])
        tx.execute(metadata.tables["products"].update().values(price_minor=500))
    import_transactions(sqlite_database, sales_file(sale(), sale(day="2010-12-06"), name="longer.csv"))
    assert rows_of(sqlite_database, "products", ("price_minor",)) == [(500,)]


def test_another_source_is_not_overwritten(
    sqlite_database: Database, sales_file: SalesFile, contents: Contents
) -> None:
    """A store with sample data refuses a sales log, says what to do and stays as it was."""
    with sqlite_database.writing() as tx:
        info = {"id": 1, "name": "Sample", "home_currency": "GBP", "timezone": "Europe/London"}
        insert_rows(tx, metadata.tables["store_info"], [{**info, "source": "sample", "business_date": None}])
    before = contents(sqlite_database)
    with pytest.raises(ImportFileError, match=r"holds the sample data.*new, empty store"):
        import_transactions(sqlite_database, sales_file(sale()))
    assert contents(sqlite_database) == before


@pytest.mark.parametrize(
    "options", [TransactionOptions(currency="EUR"), TransactionOptions(timezone="Europe/Berlin")]
)
def test_another_currency_or_time_zone_is_refused(
    sqlite_database: Database, sales_file: SalesFile, options: TransactionOptions
) -> None:
    """Amounts and days of a store cannot change their meaning half way."""
    import_transactions(sqlite_database, sales_file(sale()))
    with pytest.raises(ImportFileError, match="this store"):
        import_transactions(sqlite_database, sales_file(sale()), options=options)


def _count(db: Database, sku: str, change: int) -> None:
    """What an adjustment by an action leaves behind."""
    levels, movements = metadata.tables["stock_levels"], metadata.tables["stock_movements"]
    with db.writing() as tx:
        tx.execute(levels.update().values(on_hand=levels.c.on_hand + change, assumed=False))
        row = {"sku": sku, "location": "main", "day": date(2010, 12, 2), "kind": "adjustment"}
        insert_rows(tx, movements, [{**row, "quantity": change, "ref": "act_1"}])
