"""The suppliers file: a line for each SKU and supplier, written for people to complete, strictly read."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

from shop.actions import MAX_PIECES
from shop.errors import ImportFileError, MoneyError
from shop.imports import cells
from shop.imports.cells import CellError
from shop.imports.reading import plain_name
from shop.imports.safe_csv import SafeCsvWriter, undefuse
from shop.money import Money, exponent
from shop.store.loading import Row, stored_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from shop.store.database import Database, Snapshot

COLUMNS: Final = (
    "supplier",
    "sku",
    "title",
    "lead_time_days",
    "lead_time_sd_days",
    "moq",
    "pack_size",
    "unit_cost",
    "currency",
    "minimum_order",
    "assumed",
)
_OPTIONAL: Final = ("title", "assumed")
LIMITS: Final = {
    "maximum_weight_kg": ("maximum_weight_grams", 1_000),
    "maximum_volume_litres": ("maximum_volume_ml", 1_000),
    "delivered_percent": ("delivered_percent", 1),
}
"""Columns that a file may have on top: the supplier's own column in the store, and how many of it one is."""
SHELF_LIFE: Final = "shelf_life_days"
"""A column that a file may have on top, of the product: how long it keeps after its arrival."""
_SUPPLIER: Final = ("id", "name", "currency", "lead_time_days", "lead_time_sd_days", "minimum_order_minor")
_OFFER: Final = ("supplier", "sku", "unit_cost_minor", "moq", "pack_size", "rank", "assumed")
_MAX_DAYS: Final = 730
_LONGEST_LIFE: Final = 3_650
_LARGEST_LIMIT: Final = 10**12
Value = TypeVar("Value")
Fault = tuple[int, str]
"""The line of a row and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """One line of the file in exact values: a supplier's own terms, and its terms for one SKU."""

    supplier: str
    sku: str
    lead_time_days: float
    lead_time_sd_days: float
    moq: int
    pack_size: int
    unit_cost: Money
    minimum_order: Money
    assumed: bool
    limits: tuple[tuple[str, int | None], ...] = ()
    shelf_life_days: int | None = None

    @property
    def of_supplier(self) -> tuple[object, ...]:
        """What must be the same on every line of a supplier."""
        return self.lead_time_days, self.lead_time_sd_days, self.minimum_order, self.limits


@dataclass(slots=True)
class TermsFile:
    """The readable rows of a suppliers file, and the faults of the others."""

    name: str
    rows: int = 0
    terms: list[tuple[int, Terms]] = field(default_factory=list)
    open_skus: int = 0
    faults: list[Fault] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()
    tells_shelf_life: bool = False
    digest: str = ""


def write_supplier_terms(db: Database, path: Path) -> int:
    """Write the suppliers file of a store (UTF-8 CSV, cells defused); returns the number of lines.

    SKUs without any supplier stand in it with empty terms. Raises ImportFileError when it cannot be written.
    """
    with db.reading() as snapshot:
        lines = list(_lines(snapshot))
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = SafeCsvWriter(file, COLUMNS)
            for line in lines:
                writer.row(line)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ImportFileError(f"{path} cannot be written: {error.strerror}") from error
    return len(lines)


def _lines(snapshot: Snapshot) -> Iterator[tuple[object, ...]]:
    suppliers = {row["id"]: row for row in stored_rows(snapshot, "suppliers", _SUPPLIER)}
    products = sorted(stored_rows(snapshot, "products", ("sku", "title")), key=lambda row: row["sku"])
    offers: dict[str, list[Row]] = {}
    for row in stored_rows(snapshot, "offers", _OFFER):
        offers.setdefault(row["sku"], []).append(row)
    for product in products:
        sku, title = product["sku"], product["title"]
        ranked = sorted(offers.get(sku, []), key=lambda row: (row["rank"], row["supplier"]))
        for offer in ranked:
            yield _line(suppliers[offer["supplier"]], offer, title)
        if not ranked:
            yield ("", sku, title, *[""] * 7, "yes")


def _line(supplier: Row, offer: Row, title: str) -> tuple[object, ...]:
    currency = supplier["currency"]
    return (
        supplier["name"],
        offer["sku"],
        title,
        f"{supplier['lead_time_days']:g}",
        f"{supplier['lead_time_sd_days']:g}",
        offer["moq"],
        offer["pack_size"],
        _amount(offer["unit_cost_minor"], currency),
        currency,
        _amount(supplier["minimum_order_minor"], currency),
        "yes" if offer["assumed"] else "no",
    )


def _amount(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).amount:.{exponent(currency)}f}"


