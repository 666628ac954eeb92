"""The store's guides as one thing to ask: what speaks of a question, by words and by meaning.

Two rankings, BM25 and nearness of vectors, are fused by reciprocal rank (Cormack, Clarke, Buettcher 2009);
whether the guides speak of it at all is decided in ``evidence.py``. Without an embedder words alone decide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from shop.errors import ModelError
from tools.knowledge.embedding import Embedder
from tools.knowledge.evidence import COVERED, Evidence, scale_of
from tools.knowledge.guide import STAFF, Guide, Passage
from tools.knowledge.reading import guide_files, guides_of
from tools.knowledge.vectors import Change, VectorStore
from tools.knowledge.words import WordIndex, words_of

if TYPE_CHECKING:
    from tools.knowledge.embedding import Vectors

BY_MEANING: Final = "words and meaning"
BY_WORDS: Final = "words"

_SMOOTHING: Final = 5
"""Ranks are counted from here on: a passage that one ranking puts first is worth two that both put tenth."""

_WORDS_WEIGHT: Final = 0.3
"""What BM25's ranking counts against the vectors' 1."""

_NEIGHBOURS: Final = 200


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found: passages best first, how they were looked for, and why something is missing.

    `evidence` is None where words alone decided. `lapsed` are guides that would have come first but are not
    in force on the day or not for the audience's eyes.
    """

    passages: tuple[Passage, ...]
    how: str
    evidence: Evidence | None = None
    lapsed: tuple[Guide, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Library:
    """Guides below a directory; `kept_in` holds their vectors, in memory without it.

    Without an `embedder` only words count, and nothing is indexed on disk.
    """

    directory: Path
    kept_in: Path | None = None
    embedder: Embedder | None = None

    def guides(self) -> list[Guide]:
        """Every guide as its file says today; raises SetupError for a file that is no guide."""
        return _shelf_of(self).guides

    def search(
        self, question: str, limit: int = 3, *, audience: str = STAFF, on: date | None = None
    ) -> Found:
        """What the guides say about a question, to an audience, on a day (any day without one).

        A server that gives no vectors is no reason for silence: then words decide, and `trouble` says so.
        Raises SetupError for a file that is no guide.
        """
        shelf = _shelf_of(self)
        asked = shelf.words.repaired(question)
        allowed = [
            place
            for place, one in enumerate(shelf.passages)
            if one.about.is_for(audience) and (on is None or one.about.holds_on(on))
        ]
        try:
            found = self._by_meaning(shelf, asked, allowed, limit) if self.embedder else None
        except ModelError as error:
            found = replace(_by_words(shelf, asked, allowed, limit), trouble=str(error))
        found = found or _by_words(shelf, asked, allowed, limit)
        return found if on is None else replace(found, lapsed=_lapsed(shelf, asked, found, audience, on))

    def renew(self, *, anew: bool = False) -> Change:
        """Bring the vectors up to date with the files; `anew` makes all of them again.

        Raises SetupError for a file that is no guide, and ModelError when a server gives no vectors.
        """
        shelf = _shelf_of(self)
        if self.embedder is None:
            return Change(0, 0, len(shelf.passages))
        store = shelf.store = VectorStore(self.kept_in, self.embedder)
        if anew:
            store.forget()
        change = store.renew({one.id: one.meaning for one in shelf.passages})
        shelf.is_indexed = True
        return change

    def _by_meaning(self, shelf: _Shelf, asked: str, allowed: Sequence[int], limit: int) -> Found:
        assert self.embedder is not None  # noqa: S101 - the caller asked
        with shelf.lock:
            if not shelf.is_indexed:
                self.renew()
        near, vector = self._similar(shelf, asked, allowed)
        scores = {place: score for place, score in shelf.words.scores(asked).items() if place in set(allowed)}
        ranked = fused(near, scores)
        evidence = self._evidence(shelf, asked, near, vector, allowed)
        named = any(shelf.words.names_a_code_of(asked, place) for place in ranked[:limit])
        speaks = bool(ranked) and (named or evidence.answers)
        best = tuple(shelf.passages[place] for place in ranked[:limit]) if speaks else ()
        return Found(best, BY_MEANING, evidence)

    def _similar(self, shelf: _Shelf, asked: str, allowed: Sequence[int]) -> tuple[dict[int, float], Vectors]:
        """Place -> cosine similarity of the nearest passages, and the question's vector."""
        assert self.embedder is not None  # noqa: S101 - the caller asked
        assert shelf.store is not None  # noqa: S101 - made by renew
        vector = self.embedder.embed([asked])[0]
        similar = shelf.store.nearest(vector, _NEIGHBOURS)
        near = {place: similar[one] for place in allowed if (one := shelf.passages[place].id) in similar}
        return near, vector

    def _evidence(
        self, shelf: _Shelf, asked: str, near: dict[int, float], vector: Vectors, allowed: Sequence[int]
    ) -> Evidence:
        assert self.embedder is not None  # noqa: S101 - the caller asked
        scale = scale_of(self.embedder)
        rest_near, rest_vector = near, vector
        told = 0.0
        if near:
            nearest = max(near, key=lambda place: near[place])
            file = shelf.passages[nearest].file
            told = shelf.words.told(asked, [one for one in allowed if shelf.passages[one].file == file])
            rest_near, rest_vector = self._similar(shelf, shelf.words.rest_of(asked, nearest), allowed)
        return Evidence(
            near=scale.near(max(near.values(), default=-1.0)),
            elsewhere=scale.elsewhere(vector),
            rest_near=scale.near(max(rest_near.values(), default=-1.0)),
            rest_elsewhere=scale.elsewhere(rest_vector),
            told=told,
            words=len(set(words_of(asked))),
        )


def fused(near: dict[int, float], scores: dict[int, float]) -> list[int]:
    """Places by reciprocal rank in both rankings, the best first.

    >>> fused({1: 0.9, 2: 0.8, 3: 0.1}, {2: 7.0})
    [2, 1, 3]
    """
    total = dict.fromkeys([*near, *scores], 0.0)
    for ranking, weight in ((near, 1.0), (scores, _WORDS_WEIGHT)):
        for rank, place in enumerate(sorted(ranking, key=lambda one: (-ranking[one], one))):
            total[place] += weight / (_SMOOTHING + rank + 1)
    return sorted(total, key=lambda place: (-total[place], place))


class _Shelf:
    """Guides as they were read, kept while no file changes."""

    def __init__(self, guides: list[Guide]) -> None:
        self.guides = guides
        self.passages = [passage for guide in guides for passage in guide.passages]
        self.words = WordIndex(self.passages)
        self.store: VectorStore | None = None
        self.is_indexed = False
        self.lock = Lock()


_KEPT: Final[dict[Library, tuple[str, _Shelf]]] = {}
_LOCK: Final = Lock()


def _shelf_of(library: Library) -> _Shelf:
    files = guide_files(library.directory)
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\x00{len(content)}\x00".encode())
        digest.update(content)
    with _LOCK:
        kept = _KEPT.get(library)
        if kept is None or kept[0] != digest.hexdigest():
            kept = _KEPT[library] = digest.hexdigest(), _Shelf(guides_of(files))
        return kept[1]


def _by_words(shelf: _Shelf, asked: str, allowed: Sequence[int], limit: int) -> Found:
    """The passages that share enough of the question's telling words, best first."""
    scores = shelf.words.scores(asked)
    ranked = sorted((place for place in allowed if place in scores), key=lambda one: (-scores[one], one))
    enough = [place for place in ranked if shelf.words.coverage(asked, place) >= COVERED]
    return Found(tuple(shelf.passages[place] for place in enough[:limit]), BY_WORDS)


def _lapsed(shelf: _Shelf, asked: str, found: Found, audience: str, on: date) -> tuple[Guide, ...]:
    """Guides not in force on the day that speak of more of the question's words than what was found."""
    scores = shelf.words.scores(asked)
    files = {one.file for one in found.passages}
    best = max((score for place, score in scores.items() if shelf.passages[place].file in files), default=0.0)
    out = {
        shelf.passages[place].file
        for place, score in scores.items()
        if score > best and shelf.words.coverage(asked, place) >= COVERED
    }
    return tuple(
        one
        for one in shelf.guides
        if one.file in out and one.about.is_for(audience) and not one.about.holds_on(on)
    )
