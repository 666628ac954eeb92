"""Weights of signs for each tool, found by multinomial logistic regression over the phrasebook.

Naive Bayes counts each sign by itself; regression (Cox 1958, doi:10.1111/j.2517-6161.1958.tb00292.x; for many
classes Böhning 1992, doi:10.1007/BF00048682) weighs them against each other, so that what hangs together is not
counted twice. The weights are found by ``python -m evals.request_weights`` and kept beside the phrasebook, as whole
numbers: the same words, the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from math import exp, log, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT: Final = Path(__file__).with_name("regression.npz")
LENGTH: Final = 3.0
"""All signs of a text together count so much, however many they are."""


def digest_of(lines: Iterable[tuple[str, Sequence[str]]]) -> str:
    """What the weights were found from, in short; `lines` are (tool, its phrase's signs in order)."""
    told = "\n".join(f"{tool}\t{'|'.join(signs)}" for tool, signs in lines)
    return sha256(told.encode()).hexdigest()


class Regression:
    """The weight of every sign for every tool; whole numbers, `step` is what one of them is worth."""

    def __init__(
        self, tools: Sequence[str], signs: Sequence[str], weights: NDArray[Any], step: float
    ) -> None:
        """`weights` has one row per sign and one column per tool."""
        self._tools = tuple(tools)
        self._rows = {sign: row for row, sign in enumerate(signs)}
        self._weights = weights
        self._step = step

    @property
    def size(self) -> tuple[int, int]:
        """(signs, tools)."""
        return len(self._rows), len(self._tools)

    def of(self, signs: Iterable[str]) -> dict[str, float]:
        """The logarithm of each tool's probability; empty when no sign is known."""
        rows = [self._rows[sign] for sign in signs if sign in self._rows]
        if not rows:
            return {}
        sums = self._weights[rows].sum(axis=0, dtype="int64").tolist()
        scale = self._step * LENGTH / sqrt(len(rows))
        best = max(sums)
        whole = log(sum(exp(scale * (one - best)) for one in sums))
        return {tool: scale * (one - best) - whole for tool, one in zip(self._tools, sums, strict=True)}


@lru_cache(maxsize=1)
def regression() -> Regression:
    """The shipped weights."""
    import numpy as np  # noqa: PLC0415 - takes a tenth of a second to load

    with np.load(KEPT, allow_pickle=False) as kept:
        return Regression(
            str(kept["tools"]).split("\n"),
            str(kept["signs"]).split("\n"),
            kept["weights"],
            float(kept["step"]),
        )


def kept_digest() -> str:
    """What the shipped weights were found from."""
    import numpy as np  # noqa: PLC0415 - takes a tenth of a second to load

    with np.load(KEPT, allow_pickle=False) as kept:
        return str(kept["digest"])
