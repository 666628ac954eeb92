"""What becomes of the rows of a sales log."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shop.errors import ImportFileError, SetupError
from shop.imports.assumptions import Assumptions
from shop.imports.report import Progress
from shop.imports.transactions import TransactionOptions, import_transactions
from shop.store.database import Database

SalesFile = Callable[..., Path]
RowsOf = Callable[..., list[tuple[Any, ...]]]

LANTERN = "536365,71053,WHITE METAL LANTERN,6.0,2010-12-01 08:26:00,3.39,17850.0,United Kingdom"


def line(
    invoice: str = "536365",
    sku: str = "71053",
    quantity: str = "6.0",
    at: str = "2010-12-01 08:26:00",
    price: str = "3.39",
    customer: str = "17850.0",
    title: str = "WHITE METAL LANTERN",
) -> str:
    """One row of a log."""
    return f"{invoice},{sku},{title},{quantity},{at},{price},{customer},United Kingdom"


def test_rows_of_one_sku_and_day_are_one_sale(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """Two rows of a SKU on a day become one stock movement of both quantities."""
    path = sales_file(
        line(quantity="6.0"), line(invoice="536366", quantity="4.0"), line(at="2010-12-02 09:00:00")
    )
    report = import_transactions(sqlite_database, path)
    sales = rows_of(sqlite_database, "stock_movements", ("day", "quantity"), kind="sale")
    assert sales == [(date(2010, 12, 1), -10), (date(2010, 12, 2), -6)]
    assert (report.count("imported"), report.count("merged")) == (2, 1)


def test_codes_that_differ_in_case_are_one_product(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """15056bl is 15056BL."""
    import_transactions(sqlite_database, sales_file(line(sku="15056bl"), line(sku="15056BL")))
    assert rows_of(sqlite_database, "products", ("sku",)) == [("15056BL",)]


def test_columns_are_found_by_name(sqlite_database: Database, tmp_path: Path, rows_of: RowsOf) -> None:
    """Order, case and aliases of the columns do not matter, a byte order mark neither."""
    path = tmp_path / "odd.csv"
    path.write_text(
        '\ufeff"Price",invoice,SKU,qty,Invoice Date,Colour\n3.39,536365,71053,6,2010-12-01T08:26,white\n',
        "utf-8",
    )
    report = import_transactions(sqlite_database, path)
    assert rows_of(sqlite_database, "products", ("sku", "title", "price_minor")) == [("71053", "71053", 339)]
    assert report.files[0].unknown_columns == ("Colour",)


@pytest.mark.parametrize(
    "code",
    [
        *("POST", "M", "m", "C2", "D", "S", "DOT", "B", "BANK CHARGES", "gift_0001_20", "DCGS0076"),
        *("DCGSSGIRL", "PADS", "AMAZONFEE", "CRUK", "TEST001"),
    ],
)
def test_codes_that_book_money_are_no_products(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf, code: str
) -> None:
    """Postage, fees, vouchers and the like are recognised whatever else is in the row."""
    path = sales_file(LANTERN, line(sku=code, price="-11062.06", quantity="oops"))
    report = import_transactions(sqlite_database, path)
    assert report.count("not_a_product") == 1
    assert rows_of(sqlite_database, "products", ("sku",)) == [("71053",)]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (line(invoice="A563185", price="-11062.06"), "not_a_product"),
        (line(quantity="-5.0", price="0.0", customer=""), "correction"),
        (line(price="0.0"), "free"),
        (line(price="-1.00"), "rejected"),
        (line(invoice="C536379", quantity="5.0"), "rejected"),
        (line(quantity="0.0"), "rejected"),
        (line(quantity="6.5"), "rejected"),
        (line(quantity="six"), "rejected"),
        (line(quantity="99999999"), "rejected"),
        (line(price="3,39"), "rejected"),
        (line(price="nan"), "rejected"),
        (line(price=""), "rejected"),
        (line(at="12/1/2010 8:26"), "rejected"),
        (line(at="2010-02-30 10:00:00"), "rejected"),
        (line(at="2110-02-20 10:00:00"), "rejected"),
        (line(at="9999-12-31 23:59:59 -1200"), "rejected"),
        (line(at="1989-12-31 10:00:00"), "rejected"),
        (line(at="0001-01-01 00:00:00"), "rejected"),
        (line(at="0001-01-01 00:00:00 +1400"), "rejected"),
        (line(at=""), "rejected"),
        (line(sku=""), "rejected"),
        (line(invoice=""), "rejected"),
        (line(sku="9" * 81), "rejected"),
        (line(customer="two words"), "rejected"),
        ("536365,71053,short", "rejected"),
        (LANTERN + ",one too many", "rejected"),
        (line(quantity="-1", customer="99"), "returned"),
        (line(sku="99999", quantity="-1"), "returned_unsold"),
    ],
)
def test_each_odd_row_has_its_outcome(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf, row: str, outcome: str
) -> None:
    """A row that is no sale is counted under its own name and sells nothing."""
    report = import_transactions(sqlite_database, sales_file(LANTERN, row))
    assert (report.count("imported"), report.count(outcome)) == (1, 1)
    assert report.accounted == report.rows == 2
    assert rows_of(sqlite_database, "stock_movements", ("quantity",), kind="sale") == [(-6,)]


def test_a_cancellation_takes_back_the_sale_of_that_many_pieces(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """A huge order cancelled 16 minutes later leaves no demand."""
    path = sales_file(
        line(quantity="6"),
        line(quantity="74215", at="2011-01-18 10:01:00"),
        line(invoice="C541433", quantity="-74215", at="2011-01-18 10:17:00"),
    )
    report = import_transactions(sqlite_database, path)
    assert rows_of(sqlite_database, "stock_movements", ("quantity",), kind="sale") == [(-6,)]
    assert (report.count("netted"), report.count("cancelled"), report.count("imported")) == (1, 1, 1)


def test_a_smaller_cancellation_reduces_the_latest_sale(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """Without a sale of that many pieces the newest sale of that customer and SKU is reduced."""
    path = sales_file(
        line(quantity="10"),
        line(quantity="20", at="2010-12-02 10:00:00"),
        line(invoice="C1", quantity="-5", at="2010-12-03 10:00:00"),
    )
    report = import_transactions(sqlite_database, path)
    sales = rows_of(sqlite_database, "stock_movements", ("day", "quantity"), kind="sale")
    assert sales == [(date(2010, 12, 1), -10), (date(2010, 12, 2), -15)]
    assert report.finding("partly_cancelled_sales") == 1


@pytest.mark.parametrize(
    ("cancellation", "why"),
    [
        (line(invoice="C1", quantity="-6", at="2011-01-01 10:00:00"), "it is over 30 days old"),
        (
            line(invoice="C1", quantity="-6", at="2010-12-02 10:00:00", customer=""),
            "nobody knows the customer",
        ),
        (
            line(invoice="C1", quantity="-6", at="2010-12-02 10:00:00", customer="4"),
            "another customer bought it",
        ),
        (line(invoice="C1", quantity="-7", at="2010-12-02 10:00:00"), "fewer pieces were sold"),
        (line(invoice="C1", quantity="-6", at="2010-11-30 10:00:00"), "the sale came after it"),
    ],
)
def test_a_cancellation_without_its_sale_is_a_return(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf, cancellation: str, why: str
) -> None:
    """The demand stays and the goods come back when no sale can be undone, because of each reason."""
    report = import_transactions(sqlite_database, sales_file(LANTERN, cancellation))
    assert report.count("returned") == 1, why
    assert rows_of(sqlite_database, "stock_movements", ("quantity",), kind="sale") == [(-6,)]
    assert len(rows_of(sqlite_database, "stock_movements", ("quantity",), kind="return")) == 1


def test_rows_that_repeat_are_both_sales_and_counted(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """Nothing says that an exact repetition is an error, so both lines sell and the report says how many."""
    report = import_transactions(sqlite_database, sales_file(LANTERN, LANTERN))
    assert rows_of(sqlite_database, "stock_movements", ("quantity",), kind="sale") == [(-12,)]
    assert report.finding("duplicate_rows") == 1


def test_a_price_below_a_penny_is_rounded_half_even_and_reported(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """0.125 is 12 pence, and the report says that it was rounded."""
    report = import_transactions(sqlite_database, sales_file(line(price="0.125")))
    assert rows_of(sqlite_database, "products", ("price_minor",)) == [(12,)]
    assert report.finding("rounded_prices") == 1


def test_the_title_is_the_most_common_description_that_is_no_note(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """Notes of the staff such as ? and check never become a title."""
    titles = ["?", "?", "?", "check", "check", "", "LANTERN ", "LANTERN", "OLD LANTERN"]
    import_transactions(sqlite_database, sales_file(*(line(title=title) for title in titles)))
    assert rows_of(sqlite_database, "products", ("title",)) == [("LANTERN",)]


def test_the_price_is_the_median_of_the_latest_month(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """One volume price in a month does not change the price; a new list price does, from its first day."""
    path = sales_file(
        line(price="3.39"),
        line(price="1.00", at="2010-12-02 10:00:00"),
        line(price="3.39", at="2010-12-03 10:00:00"),
        line(price="3.75", at="2011-01-10 10:00:00"),
    )
    import_transactions(sqlite_database, path)
    assert rows_of(sqlite_database, "products", ("price_minor", "currency")) == [(375, "GBP")]
    assert rows_of(sqlite_database, "price_changes", ("at", "price_minor")) == [
        (datetime(2010, 12, 1, tzinfo=UTC), 339),
        (datetime(2011, 1, 10, tzinfo=UTC), 375),
    ]


def test_customers_are_known_by_id_and_country_only(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """17850.0 becomes C-17850 with the day of the first purchase."""
    import_transactions(sqlite_database, sales_file(LANTERN, line(customer="")))
    assert rows_of(sqlite_database, "customers", ("id", "name", "country", "created_on")) == [
        ("C-17850", "", "United Kingdom", date(2010, 12, 1))
    ]


def test_the_business_day_is_the_last_day_of_the_log(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """The store's own record says where the data is from and when it ends."""
    import_transactions(sqlite_database, sales_file(LANTERN, line(at="2011-12-09 12:50:00")))
    columns = ("home_currency", "timezone", "source", "business_date")
    assert rows_of(sqlite_database, "store_info", columns) == [
        ("GBP", "Europe/London", "transactions", date(2011, 12, 9))
    ]


