"""How good the forecasts were, by demand class, as rows of text."""

from __future__ import annotations

from typing import Final

from agent.run_report import RunReport
from shop.plan_words import percent

HEADER: Final = (
    "Demand",
    "SKU-locations",
    "Pieces",
    "Bias",
    "WAPE",
    "By weeks",
    "Back-test",
    "Pinball",
    "Within",
)


def quality_header(report: RunReport) -> tuple[str, ...]:
    """The columns: a pinball loss and a share of demand within for each quantile that was judged."""
    shares = report.draft.quality[0].shares if report.draft.quality else ()
    *named, loss, within = HEADER
    judged = [f"{what} {share:.0%}" for what in (loss, within) for share in shares]
    return (*named, *judged)


def quality_rows(report: RunReport) -> list[tuple[str, ...]]:
    """One row for each demand class, and one for all."""
    return [
        (
            one.demand_class,
            f"{one.series:,}",
            f"{one.demand:,.0f}",
            f"{one.bias * 100:+.1f} %",
            percent(one.wape),
            percent(one.by_weeks),
            "" if one.back_test is None else f"{one.back_test:.3f}",
            *(f"{loss:.3f}" for loss in one.pinball),
            *(percent(share) for share in one.coverage),
        )
        for one in report.draft.quality
    ]


def quality_words(report: RunReport) -> str:
    """What the table says."""
    days = report.draft.quality[0].days if report.draft.quality else 0
    return (
        f"The last {days} days, forecast from what was known before them; SKU-locations without an empty "
        "shelf in them. Bias, WAPE and pinball loss are shares of the pieces sold; within: the share of "
        "SKU-locations that sold no more than the quantile. By weeks: how far forecasts go by weekly "
        "sales, the rest by daily ones, as judged on earlier mornings; back-test: the pinball loss on those."
    )
