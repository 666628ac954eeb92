"""Products are found by any part of their SKU or title, in whatever state their index is."""

import pytest
from sqlalchemy import delete, insert, select, text, update

from shop.store import schema
from shop.store.database import Database
from shop.store.reads import customers, tables
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
    """By whole words, also behind a hyphen, in any case; by the beginning of the first name or of an id."""
    with database.writing() as tx:
        names = {"C-1": "Anna-Lena Smith", "C-2": 'Zo\u00eb "Z" O\'Hara', "C-3": "Annabel Lee", "C-4": ""}
        tx.execute(insert(schema.customers), [{"id": key, "name": name} for key, name in names.items()])
    asked = ("ANN", "lena smith", "ann smi", "zo\u00eb", "O'HARA", "o'h", "C-3", "-")
    found = {words: people(database, words) for words in asked}
    assert found == {
        "ANN": ["C-1", "C-3"],
        "lena smith": ["C-1"],
        "ann smi": [],
        "zo\u00eb": ["C-2"],
        "O'HARA": ["C-2"],
        "o'h": [],
        "C-3": ["C-3"],
        "-": [],
    }


@pytest.mark.parametrize("blank", ["\t", "\n", "\r\n", "\u00a0", "\u3000", " \t-"])
def test_a_name_is_cut_at_every_kind_of_blank(database: Database, blank: str) -> None:
    """A name with a tab, the end of a line or a no-break space is found by its second word."""
    with database.writing() as tx:
        tx.execute(insert(schema.customers).values(id="C-1", name=f"Anna{blank}Smith"))
        tx.execute(insert(schema.customers).values(id="C-2", name="Zed"))
        tx.execute(
            update(schema.customers).where(schema.customers.c.id == "C-2").values(name=f"Bo{blank}Lee")
        )
    assert (people(database, "smith"), people(database, "lee")) == (["C-1"], ["C-2"])


def leaf_through(database: Database, words: str) -> list[str]:
    """Ids of the customers that these words find, two to a page, until a page is empty."""
    seen: list[str] = []
    with database.reading() as snapshot:
        while page := tables.customers(snapshot, words=words, after=seen[-1] if seen else "", limit=2):
            seen += [one.id for one in page]
    return seen


def add_customers_called_bell(database: Database, ids: list[str]) -> None:
    """Customers of these ids, all of one name, of which a word is the letter B."""
    with database.writing() as tx:
        tx.execute(insert(schema.customers), [{"id": key, "name": "Anna B Bell"} for key in ids])


def test_pages_of_customers_skip_nobody(database: Database) -> None:
    """Page by page a search gives everybody once, whether their id begins with it or their name has it."""
    ids = ["B-001", "C-002", "a-001", "b-003", "c-004"]
    add_customers_called_bell(database, ids)
    assert sorted(leaf_through(database, "b")) == ids


def test_customers_come_in_the_order_of_the_database(sqlite_database: Database) -> None:
    """Where a database puts a-001 before B-001, as many on PostgreSQL do, no page skips anybody either."""
    with sqlite_database.writing() as tx:
        for table, column in (("customers", "id"), ("customer_names", "customer")):
            tx.execute(text("PRAGMA writable_schema = ON"))
            plain = f"{column} VARCHAR(80) "
            values = {"plain": plain, "other": f"{plain}COLLATE NOCASE ", "table": table}
            other = "UPDATE sqlite_master SET sql = replace(sql, :plain, :other) WHERE name = :table"
            tx.execute(text(other), values)
        tx.execute(text("PRAGMA writable_schema = RESET"))
    add_customers_called_bell(sqlite_database, ["B-001", "C-002", "a-001", "b-003", "c-004"])
    assert leaf_through(sqlite_database, "b") == ["a-001", "B-001", "b-003", "C-002", "c-004"]


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


def test_names_of_other_alphabets_are_found_in_any_case(database: Database) -> None:
    """A capital that is no English letter is found by its small one, and the other way round."""
    names = {"C-1": "Österreich Ärzte", "C-2": "Şahin Ünal", "C-3": "ÉMILE ZOLA"}
    with database.writing() as tx:
        tx.execute(insert(schema.customers), [{"id": key, "name": name} for key, name in names.items()])
    with database.reading() as snapshot:
        found = {
            word: [one.id for one in customers.customers_named(snapshot, [word])]
            for word in ("ärzte", "ÄRZTE", "şahin", "ünal", "émile", "Émile")
        }
    assert list(found.values()) == [["C-1"], ["C-1"], ["C-2"], ["C-2"], ["C-3"], ["C-3"]]


def test_no_words_call_nobody(database: Database) -> None:
    """An empty name is nobody's."""
    with database.writing() as tx:
        tx.execute(insert(schema.customers).values(id="C-1", name="Anna Smith"))
    with database.reading() as snapshot:
        assert customers.customers_named(snapshot, [""]) == customers.customers_named(snapshot, []) == []
