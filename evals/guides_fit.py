"""Weights and direction of the decision whether the guides speak of a question: ``evals.guides --fit``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tools.knowledge.evidence import Evidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tools.knowledge.embedding import Vectors

    Numbers = NDArray[np.float64]

SIGNALS: Final = ("near", "elsewhere", "rest near", "rest elsewhere", "told", "words")
OF_TOKENS: Final = ("margin", "met", "worst met")
OF_KINDS: Final = ("lacks", "books")

_PARTS: Final = 24
"""Principal parts of the rests' vectors in which the direction lies: all 384 would be learnt by heart."""

_STRETCH: Final = 3.0
"""A vector's parts are small beside the signals; the ridge is to hold both alike."""

_RIDGE: Final = 0.005
_RIDGE_WITH_PARTS: Final = 0.1
_STEPS: Final = 60

Set = tuple[Sequence[Evidence], Sequence[bool]]
"""Questions of one file: what speaks for an answer, and whether there is one."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights of the signals, the first being 1, and the direction of the rests, None without one."""

    weights: tuple[float, ...]
    direction: Vectors | None

    def sums(self, evidence: Sequence[Evidence]) -> list[float]:
        """What it makes of each question; more speaks for an answer."""
        import numpy as np  # noqa: PLC0415 - only a fit needs it

        sums = np.array([one.signals for one in evidence]) @ np.array(self.weights)
        if self.direction is not None:
            sums = sums + _rests(evidence) @ self.direction
        return [float(one) for one in sums]


def fitted(evidence: Sequence[Evidence], answerable: Sequence[bool]) -> Fit:
    """The fit to some questions, answerable or not weighed alike.

    Logistic regression by Newton's method with a ridge (Hastie, Tibshirani, Friedman 2009, section 4.4.1),
    the vectors as their principal parts (section 3.5.1).
    """
    import numpy as np  # noqa: PLC0415 - only a fit needs it

    signals = np.array([one.signals for one in evidence])
    wanted = np.array(answerable, dtype=float)
    if evidence[0].points is None:
        weights = _regression(signals, wanted, _RIDGE)
        return Fit(tuple(map(float, weights / weights[0])), None)
    rests = _rests(evidence)
    parts = np.linalg.svd(rests - rests.mean(0), full_matrices=False)[2][:_PARTS] * _STRETCH
    weights = _regression(np.hstack([signals, rests @ parts.T]), wanted, _RIDGE_WITH_PARTS)
    plain = weights[: signals.shape[1]]
    direction = (weights[signals.shape[1] :] @ parts / plain[0]).astype(np.float32)
    return Fit(tuple(map(float, plain / plain[0])), direction)


def _regression(rows: Numbers, wanted: Numbers, ridge: float) -> Numbers:
    import numpy as np  # noqa: PLC0415 - only a fit needs it

    middle, spread = rows.mean(0), rows.std(0) + 1e-9
    scaled = np.hstack([(rows - middle) / spread, np.ones((len(rows), 1))])
    share = np.where(wanted == 1, 0.5 / max(wanted.sum(), 1), 0.5 / max((1 - wanted).sum(), 1))
    held = np.append(np.full(rows.shape[1], ridge), 1e-9)
    weights = np.zeros(scaled.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ ((chance - wanted) * share) + held * weights
        bend = (scaled * (share * chance * (1 - chance))[:, None]).T @ scaled + np.diag(held)
        weights -= np.linalg.solve(bend, slope)
    plain: Numbers = weights[:-1] / spread
    return plain


def _rests(evidence: Sequence[Evidence]) -> Vectors:
    import numpy as np  # noqa: PLC0415 - only a fit needs it

    return np.vstack([one.rest for one in evidence if one.rest is not None])


def line_of(totals: Sequence[float], answerable: Sequence[bool], lost: float) -> float:
    """The line below which the share `lost` of the answerable questions lies.

    >>> line_of([1.0, 5.0, 6.0, 7.0], [False, True, True, True], 0.34)
    6.0
    """
    kept = sorted(one for one, yes in zip(totals, answerable, strict=True) if yes)
    return kept[min(int(lost * len(kept)), len(kept) - 1)]


def left_out_in_turn(sets: Sequence[Set], lost: float) -> tuple[int, int]:
    """Questions refused rightly and wrongly when each set is judged by a fit to the others.

    The line is drawn where the others lose the share `lost` of their answerable questions.
    """
    right = wrong = 0
    for number, (evidence, answerable) in enumerate(sets):
        others = [one for place, one in enumerate(sets) if place != number]
        known = [one for each, _ in others for one in each]
        answered = [one for _, each in others for one in each]
        fit = fitted(known, answered)
        line = line_of(fit.sums(known), answered, lost)
        refused = [one < line for one in fit.sums(evidence)]
        right += sum(no and not yes for no, yes in zip(refused, answerable, strict=True))
        wrong += sum(no and yes for no, yes in zip(refused, answerable, strict=True))
    return right, wrong
