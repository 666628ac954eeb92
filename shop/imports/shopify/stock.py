"""Locations, stock levels and movements: what is on hand, what was sold, and the opening between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from shop.imports.report import Finding
from shop.imports.slugs import slug
from shop.imports.store_claim import IMPORT_REF
from shop.store.loading import Difference, Row, compare, stored_groups, stored_rows

if TYPE_CHECKING:
    from datetime import datetime

    from shop.imports.shopify.inventory import Inventory, Level
    from shop.store.database import Snapshot

_KEY: Final = ("sku", "location", "day", "kind", "ref")
Place = tuple[str, str]
"""(SKU, location id)."""


@dataclass(slots=True)
class Locations:
    """Names of the files to ids of the store; those that the store has keep their id and rank."""

    snapshot: Snapshot
    stored: dict[str, Row] = field(init=False)
    ids: dict[str, str] = field(init=False)
    _wanted: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        rows = stored_rows(self.snapshot, "locations", ("id", "name", "rank"))
        self.stored = {row["id"]: row for row in rows}
        self.ids = {row["name"]: row["id"] for row in rows}

    def know(self, inventory: Inventory, fallback: str) -> None:
        """Take the files' locations in, the one with the most stock first; `fallback` when there is none."""
        units: Counter[str] = Counter()
        for (_, name), level in inventory.levels.items():
            units[name] += max(level.on_hand, 0)
        names = sorted(inventory.locations, key=lambda name: (-units[name], name))
        if not names and not self.stored:
            names = [fallback]
        taken = set(self.stored)
        rank = max((row["rank"] for row in self.stored.values()), default=-1)
        for name in names:
            if name not in self.ids:
                rank += 1
                self.ids[name] = slug(name, taken)
                taken.add(self.ids[name])
                self._wanted.append({"id": self.ids[name], "name": name, "rank": rank})

    @property
    def default(self) -> str:
        """The id of the location that the shop ships from."""
        rows = [*self.stored.values(), *self._wanted]
        return str(min(rows, key=lambda row: (row["rank"], row["id"]))["id"])

    def changes(self) -> Difference:
        """The new locations."""
        return compare("locations", ("id",), [], self._wanted)


def level_changes(
    snapshot: Snapshot, levels: dict[Place, Level], now: datetime
) -> tuple[Difference, dict[Place, int]]:
    """(what changes among the stock levels, pieces on hand of every level the store will have)."""
    columns = ("sku", "location", "on_hand", "committed", "unavailable", "assumed")
    stored = stored_rows(snapshot, "stock_levels", columns)
    wanted = [
        {
            "sku": sku,
            "location": location,
            "on_hand": level.on_hand,
            "committed": level.committed,
            "unavailable": level.unavailable,
            "assumed": False,
        }
        for (sku, location), level in sorted(levels.items())
    ]
    on_hand = {(row["sku"], row["location"]): row["on_hand"] for row in (*stored, *wanted)}
    return compare("stock_levels", ("sku", "location"), stored, wanted, stamps={"updated_at": now}), on_hand


def movement_changes(
    snapshot: Snapshot, sales: dict[tuple[str, str, date], int], on_hand: dict[Place, int], today: date
) -> Difference:
    """Sales from orders, and for each SKU and location an opening that makes its stock add up."""
    columns = ("sku", "location", "day", "kind", "ref", "quantity")
    stored = stored_rows(snapshot, "stock_movements", columns, ref=IMPORT_REF)
    wanted = [
        _movement((sku, location), day, "sale", -units)
        for (sku, location, day), units in sorted(sales.items())
    ]
    moved: Counter[Place] = Counter()
    first: dict[Place, date] = defaultdict(lambda: today)
    for row in wanted:
        place = (row["sku"], row["location"])
        moved[place] += row["quantity"]
        first[place] = min(first[place], row["day"])
    for row in stored_groups(snapshot, "stock_movements", (*columns, "id"), differs={"ref": IMPORT_REF}):
        place = (row["sku"], row["location"])
        moved[place] += row["quantity"]
        first[place] = min(first[place], row["day"])
    for row in stored:
        if row["kind"] == "opening":
            place = (row["sku"], row["location"])
            first[place] = min(first[place], row["day"])
    for place in sorted({*on_hand, *moved}):
        opening = on_hand.get(place, 0) - moved[place]
        if opening:
            wanted.append(_movement(place, first[place], "opening", opening))
    return compare("stock_movements", _KEY, stored, wanted, remove_missing=True)


def stock_findings(inventory: Inventory) -> list[Finding]:
    """What a person should know about the stock figures."""
    found = (
        (
            "stock_breaches",
            inventory.breaches,
            "{:,} rows: On hand is not Committed + Unavailable + Available",
        ),
        ("negative_stock", inventory.negative, "{:,} stock levels are below zero; count them"),
        (
            "incoming_stock",
            inventory.incoming,
            "{:,} rows have incoming goods; exports have no purchase orders, so they are not on order here",
        ),
    )
    return [Finding(code, count, text.format(count)) for code, count, text in found if count]


def _movement(place: Place, day: date, kind: str, quantity: int) -> Row:
    sku, location = place
    return {
        "sku": sku,
        "location": location,
        "day": day,
        "kind": kind,
        "ref": IMPORT_REF,
        "quantity": quantity,
    }
