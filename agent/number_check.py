"""Looks for numbers in an answer that nobody gave: neither a tool nor the operator.

A model may say a figure in its own way: "1,256", "1256 pieces", "£12.50" for ``12.50 GBP``, "20 November"
for ``2026-11-20``, "35 %" for ``0.35``, fewer decimals. It may count the items that a tool listed or that it
lists itself. It may not add, multiply or remember: a sum is a number that no tool gave. Numbers in words
("two hundred") are not looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

UNSUPPORTED: Final = "[Shophand] Your answer was not delivered. No tool returned: "
"""So begins what a model is told of numbers that nobody gave; it repeats them, so it is no source."""
_MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH: Final = "|".join(f"{name[:3]}(?:{name[3:]})?" if name != "may" else "may" for name in _MONTHS)
_SHORTEST_ID: Final = 100
_YEARS: Final = range(1990, 2100)
_TOKEN: Final = re.compile(
    rf"""
    (?P<iso>\d{{4}}-\d\d-\d\d)(?:[T ](?P<at>\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?
  | \b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\ (?:of\ )?(?P<month>{_MONTH})\b\.?(?:,?\ (?P<year>\d{{4}}))?
  | \b(?P<month2>{_MONTH})\.?\ (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\ (?P<year2>\d{{4}}))?
  | \b(?P<slashed>\d{{1,2}}[/.]\d{{1,2}}[/.](?:\d{{4}}|\d{{2}}))\b
  | \b(?P<clock>\d{{1,2}}:\d\d)\b
  | (?P<ordinal>\b\d+(?:st|nd|rd|th)\b)
  | (?P<number>(?<![\w#.,-])[-+]?[£$€¥]?(?:\d+,\d\d(?![\d,])|\d+,\d(?=\ ?(?:%|per\ ?cent))
      |\d{{1,3}}(?:\.\d{{3}})+,\d\d(?![\d,])|(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?))
    (?P<unit>\ ?%|\ ?per\ ?cent|[a-z]{{1,3}}\b|(?![\w]))(?!-?\w)
  | (?P<id>[\w#]*\d[\w#]*(?:[-_/][\w#]+)*|[\w#]+(?:[-_/][\w#]+)*[-_/][\w#]*\d[\w#-]*)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"\d")
"""Every token has one."""
_MARKER: Final = re.compile(r"^[ \t>]*(?:\(?\d{1,2}[.)]|[-*\u2022])[ \t]+", re.MULTILINE)
"""The mark of a list's item."""
_ROW: Final = re.compile(r"^[ \t]*\|(?![ \t:|-]*$)", re.MULTILINE)
_SAYINGS: Final = re.compile(r"\b24/7\b|\bQ[1-4]\b")
_EMPHASIS: Final = re.compile(r"[*`]|(?<!\w)_|_(?!\w)")


@dataclass(slots=True)
class Known:
    """Every number, date, time and id that tools and operator gave; `counts` are lengths of lists."""

    numbers: set[Decimal] = field(default_factory=set)
    dates: set[tuple[int, int, int]] = field(default_factory=set)
    times: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    counts: set[int] = field(default_factory=set)

    def learn(self, text: str) -> None:
        """Take in what a text says, and how many items each list in its JSON has."""
        for found in _TOKEN.finditer(text):
            self._take(found)
        start, end = text.find("{"), text.rfind("}")
        if 0 <= start < end:
            try:
                self.counts.update(_lengths(json.loads(text[start : end + 1])))
            except ValueError:
                return  # not JSON: then it holds no lists to count

    def _take(self, found: re.Match[str]) -> None:
        parts = found.groupdict()
        if parts["number"]:
            self.numbers.add(figure_value(parts["number"]))
        elif parts["id"]:
            self.ids.add(_plain(parts["id"]))
        else:
            self.dates.update(date for date in _dates(parts) if date[0])
            self.times.update(_clock(parts[name]) for name in ("at", "clock") if parts[name])


def says_numbers(answer: str) -> bool:
    """Whether an answer holds anything that must be known at all.

    >>> says_numbers("As the tool says."), says_numbers("There are 3.")
    (False, True)
    """
    return _DIGIT.search(answer) is not None


def unsupported(answer: str, known: Known) -> list[str]:
    """The numbers, dates and ids of an answer that are not known, as they stand there, each once.

    >>> known = Known()
    >>> known.learn('{"on_hand": 1256, "cost": "3.40 GBP", "due": "2026-11-20", "share": 0.354}')
    >>> unsupported("1,256 pieces at £3.40, due 20 November (35 %), worth 4,270.40 GBP", known)
    ['4,270.40']
    """
    text = _SAYINGS.sub("", _EMPHASIS.sub("", answer))
    listed = {len(_MARKER.findall(text)), max(len(_ROW.findall(text)) - 1, 0)}
    counts = known.counts | listed
    found = (one for one in _TOKEN.finditer(_MARKER.sub("", text)) if not _is_known(one, known, counts))
    return list(dict.fromkeys((one["number"] or one.group()).strip().rstrip(".,") for one in found))


def without(answer: str, numbers: Iterable[str], instead: str) -> str:
    """The answer with these numbers replaced; part of a longer number is none of them."""
    for number in sorted(numbers, key=len, reverse=True):
        answer = re.sub(rf"(?<![\w.,]){re.escape(number)}(?![\w]|[.,]\d)", instead, answer)
    return answer


def _is_known(found: re.Match[str], known: Known, counts: set[int]) -> bool:
    parts = found.groupdict()
    if parts["number"]:
        percent = "%" in (parts["unit"] or "") or "cent" in (parts["unit"] or "").lower()
        return _is_known_number(figure_value(parts["number"]), known, counts, percent=percent)
    if parts["id"]:
        return _is_known_id(_plain(parts["id"]), known)
    if parts["ordinal"]:
        return True
    if parts["clock"]:
        return _clock(parts["clock"]) in known.times
    return any(_is_known_date(date, known) for date in _dates(parts))


def _is_known_number(value: Decimal, known: Known, counts: set[int], *, percent: bool) -> bool:
    if value in known.numbers or value in counts:
        return True
    if value >= _SHORTEST_ID and any(re.fullmatch(rf"[a-z]{{1,4}}-{value}", one) for one in known.ids):
        return True  # "PO 1007" for PO-1007
    if value in _YEARS and any(date[0] == value for date in known.dates):
        return True
    if any(_rounds_to(one, value) for one in known.numbers):
        return True
    return percent and any(_rounds_to(one * 100, value) or one * 100 == value for one in known.numbers)


def _rounds_to(exact: Decimal, told: Decimal) -> bool:
    """Whether `told` is `exact` with fewer decimals."""
    decimals, kept = -int(exact.as_tuple().exponent), -int(told.as_tuple().exponent)
    return decimals > kept and abs(exact - told) * 2 <= Decimal(1).scaleb(-max(kept, 0))


def _is_known_id(name: str, known: Known) -> bool:
    """With or without its prefix: ``PO-77``, ``po 77`` and ``#77`` are one id."""
    if name in known.ids:
        return True
    digits = re.sub(r"^\D+", "", name)
    if not digits.isdigit():
        return False
    return Decimal(digits) in known.numbers or any(re.sub(r"^\D+", "", one) == digits for one in known.ids)


def _is_known_date(date: tuple[int, int, int], known: Known) -> bool:
    year, month, day = date
    return any((month, day) == one[1:] and year in (0, one[0]) for one in known.dates)


def _dates(parts: dict[str, str | None]) -> Iterator[tuple[int, int, int]]:
    """The dates that a token may mean, year 0 where it is not said."""
    if parts["iso"]:
        year, month, day = (int(one) for one in parts["iso"].split("-"))
        yield year, month, day
    for suffix in ("", "2"):
        name, day_said = parts[f"month{suffix}"], parts[f"day{suffix}"]
        if name and day_said:
            number = [each[:3] for each in _MONTHS].index(name[:3].lower()) + 1
            yield int(parts[f"year{suffix}"] or 0), number, int(day_said)
    if parts["slashed"]:
        one, two, year = (int(each) for each in re.split(r"[/.]", parts["slashed"]))
        full = year if year in _YEARS else 2000 + year
        yield full, two, one
        yield full, one, two


def figure_value(text: str) -> Decimal:
    """What a written figure tells, without its sign; a comma before the last one or two digits is a point.

    >>> [str(figure_value(text)) for text in ("£1,250.00", "12,50", "1.250,00", "3,000", "-7,5")]
    ['1250.00', '12.50', '1250.00', '3000', '7.5']
    """
    figure = re.sub(r"[^\d.,]", "", text)
    if _DECIMAL_COMMA.search(figure):
        figure = figure.replace(".", "").replace(",", ".")
    return Decimal(figure.replace(",", ""))


_DECIMAL_COMMA: Final = re.compile(r",\d\d?$")


def _plain(name: str) -> str:
    return name.lower().strip("#_-/")


def _clock(text: str) -> str:
    return text.zfill(5)


def _lengths(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _lengths(one)
    elif isinstance(value, list):
        yield len(value)
        for one in value:
            yield from _lengths(one)
