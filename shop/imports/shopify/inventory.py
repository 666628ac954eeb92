"""Shopify's inventory export: stock of a variant at a location, in three dialects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from shop.imports import cells
from shop.imports.cells import CellError
from shop.imports.shopify.products import key_of, options_of, sku_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shop.imports.shopify.dialects import Dialect
    from shop.imports.shopify.tally import Source

_NOT_STOCKED: Final = ("", "not stocked")


@dataclass(frozen=True, slots=True)
class Level:
    """Pieces of a SKU at a location, by the location's name; any of them may be negative."""

    on_hand: int
    committed: int
    unavailable: int


@dataclass(slots=True)
class Inventory:
    """All inventory files together. Rows wait in `pending` until all products are known."""

    levels: dict[tuple[str, str], Level] = field(default_factory=dict)
    locations: list[str] = field(default_factory=list)
    breaches: int = 0
    negative: int = 0
    incoming: int = 0
    _pending: list[tuple[str, dict[str, Level], Source]] = field(default_factory=list)

    def add(self, row: Mapping[str, str], dialect: Dialect, source: Source) -> None:
        """Take one row in; raises CellError with the reason when it cannot be used."""
        sku = sku_of(row["sku"]) or key_of(cells.identifier(row["handle"], "handle"), options_of(row))
        if dialect.by_location:
            levels = _levels_by_location(dialect, source)
            self._know([cells.plain_text(name, 200) for name in dialect.by_location])
        else:
            location = cells.plain_text(row["location"], 200)
            if not location:
                raise CellError("no location")
            self._know([location])
            level = self._level(row)
            levels = {} if level is None else {location: level}
        if levels:
            self._pending.append((sku, levels, source))
        else:
            source.count("not_stocked")

    def settle(self, known: set[str]) -> None:
        """Give every waiting row its outcome, now that the SKUs of the shop are known."""
        for sku, levels, source in self._pending:
            keys = {(sku, location): level for location, level in levels.items()}
            if sku not in known:
                source.reject(f"SKU {sku!r} is in no products export and not in the store")
            elif all(self.levels.get(key) == level for key, level in keys.items()):
                source.count("duplicate")
            elif any(key in self.levels for key in keys):
                source.reject(f"SKU {sku!r} has another stock figure for this location on another row")
            else:
                self.levels.update(keys)
                self.negative += sum(level.on_hand < 0 for level in levels.values())
                source.count("stock")
        self._pending.clear()

    def _know(self, names: list[str]) -> None:
        self.locations += [name for name in names if name not in self.locations]

    def _level(self, row: Mapping[str, str]) -> Level | None:
        numbers = {
            field: None if row[field].lower() in _NOT_STOCKED else _pieces(row[field], field)
            for field in ("on_hand", "available", "committed", "unavailable", "incoming")
        }
        on_hand, available = numbers["on_hand"], numbers["available"]
        if on_hand is None and available is None:
            return None
        committed, unavailable = numbers["committed"] or 0, numbers["unavailable"] or 0
        added_up = None if available is None else available + committed + unavailable
        if on_hand is not None and added_up is not None and on_hand != added_up:
            self.breaches += 1
        self.incoming += (numbers["incoming"] or 0) != 0
        known = on_hand if on_hand is not None else added_up
        return Level(known or 0, committed, unavailable)


def _levels_by_location(dialect: Dialect, source: Source) -> dict[str, Level]:
    levels = {}
    for name, at in dialect.by_location.items():
        cell = source.cells[at].strip()
        if cell.lower() not in _NOT_STOCKED:
            levels[cells.plain_text(name, 200)] = Level(_pieces(cell, name), 0, 0)
    return levels


def _pieces(cell: str, column: str) -> int:
    try:
        return cells.pieces(cell.removeprefix("'"))
    except CellError as error:
        raise CellError(f"{column.replace('_', ' ')}: {error}") from error
