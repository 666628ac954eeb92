"""Import a sales log: a CSV of invoice lines, plain or gzip, such as a shop system or a warehouse exports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shop.actions import canonical
from shop.clock import Clock, new_id, utc_now
from shop.errors import ImportFileError
from shop.imports.assumptions import Assumptions
from shop.imports.reading import CsvRows, opened
from shop.imports.rejects import rejects_file
from shop.imports.report import Finding, ImportReport, Progress, TableChange, ignore_progress
from shop.imports.sales_lines import SalesColumns
from shop.imports.sales_log import SalesLog
from shop.imports.sales_plan import Home, SalesPlan
from shop.imports.store_claim import check_currency, record_of_import, zone_of
from shop.store.loading import Difference, write

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from shop.store.database import Database, Snapshot

PROGRESS_ROWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class TransactionOptions:
    """How to read a sales log. `net_within_days`: a cancellation this long after a sale undoes it."""

    currency: str = "GBP"
    timezone: str = "Europe/London"
    store_name: str = ""
    location: str = "main"
    location_name: str = "Main"
    category: str = ""
    net_within_days: int = 30
    assumptions: Assumptions = field(default_factory=Assumptions)


def import_transactions(
    db: Database,
    path: Path,
    *,
    options: TransactionOptions | None = None,
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    clock: Clock = utc_now,
) -> ImportReport:
    """Read a sales log into the store, in one write transaction; give an account of every row.

    Importing the same file again changes nothing; a longer log replaces the days it covers, for the SKUs in
    it. A dry run reads the same, compares the same and writes nothing. Raises ImportFileError when the file
    cannot be read or the store holds other data, SetupError for impossible options, StoreError.
    """
    options = options or TransactionOptions()
    report_progress = progress or ignore_progress
    now = clock()
    log, digest = _read(path, options, now, rejects, report_progress)
    report_progress(Progress("comparing with the store", log.rows))

    def plan(snapshot: Snapshot) -> tuple[ImportReport, list[Difference]]:
        sales = SalesPlan(snapshot, log, _home(options), options.assumptions, now)
        differences = sales.differences()
        findings = (*log.findings(), *sales.findings)
        return _report(path.name, log, digest, differences, findings, dry_run=dry_run), differences

    if dry_run:
        with db.reading() as snapshot:
            return plan(snapshot)[0]
    with db.writing() as tx:
        report, differences = plan(tx)
        report_progress(Progress("writing", log.rows))
        body = canonical({"rows": report.rows, "outcomes": dict(log.fates)})
        record = record_of_import(tx, report, new_id("import"), now, body)
        write(tx, [*differences, record])
    return report


def _read(
    path: Path,
    options: TransactionOptions,
    now: datetime,
    rejects: Path | None,
    progress: Callable[[Progress], None],
) -> tuple[SalesLog, str]:
    zone = zone_of(options.timezone)
    currency = check_currency(options.currency)
    with opened(path) as file, rejects_file(rejects) as reject:
        rows = CsvRows(path.name, file)
        columns = SalesColumns.of(rows.header, path.name)
        log = SalesLog(columns, currency, zone, now.astimezone(zone).date())
        for line, cells in rows:
            reason = log.add(line, cells)
            if reason is not None:
                reject(path.name, line, reason, cells)
            if log.rows % PROGRESS_ROWS == 0:
                progress(Progress(f"reading {path.name}", log.rows))
    log.settle(timedelta(days=options.net_within_days))
    if not log.prices:
        raise ImportFileError(_no_sales(path.name, log))
    return log, rows.digest


def _no_sales(name: str, log: SalesLog) -> str:
    if not log.rows:
        return f"{name} has a header and no rows"
    if log.rejected:
        first = log.rejected[0]
        return (
            f"{name} has no row that is a sale: {log.fates['rejected']:,} of {log.rows:,} rows are rejected, "
            f"the first on line {first.line}: {first.reason}"
        )
    return f"{name} has no row that is a sale among its {log.rows:,} rows"


def _home(options: TransactionOptions) -> Home:
    return Home(
        options.store_name,
        options.currency,
        options.timezone,
        options.location,
        options.location_name,
        options.category,
    )


def _report(
    name: str,
    log: SalesLog,
    digest: str,
    differences: list[Difference],
    findings: tuple[Finding, ...],
    *,
    dry_run: bool,
) -> ImportReport:
    changes = tuple(
        TableChange(item.table, len(item.added), len(item.changed), len(item.removed), item.unchanged)
        for item in differences
    )
    return ImportReport("transactions", digest, dry_run, (log.file_report(name),), changes, findings)
