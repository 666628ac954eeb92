"""Ranks tools by the words of a request: deterministic, without a model, about a millisecond.

Three measures are added. BM25 (Robertson and Zaragoza 2009, doi:10.1561/1500000019, equation 3.15) over each
tool's name, description, arguments and the words of ``tool_words.txt``; and the likeness to the phrases that
operators used for a tool (``agent/offline/phrases.txt``), which knows what single words cannot tell; and how
likely each clause makes a tool by what those phrases teach (``likelihood.py``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log
from typing import Final

from agent.brain import ToolDescription
from agent.offline.likelihood import likely
from agent.offline.phrases import phrasebook
from agent.offline.service_clauses import service_look, service_request
from agent.offline.spelling import repaired
from agent.tool_words import known_words, meanings, tagged

_K1: Final = 1.2
_B: Final = 0.5
_NAME: Final = 2.0
_ARGUMENT: Final = 0.5
_LIKENESS: Final = 6.0
"""What a request that stands in the phrasebook word for word adds: as much as two rare words."""
_UNDERSTOOD: Final = 4.0
"""What the offline planner's own reading of the request adds."""
_LIKELY: Final = 3.0
"""What certainty by naive Bayes over the phrasebook adds, of the whole request or of one clause."""
_CLAUSE: Final = re.compile(r"[,.;?!]+\s|\b(?:and|then|also)\b")
_CLAUSES: Final = 6
_KEPT: Final = 512
"""Texts whose scores are kept: about 2 KiB each."""
_EARLIER: Final = 0.6
"""What the words of the request before count: "and in Bristol?" means what it meant."""


class ToolIndex:
    """An inverted index over the descriptions of tools."""

    def __init__(self, tools: Sequence[ToolDescription]) -> None:
        documents = {tool.name: _document(tool) for tool in tools}
        self._names = tuple(documents)
        self._weights = _bm25(documents)
        self._kept: dict[str, dict[str, float]] = {}

    def scores(self, text: str) -> Mapping[str, float]:
        """How much a text speaks for each tool; 0 is nothing. A request is weighed once, not each turn."""
        found = self._kept.get(text)
        if found is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            found = self._kept[text] = self._scores(text)
        return found

    def _scores(self, text: str) -> dict[str, float]:
        found = dict.fromkeys(self._names, 0.0)
        shaped = tagged(text)
        for word in set(meanings(shaped)):
            for name, weight in self._weights.get(word, {}).items():
                found[name] += weight
        said = shaped.replace("<return_id>", "<rma_id>")
        for name, likeness in phrasebook().likeness(said).items():
            if name in found:
                found[name] += _LIKENESS * likeness
        for name, share in _likeliest(repaired(said)).items():
            if name in found:
                found[name] += _LIKELY * share
        for name in _understood(repaired(shaped)):
            if name in found:
                found[name] += _UNDERSTOOD
        return found

    def ranked(self, text: str, before: str = "") -> list[tuple[str, float]]:
        """Tools that a request speaks for, the best first; `before` is the request before it."""
        found = dict(self.scores(text))
        if before:
            for name, score in self.scores(before).items():
                found[name] += _EARLIER * score
        places = {name: place for place, name in enumerate(self._names)}
        positive = [(name, score) for name, score in found.items() if score > 0]
        return sorted(positive, key=lambda one: (-one[1], places[one[0]]))


def _likeliest(said: str) -> dict[str, float]:
    """For each tool the most that the whole request or one of its clauses speaks for it."""
    clauses = [clause.strip() for clause in _CLAUSE.split(said) if clause.strip()]
    best: dict[str, float] = {}
    for text in dict.fromkeys((said, *clauses[:_CLAUSES])):
        for name, share in likely(text).items():
            best[name] = max(share, best.get(name, 0.0))
    return best


def _understood(shaped: str) -> set[str]:
    """The tools that the offline planner's words for customer service name."""
    text = shaped.replace("<return_id>", "<rma_id>").replace("<exchange_id>", "ex-1")
    return {tool for tool in (service_request(text), service_look(text)) if tool is not None}


def index_of(tools: Sequence[ToolDescription]) -> ToolIndex:
    """The index over these tools; made once for the same descriptions."""
    return _kept(tuple(_Described(tool) for tool in tools))


class _Described:
    """A tool that is the same as another of its name and description: schemas cannot be hashed."""

    def __init__(self, tool: ToolDescription) -> None:
        self.tool = tool
        self._key = (tool.name, tool.description)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Described) and self._key == other._key


@lru_cache(maxsize=4)
def _kept(tools: tuple[_Described, ...]) -> ToolIndex:
    return ToolIndex([each.tool for each in tools])


def _document(tool: ToolDescription) -> Mapping[str, float]:
    """The words of a tool with their weights."""
    words: dict[str, float] = {}
    sources = (
        (_NAME, meanings(tool.name.replace("_", " "))),
        (_NAME, sorted(set(meanings(known_words().get(tool.name, ""))))),
        (1.0, meanings(tool.description)),
        (_ARGUMENT, meanings(" ".join(tool.parameters.get("properties", {})).replace("_", " "))),
    )
    for weight, found in sources:
        for word in found:
            words[word] = words.get(word, 0.0) + weight
    return words


def _bm25(documents: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """The weight of each word for each tool that has it."""
    average = sum(sum(each.values()) for each in documents.values()) / max(len(documents), 1)
    holders = Counter(word for each in documents.values() for word in each)
    weights: dict[str, dict[str, float]] = {}
    for name, words in documents.items():
        length = _K1 * (1 - _B + _B * sum(words.values()) / average)
        for word, count in words.items():
            rarity = log(1 + (len(documents) - holders[word] + 0.5) / (holders[word] + 0.5))
            weights.setdefault(word, {})[name] = rarity * count * (_K1 + 1) / (count + length)
    return weights
