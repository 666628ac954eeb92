"""One change over several products: "move 3 mugs and 4 bowls to Leeds" is two, "put A and B up 4 %" is one campaign.

Who names several products means all of them. Where it is not clear what holds for each, nothing is changed: half of
what was commanded would be a wrong change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from agent.offline.dialogue import Call, Say, Step
from agent.offline.mentions import Sort
from agent.offline.requests import TAG, Request

_SPLIT: Final = frozenset({"adjust_stock", "transfer_stock", "place_purchase_order"})
"""Changes of so many pieces of one product."""
_AND: Final = r"\s*(?:,\s*and|,|and|&|\+|plus|as well as)\s+(?:also\s+|the\s+|our\s+|another\s+)*"
_LISTED: Final = re.compile(rf"<sku>(?:{_AND}<sku>)+")
_COUNTED: Final = (
    r"<number>\s+(?:x\s+|of\s+|more\s+|pieces?\s+|units?\s+|the\s+|our\s+|extra\s+|packs?\s+)*<sku>"
)
_PAIRED: Final = re.compile(rf"{_COUNTED}(?:[^<]{{0,24}}?{_COUNTED})+")
_BEHIND: Final = re.compile(rf"<sku>\s*(?:x|by|:|-)?\s*<number>(?:{_AND}<sku>\s*(?:x|by|:|-)?\s*<number>)+")
_ONE: Final = re.compile(rf"{_COUNTED}|<sku>\s*(?:x|by|:|-)?\s*<number>")
_EACH: Final = re.compile(r"\b(?:each|both|apiece|respectively|every one)\b")
_PRICED: Final = re.compile(
    rf"<sku>\s*(?:(?:to|at|for|=|:|@)\s*)?<money>(?:{_AND}<sku>\s*(?:(?:to|at|for|=|:|@)\s*)?<money>)+"
)
_UNCLEAR: Final = Say(
    "You name several products: tell me again with the number or price of each, or one product at a time."
    " Nothing was changed."
)


def of_several(tool: str, request: Request) -> str:
    """The tool that is meant when a price is to change and several products are listed."""
    listed = _LISTED.search(request.text) or _PRICED.search(request.text)
    return "change_prices" if tool == "change_price" and listed and _clear(request) else tool


def each_change(tool: str, request: Request) -> list[Request] | Say | None:
    """One request for each product of a change that names several; words where it is unclear; None for one product."""
    if tool not in _SPLIT or len({one.value for one in _goods(request)}) < 2:
        return None
    paired = _PAIRED.search(request.text) or _BEHIND.search(request.text)
    if paired is not None:
        spans = [_moved(hit, paired.start()) for hit in _ONE.finditer(paired.group())]
        return [_only(request, spans, number) for number in range(len(spans))]
    listed = _LISTED.search(request.text)
    if listed is None:
        return None
    numbers = [one for one in request.mentions if one.sort is Sort.NUMBER]
    if len(numbers) != 1 or not _EACH.search(request.text):
        return _UNCLEAR
    spans = [_moved(hit, listed.start()) for hit in re.finditer("<sku>", listed.group())]
    return [_only(request, spans, number) for number in range(len(spans))]


def as_one_order(tool: str, steps: Sequence[Step]) -> list[Step]:
    """The orders of several products from one supplier as one purchase order."""
    calls = [one for one in steps if isinstance(one, Call)]
    if tool != "place_purchase_order" or len(calls) < 2 or len(calls) != len(steps):
        return list(steps)
    first = calls[0]
    more = [{"sku": one.args["sku"], "quantity": one.args["quantity"]} for one in calls[1:]]
    return [Call(tool, {**first.args, "more_lines": more})]


def prices(request: Request) -> list[dict[str, Any]] | None:
    """The new price of each product that a request lists: one for all of them, or each its own."""
    goods, money = _goods(request), [one for one in request.mentions if one.sort is Sort.MONEY]
    if len(money) == 1 and _LISTED.search(request.text):
        money *= len(goods)
    elif len(money) != len(goods) or not _PRICED.search(request.text):
        return None
    return [{"sku": one.value, "price": its.value} for one, its in zip(goods, money, strict=True)]


def _goods(request: Request) -> list[Any]:
    return [one for one in request.mentions if one.sort is Sort.SKU]


def _clear(request: Request) -> bool:
    return all(one.known and not one.choices for one in _goods(request))


def _moved(hit: re.Match[str], by: int) -> tuple[int, int]:
    return hit.start() + by, hit.end() + by


def _only(request: Request, spans: Sequence[tuple[int, int]], kept: int) -> Request:
    """The request with one of the products and without the words of the others."""
    dropped = [span for number, span in enumerate(spans) if number != kept]
    tags = list(TAG.finditer(request.text))
    mentions = tuple(
        mention
        for hit, mention in zip(tags, request.mentions, strict=False)
        if not any(start <= hit.start() < end for start, end in dropped)
    )
    text = request.text
    for start, end in reversed(dropped):
        text = text[:start] + text[end:]
    text = re.sub(r"\s*(?:,|&|\+|\band\b|\bplus\b)(?=\s*(?:,|&|\+|\band\b|\bplus\b))", "", text)
    return replace(request, text=re.sub(r"\s{2,}", " ", text), mentions=mentions)
