"""Load many rows at once, column by column: for imports and the sample store, never for actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from shop.errors import StoreError

if TYPE_CHECKING:
    from shop.store.database import Transaction

_ROWS_AT_ONCE: Final = 10_000


def insert_columns(transaction: Transaction, table: Table, columns: Mapping[str, Sequence[Any]]) -> int:
    """Insert rows given as equally long columns of plain Python values; returns the number of rows.

    Columns not given take their scalar default. SQLite gets one prepared statement, PostgreSQL a COPY.
    Raises StoreError when the database refuses a row; nothing of the transaction is kept then.
    """
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise StoreError(f"{table.name}: the columns have different lengths {sorted(lengths)}")
    count = lengths.pop() if lengths else 0
    if count:
        filled = _with_defaults(table, columns, count)
        names = list(filled)
        rows = zip(*(_bound(transaction, table.c[name], filled[name]) for name in names), strict=True)
        load = _copy if transaction.dialect.name == "postgresql" else _insert
        load(transaction, table, names, rows)
    return count


def insert_rows(transaction: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows given as mappings that all have the same keys; returns their number."""
    if not rows:
        return 0
    return insert_columns(transaction, table, {name: [row[name] for row in rows] for name in rows[0]})


def _with_defaults(
    table: Table, columns: Mapping[str, Sequence[Any]], count: int
) -> dict[str, Sequence[Any]]:
    defaults = {
        column.name: [column.default.arg] * count
        for column in table.columns
        if column.name not in columns and isinstance(column.default, ScalarElementColumnDefault)
    }
    return {**columns, **defaults}


def _bound(transaction: Transaction, column: Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    process = column.type.dialect_impl(transaction.dialect).bind_processor(transaction.dialect)
    return values if process is None else [process(value) for value in values]


def _insert(transaction: Transaction, table: Table, names: list[str], rows: Iterator[Any]) -> None:
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
    pending = list(rows)
    for start in range(0, len(pending), _ROWS_AT_ONCE):
        transaction.exec_driver_sql(statement, pending[start : start + _ROWS_AT_ONCE])


def _copy(transaction: Transaction, table: Table, names: list[str], rows: Iterator[Any]) -> None:
    driver: Any = transaction.connection.driver_connection
    dialect: Any = transaction.dialect
    try:
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
    except dialect.loaded_dbapi.Error as error:
        raise StoreError(f"the database refused rows of {table.name}: {error}") from error
