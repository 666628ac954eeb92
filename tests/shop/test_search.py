"""Products are found by any part of their SKU or title, in whatever state their index is."""

import pytest
from sqlalchemy import delete, insert, select, update

from shop.store import schema
from shop.store.database import Database
from shop.store.reads import tables
from shop.store.search_index import name_words
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


def people(database: Database, words: str) -> list[str]:
    """Ids of the customers that these words find, in order."""
    with database.reading() as snapshot:
        return [one.id for one in tables.customers(snapshot, words=words)]


def test_the_words_of_a_name_find_a_customer(database: Database) -> None:
    """By the beginning of any word, also behind a hyphen, in any case; by the beginning of an id."""
    with database.writing() as tx:
        names = {"C-1": "Anna-Lena Smith", "C-2": 'Zo\u00eb "Z" O\'Hara', "C-3": "Annabel Lee", "C-4": ""}
        tx.execute(insert(schema.customers), [{"id": key, "name": name} for key, name in names.items()])
    found = {words: people(database, words) for words in ("ANN", "lena smi", "zo\u00eb", "o'h", "C-3", "-")}
    assert found == {
        "ANN": ["C-1", "C-3"],
        "lena smi": ["C-1"],
        "zo\u00eb": ["C-2"],
        "o'h": ["C-2"],
        "C-3": ["C-3"],
        "-": [],
    }


def test_the_index_of_names_follows_every_change(database: Database) -> None:
    """A new name is found and the old one is not; of somebody who is gone no word is left."""
    somebody = schema.customers.c.id == "C-1"
    words = select(name_words.c.word).order_by(name_words.c.word)
    with database.writing() as tx:
        tx.execute(insert(schema.customers).values(id="C-1", name="Anna Smith"))
        tx.execute(update(schema.customers).where(somebody).values(name="Anna Lee"))
        assert list(tx.scalars(words)) == ["anna", "lee"]
        tx.execute(delete(schema.customers).where(somebody))
        assert list(tx.scalars(words)) == []
