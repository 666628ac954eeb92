"""All exports of a Shopify shop, read: products, inventory, orders and customers, and each row's outcome."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from shop.errors import ImportFileError
from shop.imports.cells import CellError
from shop.imports.reading import CsvRows
from shop.imports.report import FileReport, Finding, Progress
from shop.imports.shopify.bundle import ExportFile, export_files
from shop.imports.shopify.customers import Customers
from shop.imports.shopify.dialects import Dialect, Kind, kind_of
from shop.imports.shopify.inventory import Inventory
from shop.imports.shopify.orders import Orders
from shop.imports.shopify.products import Products
from shop.imports.shopify.tally import Source, Tally
from shop.imports.store_claim import check_currency
from shop.store.loading import stored_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from shop.imports.rejects import Reject
    from shop.store.database import Snapshot

    AddRow = Callable[[dict[str, str], Dialect, Source], None]

_PROGRESS_ROWS: Final = 5_000


@dataclass(slots=True)
class Exports:
    """What the files hold. Inventory rows wait for `inventory.settle` with the SKUs that the store knows."""

    currency: str
    zone: ZoneInfo
    products: Products
    inventory: Inventory
    orders: Orders
    customers: Customers
    findings: list[Finding]
    digest: str
    rows: int
    _tallies: list[Tally]

    def file_reports(self) -> tuple[FileReport, ...]:
        """The account of each file, complete once the inventory is settled."""
        return tuple(tally.report() for tally in self._tallies)


def read_exports(
    path: Path,
    snapshot: Snapshot,
    *,
    currency: str,
    zone: ZoneInfo,
    reject: Reject,
    progress: Callable[[Progress], None],
) -> Exports:
    """Read all files below `path`. Of the store only its currency and its customers' ids are read.

    An empty `currency` is that of the store, or that of most orders. Raises ImportFileError.
    """
    reader = _Reader(path, reject, progress)
    files = reader.by_kind()
    orders = Orders(zone)
    reader.read(files, Kind.ORDERS, lambda cells, _, source: orders.add(cells, source))
    home = _currency(snapshot, currency, orders, reader.findings)
    orders.settle(home)
    products = Products(home)
    reader.read(files, Kind.PRODUCTS, lambda cells, _, source: products.add(cells, source))
    customers = Customers(_ids_by_email(snapshot))
    reader.read(files, Kind.CUSTOMERS, lambda cells, _, source: customers.add(cells, source))
    inventory = Inventory()
    reader.read(files, Kind.INVENTORY, inventory.add)
    digest = hashlib.sha256("\n".join(sorted(reader.digests)).encode()).hexdigest()
    return Exports(
        home,
        zone,
        products,
        inventory,
        orders,
        customers,
        reader.findings,
        digest,
        reader.rows,
        reader.tallies,
    )


@dataclass(slots=True)
class _Reader:
    path: Path
    reject: Reject
    progress: Callable[[Progress], None]
    tallies: list[Tally] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    rows: int = 0

    def by_kind(self) -> dict[Kind, list[ExportFile]]:
        """The files of each kind; a stray file and a missing export are findings."""
        files: dict[Kind, list[ExportFile]] = {}
        strange = []
        for file in export_files(self.path):
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
        missing = [kind.value for kind in Kind if kind not in files]
        found = (
            (
                "unknown_files",
                strange,
                f"left out, not Shopify's columns: {', '.join(strange)}",
            ),
            ("missing_exports", missing, f"no {' and no '.join(missing)} export among the files"),
        )
        self.findings += [Finding(code, len(names), text) for code, names, text in found if names]
        return files

    def read(self, files: dict[Kind, list[ExportFile]], kind: Kind, add: AddRow) -> None:
        """Hand every row of the files of a kind to `add`; a row that raises CellError is rejected."""
        for file in files.get(kind, []):
            with file.opened() as content:
                rows = CsvRows(file.name, content)
                dialect = Dialect.of(kind, rows.header, file.name)
                tally = Tally(file.name, kind.value, dialect.unknown, self.reject)
                self.tallies.append(tally)
                for line, row in rows:
                    tally.rows += 1
                    self._count_row(file.name)
                    source = Source(tally, line, row)
                    try:
                        add(dialect.cells(row), dialect, source)
                    except CellError as error:
                        source.reject(str(error))
                self.digests.append(f"{kind}:{rows.digest}")

    def _count_row(self, name: str) -> None:
        self.rows += 1
        if self.rows % _PROGRESS_ROWS == 0:
            self.progress(Progress(f"reading {name}", self.rows))


def _currency(snapshot: Snapshot, wanted: str, orders: Orders, findings: list[Finding]) -> str:
    stored = stored_rows(snapshot, "store_info", ("home_currency", "source"))
    known = next((row["home_currency"] for row in stored if row["source"] == "shopify"), "")
    most = orders.currencies.most_common(1)
    currency = wanted or known or (most[0][0] if most else "")
    if not currency:
        raise ImportFileError(
            "no file says the shop's currency (only the orders export does); name it, for example GBP"
        )
    others = sum(count for code, count in orders.currencies.items() if code != currency)
    if others:
        text = f"{others:,} orders are in another currency than {currency}; they keep their own"
        findings.append(Finding("foreign_orders", others, text))
    return check_currency(currency)


def _ids_by_email(snapshot: Snapshot) -> dict[str, str]:
    rows = stored_rows(snapshot, "customers", ("id", "email"))
    return {row["email"].lower(): row["id"] for row in rows if row["email"]}
