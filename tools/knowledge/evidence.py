"""Whether the guides speak of a question at all, so that silence is said and not papered over.

A question is as near to some passage as to topics that handbooks of shops leave out (``elsewhere.txt``:
wages, Wi-Fi, recipes, film stars). Both similarities are put on the scale of the embedder, the spread of
those topics among each other, so that one line decides for every embedder. Its weights come from a logistic
regression on the tuning questions: ``python -m evals.guides --fit``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tools.knowledge.embedding import Embedder

if TYPE_CHECKING:
    from tools.knowledge.embedding import Vectors

NEAR: Final = 1.0
"""Weight of the similarity to the nearest passage."""

ELSEWHERE: Final = 0.6
"""Weight of the similarity to the nearest topic that is not the guides'."""

ENOUGH: Final = 0.8
"""The guides answer when the difference of both is at least so much."""

COVERED: Final = 0.3
"""By words alone: at least this share of the question's telling words, by rarity, must stand in a passage."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The topics elsewhere as vectors, and the mean and the spread of their similarities to each other."""

    topics: Vectors
    mean: float
    spread: float

    def near(self, similarity: float) -> float:
        """A similarity on the embedder's own scale: standard deviations over two unrelated topics."""
        return (similarity - self.mean) / self.spread

    def elsewhere(self, question: Vectors) -> float:
        """How near the nearest topic elsewhere is, on the same scale."""
        return self.near(float((self.topics @ question).max()))


def is_answered(near: float, elsewhere: float) -> bool:
    """Whether a question this near to a passage, and this near to topics elsewhere, is the guides'.

    >>> is_answered(5.0, 3.0), is_answered(1.0, 4.0)
    (True, False)
    """
    return NEAR * near - ELSEWHERE * elsewhere >= ENOUGH


def scale_of(embedder: Embedder) -> Scale:
    """The scale of an embedder, measured once in a process; raises what the embedder raises."""
    if embedder.id not in _SCALES:
        _SCALES[embedder.id] = _measured(embedder)
    return _SCALES[embedder.id]


_SCALES: Final[dict[str, Scale]] = {}


def _measured(embedder: Embedder) -> Scale:
    import numpy as np  # noqa: PLC0415 - only questions about guides need it

    topics = embedder.embed(topics_elsewhere())
    among = (topics @ topics.T)[np.triu_indices(len(topics), 1)]
    return Scale(topics, float(among.mean()), max(float(among.std()), 1e-6))


def topics_elsewhere() -> list[str]:
    """What people ask a shop's assistant and its handbook does not tell."""
    return files(__package__).joinpath("elsewhere.txt").read_text(encoding="utf-8").splitlines()
