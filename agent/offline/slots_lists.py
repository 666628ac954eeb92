"""Fills what narrows a list: a category, a kind of movement, a state, days."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from agent.offline import values
from agent.offline.filling import Filled, Filling
from agent.offline.mentions import Sort
from agent.offline.past_days import days_between, past_span
from agent.offline.periods import days_of

_STATES: Final = (
    (
        "overdue",
        r"\b(?:late|overdue|delayed|behind (?:schedule|on|with)|running behind|slipping|dragging|past due"
        r"|(?:missed|past|over) (?:its|their|the) (?:due |delivery |expected )?dates?"
        r"|should (?:have|already|be)\b.*\b(?:been|come|arrived|landed|here)|(?:were|was) (?:due|meant to|supposed to)\b"
        r"|(?:not|never|hasn't|haven't|n't) (?:yet )?(?:arrived|come|turned up|shown up)\b.*\b(?:promised|due|time))\b",
    ),
    (
        "received",
        r"\b(?:already |have |has |we |been |fully )(?:received|arrived|booked in|delivered)\b|\breceived (?:ones|pos?|purchase orders?|orders)\b"
        r"|\b(?:did|what) (?:\w+ )?(?:get in|come in|came in|arrived?|turned up|received?|land(?:ed)?)\b.*(?:<period>)",
    ),
    ("cancelled", r"\bcancelled\b|\bcalled off\b"),
)
_COMING: Final = re.compile(
    r"\b(?:arriv\w*|due|expect\w*|coming|come|deliver\w*|incoming|inbound|land\w*|get|turn up)\b"
)
_KINDS: Final = (
    (
        "sale",
        r"\b(?:sales?|sold|selling|(?:did|have) (?:we|it|they|<sku>) (?:\w+ )?(?:sell|shift(?:ed)?|do))\b",
    ),
    ("receipt", r"\b(?:receipts?|received|deliveries|delivered|goods[- ]in|booked in)\b"),
    ("return", r"\b(?:returns?|returned|sent back|came back|brought back)\b"),
    (
        "adjustment",
        r"\b(?:adjustments?|adjusted|corrections?|corrected|write-?offs?|written off|recounts?)\b",
    ),
    ("transfer_in", r"\b(?:transfer(?:s|red)? in|moved in|transfers? (?:to|into))\b"),
    ("transfer_out", r"\b(?:transfer(?:s|red)? out|moved out|transfers? (?:from|out of))\b"),
)
_MOVEMENTS: Final = re.compile(
    r"\b(?:why|how come|happened|explain|dropp?(?:ed)?|fell|changed|down to|less|fewer|missing|history|movements?)\b"
)


def category(filling: Filling) -> str | None:
    """The category that a request names, as the store writes it."""
    said = " ".join(
        (filling.request.text, *(one.said.lower() for one in filling.request.of(Sort.SKU) if one.choices))
    )
    return values.category(said, filling.names)


def low_stock(filling: Filling, args: dict[str, Any]) -> Filled:
    """Location and category."""
    args["location"] = filling.location()
    args["category"] = category(filling)
    return args, ""


def overstock(filling: Filling, args: dict[str, Any]) -> Filled:
    """Location, category, and how many days of cover are too many."""
    low_stock(filling, args)
    periods = [int(one.value) for one in filling.request.of(Sort.PERIOD) if one.value]
    if periods and re.search(r"\bcover\w*|\bmore than\b|\bover\b|\blast\w*\b", filling.request.text):
        args["cover_days"] = periods[0]
    return args, ""


def movements(filling: Filling, args: dict[str, Any]) -> Filled:
    """Product, location, and the one kind that is asked for; a question of why looks at all kinds."""
    args["sku"] = filling.record("sku", Sort.SKU)
    args["location"] = filling.location()
    text = filling.request.text
    kinds = [kind for kind, pattern in _KINDS if re.search(pattern, text)]
    if len(kinds) == 1 and not _MOVEMENTS.search(text):
        args["kind"] = kinds[0]
    return args, ""


def purchase_orders(filling: Filling, args: dict[str, Any]) -> Filled:
    """Whose, of what, where, in which state, and due when."""
    args["supplier"] = filling.record("supplier", Sort.SUPPLIER, required=False)
    args["location"] = filling.record("location", Sort.LOCATION, required=False)
    args["sku"] = filling.record("sku", Sort.SKU, required=False)
    args["purchase_order"] = filling.record("purchase_order", Sort.PURCHASE_ORDER, required=False)
    text = filling.request.text
    spoken_of = filling.dialogue.focus.get(Sort.PURCHASE_ORDER)
    if spoken_of and _THAT_ONE.search(text) and not any(args.values()):
        args["purchase_order"] = spoken_of
    if args["purchase_order"] is None:
        args["status"] = next((state for state, pattern in _STATES if re.search(pattern, text)), None)
    ahead = [days for one in filling.request.of(Sort.PERIOD) if (days := _days_ahead(one.said)) is not None]
    if ahead and _COMING.search(text) and args.get("status") is None:
        args["due_within_days"] = ahead[0]
    return args, ""


_THAT_ONE: Final = re.compile(r"\b(?:that|it|its|this)\b(?! (?:week|month|morning|afternoon))")


def _days_ahead(said: str) -> int | None:
    """How many days ahead a period reaches; None for what is past or has no length."""
    words = said.lower()
    if re.search(r"\b(?:last|past|previous|yesterday|since|ago)\b", words):
        return None
    if "tomorrow" in words:
        return 1
    return int(days_of(said) or 0) or None


_OPEN: Final = re.compile(
    r"\b(?:unfulfilled|unshipped|unsent|unprocessed|open)\b|\b(?:not|haven't|hasn't|yet|to be|still|to) (?:\w+ )?(?:ship\w*|sent|send|pack|fulfil\w*|gone)|\bout (?:of )?the door\b"
)
_FREE: Final = re.compile(
    r"\b(?:unpaid|which|how many|recent|latest|newest|all|today's|last|new) (?:\w+ )?orders?\b"
)
_SENT: Final = re.compile(
    r"\b(?:(?:fulfilled|shipped|dispatched) orders?|orders? (?:that |which )?(?:(?:were|are|have|been|already|we) )+(?:fulfilled|shipped|dispatched))\b"
)


def orders(filling: Filling, args: dict[str, Any]) -> Filled:
    """Whose, of what, in which state, placed when."""
    request = filling.request
    text = request.text
    args["sku"] = filling.record("sku", Sort.SKU, required=False)
    args["status"] = (
        "unfulfilled"
        if _OPEN.search(text)
        else "cancelled"
        if re.search(r"\bcancelled\b", text)
        else "fulfilled"
        if _SENT.search(text)
        else None
    )
    free = bool(args["status"] or args["sku"] or request.of(Sort.PERIOD) or _FREE.search(text))
    whose = bool(request.of(Sort.CUSTOMER)) or not free
    args["customer"] = filling.record("customer", Sort.CUSTOMER) if whose else None
    if not args["customer"] and _THEIRS.search(text) and Sort.CUSTOMER in filling.dialogue.focus:
        args["customer"] = filling.dialogue.focus[Sort.CUSTOMER]
    spans = [span for one in request.of(Sort.PERIOD) if (span := past_span(one.said, request.today))]
    first, last = days_between(spans, request.said.lower())
    args["placed_from"] = first.isoformat() if first else None
    args["placed_until"] = last.isoformat() if last and last != request.today else None
    return args, ""


_THEIRS: Final = re.compile(r"\b(?:his|her|their|he|she|they|those|these|ones)\b")

LISTS: Final[dict[str, Callable[[Filling, dict[str, Any]], Filled]]] = {
    "list_low_stock": low_stock,
    "list_overstock": overstock,
    "stock_movements": movements,
    "list_purchase_orders": purchase_orders,
    "find_orders": orders,
}
"""For each list its filler."""
