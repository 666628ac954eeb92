"""What kind of answer a question asks for, and whether a passage has one of that kind.

"How heavy is the casserole" asks for a mass, "who is the area manager" for a person, "when was the shop
opened" for a date. A passage about casseroles in which no mass stands cannot answer the first, however near
it is. And no guide knows what only the books know: what is on hand right now, what was sold yesterday,
where order 1042 is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tools.knowledge.words import words_of

_SMALL: Final = (
    "half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    "|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|ninety|hundred|thousand|dozen"
)
_NUMBER: Final = rf"(?:\d[\d.,]*|\b(?:{_SMALL})\b)"
_UNIT: Final = r"(?:second|minute|hour|day|night|week|fortnight|month|quarter|season|year)s?"
_SPAN: Final = (
    rf"{_NUMBER}[\s-]*(?:\w+\s)?{_UNIT}\b|\b(?:same|next|working)\s(?:\w+\s)?day|\bat once|overnight|lifetime"
    rf"|\b(?:once|twice|each|every|per|an?)\s{_UNIT}\b"
)
_OFTEN: Final = rf"{_SPAN}|\b(?:once|twice|each|every|always|never|monthly|weekly|daily|yearly)\b"
_MONEY: Final = (
    r"[£$€%]|\b(?:gbp|usd|eur|jpy|pounds?|dollars?|euros?|pence|free|half price|at cost|cheaper|dearer)\b"
)
_MONTHS: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|christmas|easter|spring|summer|autumn|winter"
)
_DATE: Final = (
    rf"\b(?:\d+\s)?(?:{_MONTHS})\b|\d{{4}}-\d\d-\d\d|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
)
_CLOCK: Final = r"\d{1,2}:\d\d|\b\d{1,2}\s?(?:am|pm)\b|\bat\s\d{1,2}\b|\bnoon\b|\bo'clock\b|opening times"
_WHEN: Final = rf"{_DATE}|{_CLOCK}|{_SPAN}|\b(?:before|after|until|when|once|as soon as|over)\b"
_MASS: Final = r"\d\s?(?:kg|kilos?|g|grams?|lbs?|oz|ounces?|tons?|tonnes?)\b"
_LENGTH: Final = (
    r"\d\s?(?:mm|cm|m|metres?|meters?|inch(?:es)?|in|ft|feet|miles?|km|litres?|liters?|ml|l)\b|\bsizes?\b"
)
_HEAT: Final = r"°|\bdegrees?\b|\d\s?[cf]\b|\bhot\b|\bfreezing\b"
_YEAR: Final = r"\b(?:19|20)\d\d\b"
_REACH: Final = r"\d[\d\s-]{6,}\d|\S+@\S+|www\.|https?://"
_COLOUR: Final = (
    r"\b(?:black|white|red|green|blue|yellow|orange|brown|grey|gray|pink|purple|cream|sage|navy|silver|gold"
    r")\b"
)
_PEOPLE: Final = (
    r"\b(?:managers?|leads?|leaders?|officers?|finance|people|persons?|staff|customers?|buyers?|makers?"
    r"|suppliers?|electricians?|specialists?|carriers?|mechanics?|marshal|agents?|auditors?|police|owners?"
    r"|parents?|adults?|holders?|witness|we|us|they|you|nobody|somebody|assistant|members?|schools?|hotels?)\b"
)
_NAMED: Final = r"\b(?:mr|mrs|ms|dr)\.?\s|\bnamed\b|\bcalled\b|\bcontact:"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of answer: how it is asked for, and what it looks like in a passage."""

    asked: re.Pattern[str]
    there: re.Pattern[str]


def _kind(asked: str, there: str) -> _Kind:
    return _Kind(re.compile(asked), re.compile(there))


_HOW: Final = r"\bhow\s"
_WHAT: Final = r"\b(?:what|which|whats|what's)\b"
_ROLE: Final = (
    r"(?:manager|lead|leader|officer|director|chief|boss|head|owner|founder|accountant|chef|minister|president"
    r"|ceo|cleaner|driver|contact)"
)

_KINDS: Final = (
    _kind(
        r"\b(?:phone|telephone|fax|mobile|vat|iban|extension)\s?(?:number|no)\b|\bnumber (?:of|for) the\b"
        r"|\be-?mail address of\b|\bwhat(?:'s|s| is)\b.{0,40}\be-?mail\b"
        r"|\b(?:web ?site|web page|url|hashtags?)\b",
        _REACH,
    ),
    _kind(r"\b(?:password|pin|login)\b", r"\b(?:password|pin|login)\b"),
    _kind(rf"\bwho(?:'s|\sis|\sare|\swas|\swere)?\s(?:our|the|your|my)\s(?:\w+\s){{0,2}}{_ROLE}\b", _NAMED),
    _kind(rf"{_WHAT}(?:\sis|\sare|\swas)?\s(?:the\s)?(?:full\s|first\s)?names?\b", _NAMED),
    _kind(r"\bwho\s(?:founded|owns|won|wrote|designed|invented|started|built|discovered|earns)\b", _NAMED),
    _kind(rf"{_WHAT}\syear\b|{_HOW}old\b", _YEAR),
    _kind(rf"{_WHAT}\s(?:time|hour)\b|\bopening (?:hours|times)\b", _CLOCK),
    _kind(rf"{_WHAT}\s(?:date|day|month)s?\b", _WHEN),
    _kind(rf"{_HOW}heavy\b|\bweighs?\b|\bweight\b", _MASS),
    _kind(
        rf"{_HOW}(?:big|large|tall|wide|high|deep|thick|far|small)\b(?!.{{0,12}}\b(?:discount|refund|deposit|order"
        r"|share|sum))|\bdimensions?\b|\bcapacity\b|\bwhat sizes?\b",
        _LENGTH,
    ),
    _kind(rf"{_HOW}(?:hot|warm|cold)\b|\btemperatures?\b", _HEAT),
    _kind(rf"{_WHAT}\scolou?rs?\b", _COLOUR),
    _kind(rf"{_HOW}(?:often|frequently|regularly)\b|{_HOW}many times\b", _OFTEN),
    _kind(rf"{_HOW}(?:long|soon|quickly|quick|fast|late|early)\b", rf"{_SPAN}|{_CLOCK}|{_DATE}"),
    _kind(rf"{_HOW}(?:expensive|dear)\b|{_WHAT}.{{0,40}}\b(?:costs?|charges?|price|fee)\b", _MONEY),
    _kind(r"\b(?:percentage|per cent|percent|share of|rate of|interest)\b", r"%|per ?cent"),
    _kind(r"\bwho(?:se|m)?\b", _PEOPLE),
    _kind(r"\bwhen\b", _WHEN),
)

