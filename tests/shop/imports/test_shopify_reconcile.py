"""Whatever is in the exports, their rows are all accounted for and the stock adds up."""

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shop.imports.shopify import ShopifyOptions, import_shopify
from shop.store.database import Database
from shop.store.loading import stored_rows
from shop.store.migrate import upgrade
from tests.shop.imports import shopify_files as files
from tests.shop.imports.shopify_files import LAMP, LAMP_STOCK, ORDER, export

Row = dict[str, str]


def changed(row: Row, **columns: list[str]) -> st.SearchStrategy[Row]:
    """The row with some cells drawn from lists; underscores in names are blanks."""
    drawn = {
        name.replace("_", " "): st.sampled_from([row.get(name, ""), *values])
        for name, values in columns.items()
    }
    return st.fixed_dictionaries(drawn).map(lambda cells: {**row, **cells})


products = changed(
    LAMP,
    Title=["", "Vase"],
    SKU=["L-1", "L-2", "-", ""],
    Price=["20.00", "", "x", "-1", "0.005"],
    URL_handle=["lamp", "vase", ""],
    Gift_card=["true"],
    Option1_value=["Red"],
)
stock = changed(
    {name.replace("On hand (current)", "On hand"): cell for name, cell in LAMP_STOCK.items()},
    SKU=["L-1", "L-2", "-", "GONE"],
    Location=["Leeds", "York", ""],
    Option1_Value=["Red"],
    On_hand=["7", "-2", "not stocked", "x", ""],
)
INVENTORY = ["On hand" if column == "On hand (current)" else column for column in files.INVENTORY_CURRENT]
orders = changed(
    ORDER,
    Name=["#1001", "#1002", ""],
    Email=["ann@example.org", "", "nobody"],
    Total=["45.00", ""],
    Financial_Status=["paid", "", "odd"],
    Lineitem_quantity=["2", "0", ""],
    Lineitem_sku=["L-1", "L-2", "", "GONE"],
    Cancelled_at=["2026-05-02"],
)


@settings(max_examples=40, deadline=timedelta(seconds=30))
@given(
    st.lists(products, max_size=6),
    st.lists(stock, max_size=6),
    st.lists(orders, max_size=8),
    st.integers(0, 8),
)
def test_every_row_of_the_exports_has_one_outcome(
    product_rows: list[Row], stock_rows: list[Row], order_rows: list[Row], cut: int
) -> None:
    """Each file's outcomes sum up to its rows, wherever the orders are cut, and movements to the stock."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / "exports"
        folder.mkdir()
        export(folder / "p.csv", files.PRODUCTS_CURRENT, product_rows)
        export(folder / "i.csv", INVENTORY, stock_rows)
        export(folder / "o1.csv", files.ORDERS, order_rows[:cut])
        export(folder / "o2.csv", files.ORDERS, order_rows[cut:])
        db = Database(f"sqlite:///{directory}/shop.db")
        upgrade(db)
        report = import_shopify(db, folder, options=ShopifyOptions(currency="EUR"))
        again = import_shopify(db, folder, options=ShopifyOptions(currency="EUR"))
        with db.reading() as snapshot:
            movements = stored_rows(snapshot, "stock_movements", ("sku", "location", "quantity"))
            levels = stored_rows(snapshot, "stock_levels", ("sku", "location", "on_hand"))
        db.close()
    assert [file.accounted for file in report.files] == [file.rows for file in report.files]
    assert report.rows == len(product_rows) + len(stock_rows) + len(order_rows)
    assert not again.changed_anything
    moved: Counter[tuple[str, str]] = Counter()
    for row in movements:
        moved[row["sku"], row["location"]] += row["quantity"]
    on_hand = {(row["sku"], row["location"]): row["on_hand"] for row in levels}
    assert all(moved[place] == on_hand.get(place, 0) for place in {*moved, *on_hand})
