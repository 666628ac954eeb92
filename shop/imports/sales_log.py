"""A whole sales log, added up while it streams by: SKU-days, prices, titles, customers, every row's fate."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from shop.imports.cells import CellError
from shop.imports.netting import OpenSale, undo
from shop.imports.report import MAX_NAMED, FileReport, Finding, Outcome, Rejected
from shop.imports.sales_lines import Fate, SalesColumns, SalesLine, read_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

OUTCOMES: Final[dict[str, str]] = {
    "imported": "sales: the first row of a SKU and day",
    "merged": "sales added to an earlier row of the same SKU and day",
    "cancelled": "sales that a later cancellation undid completely",
    "netted": "cancellations taken off the sale they undo",
    "returned": "cancellations without such a sale, booked as returns of goods",
    "returned_unsold": "returns of products that this log never sells, left out",
    "not_a_product": "postage, fees, vouchers and other rows that are no product",
    "correction": "stock corrections: a negative quantity without a price",
    "free": "pieces given out at price zero: gifts or corrections, no sales",
    "rejected": "rejected",
}


@dataclass(slots=True)
class SkuDay:
    """What is left of one SKU's sales on one day."""

    units: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancelled line, waiting for all sales to be read."""

    at: datetime
    units: int
    sku: str
    customer: str


@dataclass(slots=True)
class SalesLog:
    """The sums of a log. `add` each row, then `settle` once; after that the fields are final."""

    columns: SalesColumns
    currency: str
    zone: ZoneInfo
    today: date
    days: dict[tuple[str, date], SkuDay] = field(default_factory=lambda: defaultdict(SkuDay))
    returns: Counter[tuple[str, date]] = field(default_factory=Counter)
    prices: dict[str, dict[tuple[int, int], Counter[int]]] = field(default_factory=dict)
    titles: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    customers: dict[str, tuple[str, date]] = field(default_factory=dict)
    first_day: date = date.max
    last_day: date = date.min
    rows: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    not_products: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    duplicates: int = 0
    rounded: int = 0
    partly_cancelled: int = 0
    netted_units: int = 0
    _sales: dict[tuple[str, str], list[OpenSale]] = field(default_factory=lambda: defaultdict(list))
    _cancellations: list[Cancellation] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def add(self, line: int, row: Sequence[str]) -> str | None:
        """Count one row; gives the reason when it is rejected."""
        self.rows += 1
        try:
            read = read_line(row, self.columns, self.currency, self.zone)
            self._check_past(read)
        except CellError as error:
            self.fates["rejected"] += 1
            if len(self.rejected) < MAX_NAMED:
                self.rejected.append(Rejected(line, str(error)))
            return str(error)
        # 64 bits of hash for each row instead of its cells: a false hit in a million rows has odds of 1 to
        # 10^7, and only this count would be off by one.
        mark = hash(tuple(row))
        self.duplicates += mark in self._seen
        self._seen.add(mark)
        if isinstance(read, str):
            self.fates["not_a_product"] += 1
            self.not_products[read] += 1
        else:
            self._count(read)
        return None

    def settle(self, net_within: timedelta) -> None:
        """Match the cancellations with the sales, in the order in which they happened."""
        for cancelled in sorted(self._cancellations, key=lambda item: item.at):
            self._settle_one(cancelled, net_within)
        self.fates["imported"] = sum(day.rows > 0 for day in self.days.values())
        self.fates["merged"] = sum(day.rows - 1 for day in self.days.values() if day.rows)
        self._sales.clear()
        self._cancellations.clear()
        self._seen.clear()

    @property
    def skus(self) -> list[str]:
        """The SKUs that the log sells, sorted."""
        return sorted(self.prices)

    def file_report(self, name: str) -> FileReport:
        """Every row with its outcome."""
        outcomes = tuple(Outcome(code, self.fates[code], text) for code, text in OUTCOMES.items())
        return FileReport(
            name, "transactions", self.rows, outcomes, tuple(self.rejected), self.columns.unknown
        )

    def findings(self) -> list[Finding]:
        """What a person should know about the data of this log."""
        kinds = ", ".join(f"{words} {rows:,}" for words, rows in self.not_products.most_common(6))
        found = (
            (
                "duplicate_rows",
                self.duplicates,
                "{:,} rows repeat another row exactly; nothing says they are errors, so each counts",
            ),
            (
                "rounded_prices",
                self.rounded,
                "{:,} rows have a price finer than the smallest coin; rounded half to even",
            ),
            (
                "partly_cancelled_sales",
                self.partly_cancelled,
                "{:,} times a cancellation took a part of a sold line",
            ),
            ("netted_units", self.netted_units, "{:,} cancelled pieces were taken off the sales they undo"),
            (
                "returned_units",
                self.returns.total(),
                "{:,} pieces came back without a matching sale; the demand stays, the goods are in stock",
            ),
            ("not_products", self.fates["not_a_product"], "{:,} rows are no products: " + kinds),
        )
        return [Finding(code, count, text.format(count)) for code, count, text in found if count]

    def _check_past(self, read: SalesLine | str) -> None:
        if isinstance(read, SalesLine) and read.at.date() > self.today:
            raise CellError(f"dated {read.at.date()}, which is in the future")

    def _count(self, line: SalesLine) -> None:
        day = line.at.date()
        self.first_day = min(self.first_day, day)
        self.last_day = max(self.last_day, day)
        self.rounded += line.price_rounded
        if line.fate is Fate.SALE:
            self._sell(line, day)
        elif line.fate is Fate.CANCELLATION:
            self._cancellations.append(Cancellation(line.at, line.units, line.sku, line.customer))
        else:
            self.fates[line.fate.value] += 1

    def _sell(self, line: SalesLine, day: date) -> None:
        sku = line.sku
        total = self.days[sku, day]
        total.units += line.units
        total.rows += 1
        self._price(sku, day)[line.price_minor] += 1
        if line.title:
            self.titles[sku][line.title] += 1
        if line.customer:
            self._sales[sku, line.customer].append(OpenSale(line.at, line.units))
            country, since = self.customers.get(line.customer, ("", day))
            self.customers[line.customer] = (line.country or country, min(since, day))

    def _price(self, sku: str, day: date) -> Counter[int]:
        months = self.prices.get(sku)
        if months is None:
            months = self.prices[sku] = {}
        month = (day.year, day.month)
        lines = months.get(month)
        if lines is None:
            lines = months[month] = Counter()
        return lines

    def _settle_one(self, cancelled: Cancellation, within: timedelta) -> None:
        sales = self._sales.get((cancelled.sku, cancelled.customer), []) if cancelled.customer else []
        parts = undo(sales, cancelled.at, cancelled.units, within)
        if not parts:
            self._give_back(cancelled)
            return
        self.fates["netted"] += 1
        self.netted_units += cancelled.units
        for part in parts:
            day = self.days[cancelled.sku, part.at.date()]
            day.units -= part.units
            self.partly_cancelled += not part.whole
            if part.whole:
                day.rows -= 1
                self.fates["cancelled"] += 1

    def _give_back(self, cancelled: Cancellation) -> None:
        if cancelled.sku in self.prices:
            self.fates["returned"] += 1
            self.returns[cancelled.sku, cancelled.at.date()] += cancelled.units
        else:
            self.fates["returned_unsold"] += 1
