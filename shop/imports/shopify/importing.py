"""Import Shopify's CSV exports: products, inventory, orders and customers, in any of their dialects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shop.actions import canonical
from shop.clock import Clock, new_id, utc_now
from shop.imports.assumptions import Assumptions
from shop.imports.rejects import rejects_file
from shop.imports.report import ImportReport, Progress, TableChange, ignore_progress
from shop.imports.shopify.exports import Exports, read_exports
from shop.imports.shopify.plan import plan_shopify
from shop.imports.store_claim import record_of_import, zone_of
from shop.store.loading import Difference, write

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from shop.store.database import Database, Snapshot


@dataclass(frozen=True, slots=True)
class ShopifyOptions:
    """How to read the exports. An empty currency is that of the store, or of most orders."""

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
    options = options or ShopifyOptions()
    tell = progress or ignore_progress
    now = clock()
    zone = zone_of(options.timezone)
    with rejects_file(rejects) as reject:
        with db.reading() as snapshot:
            exports = read_exports(
                path, snapshot, currency=options.currency, zone=zone, reject=reject, progress=tell
            )
        tell(Progress("comparing with the store", exports.rows))
        if dry_run:
            with db.reading() as snapshot:
                return _plan(snapshot, exports, options, now, dry_run=True)[0]
        with db.writing() as tx:
            report, differences = _plan(tx, exports, options, now, dry_run=False)
            tell(Progress("writing", report.rows))
            body = canonical({"rows": report.rows, "outcomes": _outcomes(report)})
            write(tx, [*differences, record_of_import(tx, report, new_id("import"), now, body)])
    return report


def _plan(
    snapshot: Snapshot, exports: Exports, options: ShopifyOptions, now: datetime, *, dry_run: bool
) -> tuple[ImportReport, list[Difference]]:
    differences, findings = plan_shopify(
        snapshot,
        exports,
        store_name=options.store_name,
        location_name=options.location_name,
        timezone=options.timezone,
        assumptions=options.assumptions,
        now=now,
    )
    changes = tuple(
        TableChange(item.table, len(item.added), len(item.changed), len(item.removed), item.unchanged)
        for item in differences
    )
    files = exports.file_reports()
    report = ImportReport("shopify", exports.digest, dry_run, files, changes, tuple(findings))
    return report, differences


def _outcomes(report: ImportReport) -> dict[str, int]:
    codes = {outcome.code for file in report.files for outcome in file.outcomes}
    return {code: report.count(code) for code in sorted(codes)}
