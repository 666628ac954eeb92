"""The run on a terminal: tables that fit, the rest by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agent.reorder_report.marks import without_marks
from agent.reorder_report.tables import (
    ACTED,
    LineRow,
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

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

LISTED: Final = 20
COLOURS: Final = {
    Outcome.PLACED: "green",
    Outcome.TRANSFERRED: "green",
    Outcome.WAITING: "yellow",
    Outcome.REFUSED: "red",
    Outcome.FAILED: "red",
    Outcome.NEEDS_ATTENTION: "red",
}


def print_report(
    report: RunReport, console: Console, *, listed: int = LISTED, arithmetic: bool = False
) -> None:
    """Print tiles, requests, lines, findings and the reasons of what was left alone.

    `listed` limits each list; `arithmetic` adds the sentences behind each line.
    """
    console.print(_text(title_of(report), style="bold"))
    if report.repeated:
        console.print(_text("This run had ended before; this is its stored report, nothing was done again."))
    if report.resumed:
        console.print(_text("This run had been cut off; it was finished with its stored plan."))
    console.print(_tiles(report))
    budget = budget_of(report)
    if budget is not None:
        console.print(_text(f"Budget: {budget[2]}"))
    for signal in report.draft.signals[:listed]:
        console.print(_text(f"Signal {signal}"))
    if comparison_of(report):
        console.print(_text(f"{comparison_of(report)}."))
        console.print(_changes(report, listed))
    console.print(_requests(report, listed))
    rows = line_rows(report, ACTED)
    console.print(_lines("Lines", rows, listed))
    if arithmetic:
        _print_arithmetic(rows[:listed], console)
    console.print(_lines("Needs attention", line_rows(report, [Outcome.NEEDS_ATTENTION]), listed))
    console.print(_reasons(report))


def _text(words: str, style: str = "") -> Text:
    """Words as they are: neither markup nor characters that repaint the screen; strangers wrote some."""
    from rich.text import Text  # noqa: PLC0415 - rich is for those who print

    return Text(without_marks(words), style=style)


def _grid(title: str, *columns: tuple[str, bool]) -> Table:
    from rich import box  # noqa: PLC0415 - rich is for those who print
    from rich.table import Table  # noqa: PLC0415 - rich is for those who print

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    for name, is_number in columns:
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    return table


def _tiles(report: RunReport) -> Table:
    table = _grid("", ("", False), ("", True), ("", False))
    table.show_header = False
    for tile in tiles_of(report):
        table.add_row(tile.label, tile.figure, tile.detail)
    return table


def _requests(report: RunReport, listed: int) -> Table:
    rows = request_rows(report)
    table = _grid("Asked of the desk", ("Request", False), ("Value", True), ("State", False), ("", False))
    for row in rows[:listed]:
        state = _text(row.state, style=COLOURS.get(row.outcome, ""))
        table.add_row(_text(row.title), row.value, state, _text(row.approval))
    _more(table, len(rows) - listed)
    return table


def _lines(title: str, rows: list[LineRow], listed: int) -> Table:
    table = _grid(
        title,
        ("SKU", False),
        ("Location", False),
        ("Cover", True),
        ("Risk", True),
        ("Pieces", True),
        ("Value", True),
        ("State", False),
        ("Why", False),
    )
    for row in rows[:listed]:
        state = _text(row.state, style=COLOURS.get(row.outcome, ""))
        line = row.line
        table.add_row(
            _text(line.sku),
            _text(line.location),
            row.cover,
            row.risk,
            row.quantity,
            row.value,
            state,
            _text(row.line.words),
        )
    _more(table, len(rows) - listed)
    return table


def _changes(report: RunReport, listed: int) -> Table:
    rows = change_rows(report)
    table = _grid(
        "Changed", ("SKU", False), ("Location", False), ("Before", False), ("Now", False), ("Why", False)
    )
    for row in rows[:listed]:
        table.add_row(*(_text(cell) for cell in (row.sku, row.location, row.before, row.after, row.why)))
    _more(table, len(rows) - listed)
    return table


def _more(table: Table, missing: int) -> None:
    if missing > 0:
        table.add_row(f"and {missing:,} more")
    elif table.row_count == 0:
        table.add_row("none")


def _print_arithmetic(rows: list[LineRow], console: Console) -> None:
    for row in rows:
        console.print(_text(f"{row.line.sku} {row.line.title} at {row.line.location}", style="bold"))
        for step in (*row.steps, *row.notes, *row.signals, *(f"Instead: {one}" for one in row.instead)):
            console.print(_text(f"  {step}"))


def _reasons(report: RunReport) -> Table:
    table = _grid("Not ordered", ("Reason", False), ("SKU-locations", True), ("For example", False))
    for group in groups(report, Outcome.NOT_ORDERED):
        examples = ", ".join(f"{row.line.sku} ({row.line.location})" for row in group.rows[:3])
        table.add_row(group.reason, f"{len(group.rows):,}", _text(examples))
    _more(table, 0)
    return table
