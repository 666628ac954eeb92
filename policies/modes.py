"""The autonomy dial of each kind of action. A mode can only tighten what the rules decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from policies.decision import Decision, FiredRule, Grant, Requirement, Verdict
from policies.satisfied import enough
from shop.people import Role


class Mode(StrEnum):
    """observe: record only; assist: a person decides everything; auto: the rules decide."""

    OBSERVE = "observe"
    ASSIST = "assist"
    AUTO = "auto"


STRICTER: Final = {Mode.OBSERVE: 0, Mode.ASSIST: 1, Mode.AUTO: 2}

OWNERS: Final[dict[str, Role]] = {
    "adjust_stock": Role.INVENTORY_MANAGER,
    "transfer_stock": Role.INVENTORY_MANAGER,
    "place_purchase_order": Role.PURCHASING_MANAGER,
    "cancel_purchase_order": Role.PURCHASING_MANAGER,
    "receive_purchase_order": Role.INVENTORY_MANAGER,
    "change_price": Role.PRICING_MANAGER,
    "change_prices": Role.PRICING_MANAGER,
    "refund_order": Role.SUPPORT_LEAD,
    "cancel_order": Role.SUPPORT_LEAD,
    "add_order_note": Role.SUPPORT_LEAD,
    "request_return": Role.SUPPORT_LEAD,
    "cancel_return": Role.SUPPORT_LEAD,
    "request_exchange": Role.SUPPORT_LEAD,
    "complete_exchange": Role.SUPPORT_LEAD,
    "change_order_items": Role.SUPPORT_LEAD,
    "change_order_payment": Role.SUPPORT_LEAD,
    "change_order_address": Role.SUPPORT_LEAD,
    "change_customer_address": Role.SUPPORT_LEAD,
    "reship_order": Role.SUPPORT_LEAD,
    "give_credit": Role.SUPPORT_LEAD,
    "draft_reply": Role.SUPPORT_LEAD,
    "receive_return": Role.INVENTORY_MANAGER,
    "inspect_return": Role.INVENTORY_MANAGER,
    "add_demand_signal": Role.PURCHASING_MANAGER,
    "add_supply_signal": Role.PURCHASING_MANAGER,
    "remove_signal": Role.PURCHASING_MANAGER,
}
"""Who decides when the dial stands on assist."""


def tightened(decision: Decision, kind: str, mode: Mode, grants: Sequence[Grant] = ()) -> Decision:
    """In assist, what the rules allow by themselves needs one person all the same."""
    if mode is not Mode.ASSIST or decision.verdict is Verdict.DENY:
        return decision
    owner = OWNERS[kind].value
    text = "The dial for this kind of action stands on assist: a person decides everything."
    fired = FiredRule("mode-assist", Verdict.NEEDS_APPROVAL, None, Mode.ASSIST.value, "", text)
    asked = Requirement("mode-assist", (owner,), 1, (), timedelta(hours=72))
    if enough(asked, grants):
        return replace(decision, fired=(*decision.fired, fired))
    return replace(
        decision,
        verdict=Verdict.NEEDS_APPROVAL,
        fired=(*decision.fired, fired),
        required=(*decision.required, asked),
    )
