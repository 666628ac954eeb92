"""Every line of a run as a table for spreadsheets."""

from __future__ import annotations

from io import StringIO
from typing import Final

from agent.reorder_report.tables import LineRow, line_rows
from agent.run_report import Outcome, Outlook, RunReport
from shop.imports.safe_csv import SafeCsvWriter

CSV_COLUMNS: Final = (
    "sku",
    "title",
    "location",
    "outcome",
    "reason",
    "words",
    "notes",
    "supplier",
    "quantity",
    "unit_cost",
    "value",
    "currency",
    "home_value",
    "home_currency",
    "approval",
    "reference",
    "position",
    "demand_per_day",
    "cover_days",
    "reorder_point",
    "order_up_to",
    "risk_without",
    "risk_with",
    "constraint",
    "lost_margin_without",
    "order_cost",
    "holding_cost",
    "outlook_days",
    "empty_on_day_without",
    "empty_on_day_with",
    "stock_then_without",
    "stock_then_with",
    "signals",
    "alternatives",
    "arithmetic",
)


def as_csv(report: RunReport) -> str:
    """Every SKU-location of the run with its verdict and numbers; cells are safe in a spreadsheet."""
    file = StringIO()
    writer = SafeCsvWriter(file, CSV_COLUMNS)
    for row in line_rows(report, list(Outcome)):
        writer.row(_csv_cells(report, row))
    return file.getvalue()


def _csv_cells(report: RunReport, row: LineRow) -> list[object]:
    line, figures = row.line, row.line.arithmetic
    answer = report.answer_of(line)
    cover = figures.cover_days
    return [
        line.sku,
        line.title,
        line.location,
        row.outcome.value,
        line.reason,
        row.why,
        "; ".join(row.notes),
        line.supplier,
        line.quantity,
        figures.unit_cost.amount if figures.unit_cost else None,
        line.value.amount if line.value else None,
        line.value.currency if line.value else None,
        line.home_value.amount if line.home_value else None,
        line.home_value.currency if line.home_value else None,
        answer.approval_id if answer else None,
        answer.reference if answer else None,
        figures.position,
        figures.demand_per_day,
        None if cover is None else round(cover, 1),
        figures.reorder_point,
        figures.order_up_to,
        figures.risk_without,
        figures.risk_with,
        figures.constraint.value,
        figures.lost_margin_without.amount if figures.lost_margin_without else None,
        figures.order_cost.amount if figures.order_cost else None,
        figures.holding_cost.amount if figures.holding_cost else None,
        *_outlook_cells(line.outlook),
        "; ".join(row.signals),
        " ".join(row.instead),
        " ".join(row.steps),
    ]


def _outlook_cells(outlook: Outlook | None) -> list[object]:
    if outlook is None:
        return [None] * 5
    return [
        outlook.days,
        outlook.empty_without,
        outlook.empty_with,
        outlook.level_without,
        outlook.level_with,
    ]
