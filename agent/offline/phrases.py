"""A phrasebook: requests as operators worded them, over tags. What reads like one of them means its tool.

The weighted patterns of ``lexicon`` know what must be there; the phrasebook helps where nobody thought of
a word. Likeness is the cosine of the meanings (``concepts``) and pairs of them two requests share, rare ones counting more
(tf-idf: Spärck Jones 1972, doi:10.1108/eb026526).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt
from pathlib import Path
from typing import Final

from agent.offline.concepts import concept

BOOK: Final = tuple(Path(__file__).with_name(name) for name in ("phrases.txt", "phrases_service.txt"))
FRAMES: Final = Path(__file__).with_name("frames.txt")
WEIGHT: Final = 4.0
"""What a request that stands in the book word for word adds to its tool's score."""
_ALIKE: Final = 0.35
"""Less likeness than this is chance."""
_UNSEEN: Final = 0.4
"""A word that stands in no phrase says little against a likeness: people chat around what they want."""
TOKEN: Final = re.compile(r"<\w+>|[a-z][a-z']*|[=@+]")
COMMON: Final = frozenset("a an the of to is are be it please for on in at and our my me i we you us".split())


def _grams(text: str) -> Counter[str]:
    words = [concept(word) for word in TOKEN.findall(text)]
    telling = [word for word in words if word not in COMMON]
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    return Counter([*telling, *telling, *pairs])


class Phrasebook:
    """An inverted index of phrases."""

    def __init__(self, lines: list[tuple[str, str]]) -> None:
        """`lines` are (tool, phrase)."""
        grams = [_grams(phrase) for _, phrase in lines]
        seen = Counter(gram for each in grams for gram in each)
        self._tools = [tool for tool, _ in lines]
        self._idf = {gram: log(1 + len(lines) / count) for gram, count in seen.items()}
        self._unseen = _UNSEEN * log(1 + len(lines))
        self._holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, each in enumerate(grams):
            length = self._length(each)
            for gram, count in each.items():
                self._holders[gram].append((number, count * self._idf[gram] / length))

    def _length(self, grams: Counter[str]) -> float:
        return sqrt(sum((count * self._idf.get(gram, self._unseen)) ** 2 for gram, count in grams.items()))

    def likeness(self, text: str) -> dict[str, float]:
        """For each tool the likeness (0 to 1) of its phrase that is most like the text, where it counts."""
        grams = _grams(text)
        if not grams:
            return {}
        near: dict[int, float] = defaultdict(float)
        for gram, count in grams.items():
            for number, weight in self._holders.get(gram, ()):
                near[number] += count * self._idf[gram] * weight
        length = self._length(grams)
        best: dict[str, float] = {}
        for number, product in near.items():
            alike = product / length
            if alike >= _ALIKE:
                best[self._tools[number]] = max(alike, best.get(self._tools[number], 0.0))
        return best


@lru_cache(maxsize=1)
def phrasebook() -> Phrasebook:
    """The shipped phrasebook, ready to be compared with."""
    return Phrasebook(phrases())


def phrases() -> list[tuple[str, str]]:
    """The shipped phrases as (tool, phrase): lines of ``tool: phrase``; '#' starts a remark."""
    return [line for book in BOOK for line in _lines(book)]


def _lines(book: Path) -> list[tuple[str, str]]:
    lines = (line.partition(":") for line in book.read_text("utf-8").splitlines())
    return [
        (tool, phrase.strip()) for tool, _, phrase in lines if phrase.strip() and not tool.startswith("#")
    ]


def framed() -> list[tuple[str, str]]:
    """The shipped frames spelled out, as (tool, phrase): every choice of a frame stands in some phrase."""
    return [(tool, phrase) for tool, frame in _lines(FRAMES) for phrase in spelled(frame)]


def spelled(frame: str) -> list[str]:
    """The phrases of one frame: as many as its longest list of choices holds, the lists turned against each other.

    >>> spelled("{cancel|void} <order_id> {please|now|}")
    ['void <order_id> please', 'cancel <order_id> now', 'void <order_id>']
    """
    parts = [part.split("|") for part in re.split(r"[{}]", frame)]
    most = max(len(part) for part in parts)
    rounds = (
        "".join(part[(number + at) % len(part)] for at, part in enumerate(parts)) for number in range(most)
    )
    return [re.sub(r"\s+", " ", phrase).strip().lower() for phrase in rounds]
