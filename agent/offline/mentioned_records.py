"""Records of the store: products, places, orders, purchase orders, people, requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agent.offline.mention import INTEGER, Mention, Records, Sort, Span
from agent.offline.names import Found, is_telling
from agent.offline.ordinary import ORDINARY

EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ACTION: Final = re.compile(r"\bact_[0-9a-z]{4,}\b|(?<![\w-])A-\d+\b|\bapproval\s+#?(\d+)\b", re.IGNORECASE)
_PO: Final = re.compile(
    r"(?<![\w-])P\.?O\.?s?[\s#:-]*(?:no\.?|number|nr\.?)?\s*#?(\d[\w-]*)"
    r"|\bpurchase\s+order\s*(?:no\.?|number|nr\.?)?\s*#?\s*(\d[\w-]*)",
    re.IGNORECASE,
)
TICKET: Final = re.compile(r"(?<![\w-])(?:T-|RMA[\s#-]{0,2})\d+\b", re.IGNORECASE)
_EXCHANGE: Final = re.compile(r"EX-\d+", re.IGNORECASE)
CUSTOMER_ID: Final = re.compile(r"(?<![\w-])C-\d+\b", re.IGNORECASE)
_HASH: Final = re.compile(r"#\s?([A-Za-z]{0,4}-?\d[\w-]*)")
_ORDER_WORD: Final = re.compile(
    r"\bord(?:er|ers|r|re|\.)?\s*(?:no\.?|nr\.?|number|num|id)?\s*[:#]?\s*(\d{3,}[\w-]*)", re.IGNORECASE
)
_CODE: Final = re.compile(r"(?<![\w@.-])[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*(?![\w@])")
_COUNTED: Final = re.compile(
    r"\s*[x×]?\s*(?:(?:of|more|extra|units?|pieces?|pcs|damaged|broken|the|our|those|additional|new|faulty)\s+)*"
)
_THE: Final = re.compile(r"\s+(?:the|our|those)\s+(?!<)")
_SHORTEST_ORDER: Final = 3
_LONG: Final = 6
"""A number of so many digits in talk without a product is an order, even if this store has none such."""


def action_id(hit: re.Match[str]) -> str:
    """The id of an approval or action as the ledger writes it."""
    if hit.group(1):
        return f"A-{hit.group(1)}"
    said = hit.group()
    return said.lower() if said.lower().startswith("act_") else said.upper()


def ticket_id(hit: re.Match[str]) -> str:
    """The id of a ticket or a return as the store writes it.

    >>> ticket_id(TICKET.search("call off rma 301"))
    'RMA-301'
    """
    letters, digits = hit.group()[:1].upper(), re.sub(r"\D", "", hit.group())
    return f"{'RMA' if letters == 'R' else 'T'}-{digits}"


def purchase_orders(message: str, records: Records) -> Iterator[Span]:
    """Purchase orders by number, known or not."""
    for hit in _PO.finditer(message):
        if ":" in hit.group() and _counts_goods(message, hit.end()):
            continue  # "raise a PO: 30 x MUG"
        number = hit.group(1) or hit.group(2)
        value = f"PO-{number}".upper()
        yield (
            hit.start(),
            hit.end(),
            Mention(Sort.PURCHASE_ORDER, value, hit.group(), records.is_purchase_order(value)),
        )


def known_codes(message: str, records: Records) -> Iterator[Span]:
    """SKUs of the store's own."""
    for hit in _CODE.finditer(message):
        code = hit.group()
        sku = records.names.sku(code) if len(code) > 2 or not code.isdigit() else None
        if sku is None or (code.isdigit() and _is_order_number(message, hit, records)):
            continue
        if code.isalpha() and code.islower() and not is_telling(code):
            continue  # a common word that happens to be a SKU
        yield hit.start(), hit.end(), Mention(Sort.SKU, sku, code)


def _is_order_number(message: str, hit: re.Match[str], records: Records) -> bool:
    before = message[: hit.start()].rstrip().lower()
    return before.endswith(("order", "#", "order no", "order number")) or records.is_order(hit.group())


