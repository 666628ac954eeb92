"""The run as one HTML file that opens anywhere: no script, no request, text escaped, charts inside."""

from __future__ import annotations

from importlib.resources import files

from agent.reorder_report.charts import projection_charts, supplier_chart
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


def as_html(report: RunReport) -> str:
    """A standalone page: tiles, steps, budget, charts with table twins, every line with its arithmetic."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - for those who render
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    here = files("agent.reorder_report")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(here.joinpath("report.html.j2").read_text(encoding="utf-8"))
    suppliers = supplier_chart(report)
    page = template.render(
        title=title_of(report),
        css=Markup(here.joinpath("report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        report=report,
        tiles=tiles_of(report),
        budget=budget_of(report),
        comparison=comparison_of(report),
        changes=change_rows(report),
        charts=[chart for chart in (suppliers, *projection_charts(report)) if chart],
        svg=Markup,  # only for the drawings, whose text the drawing library has escaped
        quality=quality_rows(report),
        quality_header=quality_header(report),
        quality_words=quality_words(report),
        requests=request_rows(report),
        lines=line_rows(report, ACTED),
        attention=groups(report, Outcome.NEEDS_ATTENTION),
        not_ordered=groups(report, Outcome.NOT_ORDERED),
    )
    return without_marks(page)
