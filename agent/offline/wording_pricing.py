"""Plain words for suggested prices, markdown plans and campaigns. Every number is the tool's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agent.offline.wording_service import bulleted, day

if TYPE_CHECKING:
    from tools.campaigns import CampaignAnswer, CampaignLineRecord
    from tools.markdowns import MarkdownAnswer
    from tools.pricing import CompetitorPriceRecord, PriceAnswer, SuggestedPriceAnswer

_SHOWN: Final = 10


def suggested(found: SuggestedPriceAnswer) -> str:
    """A price with its floor, its effect and the reasons."""
    low, middle, high = found.expected_weekly_pieces
    head = (
        f"For {found.sku} {found.title} I suggest {found.suggested.text} (now {found.price.text},"
        f" {found.change_percent:+} %), a margin of {found.margin_percent} %; the floor is {found.floor.text}."
    )
    effect = (
        f"A week sells about {found.weekly_pieces} now and then about {middle} ({low} to {high}): revenue "
        f"{found.weekly_revenue.text} -> {found.expected_weekly_revenue.text}, margin "
        f"{found.weekly_margin.text} -> {found.expected_weekly_margin.text}."
    )
    told = effect if found.suggested != found.price else f"A week sells about {found.weekly_pieces}."
    return f"{head}\n{told}\n{bulleted(found.reasons)}\nNothing was changed."


def competitors(found: PriceAnswer) -> str:
    """What competitors ask, how old that is, and where our price stands against it; what is stale is named."""
    if not found.competitors:
        return " No competitor's price is known."
    fresh = [_seen(one) for one in found.competitors if one.fresh]
    old = [f"{_seen(one)}, {one.age_days} days ago" for one in found.competitors if not one.fresh]
    told = " No competitor's price is fresh."
    if found.competitor_median is not None and fresh:
        middle = f"in the middle {found.competitor_median.text}, " if len(fresh) > 1 else ""
        index = f"our price is {found.competitor_index_percent} % of it"
        told = f" Competitors ask {' and '.join(fresh)}: {middle}{index}."
    return told + (f" Not compared with: {'; '.join(old)}." if old else "")


def _seen(one: CompetitorPriceRecord) -> str:
    return f"{one.price.text} (seen on {day(one.seen_on)})"


def markdown(found: MarkdownAnswer) -> str:
    """The prices of the weeks, what they bring, and why."""
    weeks = [
        f"week {one.week}: {one.price.text}, about {one.sold} of {one.stock} sold for {one.revenue.text}"
        for one in found.weeks
        if one.stock > 0
    ]
    weeks += ["then nothing is left"] if len(weeks) < len(found.weeks) else []
    return (
        f"Markdown plan for {found.pieces} of {found.sku} {found.title}, now {found.price.text}: start at "
        f"{found.first_price.text}.\n{bulleted(weeks)}\n"
        f"It brings about {found.revenue.text} and leaves {found.left}; at the present price it would be "
        f"{found.revenue_at_present_price.text} and {found.left_at_present_price}. The gain, with what is left "
        f"over counted, is {found.gain.text}.\n{bulleted(found.reasons)}\nNothing was changed."
    )


def campaign(done: CampaignAnswer, written: str) -> str:
    """What became of a campaign, its lines, and what it leaves out."""
    lines = [_line(one) for one in done.items[:_SHOWN]]
    more = len(done.items) - _SHOWN
    lines += [f"and {more} more"] if more > 0 else []
    left = [f"left out: {one.sku} {one.title}, {one.reason}" for one in done.left_out[:_SHOWN]]
    return f"{written}\n{bulleted([*lines, *left])}"


def _line(one: CampaignLineRecord) -> str:
    margin = "" if one.margin_percent is None else f", margin {one.margin_percent} %"
    note = f" ({one.note})" if one.note else ""
    return (
        f"{one.sku} {one.title}: {one.price.text} -> {one.new_price.text} ({one.change_percent:+} %{margin}), "
        f"{one.weekly_revenue.text} -> {one.new_weekly_revenue.text} a week if as much is sold{note}"
    )
