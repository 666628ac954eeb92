"""Charts of record pages, drawn on the server as SVG without any style attribute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from agent.reorder_report.charts import drawn

COLOUR: Final = "#0f766e"


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
