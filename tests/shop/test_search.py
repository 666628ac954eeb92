"""Products are found by any part of their SKU or title, in whatever state their index is."""

import pytest
from sqlalchemy import delete, update

from shop.store import schema
from shop.store.database import Database
from shop.store.reads import tables
from tests.small_store import fill


def found(database: Database, words: str) -> list[str]:
    """SKUs of the products that hold these words, in order."""
    with database.reading() as snapshot:
        return sorted(one.sku for one in tables.products(snapshot, words=words))


@pytest.mark.parametrize(
    ("words", "skus"),
    [
        ("toneware", ["MUG-01", "MUG-02"]),
        ("BLUE ware", ["MUG-01"]),
        ("mug-0", ["MUG-01", "MUG-02"]),
        ("mu", ["MUG-01", "MUG-02"]),
        ("77", ["77"]),
        ("grey 10", ["TEA-100"]),
        ('"stone', []),
        ("100%", []),
        ("mug OR lamp", []),
    ],
)
def test_words_find_what_holds_them(database: Database, words: str, skus: list[str]) -> None:
    """Parts of words, any case, SKUs; marks of a query language are letters like others."""
    fill(database)
    assert found(database, words) == skus


def test_the_index_follows_every_change(database: Database) -> None:
    """A new title is found and the old one is not; a product that is gone is not found."""
    fill(database)
    lamp = schema.products.c.sku == "LAMP-7"
    with database.writing() as tx:
        tx.execute(update(schema.products).where(lamp).values(title="Copper Lantern"))
    assert (found(database, "lantern"), found(database, "brass")) == (["LAMP-7"], [])
    with database.writing() as tx:
        for table in (schema.stock_levels, schema.offers, schema.price_changes):
            tx.execute(delete(table).where(table.c.sku == "LAMP-7"))
        tx.execute(delete(schema.products).where(lamp))
    assert found(database, "lantern") == []
