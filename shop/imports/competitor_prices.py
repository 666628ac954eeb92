"""Import what competitors ask: a CSV of SKU, competitor, price, currency and the day it was seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from shop.actions import canonical
from shop.clock import Clock, new_id, utc_now
from shop.errors import ImportFileError
from shop.imports import cells
from shop.imports.cells import CellError
from shop.imports.reading import CsvRows, opened, plain_name
from shop.imports.rejects import rejects_file
from shop.imports.report import FileReport, ImportReport, Outcome, Rejected, TableChange
from shop.imports.safe_csv import undefuse
from shop.imports.store_claim import check_currency, record_of_import
from shop.store.loading import Difference, Row, compare, stored_rows, write
from shop.store.pricing_schema import competitor_prices  # noqa: F401 - the table joins the others
from shop.store.reads.info import store_info

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shop.imports.rejects import Reject
    from shop.store.database import Database, Snapshot

COLUMNS: Final = ("sku", "competitor", "price", "currency", "seen_on")
_OPTIONAL: Final = ("currency",)
_KEY: Final = ("sku", "competitor")
_OUTCOMES: Final = {
    "used": "prices taken over",
    "older": "prices older than another one of the same SKU and competitor",
    "unknown": "prices of SKUs that the store does not have",
    "rejected": "rows that could not be read",
}
_SHOWN: Final = 50


@dataclass(slots=True)
class _File:
    """The rows of a file so far: the latest price of each SKU and competitor, and what became of all."""

    name: str
    known: frozenset[str]
    currency: str
    zone: ZoneInfo
    today: date
    latest: dict[tuple[str, str], Row] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()
    digest: str = ""


def import_competitor_prices(
    db: Database,
    path: Path,
    *,
    dry_run: bool = False,
    rejects: Path | None = None,
    today: date | None = None,
    clock: Clock = utc_now,
) -> ImportReport:
    """Take over the latest price of each SKU at each competitor, in one write transaction.

    Columns: sku, competitor, price, seen_on, and currency where it is not the store's. A row older than
    what is known of the same competitor is left, a price of a coming day rejected. Raises ImportFileError
    for a file without these columns or without rows.
    """
    now = clock()
    with db.reading() as snapshot:
        file = _started(snapshot, path, today or _day(snapshot, clock))
    with rejects_file(rejects) as reject:
        _read(file, path, reject)
    if dry_run:
        with db.reading() as snapshot:
            return _planned(snapshot, file, dry_run=True)[0]
    with db.writing() as tx:
        report, difference = _planned(tx, file, dry_run=False)
        body = canonical({"rows": report.rows})
        write(tx, [difference, record_of_import(tx, report, new_id("import"), now, body)])
    return report


def _day(snapshot: Snapshot, clock: Clock) -> date:
    info = store_info(snapshot)
    return info.business_date or clock().astimezone(ZoneInfo(info.timezone)).date()


def _started(snapshot: Snapshot, path: Path, today: date) -> _File:
    info = store_info(snapshot)
    known = frozenset(row["sku"] for row in stored_rows(snapshot, "products", ("sku",)))
    return _File(path.name, known, info.home_currency, ZoneInfo(info.timezone), today)


def _read(file: _File, path: Path, reject: Reject) -> None:
    with opened(path) as opened_file:
        rows = CsvRows(path.name, opened_file)
        places = _places(rows.header, file)
        for line, row in rows:
            try:
                file.counts[_taken(file, _parsed(file, places, row, len(rows.header)))] += 1
            except CellError as error:
                file.counts["rejected"] += 1
                reject(path.name, line, str(error), row)
                if len(file.rejected) < _SHOWN:
                    file.rejected.append(Rejected(line, str(error)))
        file.digest = rows.digest
    if not file.counts:
        raise ImportFileError(f"{path.name} has a header and no rows")


def _places(header: Sequence[str], file: _File) -> dict[str, int]:
    wanted = {plain_name(column): column for column in COLUMNS}
    places = {wanted[plain_name(name)]: at for at, name in enumerate(header) if plain_name(name) in wanted}
    missing = [column for column in COLUMNS if column not in places and column not in _OPTIONAL]
    if missing:
        raise ImportFileError(
            f"{file.name} lacks the columns {', '.join(missing)}; it has {', '.join(header)}"
        )
    file.unknown_columns = tuple(name for name in header if name and plain_name(name) not in wanted)
    return places


def _parsed(file: _File, places: dict[str, int], row: Sequence[str], width: int) -> Row:
    if len(row) != width:
        raise CellError(f"{len(row)} cells where the header has {width}")
    cell = {column: undefuse(row[at]).strip() for column, at in places.items()}
    currency = _currency(cell.get("currency") or file.currency)
    minor, _ = cells.price(cell["price"], currency)
    if minor <= 0:
        raise CellError(f"price: expected more than zero, got {cell['price']!r}")
    seen_on = cells.day(cell["seen_on"], file.zone)
    if seen_on > file.today:
        raise CellError(f"seen_on: {seen_on.isoformat()} is still to come")
    return {
        "sku": cells.identifier(cell["sku"], "SKU"),
        "competitor": cells.plain_text(cells.identifier(cell["competitor"], "competitor"), 80),
        "price_minor": minor,
        "currency": currency,
        "seen_on": seen_on,
    }


def _currency(code: str) -> str:
    from shop.errors import SetupError  # noqa: PLC0415 - beside the one use

    try:
        return check_currency(code.upper())
    except SetupError as error:
        raise CellError(f"currency: {error}") from error


def _taken(file: _File, row: Row) -> str:
    """Keep the row if it is the latest of its SKU and competitor so far; what became of it."""
    if row["sku"] not in file.known:
        return "unknown"
    key = (row["sku"], row["competitor"])
    known = file.latest.get(key)
    if known is not None and known["seen_on"] > row["seen_on"]:
        return "older"
    file.latest[key] = row
    if known is None:
        return "used"
    file.counts["older"] += 1
    file.counts["used"] -= 1
    return "used"


def _planned(snapshot: Snapshot, file: _File, *, dry_run: bool) -> tuple[ImportReport, Difference]:
    columns = (*_KEY, "price_minor", "currency", "seen_on")
    stored = stored_rows(snapshot, "competitor_prices", columns)
    seen = {(row["sku"], row["competitor"]): row["seen_on"] for row in stored}
    wanted = [row for key, row in file.latest.items() if key not in seen or row["seen_on"] >= seen[key]]
    counts = Counter(file.counts)
    counts["older"] += len(file.latest) - len(wanted)
    counts["used"] -= len(file.latest) - len(wanted)
    found = compare("competitor_prices", _KEY, stored, wanted)
    outcomes = tuple(Outcome(code, counts[code], text) for code, text in _OUTCOMES.items())
    rows = sum(counts.values())
    report = FileReport(
        file.name, "competitor prices", rows, outcomes, tuple(file.rejected), file.unknown_columns
    )
    change = TableChange(found.table, len(found.added), len(found.changed), 0, found.unchanged)
    return ImportReport("competitor_prices", file.digest, dry_run, (report,), (change,)), found
