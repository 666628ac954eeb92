"""What an order that waits would change: its first lines' stock day by day, and what doing nothing costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.bootstrap import House
from shop.actions import PlacePurchaseOrder, PurchaseLine
from shop.money import Money
from shop.outlook import Arrival, Outlook, outlook
from shop.recent_sales import SALES_DAYS, shelf_days
from shop.store.database import Snapshot
from shop.store.reads import catalogue, purchasing
from shop.store.reads.cover import covers
from shop.store.reads.info import business_day
from tools.desk import ApprovalView

SHOWN: Final = 3
"""Lines with a drawing; an order of forty lines is read in its run."""

LEAST_DAYS: Final = 28
MOST_DAYS: Final = 120
BEYOND_ARRIVAL_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Ahead:
    """One line's outlook, and the margin that doing nothing loses until its last day if prices are known."""

    outlook: Outlook
    title: str
    lost_margin: Money | None

    def in_words(self) -> str:
        """What happens without the order, in one or two sentences; money is told beside them."""
        found = self.outlook
        last = found.starts_on.toordinal() + len(found.without) - 1
        until = date.fromordinal(last).isoformat()
        if found.per_day <= 0:
            return f"Nothing of it was sold in {SALES_DAYS} days."
        if found.empty_on is None:
            return f"Without the order it does not run out until {until}."
        return (
            f"Without the order it runs out on {found.empty_on.isoformat()}; until {until} about "
            f"{found.unserved:.0f} pieces would be asked for in vain."
        )


def outlooks_of(house: House, approval: ApprovalView) -> tuple[Ahead, ...]:
    """The outlook of the first lines of a purchase order; nothing for any other kind of request."""
    action = approval.action.action
    if not isinstance(action, PlacePurchaseOrder):
        return ()
    with house.db.reading() as snapshot:
        today = business_day(snapshot, house.clock)
        lines = action.lines[:SHOWN]
        figures = covers(
            snapshot, action.location, [line.sku for line in lines], until=today, days=SALES_DAYS
        )
        coming = purchasing.coming(snapshot, action.location, [line.sku for line in lines])
        found = []
        for line in lines:
            cover = figures[line.sku]
            ahead = outlook(
                line.sku,
                today,
                cover.available,
                cover.sold / shelf_days(cover.empty_days),
                [Arrival(day, pieces) for sku, day, pieces in coming if sku == line.sku],
                Arrival(max(action.expected_on, today), line.quantity),
                _days(today, action.expected_on),
            )
            found.append(_priced(snapshot, line, ahead))
    return tuple(found)


def _days(today: date, arrival: date) -> int:
    return min(max((arrival - today).days + BEYOND_ARRIVAL_DAYS, LEAST_DAYS), MOST_DAYS)


def _priced(snapshot: Snapshot, line: PurchaseLine, ahead: Outlook) -> Ahead:
    product = catalogue.product(snapshot, line.sku)
    if product is None:
        return Ahead(ahead, line.sku, None)
    cost = product.cost
    if cost is None or cost.currency != product.price.currency or cost >= product.price:
        return Ahead(ahead, product.title, None)
    return Ahead(ahead, product.title, ahead.lost_margin(product.price - cost))
