"""Bulk loading: compare the rows a store has with the rows it should have, then write the difference.

Comparing reads only, so a dry run and an import give the same counts. Writing happens inside the caller's
one write transaction: a process that dies leaves the store as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, select, update

from shop.store.bulk import insert_rows
from shop.store.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shop.store.database import Snapshot, Transaction

Row = dict[str, Any]
"""Column name to value, as the schema's types want them."""

_BATCH: Final = 20_000

_MUCH: Final = 1_000
"""Rows that come or go in one import after which the database's statistics are taken anew."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to happen to a table. `changed` rows are whole wanted rows, `removed` rows hold the key."""

    table: str
    key: tuple[str, ...]
    added: list[Row]
    changed: list[Row]
    removed: list[Row]
    unchanged: int

    @property
    def any(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.added or self.changed or self.removed)


def stored_rows(snapshot: Snapshot, table: str, columns: Sequence[str], **equal: Any) -> list[Row]:
    """The rows of a table whose columns equal the given values, as dictionaries of `columns`."""
    source = metadata.tables[table]
    query = select(*(source.c[name] for name in columns))
    for name, value in equal.items():
        query = query.where(source.c[name] == value)
    return [dict(zip(columns, row, strict=True)) for row in snapshot.execute(query)]


def stored_groups(
    snapshot: Snapshot, table: str, columns: Sequence[str], *, differs: Mapping[str, Any]
) -> list[Row]:
    """The distinct rows of a table where every column of `differs` has another value than given there."""
    source = metadata.tables[table]
    query = select(*(source.c[name] for name in columns)).distinct()
    for name, value in differs.items():
        query = query.where(source.c[name] != value)
    return [dict(zip(columns, row, strict=True)) for row in snapshot.execute(query)]


def is_empty(snapshot: Snapshot, table: str) -> bool:
    """Whether a table has no rows."""
    return snapshot.execute(select(metadata.tables[table]).limit(1)).first() is None


def compare(
    table: str,
    key: tuple[str, ...],
    stored: Iterable[Row],
    wanted: Iterable[Row],
    *,
    stamps: Mapping[str, Any] | None = None,
    remove_missing: bool = False,
) -> Difference:
    """The difference between stored and wanted rows, matched by `key`.

    Wanted rows all have the same columns; only those are compared. `stamps` are written with every added or
    changed row and never compared (when it was updated). Stored rows that nobody wants stay, unless
    `remove_missing`.
    """
    stamps = stamps or {}
    before = {tuple(row[name] for name in key): row for row in stored}
    added: list[Row] = []
    changed: list[Row] = []
    unchanged = 0
    for row in wanted:
        old = before.pop(tuple(row[name] for name in key), None)
        if old is None:
            added.append({**row, **stamps})
        elif any(old[name] != value for name, value in row.items()):
            changed.append({**row, **stamps})
        else:
            unchanged += 1
    missing = [{name: row[name] for name in key} for row in before.values()] if remove_missing else []
    return Difference(table, key, added, changed, missing, unchanged)


def write(tx: Transaction, differences: Sequence[Difference]) -> None:
    """Carry out differences, named in the order in which their tables refer to each other.

    Every changed row of a table that counts its versions gets the next version. Raises StoreError.
    """
    for difference in reversed(differences):
        _remove(tx, difference)
    for difference in differences:
        insert_rows(tx, metadata.tables[difference.table], difference.added)
        _change(tx, difference)
    if sum(len(one.added) + len(one.removed) for one in differences) >= _MUCH:
        # Without figures about the tables the database picks indexes by rule of thumb, often the wrong ones.
        tx.exec_driver_sql("ANALYZE")


def _change(tx: Transaction, difference: Difference) -> None:
    if not difference.changed:
        return
    table = metadata.tables[difference.table]
    values: dict[str, Any] = {
        name: bindparam(f"new_{name}") for name in difference.changed[0] if name not in difference.key
    }
    if "version" in table.c:
        values["version"] = table.c.version + 1
    statement = update(table).values(values)
    for name in difference.key:
        statement = statement.where(table.c[name] == bindparam(f"new_{name}"))
    for batch in _batches(difference.changed):
        tx.execute(statement, [{f"new_{name}": value for name, value in row.items()} for row in batch])


def _remove(tx: Transaction, difference: Difference) -> None:
    table = metadata.tables[difference.table]
    statement = delete(table)
    for name in difference.key:
        statement = statement.where(table.c[name] == bindparam(f"old_{name}"))
    for batch in _batches(difference.removed):
        tx.execute(statement, [{f"old_{name}": value for name, value in row.items()} for row in batch])


def _batches(rows: Sequence[Row]) -> Iterable[list[Row]]:
    for start in range(0, len(rows), _BATCH):
        yield list(rows[start : start + _BATCH])
