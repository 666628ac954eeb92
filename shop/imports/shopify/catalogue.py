"""What the shop sells after this import: the files' products over those that the store has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from shop.imports.assumed_terms import assumed_terms
from shop.imports.report import Finding
from shop.imports.slugs import slug
from shop.imports.store_claim import IMPORT_REF
from shop.money import Money
from shop.store.loading import Difference, Row, compare, stored_rows

if TYPE_CHECKING:
    from datetime import datetime

    from shop.imports.assumptions import Assumptions
    from shop.imports.shopify.products import Products, Variant
    from shop.store.database import Snapshot

_COLUMNS: Final = (
    "sku",
    "title",
    "category",
    "vendor",
    "status",
    "price_minor",
    "currency",
    "cost_minor",
    "weight_grams",
)


@dataclass(slots=True)
class Catalogue:
    """Products, prices and assumed terms of the import."""

    snapshot: Snapshot
    products: Products
    currency: str
    now: datetime
    findings: list[Finding] = field(default_factory=list)
    stored: dict[str, Row] = field(init=False)
    wanted: dict[str, Row] = field(init=False)
    _by_title: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.stored = {row["sku"]: row for row in stored_rows(self.snapshot, "products", _COLUMNS)}
        changed_here = self._changed_here()
        self.wanted = {
            sku: self._row(variant, changed_here) for sku, variant in self.products.variants.items()
        }
        titles = {**{sku: row["title"] for sku, row in self.stored.items()}}
        titles.update({sku: row["title"] for sku, row in self.wanted.items()})
        count = Counter(titles.values())
        self._by_title = {title: sku for sku, title in titles.items() if count[title] == 1}

    @property
    def skus(self) -> set[str]:
        """All SKUs, of the files and of the store."""
        return self.stored.keys() | self.wanted.keys()

    def resolve(self, sku: str, title: str) -> str:
        """The SKU that an order line means: its own, or that of the one product of this title, or empty."""
        if sku:
            return sku
        return self._by_title.get(title, "")

    def product_changes(self) -> Difference:
        """What changes among the products."""
        without = sum(row["cost_minor"] is None for row in self.wanted.values())
        if without:
            self.findings.append(Finding("no_cost", without, f"{without:,} products have no cost per item"))
        return compare("products", ("sku",), self.stored.values(), self.wanted.values())

    def price_changes(self) -> Difference:
        """A dated price for every new product and every changed price."""
        rows = [
            {
                "sku": sku,
                "at": self.now,
                "price_minor": row["price_minor"],
                "currency": self.currency,
                "source": IMPORT_REF,
            }
            for sku, row in self.wanted.items()
            if sku not in self.stored or self.stored[sku]["price_minor"] != row["price_minor"]
        ]
        return compare("price_changes", ("sku", "at", "source"), [], rows)

    def terms(self, assumptions: Assumptions) -> list[Difference]:
        """Assumed suppliers named after the vendors: a vendor is not the supplier, but a first guess."""
        prices = {sku: Money(row["price_minor"], self.currency) for sku, row in self.wanted.items()}
        costs = {
            sku: Money(row["cost_minor"], self.currency)
            for sku, row in self.wanted.items()
            if row["cost_minor"]
        }
        groups = {sku: _supplier(row["vendor"]) for sku, row in self.wanted.items()}
        terms, findings = assumed_terms(self.snapshot, prices, groups, self.currency, assumptions, costs)
        self.findings += findings
        return terms

    def _row(self, variant: Variant, changed_here: dict[str, int]) -> Row:
        parent = self.products.parents.get(variant.handle)
        old = self.stored.get(variant.sku, {})
        cost = variant.cost_minor
        return {
            "sku": variant.sku,
            "title": self.products.title(variant) or variant.sku,
            "category": parent.category if parent else old.get("category", ""),
            "vendor": parent.vendor if parent else old.get("vendor", ""),
            "status": parent.status if parent else old.get("status", "active"),
            "price_minor": changed_here.get(variant.sku, variant.price_minor),
            "currency": self.currency,
            "cost_minor": cost if cost is not None else old.get("cost_minor"),
            "weight_grams": variant.grams if variant.grams is not None else old.get("weight_grams"),
        }

    def _changed_here(self) -> dict[str, int]:
        """Prices set by actions of this store after the last import of them: they stay, and are reported."""
        changes = stored_rows(self.snapshot, "price_changes", ("sku", "at", "price_minor", "source"))
        last: dict[str, Row] = {}
        for row in sorted(changes, key=lambda row: row["at"]):
            last[row["sku"]] = row
        kept = {sku: row["price_minor"] for sku, row in last.items() if row["source"] != IMPORT_REF}
        differing = sum(
            variant.price_minor != kept[sku] for sku, variant in self.products.variants.items() if sku in kept
        )
        if differing:
            text = f"{differing:,} prices were changed here and differ from the export; they stay as here"
            self.findings.append(Finding("prices_changed_here", differing, text))
        return kept


def _supplier(vendor: str) -> tuple[str, str]:
    return (f"vendor-{slug(vendor)}", vendor) if vendor else ("assumed", "Assumed supplier")
