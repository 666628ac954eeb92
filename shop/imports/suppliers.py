"""Import a completed suppliers file: terms that were assumed become confirmed ones. All of it or nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from shop.actions import canonical
from shop.clock import Clock, new_id, utc_now
from shop.errors import ImportFileError
from shop.imports.cells import CellError
from shop.imports.reading import CsvRows, opened
from shop.imports.report import FileReport, Finding, ImportReport, Outcome, TableChange
from shop.imports.store_claim import record_of_import
from shop.imports.supplier_plan import (
    confirmed_terms,
    contradictions,
    left_in_old_currency,
    offer_changes,
    product_changes,
    supplier_changes,
    supplier_ids,
    wanted_offers,
)
from shop.imports.supplier_terms import Fault, TermsColumns, TermsFile, write_supplier_terms
from shop.store.founding import set_own_names
from shop.store.loading import Difference, Row, stored_rows, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shop.store.database import Database, Snapshot

__all__ = ["import_suppliers", "write_supplier_terms"]

_OUTCOMES: Final = {
    "confirmed": "terms that are now confirmed",
    "assumed": "terms left as assumed",
    "open": "SKUs without terms, left open",
}
_SHOWN: Final = 50
_SUPPLIER: Final = (
    "id",
    "name",
    "currency",
    "lead_time_days",
    "lead_time_sd_days",
    "minimum_order_minor",
    "assumed",
    "maximum_weight_grams",
    "maximum_volume_ml",
    "delivered_percent",
)
_OFFER: Final = ("supplier", "sku", "unit_cost_minor", "moq", "pack_size", "rank", "assumed")


def import_suppliers(
    db: Database, path: Path, *, dry_run: bool = False, clock: Clock = utc_now
) -> ImportReport:
    """Read a suppliers file back into the store, in one write transaction.

    A row marked "assumed: yes" whose terms nobody touched stays assumed; every other row is confirmed, and
    replaces the assumed offers of its SKU. Raises ImportFileError that names every bad row (the first 50 in
    full) when any cell is wrong, a SKU is unknown or two lines of a supplier disagree; nothing is written
    then.
    """
    file = _read(path)
    now = clock()
    if dry_run:
        with db.reading() as snapshot:
            return _plan(snapshot, file, dry_run=True)[0]
    with db.writing() as tx:
        report, differences = _plan(tx, file, dry_run=False)
        body = canonical({"rows": report.rows})
        write(tx, [*differences, record_of_import(tx, report, new_id("import"), now, body)])
        set_own_names(tx, own=False)  # names came in from a file
    return report


def _read(path: Path) -> TermsFile:
    file = TermsFile(path.name)
    with opened(path) as opened_file:
        rows = CsvRows(path.name, opened_file)
        columns = TermsColumns(rows.header, path.name)
        file.unknown_columns = columns.unknown
        file.tells_shelf_life = columns.tells_shelf_life
        for line, row in rows:
            file.rows += 1
            try:
                terms = columns.read(row)
            except CellError as error:
                file.faults.append((line, str(error)))
                continue
            if terms is None:
                file.open_skus += 1
            else:
                file.terms.append((line, terms))
        file.digest = rows.digest
    if not file.rows:
        raise ImportFileError(f"{path.name} has a header and no rows")
    return file


def _plan(snapshot: Snapshot, file: TermsFile, *, dry_run: bool) -> tuple[ImportReport, list[Difference]]:
    products = {
        row["sku"]: row
        for row in stored_rows(snapshot, "products", ("sku", "currency", "cost_minor", "shelf_life_days"))
    }
    stored = stored_rows(snapshot, "suppliers", _SUPPLIER)
    offers = stored_rows(snapshot, "offers", _OFFER)
    ids = supplier_ids(file, stored)
    faults = [
        *file.faults,
        *contradictions(file, products),
        *left_in_old_currency(file, ids, stored, offers),
    ]
    _refuse_faults(file, faults)
    confirmed = confirmed_terms(file, ids, stored, offers)
    wanted = wanted_offers(file, ids, confirmed, offers)
    speakers = {ids[terms.supplier.casefold()]: terms for _, terms in file.terms}
    differences = [
        supplier_changes(snapshot, file, ids, confirmed, stored, offers, wanted),
        offer_changes(offers, wanted),
        product_changes(file, products, wanted, speakers),
    ]
    changes = tuple(
        TableChange(item.table, len(item.added), len(item.changed), len(item.removed), item.unchanged)
        for item in differences
    )
    report = ImportReport(
        "suppliers",
        file.digest,
        dry_run,
        (_file_report(file, len(confirmed)),),
        changes,
        tuple(_findings(snapshot, file, products)),
    )
    return report, differences


def _refuse_faults(file: TermsFile, faults: list[Fault]) -> None:
    if not faults:
        return
    faults.sort()
    named = "\n".join(f"  line {line}: {reason}" for line, reason in faults[:_SHOWN])
    more = [str(line) for line, _ in faults[_SHOWN:]]
    rest = f"\n  and lines {', '.join(more)}" if more else ""
    raise ImportFileError(
        f"{file.name}: {len(faults):,} faults in {file.rows:,} rows, so nothing was imported:\n{named}{rest}"
    )


def _file_report(file: TermsFile, confirmed: int) -> FileReport:
    counts = Counter(confirmed=confirmed, assumed=len(file.terms) - confirmed, open=file.open_skus)
    outcomes = tuple(Outcome(code, counts[code], text) for code, text in _OUTCOMES.items())
    return FileReport(file.name, "suppliers", file.rows, outcomes, (), file.unknown_columns)


def _findings(snapshot: Snapshot, file: TermsFile, products: dict[str, Row]) -> Iterable[Finding]:
    homes = stored_rows(snapshot, "store_info", ("home_currency",))
    rated = {row["currency"] for row in stored_rows(snapshot, "exchange_rates", ("currency",))}
    rated |= {row["home_currency"] for row in homes}
    unrated = sorted({terms.unit_cost.currency for _, terms in file.terms} - rated)
    if unrated:
        yield Finding(
            "no_exchange_rate",
            len(unrated),
            f"there is no exchange rate for {', '.join(unrated)}; orders in it need one to be judged",
        )
    missing = len(products.keys() - {terms.sku for _, terms in file.terms})
    if missing:
        yield Finding(
            "skus_not_in_file",
            missing,
            f"{missing:,} SKUs of the store are not in the file; left as they were",
        )
