"""What an order that waits would change: its lines' stock day by day, and what doing nothing costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.bootstrap import House
from app.kept import MINUTE
from app.web.pages.today import total_by_currency as totals
from shop.actions import PlacePurchaseOrder
from shop.model import Product
from shop.money import Money
from shop.outlook import Arrival, Outlook, outlook
from shop.recent_sales import SALES_DAYS, shelf_days
from shop.store.database import Snapshot
from shop.store.reads import catalogue, purchasing
from shop.store.reads.cover import covers
from shop.store.reads.info import business_day
from tools.desk import ApprovalView

SHOWN: Final = 3
"""Lines with a drawing, those that lose most first; an order of forty lines is read in its run."""

MOST_LINES: Final = 200
"""Lines that are looked at; a longer order says so."""

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


@dataclass(frozen=True, slots=True)
class Prospect:
    """What lies ahead of an order's lines: those that lose most if nothing is done, and the sum of all.

    `lost_margin` is the margin of what is asked for in vain until each line's last day, one sum a currency.
    """

    shown: tuple[Ahead, ...]
    looked_at: int
    run_out: int
    lost_margin: tuple[Money, ...]


def outlooks_of(house: House, approval: ApprovalView) -> Prospect | None:
    """The outlook of a purchase order's lines, kept while the ledger stands; None for any other request."""
    action = approval.action.action
    if not isinstance(action, PlacePurchaseOrder):
        return None
    with house.db.reading() as snapshot:
        return house.kept.of(
            snapshot,
            house.clock(),
            ("ahead", approval.id, approval.action.digest),
            lambda: _prospect(house, snapshot, action),
            seconds=MINUTE,
        )


def _prospect(house: House, snapshot: Snapshot, action: PlacePurchaseOrder) -> Prospect:
    found = _ahead(house, snapshot, action)
    lost = [one.lost_margin for one in found if one.lost_margin]
    ranked = sorted(found, key=_weight, reverse=True)
    run_out = sum(one.outlook.empty_on is not None for one in found)
    return Prospect(tuple(ranked[:SHOWN]), len(found), run_out, totals(lost))


def _weight(one: Ahead) -> tuple[int, float]:
    return (one.lost_margin.minor if one.lost_margin else 0, one.outlook.unserved)


def _ahead(house: House, snapshot: Snapshot, action: PlacePurchaseOrder) -> list[Ahead]:
    today = business_day(snapshot, house.clock)
    lines = action.lines[:MOST_LINES]
    skus = [line.sku for line in lines]
    figures = covers(snapshot, action.location, skus, until=today, days=SALES_DAYS)
    coming: dict[str, list[Arrival]] = {}
    for sku, day, pieces in purchasing.coming(snapshot, action.location, skus):
        coming.setdefault(sku, []).append(Arrival(day, pieces))
    products = catalogue.products(snapshot, skus)
    found = []
    for line in lines:
        cover = figures[line.sku]
        ahead = outlook(
            line.sku,
            today,
            cover.available,
            cover.sold / shelf_days(cover.empty_days),
            coming.get(line.sku, []),
            Arrival(max(action.expected_on, today), line.quantity),
            _days(today, action.expected_on),
        )
        found.append(_priced(products.get(line.sku), ahead))
    return found


def _days(today: date, arrival: date) -> int:
    return min(max((arrival - today).days + BEYOND_ARRIVAL_DAYS, LEAST_DAYS), MOST_DAYS)


def _priced(product: Product | None, ahead: Outlook) -> Ahead:
    if product is None:
        return Ahead(ahead, ahead.sku, None)
    cost = product.cost
    if cost is None or cost.currency != product.price.currency or cost >= product.price:
        return Ahead(ahead, product.title, None)
    return Ahead(ahead, product.title, ahead.lost_margin(product.price - cost))
