"""Weighs a request against every tool, and keeps writes for clear commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agent.offline.filling import WRITES
from agent.offline.lexicon import THRESHOLD, WRITE_THRESHOLD, scores
from agent.offline.mentions import Sort
from agent.offline.mood import Mood, commands, mood
from agent.offline.requests import Request

ADVICE: Final = {
    "adjust_stock": "check_stock",
    "transfer_stock": "check_stock",
    "place_purchase_order": "recommend_reorder",
    "cancel_purchase_order": "list_purchase_orders",
    "receive_purchase_order": "list_purchase_orders",
    "change_price": "suggest_price",
    "refund_order": "quote_refund",
    "cancel_order": "get_order",
    "add_order_note": "get_order",
}
"""The look-up that answers a question about a change."""

_COMMANDED: Final = 2.5
"""What a clear command adds to the score of a change."""
_ASKED_ABOUT: Final = 0.75
"""What of a change's score counts for its look-up when the change is only talked of."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a request means: `tool` is called, none where it is empty; `offered` is the change that was asked about."""

    tool: str
    offered: str | None = None


def intent(
    request: Request,
    mood_before: Mood | None = None,
    *,
    within_reach: frozenset[Sort] = frozenset(Sort),
    resolved: str = "",
) -> Intent | None:
    """The meaning of a request, or None when it means no tool.

    `mood_before` holds after a bare "and"; `within_reach` are the sorts of record that were named now or
    before: a look-up of another one is the meaning only if nothing else is. `resolved` is the text with
    the record that "it" means put in its place.
    """
    if is_negated(request.text):
        return None
    how = _mood(request, mood_before)
    raw = scores(request.text)
    if resolved:
        again = scores(resolved)
        raw = {tool: max(score, again[tool]) for tool, score in raw.items()}
    read = {tool: score for tool, score in raw.items() if tool not in WRITES}
    written = {tool: score for tool, score in raw.items() if tool in WRITES and score >= WRITE_THRESHOLD}
    wanted = {tool: score + _COMMANDED for tool, score in written.items() if _may_write(request, how, tool)}
    offered = {tool: score for tool, score in written.items() if tool not in wanted}
    for tool, score in offered.items():
        counts = _ASKED_ABOUT if how is not Mood.FORBIDDEN else 0.5
        read[ADVICE[tool]] = max(read[ADVICE[tool]], counts * score)
    tool, score = max({**read, **wanted}.items(), key=lambda one: one[1] - _lacking(one[0], within_reach))
    if score < THRESHOLD:
        return None
    if tool in WRITES:
        return Intent(tool)
    about = [one for one in offered if ADVICE[one] == tool and offered[one] * _ASKED_ABOUT >= raw[tool]]
    may_offer = how in (Mood.QUESTION, Mood.SUPPOSITION, Mood.COMMAND) and not request.quoted and bool(about)
    return Intent(tool, about[0] if may_offer else None)


def _lacking(tool: str, within_reach: frozenset[Sort]) -> float:
    """What a look-up loses because the record that it needs was never named."""
    return 0.0 if LOOKED_UP.get(tool) in (None, *within_reach) else _NOT_NAMED


_NOT_NAMED: Final = 2.0
LOOKED_UP: Final = {
    "check_stock": Sort.SKU,
    "stock_movements": Sort.SKU,
    "forecast_demand": Sort.SKU,
    "get_price": Sort.SKU,
    "suggest_price": Sort.SKU,
    "find_customer": Sort.CUSTOMER,
    "get_order": Sort.ORDER,
    "quote_refund": Sort.ORDER,
    "action_status": Sort.ACTION,
}
"""The record that a look-up cannot do without."""
_TOPICS: Final = (
    ("check_stock", r"(?:stock(?: levels?)?|inventory|on hand|availability)"),
    ("get_price", r"(?:(?:selling |retail )?prices?|margin)"),
    ("forecast_demand", r"(?:forecast|demand|expected sales)"),
    ("supplier_terms", r"(?:suppliers?|lead times?|moq|terms)"),
    ("stock_movements", r"(?:movements|stock history)"),
    ("track_shipment", r"(?:tracking|parcel|delivery status)"),
    ("quote_refund", r"(?:refundable amount|possible refund)"),
)
_ANY_TOPIC: Final = "|".join(pattern for _, pattern in _TOPICS)
_JOINED: Final = re.compile(
    rf"\b(?:{_ANY_TOPIC})(?:(?:,| and|&|\+|/| plus|\s)+(?:the |its |our |current )*(?:{_ANY_TOPIC}))+\b"
)


