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


@lru_cache(maxsize=256)
def sales_chart(title: str, sales: Sequence[tuple[date, int]]) -> str:
    """Pieces sold week by week as bars; the same figures stand in the table beside it."""
    weeks: dict[date, int] = {}
    for day, pieces in sales:
        monday = date.fromordinal(day.toordinal() - day.weekday())
        weeks[monday] = weeks.get(monday, 0) + pieces
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
            "strokeDash": {"field": "line", "scale": {"domain": names, "range": [[1, 0], [5, 3]]}},
        },
    }
    title = f"{ahead.sku}: expected stock with and without the order"
    return drawn(spec, title, f"{ahead.pieces} pieces arrive on {ahead.arrives_on.isoformat()}.")
