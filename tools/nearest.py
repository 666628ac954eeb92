"""Approximate names: all words present, else the same words with typing errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process, utils

TYPING_ERROR: Final = 78.0
"""Similarity (0-100) from which two words count as one with a typing error: 'stonewear' and 'stoneware'
are 89, 'mugs' and 'mug' 86, 'lamp' and 'lime' 50."""

SUGGESTED: Final = 60.0
"""Similarity (0-100) of whole names from which one is worth showing as 'nearest'."""

_SHORT_WORD: Final = 3
_LOOKED_AT: Final = 50


@dataclass(frozen=True, slots=True)
class Named:
    """A record's id and name."""

    id: str
    name: str

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


def matching(text: str, known: Sequence[Named]) -> list[Named]:
    """Records whose id and name together hold every word of the text, in any case."""
    words = text.casefold().split()
    return [one for one in known if all(word in str(one).casefold() for word in words)]


def closest(text: str, known: Sequence[Named]) -> list[Named]:
    """Records that have every word of the text up to a typing error; words of up to 3 letters exactly."""
    wanted = utils.default_process(text).split()
    found = []
    for one in _ranked(text, known, SUGGESTED) if wanted else ():
        words = utils.default_process(one.name).split()
        if all(_is_there(word, words) for word in wanted):
            found.append(one)
    return found


def closest_people(text: str, known: Sequence[Named]) -> list[Named]:
    """People whose names have every word of the text, of the first name also with a typing error.

    All else must be written as it is: whoever is told of surnames that are nearly right could try them out.
    """
    wanted = utils.default_process(text).split()
    found = []
    for one in closest(text, known):
        first, *others = utils.default_process(one.name).split()
        if all(word in others or _is_there(word, [first]) for word in wanted):
            found.append(one)
    return found


def nearest(text: str, known: Sequence[Named], limit: int = 5) -> list[str]:
    """The most similar records, best first, as 'id name'."""
    return [str(one) for one in _ranked(text, known, SUGGESTED)[:limit]]


def _ranked(text: str, known: Sequence[Named], cutoff: float) -> list[Named]:
    hits = process.extract(
        text,
        [one.name for one in known],
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        score_cutoff=cutoff,
        limit=_LOOKED_AT,
    )
    return [known[place] for _, _, place in hits]


def _is_there(word: str, words: Sequence[str]) -> bool:
    if len(word) <= _SHORT_WORD:
        return word in words
    return any(fuzz.ratio(word, other) >= TYPING_ERROR for other in words)
