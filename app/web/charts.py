"""Charts of record pages, drawn on the server as SVG without any style attribute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from agent.reorder_report.charts import drawn
from shop.outlook import Outlook

COLOUR: Final = "#0f766e"
WITHOUT: Final = "#b91c1c"
SERIES: Final = (COLOUR, "#b45309", "#1d4ed8", "#7e22ce", "#be123c", "#4d7c0f")
"""One for each series; each passes 3:1 on both grounds."""


def by_week(sales: Sequence[tuple[date, int]]) -> dict[date, int]:
    """Pieces of each week that had sales, by its Monday.

    >>> by_week([(date(2026, 11, 17), 2), (date(2026, 11, 20), 3)])
    {datetime.date(2026, 11, 16): 5}
    """
    weeks: dict[date, int] = {}
    for day, pieces in sales:
        monday = date.fromordinal(day.toordinal() - day.weekday())
        weeks[monday] = weeks.get(monday, 0) + pieces
    return weeks


@lru_cache(maxsize=256)
def sales_chart(title: str, sales: Sequence[tuple[date, int]]) -> str:
    """Pieces sold week by week as bars; the same figures are its CSV."""
    weeks = by_week(sales)
    spec: dict[str, Any] = {
        "width": 700,
        "height": 140,
        "data": {"values": [{"week": day.isoformat(), "pieces": sold} for day, sold in weeks.items()]},
        "mark": {"type": "bar", "color": COLOUR},
        "encoding": {
            "x": {"field": "week", "type": "temporal", "title": None, "axis": {"grid": False}},
            "y": {"field": "pieces", "type": "quantitative", "title": "pieces a week"},
        },
    }
    return drawn(spec, title, f"{sum(weeks.values()):,} pieces in {len(weeks)} weeks with sales.")


@lru_cache(maxsize=256)
def outlook_chart(ahead: Outlook) -> str:
    """Expected stock day by day with and without an order; the same figures stand in the table beside it."""
    series = (("with the order", ahead.with_order), ("without", ahead.without))
    values = [
        {"day": (ahead.starts_on + timedelta(days=day)).isoformat(), "pieces": level, "line": name}
        for name, levels in series
        for day, level in enumerate(levels)
    ]
    names = [name for name, _ in series]
    spec: dict[str, Any] = {
        "width": 560,
        "height": 130,
        "data": {"values": values},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "title": None,
                "axis": {"format": "%d %b", "tickCount": 6, "grid": False},
            },
            "y": {"field": "pieces", "type": "quantitative", "title": "pieces"},
            "color": {"field": "line", "scale": {"domain": names, "range": [COLOUR, WITHOUT]}},
            "strokeDash": {
                "field": "line",
                "legend": None,
                "scale": {"domain": names, "range": [[1, 0], [5, 3]]},
            },
        },
    }
    title = f"{ahead.sku}: expected stock with and without the order"
    return drawn(spec, title, f"{ahead.pieces} pieces arrive on {ahead.arrives_on.isoformat()}.")


@lru_cache(maxsize=256)
def bars_chart(title: str, unit: str, bars: tuple[tuple[str, float], ...]) -> str:
    """A figure by record as bars in the order given; `unit` is a currency, or empty for pieces and days."""
    spec: dict[str, Any] = {
        "width": 520,
        "height": {"step": 22},
        "data": {"values": [{"name": name, "figure": figure} for name, figure in bars]},
        "mark": {"type": "bar", "cornerRadius": 2, "color": COLOUR},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
            "x": {
                "field": "figure",
                "type": "quantitative",
                "title": f"{title}, {unit}" if unit else title,
                "axis": {"tickCount": 5},
            },
        },
    }
    return drawn(spec, title, f"{len(bars)} bars; the table holds the same figures.")


@lru_cache(maxsize=256)
def course_chart(
    title: str, unit: str, points: tuple[tuple[date, str, float], ...], *, steps: bool = False
) -> str:
    """A figure day by day for each series: bars side by side, or `steps` for what holds until it changes."""
    names = sorted({name for _, name, _ in points})
    mark = {"type": "line", "interpolate": "step-after", "point": True} if steps else {"type": "bar"}
    spec: dict[str, Any] = {
        "width": 660,
        "height": 150,
        "data": {
            "values": [{"day": day.isoformat(), "name": name, "figure": value} for day, name, value in points]
        },
        "mark": mark,
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "timeUnit": "yearmonthdate",
                "title": None,
                "axis": {"format": "%d %b", "tickCount": 6, "grid": False},
            },
            "y": {
                "field": "figure",
                "type": "quantitative",
                "title": unit or "pieces",
                "scale": {"zero": not steps},
            },
            "color": {
                "field": "name",
                "type": "nominal",
                "scale": {"domain": names, "range": [*SERIES] * (1 + len(names) // len(SERIES))},
                **({"legend": None} if len(names) == 1 else {}),
            },
        },
    }
    return drawn(spec, title, f"{len(points)} figures; the table holds them.")