def places(message: str, records: Records) -> Iterator[Span]:
    """Locations and suppliers by name."""
    for sort, places in ((Sort.LOCATION, records.names.locations), (Sort.SUPPLIER, records.names.suppliers)):
        for found in places.find(message):
            yield _span(message, sort, found)


_PAIR: Final = re.compile(r"(?<![\w@.<'-])(?=(?P<first>[^\W\d_]{2,}) (?P<last>[^\W\d_][\w'-]+)(?![\w@<]))")


def people(message: str, records: Records) -> Iterator[Span]:
    """Customers of this store by first and last name; common words that stand side by side are not asked about."""
    for hit in _PAIR.finditer(message):
        first, last = hit["first"], hit["last"].removesuffix("'s")
        common = [word.lower() in ORDINARY for word in (first, last)]
        capital = first[0].isupper() and last[0].isupper()
        if all(common) or (any(common) and not capital) or not records.is_customer(f"{first} {last}"):
            continue
        end = hit.start("last") + len(last)
        yield hit.start(), end, Mention(Sort.CUSTOMER, f"{first} {last}", message[hit.start() : end])


def titles(message: str, records: Records) -> Iterator[Span]:
    """Products by title."""
    for found in records.names.titles.find(message):
        yield _span(message, Sort.SKU, found)


def _span(message: str, sort: Sort, found: Found) -> Span:
    choices = found.ids if len(found.ids) > 1 else ()
    said = message[found.start : found.end]
    return found.start, found.end, Mention(sort, found.ids[0], said, choices=choices)


def orders(message: str, records: Records) -> Iterator[Span]:
    """Orders by a # or the word before the number."""
    for pattern in (_HASH, _ORDER_WORD):
        for hit in pattern.finditer(message):
            counted = pattern is _ORDER_WORD and _counts_goods(message, hit.end())
            if counted and _THE.match(message, hit.end()) and records.is_order(hit.group(1)):
                counted = False  # "on order 1042 the customer wants ..."
            if not counted:
                yield hit.start(1), hit.end(1), _order(hit.group(1), records)


_ENDS_A_CARD: Final = re.compile(r"\b(?:ending|ends|end)(?: (?:in|with|on))? #?$", re.IGNORECASE)


def bare_orders(message: str, records: Records) -> Iterator[Span]:
    """Numbers without a word before them that are orders of this store ('refund 1042')."""
    for hit in INTEGER.finditer(message):
        number = hit.group("n")
        if (
            len(number) < _SHORTEST_ORDER
            or _counts_goods(message, hit.end())
            or _ENDS_A_CARD.search(message[: hit.start("n")])
        ):
            continue
        nothing_counted = "<" not in message and number.isdigit() and len(number) >= _LONG
        if nothing_counted or records.is_order(number):
            yield hit.start("n"), hit.end("n"), _order(number, records)


def _order(number: str, records: Records) -> Mention:
    return Mention(Sort.ORDER, number, f"#{number}", records.is_order(number))


def _counts_goods(message: str, end: int) -> bool:
    """Whether the number that ends here counts goods: a product, or 'x', 'of', 'pieces' follows."""
    rest = message[end:]
    filler = _COUNTED.match(rest)
    return filler is not None and (filler.group().strip() != "" or rest[filler.end() :].startswith("<"))


def codes(message: str, records: Records) -> Iterator[Span]:
    """Tracking numbers, and codes that look like SKUs but are none of this store."""
    for hit in _CODE.finditer(message):
        code = hit.group()
        letters, digits = sum(map(str.isalpha, code)), sum(map(str.isdigit, code))
        if digits and len(code) > 7 and records.is_tracking(code):
            yield hit.start(), hit.end(), Mention(Sort.TRACKING, code, code)
        elif _EXCHANGE.fullmatch(code):
            continue
        elif letters > 1 and digits and len(code) > 4 and ("-" in code or code.isupper()):
            yield hit.start(), hit.end(), Mention(Sort.SKU, code, code, known=False)
