"""Fills what was told of coming demand and supply, and campaigns, where no pattern of ``signals`` foresaw the words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from agent.offline import values
from agent.offline.filling import Filled, Filling, MissingError
from agent.offline.mentions import Sort
from agent.offline.several import prices
from agent.offline.signals import lasting, span_of
from agent.offline.slots_lists import category

_FEWER: Final = re.compile(
    r"\b(?:fewer|less|lower|drops?|falls?|down|slump|quiet\w*|decline|dip|minus|shrink\w*)\b"
)
_SEASON: Final = re.compile(r"\b(?:season\w*|every year|each year|always|holiday\w*|school)\b")
_COST: Final = re.compile(r"\b(?:prices?|costs?|charg\w+|dearer|pric(?:y|ier)|per (?:unit|piece)|each)\b")
_GONE: Final = re.compile(
    r"\b(?:cannot|can't|can not|unable|unavailable|not available|out of|discontinued|no more|has no|have no|sold out|"
    r"clos\w+|shut\w*|strike|stops? (?:making|supplying|delivering))\b"
)
_UP: Final = re.compile(
    r"\b(?:raise|increase|lift|up|put up|bump|hike|mark up|dearer|rise|rises|higher|more|plus|add)\b"
)
_WHOLE: Final = re.compile(
    r"\b(?:everything|whole (?:store|shop|range)|all (?:products|goods|items)|storewide|across the board)\b"
)
_NO_END: Final = re.compile(r"\b(?:until|till) further notice\b")


def _days(filling: Filling, *, ends: bool = True) -> dict[str, str]:
    """The first and the last day that the request tells; asks for them where it tells none."""
    today = filling.request.today
    said = filling.request.of(Sort.PERIOD)
    spans = [span for one in said if today and (span := span_of(one.said, today))]
    if not spans:
        raise MissingError(
            "starts_on", "For which days? Tell me the first and the last, such as 2026-11-23 to 2026-11-29."
        )
    first, last = min(one for one, _ in spans), max(other for _, other in spans)
    if today:
        first, last = lasting((first, last), filling.request.text, today) or (first, last)
    return {"starts_on": first.isoformat(), **({"ends_on": last.isoformat()} if ends else {})}


def _reason(filling: Filling, args: dict[str, Any]) -> None:
    args["reason"] = values.reason(filling.request)


def demand(filling: Filling, args: dict[str, Any]) -> Filled:
    """More or less demand for a product, a category or the whole store, on some days."""
    request = filling.request
    pieces = request.of(Sort.NUMBER)
    if pieces and not request.of(Sort.PERCENT):
        return _one_off(filling, args)
    args["effect"] = "season" if _SEASON.search(request.text) else "promotion"
    skus = request.of(Sort.SKU)
    named = category(filling)
    if named is not None and not (skus and not skus[0].choices):
        args["category"] = named
    elif not skus and _WHOLE.search(request.text):
        args["whole_store"] = True
    else:
        args["sku"] = filling.record("sku", Sort.SKU)
    args["location"] = filling.record("location", Sort.LOCATION, required=False)
    _reason(filling, args)
    percents = request.of(Sort.PERCENT)
    if not percents:
        raise MissingError("percent", "By how many percent does demand change?")
    args["percent"] = round(float(percents[0].value)) * (-1 if _FEWER.search(request.text) else 1)
    args.update(_days(filling))
    return args, ""


def _one_off(filling: Filling, args: dict[str, Any]) -> Filled:
    """So many pieces of one product beside what usually sells, at one place on some days."""
    args["effect"] = "one_off"
    args["sku"] = filling.record("sku", Sort.SKU)
    args["location"] = filling.record("location", Sort.LOCATION)
    args["quantity"] = values.quantity(filling.request)
    _reason(filling, args)
    args.update(_days(filling))
    return args, ""


def supply(filling: Filling, args: dict[str, Any]) -> Filled:
    """A supplier's delay, goods that cannot be had, or a new price."""
    request = filling.request
    text = request.text
    _reason(filling, args)
    order = filling.record("purchase_order", Sort.PURCHASE_ORDER, required=False)
    args["purchase_order"] = order
    args["sku"] = filling.record("sku", Sort.SKU, required=False)
    args["supplier"] = None if order else filling.record("supplier", Sort.SUPPLIER)
    money, percents = request.of(Sort.MONEY), request.of(Sort.PERCENT)
    if (money or percents) and _COST.search(text):
        return _dearer(filling, args)
    lengths = [int(one.value) for one in request.of(Sort.PERIOD) if one.value]
    if not order and _GONE.search(text):
        args["effect"] = "unavailable"
        until = re.search(r"\b(?:until|till|before)\b", text) is not None
        days = _days(filling)
        args.update({**days, "starts_on": str(request.today)} if until else days)
        return args, ""
    args["effect"] = "delay"
    if not lengths:
        raise MissingError("days", "By how many days?")
    args["days"] = lengths[0]
    if order is None:
        others = [one for one in request.of(Sort.PERIOD) if not one.value]
        args.update(_days(filling) if others else _as_long(request.today, lengths[0]))
    return args, ""


