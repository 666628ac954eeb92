"""Figures of a change that leave a doubt: "3 or 4", "about 20", "1,2,3", two amounts for one argument.

A change is only made with figures that were said plainly, and with all of them: where one is left over, the one that
was taken may be the wrong one. Then the operator is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from agent.offline.corrections import FIGURES
from agent.offline.dialogue import Ask, Call, Offer, Say, Step
from agent.offline.filling import QUESTIONS, WRITES
from agent.offline.mentions import Mention, Sort
from agent.offline.requests import TAG, Request
from agent.offline.signals import span_of

_FIG: Final = r"<(?:number|money|percent)>"
_HEDGED: Final = re.compile(
    r"(?<!thinking )\b(?:about|around|roughly|approximately|approx|circa|nearly|almost|at least|at most|no more than|not more than|more than|"
    r"less than|fewer than|no less than|maximum(?: of)?|max|minimum(?: of)?|min|between|maybe|perhaps|probably|or so|somewhere|somewhere (?:near|around|about|in)|something|something (?:around|about|near)|near|close to|in the (?:region|neighbou?rhood|area|ball ?park)|anything|all but|everything but|twice|double|triple|under|below|above|over(?= <money>))"
    rf" (?:of |to |like )?{_FIG}|{_FIG} (?:or (?:so|more|less|thereabouts|something|similar|about|around|near|{_FIG})|give or take|ish|at (?:most|least)|max\b|ish\b|minimum\b|maximum\b)"
    rf"|(?<!it )(?<!them )(?<!price )(?<!<sku> )\bup to {_FIG}|\bsome {_FIG}|\b(?:give or take|thereabouts|ball ?park)\b"
)
_UNREAD: Final = re.compile(
    rf"{_FIG}\s*(?:[-/*×^+]\s*)?(?:{_FIG}|[£$€]?\d)|{_FIG}\s*-?\s*(?:to|till|until) {_FIG}|{_FIG} and (?:a half|a quarter|half)\b"
    r"|[£$€]\s?-?\d|(?<![\w:/#.-])-?\d[\d.,]*(?:[.,]\d+)+(?!\w)|(?<![\w-])\d+(?:\.\d+)?k\b|-\s?<money>|(?<=\s)-\s?<percent>"
    r"|\d\s*<(?:money|percent)>|<money>k\b|\b(?:one|a) and <number>|\band a (?:half|quarter)\b"
    r"|\b(?:a few|a handful|a lot|several|some more) (?:of )?(?:the |our |more )?(?:\w+ )?<sku>"
)
_EACH: Final = re.compile(r"\b(?:each|every|apiece|a piece|per [a-z]+|twice|thrice|double|triple|times)\b")
"""A sum that is to be paid several times."""
_FOR_SEVERAL: Final = re.compile(r"<money> for <number>|<number> for <money>")
_EXCEPT: Final = re.compile(
    r"\b(?:except(?: for)?|excluding|but not|other than|apart from|save for|without|not) (?:the |in |at |from |for |order )*<(?:sku|location|supplier|order_id)>"
)
_SHARE_LEFT: Final = re.compile(
    r"\bto <percent>|<percent> of (?:the |its |their )*(?:current|old|present|list|former|price)"
)
"""A share that is to be left, which is not by how much a price changes."""
_UP: Final = re.compile(r"\b(?:raise|increase|up|higher|lift|plus|dearer|bump|hike)\b")
_LATER: Final = "that it is to be done now: a change is made at once, not on a later day"
_AT_ONCE: Final = frozenset(
    {
        "cancel_order",
        "cancel_purchase_order",
        "refund_order",
        "transfer_stock",
        "change_price",
        "change_prices",
    }
    | {"give_credit", "cancel_return", "adjust_stock"}
)
_COMING: Final = re.compile(r"\b(?:tomorrow|next|coming)\b", re.IGNORECASE)
_EVENING: Final = re.compile(r"\b(?:tonight|this evening)\b", re.IGNORECASE)
_FROM_THEN: Final = re.compile(r"\b(?:from|starting|as of|effective|beginning|on) (?:the )?<period>")
_OF_THEM: Final = "which of them is meant"
_AT_A_PRICE: Final = "that the supplier sells at that price: an order is placed at the price of its offer"
_WHY: Final = re.compile(
    r"\b(?:because|since|due to|reason|as (?:the|it|she|he|they|we|a|this|there|our|her|his|their)|for (?:the |an? |her |his |their )*"
    r"(?:delay|broken|damaged|late|missing|trouble|inconvenience)|so that|who|which)\b|[:;]"
)
_COUNTS: Final[Mapping[str, frozenset[Sort]]] = {
    "adjust_stock": FIGURES - {Sort.MONEY},
    "transfer_stock": FIGURES - {Sort.MONEY},
    "place_purchase_order": FIGURES - {Sort.MONEY},
    "receive_purchase_order": FIGURES - {Sort.MONEY},
    "change_price": FIGURES,
    "change_prices": FIGURES,
    "refund_order": FIGURES,
    "give_credit": FIGURES,
    "add_demand_signal": FIGURES,
    "add_supply_signal": FIGURES,
    "request_return": frozenset({Sort.NUMBER}),
    "request_exchange": frozenset({Sort.NUMBER}),
    "change_order_items": frozenset({Sort.NUMBER}),
    "reship_order": frozenset({Sort.NUMBER}),
}
"""Changes that figures are said for, and which."""
_TWO: Final = (
    r"(?:<{0}>(?:\s*(?:,|&|\+|/|\band\b|\bor\b))+\s*(?:also |the |at |in |from |order |no |# ?)*<{0}>)"
)
_LISTED: Final = {
    **dict.fromkeys(
        ("refund_order", "cancel_order", "reship_order", "request_return"), _TWO.format("order_id")
    ),
    "cancel_purchase_order": _TWO.format("po_id"),
    "receive_purchase_order": _TWO.format("po_id"),
    "adjust_stock": _TWO.format("location"),
    "place_purchase_order": f"{_TWO.format('location')}|{_TWO.format('supplier')}",
    "change_price": _TWO.format("sku"),
    "give_credit": _TWO.format("customer_id"),
}
"""Changes of one record, and how two of them are told: half of what was commanded would be a wrong change."""
_SWAPS: Final = frozenset({"request_exchange", "change_order_items"})
"""Changes that name what is not wanted any more."""
_PRICES: Final = frozenset({"change_price", "change_prices"})
_PAID: Final = frozenset({"refund_order", "give_credit"})
_MONEY_TOOLS: Final = frozenset({"refund_order", "give_credit", "change_price", "change_prices"})
_ASKED: Final = {
    "adjust_stock": "change",
    "transfer_stock": "quantity",
    "place_purchase_order": "quantity",
    "change_price": "price",
    "refund_order": "amount",
    "give_credit": "amount",
}
"""The figure that is asked for."""
_OF_FIGURES: Final = frozenset(
    {"quantity", "change", "counted", "price", "change_percent", "amount", "percent", "more_lines", "items"}
)


def surely(steps: Sequence[Step], request: Request, unclear: str) -> list[Step]:
    """The steps, where nothing in doubt is changed; `unclear` tells what a correction left open."""
    said = unclear or _doubt(steps, request)
    figures = not unclear and said not in (_OF_THEM, _AT_A_PRICE, _LATER)
    return [_asked_back(step, said, figures=figures) for step in steps] if said else list(steps)


def _doubt(steps: Sequence[Step], request: Request) -> str:
    """What is not sure of the changes among the steps; empty where nothing is in doubt."""
    calls = [
        call for step in steps if (call := _change(step)) is not None and call.tool in {*_COUNTS, *_LISTED}
    ]
    if not calls:
        return ""
    told = _told(request.text)
    unsure = (
        (_OF_THEM, any(_names_two(call.tool, told) for call in calls)),
        (_LATER, any(call.tool in _AT_ONCE for call in calls) and _is_later(request, told)),
        (_LATER, _is_tonight(calls, request, told)),
        (
            _AT_A_PRICE,
            any(call.tool == "place_purchase_order" for call in calls) and "<money>" in told,
        ),
        ("which figure is meant", _HEDGED.search(told) or _UNREAD.search(told)),
        ("how much it is in all", any(call.tool in _PAID for call in calls) and _EACH.search(told)),
        (
            "what one piece is to cost",
            any(call.tool == "change_price" for call in calls) and _FOR_SEVERAL.search(told),
        ),
        (
            "whether that is taken off or left",
            any(call.tool in _PRICES for call in calls) and _SHARE_LEFT.search(told),
        ),
        ("what a sum below zero means", any(_is_negative(call, request, told) for call in calls)),
    )
    first = next((doubt for doubt, holds in unsure if holds), "")
    left = None if first else _left_over(calls, request, told)
    return f"what {left.said.strip()} is for" if left is not None else first


def _is_tonight(calls: Sequence[Call], request: Request, told: str) -> bool:
    """Whether a price or money is to change this evening; a van that goes tonight takes goods booked now."""
    days = [one for one in request.mentions[: len(TAG.findall(told))] if one.sort is Sort.PERIOD]
    return any(call.tool in _MONEY_TOOLS for call in calls) and any(_EVENING.search(one.said) for one in days)


def _is_later(request: Request, told: str) -> bool:
    """Whether a day is told on which it is to be done that has not come yet; weekdays may lie behind."""
    days = [one for one in request.mentions[: len(TAG.findall(told))] if one.sort is Sort.PERIOD]
    if any(_COMING.search(one.said) for one in days):
        return True
    if request.today is None or _FROM_THEN.search(told) is None:
        return False
    spans = (span_of(one.said, request.today) for one in days if re.search(r"\d", one.said))
    return any(span is not None and span[0] > request.today for span in spans)


def _names_two(tool: str, told: str) -> bool:
    """Whether two records stand where a change takes one, or one of them is left out of it."""
    listed = tool in _LISTED and re.search(_LISTED[tool], told) is not None
    return listed or (tool not in _SWAPS and _EXCEPT.search(told) is not None)


def _told(text: str) -> str:
    """What comes before the reason: figures there are no arguments."""
    hit = next((one for one in _WHY.finditer(text) if TAG.search(text[: one.start()])), None)
    return text if hit is None else text[: hit.start()]


def _change(step: Step) -> Call | None:
    call = step if isinstance(step, Call) else step.call if isinstance(step, Ask | Offer) else None
    return call if call is not None and call.tool in WRITES else None


def _is_negative(call: Call, request: Request, told: str) -> bool:
    """Whether a figure is below zero that counts pieces or money, or is to go up and down at once."""
    signed = any(one.value.startswith("-") for one in request.mentions if one.sort in FIGURES)
    if call.tool in _PRICES:
        return str(call.args.get("price", "")).startswith("-") or (signed and _UP.search(told) is not None)
    return signed and call.tool not in ("adjust_stock", "add_demand_signal", "add_supply_signal")


def _left_over(calls: Sequence[Call], request: Request, told: str) -> Mention | None:
    """The first figure that no argument holds."""
    used = Counter(
        figure
        for call in calls
        for figure in _figures({**call.args, "reason": "", "": call.derive.partition(":")[2]})
    )
    mentions = request.mentions[: len(TAG.findall(told))]
    sorts = frozenset(sort for call in calls for sort in _COUNTS.get(call.tool, ()))
    counted = {one.tool for one in calls}
    for one in mentions:
        if one.sort not in sorts or (figure := _figure(one.value)) is None:
            continue
        if used[figure] > 0:
            used[figure] -= 1
        elif one.sort is Sort.NUMBER and figure in used:
            continue  # "one of them ... by -1" tells the same twice
        elif not (one.sort is Sort.NUMBER and counted <= _MONEY_TOOLS and _in_money(mentions, calls)):
            return one
    return None


def _in_money(mentions: Sequence[Mention], calls: Sequence[Call]) -> bool:
    """Whether the sum was told as one, so that a bare number beside it counts something else."""
    return any(one.sort in (Sort.MONEY, Sort.PERCENT) for one in mentions) and not any(
        call.args.get("items") for call in calls
    )


def _figures(value: Any) -> Iterator[Decimal]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _figures(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _figures(one)
    elif isinstance(value, int | str) and not isinstance(value, bool):
        figure = _figure(str(value).partition(" ")[0])
        if figure is not None:
            yield figure


def _figure(text: str) -> Decimal | None:
    try:
        return abs(Decimal(text))
    except InvalidOperation:
        return None


def _asked_back(step: Step, doubt: str, *, figures: bool) -> Step:
    """The question that stands for a change in doubt; a step that changes nothing stays."""
    call = _change(step)
    if call is None:
        return step
    missing = _ASKED.get(call.tool)
    if isinstance(step, Ask) and not _OF_FIGURES & call.args.keys():
        return step
    if missing is None or not figures or not isinstance(step, Call):
        return Say(
            f"I am not sure {doubt}. Tell me the whole request again{', with one figure for each' if figures else ''}."
            " Nothing was changed."
        )
    known = {name: value for name, value in call.args.items() if name not in _OF_FIGURES}
    return Ask(
        replace(call, args=known, derive=""),
        missing,
        f"I am not sure {doubt}. {_question(call.tool, missing)}",
    )


def _question(tool: str, missing: str) -> str:
    return "How much credit?" if tool == "give_credit" else QUESTIONS[missing]
