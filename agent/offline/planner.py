"""The offline planner as a brain: understands a request, runs its steps, answers in plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from agent.brain import Answer, Emit, Message, ToolOutcome, Turn
from agent.journal import EventKind
from agent.offline import wording
from agent.offline.dialogue import Ask, Call, Dialogue, Offer, Say, Step
from agent.offline.filling import WRITES
from agent.offline.store_records import StoreRecords, names_of
from agent.offline.understand import remember, understand
from shop.money import Money
from shop.store.reads import info

STATE: Final = "dialogue"
"""The key beside a message's content under which the planner keeps what the message left open."""

_TASKS: Final = {
    "check_stock": "check the stock",
    "list_low_stock": "list what runs low",
    "list_overstock": "list what is overstocked",
    "stock_movements": "look at the stock's movements",
    "forecast_demand": "forecast the demand",
    "adjust_stock": "correct the stock",
    "transfer_stock": "move stock",
    "recommend_reorder": "work out what to reorder",
    "supplier_terms": "look up the supplier's terms",
    "list_purchase_orders": "list purchase orders",
    "place_purchase_order": "order goods",
    "cancel_purchase_order": "cancel the purchase order",
    "receive_purchase_order": "book the goods in",
    "get_price": "look up the price",
    "suggest_price": "work out a price",
    "plan_markdown": "plan a markdown",
    "change_price": "change the price",
    "change_prices": "change the prices",
    "find_customer": "find the customer",
    "find_orders": "find the orders",
    "get_order": "look up the order",
    "track_shipment": "track the parcel",
    "quote_refund": "work out the refund",
    "refund_order": "refund the order",
    "cancel_order": "cancel the order",
    "add_order_note": "add the note",
    "add_demand_signal": "note the promotion",
    "add_supply_signal": "note what the supplier told",
    "remove_signal": "take the signal back",
    "list_signals": "list the signals",
    "explain_reorder": "explain what was ordered",
    "request_return": "open the return",
    "cancel_return": "cancel the return",
    "receive_return": "book the return in",
    "inspect_return": "inspect the return",
    "request_exchange": "open the exchange",
    "complete_exchange": "complete the exchange",
    "reship_order": "send the goods again",
    "change_order_items": "change the order",
    "change_order_payment": "change the payment",
    "change_order_address": "change the address",
    "change_customer_address": "change the address",
    "give_credit": "give credit",
    "list_tickets": "list the tickets",
    "suggest_reply": "suggest a reply",
    "draft_reply": "keep the draft",
    "search_guides": "search the guides",
    "list_approvals": "list what waits for approval",
    "action_status": "look up the request",
}


class OfflinePlanner:
    """Implements `agent.brain.Brain` without a model: the same request in the same store, the same calls."""

    def run(self, turn: Turn, emit: Emit) -> Answer:
        """Work on the request through the turn's tools and answer it.

        Raises what `Turn.tools` raises; a tool's failure becomes words.
        """
        dialogue = recalled(turn.history)
        steps = self._understood(turn, dialogue)
        _show_plan(turn, steps)
        work = _Work(turn, dialogue)
        paragraphs = [f"Meanwhile: {notice}" for notice in turn.notices]
        paragraphs += [text for step in steps if (text := work.done(step))]
        remember(dialogue, steps)
        text = "\n\n".join(paragraphs)
        message = {"role": "assistant", "content": text, STATE: dialogue.as_json()}
        emit(EventKind.MESSAGE, {"message": message})
        return Answer(text)

    def _understood(self, turn: Turn, dialogue: Dialogue) -> list[Step]:
        with turn.shop.db.reading() as snapshot:
            records = StoreRecords(names_of(turn.shop.db, snapshot), snapshot)
            home = info.store_info(snapshot).home_currency
            today = info.business_day(snapshot, turn.shop.clock)
            return understand(turn.text, dialogue, records, home=home, today=today)


def recalled(history: Sequence[Message]) -> Dialogue:
    """What the messages before left open, as the planner kept it beside its last answer."""
    for message in reversed(history):
        if message["role"] == "assistant" and STATE in message:
            return Dialogue.from_json(message[STATE])
    return Dialogue()


def _show_plan(turn: Turn, steps: Sequence[Step]) -> None:
    calls = [step for step in steps if isinstance(step, Call)]
    if len(calls) > 1:
        turn.tools.plan([{"text": _TASKS[call.tool], "tool": call.tool} for call in calls])


