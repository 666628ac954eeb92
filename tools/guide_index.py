"""The store's guides as an index: Markdown files, cut at their headings, ranked by BM25.

The ranking is behind a small Protocol, so that dense vectors can stand beside the words later.
"""

import hashlib
import math
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol

import yaml

from shop.errors import SetupError

MAX_BYTES: Final = 512 * 1024
MAX_TEXT: Final = 2_000

_FRONT: Final = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_HEADING: Final = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_WORD: Final = re.compile(r"[0-9a-z]{2,}|[0-9]")
_ENOUGH: Final = 0.3
"""At least this share of the question's telling words must stand in a passage, by their rarity."""

_TITLE_WEIGHT: Final = 3
_HEADING_WEIGHT: Final = 2
"""A word of the title counts as so many words of the text, a word of the heading as so many."""

_STOP: Final = frozenset(
    """
    about after all also am an and any anyone are as at be been before but by can could do does for from
    get give guide had handbook has have he her how if in into is it its may me my need no not of on one
    or our out please policies policy procedure rule say says she should so some tell than that the
    their them then there they thing this to up us was we were what when where which who why will with
    would you your
    """.split()  # noqa: SIM905 - as a list it would be a page of lines
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a guide under one heading."""

    file: str
    title: str
    heading: str
    audience: str
    valid_from: date | None
    updated: date | None
    text: str
    words: tuple[str, ...] = field(repr=False)


class Index(Protocol):
    """Ranks passages for a question; lexical today, dense or both later."""

    def search(self, question: str, limit: int) -> list[Passage]:
        """The most relevant passages, best first; none when nothing is relevant."""


class WordIndex:
    """BM25 (Lucene's variant) over stemmed words; heading and title count as part of a passage."""

    def __init__(self, passages: list[Passage]) -> None:
        self._passages = passages
        counts: dict[str, int] = {}
        for one in passages:
            for word in set(one.words):
                counts[word] = counts.get(word, 0) + 1
        self._rarity = {word: math.log(1 + len(passages) / count) for word, count in counts.items()}
        self._unknown = math.log(1 + len(passages))
        self._bm25 = self._indexed()

    def search(self, question: str, limit: int) -> list[Passage]:
        """The passages that share enough of the question's telling words, best first."""
        asked = list(dict.fromkeys(words_of(question)))
        known = [word for word in asked if word in self._rarity]
        if not known or self._bm25 is None:
            return []
        scores = self._bm25.get_scores(known)
        ranked = sorted(range(len(self._passages)), key=lambda place: (-scores[place], place))
        best = [self._passages[place] for place in ranked if scores[place] > 0]
        return [one for one in best if self._coverage(asked, one) >= _ENOUGH][:limit]

    def _coverage(self, asked: list[str], passage: Passage) -> float:
        """The share of the question that a passage speaks of, each word weighted by its rarity."""
        weight = {word: self._rarity.get(word, self._unknown) for word in asked}
        there = set(passage.words)
        return sum(weight[word] for word in asked if word in there) / sum(weight.values())

    def _indexed(self) -> Any:
        if not self._passages:
            return None
        import bm25s  # noqa: PLC0415 - takes a second to load, only for questions about guides

        index = bm25s.BM25(method="lucene")
        index.index([list(one.words) for one in self._passages], show_progress=False)
        return index


_KEPT: dict[Path, tuple[str, Index]] = {}
_LOCK: Final = Lock()


def index_of(directory: Path) -> Index:
    """The index of a directory of Markdown files, kept while no file's content changes.

    Raises SetupError for a file that is no guide (too large, not UTF-8, front matter that is no YAML).
    """
    files = {path.relative_to(directory).as_posix(): _bytes(path) for path in sorted(directory.rglob("*.md"))}
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\x00{len(content)}\x00".encode())
        digest.update(content)
    with _LOCK:
        kept = _KEPT.get(directory)
        if kept is None or kept[0] != digest.hexdigest():
            passages = [one for name, content in files.items() for one in passages_of(name, content)]
            kept = _KEPT[directory] = digest.hexdigest(), WordIndex(passages)
        return kept[1]


def passages_of(name: str, content: bytes) -> list[Passage]:
    """A guide cut at its headings; raises SetupError where it is no guide."""
    try:
        text = content.decode("utf-8")
        front = _FRONT.match(text)
        about = yaml.safe_load(front[1]) if front else {}
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise SetupError(f"guide {name}: {error}") from error
    if not isinstance(about, dict):
        raise SetupError(f"guide {name}: the front matter must be 'name: value' lines")
    title = str(about.get("title") or Path(name).stem.replace("-", " "))
    return [
        Passage(
            file=name,
            title=title,
            heading=heading,
            audience=str(about.get("audience") or ""),
            valid_from=_day(about.get("valid_from")),
            updated=_day(about.get("updated")),
            text=body,
            words=tuple(
                words_of(title) * _TITLE_WEIGHT + words_of(heading) * _HEADING_WEIGHT + words_of(body)
            ),
        )
        for heading, body in _sections(text[front.end() :] if front else text)
    ]


def words_of(text: str) -> list[str]:
    """The telling words of a text, without endings: what is said often and everywhere is left out.

    >>> words_of("How long do customers have for returns?")
    ['long', 'customer', 'return']
    """
    plain = [_stem(word) for word in _WORD.findall(text.casefold()) if word not in _STOP]
    return [word for word in plain if word not in _STOP]


def _stem(word: str) -> str:
    """A word without its commonest English endings, the same for question and guide."""
    for ending, rest in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):  # noqa: PLR2004
            return word[: -len(ending)] + rest
    return word[:-1] if word.endswith("e") and len(word) > 3 else word  # noqa: PLR2004 - 'refund', 'the'


def _sections(text: str) -> list[tuple[str, str]]:
    """(heading path, text) of each part; a part without text of its own is left out."""
    found: list[tuple[str, list[str]]] = [("", [])]
    path: list[tuple[int, str]] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else _HEADING.match(line)
        if heading:
            level = len(heading[1])
            path = [*(one for one in path if one[0] < level), (level, heading[2])]
            found.append((" > ".join(name for _, name in path), []))
        else:
            found[-1][1].append(line)
    joined = ((heading, "\n".join(lines).strip()) for heading, lines in found)
    return [(heading, body) for heading, body in joined if body]


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise SetupError(f"guide {path.name} is over {MAX_BYTES} bytes; split it")
    return path.read_bytes()


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None
