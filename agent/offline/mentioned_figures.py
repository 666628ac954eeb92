"""Amounts, percentages, numbers and stretches of days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agent.numbers_in_words import numbers_in_words, value_of
from agent.offline.mention import INTEGER, Mention, Records, Sort, Span
from agent.offline.periods import PERIOD, days_of

_GROUPED: Final = r"\d{1,3}(?:,\d{3})+"
_FIGURE: Final = rf"(?:{_GROUPED}(?:\.\d{{1,2}})?|\d{{1,3}}(?:\.\d{{3}})+,\d\d|\d+(?:[.,]\d\d|\.\d)?)"
"""A sum as it is written: 1,250.00 or 1.250,00 or 12,50; one that can be read in two ways is no figure."""
_ENDS: Final = r"(?![\d]|[.,]\d)"
_MONEY: Final = re.compile(
    rf"(?<!-)(?P<sign>[£$€])\s?(?P<a>{_FIGURE}){_ENDS}(?!\w)"
    rf"|(?<![\w.,-])(?P<b>{_FIGURE})\s?(?P<unit>£|\$|€|gbp|eur|usd|pounds?|quid|euros?|dollars?)(?!\w)"
    rf"|\b(?P<code>gbp|eur|usd)\s?(?P<c>{_FIGURE}){_ENDS}(?!\w)"
    r"|(?<![\w.,-])(?P<pence>\d+)\s?(?:p|pence)\b",
    re.IGNORECASE,
)
_CURRENCY: Final = {"£": "GBP", "g": "GBP", "p": "GBP", "q": "GBP", "$": "USD", "u": "USD", "d": "USD"}
PERCENT: Final = re.compile(
    r"(?<![\w.,-])(?P<n>[+-]?\d+(?:[.,]\d{1,2}|\.\d+)?)\s?(?:%|percent\b|per\s?cent\b|pct\b)", re.IGNORECASE
)
_PERCENT_SIGN: Final = re.compile(r"\s*(?:%|percent\b|per\s?cent\b|pct\b)", re.IGNORECASE)
_DECIMAL: Final = re.compile(
    rf"(?<![\w.,-])(?:(?:{_GROUPED}|\d+)\.\d{{1,2}}|\d{{1,3}}(?:\.\d{{3}})+,\d\d|\d+,\d\d)(?![\w.]*\w|,\d)"
)
_COUNTED: Final = re.compile(r"\s+(?:of\s+|unit|piece|more\b|<|box|pound)", re.IGNORECASE)
"""What makes a count of "one": "one more", "one of them"."""
_TIMES: Final = re.compile(r"\s+((?:dozen|hundred|thousand))\b(?: of\b)?", re.IGNORECASE)
_SUMS: Final = re.compile(
    r"\ba (?P<unit>pound|quid|euro|dollar)\b(?! (?:of|coin|sign|shop|store))|\ba (?P<note>fiver|tenner)\b",
    re.IGNORECASE,
)
"""Small sums by their names."""
_OF: Final = re.compile(r"\s+of\b", re.IGNORECASE)
_SINGLE: Final = re.compile(r"\bsingle\b", re.IGNORECASE)


def _money(hit: re.Match[str]) -> str:
    if hit.group("pence"):
        return f"{int(hit.group('pence')) / 100:.2f}"
    return _written_plain(hit.group("a") or hit.group("b") or hit.group("c"))


def _written_plain(said: str) -> str:
    """A figure with a point and no groups.

    >>> [_written_plain(said) for said in ("1,250.00", "1.250,00", "12,50", "3,000")]
    ['1250.00', '1250.00', '12.50', '3000']
    """
    if _DECIMAL_COMMA.search(said):
        return said.replace(".", "").replace(",", ".")
    return said.replace(",", "")


_DECIMAL_COMMA: Final = re.compile(r",\d\d$")


def amounts(message: str, _records: Records) -> Iterator[Span]:
    """Amounts of money with a sign, a unit or a code."""
    for hit in _MONEY.finditer(message):
        mark = (hit.group("sign") or hit.group("unit") or hit.group("code") or "p")[0].lower()
        currency = "EUR" if mark in "€e" else _CURRENCY[mark]
        yield hit.start(), hit.end(), Mention(Sort.MONEY, _money(hit), hit.group(), currency=currency)
    for hit in _SUMS.finditer(message):
        value = {"fiver": "5", "tenner": "10"}.get((hit["note"] or "").lower(), "1")
        currency = {"e": "EUR", "d": "USD"}.get((hit["unit"] or "pound")[0].lower(), "GBP")
        yield hit.start(), hit.end(), Mention(Sort.MONEY, value, hit.group(), currency=currency)


def percents(message: str, _records: Records) -> Iterator[Span]:
    """Percentages in figures and in words ("three per cent")."""
    for hit in PERCENT.finditer(message):
        yield (
            hit.start(),
            hit.end(),
            Mention(Sort.PERCENT, hit["n"].lstrip("+").replace(",", "."), hit.group()),
        )
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
        yield hit.start(), hit.end(), Mention(Sort.MONEY, _written_plain(hit.group()), hit.group())
    for hit in INTEGER.finditer(message):
        value, end = hit.group("n").replace(",", ""), hit.end()
        times = _TIMES.match(message, hit.end("n"))
        if times is not None:  # "2 dozen"
            value, end = str(int(value) * value_of(times.group(1))), times.end()
        yield hit.start(), end, Mention(Sort.NUMBER, value, message[hit.start() : end])
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
