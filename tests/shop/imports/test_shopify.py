"""Shopify's four exports: dialects, traps, and an account of every row."""

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shop.errors import ImportFileError
from shop.imports.shopify import ShopifyOptions, import_shopify
from shop.store.database import Database
from tests.shop.imports import shopify_files as files
from tests.shop.imports.shopify_files import LAMP, LAMP_STOCK, ORDER, export, whole_shop

RowsOf = Callable[..., list[tuple[Any, ...]]]
Contents = Callable[[Database], dict[str, list[tuple[Any, ...]]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory for exports."""
    path = tmp_path / "exports"
    path.mkdir()
    return path


def lamps(folder: Path, *others: dict[str, str]) -> None:
    """A products export with the lamp and others."""
    export(folder / "products.csv", files.PRODUCTS_CURRENT, [LAMP, *others])


POUNDS = ShopifyOptions(currency="GBP")


def test_the_four_exports_fill_a_store(database: Database, tmp_path: Path, rows_of: RowsOf) -> None:
    """Products, stock, orders, payments and customers stand in the store, and every row has an outcome."""
    report = import_shopify(database, whole_shop(tmp_path / "shop"))
    assert (report.rows, report.accounted, report.rejected) == (4, 4, 0)
    product = ("sku", "title", "category", "vendor", "status", "price_minor", "currency", "cost_minor")
    assert rows_of(database, "products", product) == [
        ("L-1", "Lamp", "Light", "Acme", "active", 2000, "EUR", 800)
    ]
    level = ("sku", "location", "on_hand", "committed", "unavailable", "assumed")
    assert rows_of(database, "stock_levels", level) == [("L-1", "leeds", 7, 2, 1, False)]
    order = ("id", "customer", "placed_at", "status", "financial_status", "total_minor", "location")
    assert rows_of(database, "orders", order) == [
        ("1001", "C-7001", datetime(2026, 5, 1, 8, tzinfo=UTC), "fulfilled", "paid", 4500, "leeds")
    ]
    line = ("order_id", "line_no", "sku", "quantity", "fulfilled", "unit_price_minor")
    assert rows_of(database, "order_lines", line) == [("1001", 1, "L-1", 2, 2, 2000)]
    payment = ("order_id", "kind", "method", "amount_minor", "currency")
    assert rows_of(database, "payments", payment) == [("1001", "sale", "card", 4500, "EUR")]
    customer = ("id", "name", "email", "phone", "postcode")
    assert rows_of(database, "customers", customer) == [
        ("C-7001", "Ann Archer", "ann@example.org", "+44 113 496 0000", "LS1 1AA")
    ]
    movement = ("kind", "quantity", "day")
    assert rows_of(database, "stock_movements", movement) == [
        ("opening", 9, date(2026, 5, 1)),
        ("sale", -2, date(2026, 5, 1)),
    ]
    info = ("home_currency", "source", "business_date")
    assert rows_of(database, "store_info", info) == [("EUR", "shopify", date(2026, 5, 1))]


def test_vendors_become_assumed_suppliers(sqlite_database: Database, tmp_path: Path, rows_of: RowsOf) -> None:
    """The vendor is only a guess at the supplier, with the known cost, and flagged as assumed."""
    import_shopify(sqlite_database, whole_shop(tmp_path / "shop"))
    assert rows_of(sqlite_database, "suppliers", ("id", "name", "assumed")) == [("vendor-acme", "Acme", True)]
    assert rows_of(sqlite_database, "offers", ("sku", "unit_cost_minor", "assumed")) == [("L-1", 800, True)]


def test_the_same_exports_again_change_nothing(
    database: Database, tmp_path: Path, contents: Contents
) -> None:
    """The second import leaves every row of every table as it was."""
    folder = whole_shop(tmp_path / "shop")
    import_shopify(database, folder)
    before = contents(database)
    assert not import_shopify(database, folder).changed_anything
    assert contents(database) == before


def test_a_dry_run_of_exports_writes_nothing(
    sqlite_database: Database, tmp_path: Path, contents: Contents
) -> None:
    """The dry run gives the report of the import and leaves the store empty."""
    folder = whole_shop(tmp_path / "shop")
    before = contents(sqlite_database)
    dry = import_shopify(sqlite_database, folder, dry_run=True)
    assert contents(sqlite_database) == before
    assert {**dry.to_json(), "dry_run": False} == import_shopify(sqlite_database, folder).to_json()


def test_updates_change_rows_and_their_versions(
    sqlite_database: Database, tmp_path: Path, rows_of: RowsOf
) -> None:
    """A dearer product, a shipped order and less stock are changed rows with a next version."""
    folder = whole_shop(tmp_path / "shop")
    import_shopify(sqlite_database, folder)
    export(folder / "a.csv", files.PRODUCTS_CURRENT, [{**LAMP, "Price": "22.00"}])
    export(
        folder / "b.csv",
        files.INVENTORY_CURRENT,
        [{**LAMP_STOCK, "Available (not editable)": "1", "On hand (current)": "4"}],
    )
    export(
        folder / "c.csv",
        files.ORDERS,
        [{**ORDER, "Financial Status": "refunded", "Refunded Amount": "45.00"}],
    )
    import_shopify(sqlite_database, folder)
    assert rows_of(sqlite_database, "products", ("price_minor", "version")) == [(2200, 2)]
    assert rows_of(sqlite_database, "price_changes", ("price_minor",)) == [(2000,), (2200,)]
    assert rows_of(sqlite_database, "stock_levels", ("on_hand", "version")) == [(4, 2)]
    assert rows_of(sqlite_database, "stock_movements", ("kind", "quantity")) == [("opening", 6), ("sale", -2)]
    assert rows_of(sqlite_database, "orders", ("financial_status", "version")) == [("refunded", 2)]
    assert rows_of(sqlite_database, "payments", ("kind", "amount_minor")) == [
        ("refund", 4500),
        ("sale", 4500),
    ]


def test_older_products_have_variants_images_and_gift_cards(
    sqlite_database: Database, folder: Path, rows_of: RowsOf
) -> None:
    """Variant rows without a title belong to their handle, image rows are no products, gift cards neither."""
    shirt = {"Handle": "shirt", "Option1 Value": "Red", "Option2 Value": "M", "Variant Price": "9.99"}
    rows = [
        {**shirt, "Title": "Shirt", "Vendor": "Acme", "Variant SKU": "S-RM", "Variant Inventory Qty": "-3"},
        {**shirt, "Option2 Value": "L", "Variant SKU": "S-RL", "Variant Inventory Qty": "5"},
        {"Handle": "shirt", "Image Src": "https://example.org/2.png", "Image Position": "2"},
        {
            "Handle": "gift",
            "Title": "Gift",
            "Variant Price": "10",
            "Option1 Value": "10",
            "Gift Card": "true",
        },
        {"Handle": "shirt"},
    ]
    export(folder / "x.csv", files.PRODUCTS_OLDER, rows)
    report = import_shopify(sqlite_database, folder, options=POUNDS)
    assert rows_of(sqlite_database, "products", ("sku", "title", "vendor")) == [
        ("S-RL", "Shirt - Red / L", "Acme"),
        ("S-RM", "Shirt - Red / M", "Acme"),
    ]
    counts = [report.count(code) for code in ("variant", "image", "not_a_product", "rejected")]
    assert counts == [2, 1, 1, 1]
    assert rows_of(sqlite_database, "stock_levels", ("sku", "location", "on_hand")) == [
        ("S-RL", "main", 5),
        ("S-RM", "main", -3),
    ]


@pytest.mark.parametrize("sku", ["", "-"])
def test_products_without_sku_have_a_stated_key(
    sqlite_database: Database, folder: Path, rows_of: RowsOf, sku: str
) -> None:
    """A SKU that is empty or a dash is replaced by handle and options, in stock and on order lines too."""
    mug = {"URL handle": "mug", "SKU": sku, "Option1 value": "Blue", "Price": "5.00", "Title": "Mug"}
    lamps(folder, mug)
    stock = {**LAMP_STOCK, "Handle": "mug", "SKU": sku, "Option1 Value": "Blue"}
    export(folder / "i.csv", files.INVENTORY_CURRENT, [stock])
    export(folder / "o.csv", files.ORDERS, [{**ORDER, "Lineitem sku": sku, "Lineitem name": "Mug - Blue"}])
    report = import_shopify(sqlite_database, folder)
    assert report.count("keyed") == 1
    assert rows_of(sqlite_database, "stock_levels", ("sku", "on_hand")) == [("mug/Blue", 7)]
    assert rows_of(sqlite_database, "stock_movements", ("sku", "quantity"), kind="sale") == [("mug/Blue", -2)]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (files.INVENTORY_CURRENT, LAMP_STOCK),
        (
            files.INVENTORY_OLDER,
            {"Handle": "lamp", "SKU": "L-1", "Location": "Leeds", "Committed": "2", "Available": "4"}
            | {"Unavailable": "1", "On hand": "7", "Incoming": "0"},
        ),
        (
            files.INVENTORY_OLDEST,
            {"Handle": "lamp", "SKU": "L-1", "Leeds": "7", "Bristol shop": "not stocked"},
        ),
        (
            ["Handle", "SKU", "Location", "Available", "Committed", "Unavailable"],
            {"Handle": "lamp", "SKU": "L-1", "Location": "Leeds"}
            | {"Available": "4", "Committed": "2", "Unavailable": "1"},
        ),
    ],
    ids=["current", "older", "oldest", "columns left out"],
)
def test_every_inventory_dialect_is_read(
    sqlite_database: Database, folder: Path, rows_of: RowsOf, header: list[str], row: dict[str, str]
) -> None:
    """Seven lamps on hand in Leeds, however the export writes it."""
    lamps(folder)
    export(folder / "inventory.csv", header, [row])
    report = import_shopify(sqlite_database, folder, options=POUNDS)
    assert rows_of(sqlite_database, "stock_levels", ("sku", "location", "on_hand")) == [("L-1", "leeds", 7)]
    assert (report.rejected, report.accounted) == (0, report.rows)


def test_odd_stock_rows_are_counted(sqlite_database: Database, folder: Path, rows_of: RowsOf) -> None:
    """Not stocked, negative, not adding up, unknown SKU, repeated, contradicting: each under its name."""
    lamps(folder)
    bristol = {**LAMP_STOCK, "Location": "Bristol"}
    rows = [
        LAMP_STOCK,
        LAMP_STOCK,
        {**LAMP_STOCK, "On hand (current)": "8"},
        {**bristol, "On hand (current)": "-5", "Available (not editable)": "-9"},
        {**LAMP_STOCK, "Location": "York", **dict.fromkeys(files.INVENTORY_CURRENT[13:18], "not stocked")},
        {**LAMP_STOCK, "SKU": "GONE"},
        {**LAMP_STOCK, "Location": "Hull", "On hand (current)": "many"},
    ]
    export(folder / "i.csv", files.INVENTORY_CURRENT, rows)
    report = import_shopify(sqlite_database, folder, options=POUNDS)
    counts = {outcome.code: outcome.rows for file in report.files for outcome in file.outcomes}
    assert counts == {"variant": 1, "stock": 2, "not_stocked": 1, "duplicate": 1, "rejected": 3}
    assert (report.finding("stock_breaches"), report.finding("negative_stock")) == (2, 1)
    assert rows_of(sqlite_database, "stock_levels", ("location", "on_hand")) == [
        ("bristol", -5),
        ("leeds", 7),
    ]


def test_an_order_may_straddle_two_files(sqlite_database: Database, folder: Path, rows_of: RowsOf) -> None:
    """Lines whose first row is in another file find their order, whichever file is read first."""
    lamps(folder)
    second = {name: ORDER[name] for name in ("Name", "Email", "Created at")}
    more = {**second, "Lineitem quantity": "1", "Lineitem name": "Lamp", "Lineitem price": "20.00"}
    tail = {**more, "Lineitem sku": "L-1"}
    export(folder / "orders_1.csv", files.ORDERS, [tail, {**tail, "Name": "#9999"}])
    export(folder / "orders_2.csv", files.ORDERS, [ORDER, tail])
    report = import_shopify(sqlite_database, folder)
    lines = rows_of(sqlite_database, "order_lines", ("order_id", "line_no", "quantity"))
    assert lines == [("1001", 1, 2), ("1001", 2, 1), ("1001", 3, 1)]
    assert (report.count("order"), report.count("line"), report.rejected) == (1, 2, 1)


def test_overlapping_exports_count_an_order_once(
    sqlite_database: Database, folder: Path, rows_of: RowsOf
) -> None:
    """The same order in two files is one order; the second copy is counted as a repetition."""
    lamps(folder)
    export(folder / "orders_1.csv", files.ORDERS, [ORDER, {**ORDER, "Name": "#1002"}])
    export(folder / "orders_2.csv", files.ORDERS, [{**ORDER, "Name": "#1002"}, {**ORDER, "Name": "#1003"}])
    report = import_shopify(sqlite_database, folder)
    assert (report.count("order"), report.count("duplicate")) == (3, 1)
    assert rows_of(sqlite_database, "stock_movements", ("quantity",), kind="sale") == [(-6,)]


@pytest.mark.parametrize(
    ("change", "sold"),
    [
        ({}, 2),
        ({"Cancelled at": "2026-05-02 10:00:00 +0200"}, 0),
        ({"Financial Status": "pending", "Fulfillment Status": "unfulfilled"}, 0),
        ({"Financial Status": "pending", "Fulfillment Status": "fulfilled"}, 2),
        ({"Financial Status": "refunded"}, 2),
        ({"Financial Status": "voided", "Fulfillment Status": ""}, 0),
        ({"Created at": "2026-05-01 00:30:00 +0200"}, 2),
    ],
)
def test_paid_or_shipped_orders_are_demand(
    sqlite_database: Database, folder: Path, rows_of: RowsOf, change: dict[str, str], sold: int
) -> None:
    """Cancelled, voided and merely pending orders sell nothing; refunded ones did."""
    lamps(folder)
    export(folder / "o.csv", files.ORDERS, [{**ORDER, **change}])
    import_shopify(sqlite_database, folder)
    sales = rows_of(sqlite_database, "stock_movements", ("quantity",), kind="sale")
    assert -sum(quantity for (quantity,) in sales) == sold
    moved = rows_of(sqlite_database, "stock_movements", ("quantity",))
    assert sum(quantity for (quantity,) in moved) == 7


def test_a_day_is_that_of_the_store(sqlite_database: Database, folder: Path, rows_of: RowsOf) -> None:
    """Half past midnight in Berlin is still the day before in London."""
    lamps(folder)
    export(folder / "o.csv", files.ORDERS, [{**ORDER, "Created at": "2026-05-01 00:30:00 +0200"}])
    import_shopify(sqlite_database, folder)
    assert rows_of(sqlite_database, "stock_movements", ("day",), kind="sale") == [(date(2026, 4, 30),)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Lineitem quantity": "0"}, "a line of 0 pieces"),
        ({"Lineitem price": "-1"}, "negative price"),
        ({"Total": "lots"}, "total: expected an amount"),
        ({"Created at": "yesterday"}, "created at: expected a date"),
        ({"Financial Status": "dubious"}, "unknown financial status"),
        ({"Currency": "XXQ"}, "unknown currency"),
        ({"Email": "not an address"}, "e-mail"),
        ({"Name": ""}, "no order name"),
    ],
)
def test_a_bad_order_is_rejected_whole(
    sqlite_database: Database, folder: Path, rows_of: RowsOf, change: dict[str, str], words: str
) -> None:
    """All rows of an order with a bad cell are rejected with the reason; other orders come in."""
    lamps(folder)
    good = [{**ORDER, "Name": f"#{n}"} for n in (1, 2)]
    export(folder / "o.csv", files.ORDERS, [*good, {**ORDER, **change}])
    report = import_shopify(sqlite_database, folder)
    assert (report.count("order"), report.rejected) == (2, 1)
    assert words in report.files[0].rejected[0].reason
    assert len(rows_of(sqlite_database, "orders", ("id",))) == 2


def test_customers_are_one_by_email(sqlite_database: Database, folder: Path, rows_of: RowsOf) -> None:
    """An order's customer keeps the id when the customers export comes later, in the older dialect too."""
    lamps(folder)
    export(folder / "o.csv", files.ORDERS, [ORDER])
    import_shopify(sqlite_database, folder)
    ((first, name),) = rows_of(sqlite_database, "customers", ("id", "name"))
    assert name == ""
    assert "ann" not in first
    ann = {
        "First Name": "Ann",
        "Last Name": "Archer",
        "Email": "ANN@example.org",
        "City": "Leeds",
        "Zip": "'01234",
    }
    export(folder / "c.csv", files.CUSTOMERS_OLDER, [ann, ann, {"First Name": "Nobody"}])
    report = import_shopify(sqlite_database, folder)
    assert rows_of(sqlite_database, "customers", ("id", "name", "postcode")) == [
        (first, "Ann Archer", "01234")
    ]
    assert (report.count("duplicate"), report.rejected) == (1, 1)


def test_a_zip_archive_is_read_like_a_directory(
    sqlite_database: Database, tmp_path: Path, contents: Contents
) -> None:
    """One zip, or a zip in a directory, gives the same store; resource forks in it are left alone."""
    folder = whole_shop(tmp_path / "shop")
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in folder.iterdir():
            packed.write(file, f"shop/{file.name}")
        packed.writestr("__MACOSX/shop/._a.csv", b"\0\0")
    report = import_shopify(sqlite_database, archive)
    assert (report.accounted, report.rejected) == (4, 0)
    before = contents(sqlite_database)
    assert not import_shopify(sqlite_database, folder).changed_anything
    assert contents(sqlite_database) == before


def test_unknown_columns_and_files_are_reported(sqlite_database: Database, folder: Path) -> None:
    """A metafield column and a stray CSV are named and stop nothing."""
    export(folder / "p.csv", [*files.PRODUCTS_CURRENT, "Fabric (product.metafields.custom.fabric)"], [LAMP])
    export(folder / "stray.csv", ["some", "thing"], [{"some": "1"}])
    report = import_shopify(sqlite_database, folder, options=POUNDS)
    assert "Fabric (product.metafields.custom.fabric)" in report.files[0].unknown_columns
    assert report.finding("unknown_files") == 1
    assert report.finding("missing_exports") == 3


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: None, "holds no CSV"),
        (lambda folder: export(folder / "x.csv", ["a", "b"], []), "none of x.csv has the columns"),
        (lambda folder: export(folder / "p.csv", files.PRODUCTS_CURRENT, [LAMP]), "the shop's currency"),
        (lambda folder: (folder / "x.zip").write_bytes(b"PK\x03\x04 torn"), "not a whole zip"),
        (lambda folder: (folder / "x.csv").write_bytes(b"Handle,\xff"), "not UTF-8"),
    ],
)
def test_exports_that_cannot_be_read_are_one_clear_error(
    sqlite_database: Database, folder: Path, make: Callable[[Path], object], words: str
) -> None:
    """The error says what is wrong and what to do."""
    make(folder)
    with pytest.raises(ImportFileError, match=words):
        import_shopify(sqlite_database, folder)


