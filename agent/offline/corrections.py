"""What an operator takes back while speaking: "10 GBP, no, make that 15", "from Leeds, I mean Bristol", "12 not 15".

The corrected message is one in which only what holds is said. Where it is not clear what takes the place of what,
the message is left as it is and in doubt: nothing that it asks for may be changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agent.offline.mentions import Mention, Sort, Tagged
from agent.offline.requests import TAG

FIGURES: Final = frozenset({Sort.NUMBER, Sort.MONEY, Sort.PERCENT})
_RECORDS: Final = frozenset(
    {
        Sort.SKU,
        Sort.LOCATION,
        Sort.SUPPLIER,
        Sort.ORDER,
        Sort.PURCHASE_ORDER,
        Sort.CUSTOMER,
        Sort.TICKET,
        Sort.PERIOD,
    }
)
_BREAK: Final = r"(?:\s*(?:[,;:.!(]|\s-+\s|\.{2,})+\s*)"
_WORD: Final = (
    r"(?:no wait|no sorry|wait no|wait|hang on|hold on|sorry|pardon|oops|whoops|correction|or rather|no rather|"
    r"i mean|i meant|i should say|i should have said|make (?:it|that)|(?:scratch|strike) that|my mistake|typo|"
    r"actually(?! (?:is|are|was|were|have|has|had)\b)|ehm?|erm?|um|uh)"
)
_SIGN: Final = rf"(?:(?:{_BREAK}|\s+)(?P<word>{_WORD})\b|{_BREAK}(?:no|nope|not|rather|better)\b(?!\s*<[^>]*>\s*(?:but|\.))|(?<=>)\s+no\b(?=\s+<))"
_FILL: Final = (
    r"(?:[\s,;:.!()#-]|\b(?:no|nope|wait|sorry|it|it's|that|that's|i|mean|meant|make|let's|say|should|is|be|to be|to|the|order|"
    r"customer|from|in|into|at|by|only|just|rather|better|actually|correction|please|number|of course|was|were)\b)"
)
_PUT_RIGHT: Final = re.compile(rf"{_SIGN}{_FILL}*?(?=<)", re.IGNORECASE)
_PLACE: Final = r"(?:the|at|from|in|to|into|by|for|on|order|customer|be|just|only|a|#)"
_NOT: Final = re.compile(
    rf"(?P<lead>\s*,?\s*\b(?:and |but )?(?:not|instead of|rather than|in place of)(?: {_PLACE})* ?#? ?)(?=<)"
    r"(?P<tag><\w+>)(?P<but>\s*,?\s*but\b)?",
    re.IGNORECASE,
)
_FROM_TO: Final = re.compile(
    r"\s*\bfrom (?P<old><(?:money|number)>) (?=(?:(?:up|down|back) )?to <(?:money|number)>)",
    re.IGNORECASE,
)
_ALL_OR_HALF: Final = re.compile(
    rf"<(?:money|number|percent)>.*(?:{_BREAK}|\s)(?:{_WORD}|no)\b(?:{_FILL})*(?:half|everything|all of it|in full|the whole|the lot|full)\b",
    re.IGNORECASE,
)
_TAKEN_BACK: Final = re.compile(
    r"\b(?:scratch that|strike that|never ?mind|forget (?:it|that)|on second thoughts?|no wait|wait,? no|i take that back|"
    r"actually,? (?:no|don't|do not|not|leave|keep)|no,? (?:leave|don't|do not|stop|keep))\b"
    rf"|{_BREAK}(?:no|nope|sorry|wait|actually|i mean)\b[\s,]+(?:the |to be |make it |should be )*"
    r"(?:other way|vice versa|reversed?|higher|lower|up|down|more|fewer|less|cheaper|dearer)\b"
    rf"|{_BREAK}(?:no|nope|wait|hang on|hold on|i mean)\b[\s,]+(?:please |just |rather )?"
    r"(?:raise|lower|increase|reduce|decrease|cut|drop|put|take|add|remove|move|transfer|send|order|refund|cancel|give|set|change)\b",
    re.IGNORECASE,
)
_ABOUT_COUNT: Final = re.compile(r"\b(?:system|books?|shows|says|count\w*|on hand|stock)\b", re.IGNORECASE)
_STANDS_ALONE: Final = re.compile(
    r"^\s*(?:$|[,.;!)]|(?:please|instead|then|now|credit|thanks|thank|back|off|for|to|on|of order|because)\b)",
    re.IGNORECASE,
)
"""After a bare number that stands for money."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it is meant; `doubt` names what was corrected unclearly, empty where all is clear."""

    message: Tagged
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mention and where its tag stands."""

    mention: Mention
    start: int
    end: int


def heard(message: Tagged) -> Heard:
    """The message with what was taken back left out and what was put right in its place."""
    text = message.text
    if _ALL_OR_HALF.search(text):
        return Heard(message, "which amount holds")
    for step in (_without_old, _without_denied, _put_right):
        told = step(message)
        if told.doubt:
            return told
        message = told.message
    return Heard(message, "what still holds" if _taken_back(message.text) else "")


def _taken_back(text: str) -> bool:
    """Whether words are left that take something back, and do not tell what holds instead."""
    return any("<" in text[: hit.start()] for hit in _TAKEN_BACK.finditer(text))


def _placed(message: Tagged) -> list[_Placed]:
    return [
        _Placed(mention, hit.start(), hit.end())
        for hit, mention in zip(TAG.finditer(message.text), message.mentions, strict=False)
    ]


def _without_old(message: Tagged) -> Heard:
    """The old figure is left out: "from 10 to 12" tells a new one."""
    hit = _FROM_TO.search(message.text)
    if hit is None:
        return Heard(message)
    return Heard(_cut(message, hit.start(), hit.end(), " "))


def _without_denied(message: Tagged) -> Heard:
    """What is denied is left out: "12 not 15" and "not 15 but 12" are 12; only denied, it is open what holds."""
    start = 0
    while (hit := _NOT.search(message.text, start)) is not None:
        places = _placed(message)
        denied = next(one for one in places if one.start == hit.start("tag"))
        if denied.mention.sort not in FIGURES | _RECORDS:
            start = hit.end()
            continue
        others = [one for one in places if one is not denied and _alike(denied.mention, one.mention)]
        if denied.mention.sort is Sort.SKU:
            if hit.group("but") or not others:
                return Heard(message, f"whether {denied.mention.said.strip()} is meant")
            start = hit.end()  # an exchange names what is not wanted any more
            continue
        if not others:
            return Heard(message, f"what is meant instead of {denied.mention.said.strip()}")
        message = _cut(message, hit.start(), hit.end(), " ")
        start = hit.start()
    return Heard(message)


def _put_right(message: Tagged) -> Heard:
    """What holds takes the place of what does not, where only one thing said before can be meant."""
    at = 0
    while (hit := _PUT_RIGHT.search(message.text, at)) is not None:
        places = _placed(message)
        new = next((one for one in places if one.start == hit.end()), None)
        before = [one for one in places if one.end <= hit.start()]
        at = hit.end()
        if new is None or not before or new.mention.sort not in FIGURES | _RECORDS:
            continue
        if (hit["word"] or "").lower() == "actually" and _ABOUT_COUNT.search(message.text):
            continue
        told = _replaced(message, hit, new, before)
        if told is None:
            continue
        if told.doubt:
            return told
        message, at = told.message, hit.start()
    return Heard(message)


def _replaced(message: Tagged, hit: re.Match[str], new: _Placed, before: list[_Placed]) -> Heard | None:
    """The message with the new mention in the place of the old one; None where nothing is corrected."""
    old = _meant(message, hit, new, before)
    if old is None:
        return None
    after = [one for one in _placed(message) if one.start > new.start]
    again = any(_alike(one.mention, each.mention) for one in after for each in before)
    if isinstance(old, str) or again:
        return Heard(message, old if isinstance(old, str) else "what was corrected")
    put = new.mention
    if put.sort is Sort.PERIOD and bool(_SPAN.search(old.mention.said)) != bool(_SPAN.search(put.said)):
        return Heard(message, "from when to when")
    if put.sort is Sort.NUMBER and old.mention.sort is not Sort.NUMBER:
        if not _STANDS_ALONE.match(message.text[new.end :]):
            return Heard(message, "what the second figure means")
        put = Mention(old.mention.sort, put.value, put.said, currency=old.mention.currency)
    if put.sort is Sort.NUMBER and (old.mention.value[:1] in "+-") != (put.value[:1] in "+-"):
        return Heard(message, "whether it is more or fewer")
    cut = _cut(message, hit.start(), new.end, " ")
    return Heard(_put_at(cut, old, put))


def _meant(message: Tagged, hit: re.Match[str], new: _Placed, before: list[_Placed]) -> _Placed | str | None:
    """The one that is corrected; words where it may be several; None where nothing like it was said before."""
    same = [one for one in before if one.mention.sort is new.mention.sort]
    alike = same or [one for one in before if _alike(one.mention, new.mention)]
    if not alike:
        unknown = new.mention.sort is Sort.NUMBER and len(new.mention.value) > _SHORT
        named = unknown and any(one.mention.sort is Sort.ORDER for one in before)
        return "which order is meant" if named else None
    figures = [one for one in before if one.mention.sort in FIGURES]
    if new.mention.sort is Sort.NUMBER and len(figures) > 1:
        return "which figure is corrected"
    if len(alike) == 1:
        return alike[0]
    word = re.search(r"\b(from|to|into)\b[^<]*$", message.text[hit.start() : new.start], re.IGNORECASE)
    led = [
        one
        for one in alike
        if word and re.search(rf"\b{word[1]} (?:the |our )?$", message.text[: one.start], re.IGNORECASE)
    ]
    return led[0] if len(led) == 1 else "which of them is corrected"


_SPAN: Final = re.compile(r"\b(?:to|until|till|through)\b|\d\s*-\s*\d", re.IGNORECASE)
"""What tells two days."""
_SHORT: Final = 2
"""A number of more digits may be an order that this store does not have."""


def _alike(one: Mention, other: Mention) -> bool:
    return one.sort is other.sort or {one.sort, other.sort} <= FIGURES


def _cut(message: Tagged, start: int, end: int, instead: str) -> Tagged:
    """The message without a stretch of it, and without the mentions there."""
    kept = tuple(one.mention for one in _placed(message) if not start <= one.start < end)
    return Tagged(f"{message.text[:start]}{instead}{message.text[end:]}", kept)


def _put_at(message: Tagged, old: _Placed, new: Mention) -> Tagged:
    """The message with another mention where the old one stands."""
    number = sum(one.start < old.start for one in _placed(message))
    mentions = (*message.mentions[:number], new, *message.mentions[number + 1 :])
    return Tagged(f"{message.text[: old.start]}<{new.sort}>{message.text[old.end :]}", mentions)
