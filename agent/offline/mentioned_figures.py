"""Amounts, percentages, numbers and stretches of days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agent.numbers_in_words import numbers_in_words
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
_PERCENT_SIGN: Final = re.compile(r"\s*(?:%|percent\b|per\s?cent\b|pct\b)", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*\.\d+(?![\w.]*\w)")
_COUNTED: Final = re.compile(r"\s+(?:of\s+|unit|piece|more\b|<|box|pound)", re.IGNORECASE)
"""What makes a count of "one": "one more", "one of them"."""
_OF: Final = re.compile(r"\s+of\b", re.IGNORECASE)
_SINGLE: Final = re.compile(r"\bsingle\b", re.IGNORECASE)


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


def percents(message: str, _records: Records) -> Iterator[Span]:
    """Percentages in figures and in words ("three per cent")."""
    for hit in PERCENT.finditer(message):
        yield hit.start(), hit.end(), Mention(Sort.PERCENT, hit.group(1), hit.group())
    for told in numbers_in_words(message):
        sign = _PERCENT_SIGN.match(message, told.end)
        if sign is not None:
            said = message[told.start : sign.end()]
            yield told.start, sign.end(), Mention(Sort.PERCENT, str(told.value), said)


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
    for told in numbers_in_words(message):
        end = told.end
        words = message[told.start : end].lower()
        if words.endswith("pair"):  # a pair of gloves is one thing
            continue
        if words.endswith("couple") and (of := _OF.match(message, end)):
            end = of.end()
        if told.value > 1 or _COUNTED.match(message, end):
            yield told.start, end, Mention(Sort.NUMBER, str(told.value), message[told.start : end])
    for hit in _SINGLE.finditer(message):
        if _COUNTED.match(message, hit.end()):
            yield hit.start(), hit.end(), Mention(Sort.NUMBER, "1", hit.group())
