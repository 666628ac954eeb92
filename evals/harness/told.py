"""Looks for facts in an answer: numbers as numbers, words as words.

A fact is a whole number or an amount ("12.50", "12.50 GBP"): then the answer must hold that number; or
words: then the answer must hold them, whatever the case and the spacing, as whole words. Alternatives
stand between `` | ``. "25" is not found inside "1,256" or "MUG-25".
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_NUMBER: Final = re.compile(
    r"(?<![\w.#-])[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w-])|(?<![\w.#-])[-+]?\d+(?:\.\d+)?(?![\w]|-\w)"
)
_AMOUNT: Final = re.compile(r"[-+]?\d+(?:\.\d+)?(?: [A-Z]{3}| %)?")
_MARKS: Final = re.compile(r"[*_`]")


def numbers_in(answer: str) -> set[Decimal]:
    """Every number of a text that stands by itself, signs dropped.

    >>> sorted(numbers_in("MUG-25: 1,256 pieces at £3.40 each, due 2026-11-20, +12"))
    [Decimal('3.40'), Decimal('12'), Decimal('1256')]
    """
    text = re.sub(r"[£$€¥]", " ", _MARKS.sub("", answer))
    return {abs(Decimal(found.replace(",", ""))) for found in _NUMBER.findall(text)}


def holds(answer: str, fact: str | int) -> bool:
    """Whether an answer tells a fact.

    >>> holds("There are **45** left.", 45), holds("1,256 pieces", "25"), holds("12.50 GBP.", "12.50 GBP")
    (True, False, True)
    >>> holds("Nothing has left Leeds yet.", "leeds | bristol")
    True
    """
    return any(_holds_one(answer, one.strip()) for one in str(fact).split(" | "))


def _holds_one(answer: str, fact: str) -> bool:
    if _AMOUNT.fullmatch(fact):
        return abs(Decimal(fact.split(maxsplit=1)[0])) in numbers_in(answer)
    words = r"\s+".join(re.escape(word) for word in fact.split())
    return re.search(rf"(?<!\w){words}(?!\w)", _MARKS.sub("", answer), re.IGNORECASE) is not None
