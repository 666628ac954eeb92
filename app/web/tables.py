"""A list of records as its page shows it: columns, rows of cells, the way to the next page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

PAGE: Final = 50
_TONES: Final = {
    "unfulfilled": "warn",
    "partly_fulfilled": "warn",
    "placed": "warn",
    "partly_received": "warn",
    "fulfilled": "good",
    "received": "good",
    "cancelled": "plain",
}
"""How the state of an order or a purchase order is to be seen."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: `number` is set to the right, `tone` is good, warn, bad or nothing."""

    text: str
    href: str = ""
    number: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title, and whether it holds numbers."""

    title: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list. `older` is the address of the next page, empty on the last.

    `advice` says what to try instead to whoever searched and found nothing.
    """

    title: str
    path: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: str = ""
    older: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    chosen: str = ""
    choice_name: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a record's page: a list of terms, or a table."""

    title: str
    terms: tuple[tuple[str, Cell], ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    empty: str = ""
    chart: str = ""
    texts: tuple[tuple[str, str], ...] = ()


def next_page(path: str, after: str, **filters: str) -> str:
    """The address of the page behind a key, under the same filters."""
    values = {name: value for name, value in {**filters, "after": after}.items() if value}
    return f"{path}?{urlencode(values)}"


def state(status: str) -> Cell:
    """The state of an order or a purchase order, in its tone."""
    return Cell(status.replace("_", " "), tone=_TONES[status])


def text(value: object) -> Cell:
    """A plain cell; None is empty."""
    return Cell("" if value is None else str(value))


def number(value: object) -> Cell:
    """A cell that is set to the right."""
    return Cell("" if value is None else f"{value:,}" if isinstance(value, int) else str(value), number=True)


def link(value: str, *path: str) -> Cell:
    """A cell that leads to a record."""
    return Cell(value, "/" + "/".join(quote(part, safe="") for part in path))
