"""Whether the guides speak of a question at all, so that silence is said and not papered over.

A question is as near to some passage as to topics that handbooks of shops leave out (``elsewhere.txt``:
wages, Wi-Fi, recipes, film stars). A question about a thing that the guides know, but not this about it ("how
heavy is the cast iron casserole"), is near to both; so its rest is looked at as well: what it asks when the
words that the nearest passage has are taken out ("how heavy is the it it it"). Two plain figures are weighed
beside them: how much of the question, by the rarity of its words, the nearest passage's guide has, and how
many telling words it has, since a long question comes less near to anything. All four similarities are put
on the scale of the embedder, the spread of those topics among each other, so that one line decides for every
embedder. Two plain yes or no are weighed as well: whether the question wants a kind of answer (a mass, a
person, a date) that none of the first passages has, and whether it asks for the state of things, which the
books tell (``answer_kinds.py``). An embedder that tells the vectors of tokens says three things more: how
well the words are met, and the one that is met worst, and how far the nearest passage stands out. For the
shipped model there is a direction too: how far the rest of a question points to what handbooks tell ("who
pays for it") and away from what they leave out ("who designed it"). Weights and direction come from a
logistic regression on the tuning questions: ``python -m evals.guides --fit``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from io import BytesIO
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


BY_VECTORS: Final = Line((1.0, -0.662, 1.442, -1.171, 3.782, 1.033, -3.917, -6.121), 4.894)
"""For an embedder that gives one vector of a text: 3 % of tuning questions with an answer lie below."""

BY_TOKENS: Final = Line(
    (1.0, -1.116, 1.358, -1.339, 2.097, 1.248, 0.544, 6.627, 8.246, -4.989, -5.853), 11.219
)
"""For the shipped model, with the direction: 1.5 % of tuning questions with an answer lie below."""

POINTED_BY: Final = "all-minilm-l6-v2-int8-8199be6f699a"
"""The embedder in whose vectors the direction was fitted: in another's it means nothing."""

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
    meets the word that it meets worst; the last two are None where an embedder tells no tokens. `lacks` is
    whether the kind of answer that is asked for is missing, `books` whether only the books can tell. `points`
    is where the rest points to on the shipped direction, None for other embedders; `rest` is its vector.
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
    lacks: bool = False
    books: bool = False
    points: float | None = None
    rest: Vectors | None = field(default=None, compare=False, repr=False)

    @property
    def answers(self) -> bool:
        """Whether the guides speak of the question.

        >>> Evidence(5.0, 3.0, 3.0, 3.0, 0.6, 4).answers, Evidence(5.0, 3.0, 1.0, 6.0, 0.1, 4).answers
        (True, False)
        """
        line = BY_VECTORS if self.points is None or self.met is None else BY_TOKENS
        whole: float = sum(map(mul, line.weights, self.signals))
        return whole + (self.points or 0.0) >= line.enough

    @property
    def signals(self) -> tuple[float, ...]:
        """The figures that are weighed, in the order of the weights."""
        kinds = (float(self.lacks), float(self.books))
        plain = (self.near, self.elsewhere, self.rest_near, self.rest_elsewhere, self.told, float(self.words))
        if self.points is None or self.met is None or self.worst_met is None:
            return (*plain, *kinds)
        return (*plain, self.margin, self.met, self.worst_met, *kinds)


def scale_of(embedder: Embedder) -> Scale:
    """The scale of an embedder, measured once in a process; raises what the embedder raises."""
    if embedder.id not in _SCALES:
        _SCALES[embedder.id] = _measured(embedder)
    return _SCALES[embedder.id]


_SCALES: Final[dict[str, Scale]] = {}


def points_to(embedder: Embedder, rest: Vectors) -> float | None:
    """How far the rest of a question points to what handbooks tell; None where no direction was fitted."""
    return float(direction() @ rest) if embedder.id == POINTED_BY else None


@cache
def direction() -> Vectors:
    """The direction that was fitted in the shipped model's vectors, its weight included."""
    import numpy as np  # noqa: PLC0415 - only questions about guides need it

    kept: Vectors = np.load(BytesIO(files(__package__).joinpath(DIRECTION).read_bytes()), allow_pickle=False)
    return kept


DIRECTION: Final = "handbooks_tell.npy"


def _measured(embedder: Embedder) -> Scale:
    import numpy as np  # noqa: PLC0415 - only questions about guides need it

    topics = embedder.embed(topics_elsewhere())
    among = (topics @ topics.T)[np.triu_indices(len(topics), 1)]
    return Scale(topics, float(among.mean()), max(float(among.std()), 1e-6))


def topics_elsewhere() -> list[str]:
    """What people ask a shop's assistant and its handbook does not tell."""
    return files(__package__).joinpath("elsewhere.txt").read_text(encoding="utf-8").splitlines()
