"""A small store of names, without a database, for the tests of understanding."""

from collections.abc import Sequence

import pytest

from agent.offline.names import StoreNames


class SmallStore:
    """Implements `agent.offline.mentions.Records` over a handful of records."""

    def __init__(self) -> None:
        self.names = StoreNames(
            [
                ("MUG-BLU-350", "Stoneware mug, blue 350 ml"),
                ("MUG-GRN-350", "Stoneware mug, green 350 ml"),
                ("TRW-KID", "Hand trowel, children's"),
                ("85123A", "White hanging heart t-light holder"),
                ("SLB-3S", "Sleeping bag, three season"),
            ],
            {"leeds": "Leeds", "bristol": "Bristol"},
            {"northwind": "Northwind Homeware Ltd", "kyoto": "Kyoto Paper & Craft"},
        )

    def is_order(self, number: str) -> bool:
        """Orders 1042 and 1043 exist."""
        return number in ("1042", "1043")

    def is_purchase_order(self, number: str) -> bool:
        """PO-77 exists."""
        return number == "PO-77"

    def is_tracking(self, number: str) -> bool:
        """One parcel is known."""
        return number == "DP560343762GB"

    def is_customer(self, name: str) -> bool:
        """Lily Owen is the only customer."""
        return name.lower() == "lily owen"

    def lines_of(self, order: str) -> Sequence[tuple[str, str]]:
        """Order 1043 holds a mug and a trowel; of 1042 nothing is known."""
        goods = [("MUG-GRN-350", "Stoneware mug, green 350 ml"), ("TRW-KID", "Hand trowel, children's")]
        return goods if order == "1043" else ()


@pytest.fixture
def records() -> SmallStore:
    """A store with five products, two locations, two suppliers, two orders and one purchase order."""
    return SmallStore()
