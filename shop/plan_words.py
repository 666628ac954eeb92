"""The arithmetic of a line as sentences that anybody can check with a pencil."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shop.plan_results import Alternative, Arithmetic

NOTE_WORDS: Final = {
    "overdue_counted": "an overdue order is still counted as arriving",
    "overdue_ignored": "an order is so long overdue that it is not counted",
    "arrives_too_late": "an order on its way arrives after this one's time",
    "price_break_taken": "raised to a price break, cheaper with holding included",
    "topped_up": "raised to reach the supplier's minimum",
    "reduced": "fewer than needed, for want of money or space",
    "other_source": "bought from another supplier of the same rank",
    "rounded_over_maximum": "whole packs take it over the maximum cover",
    "supplier_not_approved": "the supplier is not approved",
    "bulk_sales_trimmed": "one-off bulk sales are cut to the usual size",
    "flawed_sales": "days with negative or impossible sales figures are read as days without sales",
    "lead_time_floor": "the lead time is raised to the minimum",
    "new_product": "new: the forecast leans on its category",
    "urgent": "runs out before the goods arrive",
}

CONSTRAINT_WORDS: Final = {
    "": "",
    "need": "The need itself fixed the quantity.",
    "moq": "The supplier's minimum quantity fixed it, above the need.",
    "packs": "Whole packs fixed it, above the need.",
    "price_break": "A price break fixed it: with holding included it is cheaper.",
    "supplier_minimum": "The supplier's minimum order value decided.",
    "order_limit": "The most that one order may weigh or take up decided.",
    "budget": "The budget decided: other lines save more for their money.",
    "maximum_cover": "The maximum cover decided.",
    "shelf_life": "The shelf life fixed it: no more than sells while it keeps.",
    "transfer": "Stock of another location covers it.",
    "finding": "The data decided; see the reason.",
}


def sentences(figures: Arithmetic) -> list[str]:
    """From stock to quantity, one step each, with every input, the costs, and where it all comes from."""
    steps = [
        _position(figures),
        _demand(figures),
        _exposure(figures),
        _levels(figures),
        _kept(figures),
        _lost(figures),
        _quantity(figures),
        CONSTRAINT_WORDS[figures.constraint.value],
        f"Risk of a stock-out in that time: {percent(figures.risk_without)} without, "
        f"{percent(figures.risk_with)} with what is done.",
        _costs(figures),
        f"Source: {figures.source}.",
    ]
    return [step for step in steps if step]


def instead(alternatives: Sequence[Alternative]) -> list[str]:
    """What was not done, one sentence each."""
    return [one.words for one in alternatives]


def percent(share: float) -> str:
    """A share as a percentage with one decimal.

    >>> percent(0.0456)
    '4.6 %'
    """
    return f"{share * 100:.1f} %"


def _position(figures: Arithmetic) -> str:
    late = f" ({figures.incoming_late} more come too late)" if figures.incoming_late else ""
    return (
        f"Position = {figures.on_hand} on hand - {figures.committed} committed - {figures.unavailable} "
        f"unavailable + {figures.incoming} incoming in time = {figures.position}{late}."
    )


def _demand(figures: Arithmetic) -> str:
    left_out = f", {figures.stockout_days} stock-out days left out" if figures.stockout_days else ""
    bulk = f", {figures.bulk_sales} bulk sales trimmed" if figures.bulk_sales else ""
    return (
        f"Demand per day = {figures.demand_per_day:.2f}, deviation {figures.demand_sd_per_day:.2f} "
        f"({figures.demand_class}, {figures.method}; {figures.observed_days} days observed{left_out}{bulk})."
        + _back_test(figures)
    )


def _back_test(figures: Arithmetic) -> str:
    if not figures.back_tests:
        return ""
    return (
        f" It goes {percent(figures.share_by_weeks)} by the weeks, the rest by the days: on "
        f"{figures.back_tests} earlier mornings their pinball losses were {figures.loss_by_weeks:.2f} and "
        f"{figures.loss_by_days:.2f} of what was asked for."
    )


def _exposure(figures: Arithmetic) -> str:
    days = figures.lead_time_days + figures.review_days
    told = (
        f", {figures.season_demand:+.1f} of it by the season of a year ago" if figures.season_demand else ""
    )
    told += f", {figures.signal_demand:+.1f} of it by signals" if figures.signal_demand else ""
    delay = f", {figures.signal_delay_days:g} of it by signals" if figures.signal_delay_days else ""
    return (
        f"Exposure = lead time {figures.lead_time_days:g} (deviation {figures.lead_time_sd_days:g}{delay}) + "
        f"review {figures.review_days} = {days:g} days; demand in it {figures.lead_time_demand:.1f}{told}, "
        f"deviation {figures.lead_time_demand_sd:.1f} ({figures.distribution})."
    )


def _levels(figures: Arithmetic) -> str:
    return (
        f"Reorder point = the {percent(figures.service_target)} quantile of that demand = "
        f"{figures.reorder_point} (safety stock {figures.safety_stock}); order up to "
        f"{figures.reorder_point} + {figures.economic_quantity} = {figures.order_up_to}."
    )


def _kept(figures: Arithmetic) -> str:
    if not figures.shelf_life_days:
        return ""
    return (
        f"It keeps {figures.shelf_life_days} days after delivery; {figures.sold_before_spoiling} pieces are "
        "expected to sell until then, and no more are held."
    )


def _quantity(figures: Arithmetic) -> str:
    if figures.raw_need == 0:
        return "Need = 0."
    moved = f" - {figures.transferred_in} moved in" if figures.transferred_in else ""
    bought = ""
    if figures.after_moq:
        cost = f" at {figures.unit_cost} each" if figures.unit_cost else ""
        bought = (
            f"; MOQ {figures.moq} -> {figures.after_moq}; packs of {figures.pack_size} -> "
            f"{figures.after_packs}; ordered {figures.quantity}{cost}"
        )
    lost = figures.lost_before_delivery
    unserved = f" - {lost} lost before delivery" if lost else ""
    sum_up = f"{figures.order_up_to} - {figures.position}{unserved} = {figures.raw_need}"
    if figures.order_up_to - figures.position - lost != figures.raw_need:
        sum_up = f"{figures.raw_need}"
    return f"Need = {sum_up}{moved}{bought}."


def _lost(figures: Arithmetic) -> str:
    if not figures.lost_before_delivery:
        return ""
    pieces = "piece is" if figures.lost_before_delivery == 1 else "pieces are"
    return (
        f"Of the demand before delivery {figures.lost_before_delivery} {pieces} expected to find an empty "
        f"shelf; a lost sale is not made up for, so the need leaves it out."
    )


def _costs(figures: Arithmetic) -> str:
    if figures.lost_margin_without is None:
        return ""
    lost = (
        f"Doing nothing is expected to lose {figures.lost_sales_without:.1f} sales at {figures.unit_margin} "
        f"of margin, {figures.lost_margin_without}"
    )
    if figures.holding_cost is None:
        return f"{lost}."
    return f"{lost}; the order costs {figures.order_cost} to place and {figures.holding_cost} to hold."
