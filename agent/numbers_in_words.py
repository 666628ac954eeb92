"""Numbers told in English words: "two dozen", "a hundred and twenty", "twenty-five", "half a dozen"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS: Final = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
                 "eighteen", "nineteen")  # fmt: skip
_DECADES: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES: Final = {
    **{word: value for value, word in enumerate((*_DIGITS, *_TEENS), 1)},
    **{word: 10 * value for value, word in enumerate(_DECADES, 2)},
    "couple": 2,
    "pair": 2,
}
_TIMES: Final = {"dozen": 12, "hundred": 100, "thousand": 1000}
_TENS: Final = 10
_WORD: Final = re.compile(r"[a-z]+|[^a-z\s-]")

UNDER_A_HUNDRED: Final = (
    rf"(?:(?:{'|'.join(_DECADES)})(?:[\s-]+(?:{'|'.join(_DIGITS)}))?|{'|'.join((*_TEENS, *_DIGITS))})"
)
"""The pattern of a number below a hundred in words; `value_of` tells which it is."""


@dataclass(frozen=True, slots=True)
class Told:
    """A number in words and where a text tells it: the characters from `start` up to `end`."""

    start: int
    end: int
    value: int


def value_of(words: str) -> int:
    """The number that words tell, digits too; raises ValueError where they tell none.

    >>> [value_of(words) for words in ("twenty-one", "Six", "40", "a couple of dozen")]
    [21, 6, 40, 24]
    """
    found = next(numbers_in_words(words), None)
    return int(words) if found is None else found.value


def numbers_in_words(text: str) -> Iterator[Told]:
    """The numbers that a text tells in words, in their order.

    >>> said = "two dozen mugs, a hundred and twenty bowls, half a dozen, twenty-five and 7"
    >>> [one.value for one in numbers_in_words(said)]
    [24, 120, 6, 25]
    >>> said[slice(16, 36)], next(one for one in numbers_in_words(said) if one.value == 120)
    ('a hundred and twenty', Told(start=16, end=36, value=120))
    """
    hearing = _Hearing()
    lowered = text.lower()
    for found in _WORD.finditer(lowered):
        yield from hearing.hear(found[0], found.start(), found.end())
    yield from hearing.hear("", len(lowered), len(lowered))


@dataclass(slots=True)
class _Hearing:
    """A number that is being told: what is complete of it, and the part that may still be multiplied."""

    start: int = 0
    end: int = 0
    whole: int = 0
    part: int = 0
    half: bool = False
    begun: bool = False
    before: str = ""
    article: int | None = None

    def hear(self, word: str, start: int, end: int) -> Iterator[Told]:
        """Take in the next word; gives the number that it ends, if it ends one."""
        if self._joins(word):
            self.before = word
            return
        if self.begun and not self._goes_on_with(word):
            yield from self._ended()
        if word in _TIMES or word in _VALUES or word == "half":
            self._begin(start, end)
            self._take(word)
        self.before, self.article = word, start if word in ("a", "an") else None

    def _joins(self, word: str) -> bool:
        """Whether a word only joins what was told with what follows."""
        if not self.begun:
            return False
        return (
            (word == "and" and self.whole > 0 and self.part == 0)
            or (word == "a" and self.half)
            or (word == "of" and (self.half or self.before in ("couple", "pair")))
        )

    def _goes_on_with(self, word: str) -> bool:
        """Whether it is one number still: no multiple is taken twice, thousands take all before them."""
        if word in _TIMES:
            may_grow = word == "thousand" and self.whole < _TIMES[word]
            return self.half or self.part > 0 or may_grow
        value = _VALUES.get(word)
        if value is None or self.half:
            return False
        return self.part == 0 or (self.part >= 2 * _TENS and self.part % _TENS == 0 and value < _TENS)

    def _take(self, word: str) -> None:
        if word == "half":
            self.half = True
        elif word in _VALUES:
            self.part += _VALUES[word]
        else:
            before = self.whole + self.part if word == "thousand" else self.part
            kept = 0 if word == "thousand" else self.whole
            self.whole = kept + (before or 1) * _TIMES[word] // (2 if self.half else 1)
            self.part, self.half = 0, False

    def _begin(self, start: int, end: int) -> None:
        if not self.begun:
            self.start = start if self.article is None else self.article
        self.begun, self.end = True, end

    def _ended(self) -> Iterator[Told]:
        if not self.half:
            yield Told(self.start, self.end, self.whole + self.part)
        self.begun, self.whole, self.part, self.half = False, 0, 0, False
