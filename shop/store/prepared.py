"""Statements that are compiled once and then handed to the driver as they are.

SQLAlchemy makes a statement and its result anew at each execution, which costs several times what SQLite
needs to answer. The reads and writes behind every decision go through here instead: the same statements,
types, connection and transaction, without that work. What is built for one question stays with SQLAlchemy.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    select,
)
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import TypeEngine

from shop.store.columns import UtcText, utc_text

Values = Mapping[str, Any]

_NOTHING: Final[Values] = {}


@dataclass(frozen=True, slots=True)
class _Slot:
    """One place of the text: the value given under a name, one of a list of them, or a fixed value."""

    name: str
    source: str | None
    place: int | None
    fixed: Any
    bind: Callable[[Any], Any] | None

    def value(self, values: Values) -> Any:
        if self.source is None:
            return self.fixed
        given = values[self.source] if self.place is None else values[self.source][self.place]
        return given if self.bind is None else self.bind(given)


@dataclass(slots=True)
class _Compiled:
    """A statement as text of one dialect, and how values and rows are turned on their way.

    How a row is read depends on the types that the driver reports, so it is known after the first execution.
    `straight` are the names of the values if each stands in one place by itself, as it usually does, and
    `turned` the places among them whose values are converted. Else `filled` are the places that get a given
    value, among those that are `fixed`.
    """

    text: str
    slots: tuple[_Slot, ...]
    by_place: bool
    row: Callable[[Sequence[Any]], Any] = tuple
    is_known: bool = False
    straight: tuple[str, ...] | None = field(init=False)
    turned: tuple[tuple[int, Callable[[Any], Any]], ...] = field(init=False)
    fixed: list[Any] = field(init=False)
    filled: tuple[tuple[int, str, int | None, Callable[[Any], Any] | None], ...] = field(init=False)

    def __post_init__(self) -> None:
        named = [slot.source for slot in self.slots if slot.source is not None and slot.place is None]
        plain = self.by_place and len(named) == len(self.slots)
        self.straight = tuple(named) if plain else None
        self.fixed = [slot.fixed for slot in self.slots]
        self.filled = tuple(
            (number, slot.source, slot.place, slot.bind)
            for number, slot in enumerate(self.slots)
            if slot.source is not None
        )
        self.turned = tuple((place, slot.bind) for place, slot in enumerate(self.slots) if slot.bind)

    def arguments(self, values: Values) -> Any:
        if self.straight is not None:
            given = [values[name] for name in self.straight]
            for place, bind in self.turned:
                given[place] = bind(given[place])
            return given
        if self.by_place:
            given = self.fixed.copy()
            for number, source, nth, turn in self.filled:
                value = values[source] if nth is None else values[source][nth]
                given[number] = value if turn is None else turn(value)
            return given
        return {slot.name: slot.value(values) for slot in self.slots}


class Prepared:
    """A statement whose values are given by name at each execution; lists may have any length.

    Rows are named tuples of the selected columns. An insert writes the columns it is given a value for and
    the defaults of the others.
    """

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        self._statement = statement
        self._compiled: dict[object, _Compiled] = {}
        self._lists = tuple(
            one.key
            for one in iterate(statement)
            if isinstance(one, BindParameter) and one.expanding and one.required
        )
        self._names_count = isinstance(statement, Insert)

    def rows(self, snapshot: Connection, values: Values = _NOTHING) -> list[Any]:
        """All rows."""
        compiled, cursor = self._executed(snapshot, values)
        found = [compiled.row(row) for row in cursor.fetchall()]
        cursor.close()
        return found

    def first(self, snapshot: Connection, values: Values = _NOTHING) -> Any:
        """The first row, None if there is none."""
        compiled, cursor = self._executed(snapshot, values)
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else compiled.row(row)

    def scalar(self, snapshot: Connection, values: Values = _NOTHING) -> Any:
        """The first column of the first row, None if there is none."""
        row = self.first(snapshot, values)
        return None if row is None else row[0]

    def run(self, tx: Connection, values: Values = _NOTHING) -> int:
        """Write; gives how many rows that touched."""
        _, cursor = self._executed(tx, values)
        touched = int(cursor.rowcount)
        cursor.close()
        return touched

    def run_each(self, tx: Connection, rows: Sequence[Values]) -> None:
        """Write once for each set of values, all of the same names."""
        if rows:
            compiled, cursor = self._for(tx, rows[0]), tx.connection.cursor()
            cursor.executemany(compiled.text, [compiled.arguments(row) for row in rows])
            cursor.close()

    def _executed(self, snapshot: Connection, values: Values) -> tuple[_Compiled, Any]:
        compiled = self._for(snapshot, values)
        driver: Any = snapshot.connection.dbapi_connection
        cursor = driver.execute(compiled.text, compiled.arguments(values))  # SQLite's and psycopg's alike
        if not compiled.is_known:
            compiled.row, compiled.is_known = _reader(self._statement, snapshot.dialect, cursor), True
        return compiled, cursor

    def _for(self, snapshot: Connection, values: Values) -> _Compiled:
        key: object = snapshot.dialect.name
        if self._names_count:  # an insert writes the columns that it is given a value for
            key = (key, *values)
        elif self._lists:
            key = (key, *(len(values[name]) for name in self._lists))
        known = self._compiled.get(key)
        if known is None:
            known = self._compiled[key] = _compiled(self._statement, snapshot.dialect, values)
        return known


@cache
def select_by(table: Table, *keys: str) -> Prepared:
    """The rows of a table by the values of some columns, each given under its name."""
    return Prepared(select(table).where(*(table.c[name] == bindparam(name) for name in keys)))


@cache
def insert_into(table: Table) -> Prepared:
    """A new row of a table."""
    return Prepared(table.insert())


def _compiled(
    statement: Select[Any] | Insert | Update | Delete, dialect: Dialect, values: Values
) -> _Compiled:
    columns = list(values) if isinstance(statement, Insert) else None
    compiler = statement.compile(dialect=dialect, column_keys=columns)
    defaults = {column.key: _default(column) for column in compiler.insert_prefetch}
    state = compiler.construct_expanded_state({**defaults, **values})
    binds = (
        {
            name: one.type.dialect_impl(dialect).bind_processor(dialect)
            for one, name in compiler.bind_names.items()
        }
        | dict(state.processors)
        | {name: utc_text for one, name in compiler.bind_names.items() if isinstance(one.type, UtcText)}
    )
    sources: dict[str, tuple[str, int | None]] = {name: (name, None) for name in values}
    for source, names in state.parameter_expansion.items():
        if source in values:
            sources.update((name, (source, place)) for place, name in enumerate(names))
    slots = tuple(
        _slot(name, sources.get(name), state.parameters[name], binds.get(name))
        for name in state.positiontup or state.parameters
    )
    return _Compiled(state.statement, slots, compiler.positional)


def _slot(
    name: str, source: tuple[str, int | None] | None, value: Any, bind: Callable[[Any], Any] | None
) -> _Slot:
    if source is None:
        return _Slot(name, None, None, value if bind is None else bind(value), None)
    return _Slot(name, *source, None, bind)


def _default(column: Column[Any]) -> Any:
    """The plain value that the table's description gives a column; a computed one has no place here."""
    if not isinstance(column.default, ScalarElementColumnDefault):
        raise TypeError(f"give {column} a value: its default is computed")
    return column.default.arg


