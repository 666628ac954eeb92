"""A guide and its passages: the front matter, strictly read, and the text cut at its headings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, Final

from shop.errors import SetupError

STAFF: Final = "staff"
CUSTOMER: Final = "customer"
EVERYBODY: Final = "all"
AUDIENCES: Final = frozenset({STAFF, CUSTOMER, EVERYBODY})
KEYS: Final = frozenset(
    {"title", "audience", "version", "valid_from", "valid_until", "updated", "review_by", "states"}
)
_DAYS: Final = ("valid_from", "valid_until", "updated", "review_by")
LONGEST: Final = 1_200
"""Characters of a passage, about: what a small language model reads at once."""


@dataclass(frozen=True, slots=True)
class About:
    """What the front matter says of a guide; `states` are its claims, `unknown` keys nobody reads."""

    title: str
    audience: str = EVERYBODY
    version: str = "1"
    valid_from: date | None = None
    valid_until: date | None = None
    updated: date | None = None
    review_by: date | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether the guide is in force on a day; both ends count."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def is_for(self, audience: str) -> bool:
        """Whether this audience may read it: staff read everything, customers what is not for staff only."""
        return audience != CUSTOMER or self.audience != STAFF


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading; `heading` is the path of headings above it."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a guide under one heading."""

    file: str
    heading: str
    text: str
    about: About

    @property
    def title(self) -> str:
        """The title of the guide."""
        return self.about.title

    @property
    def meaning(self) -> str:
        """What a language model is shown of the passage: its place in the guide, then its text."""
        last = self.heading.rpartition(" > ")[2]
        return ". ".join(part for part in (self.title, last if last != self.title else "", self.text) if part)

    @property
    def id(self) -> str:
        """A digest of what the vector depends on: the same text keeps its vector, wherever it moves."""
        return hashlib.sha256(self.meaning.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Guide:
    """One file: what it says of itself, and its passages in order."""

    file: str
    about: About
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        """Everything it says."""
        return "\n".join(one.text for one in self.passages)


def guide_of(file: str, front: Mapping[str, Any], sections: list[Section], *, title: str = "") -> Guide:
    """A guide from front matter and sections; `title` stands in where the front matter has none.

    Raises SetupError for a value that cannot be meant: a date that is none, an unknown audience.
    """
    about = about_of(file, front, title)
    passages = tuple(
        Passage(file, section.heading, text, about) for section in sections for text in _pieces(section.text)
    )
    return Guide(file, about, passages)


def about_of(file: str, front: Mapping[str, Any], title: str = "") -> About:
    """The front matter, strictly read; raises SetupError."""
    audience = str(front.get("audience") or EVERYBODY)
    if audience not in AUDIENCES:
        raise SetupError(
            f"guide {file}: audience is {audience!r}; write one of {', '.join(sorted(AUDIENCES))}"
        )
    states = front.get("states") or {}
    if not isinstance(states, Mapping):
        raise SetupError(f"guide {file}: 'states' must be lines such as 'refund-late: 30 days'")
    days = {
        key: _day(file, key, front.get(key)) for key in ("valid_from", "valid_until", "updated", "review_by")
    }
    return About(
        title=str(front.get("title") or title or PurePosixPath(file).stem.replace("-", " ")),
        audience=audience,
        version=str(front.get("version") or "1"),
        states=MappingProxyType({str(key): str(value) for key, value in states.items()}),
        unknown=tuple(sorted(str(key) for key in front.keys() - KEYS)),
        **days,
    )


def _day(file: str, key: str, value: object) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise SetupError(f"guide {file}: {key} is {value!r}; write a day such as 2026-11-20") from None


def _pieces(text: str) -> list[str]:
    """A long text in pieces of whole paragraphs, or of whole lines where a paragraph is too long.

    >>> [len(piece) for piece in _pieces(("word " * 100 + chr(10) * 2) * 5)]
    [1001, 1001, 499]
    """
    pieces = [""]
    for block in re.split(r"\n\s*\n", text):
        lines = [block] if len(block) <= LONGEST else block.split("\n")
        for number, line in enumerate(lines):
            gap = "\n\n" if number == 0 else "\n"
            if pieces[-1] and len(pieces[-1]) + len(line) > LONGEST:
                pieces.append(line)
            else:
                pieces[-1] = f"{pieces[-1]}{gap}{line}" if pieces[-1] else line
    return [piece.strip() for piece in pieces if piece.strip()]