class TermsColumns:
    """Where the columns of a suppliers file stand; raises ImportFileError naming what lacks."""

    def __init__(self, header: Sequence[str], name: str) -> None:
        wanted = {plain_name(column): column for column in (*COLUMNS, *LIMITS, SHELF_LIFE)}
        self._places = {
            wanted[plain_name(column)]: at for at, column in enumerate(header) if plain_name(column) in wanted
        }
        self.width = len(header)
        self.unknown = tuple(column for column in header if column and plain_name(column) not in wanted)
        self.tells_shelf_life = SHELF_LIFE in self._places
        missing = [column for column in COLUMNS if column not in self._places and column not in _OPTIONAL]
        if missing:
            raise ImportFileError(
                f"{name} lacks the columns {', '.join(missing)}; it has {', '.join(header)}"
            )

    def read(self, row: Sequence[str]) -> Terms | None:
        """The terms of a row; None where only the SKU stands; CellError names the cell that is wrong."""
        if len(row) != self.width:
            raise CellError(f"{len(row)} cells where the header has {self.width}")
        cell = {column: undefuse(row[at]).strip() for column, at in self._places.items()}
        sku = _named("sku", lambda: cells.identifier(cell["sku"], "SKU"))
        if not any(cell[column] for column in COLUMNS if column not in ("sku", *_OPTIONAL)):
            return None
        currency = _named("currency", lambda: _currency(cell["currency"]))
        return Terms(
            _named("supplier", lambda: cells.identifier(cell["supplier"], "supplier")),
            sku,
            _named("lead_time_days", lambda: _days(cell["lead_time_days"], at_least=1)),
            _named("lead_time_sd_days", lambda: _days(cell["lead_time_sd_days"], at_least=0)),
            _named("moq", lambda: _count(cell["moq"])),
            _named("pack_size", lambda: _count(cell["pack_size"])),
            _named("unit_cost", lambda: _cost(cell["unit_cost"], currency, over_zero=True)),
            _named("minimum_order", lambda: _cost(cell["minimum_order"], currency, over_zero=False)),
            _named("assumed", lambda: _yes_or_no(cell.get("assumed", ""))),
            tuple(_limit(cell, column) for column in LIMITS if column in cell),
            _named(SHELF_LIFE, lambda: _shelf_life(cell.get(SHELF_LIFE, ""))),
        )


def _named(column: str, parse: Callable[[], Value]) -> Value:
    try:
        return parse()
    except CellError as error:
        raise CellError(f"{column}: {error}") from error


def _currency(cell: str) -> str:
    code = cell.upper()
    try:
        exponent(code)
    except MoneyError as error:
        raise CellError(str(error)) from error
    return code


def _days(cell: str, *, at_least: int) -> float:
    try:
        days = Decimal(cell)
    except ArithmeticError as error:
        raise CellError(f"expected a number of days, got {cell!r}") from error
    if not days.is_finite() or not at_least <= days <= _MAX_DAYS:
        raise CellError(f"expected {at_least} to {_MAX_DAYS} days, got {cell!r}")
    return float(days)


def _shelf_life(cell: str) -> int | None:
    """Whole days; an empty cell is a product that does not spoil."""
    if not cell:
        return None
    days = cells.whole_number(cell)
    if not 1 <= days <= _LONGEST_LIFE:
        raise CellError(f"expected 1 to {_LONGEST_LIFE:,} days, got {cell!r}")
    return days


def _count(cell: str) -> int:
    number = cells.whole_number(cell)
    if not 1 <= number <= MAX_PIECES:
        raise CellError(f"expected 1 to {MAX_PIECES:,} pieces, got {cell!r}")
    return number


def _limit(cells_by_name: dict[str, str], column: str) -> tuple[str, int | None]:
    """A limit of a supplier: its column in the store, and its amount there; an empty cell is none."""
    name, scale = LIMITS[column]
    cell = cells_by_name[column]
    if not cell:
        return name, None
    try:
        amount = Decimal(cell) * scale
    except ArithmeticError as error:
        raise CellError(f"{column}: expected a number, got {cell!r}") from error
    most = 100 if column == "delivered_percent" else _LARGEST_LIMIT
    if not amount.is_finite() or amount != amount.to_integral_value() or not 1 <= amount <= most:
        raise CellError(f"{column}: expected over 0 and at most {most // scale:,}, got {cell!r}")
    return name, int(amount)


def _cost(cell: str, currency: str, *, over_zero: bool) -> Money:
    minor, rounded = cells.price(cell, currency)
    if rounded:
        raise CellError(f"{cell!r} has more decimals than {currency} knows ({exponent(currency)})")
    if minor < 0 or (over_zero and minor == 0):
        raise CellError(f"expected an amount {'over' if over_zero else 'of at least'} 0, got {cell!r}")
    return Money(minor, currency)


def _yes_or_no(cell: str) -> bool:
    answers = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False, "": False}
    if cell.lower() not in answers:
        raise CellError(f"expected yes or no, got {cell!r}")
    return answers[cell.lower()]
