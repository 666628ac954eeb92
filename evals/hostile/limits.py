"""The limits of the simulation: one value object that both the rule files and the oracle are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Final

from policies.rules import PolicySet, parse_policies


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rules allow, in whole pounds. Hard limits are never passed, soft ones only with people."""

    order_soft: int = 1_000
    order_two_people: int = 2_500
    order_hard: int = 5_000
    order_day_soft: int = 6_000
    order_day_hard: int = 8_000
    refund_soft: int = 50
    refund_hard: int = 400
    refund_day_soft: int = 150
    price_soft_pct: int = 10
    price_hard_pct: int = 40
    adjust_soft: int = 100
    transfer_soft: int = 200
    signal_soft_pct: int = 50
    signal_hard_pct: int = 200
    note_length: int = 200

    def policy(self) -> PolicySet:
        """These limits as rules."""
        return _parsed(_TEXT.format(**{name: getattr(self, name) for name in _NAMES}))

    def swapped(self, random: Random) -> Limits:
        """Other limits: somebody has edited the rules."""
        return replace(self, **random.choice(_EDITS))


_EDITS: Final[tuple[dict[str, int], ...]] = (
    {"order_soft": 300, "order_hard": 3_000, "refund_soft": 50},
    {"order_soft": 1_000, "order_hard": 5_000, "refund_soft": 50, "refund_hard": 400},
    {"order_soft": 1_000, "order_hard": 5_000, "order_day_soft": 6_000, "price_soft_pct": 10},
    {"order_soft": 2_000, "order_day_soft": 3_000, "refund_soft": 20, "refund_hard": 150},
    {"order_soft": 1_000, "order_day_soft": 6_000, "refund_soft": 90, "price_soft_pct": 5},
)
"""What an edit changes; few, because reading rules is slow and these give enough kinds of mixtures."""


@cache
def _parsed(text: str) -> PolicySet:
    return parse_policies({"hostile.yaml": text})


_NAMES = tuple(Limits.__slots__)

_TEXT = """
policy: hostile
version: 1
default: deny
rules:
  - {{id: po, action: place_purchase_order,
     allow: {{when: [{{supplier.approved: true}}, {{products.active: true}},
     {{quantities.fit_terms: true}}]}}}}
  - {{id: po-terms, action: place_purchase_order,
     deny: {{when: [{{terms.current: false}}], because: "These are not the supplier's terms."}}}}
  - {{id: po-hard, action: place_purchase_order,
     deny: {{when: [{{total: {{over: {order_hard} GBP}}}}], because: "{{value}} is over {{limit}}."}}}}
  - {{id: po-day-hard, action: place_purchase_order,
     deny: {{when: [{{spend.all.24h: {{over: {order_day_hard} GBP}}}}], because: "{{value}} in a day."}}}}
  - {{id: po-soft, action: place_purchase_order,
     approve: {{when: [{{total: {{over: {order_soft} GBP}}}}], by: [purchasing_manager, admin], expires: 1h,
     because: "{{value}} is over {{limit}}."}}}}
  - {{id: po-two, action: place_purchase_order,
     approve: {{when: [{{total: {{over: {order_two_people} GBP}}}}], by: [purchasing_manager, finance],
     quorum: 2, expires: 1h, because: "{{value}} is over {{limit}}."}}}}
  - {{id: po-day-soft, action: place_purchase_order,
     approve: {{when: [{{spend.supplier.24h: {{over: {order_day_soft} GBP}}}}], by: [purchasing_manager],
     expires: 1h, because: "{{value}} with this supplier in a day."}}}}
  - {{id: po-tainted, action: place_purchase_order,
     approve: {{when: [{{tainted: true}}], by: [purchasing_manager], expires: 1h,
     escalate: {{after: 20m, to: [admin]}}, because: "A stranger's text was read."}}}}
  - {{id: cancel-po, action: cancel_purchase_order, allow: {{when: [{{open: true}}]}}}}
  - {{id: receive, action: receive_purchase_order,
     allow: {{when: [{{open: true}}, {{over_received: {{under: 1}}}}]}}}}
  - {{id: refund, action: refund_order,
     allow: {{when: [{{within_refundable: true}}]}}}}
  - {{id: refund-hard, action: refund_order,
     deny: {{when: [{{amount: {{over: {refund_hard} GBP}}}}], because: "{{value}} is over {{limit}}."}}}}
  - {{id: refund-soft, action: refund_order,
     approve: {{when: [{{amount: {{over: {refund_soft} GBP}}}}], by: [support_lead], expires: 1h,
     because: "{{value}} is over {{limit}}."}}}}
  - {{id: refund-day-soft, action: refund_order,
     approve: {{when: [{{spend.all.24h: {{over: {refund_day_soft} GBP}}}}], by_each: [support_lead, finance],
     expires: 1h, because: "{{value}} refunded in a day."}}}}
  - {{id: price, action: change_price, allow: {{when: [{{below_cost: false}}]}}}}
  - {{id: price-hard, action: change_price,
     deny: {{when: [{{change_pct: {{outside: [-{price_hard_pct}, {price_hard_pct}]}}}}],
     because: "{{value}} % is outside {{limit}}."}}}}
  - {{id: price-soft, action: change_price,
     approve: {{when: [{{change_pct: {{outside: [-{price_soft_pct}, {price_soft_pct}]}}}}],
     by: [pricing_manager], expires: 1h, because: "{{value}} % is outside {{limit}}."}}}}
  - {{id: adjust, action: adjust_stock, allow: {{when: [{{stays_non_negative: true}}]}}}}
  - {{id: adjust-soft, action: adjust_stock,
     approve: {{when: [{{value: {{over: {adjust_soft} GBP}}}}], by: [inventory_manager], expires: 1h,
     because: "{{value}} is over {{limit}}."}}}}
  - {{id: transfer, action: transfer_stock, allow: {{when: [{{enough_available: true}}]}}}}
  - {{id: transfer-soft, action: transfer_stock,
     approve: {{when: [{{value: {{over: {transfer_soft} GBP}}}}], by: [inventory_manager], expires: 1h,
     because: "{{value}} is over {{limit}}."}}}}
  - {{id: signal, action: add_demand_signal, allow: {{when: [{{lasts_days: {{over: 0}}}}]}}}}
  - {{id: signal-hard, action: add_demand_signal,
     deny: {{when: [{{percent: {{outside: [-{signal_hard_pct}, {signal_hard_pct}]}}}}],
     because: "{{value}} % is outside {{limit}}."}}}}
  - {{id: signal-soft, action: add_demand_signal,
     approve: {{when: [{{percent: {{outside: [-{signal_soft_pct}, {signal_soft_pct}]}}}}],
     by: [purchasing_manager], expires: 1h, because: "{{value}} % is outside {{limit}}."}}}}
  - {{id: remove-signal, action: remove_signal, allow: {{when: [{{in_force: true}}]}}}}
  - {{id: cancel-order, action: cancel_order, allow: {{when: [{{cancellable: true}}]}}}}
  - {{id: note, action: add_order_note, allow: {{when: [{{length: {{under: {note_length}}}}}]}}}}
"""