def test_rejected_rows_of_all_files_are_written_down(
    sqlite_database: Database, folder: Path, tmp_path: Path
) -> None:
    """The rejects file names file, line, reason and cells, with formulas defused."""
    lamps(folder, {**LAMP, "URL handle": "other", "Title": "=1+1"}, {**LAMP, "SKU": "L-2", "Price": "free"})
    report = import_shopify(sqlite_database, folder, options=POUNDS, rejects=tmp_path / "rejects.csv")
    written = (tmp_path / "rejects.csv").read_text("utf-8")
    assert report.rejected == 2
    assert "products.csv,3,SKU 'L-1' stands on another row already" in written
    assert "'=1+1" in written


def test_orders_changed_here_stay(sqlite_database: Database, tmp_path: Path, rows_of: RowsOf) -> None:
    """An order that was cancelled in this store is not revived by an older export."""
    folder = whole_shop(tmp_path / "shop")
    import_shopify(sqlite_database, folder)
    from shop.store.schema import orders  # noqa: PLC0415 - only this test writes like an action

    with sqlite_database.writing() as tx:
        tx.execute(orders.update().values(status="cancelled"))
    report = import_shopify(sqlite_database, folder)
    assert rows_of(sqlite_database, "orders", ("status",)) == [("cancelled",)]
    assert report.finding("orders_changed_here") == 1


def test_a_sales_log_does_not_enter_a_shopify_store(sqlite_database: Database, tmp_path: Path) -> None:
    """Two sources never mix in one store."""
    from shop.imports.transactions import import_transactions  # noqa: PLC0415 - the other import

    import_shopify(sqlite_database, whole_shop(tmp_path / "shop"))
    log = tmp_path / "log.csv"
    log.write_text("Invoice,SKU,Quantity,Date,Price\n1,A1,1,2026-05-01,1.00\n", "utf-8")
    with pytest.raises(ImportFileError, match="holds Shopify exports"):
        import_transactions(sqlite_database, log)
