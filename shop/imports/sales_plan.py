"""From a settled sales log to the rows of the store: what has to change, and what was assumed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from shop.imports.assumed_terms import assumed_terms
from shop.imports.assumptions import Assumptions, assumed_on_hand, assumed_supplier
from shop.imports.report import Finding
from shop.imports.sales_lines import best_title
from shop.imports.sales_prices import plan_prices
from shop.imports.store_claim import IMPORT_REF, claim_store
from shop.money import Money
from shop.store.loading import Difference, Row, compare, stored_groups, stored_rows

if TYPE_CHECKING:
    from shop.imports.sales_log import SalesLog
    from shop.store.database import Snapshot

_MOVEMENT: Final = ("sku", "location", "day", "kind", "quantity")


@dataclass(frozen=True, slots=True)
class Home:
    """The store that the log belongs to."""

    name: str
    currency: str
    timezone: str
    location: str
    location_name: str
    category: str


@dataclass(slots=True)
class SalesPlan:
    """What an import of this log changes in this store. `snapshot` is only read."""

    snapshot: Snapshot
    log: SalesLog
    home: Home
    assumptions: Assumptions
    now: datetime
    findings: list[Finding] = field(default_factory=list)
    # (day, kind) -> signed pieces, of each SKU in the log, as the store will have them from imports
    _history: dict[str, dict[tuple[date, str], int]] = field(default_factory=lambda: defaultdict(dict))
    _on_hand: dict[str, int] = field(default_factory=dict)
    _prices: dict[str, int] = field(default_factory=dict)
    _today: date = date.min

    def differences(self) -> list[Difference]:
        """All changes, in the order in which they can be written."""
        home = self.home
        info = claim_store(
            self.snapshot,
            source="transactions",
            name=home.name,
            currency=home.currency,
            timezone=home.timezone,
            business_date=self.log.last_day,
        )
        changed_info = [*info.added, *info.changed]
        stored = stored_rows(self.snapshot, "store_info", ("business_date",))
        self._today = (changed_info or stored)[0]["business_date"]
        prices, self._prices = plan_prices(self.snapshot, self.log)
        movements = self._movements()
        return [
            info,
            self._locations(),
            self._products(),
            prices,
            movements,
            self._stock_levels(),
            *self._terms(),
            self._customers(),
        ]

    def _locations(self) -> Difference:
        wanted = {"id": self.home.location, "name": self.home.location_name, "rank": 0}
        return compare("locations", ("id",), stored_rows(self.snapshot, "locations", tuple(wanted)), [wanted])

    def _products(self) -> Difference:
        columns = ("sku", "title", "category", "price_minor", "currency")
        stored = stored_rows(self.snapshot, "products", columns)
        categories = {row["sku"]: row["category"] for row in stored}
        wanted = [
            {
                "sku": sku,
                "title": best_title(self.log.titles[sku], sku),
                "category": self.home.category or categories.get(sku, ""),
                "price_minor": self._prices[sku],
                "currency": self.home.currency,
            }
            for sku in self.log.skus
        ]
        unpriced = sum(row["price_minor"] == 0 for row in wanted)
        if unpriced:
            self.findings.append(
                Finding("unpriced_products", unpriced, f"{unpriced:,} products have no price above zero")
            )
        return compare("products", ("sku",), stored, wanted)

    def _movements(self) -> Difference:
        """Sales and returns on the days of the log, and the opening that makes the stock add up."""
        log, place = self.log, self.home.location
        stored = stored_rows(self.snapshot, "stock_movements", _MOVEMENT, ref=IMPORT_REF, location=place)
        mine = [row for row in stored if row["sku"] in log.prices]
        sales = {key: -day.units for key, day in log.days.items() if day.units}
        wanted = [self._movement(sku, day, "sale", units) for (sku, day), units in sales.items()]
        wanted += [self._movement(sku, day, "return", units) for (sku, day), units in log.returns.items()]
        kept = [
            row
            for row in mine
            if row["kind"] != "opening" and not log.first_day <= row["day"] <= log.last_day
        ]
        for row in (*kept, *wanted):
            self._history[row["sku"]][row["day"], row["kind"]] = row["quantity"]
        openings = {row["sku"]: row for row in mine if row["kind"] == "opening"}
        wanted += self._openings(openings)
        covered = [
            row for row in mine if row["kind"] == "opening" or log.first_day <= row["day"] <= log.last_day
        ]
        difference = compare("stock_movements", _MOVEMENT[:-1], covered, wanted, remove_missing=True)
        difference = _with_ref(difference)
        self._report_overlap(difference, bool(stored))
        return difference

    def _openings(self, stored: dict[str, Row]) -> list[Row]:
        counted = self._counted()
        wanted = []
        short = 0
        for sku in self.log.skus:
            moved = sum(self._history[sku].values())
            if sku in counted:
                # Somebody counted or moved this stock: only the new sales come off it.
                opening = stored[sku]["quantity"] if sku in stored else 0
                self._on_hand[sku] = opening + moved + counted[sku]
                short += self._on_hand[sku] < 0
            else:
                self._on_hand[sku] = self._assumed_on_hand(sku)
                opening = self._on_hand[sku] - moved
            first = min((stored[sku]["day"], self.log.first_day) if sku in stored else (self.log.first_day,))
            if opening:
                wanted.append(self._movement(sku, first, "opening", opening))
        if short:
            self.findings.append(
                Finding(
                    "sold_more_than_counted",
                    short,
                    f"{short:,} SKUs have sold more than was counted; count them again",
                )
            )
        return wanted

    def _counted(self) -> dict[str, int]:
        """SKU -> pieces moved by others than imports, where the stock is no longer only assumed."""
        levels = stored_rows(self.snapshot, "stock_levels", ("sku", "assumed"), location=self.home.location)
        counted = {row["sku"]: 0 for row in levels if not row["assumed"]}
        columns = ("sku", "location", "quantity", "id")
        for row in stored_groups(self.snapshot, "stock_movements", columns, differs={"ref": IMPORT_REF}):
            if row["location"] == self.home.location:
                counted[row["sku"]] = counted.get(row["sku"], 0) + row["quantity"]
        return counted

    def _assumed_on_hand(self, sku: str) -> int:
        since = self._today - timedelta(days=self.assumptions.recent_days - 1)
        sales = {day: -units for (day, kind), units in self._history[sku].items() if kind == "sale"}
        recent = sum(units for day, units in sales.items() if day >= since)
        begins = max(since, min(sales, default=self._today))
        span = (self._today - begins).days + 1
        return assumed_on_hand(recent, span, self.assumptions.cover_days)

    def _stock_levels(self) -> Difference:
        stored = stored_rows(
            self.snapshot,
            "stock_levels",
            ("sku", "location", "on_hand", "assumed"),
            location=self.home.location,
        )
        assumed = {row["sku"]: row["assumed"] for row in stored}
        wanted = [
            {"sku": sku, "location": self.home.location, "on_hand": units, "assumed": assumed.get(sku, True)}
            for sku, units in self._on_hand.items()
        ]
        count = sum(row["assumed"] for row in wanted)
        if count:
            text = (
                f"the stock of {count:,} SKUs is assumed: {self.assumptions.cover_days} days of the average "
                f"sales of the last {self.assumptions.recent_days} days"
            )
            self.findings.append(Finding("assumed_stock", count, text))
        return compare("stock_levels", ("sku", "location"), stored, wanted, stamps={"updated_at": self.now})

    def _terms(self) -> list[Difference]:
        prices = {sku: Money(self._prices[sku], self.home.currency) for sku in self.log.skus}
        groups = {sku: assumed_supplier(sku) for sku in prices}
        terms, findings = assumed_terms(self.snapshot, prices, groups, self.home.currency, self.assumptions)
        self.findings += findings
        return terms

    def _customers(self) -> Difference:
        columns = ("id", "country", "created_on")
        stored = stored_rows(self.snapshot, "customers", columns)
        since = {row["id"]: row["created_on"] for row in stored if row["created_on"]}
        wanted = [
            {"id": key, "country": country, "created_on": min(first, since.get(key, first))}
            for key, (country, first) in sorted(self.log.customers.items())
        ]
        return compare("customers", ("id",), stored, wanted)

    def _movement(self, sku: str, day: date, kind: str, quantity: int) -> Row:
        return {"sku": sku, "location": self.home.location, "day": day, "kind": kind, "quantity": quantity}

    def _report_overlap(self, difference: Difference, any_before: bool) -> None:
        if not any_before:
            return
        changes = sum(row["kind"] != "opening" for row in difference.changed)
        changes += sum(row["kind"] != "opening" for row in difference.removed)
        added = sum(row["kind"] != "opening" for row in difference.added)
        text = (
            f"the store had sales before: {added:,} SKU-days are new, {changes:,} of the days "
            f"{self.log.first_day} to {self.log.last_day} now have other numbers"
        )
        if added or changes:
            self.findings.append(Finding("replaced_sku_days", changes, text))


def _with_ref(difference: Difference) -> Difference:
    """The same difference, touching only movements that imports wrote."""
    return Difference(
        difference.table,
        (*difference.key, "ref"),
        [{**row, "ref": IMPORT_REF} for row in difference.added],
        [{**row, "ref": IMPORT_REF} for row in difference.changed],
        [{**row, "ref": IMPORT_REF} for row in difference.removed],
        difference.unchanged,
    )
