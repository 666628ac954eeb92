"""Sales logs and stores for the import tests."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from shop.store.database import Database
from shop.store.loading import stored_rows
from shop.store.schema import metadata

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"

SalesFile = Callable[..., Path]
Contents = Callable[[Database], dict[str, list[tuple[Any, ...]]]]


@pytest.fixture
def sales_file(tmp_path: Path) -> SalesFile:
    """Writes a sales log from lines and gives its path."""

    def write(*lines: str, header: str = HEADER, name: str = "sales.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def contents() -> Contents:
    """Reads every table of the business, for comparing a store with itself; rows are sorted."""

    def read(db: Database) -> dict[str, list[tuple[Any, ...]]]:
        with db.reading() as snapshot:
            return {
                name: sorted((tuple(row) for row in snapshot.execute(table.select())), key=repr)
                for name, table in metadata.tables.items()
            }

    return read


@pytest.fixture
def rows_of() -> Callable[..., list[tuple[Any, ...]]]:
    """Reads some columns of a table, sorted."""

    def read(db: Database, table: str, columns: Sequence[str], **equal: Any) -> list[tuple[Any, ...]]:
        with db.reading() as snapshot:
            found = stored_rows(snapshot, table, columns, **equal)
        return sorted((tuple(row.values()) for row in found), key=repr)

    return read
