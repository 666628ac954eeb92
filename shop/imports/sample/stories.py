"""Situations that the sample store is made to show; the tests check each by its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class StockTarget:
    """A shelf that shall hold so many days of expected sales at the business date.

    The last delivery reached it `arrived` days before; nothing has been ordered for it since.
    """

    sku: str
    location: str
    cover_days: int
    arrived: int


STOCK_TARGETS: Final = (
    StockTarget("CAP-01", "leeds", 5, 25),
    StockTarget("CAP-01", "bristol", 14, 25),
    StockTarget("CAP-01", "glasgow", 15, 25),
    StockTarget("JAR-1000", "bristol", 400, 90),
    StockTarget("KET-ENM-RED", "leeds", 2, 30),
    StockTarget("KET-ENM-RED", "glasgow", 130, 60),
    StockTarget("MAT-30", "leeds", 4, 40),
    StockTarget("PEP-30", "leeds", 6, 30),
    StockTarget("WCK-BLK", "glasgow", 5, 420),
    StockTarget("TPT-BLU", "leeds", 3, 28),
    StockTarget("TPT-SND", "leeds", 4, 28),
)


@dataclass(frozen=True, slots=True)
class Story:
    """What a demo can show, and where to look."""

    words: str
    skus: tuple[str, ...] = ()
    location: str = ""
    suppliers: tuple[str, ...] = ()


STORIES: Final = {
    "bestseller_runs_out": Story(
        "The navy cap sells six a day in Leeds; stock lasts 5 days, an order takes 12, none is open.",
        ("CAP-01",),
        "leeds",
        ("northwind",),
    ),
    "dust_collector": Story(
        "Bristol holds 400 days of one-litre jars: a zero too many in August.", ("JAR-1000",), "bristol"
    ),
    "transfer_before_buying": Story(
        "Leeds is nearly out of red kettles while Glasgow has stock for four months.",
        ("KET-ENM-RED",),
        "leeds",
    ),
    "moq_over_need": Story(
        "Leeds needs a handful of 30 cm pepper mills; since October a carton is 48.",
        ("PEP-30",),
        "leeds",
        ("albion",),
    ),
    "moq_beyond_shelf_life": Story(
        "Matcha comes by 144 tins and keeps 150 days; Leeds sells fewer in that time.",
        ("MAT-30",),
        "leeds",
        ("highmoor",),
    ),
    "viral": Story("A video made the sunset lamp sell at several times its rate for nine days.", ("SUN-01",)),
    "dying": Story("The fidget spinner fades: sales fell by nine tenths in eight months.", ("FID-SPN",)),
    "overdue_purchase_orders": Story(
        "Three orders to Brightside were due on 8 November and are stuck at the port.",
        suppliers=("brightside",),
    ),
    "binding_minimum": Story(
        "All that Glasgow needs from Pennine are wick trimmers, worth less than the minimum of 150 GBP.",
        ("WCK-BLK",),
        "glasgow",
        ("pennine",),
    ),
    "over_the_limit": Story(
        "What Leeds needs from Northwind is worth more than 1,000 GBP: the purchasing manager decides.",
        location="leeds",
        suppliers=("northwind",),
    ),
    "new_supplier": Story(
        "Teapots now come from First Light, where nothing was ever ordered; the first order is over 500 GBP.",
        ("TPT-BLU", "TPT-SND"),
        "leeds",
        ("firstlight",),
    ),
    "unapproved_supplier": Story(
        "Gas canisters and lighter fluid come from Quayside only, which is not approved any more.",
        ("GAS-230", "GAS-450", "LTF-100", "LTF-250"),
        suppliers=("quayside",),
    ),
    "no_supplier": Story("Nobody offers these any more.", ("HLD-STN", "PBL-XL", "LNT-ZNC")),
}
"""The stock stories, the same for every seed."""

STORY_ORDERS: Final = {
    "small_refund": "6520",
    "large_refund": "6496",
    "finance_refund": "6135",
    "refund_too_late": "5070",
    "late_parcel": "6591",
    "lost_parcel": "5938",
    "to_cancel": "6997",
}
"""Orders of the default seed that a demo can talk about; ``SampleSummary.story_orders`` has any seed's."""