def _turn(kind: TypeEngine[Any], dialect: Dialect, told: Any) -> Callable[[Any], Any] | None:
    """How a value of the driver becomes one of the type that its column declares; None if it is one."""
    if isinstance(kind, UtcText):  # the same, without the way through SQLAlchemy
        return datetime.fromisoformat
    return kind.dialect_impl(dialect).result_processor(dialect, told)


def _reader(
    statement: Select[Any] | Insert | Update | Delete, dialect: Dialect, cursor: Any
) -> Callable[[Sequence[Any]], Any]:
    """How a row of the driver becomes a named tuple of the types that the columns declare."""
    if not isinstance(statement, Select):
        return tuple
    columns = statement.selected_columns
    row = namedtuple("Row", columns.keys(), rename=True)  # type: ignore[misc]  # noqa: PYI024 - names of the statement
    make: Callable[[Sequence[Any]], Any] = partial(tuple.__new__, row)  # as many values as names: the query's
    turns = [
        (place, turn)
        for place, (column, told) in enumerate(zip(columns, cursor.description, strict=True))
        if (turn := _turn(column.type, dialect, told[1])) is not None
    ]
    if not turns:
        return make

    def turned(found: Sequence[Any]) -> Any:
        values = list(found)
        for place, turn in turns:
            if values[place] is not None:
                values[place] = turn(values[place])
        return make(values)

    return turned
