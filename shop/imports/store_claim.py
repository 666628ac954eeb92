"""Whose data a store holds: an import fills an empty store or brings its own up to date, never another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shop.errors import ImportFileError, MoneyError, SetupError
from shop.money import exponent
from shop.store.loading import Difference, Row, compare, is_empty, stored_rows

if TYPE_CHECKING:
    from datetime import date, datetime

    from shop.imports.report import ImportReport
    from shop.store.database import Snapshot

IMPORT_REF: Final = "import"
"""Marks the stock movements and price changes that belong to imports; actions put their own id there."""

_INFO = ("id", "name", "home_currency", "timezone", "source", "business_date", "own_names")


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name; raises SetupError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SetupError(f"unknown time zone {name!r}; use an IANA name such as Europe/London") from error


def check_currency(currency: str) -> str:
    """The code itself when ISO 4217 knows it; raises SetupError."""
    try:
        exponent(currency)
    except MoneyError as error:
        raise SetupError(str(error)) from error
    return currency


def claim_store(
    snapshot: Snapshot, *, source: str, name: str, currency: str, timezone: str, business_date: date | None
) -> Difference:
    """What changes in the store's own record, when this source may fill this store.

    An empty `name` keeps the name there is. The business date only moves forward. Raises ImportFileError
    when the store holds data of another source, another home currency or another time zone.
    """
    stored = stored_rows(snapshot, "store_info", _INFO)
    if not stored or stored[0]["source"] == "empty":
        if not is_empty(snapshot, "products"):
            raise ImportFileError("this store has products of unknown origin; import into a new store")
        old: Row = stored[0] if stored else {}
    else:
        old = stored[0]
        _check_same(old, source, currency, timezone)
    dates = [day for day in (old.get("business_date"), business_date) if day is not None]
    wanted = {
        "id": 1,
        "own_names": False,  # titles came in from a file: two people vouch for them (mode names own)
        "name": name or old.get("name") or "My store",
        "home_currency": currency,
        "timezone": timezone,
        "source": source,
        "business_date": max(dates, default=None),
    }
    return compare("store_info", ("id",), stored, [wanted])


def record_of_import(
    snapshot: Snapshot, report: ImportReport, import_id: str, at: datetime, body: str
) -> Difference:
    """The row that remembers an import; none when the same files changed nothing."""
    known = stored_rows(snapshot, "imports", ("id",), kind=report.kind, digest=report.digest)
    if known and not report.changed_anything:
        return compare("imports", ("id",), [], [])
    row = {"id": import_id, "kind": report.kind, "digest": report.digest, "at": at, "report": body}
    return compare("imports", ("id",), [], [row])


def _check_same(old: Row, source: str, currency: str, timezone: str) -> None:
    if old["source"] != source:
        raise ImportFileError(
            f"this store holds {_IN_WORDS.get(old['source'], old['source'])}; "
            f"import {_IN_WORDS[source]} into a new, empty store (another store directory or database)"
        )
    if old["home_currency"] != currency:
        raise ImportFileError(
            f"this store counts in {old['home_currency']}, the import in {currency}; "
            f"say {old['home_currency']} or import into a new store"
        )
    if old["timezone"] != timezone:
        raise ImportFileError(
            f"this store lives in {old['timezone']}, the import in {timezone}; days would shift: "
            f"say {old['timezone']} or import into a new store"
        )


_IN_WORDS: Final = {
    "sample": "the sample data",
    "transactions": "a sales log",
    "shopify": "Shopify exports",
}
