"""Amounts, percentages, numbers and stretches of days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agent.offline.mention import INTEGER, Mention, Records, Sort, Span
from agent.offline.periods import PERIOD, days_of

_MONEY: Final = re.compile(
    r"(?P<sign>[£$€])\s?(?P<a>\d[\d,]*(?:\.\d+)?)"
    r"|(?<![\w.-])(?P<b>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>£|\$|€|gbp|eur|usd|pounds?|quid|euros?|dollars?)(?!\w)"
    r"|\b(?P<code>gbp|eur|usd)\s?(?P<c>\d[\d,]*(?:\.\d+)?)"
    r"|(?<![\w.-])(?P<pence>\d+)\s?(?:p|pence)\b",
    re.IGNORECASE,
)
_CURRENCY: Final = {"£": "GBP", "g": "GBP", "p": "GBP", "q": "GBP", "$": "USD", "u": "USD", "d": "USD"}
PERCENT: Final = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?(?:%|percent\b|per\s?cent\b|pct\b)", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*\.\d+(?![\w.]*\w)")
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


def _money(hit: re.Match[str]) -> str:
    if hit.group("pence"):
        return f"{int(hit.group('pence')) / 100:.2f}"
    return (hit.group("a") or hit.group("b") or hit.group("c")).replace(",", "")


def amounts(message: str, _records: Records) -> Iterator[Span]:
    """Amounts of money with a sign, a unit or a code."""
    for hit in _MONEY.finditer(message):
        mark = (hit.group("sign") or hit.group("unit") or hit.group("code") or "p")[0].lower()
        currency = "EUR" if mark in "€e" else _CURRENCY[mark]
        yield hit.start(), hit.end(), Mention(Sort.MONEY, _money(hit), hit.group(), currency=currency)


def periods(message: str, _records: Records) -> Iterator[Span]:
    """Stretches of days."""
    for hit in PERIOD.finditer(message):
        yield hit.start(), hit.end(), Mention(Sort.PERIOD, days_of(hit.group()), hit.group())


def numbers(message: str, _records: Records) -> Iterator[Span]:
    """Numbers that nothing else has claimed."""
    for hit in _DECIMAL.finditer(message):
        yield hit.start(), hit.end(), Mention(Sort.MONEY, hit.group().replace(",", ""), hit.group())
    for hit in INTEGER.finditer(message):
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