def coordinated(text: str) -> tuple[str, ...]:
    """The look-ups that a list of things asks for.

    >>> coordinated("price and stock of <sku>")
    ('check_stock', 'get_price')
    """
    joined = _JOINED.search(text)
    if joined is None:
        return ()
    return tuple(tool for tool, pattern in _TOPICS if re.search(rf"\b{pattern}\b", joined.group()))


def moods_of(request: Request, before: Mood | None) -> Mood:
    """The mood of a request, for the one that hangs on it."""
    return _mood(request, before)


def _mood(request: Request, before: Mood | None) -> Mood:
    own = Mood.FORBIDDEN if is_negated(request.text) else mood(request.text, quoted=request.quoted)
    carried = before in (Mood.QUESTION, Mood.SUPPOSITION, Mood.FORBIDDEN, Mood.REPORT)
    return before if request.follows and carried and own is Mood.COMMAND and before is not None else own


def _may_write(request: Request, how: Mood, tool: str) -> bool:
    return how is Mood.COMMAND and commands(request.text, tool)


def is_negated(text: str) -> bool:
    """Whether the request as a whole says what is not to be done."""
    bare = re.sub(r"^(?:[\s,.!]|(?:please|no|ok|and|but|also|so|actually|sorry|wait|stop)\b)+", "", text)
    negation = r"(?:don't|do not|never|no need to|please don't|not (?:to )?(?:order|refund|cancel|change|do)|nothing|stop (?:doing|ordering|everything)|leave (?:it|that|everything)|hands off|keep off|nobody|no one|noone|(?:let|have) (?:nobody|no one))\b|leave <\w+>(?! (?:in|at|with|a)\b)"
    if not re.match(negation, bare) or re.match(
        r"(?:don't|do not) (?:forget|hesitate|we|you|i|they)\b", bare
    ):
        return False
    rest = re.split(r"[,;.]|\b(?:just|only|but|instead)\b", bare, maxsplit=1)
    return len(rest) < 2 or not re.search(r"[a-z]{3}|<", rest[1])


def takes(tool: str, sort: Sort) -> bool:
    """Whether a tool can use a mention of this sort: decides what a follow-up may follow up."""
    return sort in _TAKES.get(tool, ())


_PRODUCT = (Sort.SKU, Sort.LOCATION)
_TAKES: Final[dict[str, tuple[Sort, ...]]] = {
    "check_stock": _PRODUCT,
    "list_low_stock": (Sort.LOCATION,),
    "list_overstock": (Sort.LOCATION,),
    "stock_movements": _PRODUCT,
    "forecast_demand": (*_PRODUCT, Sort.PERIOD),
    "recommend_reorder": (*_PRODUCT, Sort.SUPPLIER),
    "supplier_terms": (Sort.SKU, Sort.SUPPLIER),
    "list_purchase_orders": (Sort.SUPPLIER, Sort.LOCATION, Sort.PURCHASE_ORDER, Sort.SKU),
    "get_price": (Sort.SKU,),
    "suggest_price": (Sort.SKU,),
    "plan_markdown": (Sort.SKU, Sort.PERIOD),
    "find_customer": (Sort.CUSTOMER,),
    "find_orders": (Sort.CUSTOMER, Sort.PERIOD),
    "get_order": (Sort.ORDER,),
    "track_shipment": (Sort.ORDER, Sort.TRACKING),
    "quote_refund": (Sort.ORDER,),
    "action_status": (Sort.ACTION,),
    "adjust_stock": (*_PRODUCT, Sort.NUMBER),
    "transfer_stock": (*_PRODUCT, Sort.NUMBER),
    "place_purchase_order": (*_PRODUCT, Sort.SUPPLIER, Sort.NUMBER),
    "cancel_purchase_order": (Sort.PURCHASE_ORDER,),
    "receive_purchase_order": (Sort.PURCHASE_ORDER,),
    "change_price": (Sort.SKU, Sort.MONEY, Sort.NUMBER, Sort.PERCENT),
    "refund_order": (Sort.ORDER, Sort.MONEY, Sort.NUMBER),
    "cancel_order": (Sort.ORDER,),
    "add_order_note": (Sort.ORDER, Sort.WORDS),
}
