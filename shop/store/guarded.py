"""Single rows as effects touch them: there or an error, and changed only at the version that was read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Table, and_, bindparam

from shop.errors import ConflictError, NotFoundError
from shop.store.database import Snapshot, Transaction
from shop.store.prepared import Prepared, insert_into, select_by


def one(tx: Snapshot, table: Table, what: str, **keys: Any) -> Any:
    """The row with these values; raises NotFoundError with the words that say what is missing."""
    row = select_by(table, *keys).first(tx, keys)
    if row is None:
        raise NotFoundError(f"there is no {what} any more")
    return row


def update(tx: Transaction, table: Table, keys: Mapping[str, Any], version: int, **changes: Any) -> None:
    """Change the row that still has this version; raises ConflictError if it moved on."""
    new = {"version": version + 1, **changes}
    values = {f"b_{name}": value for name, value in {**keys, "version": version}.items()} | {
        f"new_{name}": value for name, value in new.items()
    }
    if _changing(table, (*keys, "version"), tuple(new)).run(tx, values) != 1:
        raise ConflictError(f"a row of {table.name} changed since it was read")


def insert(tx: Transaction, table: Table, **values: Any) -> None:
    """Write a new row."""
    insert_into(table).run(tx, values)


@cache
def _changing(table: Table, keys: tuple[str, ...], changed: tuple[str, ...]) -> Prepared:
    return Prepared(
        table.update()
        .where(and_(*(table.c[name] == bindparam(f"b_{name}") for name in keys)))
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in changed})
    )
