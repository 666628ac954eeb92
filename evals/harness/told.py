"""Looks for facts in an answer: numbers as numbers, words as words.

A fact is a whole number or an amount ("12.50", "12.50 GBP", "5 %"): then the answer must hold that number,
and not as an amount of another currency or, of a share, as pieces; or words: then the answer must hold them,
whatever the case and the spacing, as whole words. Alternatives stand between `` | ``. "25" is not found
inside "1,256" or "MUG-25".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

_NUMBER: Final = re.compile(
    r"(?<![\w.#-])[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w-])|(?<![\w.#-])[-+]?\d+(?:\.\d+)?(?![\w]|-\w)"
)
_AMOUNT: Final = re.compile(r"[-+]?(\d[\d,]*(?:\.\d+)?)(?: ([A-Z]{3}|%))?")
_MARKS: Final = re.compile(r"[*_`]")
_SIGNS: Final = {"£": "GBP", "$": "USD", "€": "EUR", "¥": "JPY"}
_SIGN_BEFORE: Final = re.compile(r"([£$€¥]) ?[-+]?$")
_UNIT_AFTER: Final = re.compile(r" ?(?:([A-Z]{3})\b|([£$€¥])|(%|percent|per cent))")


def numbers_in(answer: str) -> set[Decimal]:
    """Every number of a text that stands by itself, signs dropped.

    >>> sorted(numbers_in("MUG-25: 1,256 pieces at £3.40 each, due 2026-11-20, +12"))
    [Decimal('3.40'), Decimal('12'), Decimal('1256')]
    """
    return {number for number, _ in _with_units(answer)}


def _with_units(answer: str) -> Iterator[tuple[Decimal, str]]:
    """The numbers with what they count: a currency, ``%``, or nothing that is known.

    >>> list(_with_units("£5, 5.00 EUR, 5 per cent and 5 mugs"))[:3]
    [(Decimal('5'), 'GBP'), (Decimal('5.00'), 'EUR'), (Decimal('5'), '%')]
    """
    plain = _MARKS.sub("", answer)
    for found in _NUMBER.finditer(re.sub(r"[£$€¥]", " ", plain)):
        sign = _SIGN_BEFORE.search(plain[: found.start()])
        after = _UNIT_AFTER.match(plain, found.end())
        if sign is not None:
            unit = _SIGNS[sign[1]]
        elif after is not None:
            unit = after[1] or _SIGNS.get(after[2] or "") or "%"
        else:
            unit = ""
        yield abs(Decimal(found[0].replace(",", ""))), unit


def holds(answer: str, fact: str | int) -> bool:
    """Whether an answer tells a fact.

    >>> holds("There are **45** left.", 45), holds("1,256 pieces", "25"), holds("12.50 GBP.", "12.50 GBP")
    (True, False, True)
    >>> holds("Nothing has left Leeds yet.", "leeds | bristol")
    True
    >>> holds("12.50 EUR", "12.50 GBP"), holds("€12.50", "12.50 GBP"), holds("5 mugs", "5 %")
    (False, False, False)
    """
    return any(_holds_one(answer, one.strip()) for one in str(fact).split(" | "))


def _holds_one(answer: str, fact: str) -> bool:
    if amount := _AMOUNT.fullmatch(fact):
        return any(
            number == Decimal(amount[1].replace(",", "")) and _counts(unit, amount[2])
            for number, unit in _with_units(answer)
        )
    words = r"\s+".join(re.escape(word) for word in fact.split())
    return re.search(rf"(?<!\w){words}(?!\w)", _MARKS.sub("", answer), re.IGNORECASE) is not None


def _counts(unit: str, wanted: str | None) -> bool:
    """Whether a number with this unit can tell a fact in that one; a bare number may be an amount."""
    if wanted is None:
        return True
    return unit == "%" if wanted == "%" else unit != "%" and (unit == wanted or unit not in _SIGNS.values())
