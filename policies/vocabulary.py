"""What the judge must know about each kind of action: the names of the facts and their exact types.

Rules can speak of nothing else but these and the windows of the kind (``spend.supplier.24h``), and an action
is denied unless every declared fact, and every window that a rule speaks of, is present with exactly its
type. Money facts are in the home currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from policies.fact_types import (
    BoolFact,
    DecimalFact,
    EnumFact,
    FactType,
    FactValue,
    IntFact,
    MoneyFact,
    NumberFact,
)
from policies.service_facts import LABELS as SERVICE_LABELS
from policies.service_facts import service_facts
from policies.windows import window_named, window_of

__all__ = [
    "CHANNELS",
    "FACTS",
    "BoolFact",
    "DecimalFact",
    "EnumFact",
    "FactType",
    "FactValue",
    "IntFact",
    "MoneyFact",
    "NumberFact",
    "Vocabulary",
    "label",
    "type_of",
]

Vocabulary = Mapping[str, Mapping[str, FactType]]

_YES_NO: Final = BoolFact()
_PERCENT: Final = DecimalFact(scale=2)
_AMOUNT: Final = MoneyFact()
_POSITIVE_AMOUNT: Final = MoneyFact(minimum=1)

DEMAND_EFFECTS: Final = ("promotion", "season", "one_off")
SUPPLY_EFFECTS: Final = ("delay", "unavailable", "price")

_STAFF_CHANNELS: Final = ("chat", "run", "cli", "api")
CHANNELS: Final = (*_STAFF_CHANNELS, "customer")
"""Where an action may be asked for; the last by customers themselves, and only some kinds."""

_COMMON: Final[dict[str, FactType]] = {
    "requester.is_agent": _YES_NO,
    "tainted": _YES_NO,
    "requests_last_hour": IntFact("requests"),
    "channel": EnumFact(_STAFF_CHANNELS),
    "clock.hour": IntFact("hours"),
    "clock.weekday": EnumFact(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")),
    "clock.is_weekend": _YES_NO,
}


_PRICED: Final[dict[str, FactType]] = {
    "margin_after_pct": _PERCENT,
    "below_cost": _YES_NO,
    "below_map": _YES_NO,
    "hours_since_last_change": IntFact("hours"),
    "price.first": _YES_NO,
    "same_currency": _YES_NO,
    "competitor.index_pct": _PERCENT,
    "competitor.age_days": IntFact("days"),
}
"""Facts of a new price; of a campaign, those of its worst line."""


def _facts(own: dict[str, FactType]) -> Mapping[str, FactType]:
    return MappingProxyType({**_COMMON, **own})


FACTS: Final[Vocabulary] = MappingProxyType(
    {
        "place_purchase_order": _facts(
            {
                "total": _POSITIVE_AMOUNT,
                "supplier.approved": _YES_NO,
                "supplier.new": _YES_NO,
                "terms.assumed": _YES_NO,
                "terms.current": _YES_NO,
                "quantities.fit_terms": _YES_NO,
                "products.active": _YES_NO,
                "products.first_order": _YES_NO,
                "lines": IntFact("lines", minimum=1),
                "cover_after_days": IntFact("days", minimum=None),
                "rate.age_days": IntFact("days", minimum=None),
            }
        ),
        "cancel_purchase_order": _facts({"open": _YES_NO, "anything_received": _YES_NO, "total": _AMOUNT}),
        "receive_purchase_order": _facts(
            {"open": _YES_NO, "over_received": IntFact("pieces", minimum=None), "total": _AMOUNT}
        ),
        "transfer_stock": _facts(
            {
                "enough_available": _YES_NO,
                "quantity": IntFact("pieces", minimum=1),
                "value": _AMOUNT,
                "source_cover_after_days": IntFact("days", minimum=None),
            }
        ),
        "adjust_stock": _facts(
            {
                "value": _AMOUNT,
                "pieces": IntFact("pieces", minimum=1),
                "stays_non_negative": _YES_NO,
            }
        ),
        "change_price": _facts(
            {
                "change_pct": _PERCENT,
                "change_24h_pct": _PERCENT,
                "change_7d_pct": _PERCENT,
                **_PRICED,
            }
        ),
        "change_prices": _facts(
            {
                "lines": IntFact("lines", minimum=1),
                "change_pct.lowest": _PERCENT,
                "change_pct.highest": _PERCENT,
                "change_24h_pct.lowest": _PERCENT,
                "change_24h_pct.highest": _PERCENT,
                "change_7d_pct.lowest": _PERCENT,
                "change_7d_pct.highest": _PERCENT,
                "weekly_revenue_change": MoneyFact(minimum=None),
                **_PRICED,
            }
        ),
        **service_facts(_COMMON, CHANNELS),
        "add_demand_signal": _facts(
            {
                "effect": EnumFact(DEMAND_EFFECTS),
                "reach": EnumFact(("sku", "category", "store")),
                "percent": IntFact("percent", minimum=None),
                "lasts_days": IntFact("days", minimum=1),
                "ends_in_days": IntFact("days", minimum=None),
                "value": _AMOUNT,
                "overlaps": _YES_NO,
            }
        ),
        "add_supply_signal": _facts(
            {
                "effect": EnumFact(SUPPLY_EFFECTS),
                "reach": EnumFact(("purchase_order", "sku", "supplier")),
                "delay_days": IntFact("days"),
                "lasts_days": IntFact("days"),
                "ends_in_days": IntFact("days", minimum=None),
                "change_pct": _PERCENT,
                "overlaps": _YES_NO,
            }
        ),
        "remove_signal": _facts({"in_force": _YES_NO, "own": _YES_NO}),
    }
)
"""The facts of each action kind; `tools/facts.py` reads them, `policies/*.yaml` judges by them."""

_LABELS: Final[dict[str, str]] = {
    **SERVICE_LABELS,
    "requester.is_agent": "asked by the agent",
    "tainted": "untrusted text was read",
    "requests_last_hour": "number of such requests in the last hour",
    "channel": "where it was asked for",
    "clock.hour": "hour of the day at the store",
    "clock.weekday": "weekday at the store",
    "clock.is_weekend": "it is Saturday or Sunday at the store",
    "supplier.approved": "supplier is approved",
    "supplier.new": "supplier is new",
    "terms.assumed": "terms are assumed",
    "terms.current": "unit costs are the current terms",
    "quantities.fit_terms": "quantities fit MOQ and packs",
    "products.active": "products are active",
    "products.first_order": "a product was never ordered before",
    "price.first": "price was never changed before",
    "lines": "number of lines",
    "cover_after_days": "days of cover after the order",
    "rate.age_days": "age of the exchange rate in days",
    "open": "it is still open",
    "anything_received": "something was received",
    "over_received": "number of pieces over the order",
    "enough_available": "enough is available",
    "source_cover_after_days": "days of cover left at the source",
    "pieces": "number of pieces",
    "stays_non_negative": "stock stays at zero or more",
    "change_pct": "price change in percent",
    "change_24h_pct": "price change against 24 hours ago in percent",
    "change_7d_pct": "price change against 7 days ago in percent",
    "change_pct.lowest": "lowest price change of a line in percent",
    "change_pct.highest": "highest price change of a line in percent",
    "change_24h_pct.lowest": "lowest price change of a line against 24 hours ago in percent",
    "change_24h_pct.highest": "highest price change of a line against 24 hours ago in percent",
    "change_7d_pct.lowest": "lowest price change of a line against 7 days ago in percent",
    "change_7d_pct.highest": "highest price change of a line against 7 days ago in percent",
    "weekly_revenue_change": "change of the weekly revenue if as much is sold",
    "competitor.index_pct": "price in percent of the competitors' fresh median",
    "competitor.age_days": "age of the youngest competitor's price in days",
    "margin_after_pct": "margin afterwards in percent",
    "below_cost": "price is below cost",
    "below_map": "price is below MAP",
    "hours_since_last_change": "hours since the last price change",
    "same_currency": "price is in the product's currency",
    "within_refundable": "amount is within what may be refunded",
    "share_pct": "refunded share in percent",
    "delivered": "order was delivered",
    "days_since_delivery": "days since delivery",
    "customer.refunds_90d": "customer's refunds in 90 days",
    "customer.refund_count_90d": "number of this customer's refunds in 90 days",
    "cancellable": "order may be cancelled",
    "shipped": "order was shipped",
    "length": "length in characters",
    "effect": "what the signal says",
    "reach": "of what the signal speaks",
    "percent": "change of the demand in percent",
    "lasts_days": "number of days the signal holds",
    "ends_in_days": "days from today to the signal's last",
    "overlaps": "another signal says something of the same for some of these days",
    "delay_days": "days of delay",
    "in_force": "signal is in force",
    "own": "signal is the requester's own",
}


def label(fact: str) -> str:
    """The fact in an operator's words.

    >>> label("spend.supplier.24h"), label("total")
    ('value with this supplier in 24 hours', 'total')
    """
    window = window_named(fact)
    if window is not None:
        return window.in_words()
    return _LABELS.get(fact, fact.replace(".", " ").replace("_", " "))


def type_of(kind: str, fact: str, types: Mapping[str, FactType]) -> FactType | None:
    """The type of a declared fact of a kind, or of one of its windows; None for anything else."""
    if fact in types:
        return types[fact]
    window = window_of(kind, fact)
    return None if window is None else window.type
