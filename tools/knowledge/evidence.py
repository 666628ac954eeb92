"""Whether the guides speak of a question at all, so that silence is said and not papered over.

A question is as near to some passage as to topics that handbooks of shops leave out (``elsewhere.txt``:
wages, Wi-Fi, recipes, film stars). A question about a thing that the guides know, but not this about it ("how
heavy is the cast iron casserole"), is near to both; so its rest is looked at as well: what it asks when the
words that the nearest passage has are taken out ("how heavy is the it it it"). Two plain figures are weighed
beside them: how much of the question, by the rarity of its words, the nearest passage's guide has, and how
many telling words it has, since a long question comes less near to anything. All four similarities are put
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

ELSEWHERE: Final = 0.57
"""What nearness to the nearest topic elsewhere takes away, against 1 for nearness to a passage."""

REST_NEAR: Final = 1.4
"""What nearness of the rest of the question to a passage counts."""

REST_ELSEWHERE: Final = 0.98
"""What nearness of the rest to the nearest topic elsewhere takes away."""

TOLD: Final = 2.9
"""What it counts that the nearest passage's guide has all of the question's telling words."""

WORDS: Final = 0.79
"""What each telling word counts: a long question comes less near to any passage."""

ENOUGH: Final = 5.73
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
    told: float
    words: int

    @property
    def answers(self) -> bool:
        """Whether the guides speak of the question.

        >>> Evidence(5.0, 3.0, 3.0, 3.0, 0.6, 4).answers, Evidence(5.0, 3.0, 1.0, 6.0, 0.1, 4).answers
        (True, False)
        """
        whole = self.near - ELSEWHERE * self.elsewhere
        rest = REST_NEAR * self.rest_near - REST_ELSEWHERE * self.rest_elsewhere
        return whole + rest + TOLD * self.told + WORDS * self.words >= ENOUGH

    @property
    def signals(self) -> tuple[float, ...]:
        """The figures that are weighed, in the order of the weights."""
        return (
            self.near,
            self.elsewhere,
            self.rest_near,
            self.rest_elsewhere,
            self.told,
            float(self.words),
        )


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