def _dearer(filling: Filling, args: dict[str, Any]) -> Filled:
    request = filling.request
    money, percents = request.of(Sort.MONEY), request.of(Sort.PERCENT)
    args["effect"] = "price"
    if money:
        args["unit_cost"] = values.amount_text(money[0], filling.home)
    else:
        sign = -1 if values.lowers(request) else 1
        args["percent"] = sign * round(float(percents[0].value))
    has_day = bool(request.of(Sort.PERIOD))
    args.update(_days(filling, ends=False) if has_day else {"starts_on": str(request.today)})
    return args, ""


def _as_long(today: date | None, days: int) -> dict[str, str]:
    """A delay without an end of its own holds for as long as it is."""
    start = today or date.min
    try:
        end = start + timedelta(days=days - 1)
    except OverflowError:
        raise MissingError("days", "That is longer than any calendar. By how many days?") from None
    return {"starts_on": start.isoformat(), "ends_on": end.isoformat()}


def removal(filling: Filling, args: dict[str, Any]) -> Filled:
    """Which signal is taken back."""
    named = re.search(r"\bs-\d+\b", filling.request.said, re.IGNORECASE)
    if named is None:
        raise MissingError("signal", "Which signal? Give me its id, such as S-3.")
    args["signal"] = named.group().upper()
    _reason(filling, args)
    return args, ""


def campaign(filling: Filling, args: dict[str, Any]) -> Filled:
    """Many prices by one percentage: of a category, or of several products that are each clear."""
    request = filling.request
    _reason(filling, args)
    percents = request.of(Sort.PERCENT)
    down, up = values.lowers(request), _UP.search(request.text) is not None
    told = len(percents) == 1 and down != up
    if told:
        args["change_percent"] = f"{'-' if down else ''}{percents[0].value}"
    named = category(filling)
    clear = [one.value for one in request.of(Sort.SKU) if one.known and not one.choices]
    several = len(clear) > 1 and len(clear) == len(request.of(Sort.SKU))
    lines = prices(request) if several else None
    if lines is not None:
        args["lines"] = lines
        return args, ""
    if several and named is None:
        args["skus"] = clear
    else:
        args["category"] = named
    if not several and named is None:
        raise MissingError("category", "The prices of which category, or of which products?")
    if not told:
        raise MissingError("change_percent", "By how many percent, and up or down?")
    return args, ""


SIGNALS: Final[dict[str, Callable[[Filling, dict[str, Any]], Filled]]] = {
    "add_demand_signal": demand,
    "add_supply_signal": supply,
    "remove_signal": removal,
    "change_prices": campaign,
}
"""For each its filler."""
