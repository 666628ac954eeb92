"""The run as Markdown, for tickets and mail: the same figures as everywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.reorder_report.forecasts import quality_header, quality_rows, quality_words
from agent.reorder_report.marks import without_marks
from agent.reorder_report.tables import (
    ACTED,
    budget_of,
    change_rows,
    comparison_of,
    groups,
    line_rows,
    request_rows,
    tiles_of,
    title_of,
)
from agent.run_report import Outcome, RunReport

LISTED = 20
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~&])")


def as_markdown(report: RunReport) -> str:
    """Tiles, requests, the lines that were acted on with their arithmetic, and the rest by reason."""
    parts = [f"# {title_of(report)}", _tiles(report)]
    budget = budget_of(report)
    if budget is not None:
        parts.append(f"Budget: {budget[2]}.")
    if report.draft.signals:
        parts += ["## Signals", "\n".join(f"- {safe(signal)}" for signal in report.draft.signals)]
    if comparison_of(report):
        parts += ["## Since the previous run", f"{safe(comparison_of(report))}.", _changes(report)]
    parts += ["## Steps", "\n".join(f"{place}. {step}" for place, step in enumerate(report.steps, 1))]
    parts += ["## Asked of the desk", _requests(report)]
    parts += ["## Lines", _lines(report)]
    parts += ["## Needs attention", _grouped(report, Outcome.NEEDS_ATTENTION)]
    parts += ["## Not ordered", _grouped(report, Outcome.NOT_ORDERED)]
    if report.draft.quality:
        table = _table(quality_header(report), quality_rows(report))
        parts += ["## How good the forecasts were", quality_words(report), table]
    return "\n\n".join(parts) + "\n"


def safe(text: str) -> str:
    r"""Text without any meaning in Markdown: titles and names come from strangers.

    >>> safe("[x](http://a) | <b>")
    '\\[x\\](http://a) \\| \\<b\\>'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(without_marks(text).split()))


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return "None."
    lines = [header, tuple("---" for _ in header), *(tuple(safe(cell) for cell in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _tiles(report: RunReport) -> str:
    rows = [(tile.label, tile.figure, tile.detail) for tile in tiles_of(report)]
    return _table(("Figure", "", ""), rows)


def _requests(report: RunReport) -> str:
    rows = [
        (row.title, row.value, row.state, row.approval, row.expected_on, row.words)
        for row in request_rows(report)
    ]
    return _table(("Request", "Value", "State", "Approval or order", "Expected", "Why"), rows)


def _changes(report: RunReport) -> str:
    rows = [(row.sku, row.location, row.before, row.after, row.why) for row in change_rows(report)]
    return _table(("SKU", "Location", "Before", "Now", "Why"), rows[:LISTED])


def _lines(report: RunReport) -> str:
    rows = line_rows(report, ACTED)
    if not rows:
        return "None."
    blocks = []
    for row in rows[:LISTED]:
        head = f"**{safe(row.line.sku)}** {safe(row.line.title)} at {safe(row.line.location)}"
        what = ", ".join(part for part in (row.quantity, row.value, row.state) if part)
        said = (*row.steps, *row.notes, *row.signals, *(f"Instead: {one}" for one in row.instead))
        steps = "\n".join(f"  - {safe(step)}" for step in said)
        blocks.append(f"- {head}: {what}. {safe(row.why)}\n{steps}")
    if len(rows) > LISTED:
        blocks.append(f"- and {len(rows) - LISTED} more in the CSV")
    return "\n".join(blocks)


def _grouped(report: RunReport, outcome: Outcome) -> str:
    blocks = []
    for group in groups(report, outcome):
        names = ", ".join(f"{safe(row.line.sku)} ({safe(row.line.location)})" for row in group.rows[:LISTED])
        more = f" and {len(group.rows) - LISTED} more" if len(group.rows) > LISTED else ""
        blocks.append(f"- {group.reason}: {len(group.rows)}: {names}{more}")
    return "\n".join(blocks) or "None."
