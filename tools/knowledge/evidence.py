"""Whether the guides speak of a question at all, so that silence is said and not papered over.

A question is as near to some passage as to topics that handbooks of shops leave out (``elsewhere.txt``:
wages, Wi-Fi, recipes, film stars). A question about a thing that the guides know, but not this about it ("how
heavy is the cast iron casserole"), is near to both; so its rest is looked at as well: what it asks when the
words that the nearest passage has are taken out ("how heavy is the it it it"). Two plain figures are weighed
beside them: how much of the question, by the rarity of its words, the nearest passage's guide has, and how
many telling words it has, since a long question comes less near to anything. All four similarities are put
on the scale of the embedder, the spread of those topics among each other, so that one line decides for every
embedder. One that tells the vectors of tokens says three things more: how well the words are met, and the one
that is met worst, and how far the nearest passage stands out. The weights come from a logistic regression on
the tuning questions: ``evals/guides.py --fit``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from operator import mul
from typing import TYPE_CHECKING, Final

from tools.knowledge.embedding import Embedder

if TYPE_CHECKING:
    from tools.knowledge.embedding import Vectors


@dataclass(frozen=True, slots=True)
class Line:
    """What each figure of the evidence counts, in the order of `Evidence.signals`, and how much is enough."""

    weights: tuple[float, ...]
    enough: float


BY_VECTORS: Final = Line((1.0, -0.57, 1.4, -0.98, 2.9, 0.79), 5.73)
"""For an embedder that gives one vector of a text: 3 % of tuning questions with an answer lie below."""

BY_TOKENS: Final = Line((1.0, -0.577, 1.223, -1.011, 1.266, 1.042, -0.521, 4.313, 7.219), 7.577)
"""For one that gives a vector of each token too: 2 % of tuning questions with an answer lie below."""

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
    """How near a question and its rest come to a passage and to topics elsewhere, on the embedder's scale.

    `told` is the share of the question's telling words, by rarity, that the nearest passage's guide has,
    `words` their number. `margin` is how much nearer the nearest passage is than the mean one, `met` how well
    the words are met by the passage that meets them best, `worst_met` how well the best passage's guide
    meets the word that it meets worst; the last two are None where an embedder tells no tokens.
    """

    near: float
    elsewhere: float
    rest_near: float
    rest_elsewhere: float
    told: float
    words: int
    margin: float = 0.0
    met: float | None = None
    worst_met: float | None = None

    @property
    def answers(self) -> bool:
        """Whether the guides speak of the question.

        >>> Evidence(5.0, 3.0, 3.0, 3.0, 0.6, 4).answers, Evidence(5.0, 3.0, 1.0, 6.0, 0.1, 4).answers
        (True, False)
        """
        line = BY_VECTORS if self.met is None else BY_TOKENS
        whole: float = sum(map(mul, line.weights, self.signals))
        return whole >= line.enough

    @property
    def signals(self) -> tuple[float, ...]:
        """The figures that are weighed, in the order of the weights."""
        plain = (self.near, self.elsewhere, self.rest_near, self.rest_elsewhere, self.told, float(self.words))
        if self.met is None or self.worst_met is None:
            return plain
        return (*plain, self.margin, self.met, self.worst_met)


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
