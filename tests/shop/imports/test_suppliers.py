"""The suppliers file: written with what is assumed, read back completed."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from shop.errors import ImportFileError
from shop.imports.suppliers import import_suppliers, write_supplier_terms
from shop.imports.transactions import import_transactions
from shop.store import schema
from shop.store.database import Database

SalesFile = Callable[..., Path]
RowsOf = Callable[..., list[tuple[Any, ...]]]
Contents = Callable[[Database], dict[str, list[tuple[Any, ...]]]]
HEADER = (
    "supplier,sku,title,lead_time_days,lead_time_sd_days,moq,pack_size,unit_cost,currency,minimum_order,"
    "assumed"
)


def fill(db: Database, sales_file: SalesFile) -> Path:
    """A store of three SKUs; gives the path of its suppliers file."""
    rows = [
        f"1,{sku},{title},5,2010-12-01,3.00,7,UK" for sku, title in (("7101", "LAMP"), ("7102", "=LAMP()"))
    ]
    log = sales_file(*rows, "1,2201,BOX,5,2010-12-01,1.00,7,UK")
    import_transactions(db, log)
    path = log.with_name("suppliers.csv")
    write_supplier_terms(db, path)
    return path


def terms(path: Path, *lines: str) -> Path:
    """Overwrite a suppliers file."""
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def test_the_file_lists_every_sku_with_what_is_assumed(
    sqlite_database: Database, sales_file: SalesFile
) -> None:
    """One line for each SKU, marked as assumed, with titles that no spreadsheet runs."""
    path = fill(sqlite_database, sales_file)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["supplier"], row["sku"], row["unit_cost"], row["assumed"]) for row in rows] == [
        ("Assumed supplier 220", "2201", "0.50", "yes"),
        ("Assumed supplier 710", "7101", "1.50", "yes"),
        ("Assumed supplier 710", "7102", "1.50", "yes"),
    ]
    assert rows[2]["title"] == "'=LAMP()"


def test_the_file_as_it_was_written_changes_nothing(
    database: Database, sales_file: SalesFile, contents: Contents
) -> None:
    """Reading the untouched file back leaves the terms assumed."""
    path = fill(database, sales_file)
    before = contents(database)
    report = import_suppliers(database, path)
    assert (report.count("assumed"), report.count("confirmed"), report.changed_anything) == (3, 0, False)
    after = contents(database)
    assert {name for name in after if after[name] != before[name]} == {"imports"}
    import_suppliers(database, path)
    assert contents(database) == after


def test_completed_terms_replace_assumed_ones(
    database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """A named supplier takes over its SKUs; its offers are confirmed and the assumed supplier goes."""
    path = fill(database, sales_file)
    terms(path, "Northwind,7101,,21,5,12,6,1.10,GBP,150,no", "Northwind,7102,,21,5,12,6,1.20,GBP,150,no")
    report = import_suppliers(database, path)
    assert report.count("confirmed") == 2
    assert rows_of(
        database, "offers", ("supplier", "sku", "unit_cost_minor", "moq", "pack_size", "assumed")
    ) == [
        ("assumed-220", "2201", 50, 1, 1, True),
        ("northwind", "7101", 110, 12, 6, False),
        ("northwind", "7102", 120, 12, 6, False),
    ]
    columns = ("id", "lead_time_days", "minimum_order_minor", "assumed")
    assert rows_of(database, "suppliers", columns) == [
        ("assumed-220", 14.0, 0, True),
        ("northwind", 21.0, 15000, False),
    ]
    assert rows_of(database, "products", ("sku", "cost_minor")) == [
        ("2201", None),
        ("7101", 110),
        ("7102", 120),
    ]


def test_a_changed_row_is_confirmed_even_when_it_still_says_assumed(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """Somebody who corrects a number has stated it; the next import of the log must not undo that."""
    path = fill(sqlite_database, sales_file)
    path.write_text(path.read_text("utf-8").replace(",0.50,", ",0.45,"), "utf-8")
    import_suppliers(sqlite_database, path)
    assert rows_of(sqlite_database, "offers", ("unit_cost_minor", "assumed", "version"), sku="2201") == [
        (45, False, 2)
    ]
    import_transactions(sqlite_database, path.with_name("sales.csv"))
    assert rows_of(sqlite_database, "offers", ("unit_cost_minor", "assumed", "version"), sku="2201") == [
        (45, False, 2)
    ]


def test_two_suppliers_of_a_sku_are_ranked_by_their_order(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """The first line of a SKU is its preferred supplier."""
    path = fill(sqlite_database, sales_file)
    import_suppliers(
        sqlite_database, terms(path, "B,7101,,9,1,1,1,2.00,EUR,0,no", "A,7101,,9,1,1,1,1.00,GBP,0,no")
    )
    assert rows_of(sqlite_database, "offers", ("supplier", "rank"), sku="7101") == [("a", 1), ("b", 0)]
    assert rows_of(sqlite_database, "products", ("cost_minor",), sku="7101") == [(None,)]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("N,7101,,x,5,1,1,1.10,GBP,0,no", "lead_time_days: expected a number of days"),
        ("N,7101,,0,5,1,1,1.10,GBP,0,no", "lead_time_days: expected 1 to 730 days"),
        ("N,7101,,NaN,5,1,1,1.10,GBP,0,no", "lead_time_days"),
        ("N,7101,,9,-1,1,1,1.10,GBP,0,no", "lead_time_sd_days"),
        ("N,7101,,9,5,0,1,1.10,GBP,0,no", "moq: expected 1 to"),
        ("N,7101,,9,5,1,2.5,1.10,GBP,0,no", "pack_size: expected a whole number"),
        ("N,7101,,9,5,1,1,0,GBP,0,no", "unit_cost: expected an amount over 0"),
        ("N,7101,,9,5,1,1,1.105,GBP,0,no", "unit_cost: .* more decimals"),
        ("N,7101,,9,5,1,1,1.10,XXQ,0,no", "currency: unknown currency"),
        ("N,7101,,9,5,1,1,1.10,GBP,-1,no", "minimum_order"),
        ("N,7101,,9,5,1,1,1.10,GBP,0,perhaps", "assumed: expected yes or no"),
        (",7101,,9,5,1,1,1.10,GBP,0,no", "supplier: no supplier"),
        ("N,nosuch,,9,5,1,1,1.10,GBP,0,no", "not a SKU of this store"),
        ("N,7101,,9", "4 cells where the header has 11"),
        ("N,7102,,9,5,1,1,1.10,GBP,0,no\nN,7102,,9,5,1,1,1.10,GBP,0,no", "stands on line 3 already"),
        ("Good,7102,,10,5,1,1,1.10,GBP,0,no", "differ from line 2"),
        ("Assumed supplier 710,7101,,14,4,1,1,2.00,EUR,0,no", "counts in GBP and has 1 SKUs outside"),
    ],
)
def test_one_bad_cell_refuses_the_file_and_is_named(
    sqlite_database: Database, sales_file: SalesFile, contents: Contents, row: str, words: str
) -> None:
    """Nothing of a file is imported while any row is wrong, and the error names line and column."""
    path = terms(fill(sqlite_database, sales_file), "Good,2201,,9,1,1,1,0.40,GBP,0,no", *row.split("\n"))
    before = contents(sqlite_database)
    with pytest.raises(ImportFileError, match=words):
        import_suppliers(sqlite_database, path)
    assert contents(sqlite_database) == before


def test_every_bad_row_is_named(sqlite_database: Database, sales_file: SalesFile) -> None:
    """All lines with faults are in one error, the first fifty with their reasons."""
    path = terms(fill(sqlite_database, sales_file), *["N,7101,,x,5,1,1,1.10,GBP,0,no"] * 60)
    with pytest.raises(
        ImportFileError, match=r"(?s)60 faults.*line 2: .*line 51: .*and lines 52, 53"
    ) as caught:
        import_suppliers(sqlite_database, path)
    assert "61" in str(caught.value)


def test_a_dry_run_of_suppliers_writes_nothing(
    sqlite_database: Database, sales_file: SalesFile, contents: Contents
) -> None:
    """The report says what would change and the store stays."""
    path = terms(fill(sqlite_database, sales_file), "N,7101,,9,5,1,1,1.10,GBP,0,no")
    before = contents(sqlite_database)
    report = import_suppliers(sqlite_database, path, dry_run=True)
    assert report.change("suppliers").added == 1
    assert contents(sqlite_database) == before


def test_a_file_may_name_what_one_order_holds(sqlite_database: Database, sales_file: SalesFile) -> None:
    """Weight, volume and delivered share are optional columns; an empty cell is no limit."""
    path = fill(sqlite_database, sales_file)
    header = f"{HEADER},maximum_weight_kg,maximum_volume_litres,delivered_percent"
    path.write_text(f"{header}\nNorth,7101,,10,2,1,1,1.50,GBP,0.00,no,1.5,,95\n", encoding="utf-8")
    import_suppliers(sqlite_database, path)
    with sqlite_database.reading() as snapshot:
        row = snapshot.execute(select(schema.suppliers).where(schema.suppliers.c.name == "North")).one()
    assert (row.maximum_weight_grams, row.maximum_volume_ml, row.delivered_percent) == (1_500, None, 95)


def test_a_file_may_name_how_long_products_keep(sqlite_database: Database, sales_file: SalesFile) -> None:
    """The optional shelf life is the product's; an empty cell is none, and a file without it changes none."""
    path = fill(sqlite_database, sales_file)
    line = "North,7101,,10,2,1,1,1.50,GBP,0.00,no"

    def life(*lines: str, header: str = f"{HEADER},shelf_life_days") -> Any:
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        import_suppliers(sqlite_database, path)
        with sqlite_database.reading() as snapshot:
            return snapshot.scalar(
                select(schema.products.c.shelf_life_days).where(schema.products.c.sku == "7101")
            )

    assert [life(f"{line},30"), life(line, header=HEADER), life(f"{line},")] == [30, 30, None]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("0",), "expected 1 to 3,650 days"),
        (("soon",), "shelf_life_days"),
        (("30", "40"), "differs from line 2"),
    ],
)
def test_a_shelf_life_that_cannot_be_is_refused(
    sqlite_database: Database, sales_file: SalesFile, cells: tuple[str, ...], fault: str
) -> None:
    """No days, words, and two figures for one product: named with their line, nothing is imported."""
    path = fill(sqlite_database, sales_file)
    lines = [
        f"{supplier},7101,,10,2,1,1,1.50,GBP,0.00,no,{cell}"
        for supplier, cell in zip(("North", "South"), cells, strict=False)
    ]
    path.write_text("\n".join([f"{HEADER},shelf_life_days", *lines]) + "\n", encoding="utf-8")
    with pytest.raises(ImportFileError, match=fault):
        import_suppliers(sqlite_database, path)
