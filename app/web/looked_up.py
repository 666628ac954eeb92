"""What a tool found, as terms, tables and a drawing: exactly what the assistant was told, by the journal.

A tool answers in JSON with a source, a moment and either `items` or one record, whose lists become tables of
their own. Only plain values become cells; what a stranger wrote is text like any other here, and the page
escapes it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.web.tables import Cell, link
from shop.imports.safe_csv import SafeCsvWriter

PLACES: Final = {
    "sku": "products",
    "order": "orders",
    "order_id": "orders",
    "customer": "customers",
    "supplier": "suppliers",
    "purchase_order": "purchase-orders",
    "approval": "approvals",
    "approval_id": "approvals",
    "action_id": "activity",
    "run": "runs",
}
"""Where a record is shown, by the name under which tools tell its id."""

IDS: Final = {
    "find_orders": "orders",
    "get_order": "orders",
    "find_customer": "customers",
    "list_purchase_orders": "purchase-orders",
    "list_approvals": "approvals",
}
"""What the plain ``id`` of an answer is the id of, by the tool that gave it."""

MOST_COLUMNS: Final = 12
"""On a page; the CSV holds all of them."""

_ABOUT_THE_ANSWER: Final = {"source", "as_of", "next_page", "items"}


@dataclass(frozen=True, slots=True)
class Part:
    """One table of an answer; `name` is empty for the answer's own list."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def shown(self) -> int:
        """So many columns stand on the page."""
        return min(len(self.columns), MOST_COLUMNS)

    def column(self, name: str) -> list[str] | None:
        """The values of a column in the order of the rows; None if there is no such column."""
        if name not in self.columns:
            return None
        at = self.columns.index(name)
        return [row[at].text for row in self.rows]

    def as_csv(self) -> str:
        """All rows and columns as CSV; no cell is a formula to a spreadsheet."""
        out = io.StringIO()
        writer = SafeCsvWriter(out, self.columns)
        for row in self.rows:
            writer.row(cell.text for cell in row)
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What one call found, from where and when; `sku` is the product, if all of it is about one."""

    source: str
    as_of: str
    terms: tuple[tuple[str, Cell], ...]
    parts: tuple[Part, ...]
    sku: str

    def part(self, name: str) -> Part | None:
        """A table by its name."""
        return next((one for one in self.parts if one.name == name), None)


def looked_up(content: str, tool: str = "") -> LookedUp | None:
    """The answer of a tool as it was told; None for one without any value in it."""
    try:
        told = json.loads(content)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    places = {**PLACES, "id": IDS[tool]} if tool in IDS else PLACES
    head = {name: value for name, value in told.items() if name not in _ABOUT_THE_ANSWER}
    terms = tuple((name, _cell(name, value, places)) for name, value in head.items() if _is_plain(value))
    records = _records(told.get("items"))
    parts = [_part("", records, {}, places)] if records else []
    whose = {name: value for name, value in head.items() if name in places and _is_plain(value)}
    parts += [_part(name, _records(value), whose, places) for name, value in head.items() if _records(value)]
    if not parts and not terms:
        return None
    skus = {str(one["sku"]) for one in (head, *records) if one.get("sku")}
    return LookedUp(
        str(told.get("source", "")),
        str(told.get("as_of", "")),
        terms,
        tuple(parts),
        skus.pop() if len(skus) == 1 else "",
    )


def links_of(args: Mapping[str, Any]) -> Iterator[Cell]:
    """The records that the arguments of a call name."""
    for name, value in args.items():
        for one in value if isinstance(value, list) else [value]:
            if name in PLACES and isinstance(one, str) and one:
                yield _cell(name, one, PLACES)


def _records(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _part(
    name: str, records: Sequence[Mapping[str, Any]], whose: Mapping[str, Any], places: Mapping[str, str]
) -> Part:
    """A list as a table; in front of each row stands whose it is, so that a row tells it by itself."""
    owner = {key: value for key, value in whose.items() if key != "id"}
    owned = [{**owner, **one} for one in records]
    columns = _columns(owned)
    rows = tuple(tuple(_cell(key, record.get(key), places) for key in columns) for record in owned)
    return Part(name, columns, rows)


def _columns(records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Names with a plain value in some record, in the order in which they are told."""
    names: dict[str, None] = {}
    for record in records:
        names.update((name, None) for name, value in record.items() if _is_plain(value))
    return tuple(names)


def _is_plain(value: Any) -> bool:
    return value is not None and value != "" and not isinstance(value, dict | list)


def _cell(name: str, value: Any, places: Mapping[str, str]) -> Cell:
    if not _is_plain(value):
        return Cell("")
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    text = str(value)
    if name in places:
        return link(text, places[name], text)
    return Cell(text, number=_is_number(text))


def _is_number(text: str) -> bool:
    """Also of an amount with its currency: it stands to the right like any other.

    >>> _is_number("-4.5"), _is_number("1,052.80 GBP"), _is_number("MUG-01")
    (True, True, False)
    """
    figure, _, currency = text.partition(" ")
    try:
        float(figure.replace(",", ""))
    except ValueError:
        return False
    return not currency or (len(currency) == 3 and currency.isupper())  # noqa: PLR2004 - ISO 4217
