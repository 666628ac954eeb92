"""The index behind "titles and SKUs that hold these letters": kept by the database, whoever writes.

SQLite keeps three-letter pieces of every SKU and title in a full-text table (FTS5, tokenizer ``trigram``),
PostgreSQL in a GIN index of pg_trgm. Triggers and the index itself follow every insert, change and delete, so
imports, bulk loads and effects need not know of it. Where a database has neither (an SQLite without FTS5, a
PostgreSQL whose role may not add pg_trgm) a search reads the table instead: the same answer, later.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Connection, String, Table, text

from shop.store.schema import metadata

TABLES: Final = frozenset(
    {"product_numbers", "product_search"}
    | {f"product_search_{part}" for part in ("config", "data", "docsize", "idx")}
)
"""What SQLite keeps for it beside the tables of the code; `product_numbers` stay the same in a VACUUM."""

POSTGRES_INDEX: Final = "products_by_pieces"
HELD: Final = "lower(products.title) || ' ' || lower(products.sku)"
"""What PostgreSQL indexes; a search must say exactly this."""

name_words: Final = Table(
    "customer_names",  # the words of customers' names, in small letters; triggers keep it on both databases
    metadata,
    Column("word", String(200).with_variant(String(200, collation="C"), "postgresql"), primary_key=True),
    Column("customer", String(80), primary_key=True, index=True),
)


def is_kept(connection: Connection) -> bool:
    """Whether this database keeps the index."""
    if connection.dialect.name == "sqlite":
        found = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'product_search'"
        return connection.scalar(text(found)) is not None
    return connection.scalar(text("SELECT to_regclass(:name)"), {"name": POSTGRES_INDEX}) is not None
