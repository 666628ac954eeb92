"""Import Shopify's CSV exports: products, inventory, orders and customers, in any of their dialects."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from shop.actions import canonical
from shop.clock import Clock, new_id, utc_now
from shop.errors import ImportFileError
from shop.imports.assumptions import Assumptions
from shop.imports.cells import CellError
from shop.imports.reading import CsvRows
from shop.imports.rejects import rejects_file
from shop.imports.report import Finding, ImportReport, Progress, TableChange, ignore_progress
from shop.imports.shopify.bundle import ExportFile, export_files
from shop.imports.shopify.catalogue import Catalogue
from shop.imports.shopify.customers import Customers
from shop.imports.shopify.dialects import Dialect, Kind, kind_of
from shop.imports.shopify.inventory import Inventory, Level
from shop.imports.shopify.order_rows import OrderRows
from shop.imports.shopify.orders import Orders
from shop.imports.shopify.products import Products
from shop.imports.shopify.stock import (
    Locations,
    level_changes,
    movement_changes,
    stock_findings,
)
from shop.imports.shopify.tally import Source, Tally
from shop.imports.store_claim import check_currency, claim_store, record_of_import, zone_of
from shop.store.loading import Difference, compare, stored_rows, write

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from shop.imports.rejects import Reject
    from shop.store.database import Database, Snapshot

_PROGRESS_ROWS: Final = 5_000
_CUSTOMER: Final = ("id", "name", "email", "phone", "street", "city", "postcode", "country")


@dataclass(frozen=True, slots=True)
class ShopifyOptions:
    """How to read the exports. An empty currency is that of the orders, or of the store."""

    currency: str = ""
    timezone: str = "Europe/London"
    store_name: str = ""
    location_name: str = "Main"
    assumptions: Assumptions = field(default_factory=Assumptions)


def import_shopify(
    db: Database,
    path: Path,
    *,
    options: ShopifyOptions | None = None,
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    clock: Clock = utc_now,
) -> ImportReport:
    """Read a directory, a zip archive or a CSV of Shopify exports into the store, in one write transaction.

    Files are known by their columns, several of a kind are read together; importing again changes what
    differs and nothing else. A dry run gives the same report and writes nothing. Raises ImportFileError when
    the files cannot be read, none is an export, the currency is unknown or the store holds other data;
    SetupError for impossible options; StoreError.
    """
    reading = _Reading(
        path,
        options or ShopifyOptions(),
        dry_run=dry_run,
        rejects=rejects,
        progress=progress or ignore_progress,
        now=clock(),
    )
    if dry_run:
        with db.reading() as snapshot:
            return reading.plan(snapshot)[0]
    # Rows are judged against the store (which SKUs it knows), so reading happens inside the transaction.
    with db.writing() as tx:
        report, differences = reading.plan(tx)
        reading.progress(Progress("writing", report.rows))
        body = canonical({"rows": report.rows, "outcomes": reading.outcomes(report)})
        write(tx, [*differences, record_of_import(tx, report, new_id("import"), reading.now, body)])
    return report


@dataclass(slots=True)
class _Reading:
    """One pass over the files."""

    path: Path
    options: ShopifyOptions
    dry_run: bool
    rejects: Path | None
    progress: Callable[[Progress], None]
    now: datetime
    zone: ZoneInfo = field(init=False)
    tallies: list[Tally] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _digests: list[str] = field(default_factory=list)
    _rows: int = 0

    def __post_init__(self) -> None:
        self.zone = zone_of(self.options.timezone)

    def plan(self, snapshot: Snapshot) -> tuple[ImportReport, list[Difference]]:
        """The report and what has to be written."""
        with rejects_file(self.rejects) as reject:
            files = self._by_kind(export_files(self.path))
            orders = Orders(self.zone)
            self._read(files, Kind.ORDERS, reject, lambda cells, _, source: orders.add(cells, source))
            currency = self._currency(snapshot, orders)
            orders.settle(currency)
            products = Products(currency)
            self._read(files, Kind.PRODUCTS, reject, lambda cells, _, source: products.add(cells, source))
            customers = Customers(_ids_by_email(snapshot))
            self._read(files, Kind.CUSTOMERS, reject, lambda cells, _, source: customers.add(cells, source))
            inventory = Inventory()
            self._read(files, Kind.INVENTORY, reject, inventory.add)
            catalogue = Catalogue(snapshot, products, currency, self.now)
            inventory.settle(catalogue.skus)
        self.progress(Progress("comparing with the store", self._rows))
        differences = self._differences(snapshot, currency, catalogue, inventory, orders, customers)
        return self._report(differences), differences

    def outcomes(self, report: ImportReport) -> dict[str, int]:
        """Counts of all files by outcome."""
        codes = {outcome.code for file in report.files for outcome in file.outcomes}
        return {code: report.count(code) for code in sorted(codes)}

    def _by_kind(self, found: list[ExportFile]) -> dict[Kind, list[ExportFile]]:
        files: dict[Kind, list[ExportFile]] = {}
        strange = []
        for file in found:
            with file.opened() as content:
                kind = kind_of(CsvRows(file.name, content).header)
            if kind is None:
                strange.append(file.name)
            else:
                files.setdefault(kind, []).append(file)
        if not files:
            raise ImportFileError(
                f"{self.path.name}: none of {', '.join(strange)} has the columns of Shopify's products, "
                "inventory, orders or customers export"
            )
        if strange:
            text = f"left out, since their columns are of no Shopify export: {', '.join(strange)}"
            self.findings.append(Finding("unknown_files", len(strange), text))
        missing = [kind.value for kind in Kind if kind not in files]
        if missing:
            self.findings.append(
                Finding(
                    "missing_exports", len(missing), f"no {' and no '.join(missing)} export among the files"
                )
            )
        return files

    def _read(
        self,
        files: dict[Kind, list[ExportFile]],
        kind: Kind,
        reject: Reject,
        add: Callable[[dict[str, str], Dialect, Source], None],
    ) -> None:
        for file in files.get(kind, []):
            with file.opened() as content:
                rows = CsvRows(file.name, content)
                dialect = Dialect.of(kind, rows.header, file.name)
                tally = Tally(file.name, kind.value, dialect.unknown, reject)
                self.tallies.append(tally)
                for line, row in rows:
                    tally.rows += 1
                    self._count_row(file.name)
                    source = Source(tally, line, row)
                    try:
                        add(dialect.cells(row), dialect, source)
                    except CellError as error:
                        source.reject(str(error))
                self._digests.append(f"{kind}:{rows.digest}")

    def _count_row(self, name: str) -> None:
        self._rows += 1
        if self._rows % _PROGRESS_ROWS == 0:
            self.progress(Progress(f"reading {name}", self._rows))

    def _currency(self, snapshot: Snapshot, orders: Orders) -> str:
        stored = stored_rows(snapshot, "store_info", ("home_currency", "source"))
        known = next((row["home_currency"] for row in stored if row["source"] == "shopify"), "")
        most = orders.currencies.most_common(1)
        currency = self.options.currency or known or (most[0][0] if most else "")
        if not currency:
            raise ImportFileError(
                "no file says the shop's currency (only the orders export does); name it, for example GBP"
            )
        others = sum(count for code, count in orders.currencies.items() if code != currency)
        if others:
            text = f"{others:,} orders are in another currency than {currency}; they keep their own"
            self.findings.append(Finding("foreign_orders", others, text))
        return check_currency(currency)

    def _differences(
        self,
        snapshot: Snapshot,
        currency: str,
        catalogue: Catalogue,
        inventory: Inventory,
        orders: Orders,
        customers: Customers,
    ) -> list[Difference]:
        locations = Locations(snapshot)
        locations.know(inventory, self.options.location_name)
        rows = OrderRows(
            snapshot,
            orders.orders,
            customers.of_order,
            catalogue.resolve,
            lambda name: locations.ids.get(name, locations.default),
        )
        sales = rows.sales(catalogue.skus, self.zone)
        last_day = max((day for _, _, day in sales), default=None)
        info = claim_store(
            snapshot,
            source="shopify",
            name=self.options.store_name,
            currency=currency,
            timezone=self.options.timezone,
            business_date=last_day,
        )
        levels, on_hand = level_changes(snapshot, _levels(inventory, catalogue.products, locations), self.now)
        today = last_day or self.now.astimezone(self.zone).date()
        differences = [
            info,
            locations.changes(),
            catalogue.product_changes(),
            catalogue.price_changes(),
            movement_changes(snapshot, sales, on_hand, today),
            levels,
            *catalogue.terms(self.options.assumptions),
            _customer_changes(snapshot, customers, rows),
            *rows.differences(),
        ]
        self._find(catalogue, inventory, rows, on_hand)
        return differences

    def _find(
        self, catalogue: Catalogue, inventory: Inventory, rows: OrderRows, on_hand: dict[tuple[str, str], int]
    ) -> None:
        self.findings += [*catalogue.findings, *stock_findings(inventory), *rows.findings]
        rounded = catalogue.products.rounded
        if rounded:
            text = f"{rounded:,} prices are finer than the smallest coin; rounded half to even"
            self.findings.append(Finding("rounded_prices", rounded, text))
        unstocked = len(catalogue.wanted.keys() - {sku for sku, _ in on_hand})
        if unstocked:
            text = f"{unstocked:,} products have no stock figure anywhere; they are not planned"
            self.findings.append(Finding("no_stock_figure", unstocked, text))

    def _report(self, differences: list[Difference]) -> ImportReport:
        changes = tuple(
            TableChange(item.table, len(item.added), len(item.changed), len(item.removed), item.unchanged)
            for item in differences
        )
        digest = hashlib.sha256("\n".join(sorted(self._digests)).encode()).hexdigest()
        files = tuple(tally.report() for tally in self.tallies)
        return ImportReport("shopify", digest, self.dry_run, files, changes, tuple(self.findings))


def _ids_by_email(snapshot: Snapshot) -> dict[str, str]:
    rows = stored_rows(snapshot, "customers", ("id", "email"))
    return {row["email"].lower(): row["id"] for row in rows if row["email"]}


def _levels(inventory: Inventory, products: Products, locations: Locations) -> dict[tuple[str, str], Level]:
    """Stock by SKU and location id; that of the products export where there is no inventory export."""
    if inventory.locations:
        return {(sku, locations.ids[name]): level for (sku, name), level in inventory.levels.items()}
    return {
        (sku, locations.default): Level(variant.quantity, 0, 0)
        for sku, variant in products.variants.items()
        if variant.quantity is not None
    }


def _customer_changes(snapshot: Snapshot, customers: Customers, rows: OrderRows) -> Difference:
    stored = stored_rows(snapshot, "customers", _CUSTOMER)
    known = {row["id"] for row in stored}
    wanted = dict(customers.rows)
    for order in rows.orders.values():
        key = customers.of_order(order.email)
        if key is not None and key not in wanted and key not in known:
            wanted[key] = {**dict.fromkeys(_CUSTOMER, ""), "id": key, "email": order.email}
    return compare("customers", ("id",), stored, wanted.values())
