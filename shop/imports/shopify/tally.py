"""The account of one file's rows while it is read: each row gets exactly one outcome."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from shop.imports.report import MAX_NAMED, FileReport, Outcome, Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shop.imports.rejects import Reject

OUTCOMES: Final[dict[str, str]] = {
    "variant": "products (variants) known by their SKU",
    "keyed": "products without a SKU, known by handle and options instead",
    "image": "further images of a product",
    "not_a_product": "gift cards",
    "stock": "stock levels",
    "not_stocked": "products that a location does not stock",
    "order": "orders, each with its first line",
    "line": "further lines of orders",
    "no_line": "further rows of orders without a line",
    "customer": "customers",
    "duplicate": "rows that repeat another row, used once",
    "rejected": "rejected",
}


@dataclass(slots=True)
class Tally:
    """One file. `source` names a row for later: outcomes may be decided after other files were read."""

    name: str
    kind: str
    unknown_columns: tuple[str, ...]
    reject_row: Reject
    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)

    def count(self, outcome: str, rows: int = 1) -> None:
        """So many rows had this outcome."""
        self.outcomes[outcome] += rows

    def reject(self, line: int, reason: str, cells: Sequence[str]) -> None:
        """This row could not be used."""
        self.outcomes["rejected"] += 1
        if len(self.rejected) < MAX_NAMED:
            self.rejected.append(Rejected(line, reason))
        self.reject_row(self.name, line, reason, cells)

    def report(self) -> FileReport:
        """The account, complete."""
        outcomes = tuple(
            Outcome(code, self.outcomes[code], text) for code, text in OUTCOMES.items() if self.outcomes[code]
        )
        return FileReport(
            self.name, self.kind, self.rows, outcomes, tuple(self.rejected), self.unknown_columns
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row came from."""

    tally: Tally
    line: int
    cells: Sequence[str]

    def reject(self, reason: str) -> None:
        """This row could not be used."""
        self.tally.reject(self.line, reason, self.cells)

    def count(self, outcome: str) -> None:
        """This row had this outcome."""
        self.tally.count(outcome)
