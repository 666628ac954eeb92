"""Words that are taken over as they stand: quotations, notes, replies, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agent.offline.mention import Finder, Mention, Records, Sort, Span

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
REPLY_BODY: Final = re.compile(
    r"\b(?:reply|answer|response|draft|respond|tell)\b[^:\n?]{0,40}\bT-\d+\s*(?::|,?\s*\b(?:saying(?:\s+that)?|that\s+says|with(?!\s+(?:an?|the)\b)|that)\b)\s*(?P<body>.+)"
    r"|\bT-\d+\s*[:,-]?\s*(?:please\s+)?(?:draft|reply|answer)\b[^:\n?]{0,20}(?::|\bsaying(?:\s+that)?\b|\bthat\b)\s*(?P<other>.+)"
    r"|^(?:please\s+|ok(?:ay)?,?\s+)?(?:save|keep|store)\b[^:\n?]{0,20}\b(?:reply|draft|answer|response)\b[^:\n?]{0,10}:\s*(?P<bare>.+)",
    re.IGNORECASE | re.DOTALL,
)
ADDRESS: Final = re.compile(
    r"\baddress\b[^:\n?]{0,60}?(?::|\bto\b|\bis(?:\s+now)?\b)\s*(?P<body>(?=[^\n?]*,)(?=[^\n?]*\d)[^\n?]+?)"
    r"(?=[\s.,]*(?:,?\s*please)?[\s.!]*$|\s+(?:for|of|on)\s+(?:the\s+)?(?:order|customer|#)"
    r"|,\s*(?:please|pls|can|could|update|change|correct|use|so|they|he|she|it|we|not|instead|thanks|thank|because|as|since)\b(?!\s*,))",
    re.IGNORECASE,
)
"""An address is taken over letter for letter: no place, number or slip in it is made anything else."""
_POSTCODE: Final = r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|(?:[A-Z]{1,2}-)?\d{4,6}(?: ?[A-Z]{2}|-\d{3,4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)"
PLAIN_ADDRESS: Final = re.compile(
    r"(?<![\w.,-])(?P<body>\d{1,5}[a-z]?(?:-\d+)? +[^\W\d][^,\d\n?;:]{2,60},(?: *[^,\n?;:]{2,40},){1,3}"
    rf" *{_POSTCODE}, *[^\W\d]+(?: [^\W\d]+){{0,3}}?)"
    r"(?=\s*(?:[.!?,;]|$|\b(?:instead|now|please|pls|thanks|thank|from|rather|and|then|for|as|not|because|since|so)\b))",
    re.IGNORECASE,
)
"""An address without the word: a number and a street, a town, a postcode and a country, parted by commas."""
_OF_SUPPLY: Final = re.compile(
    r"\s*(?:please\s+)?note\s*(?::|that\b|,)\s*(?:the\s+)?P\.?O[-\s]?\d", re.IGNORECASE
)
_FOR_PLANNING: Final = re.compile(
    r"\b(?:for|to|in) (?:the )?(?:plan|planner|planning|re-?ordering|buying plan)\b", re.IGNORECASE
)
_BODY_END: Final = re.compile(
    r"(?:[.!?;]\s+|,\s*|\s+)(?=(?:and\s+)?(?:also|then|after that|afterwards|next)[,\s])"
    r"|[.!;]\s+(?=(?:please|pls|can|could|what|how|show|list|where|who|when|which|check|refund|cancel|track)\b)",
    re.IGNORECASE,
)


def quotes(message: str, records: Records) -> Iterator[Span]:
    """Quoted words, unless they are the name of something."""
    for hit in _QUOTED.finditer(message):
        said = hit.group(1) or hit.group(2)
        if records.names.sku(said) is None and not records.names.titles.find(said):
            yield hit.start(), hit.end(), Mention(Sort.WORDS, said.strip(), hit.group())


def note_bodies(message: str, _records: Records) -> Iterator[Span]:
    """What a note is to say, up to the next request."""
    hit = _NOTE_BODY.search(message)
    if hit is None:
        return
    group = next(name for name in ("a", "b", "c", "d") if hit.group(name) is not None)
    start, body = hit.start(group), hit.group(group)
    if _OF_SUPPLY.match(message) and "order" not in message[:start].lower():
        return  # "please note: PO-77 is late" is no note to an order
    if "\x00" in body[:2]:  # the body is a quotation that is linked already
        return
    if _FOR_PLANNING.search(message[:start]):
        return  # "make a note for planning that ..." is no note to an order
    stop = _BODY_END.search(body)
    body = (body[: stop.start()] if stop else body).rstrip()
    if body:
        yield start, start + len(body), Mention(Sort.WORDS, body.strip(" ."), body)


def whole_body(pattern: re.Pattern[str], sort: Sort) -> Finder:
    """Words that are taken over as they stand, unless a part of them is linked already."""

    def find(message: str, _records: Records) -> Iterator[Span]:
        hit = pattern.search(message)
        if hit is None:
            return
        part = next(name for name, said in hit.groupdict().items() if said is not None)
        if "\x00" not in hit[part]:
            yield hit.start(part), hit.end(part), Mention(sort, hit[part].strip(), hit[part])

    return find
