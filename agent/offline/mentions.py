"""Links what a message mentions to records of the store, before anything is understood.

The message is turned into a *tagged* text in which each mention is a tag: ``move 5 MUG-BLU from Leeds to
Bristol`` becomes ``move <number> <sku> from <location> to <location>``. Patterns are written over tagged
text, so no pattern ever meets a name, and the words of a note (tag ``<words>``) can never be a request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from agent.offline.names import Found, StoreNames, is_telling
from agent.offline.periods import PERIOD, days_of
from agent.offline.spelling import plain


class Sort(StrEnum):
    """What a mention is; the value is its tag in tagged text."""

    SKU = "sku"
    LOCATION = "location"
    SUPPLIER = "supplier"
    ORDER = "order_id"
    PURCHASE_ORDER = "po_id"
    CUSTOMER = "customer_id"
    ACTION = "action_id"
    TICKET = "ticket_id"
    TRACKING = "tracking_id"
    MONEY = "money"
    PERCENT = "percent"
    NUMBER = "number"
    PERIOD = "period"
    WORDS = "words"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention: `value` is the record's id (or the number, amount, days), `said` the operator's words.

    `choices` lists the records it may mean when it is not clear; `known` is False when nothing in the
    store is called so.
    """

    sort: Sort
    value: str
    said: str
    known: bool = True
    choices: tuple[str, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A message with its mentions replaced by tags, in the order of the tags."""

    text: str
    mentions: tuple[Mention, ...]


class Records(Protocol):
    """What linking asks the store: names from an index, numbers one by one."""

    @property
    def names(self) -> StoreNames:
        """SKUs, titles, locations and suppliers."""

    def is_order(self, number: str) -> bool:
        """Whether a customer's order has this number."""

    def is_purchase_order(self, number: str) -> bool:
        """Whether a purchase order has this id."""

    def is_tracking(self, number: str) -> bool:
        """Whether a parcel carries this tracking number."""

    def is_customer(self, name: str) -> bool:
        """Whether a customer has exactly this name."""


Span = tuple[int, int, Mention]
_Finder = Callable[[str, Records], Iterator[Span]]

_QUOTED: Final = re.compile(r'"([^"]{2,})"|(?<!\w)\'([^\']{3,})\'(?!\w)')
_NOTE_BODY: Final = re.compile(
    r"\b(?:notes?|comment|remark|memo|notiz)\b[^:\n.?!]{0,60}?(?::|\bsaying(?:\s+that)?\b|\bthat\s+says\b|"
    r"\bto\s+say(?:\s+that)?\b|\bthat\s+(?!order|says)|\s-\s)\s*(?P<a>.+)"
    r"|\b(?:write|jot|put|note)\s+(?:it\s+)?down\b[^:\n]{0,40}?(?:\bthat\s|:)\s*(?P<b>.+)"
    r"|\bnote\s+(?:for|on|to)\s+(?:order\s+)?#?\w+\s*,\s*(?P<c>.+)"
    r"|\b(?:log|record|mark|jot|write|note|mention|add|put|state)\s+(?:it\s+)?(?:on|against|to|in|for|at|under)\s+(?:the\s+)?(?:order\s+)?#?\d+\s*"
    r"(?::|,?\s*\bthat\b)\s*(?P<d>.+)",
    re.IGNORECASE | re.DOTALL,
)
_REPLY_BODY: Final = re.compile(
    r"\b(?:reply|answer|response)\b[^:\n]{0,40}\bT-\d+\s*(?::|,?\s*\b(?:saying(?:\s+that)?|that\s+says)\b)\s*(?P<body>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS: Final = re.compile(
    r"\baddress\b[^:\n?]{0,60}?(?::|\bto\b|\bis(?:\s+now)?\b)\s*(?P<body>(?=[^\n?]*,)(?=[^\n?]*\d)[^\n?]+?)"
    r"(?=[\s.,]*(?:,?\s*please)?[\s.!]*$|\s+(?:for|of|on)\s+(?:the\s+)?(?:order|customer|#))",
    re.IGNORECASE,
)
"""An address is taken over letter for letter: no place, number or slip in it is made anything else."""
_BODY_END: Final = re.compile(
    r"(?:[.!?;]\s+|,\s*|\s+)(?=(?:and\s+)?(?:also|then|after that|afterwards|next)[,\s])"
    r"|[.!;]\s+(?=(?:please|pls|can|could|what|how|show|list|where|who|when|which|check|refund|cancel|track)\b)",
    re.IGNORECASE,
)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ACTION: Final = re.compile(r"\bact_[0-9a-z]{4,}\b|(?<![\w-])A-\d+\b|\bapproval\s+#?(\d+)\b", re.IGNORECASE)
_PO: Final = re.compile(
    r"(?<![\w-])P\.?O\.?s?[\s#:-]*(?:no\.?|number|nr\.?)?\s*#?(\d[\w-]*)"
    r"|\bpurchase\s+order\s*(?:no\.?|number|nr\.?)?\s*#?\s*(\d[\w-]*)",
    re.IGNORECASE,
)
_TICKET: Final = re.compile(r"(?<![\w-])(?:T|RMA)-\d+\b", re.IGNORECASE)
_CUSTOMER_ID: Final = re.compile(r"(?<![\w-])C-\d+\b", re.IGNORECASE)
_MONEY: Final = re.compile(
    r"(?P<sign>[£$€])\s?(?P<a>\d[\d,]*(?:\.\d+)?)"
    r"|(?<![\w.-])(?P<b>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>£|\$|€|gbp|eur|usd|pounds?|quid|euros?|dollars?)(?!\w)"
    r"|\b(?P<code>gbp|eur|usd)\s?(?P<c>\d[\d,]*(?:\.\d+)?)"
    r"|(?<![\w.-])(?P<pence>\d+)\s?(?:p|pence)\b",
    re.IGNORECASE,
)
_CURRENCY: Final = {"£": "GBP", "g": "GBP", "p": "GBP", "q": "GBP", "$": "USD", "u": "USD", "d": "USD"}
_PERCENT: Final = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?(?:%|percent\b|per\s?cent\b|pct\b)", re.IGNORECASE)
_HASH: Final = re.compile(r"#\s?([A-Za-z]{0,4}-?\d[\w-]*)")
_ORDER_WORD: Final = re.compile(
    r"\bord(?:er|ers|r|re|\.)?\s*(?:no\.?|nr\.?|number|num|id)?\s*[:#]?\s*(\d{3,}[\w-]*)", re.IGNORECASE
)
_CODE: Final = re.compile(r"(?<![\w@.-])[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*(?![\w@])")
_DECIMAL: Final = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*\.\d+(?![\w.]*\w)")
_INTEGER: Final = re.compile(
    r"(?<![\w.,#-])(?:x\s?)?(?P<n>[+-]?\d+(?:,\d{3})*)(?:\s?[x×](?=\s|$))?(?![\w.]*\w)"
)
_NUMBER_WORDS: Final = {
    **{
        word: n
        for n, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)
    },
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "hundred": 100,
    "thousand": 1000,
    "dozen": 12,
}
_NUMBER_WORD: Final = re.compile(
    rf"\b(?:half\s+a\s+dozen|a\s+couple(?:\s+of)?|a\s+(?:dozen|hundred|thousand)|"
    rf"(?:one|single)(?=\s+(?:of\s+|unit|piece|more\b|<|box|pound))|{'|'.join(_NUMBER_WORDS)})\b",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(
    r"\s*[x×]?\s*(?:(?:of|more|extra|units?|pieces?|pcs|damaged|broken|the|our|those|additional|new|faulty)\s+)*"
)


_SHORTEST_ORDER: Final = 3
_LONG: Final = 6
"""A number of so many digits in talk without a product is an order, even if this store has none such."""


def tag(text: str, records: Records, *, home: str = "GBP") -> Tagged:
    """Link the mentions of a message; `home` is the currency of amounts without a sign."""
    message = plain(text)
    spans: list[Span] = []
    for find in _FINDERS:
        masked = _masked(message, spans)
        for start, end, mention in find(masked, records):
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


def _quotes(message: str, records: Records) -> Iterator[Span]:
    """Quoted words, unless they are the name of something."""
    for hit in _QUOTED.finditer(message):
        said = hit.group(1) or hit.group(2)
        if records.names.sku(said) is None and not records.names.titles.find(said):
            yield hit.start(), hit.end(), Mention(Sort.WORDS, said.strip(), hit.group())


def _note_bodies(message: str, _records: Records) -> Iterator[Span]:
    hit = _NOTE_BODY.search(message)
    if hit is None:
        return
    group = next(name for name in ("a", "b", "c", "d") if hit.group(name) is not None)
    start, body = hit.start(group), hit.group(group)
    if "\x00" in body[:2]:  # the body is a quotation that is linked already
        return
    stop = _BODY_END.search(body)
    body = (body[: stop.start()] if stop else body).rstrip()
    if body:
        yield start, start + len(body), Mention(Sort.WORDS, body.strip(" ."), body)


def _whole_body(pattern: re.Pattern[str], sort: Sort) -> _Finder:
    """Words that are taken over as they stand, unless a part of them is linked already."""

    def find(message: str, _records: Records) -> Iterator[Span]:
        hit = pattern.search(message)
        if hit is not None and "\x00" not in hit.group("body"):
            yield (
                hit.start("body"),
                hit.end("body"),
                Mention(sort, hit.group("body").strip(), hit.group("body")),
            )

    return find


def _pattern(pattern: re.Pattern[str], sort: Sort, form: Callable[[re.Match[str]], str]) -> _Finder:
    def find(message: str, _records: Records) -> Iterator[Span]:
        for hit in pattern.finditer(message):
            yield hit.start(), hit.end(), Mention(sort, form(hit), hit.group())

    return find


def _action_id(hit: re.Match[str]) -> str:
    if hit.group(1):
        return f"A-{hit.group(1)}"
    said = hit.group()
    return said.lower() if said.lower().startswith("act_") else said.upper()


def _purchase_orders(message: str, records: Records) -> Iterator[Span]:
    for hit in _PO.finditer(message):
        number = hit.group(1) or hit.group(2)
        value = f"PO-{number}".upper()
        yield (
            hit.start(),
            hit.end(),
            Mention(Sort.PURCHASE_ORDER, value, hit.group(), records.is_purchase_order(value)),
        )


def _money(hit: re.Match[str]) -> str:
    if hit.group("pence"):
        return f"{int(hit.group('pence')) / 100:.2f}"
    return (hit.group("a") or hit.group("b") or hit.group("c")).replace(",", "")


def _amounts(message: str, _records: Records) -> Iterator[Span]:
    for hit in _MONEY.finditer(message):
        mark = (hit.group("sign") or hit.group("unit") or hit.group("code") or "p")[0].lower()
        currency = "EUR" if mark in "€e" else _CURRENCY[mark]
        yield hit.start(), hit.end(), Mention(Sort.MONEY, _money(hit), hit.group(), currency=currency)


def _known_codes(message: str, records: Records) -> Iterator[Span]:
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


def _places(message: str, records: Records) -> Iterator[Span]:
    for sort, places in ((Sort.LOCATION, records.names.locations), (Sort.SUPPLIER, records.names.suppliers)):
        for found in places.find(message):
            yield _span(message, sort, found)


def _titles(message: str, records: Records) -> Iterator[Span]:
    for found in records.names.titles.find(message):
        yield _span(message, Sort.SKU, found)


def _span(message: str, sort: Sort, found: Found) -> Span:
    choices = found.ids if len(found.ids) > 1 else ()
    said = message[found.start : found.end]
    return found.start, found.end, Mention(sort, found.ids[0], said, choices=choices)


def _orders(message: str, records: Records) -> Iterator[Span]:
    for pattern in (_HASH, _ORDER_WORD):
        for hit in pattern.finditer(message):
            counted = pattern is _ORDER_WORD and _counts_goods(message, hit.end())
            if not counted:
                yield hit.start(1), hit.end(1), _order(hit.group(1), records)


def _bare_orders(message: str, records: Records) -> Iterator[Span]:
    """Numbers without a word before them that are orders of this store ('refund 1042')."""
    for hit in _INTEGER.finditer(message):
        number = hit.group("n")
        if len(number) < _SHORTEST_ORDER or _counts_goods(message, hit.end()):
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


def _codes(message: str, records: Records) -> Iterator[Span]:
    """Tracking numbers, and codes that look like SKUs but are none of this store."""
    for hit in _CODE.finditer(message):
        code = hit.group()
        letters, digits = sum(map(str.isalpha, code)), sum(map(str.isdigit, code))
        if digits and len(code) > 7 and records.is_tracking(code):
            yield hit.start(), hit.end(), Mention(Sort.TRACKING, code, code)
        elif letters > 1 and digits and len(code) > 4 and ("-" in code or code.isupper()):
            yield hit.start(), hit.end(), Mention(Sort.SKU, code, code, known=False)


def _periods(message: str, _records: Records) -> Iterator[Span]:
    for hit in PERIOD.finditer(message):
        yield hit.start(), hit.end(), Mention(Sort.PERIOD, days_of(hit.group()), hit.group())


def _numbers(message: str, _records: Records) -> Iterator[Span]:
    for hit in _DECIMAL.finditer(message):
        yield hit.start(), hit.end(), Mention(Sort.MONEY, hit.group().replace(",", ""), hit.group())
    for hit in _INTEGER.finditer(message):
        value = hit.group("n").replace(",", "")
        yield hit.start(), hit.end(), Mention(Sort.NUMBER, value, hit.group())
    for hit in _NUMBER_WORD.finditer(message):
        yield hit.start(), hit.end(), Mention(Sort.NUMBER, _number_word(hit.group().lower()), hit.group())


def _number_word(words: str) -> str:
    """The number that words tell.

    >>> [_number_word(words) for words in ("half a dozen", "a couple of", "seven", "one")]
    ['6', '2', '7', '1']
    """
    if "half" in words:
        return "6"
    if "couple" in words:
        return "2"
    return str(_NUMBER_WORDS.get(words.removeprefix("a "), 1))


_FINDERS: Final[tuple[_Finder, ...]] = (
    _quotes,
    _note_bodies,
    _whole_body(_REPLY_BODY, Sort.WORDS),
    _whole_body(_ADDRESS, Sort.ADDRESS),
    _pattern(_EMAIL, Sort.CUSTOMER, lambda hit: hit.group().lower()),
    _pattern(_ACTION, Sort.ACTION, _action_id),
    _purchase_orders,
    _pattern(_TICKET, Sort.TICKET, lambda hit: hit.group().upper()),
    _pattern(_CUSTOMER_ID, Sort.CUSTOMER, lambda hit: hit.group().upper()),
    _known_codes,
    _amounts,
    _pattern(_PERCENT, Sort.PERCENT, lambda hit: hit.group(1)),
    _places,
    _titles,
    _orders,
    _periods,
    _bare_orders,
    _codes,
    _numbers,
)
