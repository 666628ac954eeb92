"""Which figure of a tool's answer is worth a drawing: bars by record, or a course in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.web.charts import bars_chart, course_chart
from app.web.looked_up import LookedUp, Part

MOST_BARS: Final = 24
"""What is longer is told by its table."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a tool's answer: a value by labels, or by day for each value of `series`."""

    value: str
    title: str
    labels: tuple[str, ...] = ()
    day: str = ""
    series: str = ""
    part: str = ""


DRAWN: Final = {
    "check_stock": Drawing("available", "Pieces available", ("location",), part="locations"),
    "list_low_stock": Drawing("days_left", "Days that the stock lasts", ("sku", "location")),
    "list_overstock": Drawing("excess_value", "Stock beyond its demand, at cost", ("sku", "location")),
    "stock_movements": Drawing("quantity", "Pieces in and out", day="day", series="location"),
    "forecast_demand": Drawing("expected", "Expected sales", ("location",)),
    "recommend_reorder": Drawing("value", "Worth of what should be ordered", ("sku", "location")),
    "supplier_terms": Drawing("unit_cost", "Unit cost", ("supplier", "sku")),
    "list_purchase_orders": Drawing("total", "Open purchase orders", ("id", "supplier")),
    "get_price": Drawing("price", "Price", day="at", part="changes"),
    "plan_markdown": Drawing("revenue", "Revenue by week", ("week",), part="weeks"),
    "find_orders": Drawing("total", "Orders", ("id",)),
    "list_approvals": Drawing("money", "Waiting for a decision", ("id",)),
}
"""By tool. A currency other than that of the first row leaves the drawing out: bars of two say nothing."""


@dataclass(frozen=True, slots=True)
class Plotted:
    """Figures ready to be drawn: bars by label, or points by day and series."""

    title: str
    unit: str
    bars: tuple[tuple[str, float], ...] = ()
    points: tuple[tuple[date, str, float], ...] = ()
    steps: bool = False

    def as_svg(self) -> str:
        """The drawing."""
        if self.points:
            return course_chart(self.title, self.unit, self.points, steps=self.steps)
        return bars_chart(self.title, self.unit, self.bars)


def plotted(tool: str, found: LookedUp) -> Plotted | None:
    """What of an answer is to be drawn; None where there is nothing to compare."""
    drawing = DRAWN.get(tool)
    part = found.part(drawing.part) if drawing is not None else None
    if drawing is None or part is None:
        return None
    figures = _figures(part.column(drawing.value) or [])
    title = f"{drawing.title}, {found.sku}" if found.sku else drawing.title
    unit = next((unit for value, unit in figures if value is not None), "")
    if drawing.day:
        points = _course(part, drawing, figures)
        several = len({day for day, _, _ in points}) > 1
        return Plotted(title, unit, points=points, steps=not drawing.series) if several else None
    bars = _labelled(part, drawing, figures)
    return Plotted(title, unit, bars=bars) if len(bars) > 1 else None


_Figures = list[tuple[float | None, str]]


def _figures(texts: list[str]) -> _Figures:
    """Values with their currency, None for an empty cell; nothing at all if there are several currencies."""
    found: _Figures = []
    for text in texts:
        figure, _, unit = text.partition(" ")
        found.append((float(figure.replace(",", "")), unit) if text else (None, ""))
    return found if len({unit for value, unit in found if value is not None}) == 1 else []


def _labelled(part: Part, drawing: Drawing, figures: _Figures) -> tuple[tuple[str, float], ...]:
    labels = [column for name in drawing.labels if (column := part.column(name)) is not None]
    named = [" ".join(each) for each in zip(*labels, strict=True)]
    bars = [(name, value) for name, (value, _) in zip(named, figures, strict=False) if value is not None]
    return tuple(bars[:MOST_BARS])


def _course(part: Part, drawing: Drawing, figures: _Figures) -> tuple[tuple[date, str, float], ...]:
    """Values of the same day and series are added up."""
    days = part.column(drawing.day) or []
    names = part.column(drawing.series) or [""] * len(days)
    sums: dict[tuple[date, str], float] = {}
    for day, name, (value, _) in zip(days, names, figures, strict=False):
        if value is not None:
            key = (date.fromisoformat(day[:10]), name)
            sums[key] = sums.get(key, 0.0) + value
    return tuple(sorted((day, name, value) for (day, name), value in sums.items()))
