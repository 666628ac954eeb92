"""Links what a message mentions to records of the store, before anything is understood.

The message is turned into a *tagged* text in which each mention is a tag: ``move 5 MUG-BLU from Leeds to
Bristol`` becomes ``move <number> <sku> from <location> to <location>``. Patterns are written over tagged
text, so no pattern ever meets a name, and the words of a note (tag ``<words>``) can never be a request.
"""

from __future__ import annotations

import re
from typing import Final

from agent.offline.mention import Finder, Mention, Records, Sort, Span, Tagged, by_pattern
from agent.offline.mentioned_figures import amounts, numbers, percents, periods
from agent.offline.mentioned_records import (
    ACTION,
    CUSTOMER_ID,
    EMAIL,
    TICKET,
    action_id,
    bare_orders,
    codes,
    known_codes,
    orders,
    people,
    places,
    purchase_orders,
    ticket_id,
    titles,
)
from agent.offline.mentioned_words import ADDRESS, PLAIN_ADDRESS, REPLY_BODY, note_bodies, quotes, whole_body
from agent.offline.order_goods import goods_of
from agent.offline.spelling import plain

__all__ = ["Mention", "Records", "Sort", "Tagged", "tag"]


def tag(text: str, records: Records, *, home: str = "GBP", order: str | None = None) -> Tagged:
    """Link the mentions of a message; `home` is the currency of amounts without a sign.

    `order` was spoken of before: "the mug" of a refund is then the one in it.
    """
    message = plain(text)
    spans: list[Span] = []
    for find in _FINDERS:
        masked = _masked(message, spans)
        found = goods_of(masked, records, order) if find is titles else ()
        for start, end, mention in (*found, *find(masked, records)):
            if not any(start < other_end and other_start < end for other_start, other_end, _ in spans):
                spans.append((start, end, _at_home(mention, home)))
    spans.sort(key=lambda span: span[0])
    return Tagged(_with_tags(message, spans), tuple(mention for _, _, mention in spans))


def _at_home(mention: Mention, home: str) -> Mention:
    if mention.sort is not Sort.MONEY or mention.currency:
        return mention
    return Mention(mention.sort, mention.value, mention.said, currency=home)


def _masked(message: str, spans: list[Span]) -> str:
    """The message with linked parts blanked, so that later finders do not meet them; SKUs stay as '<'."""
    letters = list(message)
    for start, end, mention in spans:
        mark = "<" if mention.sort is Sort.SKU else "\x00"
        letters[start:end] = [mark] + ["\x00"] * (end - start - 1)
    return "".join(letters)


def _with_tags(message: str, spans: list[Span]) -> str:
    out, at = [], 0
    for start, end, mention in spans:
        out += [_untagged(message[at:start]), f" <{mention.sort}> "]
        at = end
    out.append(_untagged(message[at:]))
    return re.sub(r"[ \t]+", " ", "".join(out)).strip()


def _untagged(text: str) -> str:
    """Text in which nothing looks like a tag, and an arrow reads as "to"."""
    return re.sub(r"[-=]+>|→|»|(?<=\s)>+(?=\s|$)", " to ", text).replace("<", " ").replace(">", " ")


_FINDERS: Final[tuple[Finder, ...]] = (
    quotes,
    note_bodies,
    whole_body(REPLY_BODY, Sort.WORDS),
    whole_body(ADDRESS, Sort.ADDRESS),
    whole_body(PLAIN_ADDRESS, Sort.ADDRESS),
    by_pattern(EMAIL, Sort.CUSTOMER, lambda hit: hit.group().lower()),
    by_pattern(ACTION, Sort.ACTION, action_id),
    purchase_orders,
    by_pattern(TICKET, Sort.TICKET, ticket_id),
    by_pattern(CUSTOMER_ID, Sort.CUSTOMER, lambda hit: hit.group().upper()),
    known_codes,
    amounts,
    percents,
    places,
    people,
    titles,
    orders,
    periods,
    bare_orders,
    codes,
    numbers,
)
