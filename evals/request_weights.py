"""Finds the weights of the phrasebook's signs: ``python -m evals.request_weights [--measure]``.

Run it after the phrasebook or the concepts have changed; a test tells when it was forgotten. ``--measure``
writes nothing: it leaves whole frames of the phrasebook out in turn (phrases that share most of their
meanings go together) and prints how often naive Bayes, the regression and both together find the tool of
those left out.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agent.offline.likelihood import Likelihood, known, signs_of, together
from agent.offline.regression import KEPT, LENGTH, Regression, digest_of

_ROUNDS: Final = 70
_STEP: Final = 3.0
_MOMENTUM: Final = 0.9
_SHRINK: Final = 2e-4
"""The L2 penalty."""
_SEEN: Final = 2
"""A sign of one phrase alone tells nothing of others."""
_LEAST: Final = 0.03
"""A weight less than this is none."""
_LARGEST: Final = 127
_FOLDS: Final = 5
_ONE_FRAME: Final = 0.6
"""Phrases that share so much of their meanings are of one frame (Jaccard 1901)."""
_SURE: Final = 0.9

Line = tuple[str, tuple[str, ...]]


def lines_of(said: Sequence[tuple[str, str]]) -> list[Line]:
    """(tool, its phrase's signs in order) of (tool, phrase)."""
    return [(tool, tuple(sorted(signs_of(phrase)))) for tool, phrase in said]


def trained(lines: Sequence[Line]) -> tuple[Regression, dict[str, Any]]:
    """The regression of some lines, and what is kept of it; gradient descent with momentum."""
    seen = Counter(sign for _, signs in lines for sign in signs)
    signs = [sign for sign, count in seen.items() if count >= _SEEN]
    tools = sorted({tool for tool, _ in lines})
    weights = _descended(_Matrix(lines, signs), _wanted(lines, tools))
    weights[abs(weights) < _LEAST] = 0
    step = float(abs(weights).max()) / _LARGEST
    whole = np.round(weights / step).astype(np.int8)
    kept = {"tools": "\n".join(tools), "signs": "\n".join(signs), "weights": whole, "step": step}
    return Regression(tools, signs, whole, step), kept


def _wanted(lines: Sequence[Line], tools: Sequence[str]) -> NDArray[Any]:
    place = {tool: number for number, tool in enumerate(tools)}
    return np.eye(len(tools))[[place[tool] for tool, _ in lines]]


class _Matrix:
    """Which line holds which sign: one row a line, every row of length `LENGTH`."""

    def __init__(self, lines: Sequence[Line], signs: Sequence[str]) -> None:
        column = {sign: number for number, sign in enumerate(signs)}
        held = [[column[sign] for sign in own if sign in column] for _, own in lines]
        self.shape = len(lines), len(signs)
        self._row = np.repeat(np.arange(len(held)), [len(own) for own in held])
        self._column = np.array([one for own in held for one in own])
        self._value = np.array([LENGTH / np.sqrt(len(own)) for own in held for _ in own])[:, None]
        self._order = np.argsort(self._column, kind="stable")

    def times(self, weights: NDArray[Any]) -> NDArray[Any]:
        """One row a line."""
        return _summed(weights[self._column] * self._value, self._row, self.shape[0])

    def turned_times(self, errors: NDArray[Any]) -> NDArray[Any]:
        """One row a sign."""
        ordered = (errors[self._row] * self._value)[self._order]
        return _summed(ordered, self._column[self._order], self.shape[1])


def _summed(values: NDArray[Any], keys: NDArray[Any], rows: int) -> NDArray[Any]:
    """The sums of the rows of each key; `keys` ascend."""
    result = np.zeros((rows, values.shape[1]))
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    result[keys[starts]] = np.add.reduceat(values, starts, axis=0)
    return result


def _descended(held: _Matrix, wanted: NDArray[Any]) -> NDArray[Any]:
    weights = np.zeros((held.shape[1], wanted.shape[1]))
    moved = np.zeros_like(weights)
    for _ in range(_ROUNDS):
        scores = held.times(weights)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        errors = odds / odds.sum(axis=1, keepdims=True) - wanted
        slope = held.turned_times(errors) / len(wanted) + _SHRINK * weights
        moved = _MOMENTUM * moved - _STEP * slope
        weights += moved
    return weights


def frames(said: Sequence[tuple[str, str]]) -> list[int]:
    """For each phrase the number of its frame: phrases that share most of their meanings have one."""
    meanings = [{one for one in signs_of(phrase) if " " not in one and one[0] != "<"} for _, phrase in said]
    column = {one: number for number, one in enumerate(sorted(set().union(*meanings)))}
    held = np.zeros((len(said), len(column)), dtype=np.float32)
    for row, own in enumerate(meanings):
        held[row, [column[one] for one in own]] = 1
    shared, size = held @ held.T, held.sum(axis=1)
    alike = shared >= _ONE_FRAME * np.maximum(size[:, None] + size[None] - shared, 1)
    first = list(range(len(said)))
    for one, other in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
        first[_root(first, int(other))] = _root(first, int(one))
    return [_root(first, number) for number in range(len(said))]


def _root(first: list[int], number: int) -> int:
    while first[number] != number:
        first[number] = first[first[number]]
        number = first[number]
    return number


def measured(said: Sequence[tuple[str, str]]) -> dict[str, tuple[int, int, int]]:
    """For each way (right, sure, rightly sure) over all phrases, each judged by what other frames teach."""
    number = {frame: place for place, frame in enumerate(dict.fromkeys(frames(said)))}
    folds = [number[frame] * 7 % _FOLDS for frame in frames(said)]
    counts = {way: [0, 0, 0] for way in ("naive Bayes", "regression", "both")}
    for fold in range(_FOLDS):
        known = [line for line, its in zip(said, folds, strict=True) if its != fold]
        bayes, found = Likelihood(known), trained(lines_of(known))[0]
        for (tool, phrase), its in zip(said, folds, strict=True):
            if its == fold:
                ways = {
                    "naive Bayes": bayes.of(phrase),
                    "regression": {
                        one: float(np.exp(odds)) for one, odds in found.of(signs_of(phrase)).items()
                    },
                    "both": together(bayes.of(phrase), found.of(signs_of(phrase))),
                }
                for way, shares in ways.items():
                    _count(counts[way], tool, shares)
    return {way: (right, sure, rightly) for way, (right, sure, rightly) in counts.items()}


def _count(counts: list[int], tool: str, shares: dict[str, float]) -> None:
    best = max(shares, key=lambda one: shares[one], default="")
    sure = shares.get(best, 0.0) >= _SURE
    counts[0] += best == tool
    counts[1] += sure
    counts[2] += sure and best == tool


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.request_weights", description="Weigh the phrasebook."
    )
    parser.add_argument("--measure", action="store_true", help="leave frames out in turn; write nothing")
    said = known()
    if parser.parse_args(argv).measure:
        for way, (right, sure, rightly) in measured(said).items():
            share = (
                f"sure of {100 * sure / len(said):.1f} %, of those {100 * rightly / max(sure, 1):.1f} % right"
            )
            print(f"{way}: {100 * right / len(said):.1f} % of {len(said)} phrases right; {share}")
        return 0
    lines = lines_of(said)
    found, kept = trained(lines)
    np.savez_compressed(KEPT, digest=digest_of(lines), **kept)
    print(f"{KEPT.name}: {found.size[0]} signs, {found.size[1]} tools, {KEPT.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