_COUNTED: Final = re.compile(rf"{_HOW}(many|much)\b\s*(.*)")
_VERB: Final = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had|fit|fits|go|goes|in|of|per"
    r"|for|to|we|i|you|they|it|came|come|comes|left|need|needs|at|a|an|the|until|from|on)\b"
)
_TIMES: Final = frozenset({"time", "tim", "second", "minut", "hour", "day", "night", "week", "month", "year"})
_NEAR_A_NUMBER: Final = 3
"""Words that may stand between a number and what it counts."""

_SAID: Final = re.compile(rf"{_NUMBER}|[a-z]+|%|£|\$|€")
_IS_NUMBER: Final = re.compile(rf"^{_NUMBER}$")


def lacks_answer(question: str, passages: Sequence[str]) -> bool:
    """Whether a question asks for a kind of answer that none of the passages has.

    >>> lacks_answer("how heavy is the casserole", ["Warm water and mild soap. Let it cool first."])
    True
    >>> lacks_answer("how many tins are in a case", ["Matcha comes in cases of 144 tins."])
    False
    >>> lacks_answer("can I soak it", ["No soaking."])
    False
    """
    has = _wanted(question.casefold())
    return has is not None and not any(has(one.casefold()) for one in passages)


def _wanted(asked: str) -> Callable[[str], bool] | None:
    counted = _COUNTED.search(asked)
    if counted and not re.search(rf"{_HOW}many times\b", asked):
        return _count_of(counted[1], counted[2])
    for kind in _KINDS:
        if kind.asked.search(asked):
            there = kind.there
            return lambda passage: bool(there.search(passage))
    return None


def _count_of(how: str, rest: str) -> Callable[[str], bool]:
    verb = _VERB.search(rest)
    things = set(words_of(rest[: verb.start()] if verb else rest)[:3])
    if things & _TIMES:
        return lambda passage: bool(re.search(_SPAN, passage))
    if how == "much" and (not things or things & {"money", "discount", "postag"}):
        return lambda passage: bool(re.search(_MONEY, passage))
    return lambda passage: _counts(things, passage)


def _counts(things: set[str], passage: str) -> bool:
    """Whether a number stands near one of some things."""
    said = _SAID.findall(passage)
    numbers = [place for place, word in enumerate(said) if _IS_NUMBER.match(word)]
    if not things:
        return bool(numbers)
    named = [place for place, word in enumerate(said) if things.intersection(words_of(word))]
    return any(abs(one - other) <= _NEAR_A_NUMBER for one in named for other in numbers)


_NOW: Final = re.compile(
    r"\b(?:right now|at the moment|currently|current (?:price|stock|balance|status)|at present|yesterday"
    r"|this (?:morning|afternoon|evening|month|quarter|year)|tonight|tomorrow|so far|on hand|are left"
    r"|last (?:night|week|month|quarter|year|season|spring|summer|autumn|winter)|still (?:open|waiting)"
    r"|waiting for my)\b"
)
_SINCE: Final = re.compile(r"\b(?:already|yet|ready|today|still here)\b")
_IS: Final = re.compile(r"^(?:is|are|was|were|has|have|had|did)\b")
_ASKS: Final = re.compile(
    r"^(?:and |so |please )*(?:how (?:many|much)|what(?:'s|s)?|which|who|where|when|is|are|was|were|has|have"
    r"|had|did)\b"
)
_RULE: Final = re.compile(
    r"\b(?:can|could|may|must|should|shall|would|will|does|allowed|supposed|need|if|what now|cheaper"
    r"|dearer)\b"
)
_RECORD: Final = re.compile(
    r"\b(?:orders?|tickets?|cards?|po|rma|invoices?|returns?|parcels?|bookings?|gc)\s?(?:no\.?|number)?[\s#-]*"
    r"(?:[a-z]{1,4}-?)?\d{3,}\b"
)


def asks_the_books(question: str) -> bool:
    """Whether a question asks how things stand now or stood then, which the books tell and no guide does.

    >>> asks_the_books("what did we sell yesterday"), asks_the_books("where is order 1042")
    (True, True)
    >>> asks_the_books("found it cheaper last week, do you match")
    False
    """
    asked = question.casefold()
    if _RULE.search(asked):
        return False
    if _RECORD.search(asked):
        return True
    return bool((_NOW.search(asked) and _ASKS.search(asked)) or (_SINCE.search(asked) and _IS.search(asked)))
