"""What is wrong with the guides: stale ones, ones that contradict each other, ones that contradict the rules.

A guide marks what it claims in its front matter, and the claim is compared with the rules in force, with its
own text and with other guides:

    states:
      refund-late: 30 days          # the limit of a rule, as `shophand policy list` shows it
      cancel-large.expires: 24 h    # how long an approval stands
      refund-lead.by: support lead  # who decides
      return window: 30 days        # words of your own: guides that claim the same thing must agree
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Final

from policies.model import PolicySet, Rule
from tools.knowledge.guide import About, Guide
from tools.knowledge.words import words_of

YEAR: Final = timedelta(days=365)
"""A guide that nobody looked at for so long is stale."""

_NUMBER: Final = re.compile(r"-?\d[\d,_]*(?:\.\d+)?")
_SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s+|\n+")
_MEASURE: Final = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*(%|°C|days?|hours?|weeks?|months?|years?|GBP|EUR|USD|JPY|pieces?|points?|mm|cm)"
)
_ALIKE: Final = 0.6
"""Two sentences speak of one thing when so much of their words and titles is the same (Jaccard)."""


@dataclass(frozen=True, slots=True)
class GuideFinding:
    """One thing that is wrong with a guide. `kind` is stale, contradiction, rules or front matter."""

    kind: str
    file: str
    text: str


def findings(guides: Sequence[Guide], policies: PolicySet | None, today: date) -> list[GuideFinding]:
    """Everything that is wrong, by file."""
    found = [*_front_matter(guides), *_stale(guides, today), *_contradictions(guides, today)]
    found += disagreements(guides, policies, today) if policies is not None else []
    return sorted(found, key=lambda one: (one.file, one.kind, one.text))


def stale(about: About, today: date) -> str:
    """Why the age of a guide is a reason to look at it again; empty when it is none."""
    if about.valid_until is not None and about.valid_until < today:
        return f"it was valid until {about.valid_until}"
    if about.review_by is not None and about.review_by < today:
        return f"its review was due on {about.review_by}"
    if about.review_by is None and about.updated is not None and about.updated < today - YEAR:
        return f"it was last looked at on {about.updated}, more than a year ago"
    return ""


def disagreements(guides: Iterable[Guide], policies: PolicySet, today: date) -> list[GuideFinding]:
    """Where a guide in force claims something else than the rules. The rules decide; the guide is wrong."""
    rules = {rule.id: rule for rule in policies.rules}
    return [
        GuideFinding("rules", guide.file, fault)
        for guide in guides
        if guide.about.holds_on(today)
        for term, claimed in guide.about.states.items()
        if " " not in term and (fault := _fault(term, claimed, rules))
    ]


def _fault(term: str, claimed: str, rules: dict[str, Rule]) -> str:
    name, _, part = term.partition(".")
    rule = rules.get(name)
    if rule is None:
        return f"states {term}, but no rule has this name (see: shophand policy list)"
    ruled = _ruled(rule, part)
    if ruled is None:
        return f"states {term}, but the rule {name} has no {part}"
    if _comparable(claimed) == _comparable(ruled):
        return ""
    return f"says {claimed} where the rule {term} says {ruled}"


def _ruled(rule: Rule, part: str) -> str | None:
    """What a rule says of a part of it, in words; its limit without a part."""
    if part == "by":
        return " and ".join(sorted(rule.approvers.roles)).replace("_", " ") if rule.approvers else None
    if part == "expires":
        return f"{rule.approvers.expires.total_seconds() / 3_600:g} h" if rule.approvers else None
    if not part:
        return rule.headline.limit_shown
    return next((one.limit_shown for one in rule.when if one.fact == part), None)


def _comparable(text: str) -> tuple[object, ...]:
    """Numbers and currency of a value, whatever words stand between; words where it has no number.

    >>> _comparable("1,000 GBP") == _comparable("1,000.00 GBP"), _comparable("30 days") == _comparable("30")
    (True, True)
    >>> _comparable("2 days") == _comparable("48 h")
    False
    >>> _comparable("Support lead") == _comparable("support_lead")
    True
    """
    numbers = tuple(float(one.replace(",", "").replace("_", "")) for one in _NUMBER.findall(text))
    if not numbers:
        return tuple(sorted(text.casefold().replace("_", " ").split()))
    return (*numbers, *re.findall(r"\b[A-Z]{3}\b", text))


def _front_matter(guides: Iterable[Guide]) -> Iterator[GuideFinding]:
    for guide in guides:
        for key in guide.about.unknown:
            yield GuideFinding("front matter", guide.file, f"has {key!r}, which nobody reads")
        for term, claimed in guide.about.states.items():
            if not _is_said(claimed, guide.text):
                yield GuideFinding("front matter", guide.file, f"states {term}: {claimed}; its text does not")


def _is_said(claimed: str, text: str) -> bool:
    """Whether the numbers of a claim stand in the text, or its words where it has no number."""
    plain = text.replace(",", "").casefold()
    numbers = [one.replace(",", "").lstrip("-") for one in _NUMBER.findall(claimed)]
    wanted = numbers or claimed.casefold().replace("_", " ").split()
    return all(re.search(rf"(?<![\d.]){re.escape(one)}(?!\d)", plain) for one in wanted)


def _stale(guides: Iterable[Guide], today: date) -> Iterator[GuideFinding]:
    for guide in guides:
        if why := stale(guide.about, today):
            yield GuideFinding("stale", guide.file, why)


def _contradictions(guides: Sequence[Guide], today: date) -> Iterator[GuideFinding]:
    """Guides in force that give one thing two values, marked in front matter or said in like sentences."""
    current = [guide for guide in guides if guide.about.holds_on(today)]
    for one, other in combinations(current, 2):
        for term in one.about.states.keys() & other.about.states.keys():
            first, second = one.about.states[term], other.about.states[term]
            if _comparable(first) != _comparable(second):
                text = f"says {term} is {first}, {other.file} says {second}"
                yield GuideFinding("contradiction", one.file, text)
    yield from _sentences_at_odds(current)


def _sentences_at_odds(guides: Sequence[Guide]) -> Iterator[GuideFinding]:
    said = [
        (guide, sentence, frozenset(words_of(_MEASURE.sub(" ", sentence))), measures)
        for guide in guides
        for sentence in _SENTENCE.split(guide.text)
        if (measures := _measures(sentence))
    ]
    for (one, first, about, here), (other, second, also, there) in combinations(said, 2):
        if one.file == other.file or len(about & also) < 3:  # noqa: PLR2004 - two words say too little
            continue
        if here.keys() != there.keys() or here == there:
            continue
        subjects = frozenset(words_of(one.about.title)), frozenset(words_of(other.about.title))
        if _jaccard(about | subjects[0], also | subjects[1]) >= _ALIKE:
            text = f'says "{first.strip()}", {other.file} says "{second.strip()}"'
            yield GuideFinding("contradiction", one.file, text)


def _measures(sentence: str) -> dict[str, tuple[float, ...]]:
    """Unit -> the numbers that a sentence gives in it."""
    found: dict[str, tuple[float, ...]] = {}
    for number, unit in _MEASURE.findall(sentence):
        key = unit.rstrip("s")
        found[key] = (*found.get(key, ()), float(number.replace(",", "")))
    return found


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
