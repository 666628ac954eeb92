"""The names of one store: SKUs, product titles, locations and suppliers, ready to be found in a sentence."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.offline.ordinary import ORDINARY, SHADES

WORD: Final = re.compile(r"[a-z0-9]+(?:[.'][a-z0-9]+)*")
MAX_CANDIDATES: Final = 5
_LEAST_COVERAGE: Final = 0.45
"""A single word must carry this share of a title's weight to mean the product."""
_BREAK: Final = "\x00"
"""Stands for something that is linked already: no title goes across it."""
_WORD_OR_BREAK: Final = re.compile(rf"{WORD.pattern}|\x00+|[;:?!]")
_TOUCHING: Final = 2
"""Neighbours in a title stand at most so many characters apart ("card, new")."""
_Word = tuple[int, int, str]
_MAX_GAP: Final = 2
"""So many foreign words may stand between two words of a title ("mug in blue")."""


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text: where it stands and which records it may mean, the best one first."""

    start: int
    end: int
    ids: tuple[str, ...]


def stem(word: str) -> str:
    """The word without the mark of its plural, so that 'mugs' finds 'mug'.

    >>> [stem(word) for word in ("mugs", "boxes", "glass", "trays")]
    ['mug', 'box', 'glass', 'tray']
    """
    if len(word) > 4 and word.endswith(("xes", "shes", "ches", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def squashed(code: str) -> str:
    """A code in capitals without marks between: 'mug-blu 350' and 'MUGBLU350' are one spelling."""
    return re.sub(r"[\s\-_./]", "", code).upper()


class Places:
    """Records that are called by short names: locations, suppliers."""

    def __init__(self, records: Mapping[str, str], taken: Container[str] = ()) -> None:
        """`records` gives the name of each id; a word that is `taken` by something else names none alone."""
        self._phrases: dict[str, str] = {}
        words: dict[str, set[str]] = defaultdict(set)
        for record, name in records.items():
            for phrase in (name.lower(), record.lower(), record.lower().replace("-", " ")):
                self._phrases.setdefault(phrase, record)
            for word in WORD.findall(name.lower()):
                words[word].add(record)
        self._single = {
            word: next(iter(ids))
            for word, ids in words.items()
            if len(ids) == 1
            and not {word, stem(word)} & ORDINARY
            and stem(word) not in taken
            and len(word) > 3
        }
        known = sorted({*self._phrases, *self._single}, key=len, reverse=True)
        spelled = "|".join(re.escape(phrase) for phrase in known)
        self._pattern = re.compile(rf"(?<![\w@-])(?:{spelled})(?:'s)?(?![\w@-])", re.IGNORECASE)
        self._empty = not known

    def find(self, text: str) -> list[Found]:
        """All names in a text, the misspelt ones included."""
        if self._empty:
            return []
        found = [
            Found(hit.start(), hit.end(), (self._meant(hit.group().lower()),))
            for hit in self._pattern.finditer(text)
        ]
        return found or self._misspelt(text)

    def _meant(self, phrase: str) -> str:
        phrase = phrase.removesuffix("'s")
        return self._phrases.get(phrase) or self._single[phrase]

    def _misspelt(self, text: str) -> list[Found]:
        names = [name for name in (*self._phrases, *self._single) if " " not in name]
        return [
            Found(hit.start(), hit.end(), (self._meant(near[0]),))
            for hit in WORD.finditer(text.lower())
            if (near := _near(hit.group(), names)) is not None
        ]


def _near(word: str, names: Sequence[str]) -> tuple[str, float, int] | None:
    """The name that one slip of the finger turns into this word."""
    if len(word) < 5 or word in ORDINARY or stem(word) in ORDINARY:
        return None
    near = process.extractOne(word, names, scorer=OSA.distance, score_cutoff=1)
    return near if near is not None and near[0][0] == word[0] else None


@dataclass(slots=True)
class Titles:
    """An inverted index of product titles: from a word's stem to the titles that hold it."""

    products: Sequence[tuple[str, str]]
    stems: list[tuple[str, ...]] = field(default_factory=list)
    holders: dict[str, list[int]] = field(default_factory=dict)
    weight: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counts: Counter[str] = Counter()
        for number, (_, title) in enumerate(self.products):
            stems = tuple(dict.fromkeys(stem(word) for word in WORD.findall(title.lower())))
            self.stems.append(stems)
            counts.update(stems)
            for one in stems:
                self.holders.setdefault(one, []).append(number)
        total = len(self.products) + 1
        self.weight = {one: log(1 + total / count) for one, count in counts.items()}

    def find(self, text: str) -> list[Found]:
        """All products that a text calls by their titles or by telling parts of them."""
        words = [
            (hit.start(), hit.end(), self._known(hit.group()))
            for hit in _WORD_OR_BREAK.finditer(text.lower())
        ]
        found = []
        for window in self._windows(words):
            numbers = self._best([one for _, _, one in window])
            if numbers:
                told = self._told(window, numbers[0])
                ids = tuple(self.products[number][0] for number in numbers)
                found.append(Found(told[0][0], told[-1][1], ids))
        return found

    def _told(self, window: list[_Word], number: int) -> list[_Word]:
        """The words of a window that tell the product: a quantity or a word of another title is no part."""
        stems = self.stems[number]
        own = [word for word in window if word[2] in stems]
        return own[1:] if own[0][2].isdigit() and stems[0] != own[0][2] and len(own) > 1 else own

    def _known(self, word: str) -> str:
        if word[0] == _BREAK or word in ";:?!":
            return _BREAK
        one = stem(word)
        if one in self.weight or one in ORDINARY or word in ORDINARY or len(one) < 5:
            return one if one in self.weight else ""
        near = process.extractOne(one, self.weight.keys(), scorer=OSA.distance, score_cutoff=1)
        return near[0] if near is not None and near[0][0] == one[0] else ""

    def _windows(self, words: Sequence[_Word]) -> Iterable[list[_Word]]:
        """Runs of title words with few foreign words between, holding at least one telling word."""
        run: list[_Word] = []
        gap = 0
        for word in (*words, *[(0, 0, "")] * (_MAX_GAP + 1)):
            if word[2] and word[2] != _BREAK:
                run, gap = [*run, word], 0
                continue
            gap += _MAX_GAP + 1 if word[2] == _BREAK else 1
            if run and gap > _MAX_GAP:
                yield from _trimmed(run)
                run = []

    def _best(self, said: Sequence[str]) -> tuple[int, ...]:
        """The products whose titles hold most of what was said: one if it is clear, some if it is not."""
        wanted = set(said)
        telling = [one for one in wanted if is_telling(one)]
        numbers = {number for one in telling for number in self.holders.get(one, ())}
        if not numbers:
            return ()
        scored = sorted(((self._score(number, wanted), number) for number in numbers), reverse=True)
        whole = scored[0][0]
        top = [number for score, number in scored if score == whole]
        if len(telling) < 2 and max(self._coverage(number, wanted) for number in top) < _LEAST_COVERAGE:
            return ()
        return tuple(sorted(top)[: MAX_CANDIDATES + 1])

    def _score(self, number: int, wanted: set[str]) -> tuple[float, float]:
        """How much was said of a title, then how little of it was left unsaid.

        A shade or a size that nobody said counts for nothing: "the stoneware mug" is as much the blue one as
        the green one, however rare the word blue is in other titles.
        """
        stems = self.stems[number]
        hit = sum(self.weight[one] for one in stems if one in wanted)
        unsaid = sum(self.weight[one] for one in stems if one not in wanted and is_telling(one))
        return round(hit, 6), round(-unsaid, 6)

    def _coverage(self, number: int, wanted: set[str]) -> float:
        """The share of a title's weight that was said."""
        stems = self.stems[number]
        hit = sum(self.weight[one] for one in stems if one in wanted)
        return hit / sum(self.weight[one] for one in stems)


