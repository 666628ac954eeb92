"""What an import did, or would do: every row of every file accounted for, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: the phase in words and the rows read so far, over all files."""

    phase: str
    rows: int


def ignore_progress(_progress: Progress) -> None:
    """The progress callback of callers who do not watch."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """So many rows of a file had the same fate; `code` is stable, `text` is for people."""

    code: str
    rows: int
    text: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was not imported: its first line in the file, and why. Cells stay in the rejects file."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file: every data row of it has exactly one outcome."""

    name: str
    kind: str
    rows: int
    outcomes: tuple[Outcome, ...]
    rejected: tuple[Rejected, ...] = ()  # the first MAX_NAMED of them
    unknown_columns: tuple[str, ...] = ()

    @property
    def accounted(self) -> int:
        """The sum of all outcomes; equal to `rows` in every report."""
        return sum(outcome.rows for outcome in self.outcomes)

    def count(self, code: str) -> int:
        """Rows with this outcome."""
        return sum(outcome.rows for outcome in self.outcomes if outcome.code == code)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the data that a person should know; `count` is in the unit that `text` names."""

    code: str
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class TableChange:
    """What the import changes in one table of the store."""

    table: str
    added: int
    changed: int
    removed: int
    unchanged: int

    @property
    def any(self) -> bool:
        """Whether the table changes at all."""
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole import. With `dry_run` nothing was written; the rest is the same as of the real import."""

    kind: str  # transactions | shopify | suppliers
    digest: str  # SHA-256 (hex) of what the files contain, unpacked
    dry_run: bool
    files: tuple[FileReport, ...]
    changes: tuple[TableChange, ...]
    findings: tuple[Finding, ...] = field(default=())

    @property
    def rows(self) -> int:
        """Data rows read from all files."""
        return sum(file.rows for file in self.files)

    @property
    def accounted(self) -> int:
        """Rows with an outcome; equal to `rows`."""
        return sum(file.accounted for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows that could not be used."""
        return self.count("rejected")

    @property
    def changed_anything(self) -> bool:
        """Whether the store is (or would be) different after the import."""
        return any(change.any for change in self.changes)

    def count(self, code: str) -> int:
        """Rows with this outcome, over all files."""
        return sum(file.count(code) for file in self.files)

    def change(self, table: str) -> TableChange:
        """What changes in a table; all zero for a table that the import does not touch."""
        for change in self.changes:
            if change.table == table:
                return change
        return TableChange(table, 0, 0, 0, 0)

    def finding(self, code: str) -> int:
        """The count of a finding; 0 when it was not made."""
        return sum(finding.count for finding in self.findings if finding.code == code)

    def to_json(self) -> dict[str, Any]:
        """Counts, reasons and line numbers as JSON values; no cell of a row is in it."""
        return {
            "v": 1,
            "kind": self.kind,
            "digest": self.digest,
            "dry_run": self.dry_run,
            "rows": self.rows,
            "files": [_file_json(file) for file in self.files],
            "changes": [
                {
                    "table": change.table,
                    "added": change.added,
                    "changed": change.changed,
                    "removed": change.removed,
                    "unchanged": change.unchanged,
                }
                for change in self.changes
            ],
            "findings": [
                {"code": finding.code, "count": finding.count, "text": finding.text}
                for finding in self.findings
            ],
        }

    def in_words(self) -> str:
        """The report for a person: one line for each outcome, table and finding."""
        lines = [self._headline()]
        for file in self.files:
            lines += _file_words(file)
        lines.append("In the store:" if not self.dry_run else "In the store there would be:")
        lines += [f"  {_change_words(change)}" for change in self.changes]
        if self.findings:
            lines.append("To know:")
            lines += [f"  - {finding.text}" for finding in self.findings]
        return "\n".join(lines)

    def _headline(self) -> str:
        if self.dry_run:
            return f"Dry run: {self.rows:,} rows read, nothing written."
        if not self.changed_anything:
            return f"{self.rows:,} rows read; the store holds all of it already, nothing changed."
        return f"{self.rows:,} rows read and imported in one step."


MAX_NAMED = 20
"""So many rejected rows a report names; the rejects file has all."""


def _file_json(file: FileReport) -> dict[str, Any]:
    return {
        "name": file.name,
        "kind": file.kind,
        "rows": file.rows,
        "outcomes": {outcome.code: outcome.rows for outcome in file.outcomes},
        "rejected": [{"line": row.line, "reason": row.reason} for row in file.rejected],
        "unknown_columns": list(file.unknown_columns),
    }


def _file_words(file: FileReport) -> list[str]:
    lines = [f"{file.name} ({file.kind}): {file.rows:,} rows"]
    lines += [f"  {outcome.rows:>9,}  {outcome.text}" for outcome in file.outcomes if outcome.rows]
    lines += [f"             line {row.line}: {row.reason}" for row in file.rejected]
    unnamed = file.count("rejected") - len(file.rejected)
    if unnamed > 0:
        lines.append(
            f"             and {unnamed:,} more rejected rows, all in the rejects file if you ask for one"
        )
    if file.unknown_columns:
        lines.append(f"  columns not used: {', '.join(file.unknown_columns)}")
    return lines


def _change_words(change: TableChange) -> str:
    parts = [
        f"{count:,} {word}"
        for count, word in (
            (change.added, "added"),
            (change.changed, "changed"),
            (change.removed, "removed"),
            (change.unchanged, "unchanged"),
        )
        if count
    ]
    return f"{change.table.replace('_', ' ')}: {', '.join(parts) or 'nothing'}"
