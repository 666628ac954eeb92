"""Fills a tool's arguments from a request and from what was talked of before."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from agent.offline import values
from agent.offline.dialogue import Ask, Call, Dialogue, Say
from agent.offline.filling import QUESTIONS, Filled, Filling, MissingError, UnknownError
from agent.offline.mentions import Sort
from agent.offline.names import StoreNames
from agent.offline.requests import Request
from agent.offline.slots_lists import LISTS
from agent.offline.slots_service import SERVICE
from agent.offline.slots_signals import SIGNALS


def fill(tool: str, request: Request, dialogue: Dialogue, names: StoreNames, home: str) -> Call | Ask | Say:
    """The call that a request means, or the question that is left, or words when a record is unknown."""
    filling = Filling(tool, request, dialogue, names, home)
    partial: dict[str, Any] = {}
    try:
        args, derive = _FILLERS[tool](filling, partial)
    except MissingError as missing:
        args, derive = partial, ""
        filling.missing = filling.missing or missing
    except UnknownError as unknown:
        return Say(f"{unknown}. Nothing was changed.")
    known = Call(tool, {name: value for name, value in args.items() if value is not None}, derive)
    if filling.missing is not None:
        return Ask(known, filling.missing.argument, filling.missing.text)
    return known


def _of_product(filling: Filling, args: dict[str, Any]) -> Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    args["location"] = filling.location()
    return args, ""


def _product_only(filling: Filling, args: dict[str, Any]) -> Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    return args, ""


def _forecast(filling: Filling, args: dict[str, Any]) -> Filled:
    _of_product(filling, args)
    periods = [int(one.value) for one in filling.request.of(Sort.PERIOD) if one.value]
    args["days"] = min(max(periods[0], 1), 365) if periods else None
    return args, ""


def _recommend(filling: Filling, args: dict[str, Any]) -> Filled:
    """Without a product, what the whole store needs ("what should I order today?")."""
    text = filling.request.text
    whole = re.search(
        r"\b(?:what|which|anything|everything|all|today|list|plan|products|items|lines|stuff|buys|orders|purchases|suggestions|proposals|recommendations|spend|advice)\b",
        text,
    )
    refers = re.search(r"\b(?:it|that|them|this|these|those|of each)\b|\bhow (?:many|much)\b", text)
    needed = not (whole and not refers) or bool(filling.request.of(Sort.SKU))
    args["sku"] = filling.record("sku", Sort.SKU, required=needed)
    args["location"] = filling.location()
    args["supplier"] = filling.record("supplier", Sort.SUPPLIER, required=False)
    return args, ""


def _adjust(filling: Filling, args: dict[str, Any]) -> Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    request = filling.request
    figure = values.counted(request)
    args["reason"] = "count" if figure is not None else values.adjust_reason(request)
    if figure is None:
        args["change"] = values.adjusted_by(request)
    args["location"] = filling.record("location", Sort.LOCATION)
    if figure is None and not args["change"]:
        raise MissingError("change", QUESTIONS["change"])
    args["counted"] = figure
    return args, ""


def _transfer(filling: Filling, args: dict[str, Any]) -> Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    args["quantity"] = values.quantity(filling.request)
    start, end = values.direction(filling.request)
    args["from_location"] = start.value if start else _looked_at(filling, end.value if end else "")
    args["to_location"] = end.value if end else None
    for name in ("quantity", "from_location", "to_location"):
        if args[name] is None:
            raise MissingError(name, QUESTIONS[name])
    return args, ""


def _looked_at(filling: Filling, end: str) -> str | None:
    """Where the pieces are that "10 of them" means: the one place whose stock was just shown."""
    last = filling.dialogue.last
    if (
        last is None
        or last.tool != "check_stock"
        or not re.search(r"\b(?:them|those|these)\b", filling.request.text)
    ):
        return None
    place = last.args.get("location")
    return place if place != end else None


def _supplier_terms(filling: Filling, args: dict[str, Any]) -> Filled:
    args["supplier"] = filling.record("supplier", Sort.SUPPLIER, required=False)
    needed = args["supplier"] is None
    args["sku"] = filling.record("sku", Sort.SKU, required=needed)
    return args, ""


def _place(filling: Filling, args: dict[str, Any]) -> Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    args["quantity"] = values.quantity(filling.request)
    args["supplier"] = filling.record("supplier", Sort.SUPPLIER, required=False)
    args["location"] = filling.record("location", Sort.LOCATION, required=False)
    advice = filling.dialogue.advice
    if advice.get("sku") == args["sku"]:
        for name in ("supplier", "location"):
            args[name] = args[name] or advice.get(name)
    if args["quantity"] is None:
        raise MissingError("quantity", QUESTIONS["quantity"])
    return args, ""


def _cancel_po(filling: Filling, args: dict[str, Any]) -> Filled:
    args["purchase_order"] = filling.record("purchase_order", Sort.PURCHASE_ORDER)
    args["reason"] = values.reason(filling.request)
    return args, ""


def _receive(filling: Filling, args: dict[str, Any]) -> Filled:
    args["purchase_order"] = filling.record("purchase_order", Sort.PURCHASE_ORDER)
    numbers, skus = filling.request.of(Sort.NUMBER), filling.request.of(Sort.SKU)
    if numbers and len(numbers) == len(skus):
        args["counted"] = [
            {"sku": sku.value, "quantity": abs(int(number.value))}
            for sku, number in zip(skus, numbers, strict=True)
        ]
    return args, ""


def _suggest_price(filling: Filling, args: dict[str, Any]) -> Filled:
    _product_only(filling, args)
    percents = filling.request.of(Sort.PERCENT)
    if len(percents) == 1 and re.search(r"\b(?:margin|mark-?up|profit|earn\w*|make)\b", filling.request.text):
        args["target_margin_percent"] = percents[0].value
    return args, ""


def _markdown(filling: Filling, args: dict[str, Any]) -> Filled:
    _product_only(filling, args)
    days = [int(one.value) for one in filling.request.of(Sort.PERIOD) if one.value]
    args["weeks"] = min(_MOST_WEEKS, max(1, -(-days[0] // 7))) if days else None
    return args, ""


_MOST_WEEKS: Final = 26


def _list_signals(filling: Filling, args: dict[str, Any]) -> Filled:
    past = re.search(r"\b(?:past|old|over|ended|expired|earlier|ever|history)\b", filling.request.text)
    args["include_past"] = True if past else None
    return args, ""


def _change_price(filling: Filling, args: dict[str, Any]) -> Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    args["reason"] = values.reason(filling.request)
    percents = filling.request.of(Sort.PERCENT)
    sign = "-" if values.lowers(filling.request) else ""
    if percents:
        args["change_percent"] = f"{sign}{percents[0].value}"
        return args, ""
    said = values.amount(filling.request)
    if said is None:
        raise MissingError("price", QUESTIONS["price"])
    if _BY.search(filling.request.text):
        return args, f"by:{sign}{said.value}"
    args["price"] = values.amount_text(said, filling.home)
    return args, ""


_BY: Final = re.compile(
    r"\b(?:by|up|down|another|extra) (?:a further |another |an extra )?(?:<money>|<number>)"
    r"|(?:<money>|<number>) (?:off|more|less|cheaper|dearer|extra|up|down|on top)\b"
    r"|\b(?:raise|lift|bump|lower|drop|reduce|cut) (?:the price of )?<sku>,? (?:up |down )?<money>$"
)
"""How much more or less, and not what the price is to be."""


def _nothing(_filling: Filling, args: dict[str, Any]) -> Filled:
    return args, ""


def _action(filling: Filling, args: dict[str, Any]) -> Filled:
    args["action"] = filling.record("action", Sort.ACTION)
    return args, ""


_FILLERS: Final[dict[str, Callable[[Filling, dict[str, Any]], Filled]]] = {
    "check_stock": _of_product,
    "forecast_demand": _forecast,
    "adjust_stock": _adjust,
    "transfer_stock": _transfer,
    "recommend_reorder": _recommend,
    "supplier_terms": _supplier_terms,
    "place_purchase_order": _place,
    "cancel_purchase_order": _cancel_po,
    "receive_purchase_order": _receive,
    "get_price": _product_only,
    "suggest_price": _suggest_price,
    "plan_markdown": _markdown,
    "explain_reorder": _of_product,
    "list_signals": _list_signals,
    "change_price": _change_price,
    "list_approvals": _nothing,
    "action_status": _action,
    **SERVICE,
    **LISTS,
    **SIGNALS,
}
