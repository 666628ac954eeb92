"""The store's guides as one thing to ask: what speaks of a question, by words and by meaning.

BM25 and nearness of vectors rank the passages (``ranking.py``), then the tokens of the first of them are
looked at (``late_interaction.py``); whether the guides speak of it at all is decided in ``evidence.py``.
Without an embedder words alone decide.
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
from tools.knowledge.answer_kinds import asks_the_books, lacks_answer
from tools.knowledge.embedding import Embedder, TokenEmbedder
from tools.knowledge.evidence import COVERED, Evidence, points_to, scale_of
from tools.knowledge.guide import STAFF, Guide, Passage
from tools.knowledge.late_interaction import TokenRarity, met, worst_met
from tools.knowledge.ranking import fused, weighed
from tools.knowledge.reading import guide_files, guides_of
from tools.knowledge.vectors import Change, VectorStore
from tools.knowledge.words import WordIndex, words_of

if TYPE_CHECKING:
    from tools.knowledge.embedding import Tokens, Vectors

BY_MEANING: Final = "words and meaning"
BY_WORDS: Final = "words"

_NEIGHBOURS: Final = 200

_READ: Final = 3
"""Passages that are read for the kind of answer that a question asks for: as many as an answer shows."""

_LOOKED_AT: Final = 40
"""Passages whose tokens are looked at; nothing that answers was ranked lower by nearness and words."""


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
        if isinstance(self.embedder, TokenEmbedder):
            shelf.rarity = TokenRarity(self.embedder.pieces([one.meaning for one in shelf.passages]))
        shelf.is_indexed = True
        return change

    def _by_meaning(self, shelf: _Shelf, asked: str, allowed: Sequence[int], limit: int) -> Found:
        with shelf.lock:
            if not shelf.is_indexed:
                self.renew()
        question = self._read(asked)
        near = _similar(shelf, question.vector, allowed)
        scores = {place: score for place, score in shelf.words.scores(asked).items() if place in set(allowed)}
        ranked = fused(near, scores)
        how_met = _how_met(shelf, question.tokens, ranked[:_LOOKED_AT])
        if how_met:
            ranked = [*weighed(near, scores, how_met), *ranked[_LOOKED_AT:]]
        evidence = self._evidence(shelf, question, near, _Ranked(ranked, how_met), allowed)
        codes = any(shelf.words.names_a_code_of(asked, place) for place in ranked[:limit])
        named = codes and not evidence.books
        speaks = bool(ranked) and (named or evidence.answers)
        best = tuple(shelf.passages[place] for place in ranked[:limit]) if speaks else ()
        return Found(best, BY_MEANING, evidence)

    def _read(self, asked: str) -> _Question:
        if isinstance(self.embedder, TokenEmbedder):
            rows, tokens = self.embedder.embed_tokens([asked])
            return _Question(asked, rows[0], tokens[0])
        assert self.embedder is not None  # noqa: S101 - the caller asked
        return _Question(asked, self.embedder.embed([asked])[0], None)

    def _evidence(
        self,
        shelf: _Shelf,
        question: _Question,
        near: dict[int, float],
        found: _Ranked,
        allowed: Sequence[int],
    ) -> Evidence:
        assert self.embedder is not None  # noqa: S101 - the caller asked
        scale = scale_of(self.embedder)
        rest, rest_near, told = question.vector, near, 0.0
        if near:
            nearest = max(near, key=lambda place: near[place])
            told = shelf.words.told(question.asked, shelf.beside(nearest, allowed))
            rest = self.embedder.embed([shelf.words.rest_of(question.asked, nearest)])[0]
            rest_near = _similar(shelf, rest, allowed)
        mean = sum(near.values()) / len(near) if near else -1.0
        return Evidence(
            near=scale.near(max(near.values(), default=-1.0)),
            elsewhere=scale.elsewhere(question.vector),
            rest_near=scale.near(max(rest_near.values(), default=-1.0)),
            rest_elsewhere=scale.elsewhere(rest),
            told=told,
            words=len(set(words_of(question.asked))),
            margin=scale.near(max(near.values(), default=-1.0)) - scale.near(mean),
            met=max(found.how_met.values(), default=None),
            worst_met=_worst_met(shelf, question.tokens, shelf.beside(found.places[0], allowed))
            if found.how_met
            else None,
            lacks=lacks_answer(question.asked, [shelf.passages[one].meaning for one in found.places[:_READ]]),
            books=asks_the_books(question.asked),
            points=points_to(self.embedder, rest),
            rest=rest,
        )


def _similar(shelf: _Shelf, vector: Vectors, allowed: Sequence[int]) -> dict[int, float]:
    """Place -> cosine similarity of the nearest passages."""
    assert shelf.store is not None  # noqa: S101 - made by renew
    similar = shelf.store.nearest(vector, _NEIGHBOURS)
    return {place: similar[one] for place in allowed if (one := shelf.passages[place].id) in similar}


def _how_met(shelf: _Shelf, question: Tokens | None, places: Sequence[int]) -> dict[int, float]:
    """Place -> how well the words of the question are met; nothing where the embedder tells no tokens."""
    if question is None or shelf.rarity is None:
        return {}
    weights = shelf.rarity.weights(question)
    return {place: met(question, weights, shelf.tokens(place)) for place in places}


def _worst_met(shelf: _Shelf, question: Tokens | None, places: Sequence[int]) -> float | None:
    if question is None or shelf.rarity is None:
        return None
    return worst_met(question, shelf.rarity.weights(question), [shelf.tokens(place) for place in places])


@dataclass(frozen=True, slots=True)
class _Question:
    """A question and what the embedder makes of it; `tokens` is None where it tells none."""

    asked: str
    vector: Vectors
    tokens: Tokens | None


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Places, best first, and how well the first of them meet the question's words."""

    places: Sequence[int]
    how_met: dict[int, float]


class _Shelf:
    """Guides as they were read, kept while no file changes."""

    def __init__(self, guides: list[Guide]) -> None:
        self.guides = guides
        self.passages = [passage for guide in guides for passage in guide.passages]
        self.words = WordIndex(self.passages)
        self.store: VectorStore | None = None
        self.rarity: TokenRarity | None = None
        self.is_indexed = False
        self.lock = Lock()

    def beside(self, place: int, among: Sequence[int]) -> list[int]:
        """The passages of one guide, those among some."""
        file = self.passages[place].file
        return [one for one in among if self.passages[one].file == file]

    def tokens(self, place: int) -> Vectors:
        """The vectors of a passage's tokens."""
        assert self.store is not None  # noqa: S101 - made by renew
        passage = self.passages[place]
        vectors = self.store.tokens(passage.id, passage.meaning)
        assert vectors is not None  # noqa: S101 - there is a rarity only with an embedder of tokens
        return vectors


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
