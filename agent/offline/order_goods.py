"""Goods of an order by the words that tell them apart within it: "the mug on 1042" is the only mug of that order.

What is only told of goods ("the customer wants to swap the mug") stays as it was said: nothing is to follow from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agent.offline.mention import Mention, Records, Sort, Span
from agent.offline.mentioned_records import bare_orders, orders
from agent.offline.mood import is_statement
from agent.offline.names import WORD, is_telling, stem

_ABOUT_GOODS: Final = re.compile(
    r"\b(?:refund\w*|money back|pay\w* .*\bback|return\w*|send\w* back|sent back|exchang\w*|swap\w*|re-?send\w*|re-?ship\w*|"
    r"send .*\bagain|replace\w*|broke\w*|damaged?|smashed|cracked|chipped|faulty|missing|lost)\b",
    re.IGNORECASE,
)
"""What is done with single goods of an order; elsewhere a word means any product of the store."""
_NOT_AFTER: Final = re.compile(r"\b(?:we|stock|shelf|everywhere)\b", re.IGNORECASE)


def goods_of(message: str, records: Records, spoken_of: str | None) -> Iterator[Span]:
    """The products of the one order that a message names, or else of the order just spoken of."""
    if not _ABOUT_GOODS.search(message) or is_statement(message.lower()):
        return
    named = {mention.value for find in (orders, bare_orders) for _, _, mention in find(message, records)}
    order = next(iter(named)) if len(named) == 1 else spoken_of if not named else None
    lines = () if order is None or (not named and _NOT_AFTER.search(message)) else records.lines_of(order)
    if not lines:
        return
    stems = {sku: frozenset(map(stem, WORD.findall(title.lower()))) for sku, title in lines}
    said = [(hit.start(), hit.end(), stem(hit.group())) for hit in WORD.finditer(message.lower())]
    start = end = 0
    meant: frozenset[str] = frozenset()
    for first, last, word in (*said, (len(message), len(message), "")):
        holders = frozenset(sku for sku, own in stems.items() if word in own)
        touching = bool(meant) and bool(holders & meant) and message[end:first].strip(" ,") == ""
        if touching:
            end, meant, telling = last, holders & meant, True  # two words of one title tell it: "dry bag"
            continue
        if len(meant) == 1 and telling:
            yield start, end, Mention(Sort.SKU, next(iter(meant)), message[start:end])
        start, end, meant, telling = first, last, holders, bool(word) and is_telling(word)