def described(call: Call) -> str:
    """A change in words, before it is submitted.

    >>> described(Call("cancel_order", {"order": "1042", "reason": "asked twice"}))
    'cancel the order (order 1042, reason asked twice)'
    """
    said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in call.args.items())
    return f"{_TASKS[call.tool]} ({said})"


class _Work:
    """The steps of one turn under way."""

    def __init__(self, turn: Turn, dialogue: Dialogue) -> None:
        self._turn = turn
        self._dialogue = dialogue

    def done(self, step: Step) -> str:
        """Carry out one step and tell what came of it."""
        match step:
            case Say(text):
                return text
            case Ask(_, _, text):
                return text
            case Offer(call, against):
                why = f", because your message says “{against}”" if against else ""
                return f"I have changed nothing{why}. Say “do it” and I submit: {described(call)}."
            case Call():
                return self._called(step)

    def _called(self, call: Call) -> str:
        ready = self._derived(call) if call.derive else call
        if isinstance(ready, str):
            return ready
        outcome = self._turn.tools.run(ready.tool, ready.args)
        self._keep(ready, outcome)
        return _failure(ready, outcome) if outcome.failed else wording.answer(ready.tool, outcome.value)

    def _derived(self, call: Call) -> Call | str:
        """The call with its new price worked out from the present one, or why it cannot be."""
        how, _, said = call.derive.partition(":")
        source = self._turn.tools.run("get_price", {"sku": call.args["sku"]})
        if source.failed:
            return _failure(call, source)
        if how == "back":
            return _price_before(call, source.value)
        price = Money(source.value.price.minor, source.value.price.cur)
        return Call(call.tool, {**call.args, "price": f"{price.amount + Decimal(said)}"})

    def _keep(self, call: Call, outcome: ToolOutcome) -> None:
        """Remember how a change ended, and what a recommendation recommends."""
        dialogue = self._dialogue
        if call.tool in WRITES:
            dialogue.settled = "failed" if outcome.failed else outcome.state or ""
        if outcome.failed:
            return
        if call.tool == "recommend_reorder":
            dialogue.advice = _advice(call, outcome.value)
        opened = _OPENED.get(call.tool)
        found = re.search(opened[1], outcome.content) if opened else None
        if opened and found:
            dialogue.focus.pop(opened[0], None)
            dialogue.focus[opened[0]] = found.group()
        for name, sort in (("sku", "sku"), ("order", "order_id"), ("purchase_order", "po_id")):
            if isinstance(call.args.get(name), str):
                dialogue.focus[sort] = getattr(outcome.value, name, None) or call.args[name]


_OPENED: Final = {
    "request_return": ("ticket_id", r"\bRMA-\d+"),
    "request_exchange": ("exchange", r"\bEX-\d+"),
}
"""What a change opens, for "receive it" and "complete it": where it is remembered, and how its id looks."""


def _price_before(call: Call, value: Any) -> Call | str:
    """The change to the price before the last change, or words where none is known."""
    others = [one.price for one in value.changes if one.price != value.price]
    if not others:
        return f"I know of no earlier price of {value.sku}. Nothing was changed."
    before = Money(others[0].minor, others[0].cur)
    return Call(call.tool, {**call.args, "price": f"{before.amount}"})


def _advice(call: Call, value: Any) -> dict[str, Any]:
    """The recommended orders of one product, for "order that"."""
    if "sku" not in call.args:
        return {}
    items = [
        {"sku": one.sku, "quantity": one.quantity, "supplier": one.supplier, "location": one.location}
        for one in value.items
        if one.quantity and call.args.get("location") in (None, one.location)
    ]
    sku = value.items[0].sku if value.items else call.args["sku"]
    return {"sku": sku, "location": call.args.get("location"), "items": items}


def _failure(call: Call, outcome: ToolOutcome) -> str:
    """A tool's refusal in the planner's words; the class of the error is not for operators."""
    kind, _, said = outcome.content.partition(": ")
    text = said if kind.endswith("Error") else outcome.content
    text = f"{text[:1].upper()}{text[1:].rstrip('.')}."
    if kind == "NotFoundError":
        text = f"I could not find it: {text[:1].lower()}{text[1:]}"
    return f"{text} Nothing was changed." if call.tool in WRITES else text
