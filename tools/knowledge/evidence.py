"""Whether the guides speak of a question at all, so that silence is said and not papered over.

A question is as near to some passage as to topics that handbooks of shops leave out (``elsewhere.txt``:
wages, Wi-Fi, recipes, film stars). A question about a thing that the guides know, but not this about it ("how
heavy is the cast iron casserole"), is near to both; so its rest is looked at as well: what it asks when the
words that the nearest passage has are taken out ("how heavy is the it it it"). All four similarities are put
on the scale of the embedder, the spread of those topics among each other, so that one line decides for every
embedder. The weights come from a logistic regression on the tuning questions: ``evals/guides.py --fit``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tools.knowledge.embedding import Embedder

if TYPE_CHECKING:
    from tools.knowledge.embedding import Vectors

ELSEWHERE: Final = 0.5
"""What nearness to the nearest topic elsewhere takes away, against 1 for nearness to a passage."""

REST_NEAR: Final = 0.9
"""What nearness of the rest of the question to a passage counts."""

REST_ELSEWHERE: Final = 0.8
"""What nearness of the rest to the nearest topic elsewhere takes away."""

ENOUGH: Final = 1.25
"""The guides answer when the sum is at least so much: 3 % of tuning questions with an answer lie below."""

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


@dataclass(frozen=True, slots=True)
class Evidence:
    """How near a question and its rest come to a passage and to topics elsewhere, on the embedder's scale."""

    near: float
    elsewhere: float
    rest_near: float
    rest_elsewhere: float

    @property
    def answers(self) -> bool:
        """Whether the guides speak of the question.

        >>> Evidence(5.0, 3.0, 3.0, 3.0).answers, Evidence(5.0, 3.0, 1.0, 6.0).answers
        (True, False)
        """
        whole = self.near - ELSEWHERE * self.elsewhere
        return whole + REST_NEAR * self.rest_near - REST_ELSEWHERE * self.rest_elsewhere >= ENOUGH


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
