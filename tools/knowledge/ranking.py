"""Passages in the order of what tells for them: words shared, nearness of vectors, words met by meaning."""

from __future__ import annotations

from typing import Final

_SMOOTHING: Final = 5
"""Ranks are counted from here on: a passage that one ranking puts first is worth two that both put tenth."""

_WORDS_WEIGHT: Final = 0.3
"""What BM25's ranking counts against the vectors' 1."""

_MET_WEIGHT: Final = 1.0
"""What it counts how well a passage meets the question's words, against 1 for its nearness."""

_SHARED_WEIGHT: Final = 0.01
"""What a point of BM25 counts."""


def weighed(near: dict[int, float], scores: dict[int, float], how_met: dict[int, float]) -> list[int]:
    """Places by the sum of what tells for them: nearness, words met by meaning, and words shared (BM25).

    A weighted sum tells more than ranks where the measures keep their scales (Bruch, Gai, Ingber 2023).

    >>> weighed({1: 0.9, 2: 0.8}, {}, {1: 0.3, 2: 0.6})
    [2, 1]
    """
    furthest = min(near.values(), default=0.0)
    total = {
        place: near.get(place, furthest) + _MET_WEIGHT * how + _SHARED_WEIGHT * scores.get(place, 0.0)
        for place, how in how_met.items()
    }
    return sorted(total, key=lambda place: (-total[place], place))


def fused(near: dict[int, float], scores: dict[int, float]) -> list[int]:
    """Places by reciprocal rank in both rankings, the best first.

    >>> fused({1: 0.9, 2: 0.8, 3: 0.1}, {2: 7.0})
    [2, 1, 3]
    """
    total = dict.fromkeys([*near, *scores], 0.0)
    for ranking, weight in ((near, 1.0), (scores, _WORDS_WEIGHT)):
        for rank, place in enumerate(sorted(ranking, key=lambda one: (-ranking[one], one))):
            total[place] += weight / (_SMOOTHING + rank + 1)
    return sorted(total, key=lambda place: (-total[place], place))
