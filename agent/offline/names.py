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
_LEAST_COVERAGE: Final = 0.3
"""At least this share of a title's weight must be said for the title to be meant."""
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
    if len(word) > 4 and word.endswith(("xes", "shes", "ches", "sses")):  # noqa: PLR2004 - spelling
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):  # noqa: PLR2004 - spelling
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
            if len(ids) == 1 and not {word, stem(word)} & ORDINARY and stem(word) not in taken and len(word) > 3  # noqa: PLR2004 - 'ltd', 'co'
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
    if len(word) < 5 or word in ORDINARY or stem(word) in ORDINARY:  # noqa: PLR2004 - short words are too alike
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
        words = [(hit.start(), hit.end(), self._known(hit.group())) for hit in WORD.finditer(text.lower())]
        found = []
        for window in self._windows(words):
            ids = self._best([one for _, _, one in window])
            if ids:
                begun = next((at for at, _, one in window if not one.isdigit() or self._begins(ids[0], one)), 0)
                found.append(Found(begun, window[-1][1], ids))
        return found

    def _begins(self, sku: str, number: str) -> bool:
        """Whether a number at the start of a window is part of the title, not a quantity before it."""
        return next(title for one, title in self.products if one == sku).startswith(number)

    def _known(self, word: str) -> str:
        one = stem(word)
        if one in self.weight or one in ORDINARY or word in ORDINARY or len(one) < 5:  # noqa: PLR2004
            return one if one in self.weight else ""
        near = process.extractOne(one, self.weight.keys(), scorer=OSA.distance, score_cutoff=1)
        return near[0] if near is not None and near[0][0] == one[0] else ""

    def _windows(self, words: Sequence[tuple[int, int, str]]) -> Iterable[list[tuple[int, int, str]]]:
        """Runs of title words with few foreign words between, holding at least one telling word."""
        run: list[tuple[int, int, str]] = []
        gap = 0
        for word in (*words, *[(0, 0, "")] * (_MAX_GAP + 1)):
            if word[2]:
                run, gap = [*run, word], 0
                continue
            gap += 1
            if run and gap > _MAX_GAP:
                yield from _trimmed(run)
                run = []

    def _best(self, said: Sequence[str]) -> tuple[str, ...]:
        """The SKUs whose titles hold most of what was said: one if it is clear, some if it is not."""
        wanted = set(said)
        telling = [one for one in wanted if is_telling(one)]
        numbers = {number for one in telling for number in self.holders.get(one, ())}
        if not numbers:
            return ()
        scored = sorted(((self._score(number, wanted), number) for number in numbers), reverse=True)
        best, whole = scored[0][0], max(scored)[0]
        if best[1] < _LEAST_COVERAGE and len(telling) < 2:  # noqa: PLR2004 - one word of a long title
            return ()
        top = [number for score, number in scored if score == whole]
        return tuple(self.products[number][0] for number in sorted(top)[: MAX_CANDIDATES + 1])

    def _score(self, number: int, wanted: set[str]) -> tuple[float, float]:
        stems = self.stems[number]
        hit = sum(self.weight[one] for one in stems if one in wanted)
        return round(hit, 6), round(hit / sum(self.weight[one] for one in stems), 6)


def is_telling(one: str) -> bool:
    """Whether a title's word may stand for the product: neither a common word, a shade nor a number."""
    return one not in ORDINARY and one not in SHADES and not one[0].isdigit() and len(one) > 2  # noqa: PLR2004


def _trimmed(run: list[tuple[int, int, str]]) -> Iterable[list[tuple[int, int, str]]]:
    """The run without common words at its ends ('how many *in* blue mug *left*')."""
    while run and run[0][2] in ORDINARY:
        run = run[1:]
    while run and run[-1][2] in ORDINARY:
        run = run[:-1]
    if any(is_telling(one) for _, _, one in run):
        yield run


class StoreNames:
    """All names of a store that a sentence may hold; built once and used for many sentences."""

    def __init__(
        self,
        products: Sequence[tuple[str, str]],
        locations: Mapping[str, str],
        suppliers: Mapping[str, str],
    ) -> None:
        """`products` are (SKU, title); `locations` and `suppliers` give the name of each id."""
        self._skus = {squashed(sku): sku for sku, _ in products}
        self.title = dict(products)
        self.titles = Titles(products)
        self.location_names = dict(locations)
        self.supplier_names = dict(suppliers)
        self.locations = Places(locations)
        self.suppliers = Places(suppliers, self.titles.weight)

    def sku(self, code: str) -> str | None:
        """The SKU that is spelled so, without regard to case and marks."""
        return self._skus.get(squashed(code))