def test_stock_is_assumed_from_recent_sales_and_adds_up(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """21 days of the average of 120 days, flagged; the movements of a SKU sum up to it."""
    path = sales_file(
        line(quantity="1000", at="2010-12-01 10:00:00"),
        line(quantity="240", at="2011-06-01 10:00:00"),
        line(quantity="-3", at="2011-06-02 10:00:00", customer="5"),
        line(sku="10002", at="2010-12-02 10:00:00"),
    )
    import_transactions(sqlite_database, path)
    levels = rows_of(sqlite_database, "stock_levels", ("sku", "location", "on_hand", "assumed"))
    assert levels == [("10002", "main", 0, True), ("71053", "main", 240 * 21 // 120, True)]
    moved = rows_of(sqlite_database, "stock_movements", ("quantity",), sku="71053")
    assert sum(quantity for (quantity,) in moved) == levels[1][2]


def test_assumed_terms_are_flagged_and_grouped(
    sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf
) -> None:
    """Three first characters make a supplier; cost is a share of the price; all of it is flagged."""
    options = TransactionOptions(assumptions=Assumptions(lead_time_days=10, cost_percent=Decimal(40)))
    import_transactions(
        sqlite_database, sales_file(LANTERN, line(sku="71054"), line(sku="22138")), options=options
    )
    assert rows_of(sqlite_database, "suppliers", ("id", "name", "lead_time_days", "approved", "assumed")) == [
        ("assumed-221", "Assumed supplier 221", 10.0, True, True),
        ("assumed-710", "Assumed supplier 710", 10.0, True, True),
    ]
    assert rows_of(sqlite_database, "offers", ("sku", "unit_cost_minor", "moq", "pack_size", "assumed")) == [
        (sku, 136, 1, 1, True) for sku in ("22138", "71053", "71054")
    ]
    assert rows_of(sqlite_database, "products", ("cost_minor",)) == [(None,)] * 3


def test_the_rejects_file_has_line_reason_and_defused_cells(
    sqlite_database: Database, sales_file: SalesFile, tmp_path: Path
) -> None:
    """A rejected row can be found and repaired, and cannot run in a spreadsheet."""
    path = sales_file(LANTERN, line(title='"=HYPERLINK(""http://x"")"', quantity="many"))
    import_transactions(sqlite_database, path, rejects=tmp_path / "rejects.csv")
    with (tmp_path / "rejects.csv").open(newline="", encoding="utf-8") as file:
        row = list(csv.reader(file))[1]
    assert row[:2] == ["sales.csv", "3"]
    assert "many" in row[2]
    assert row[5] == '\'=HYPERLINK("http://x")'


def test_the_report_tells_no_cell(sqlite_database: Database, sales_file: SalesFile, rows_of: RowsOf) -> None:
    """The stored account of an import has counts only."""
    import_transactions(sqlite_database, sales_file(LANTERN, line(quantity="secret")))
    ((body,),) = rows_of(sqlite_database, "imports", ("report",))
    assert "secret" not in body
    assert json.loads(body)["outcomes"]["rejected"] == 1


def test_the_report_names_every_outcome_in_words(sqlite_database: Database, sales_file: SalesFile) -> None:
    """A person reads how many rows were read, what became of them and what was assumed."""
    report = import_transactions(sqlite_database, sales_file(LANTERN, line(quantity="0")))
    words = report.in_words()
    assert "2 rows read" in words
    assert "line 3: the quantity is 0" in words
    assert "assumed" in words
    assert report.to_json()["files"][0]["outcomes"]["rejected"] == 1


def test_progress_counts_rows(sqlite_database: Database, sales_file: SalesFile) -> None:
    """The watcher hears how many rows were read."""
    heard: list[Progress] = []
    path = sales_file(*[LANTERN] * 20_001)
    import_transactions(sqlite_database, path, progress=heard.append)
    assert [step.rows for step in heard] == [10_000, 20_000, 20_001, 20_001]


@pytest.mark.parametrize(
    "options",
    [
        TransactionOptions(currency="XXQ"),
        TransactionOptions(timezone="Mars/Olympus"),
    ],
)
def test_impossible_options_are_refused(
    sqlite_database: Database, sales_file: SalesFile, options: TransactionOptions
) -> None:
    """An unknown currency or time zone is an error of the set-up."""
    with pytest.raises(SetupError):
        import_transactions(sqlite_database, sales_file(LANTERN), options=options)


def test_a_log_without_any_sale_is_refused(sqlite_database: Database, sales_file: SalesFile) -> None:
    """A file whose every row is rejected is an error with the first reason, not an empty store."""
    with pytest.raises(ImportFileError, match="line 2: expected a date"):
        import_transactions(sqlite_database, sales_file(line(at="12/1/2010 8:26")))
