"""What a mention is, and what linking asks the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from agent.offline.names import StoreNames


class Sort(StrEnum):
    """What a mention is; the value is its tag in tagged text."""

    SKU = "sku"
    LOCATION = "location"
    SUPPLIER = "supplier"
    ORDER = "order_id"
    PURCHASE_ORDER = "po_id"
    CUSTOMER = "customer_id"
    ACTION = "action_id"
    TICKET = "ticket_id"
    TRACKING = "tracking_id"
    MONEY = "money"
    PERCENT = "percent"
    NUMBER = "number"
    PERIOD = "period"
    WORDS = "words"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention: `value` is the record's id (or the number, amount, days), `said` the operator's words.

    `choices` lists the records it may mean when it is not clear; `known` is False when nothing in the
    store is called so.
    """

    sort: Sort
    value: str
    said: str
    known: bool = True
    choices: tuple[str, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A message with its mentions replaced by tags, in the order of the tags."""

    text: str
    mentions: tuple[Mention, ...]


class Records(Protocol):
    """What linking asks the store: names from an index, numbers one by one."""

    @property
    def names(self) -> StoreNames:
        """SKUs, titles, locations and suppliers."""

    def is_order(self, number: str) -> bool:
        """Whether a customer's order has this number."""

    def is_purchase_order(self, number: str) -> bool:
        """Whether a purchase order has this id."""

    def is_tracking(self, number: str) -> bool:
        """Whether a parcel carries this tracking number."""

    def is_customer(self, name: str) -> bool:
        """Whether a customer has this name, first and last."""

    def lines_of(self, order: str) -> Sequence[tuple[str, str]]:
        """(SKU, title) of what an order holds; nothing where there is no such order."""


Span = tuple[int, int, Mention]
Finder = Callable[[str, Records], Iterator[Span]]
INTEGER: Final = re.compile(
    r"(?<![\w.,#-])(?:x\s?)?(?P<n>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+))(?:\s?[x×](?=\s|$))?(?![\w.]*\w|,\d)"
)


def by_pattern(pattern: re.Pattern[str], sort: Sort, form: Callable[[re.Match[str]], str]) -> Finder:
    """A finder of all that a pattern meets; `form` gives the value."""

    def find(message: str, _records: Records) -> Iterator[Span]:
        for hit in pattern.finditer(message):
            yield hit.start(), hit.end(), Mention(sort, form(hit), hit.group())

    return find
