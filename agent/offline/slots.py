"""Fills a tool's arguments from a request and from what was talked of before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from agent.offline import values
from agent.offline.dialogue import Ask, Call, Dialogue, Say
from agent.offline.mentions import Mention, Sort
from agent.offline.names import StoreNames
from agent.offline.requests import Request

WRITES: Final = frozenset(
    (
        "adjust_stock",
        "transfer_stock",
        "place_purchase_order",
        "cancel_purchase_order",
        "receive_purchase_order",
        "change_price",
        "change_prices",
        "refund_order",
        "cancel_order",
        "add_order_note",
        "add_demand_signal",
        "add_supply_signal",
        "remove_signal",
    )
)

_QUESTIONS: Final = {
    "sku": "Which product do you mean? Give me its SKU or title.",
    "location": "For which location?",
    "from_location": "From which location?",
    "to_location": "To which location?",
    "supplier": "From which supplier?",
    "order": "Which order? Give me its number, such as #1042.",
    "purchase_order": "Which purchase order? Give me its id, such as PO-77.",
    "customer": "Which customer? Give me an e-mail address or a name.",
    "quantity": "How many pieces?",
    "change": "How many pieces, and more or fewer?",
    "price": "What should the new price be?",
    "amount": "How much should be refunded? Name an amount, or say 'in full'.",
    "note": "What should the note say?",
    "action": "Which request? Give me its id, such as A-3.",
}
_NOUNS: Final = {
    Sort.SKU: "SKU",
    Sort.LOCATION: "location",
    Sort.SUPPLIER: "supplier",
    Sort.ORDER: "order",
    Sort.PURCHASE_ORDER: "purchase order",
}


class MissingError(Exception):
    """An argument cannot be told from what was said; `text` asks for it."""

    def __init__(self, argument: str, text: str) -> None:
        super().__init__(text)
        self.argument = argument
        self.text = text


class UnknownError(Exception):
    """A change was commanded for something that this store does not have."""


@dataclass(slots=True)
class Filling:
    """One request on its way to one tool."""

    tool: str
    request: Request
    dialogue: Dialogue
    names: StoreNames
    home: str
    missing: MissingError | None = None
    """The first record that could not be told; the other arguments are filled all the same."""

    def record(self, argument: str, sort: Sort, *, required: bool = True) -> str | None:
        """The id of the record that an argument means: said now, or talked of before."""
        try:
            return self._told(argument, sort, required=required)
        except MissingError as missing:
            self.missing = self.missing or missing
            return None

    def _told(self, argument: str, sort: Sort, *, required: bool) -> str | None:
        mentions = self.request.of(sort)
        mention = mentions[0] if mentions else None
        if mention is not None:
            return self._checked(argument, mention)
        if not required:
            return None
        return self._remembered(argument, sort)

    def _checked(self, argument: str, mention: Mention) -> str:
        if mention.choices:
            raise MissingError(argument, self._which(mention))
        if not mention.known and self.tool in WRITES:
            raise UnknownError(
                f"I could not find {_NOUNS.get(mention.sort, 'record')} {mention.said!r} in this store"
            )
        return mention.value

    def _which(self, mention: Mention) -> str:
        titles = [
            f"{one} ({self.names.title[one]})" if one in self.names.title else one for one in mention.choices
        ]
        shown, more = titles[:5], len(titles) > 5
        return f"Several products match {mention.said.strip()!r}: {', '.join(shown)}{', ...' if more else ''}. Which one?"

    def _remembered(self, argument: str, sort: Sort) -> str:
        foreign = values.unknown_words(self.request) if sort in (Sort.SKU, Sort.CUSTOMER) else ""
        if foreign and self.tool not in WRITES:
            return foreign
        if sort in self.dialogue.focus:
            return self.dialogue.focus[sort]
        raise MissingError(argument, _QUESTIONS[argument])

    def location(self) -> str | None:
        """The location of a read, where one is said; an unknown place goes to the tool as it was said."""
        said = self.record("location", Sort.LOCATION, required=False)
        if said is not None:
            return said
        hit = re.search(r"\b(?:in|at)\s+(?:our\s+|the\s+)?(?P<place>[a-z]{4,})\b", self.request.text)
        place = hit.group("place") if hit else ""
        return (
            place
            if place
            and values.unknown_words(self.request, start=r"\b(?:in|at)\s+(?:our\s+|the\s+)?") == place
            else None
        )


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


_Filled = tuple[dict[str, Any], str]


def _of_product(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    args["location"] = filling.location()
    return args, ""


def _product_only(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    return args, ""


def _forecast(filling: Filling, args: dict[str, Any]) -> _Filled:
    _of_product(filling, args)
    periods = [int(one.value) for one in filling.request.of(Sort.PERIOD) if one.value]
    args["days"] = min(max(periods[0], 1), 365) if periods else None
    return args, ""


def _recommend(filling: Filling, args: dict[str, Any]) -> _Filled:
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


def _of_location(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["location"] = filling.location()
    return args, ""


def _adjust(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    request = filling.request
    figure = values.counted(request)
    args["reason"] = "count" if figure is not None else values.adjust_reason(request)
    if figure is None:
        args["change"] = values.adjusted_by(request)
    args["location"] = filling.record("location", Sort.LOCATION)
    if figure is None and not args["change"]:
        raise MissingError("change", _QUESTIONS["change"])
    return args, f"counted:{figure}" if figure is not None else ""


def _transfer(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    args["quantity"] = values.quantity(filling.request)
    start, end = values.direction(filling.request)
    args["from_location"] = start.value if start else None
    args["to_location"] = end.value if end else None
    for name in ("quantity", "from_location", "to_location"):
        if args[name] is None:
            raise MissingError(name, _QUESTIONS[name])
    return args, ""


def _supplier_terms(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["supplier"] = filling.record("supplier", Sort.SUPPLIER, required=False)
    needed = args["supplier"] is None
    args["sku"] = filling.record("sku", Sort.SKU, required=needed)
    return args, ""


def _purchase_orders(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["supplier"] = filling.record("supplier", Sort.SUPPLIER, required=False)
    args["location"] = filling.record("location", Sort.LOCATION, required=False)
    args["sku"] = filling.record("sku", Sort.SKU, required=False)
    args["purchase_order"] = filling.record("purchase_order", Sort.PURCHASE_ORDER, required=False)
    text = filling.request.text
    if args["purchase_order"] is None and re.search(r"\b(?:late|overdue|delayed)\b", text):
        args["status"] = "overdue"
    periods = [int(one.value) for one in filling.request.of(Sort.PERIOD) if one.value]
    if periods and re.search(r"\b(?:arriv\w*|due|expect\w*|coming|deliver\w*|incoming|inbound)\b", text):
        args["due_within_days"] = periods[0]
    return args, ""


def _place(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    args["quantity"] = values.quantity(filling.request)
    args["supplier"] = filling.record("supplier", Sort.SUPPLIER, required=False)
    args["location"] = filling.record("location", Sort.LOCATION, required=False)
    advice = filling.dialogue.advice
    if advice.get("sku") == args["sku"]:
        for name in ("supplier", "location"):
            args[name] = args[name] or advice.get(name)
    if args["quantity"] is None:
        raise MissingError("quantity", _QUESTIONS["quantity"])
    return args, ""


def _cancel_po(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["purchase_order"] = filling.record("purchase_order", Sort.PURCHASE_ORDER)
    args["reason"] = values.reason(filling.request)
    return args, ""


def _receive(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["purchase_order"] = filling.record("purchase_order", Sort.PURCHASE_ORDER)
    numbers, skus = filling.request.of(Sort.NUMBER), filling.request.of(Sort.SKU)
    if numbers and len(numbers) == len(skus):
        args["counted"] = [
            {"sku": sku.value, "quantity": abs(int(number.value))}
            for sku, number in zip(skus, numbers, strict=True)
        ]
    return args, ""


def _change_price(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["sku"] = filling.record("sku", Sort.SKU)
    args["reason"] = values.reason(filling.request)
    percents = filling.request.of(Sort.PERCENT)
    sign = "-" if values.lowers(filling.request) else ""
    if percents:
        args["change_percent"] = f"{sign}{percents[0].value}"
        return args, ""
    said = values.amount(filling.request)
    if said is None:
        raise MissingError("price", _QUESTIONS["price"])
    if re.search(
        r"\bby (?:<money>|<number>)|\b(?:<money>|<number>) (?:off|more|less|cheaper)\b", filling.request.text
    ):
        return args, f"by:{sign}{said.value}"
    args["price"] = values.amount_text(said, filling.home)
    return args, ""


def _customer(filling: Filling, args: dict[str, Any]) -> _Filled:
    called = values.unknown_words(
        filling.request, start=r"\b(?:called|named|name of|customer|mr|mrs|ms|client)\b"
    )
    said = filling.request.of(Sort.CUSTOMER)
    args["customer"] = called if called and not said else filling.record("customer", Sort.CUSTOMER)
    args["include_messages"] = _wants_messages(filling.request.text)
    return args, ""


def _wants_messages(text: str) -> bool | None:
    """Whether strangers' words are asked for; they are shown as theirs and taint the conversation."""
    asked = re.search(r"\b(?:messages?|tickets?|wrote|written|complain\w*|said|mails?|notes)\b", text)
    return asked is not None or None


