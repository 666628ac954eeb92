"""Whatever is in a log, its rows are all accounted for and the stock adds up."""

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shop.errors import ImportFileError
from shop.imports.transactions import import_transactions
from shop.store.database import Database
from shop.store.loading import stored_rows
from shop.store.migrate import upgrade

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
FIRST = "1,AA1,LANTERN,5,2010-12-01 00:00:00,1.00,7,UK"

cells = st.tuples(
    st.sampled_from(["536365", "C536365", "A1", ""]),
    st.sampled_from(["AA1", "aa1", "BB2", "POST", "m", ""]),
    st.sampled_from(["LANTERN", "?", "=1+1", '"a ""b"""']),
    st.sampled_from(["1", "3.0", "-1", "-2.0", "-40", "0", "x", "2.5"]),
    st.sampled_from(["2010-12-01 10:00:00", "2010-12-01 09:00:00", "2011-01-15", "2010-12-05T10:00", "soon"]),
    st.sampled_from(["1.00", "2.50", "0", "0.001", "-3", ""]),
    st.sampled_from(["7", "8.0", "", "a b"]),
    st.just("UK"),
)
rows = st.one_of(cells.map(",".join), st.sampled_from(["a,b", ",,,,,,,,,", "x"]))


@settings(max_examples=60, deadline=timedelta(seconds=20))
@given(st.lists(rows, max_size=25))
def test_every_row_has_one_outcome_and_stock_adds_up(lines: list[str]) -> None:
    """The outcomes sum up to the rows, sales in the store to the sales counted, movements to the stock."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "log.csv"
        path.write_text("\n".join([HEADER, FIRST, *lines]) + "\n", encoding="utf-8")
        db = Database(f"sqlite:///{directory}/shop.db")
        upgrade(db)
        try:
            report = import_transactions(db, path)
        except ImportFileError:
            raise AssertionError("one row is always a sale") from None
        with db.reading() as snapshot:
            movements = stored_rows(snapshot, "stock_movements", ("sku", "kind", "quantity"))
            levels = stored_rows(snapshot, "stock_levels", ("sku", "on_hand"))
        db.close()
    assert report.rows == report.accounted == len(lines) + 1
    sales = [row for row in movements if row["kind"] == "sale"]
    assert len(sales) == report.count("imported")
    assert all(row["quantity"] < 0 for row in sales)
    moved: Counter[str] = Counter()
    for row in movements:
        moved[row["sku"]] += row["quantity"]
    assert {row["sku"]: row["on_hand"] for row in levels} == {row["sku"]: moved[row["sku"]] for row in levels}
    assert all(row["on_hand"] >= 0 for row in levels)
