"""How well each word of a question is met by a passage: late interaction of token vectors.

One vector of a whole passage says what it is about and blurs what it says. Here each token of the question,
as the model reads it in its sentence, looks for the token of the passage that is nearest to it (MaxSim:
Khattab, Zaharia 2020, "ColBERT", section 3.2), and rare tokens count more, as in BM25: "the box arrived
crushed" meets "broken in transit" where no word is shared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tools.knowledge.embedding import Tokens
from tools.knowledge.words import words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tools.knowledge.embedding import Vectors

    Weights = NDArray[np.float32]

UNTELLING: Final = 0.05
"""What a token counts that says nothing by itself ("the", "?"), against the logarithmic rarity of others."""

NEVER_SEEN: Final = 0.7
"""A piece that no passage has is as rare as if so many of them had it."""

NOTHING_TOLD: Final = 0.5
"""How well the worst word of a question is met that has no telling word."""


class TokenRarity:
    """How rare word pieces are among passages."""

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self._passages = len(passages)
        self._having: dict[str, int] = {}
        for pieces in passages:
            for piece in set(pieces):
                self._having[piece] = self._having.get(piece, 0) + 1

    def weights(self, question: Tokens) -> Weights:
        """What each token of a question counts, at least UNTELLING."""
        import numpy as np  # noqa: PLC0415 - only questions about guides need it

        return np.array([self._weight(piece) for piece in question.pieces], dtype=np.float32)

    def _weight(self, piece: str) -> float:
        if not _tells(piece):
            return UNTELLING
        return math.log(1 + self._passages / self._having.get(piece, NEVER_SEEN))


def met(question: Tokens, weights: Weights, passage: Vectors) -> float:
    """How well a passage meets the words of a question: their best cosines, averaged by weight (-1 to 1)."""
    if not len(weights) or not len(passage):
        return -1.0
    return float((question.vectors @ passage.T).max(axis=1) @ weights / weights.sum())


def worst_met(question: Tokens, weights: Weights, passages: Sequence[Vectors]) -> float:
    """How well some passages together meet that telling token of a question which they meet worst."""
    import numpy as np  # noqa: PLC0415 - only questions about guides need it

    telling = weights > UNTELLING
    there = [one for one in passages if len(one)]
    if not telling.any() or not there:
        return NOTHING_TOLD
    return float((question.vectors[telling] @ np.concatenate(there).T).max(axis=1).min())


def _tells(piece: str) -> bool:
    """Whether a word piece says something by itself; what goes on with a word ("##ing") counts as it stands.

    >>> _tells("refund"), _tells("the"), _tells("?")
    (True, False, False)
    """
    return piece.startswith("##") or bool(words_of(piece))
