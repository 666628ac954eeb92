"""Competitors' prices from a file: the latest counts, every row is accounted for."""

from datetime import date
from pathlib import Path

import pytest

from shop.errors import ImportFileError
from shop.imports.competitor_prices import import_competitor_prices
from shop.store.database import Database
from shop.store.reads.prices import seen_at_competitors
from tests.small_store import fill

ROWS = """sku,competitor,price,currency,seen_on
MUG-01,Rival,11.99,GBP,2026-11-18
MUG-01,Rival,11.49,GBP,2026-11-19
MUG-01,Other,13.00,,2026-11-01
NOPE,Rival,5.00,GBP,2026-11-18
MUG-01,Rival,-3,GBP,2026-11-18
TEA-100,Rival,8.00,GBP,2027-01-01
"""


@pytest.fixture
def filled(sqlite_database: Database) -> Database:
    """The small store."""
    fill(sqlite_database)
    return sqlite_database


def test_every_row_is_accounted_for_and_the_latest_price_counts(filled: Database, tmp_path: Path) -> None:
    """Two prices are taken, one is older, one of an unknown SKU, two cannot be; again, nothing changes."""
    path = tmp_path / "rivals.csv"
    path.write_text(ROWS, "utf-8")
    report = import_competitor_prices(filled, path)
    assert {one.code: one.rows for one in report.files[0].outcomes} == {
        "used": 2, "older": 1, "unknown": 1, "rejected": 2,
    }  # fmt: skip
    assert report.accounted == report.rows == 6
    with filled.reading() as snapshot:
        seen = {one.competitor: one for one in seen_at_competitors(snapshot, ["MUG-01"])["MUG-01"]}
    assert {name: one.price.minor for name, one in seen.items()} == {"Rival": 1149, "Other": 1300}
    assert seen["Rival"].seen_on == date(2026, 11, 19)
    assert not import_competitor_prices(filled, path).changed_anything


def test_an_older_file_takes_nothing_back(filled: Database, tmp_path: Path) -> None:
    """A price seen earlier than the stored one is left."""
    for day, price in (("2026-11-19", "11.00"), ("2026-11-10", "9.00")):
        path = tmp_path / f"{day}.csv"
        path.write_text(f"sku,competitor,price,seen_on\nMUG-01,Rival,{price},{day}\n", "utf-8")
        import_competitor_prices(filled, path)
    with filled.reading() as snapshot:
        assert seen_at_competitors(snapshot, ["MUG-01"])["MUG-01"][0].price.minor == 1100


def test_a_file_without_the_columns_is_refused(filled: Database, tmp_path: Path) -> None:
    """What lacks is named."""
    path = tmp_path / "wrong.csv"
    path.write_text("sku,price\nMUG-01,5\n", "utf-8")
    with pytest.raises(ImportFileError, match="lacks the columns competitor, seen_on"):
        import_competitor_prices(filled, path)
