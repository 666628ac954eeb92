"""What a tool found, as a table with links to records: exactly what the assistant was told, by the journal.

A tool answers in JSON with a source, a moment and `items`, or with one record. Only plain values become
cells; what a stranger wrote is text like any other here, and the page escapes it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

PLACES: Final = {
    "sku": "products",
    "order": "orders",
    "order_id": "orders",
    "customer": "customers",
    "supplier": "suppliers",
    "purchase_order": "purchase-orders",
    "approval": "approvals",
    "run": "runs",
}
"""Where a record is shown, by the name under which tools tell its id."""

_MOST_COLUMNS: Final = 12
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; `href` leads to the record that it names."""

    text: str
    number: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What one call found, from where and when; `sku` is the product, if all of it is about one."""

    source: str
    as_of: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sku: str

    def as_csv(self) -> str:
        """The rows as CSV; no cell is a formula to a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(self.columns)
        writer.writerows([_harmless(cell) for cell in row] for row in self.rows)
        return out.getvalue()


def looked_up(content: str) -> LookedUp | None:
    """The answer of a tool as it was told; None for one without a record in it."""
    try:
        told = json.loads(content)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    items = told.get("items", [{name: told[name] for name in told if name not in {"source", "as_of"}}])
    records = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    columns = _columns(records)
    if not columns or not any(name in PLACES for name in columns):
        return None
    rows = tuple(tuple(_cell(name, record.get(name)) for name in columns) for record in records)
    skus = {str(record["sku"]) for record in records if record.get("sku")}
    return LookedUp(
        str(told.get("source", "")),
        str(told.get("as_of", ""))[:16].replace("T", " "),
        columns,
        rows,
        skus.pop() if len(skus) == 1 else "",
    )


def links_of(args: Mapping[str, Any]) -> Iterator[Cell]:
    """The records that the arguments of a call name."""
    for name, value in args.items():
        for one in value if isinstance(value, list) else [value]:
            if name in PLACES and isinstance(one, str) and one:
                yield _cell(name, one)


def _columns(records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Names with a plain value in some record, in the order in which they are told."""
    names: dict[str, None] = {}
    for record in records:
        names.update(
            (name, None)
            for name, value in record.items()
            if value is not None and not isinstance(value, dict | list)
        )
    return tuple(names)[:_MOST_COLUMNS]


def _cell(name: str, value: Any) -> Cell:
    if value is None or isinstance(value, dict | list):
        return Cell("")
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    text = str(value)
    if name in PLACES:
        return Cell(text, href=f"/{PLACES[name]}/{quote(text, safe='')}")
    return Cell(text, number=_is_number(text))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _harmless(cell: Cell) -> str:
    return f"'{cell.text}" if cell.text.startswith(_FORMULA) and not cell.number else cell.text
