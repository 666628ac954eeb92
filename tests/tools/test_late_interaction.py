from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tools.knowledge.embedding import TokenEmbedder, Tokens
from tools.knowledge.evidence import Evidence
from tools.knowledge.guide_library import Library
from tools.knowledge.late_interaction import NOTHING_TOLD, TokenRarity, met, worst_met
from tools.knowledge.token_store import TokenStore
from tools.knowledge.vectors import Change

MEANINGS = {"lorry": 0, "truck": 0, "candles": 1, "pallets": 2, "burn": 3}


class Meanings:
    """An embedder of whole words: some mean the same, others are as alike as they are long."""

    id = "meanings"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The mean of a text's words, of length 1."""
        return self.embed_tokens(texts)[0]

    def embed_tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Tokens]]:
        """That, and a vector of each word."""
        tokens = [Tokens(words, _vectors(words)) for words in self.pieces(texts)]
        rows = np.array([one.vectors.sum(axis=0) for one in tokens], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True), tokens

    def pieces(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The words of each text."""
        return [tuple(text.casefold().replace(".", " ").split()) for text in texts]


def _vectors(words: Sequence[str]) -> NDArray[np.float32]:
    return np.eye(32, dtype=np.float32)[[MEANINGS.get(word, 4 + len(word)) for word in words]]


def _tokens(text: str) -> Tokens:
    (words,) = Meanings().pieces([text])
    return Tokens(words, _vectors(words))


def test_a_word_is_met_by_one_that_means_the_same() -> None:
    """A question's word counts as met where the passage has a word with the same vector, by its rarity."""
    question = _tokens("the truck")
    weights = TokenRarity([("candles", "burn"), ("the", "lorry")]).weights(question)
    assert weights[0] < weights[1]
    assert met(question, weights, _vectors(["pallets", "by", "lorry"])) > 0.9
    assert met(question, weights, _vectors(["candles", "burn"])) == 0.0


def test_the_word_that_nothing_meets_is_told() -> None:
    """The telling word that all passages together meet worst is told; without one nothing is."""
    rarity = TokenRarity([("candles", "burn"), ("pallets", "lorry")])
    passages = [_vectors(["candles", "burn"]), _vectors(["pallets"])]
    both, one, none = _tokens("candles pallets"), _tokens("candles truck"), _tokens("the of")
    assert [worst_met(asked, rarity.weights(asked), passages) for asked in (both, one, none)] == [
        1.0,
        0.0,
        NOTHING_TOLD,
    ]


def test_tokens_are_kept_in_bytes_and_broken_ones_are_none(tmp_path: Path) -> None:
    """Vectors come back from disk almost as they were; a file that cannot be read counts as none."""
    vectors = np.random.default_rng(1).normal(size=(7, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    TokenStore(tmp_path).keep("a", vectors)
    back = TokenStore(tmp_path).of("a")
    assert back is not None
    assert (back * vectors).sum(axis=1).min() > 0.999
    (tmp_path / "a.npy").write_bytes(b"half")
    assert TokenStore(tmp_path).of("a") is None
    assert TokenStore(tmp_path).of("b") is None


def test_tokens_that_are_lost_are_made_again(tmp_path: Path) -> None:
    """Tokens that are missing or broken are made anew, and go with their passage."""
    guides, kept = tmp_path / "guides", tmp_path / "index"
    guides.mkdir()
    for name, text in {"one.md": "Pallets go by lorry.", "two.md": "Candles burn."}.items():
        (guides / name).write_text(text, encoding="utf-8")
    embedder = Meanings()
    assert isinstance(embedder, TokenEmbedder)
    assert Library(guides, kept, embedder).renew() == Change(added=2, removed=0, kept=0)
    lost = min((kept / "tokens").iterdir())
    lost.unlink()
    assert Library(guides, kept, embedder).renew() == Change(added=1, removed=0, kept=1)
    assert lost.exists()
    (guides / "two.md").unlink()
    assert Library(guides, kept, embedder).renew() == Change(added=0, removed=1, kept=1)
    assert len(list((kept / "tokens").iterdir())) == 1
    lost = min((kept / "tokens").iterdir())
    lost.write_bytes(b"half")
    evidence = Library(guides, kept, embedder).search("truck").evidence
    assert evidence is not None
    assert evidence.met == pytest.approx(1.0)


def test_a_word_met_by_nothing_speaks_against_an_answer() -> None:
    """Of two questions that are alike in all else, the guides answer the one whose words are all met."""
    whole = Evidence(4.0, 3.0, 2.0, 3.0, 0.5, 2, 3.0, met=0.7, worst_met=0.7, points=0.0)
    gap = Evidence(4.0, 3.0, 2.0, 3.0, 0.5, 2, 3.0, met=0.7, worst_met=0.1, points=0.0)
    assert (whole.answers, gap.answers) == (True, False)
