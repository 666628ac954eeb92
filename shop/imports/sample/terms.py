"""Suppliers, their terms for each SKU, and what their currencies are worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final

from shop.imports.sample import specials
from shop.imports.sample.period import BUSINESS_DATE
from shop.money import exponent

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from shop.imports.sample.catalogue import Catalogue, Item


@dataclass(frozen=True, slots=True)
class SupplierTerms:
    """A supplier as the store knows it.

    `lead` and `lead_sd` in calendar days, `minimum` in minor units of `currency`. Someone looked at its
    goods every `review` days, last `reviewed` days before the business date; 0 means never: no order yet.
    """

    id: str
    name: str
    currency: str
    lead: int
    lead_sd: int
    minimum: int
    review: int
    reviewed: int
    approved: bool = True


SUPPLIERS: Final = (
    SupplierTerms("northwind", "Northwind Homeware Ltd", "GBP", 12, 3, 250_00, 14, 13),
    SupplierTerms("pennine", "Pennine Candle Works", "GBP", 7, 2, 150_00, 14, 9),
    SupplierTerms("greenacre", "Greenacre Garden Supply", "GBP", 9, 2, 120_00, 14, 10),
    SupplierTerms("highmoor", "Highmoor Tea & Coffee", "GBP", 5, 1, 100_00, 7, 6),
    SupplierTerms("brightside", "Brightside Toys", "GBP", 14, 4, 200_00, 14, 12),
    SupplierTerms("saltwater", "Saltwater Soap Company", "GBP", 8, 2, 120_00, 14, 8),
    SupplierTerms("albion", "Albion Wholesale", "GBP", 6, 2, 400_00, 14, 11),
    SupplierTerms("lumen", "Casa Lumen SL", "EUR", 21, 5, 400_00, 21, 16),
    SupplierTerms("minho", "Linho do Minho Lda", "EUR", 28, 6, 350_00, 21, 18),
    SupplierTerms("trailhead", "Trailhead Supply Co.", "USD", 35, 8, 500_00, 28, 20),
    SupplierTerms("kyoto", "Kyoto Paper & Craft", "JPY", 45, 10, 60_000, 28, 24),
    SupplierTerms("evergreen", "Evergreen Seasonal Imports", "USD", 60, 12, 600_00, 28, 27),
    SupplierTerms("quayside", "Quayside Goods", "GBP", 10, 4, 100_00, 28, 26, approved=False),
    SupplierTerms("firstlight", "First Light Ceramics", "GBP", 16, 4, 150_00, 14, 0),
)
TERMS: Final = {supplier.id: supplier for supplier in SUPPLIERS}

FORMER_SUPPLIER: Final = {"firstlight": "northwind"}
"""Who delivered in the past what a new supplier offers today."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Terms of one supplier for one SKU; `unit_cost` in minor units of the supplier's currency."""

    supplier: str
    sku: str
    unit_cost: int
    moq: int
    pack: int
    rank: int
    breaks: tuple[tuple[int, int], ...] = ()

    def cost_at(self, quantity: int) -> int:
        """The unit cost when so many pieces are ordered at once, all-units discount."""
        cheaper = [cost for start, cost in self.breaks if quantity >= start]
        return cheaper[-1] if cheaper else self.unit_cost


_CENTRE: Final = {"EUR": 8_640, "USD": 7_550, "JPY": 51}
"""Ten-thousandths of a pound for one unit of a currency, around which its rate moves."""


def exchange_rates(rng: np.random.Generator) -> dict[tuple[str, date], Decimal]:
    """GBP for one unit of each foreign currency: weekly for 18 months, daily for the last ten weeks."""
    days = [BUSINESS_DATE - timedelta(days=ago) for ago in (*range(549, 70, -7), *range(70, -1, -1))]
    rates = {}
    for currency, centre in _CENTRE.items():
        drift = 0
        for day, step in zip(days, rng.integers(-30, 31, len(days)).tolist(), strict=True):
            drift = drift * 97 // 100 + step
            rates[currency, day] = Decimal(centre * (10_000 + drift)).scaleb(-8)
    return rates


def build_offers(catalogue: Catalogue, rates: Mapping[tuple[str, date], Decimal]) -> dict[str, list[Offer]]:
    """The offers of each SKU, preferred one first; SKUs that nobody offers are missing."""
    offers: dict[str, list[Offer]] = {}
    for place, item in enumerate(catalogue.items):
        if item.sku in specials.WITHOUT_SUPPLIER:
            continue
        offers[item.sku] = [_offer(item, TERMS[item.supplier], rates, 0)]
        if _has_second_source(item, place):
            offers[item.sku].append(_offer(item, TERMS[_second_source(item)], rates, 1))
    return offers


def _has_second_source(item: Item, place: int) -> bool:
    return item.supplier in {"northwind", "greenacre", "lumen", "minho", "trailhead"} and place % 3 == 0


def _second_source(item: Item) -> str:
    return "albion" if item.supplier != "greenacre" else "northwind"


def _offer(item: Item, terms: SupplierTerms, rates: Mapping[tuple[str, date], Decimal], rank: int) -> Offer:
    """A second source is 12 % dearer and sells smaller lots; carriage from abroad is 5 % of the cost."""
    cost = Decimal(item.cost).scaleb(-2) * (112 if rank else 100) / 100
    if terms.currency != "GBP":
        cost = cost * 95 / 100 / rates[terms.currency, BUSINESS_DATE]
    unit = int(cost.scaleb(exponent(terms.currency)).to_integral_value(ROUND_HALF_EVEN))
    pack = max(1, item.pack // 2) if rank else item.pack
    moq = pack if rank else -(-item.moq // pack) * pack
    return Offer(terms.id, item.sku, unit, moq, pack, rank, _breaks(item, unit, moq, rank))


_TOO_CHEAP: Final = 100


def _breaks(item: Item, unit: int, moq: int, rank: int) -> tuple[tuple[int, int], ...]:
    if rank or item.family in {"DUT", "TNT", "LMF", "DUV"} or unit < _TOO_CHEAP:
        return ()
    if item.supplier in {"northwind", "pennine", "highmoor", "minho", "trailhead"}:
        return ((moq * 4, unit * 96 // 100), (moq * 10, unit * 92 // 100))
    return ()
