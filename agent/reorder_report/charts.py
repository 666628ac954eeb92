"""Charts as SVG without any style attribute, each with a title and a summary for those who cannot see it.

Amounts become floats here for the length of a bar only; every label is the exact amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Any, Final

from agent.run_report import Projection, RunReport, SupplierTotal

PLACED: Final = "#0f766e"
WAITING: Final = "#b45309"
REFUSED: Final = "#b91c1c"
OTHER: Final = "#64748b"
INK: Final = "currentColor"
WIDTH: Final = 520
MOST_BARS: Final = 24

_CONFIG: Final = {
    "font": "system-ui, sans-serif",
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": "#94a3b8",
        "gridOpacity": 0.3,
        "domainColor": "#94a3b8",
        "tickColor": "#94a3b8",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 220,
    },
    "legend": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "orient": "top", "title": None},
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its twin: the same figures as a table."""

    title: str
    summary: str
    svg: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def supplier_chart(report: RunReport) -> Chart | None:
    """Value by supplier, placed, waiting, refused and other; None if nothing is bought."""
    totals = report.suppliers
    if not totals:
        return None
    currency = report.draft.home_currency
    rest = f"; the {MOST_BARS} largest are drawn" if len(totals) > MOST_BARS else ""
    summary = f"{len(totals)} suppliers, {report.kpis.money_total} in all{rest}."
    title = f"Purchases by supplier, {currency}"
    return Chart(
        title=title,
        summary=summary,
        svg=drawn(_supplier_spec(totals[:MOST_BARS], currency, report.draft.dry_run), title, summary),
        header=("Supplier", "Orders", "Placed", "Waiting", "Refused", "Other"),
        rows=tuple(
            (
                total.supplier,
                str(total.orders),
                str(total.placed),
                str(total.waiting),
                str(total.refused),
                str(total.other),
            )
            for total in totals
        ),
    )


def projection_charts(report: RunReport) -> list[Chart]:
    """Expected stock of the dearest lines, with and without the order."""
    return [_projection_chart(projection) for projection in report.draft.projections]


def _supplier_spec(totals: tuple[SupplierTotal, ...], currency: str, dry_run: bool) -> dict[str, Any]:
    labels = ("placed", "waiting", "refused", "planned" if dry_run else "other")
    colours = (PLACED, WAITING, REFUSED, PLACED if dry_run else OTHER)
    values = [
        {"supplier": total.supplier, "state": label, "amount": float(amount.amount), "rank": place}
        for total in totals
        for place, (label, amount) in enumerate(
            zip(labels, (total.placed, total.waiting, total.refused, total.other), strict=True)
        )
        if amount
    ]
    used = [label for label in labels if any(value["state"] == label for value in values)]
    return {
        "width": WIDTH,
        "height": {"step": 24},
        "data": {"values": values},
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {
            "y": {"field": "supplier", "type": "nominal", "sort": None, "title": None},
            "x": {"field": "amount", "type": "quantitative", "title": currency, "axis": {"tickCount": 5}},
            "order": {"field": "rank", "type": "quantitative"},
            "color": {
                "field": "state",
                "type": "nominal",
                "scale": {"domain": used, "range": [colours[labels.index(label)] for label in used]},
            },
        },
    }


def _projection_chart(projection: Projection) -> Chart:
    title = f"{projection.sku} at {projection.location}: expected stock with and without the order"
    empty = next((day for day, level in enumerate(projection.without_order) if level <= 0), None)
    fate = f"runs out in {empty} days without it" if empty is not None else "does not run out in this time"
    arrival = f"; the order arrives on {projection.arrives_on.isoformat()}" if projection.arrives_on else ""
    summary = f"{projection.title} {fate}{arrival}; reorder point {projection.reorder_point}."
    days = [
        (projection.starts_on + timedelta(days=day)).isoformat()
        for day in range(len(projection.without_order))
    ]
    return Chart(
        title=title,
        summary=summary,
        svg=drawn(_projection_spec(projection, days), title, summary),
        header=("Day", "Without the order", "With the order"),
        rows=tuple(
            (day, f"{without:.1f}", f"{with_order:.1f}")
            for day, without, with_order in zip(
                days, projection.without_order, projection.with_order, strict=True
            )
        ),
    )


def _projection_spec(projection: Projection, days: list[str]) -> dict[str, Any]:
    series = (("with the order", projection.with_order), ("without", projection.without_order))
    values = [
        {"day": day, "level": level, "line": name}
        for name, levels in series
        for day, level in zip(days, levels, strict=True)
    ]
    colour = {"domain": [name for name, _ in series], "range": [PLACED, REFUSED]}
    return {
        "width": WIDTH,
        "height": 160,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {
                    "x": {
                        "field": "day",
                        "type": "temporal",
                        "title": None,
                        "axis": {"format": "%Y-%m-%d", "tickCount": 5, "grid": False},
                    },
                    "y": {"field": "level", "type": "quantitative", "title": "pieces"},
                    "color": {"field": "line", "type": "nominal", "scale": colour},
                    "strokeDash": {
                        "field": "line",
                        "type": "nominal",
                        "scale": {"domain": colour["domain"], "range": [[1, 0], [5, 3]]},
                    },
                },
            },
            {
                "data": {"values": [{"level": projection.reorder_point}]},
                "mark": {"type": "rule", "color": OTHER, "strokeDash": [2, 3]},
                "encoding": {"y": {"field": "level", "type": "quantitative"}},
            },
        ],
    }


def drawn(spec: dict[str, Any], title: str, summary: str) -> str:
    """A Vega-Lite chart as SVG with a title and a description, without style attributes."""
    import vl_convert  # noqa: PLC0415 - it starts a JavaScript engine, so only for a drawing

    body = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": _CONFIG, **spec}
    svg = str(vl_convert.vegalite_to_svg(body))
    head, rest = svg.split(">", 1)
    return f'{head} role="img"><title>{escape(title)}</title><desc>{escape(summary)}</desc>{rest}'