def is_telling(one: str) -> bool:
    """Whether a title's word may stand for the product: neither a common word, a shade nor a number."""
    return one not in ORDINARY and one not in SHADES and not one[0].isdigit() and len(one) > 2


def _trimmed(run: list[_Word]) -> Iterable[list[_Word]]:
    """The run without common words that stand apart at its ends ("*set* the price of the blue mug")."""
    while len(run) > 1 and run[0][2] in ORDINARY and run[1][0] - run[0][1] > _TOUCHING:
        run = run[1:]
    while len(run) > 1 and run[-1][2] in ORDINARY and run[-1][0] - run[-2][1] > _TOUCHING:
        run = run[:-1]
    if any(is_telling(one) for _, _, one in run):
        yield run


def _words_of(names: Iterable[str]) -> Iterable[str]:
    return (word for name in names for word in WORD.findall(name.lower()))


class StoreNames:
    """All names of a store that a sentence may hold; built once and used for many sentences."""

    def __init__(
        self,
        products: Sequence[tuple[str, str]],
        locations: Mapping[str, str],
        suppliers: Mapping[str, str],
        categories: Sequence[str] = (),
    ) -> None:
        """`products` are (SKU, title); `locations` and `suppliers` give the name of each id."""
        self.categories = {" ".join(map(stem, WORD.findall(one.lower()))): one for one in categories}
        self._skus = {squashed(sku): sku for sku, _ in products}
        self.title = dict(products)
        self.titles = Titles(products)
        self.locations = Places(locations)
        self.suppliers = Places(
            suppliers, {*self.titles.weight, *self.categories, *map(stem, _words_of(categories))}
        )

    def sku(self, code: str) -> str | None:
        """The SKU that is spelled so, without regard to case and marks."""
        return self._skus.get(squashed(code))
