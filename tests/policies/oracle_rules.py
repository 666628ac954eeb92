"""The six example rules with the allows they need, and usual facts: shared by the tests of the judge."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from policies.judge import Decision, Grant, decide
from policies.rules import PolicySet, parse_policies
from policies.vocabulary import FactValue
from shop.money import Money

HEAD = "policy: {name}\nversion: 7\ndefault: deny\nrules:\n"

ORACLE = (
    HEAD.format(name="purchasing")
    + """
  - {id: po-standard, action: place_purchase_order, allow: {when: [{supplier.approved: true}]}}
  - {id: po-hard-cap, action: place_purchase_order,
     deny: {when: [{total: {over: 50_000 EUR}}], because: "No single order may exceed {limit}."}}
  - {id: po-manager, action: place_purchase_order,
     approve: {when: [{total: {over: 1_000 EUR}}], by: [purchasing_manager], expires: 24h,
               because: "Order of {value} is over the {limit} limit."}}
  - {id: po-split, action: place_purchase_order,
     approve: {when: [{spend.supplier.24h: {over: 5_000 EUR}}], by: [purchasing_manager],
               because: "{value} with this supplier in 24 h (limit {limit})."}}
  - {id: refund-two, action: refund_order,
     approve: {when: [{amount: {over: 500 EUR}}, {share_pct: {over: 70}}],
               by: [support_lead, finance], quorum: 2}}
  - {id: price-swing, action: change_price,
     approve: {when: [{change_pct: {outside: [-10, 10]}}], by: [pricing_manager],
               because: "Price moves {value} % (allowed {limit})."}}
  - {id: refund-standard, action: refund_order, allow: {when: [{within_refundable: true}]}}
  - {id: price-standard, action: change_price, allow: {when: [{margin_after_pct: {over: 0}}]}}
"""
)


def eur(amount: str) -> Money:
    """An amount in euro."""
    return Money.of(amount, "EUR")


COMMON: Mapping[str, FactValue] = {
    "requester.is_agent": True,
    "tainted": False,
    "requests_last_hour": 1,
    "channel": "run",
    "clock.hour": 2,
    "clock.weekday": "friday",
    "clock.is_weekend": False,
}

ORDER: Mapping[str, FactValue] = {
    **COMMON,
    "total": eur("400"),
    "spend.supplier.24h": eur("900"),
    "supplier.approved": True,
    "supplier.new": False,
    "terms.assumed": False,
    "terms.current": True,
    "quantities.fit_terms": True,
    "products.active": True,
    "products.first_order": False,
    "lines": 3,
    "cover_after_days": 40,
    "rate.age_days": 0,
}
REFUND: Mapping[str, FactValue] = {
    **COMMON,
    "amount": eur("40"),
    "within_refundable": True,
    "share_pct": Decimal("10.00"),
    "delivered": True,
    "days_since_delivery": 5,
    "customer.refunds_90d": eur("40"),
    "customer.refund_count_90d": 1,
    "customer.age_days": 400,
    "country_differs": False,
    "goods_sent_again": False,
    "identity": "staff",
    "consent": "not_needed",
    "method.allowed": True,
}
PRICE: Mapping[str, FactValue] = {
    **COMMON,
    "change_pct": Decimal("5.00"),
    "change_24h_pct": Decimal("5.00"),
    "change_7d_pct": Decimal("5.00"),
    "competitor.index_pct": Decimal("100.00"),
    "competitor.age_days": 9999,
    "margin_after_pct": Decimal("20.00"),
    "below_cost": False,
    "below_map": False,
    "hours_since_last_change": 9999,
    "price.first": True,
    "same_currency": True,
}
USUAL: Mapping[str, Mapping[str, FactValue]] = {
    "place_purchase_order": ORDER,
    "refund_order": REFUND,
    "change_price": PRICE,
}


def rules(text: str, name: str = "rules") -> PolicySet:
    """The set of one file whose rules are these lines."""
    return parse_policies({"rules.yaml": HEAD.format(name=name) + text})


def granted(*people: str) -> list[Grant]:
    """One grant for each person, given as ``name:role,role``."""
    parts = [person.split(":") for person in people]
    return [Grant(name, frozenset(roles.split(","))) for name, roles in parts]


def judged(policies: PolicySet, kind: str, changes: Mapping[str, Any], grants: list[Grant]) -> Decision:
    """The decision on the usual facts of a kind with some of them changed."""
    return decide(policies, kind, {**USUAL[kind], **changes}, grants)
