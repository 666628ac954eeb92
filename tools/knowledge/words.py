"""Search by words: BM25 over stemmed words, and repair of slips in a question's words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from tools.knowledge.guide import Passage

_WORD: Final = re.compile(r"[0-9a-z]{2,}|[0-9]")
_TOKEN: Final = re.compile(r"[A-Za-z0-9'-]+")
_LETTERS: Final = re.compile(r"[A-Za-z]{4,}")
_SAID: Final = re.compile(r"(?<![\w-])[A-Za-z]{2,}(?![\w-])")
"""A word by itself: what is joined to a hyphen or a digit may be a code."""

_JOINED: Final = re.compile(r"[\w-]+")
_CODE: Final = re.compile(r"\b(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]+(?:-[A-Z0-9]+)+\b")
_LONG: Final = 8
"""Letters from which a word may have two slips."""

_TITLE_WEIGHT: Final = 3
_HEADING_WEIGHT: Final = 2
"""A word of the title counts as so many words of the text, a word of the heading as so many."""

_STOP: Final = frozenset(
    """
    about after all also am an and any anyone are as at be been before but by can could do does for from
    get give guide had handbook has have he her how if in into is it its may me my need no not of on one
    or our out please policies policy procedure rule say says she should so some tell than that the
    their them then there they thing this to up us was we were what when where which who why will with
    would you your
    """.split()  # noqa: SIM905 - as a list it would be a page of lines
)


class WordIndex:
    """BM25 (Robertson, Zaragoza 2009, in Lucene's variant); heading and title are part of a passage."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._words = [_words_in(one) for one in passages]
        self._sets = [frozenset(words) for words in self._words]
        counts: dict[str, int] = {}
        for there in self._sets:
            for word in there:
                counts[word] = counts.get(word, 0) + 1
        self._rarity = {word: math.log(1 + len(passages) / count) for word, count in counts.items()}
        self._unknown = math.log(1 + len(passages))
        self._spelt = tuple(sorted({word for one in passages for word in _spelt(one)}))
        self._said = frozenset(word for one in passages for word in _said(one))
        self._codes = [frozenset(_CODE.findall(one.text.upper())) for one in passages]
        self._bm25 = self._indexed()

    def scores(self, question: str) -> dict[int, float]:
        """Passage -> BM25 score, for the passages that share a telling word with the question."""
        known = [word for word in dict.fromkeys(words_of(question)) if word in self._rarity]
        if not known or self._bm25 is None:
            return {}
        scores = self._bm25.get_scores(known)
        return {place: float(score) for place, score in enumerate(scores) if score > 0}

    def coverage(self, question: str, place: int) -> float:
        """The share of the question that a passage speaks of, each word weighted by its rarity; 0 to 1."""
        return self.told(question, [place])

    def told(self, question: str, places: Sequence[int]) -> float:
        """The share of the question that some passages together speak of, by rarity; 0 to 1."""
        weight = self._weights(question)
        there = frozenset().union(*(self._sets[place] for place in places))
        whole = sum(weight.values())
        return sum(weight[word] for word in weight if word in there) / whole if whole else 0.0

    def _weights(self, question: str) -> dict[str, float]:
        """The question's telling words, each with its rarity; a word that no guide has is the rarest."""
        return {word: self._rarity.get(word, self._unknown) for word in dict.fromkeys(words_of(question))}

    def rest_of(self, question: str, place: int) -> str:
        """What a question asks beside what it names: each telling word that the passage has becomes "it"."""
        there = self._sets[place]
        return _TOKEN.sub(
            lambda found: "it" if there.intersection(words_of(found[0])) else found[0], question
        )

    def names_a_code_of(self, question: str, place: int) -> bool:
        """Whether the question names a code (an SKU, a number with letters) that stands in the passage."""
        return bool(self._codes[place] & set(_CODE.findall(question.upper())))

    def repaired(self, question: str) -> str:
        """The question in plain words; what is no word is read as the nearest word of the guides.

        Codes (an SKU, a number with letters) stay as they are written.
        """
        plain = _SAID.sub(lambda found: self._plainly(found[0]), question)
        return _JOINED.sub(lambda found: self._mended(found[0]), plain)

    def _plainly(self, word: str) -> str:
        """What a word of the street or of the trade means; the guides' own words stay."""
        said = word.casefold()
        return word if said in self._said else plain_words().get(said, word)

    def _mended(self, joined: str) -> str:
        if any(each.isdigit() for each in joined):
            return joined
        return _LETTERS.sub(lambda found: self._meant(found[0]), joined)

    def _meant(self, word: str) -> str:
        from rapidfuzz import process  # noqa: PLC0415 - only questions about guides need it
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - only questions about guides need it

        said = word.casefold()
        if _is_a_word(said) or said in self._spelt:
            return word
        slips = 1 if len(said) < _LONG else 2
        near = process.extractOne(said, self._spelt, scorer=OSA.distance, score_cutoff=slips)
        return word if near is None else str(near[0])

    def _indexed(self) -> Any:
        if not self._words:
            return None
        import bm25s  # noqa: PLC0415 - takes a second to load, only for questions about guides

        index = bm25s.BM25(method="lucene")
        index.index([list(words) for words in self._words], show_progress=False)
        return index


def words_of(text: str) -> list[str]:
    """The telling words of a text, without endings: what is said often and everywhere is left out.

    >>> words_of("How long do customers have for returns?")
    ['long', 'customer', 'return']
    """
    plain = [_stem(word) for word in _WORD.findall(text.casefold()) if word not in _STOP]
    return [word for word in plain if word not in _STOP]


@cache
def vocabulary() -> tuple[str, ...]:
    """The word pieces of BERT (uncased, 30,522; Apache-2.0), in their order: the model's, and a word list."""
    page = files(__package__).joinpath("bert-uncased-vocab.txt").read_text(encoding="utf-8")
    return tuple(page.rstrip("\n").split("\n"))


@cache
def plain_words() -> dict[str, str]:
    """Words of the street and of the trade that guides do not use, and what they mean."""
    page = files(__package__).joinpath("plain_words.txt").read_text(encoding="utf-8")
    pairs = (line.partition(":") for line in page.splitlines() if line.strip())
    return {said.strip(): meant.strip() for said, _, meant in pairs}


def _is_a_word(word: str) -> bool:
    known = _english()
    return word in known or _stem(word) in known or word.rstrip("s") in known


@cache
def _english() -> frozenset[str]:
    return frozenset(word for word in vocabulary() if word.isalpha())


def _words_in(one: Passage) -> list[str]:
    return words_of(one.title) * _TITLE_WEIGHT + words_of(one.heading) * _HEADING_WEIGHT + words_of(one.text)


def _spelt(one: Passage) -> set[str]:
    return {word.casefold() for word in _LETTERS.findall(f"{one.title} {one.heading} {one.text}")}


def _said(one: Passage) -> set[str]:
    return {word.casefold() for word in _SAID.findall(f"{one.title} {one.heading} {one.text}")}


def _stem(word: str) -> str:
    """A word without its commonest English endings, the same for question and guide."""
    for ending, rest in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):  # noqa: PLR2004
            return word[: -len(ending)] + rest
    return word[:-1] if word.endswith("e") and len(word) > 3 else word  # noqa: PLR2004 - 'refund', 'the'
