"""The products of the sample store, from ``families.csv``: one column for each property."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.imports.sample import specials
from shop.imports.sample.period import DAYS
from shop.money import Money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

HOME: Final = "GBP"
LONG_AGO: Final = -400
_VARIANT_SHARE: Final = (100, 72, 58, 47, 40, 34, 30, 27)


@dataclass(frozen=True, slots=True)
class Item:
    """One SKU before it becomes rows; money in whole pence, `daily` in pieces a day over all locations."""

    sku: str
    title: str
    family: str
    category: str
    supplier: str
    status: str
    price: int
    cost: int
    map_price: int | None
    item_class: str
    shelf_life_days: int | None
    grams: int
    pack: int
    moq: int
    daily: float
    pattern: str
    launched: int
    vendor: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All SKUs in a fixed order; `place` finds one."""

    items: tuple[Item, ...]
    place: Mapping[str, int]

    def column(self, name: str, dtype: type = np.int64) -> NDArray[Any]:
        """One numeric property of all SKUs, shape (SKUs,)."""
        return np.array([getattr(item, name) for item in self.items], dtype=dtype)


def build_catalogue(rng: np.random.Generator) -> Catalogue:
    """Read the families and spread each over its variants; about 380 SKUs, prices in GBP."""
    with files(__package__).joinpath("families.csv").open(encoding="utf-8") as file:
        items = tuple(item for family in csv.DictReader(file) for item in _variants(family, rng))
    return Catalogue(items, {item.sku: place for place, item in enumerate(items)})


def _variants(family: dict[str, str], rng: np.random.Generator) -> list[Item]:
    variants = [variant.split("=") for variant in family["variants"].split(";")]
    price, cost = Money.of(family["price"], HOME).minor, Money.of(family["cost"], HOME).minor
    return [
        _item(family, suffix, words, place, (_step(price, place), _step(cost, place)), rng)
        for place, (suffix, words) in enumerate(variants)
    ]


def _step(pence: int, place: int) -> int:
    """Later variants are a little dearer; prices stay at steps of 5 pence."""
    return (pence * (100 + 4 * (place % 3)) // 100 + 2) // 5 * 5


def _item(
    family: dict[str, str],
    suffix: str,
    words: str,
    place: int,
    money: tuple[int, int],
    rng: np.random.Generator,
) -> Item:
    code, sku = family["code"], f"{family['code']}-{suffix}"
    price, cost = money
    share = _VARIANT_SHARE[place] * int(rng.integers(75, 126)) / 10_000
    map_percent = specials.MAP_PERCENT.get(code)
    return Item(
        sku=sku,
        title=f"{family['title']}, {words}",
        family=code,
        category=family["category"],
        supplier=family["supplier"],
        status=_status(sku),
        price=price,
        cost=cost,
        map_price=None if map_percent is None else price * map_percent // 100,
        item_class=_item_class(code, sku),
        shelf_life_days=specials.SHELF_LIFE_DAYS.get(code),
        grams=int(family["grams"]),
        pack=int(family["pack"]),
        moq=specials.MOQ.get(sku, int(family["moq"])),
        daily=float(family["daily"]) * share,
        pattern=family["pattern"],
        launched=_launched(sku),
        vendor=_VENDORS.get(family["supplier"], "Harbour & Hearth"),
    )


_VENDORS: Final = {
    "lumen": "Casa Lumen",
    "minho": "Linho do Minho",
    "highmoor": "Highmoor",
    "trailhead": "Trailhead",
    "kyoto": "Kyoto Paper",
    "brightside": "Brightside",
    "saltwater": "Saltwater",
    "pennine": "Pennine Candles",
    "firstlight": "First Light",
}


def _status(sku: str) -> str:
    groups = (
        ("end_of_life", specials.END_OF_LIFE),
        ("archived", specials.ARCHIVED),
        ("draft", specials.DRAFT),
    )
    return next((status for status, skus in groups if sku in skus), "active")


def _item_class(code: str, sku: str) -> str:
    if sku in specials.FINAL_SALE:
        return "final_sale"
    if code in specials.HAZARDOUS_FAMILIES:
        return "hazardous"
    return "hygiene" if code in specials.HYGIENE_FAMILIES else "standard"


def _launched(sku: str) -> int:
    ago = specials.LAUNCHED_DAYS_AGO.get(sku)
    return LONG_AGO if ago is None else DAYS - ago
