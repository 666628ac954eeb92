"""How likely a request means each tool, learnt from the phrasebook: for words that no pattern foresaw.

Two ways of weighing the same signs are heard together, for each is wrong elsewhere: regression (``regression``)
and naive Bayes. Naive Bayes (Maron 1961, doi:10.1145/321075.321084) over the meanings of words and pairs of them, each tool's
frequencies drawn towards those of all tools (Jelinek and Mercer 1980), so that a tool with few phrases is not
sure of itself. Trained when it is first asked, from the phrases alone: the same phrases, the same answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import exp, log
from typing import Final

from agent.offline.concepts import concept
from agent.offline.phrases import COMMON, TOKEN, framed, phrases
from agent.offline.regression import regression

NONE: Final = "none"
"""Greetings, poems and what else no tool is for."""

_DRAWN: Final = 3.0
"""A tool's frequencies count as if so many more of its phrases were drawn from all tools' phrases."""
_RARE: Final = 0.01
_PAIR: Final = 0.5
"""A pair of words counts less than a word: its words are counted already."""
_PRIOR: Final = 0.3
"""How much it counts that some tools have more phrases: that tells how they were collected, mostly."""
_CALIBRATION: Final = 0.5
"""Words hang together, so that plain odds overstate; found on sets that were left out in turn."""


class Likelihood:
    """Counts of what was said for each tool."""

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        """`lines` are (tool, phrase), at least one."""
        signs = [(tool, signs_of(phrase)) for tool, phrase in lines]
        spread = Counter(sign for _, each in signs for sign in each)
        sizes = Counter(tool for tool, _ in signs)
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for tool, each in signs:
            for sign in each:
                counts[sign][tool] += 1
        whole = len(lines)
        self._prior = {tool: _PRIOR * log(size / whole) for tool, size in sizes.items()}
        self._size = {tool: log(size + _DRAWN) for tool, size in sizes.items()}
        self._odds = {
            sign: {
                tool: log(1 + count / (_DRAWN * spread[sign] / whole + _RARE)) for tool, count in of.items()
            }
            for sign, of in counts.items()
        }

    def of(self, text: str) -> dict[str, float]:
        """The probability of each tool, the likeliest first; empty when no word of the text is known."""
        signs = [(sign, _PAIR if " " in sign else 1.0) for sign in signs_of(text) if sign in self._odds]
        if not any(_tells(sign) for sign, _ in signs):
            return {}
        weight = sum(each for _, each in signs)
        scores = {tool: prior - weight * self._size[tool] for tool, prior in self._prior.items()}
        for sign, each in signs:
            for tool, odds in self._odds[sign].items():
                scores[tool] += each * odds
        return _shares(scores, _CALIBRATION)


def _tells(sign: str) -> bool:
    """Whether a sign is a word that tells something; marks and records alone are no request."""
    return " " not in sign and sign[0] not in "<?^"


def _shares(scores: dict[str, float], drawn: float) -> dict[str, float]:
    best = max(scores.values())
    odds = {tool: exp(drawn * (score - best)) for tool, score in scores.items()}
    whole = sum(odds.values())
    return {tool: odds[tool] / whole for tool in sorted(odds, key=lambda one: (-odds[one], one))}


def signs_of(text: str) -> set[str]:
    """What counts of a text: telling words by their meaning, pairs, the first word, whether it asks."""
    words = [concept(word) for word in TOKEN.findall(text)]
    found = {word for word in words if word not in COMMON}
    found.update(f"{one} {two}" for one, two in pairwise(words))
    if words:
        found.add(f"^ {words[0]}")
    if text.rstrip().endswith("?"):
        found.add("?")
    return found


def opening_words(lines: Iterable[tuple[str, str]], bare: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each tool the meanings of the words with which its phrases begin; `bare` are their texts."""
    found: dict[str, set[str]] = defaultdict(set)
    for (tool, _), text in zip(lines, bare, strict=True):
        words = TOKEN.findall(text)
        if words and not words[0].startswith("<"):
            found[tool].add(concept(words[0]))
    return {tool: frozenset(words) for tool, words in found.items()}


def known() -> list[tuple[str, str]]:
    """All that the likelihood is learnt from: the phrasebook and the frames spelled out."""
    return [*phrases(), *framed()]


@lru_cache(maxsize=1)
def likelihood() -> Likelihood:
    """What the shipped phrasebook teaches."""
    return Likelihood(known())


def together(bayes: Mapping[str, float], weighed: Mapping[str, float]) -> dict[str, float]:
    """The probability of each tool by both ways, likeliest first; empty where naive Bayes knows no word.

    `bayes` are probabilities, `weighed` their logarithms; the product of the two is drawn towards doubt, since
    both read the same words (a logarithmic opinion pool: Genest, Zidek 1986, doi:10.1214/ss/1177013825).
    """
    if not bayes or not weighed:
        return dict(bayes)
    scores = {tool: log(max(share, _IMPOSSIBLE)) + weighed.get(tool, _NEVER) for tool, share in bayes.items()}
    return _shares(scores, _POOLED)


_IMPOSSIBLE: Final = 1e-9
_NEVER: Final = log(_IMPOSSIBLE)
_POOLED: Final = 0.65
"""So drawn, that of what is taken for 90 % sure at least so many are right; by frames left out in turn."""


@lru_cache(maxsize=256)
def likely(text: str) -> dict[str, float]:
    """The probability of each tool for a tagged, repaired text (returns as ``<rma_id>``), likeliest first.

    >>> next(iter(likely("could you put the parcel of <order_id> on its way to them once more, it got lost")))
    'reship_order'
    """
    bayes = likelihood().of(text)
    return together(bayes, regression().of(signs_of(text))) if bayes else {}