def _orders(filling: Filling, args: dict[str, Any]) -> _Filled:
    text = filling.request.text
    by_status = re.search(
        r"\b(?:unfulfilled|unshipped|unsent|unprocessed|open)\b|\b(?:not|haven't|hasn't|yet|to be|still|to) (?:\w+ )?(?:ship\w*|sent|send|pack|fulfil\w*|gone)",
        text,
    )
    cancelled = re.search(r"\bcancelled\b", text)
    args["sku"] = filling.record("sku", Sort.SKU, required=False)
    free = bool(
        by_status
        or cancelled
        or args["sku"]
        or filling.request.of(Sort.PERIOD)
        or re.search(
            r"\b(?:unpaid|which|how many|recent|latest|newest|all|today's|last|new) (?:\w+ )?orders?\b", text
        )
    )
    people = filling.request.of(Sort.CUSTOMER) or not free
    args["customer"] = filling.record("customer", Sort.CUSTOMER) if people else None
    args["status"] = "unfulfilled" if by_status else "cancelled" if cancelled else None
    return args, ""


def _order(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    return args, ""


def _shown_order(filling: Filling, args: dict[str, Any]) -> _Filled:
    return _order(filling, {**args, "include_messages": _wants_messages(filling.request.text)})


def _track(filling: Filling, args: dict[str, Any]) -> _Filled:
    tracking = filling.request.of(Sort.TRACKING)
    args["order"] = tracking[0].value if tracking else filling.record("order", Sort.ORDER)
    return args, ""


def _refund(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    args["reason"] = values.reason(filling.request)
    said = values.amount(filling.request)
    if said is not None:
        args["amount"] = values.amount_text(said, filling.home)
        return args, ""
    percents = filling.request.of(Sort.PERCENT)
    if percents:
        return args, f"share:{percents[0].value}"
    if values.is_full(filling.request):
        return args, ""  # without an amount the tool pays what the quote says
    raise MissingError("amount", _QUESTIONS["amount"])


def _cancel_order(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    args["reason"] = values.reason(filling.request)
    return args, ""


def _note(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    words = filling.request.of(Sort.WORDS)
    if not words:
        raise MissingError("note", _QUESTIONS["note"])
    args["note"] = words[0].value
    return args, ""


def _question(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["question"] = filling.request.said
    return args, ""


def _nothing(_filling: Filling, args: dict[str, Any]) -> _Filled:
    return args, ""


def _action(filling: Filling, args: dict[str, Any]) -> _Filled:
    args["action"] = filling.record("action", Sort.ACTION)
    return args, ""


_FILLERS: Final[dict[str, Callable[[Filling, dict[str, Any]], _Filled]]] = {
    "check_stock": _of_product,
    "list_low_stock": _of_location,
    "list_overstock": _of_location,
    "stock_movements": _of_product,
    "forecast_demand": _forecast,
    "adjust_stock": _adjust,
    "transfer_stock": _transfer,
    "recommend_reorder": _recommend,
    "supplier_terms": _supplier_terms,
    "list_purchase_orders": _purchase_orders,
    "place_purchase_order": _place,
    "cancel_purchase_order": _cancel_po,
    "receive_purchase_order": _receive,
    "get_price": _product_only,
    "suggest_price": _product_only,
    "plan_markdown": _product_only,
    "change_price": _change_price,
    "find_customer": _customer,
    "find_orders": _orders,
    "get_order": _shown_order,
    "track_shipment": _track,
    "quote_refund": _order,
    "refund_order": _refund,
    "cancel_order": _cancel_order,
    "add_order_note": _note,
    "search_guides": _question,
    "list_approvals": _nothing,
    "action_status": _action,
}
