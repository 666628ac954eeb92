"""Guides from files: Markdown, text, HTML and PDF, each with front matter and headings in its own way.

Markdown and text begin with ``---`` and YAML lines. HTML has that too, or ``<meta name="audience" ...>``. A
PDF has its document properties, and ``returns.pdf.yaml`` beside it for what they cannot say.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path, PurePosixPath
from statistics import median
from typing import Any, Final

import yaml

from shop.errors import SetupError
from tools.knowledge.guide import KEYS, Guide, Section, guide_of

LARGEST: Final = {".pdf": 16 * 1024 * 1024}
LARGEST_TEXT: Final = 512 * 1024

_FRONT: Final = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_LINE_END: Final = re.compile(r"\r\n?|\n")
"""What Markdown takes for the end of a line; `splitlines` knows eight more."""
_BLOCKS: Final = ("p", "li", "tr", "pre", "blockquote", "dt", "dd", "figcaption")
_HEADINGS: Final = tuple(f"h{level}" for level in range(1, 7))
_WITHIN_A_LINE: Final = frozenset(
    """
    a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp
    small span strike strong sub sup time tt u var wbr
    """.split()  # noqa: SIM905 - as a list it would be a page of lines
)
"""Elements that do not end a line of text; all others do."""

_LARGER: Final = 1.12
"""A line of a PDF in letters so much larger than most is a heading."""


def guide_files(directory: Path) -> dict[str, bytes]:
    """Every guide below a directory, name -> content, and the front matter that lies beside PDF files.

    Raises SetupError for a file that is too large.
    """
    kinds = {*READERS, ".yaml"}
    paths = (path for path in sorted(directory.rglob("*")) if path.suffix.lower() in kinds and path.is_file())
    return {
        path.relative_to(directory).as_posix(): _bytes(path)
        for path in paths
        if path.suffix != ".yaml" or path.name.endswith(".pdf.yaml")
    }


def guides_of(files: Mapping[str, bytes]) -> list[Guide]:
    """The guides among files; raises SetupError for a file that is no guide."""
    return [
        read_guide(name, content, files.get(f"{name}.yaml"))
        for name, content in files.items()
        if not name.endswith(".yaml")
    ]


def read_guide(name: str, content: bytes, beside: bytes | None = None) -> Guide:
    """One guide; `beside` is front matter from a file of its own. Raises SetupError where it is no guide."""
    read = READERS[PurePosixPath(name).suffix.lower()]
    try:
        front, sections, title = read(content)
        about = {**front, **(_yaml(_decoded(beside)) if beside else {})}
        _refuse_empty(sections)
    except SetupError as error:
        raise SetupError(f"guide {name}: {error}") from error
    return guide_of(name, about, sections, title=title)


def _refuse_empty(sections: Sequence[Section]) -> None:
    if not any(one.text.strip() for one in sections):
        raise SetupError("there is no text in it; write it, or take the file away")


_Parts = tuple[dict[str, Any], list[Section], str]


def _markdown(content: bytes) -> _Parts:
    front, body = _split(_decoded(content))
    return front, _markdown_sections(body), ""


def _markdown_sections(body: str) -> list[Section]:
    """The parts between headings, as they are written; what only looks like a heading in code is none."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only questions about guides need it

    lines = _LINE_END.split(body)
    tokens = MarkdownIt().parse(body)
    marks: list[tuple[int, str, int, int]] = [
        (int(token.tag[1]), tokens[place + 1].content, token.map[0], token.map[1])
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.map and token.level == 0
    ]
    found = [(0, "", "\n".join(lines[: marks[0][2]] if marks else lines))]
    for place, (level, heading, _, after) in enumerate(marks):
        end = marks[place + 1][2] if place + 1 < len(marks) else len(lines)
        found.append((level, heading, "\n".join(lines[after:end])))
    return _paths(found)


def _html(content: bytes) -> _Parts:
    """An HTML page: its headings, its blocks of text and, in their order, the text that no block holds.

    Scripts, styles and navigation say nothing.
    """
    from bs4 import BeautifulSoup  # noqa: PLC0415 - only guides that are HTML need it

    front, body = _split(_decoded(content))
    page = BeautifulSoup(body, "html.parser")
    for meta in page.find_all("meta"):
        if str(meta.get("name")) in KEYS and meta.get("content"):
            front.setdefault(str(meta["name"]), str(meta["content"]))
    title = page.title.get_text(" ", strip=True) if page.title else ""
    for silent in page(["script", "style", "nav", "head", "title", "template", "noscript"]):
        silent.decompose()
    found = [(0, "", "")]
    for (level, _), pieces in groupby(_html_pieces(page), key=lambda piece: (piece[0], id(piece[2]))):
        text = " ".join(text for _, text, _ in pieces)
        if level:
            found.append((level, text, ""))
        else:
            above, heading, before = found[-1]
            found[-1] = (above, heading, f"{before}\n{text}")
    if not any(text for _, _, text in found):
        found.append((0, "", " ".join(page.get_text(" ").split())))
    return front, _paths(found), title


def _html_pieces(page: Any) -> Iterator[tuple[int, str, Any]]:
    """(level of a heading or 0, text, what holds it): headings, blocks and text beside them, in order."""
    from bs4 import Tag  # noqa: PLC0415 - only guides that are HTML need it
    from bs4.element import PreformattedString  # noqa: PLC0415 - only guides that are HTML need it

    latest: Any = None
    # Elements and texts to come, each with what holds its text, the heading and whether a block is around it.
    left: list[tuple[Any, Any, Any, bool]] = [(page, page, None, False)]
    while left:
        one, holder, heading, told = left.pop()
        if not isinstance(one, Tag):
            seen = one.strip() and not isinstance(one, PreformattedString)  # a comment is not seen
            if seen and not told and (heading is None or heading is not latest):
                yield 0, _plain(one), holder
            continue
        if one.name in _HEADINGS:
            latest = heading = one
            yield int(one.name[1]), _heading(one), one
        elif one.name in _BLOCKS and not told:
            told = True
            yield 0, _block(one), one
        holder = holder if one.name in _WITHIN_A_LINE else one
        left += [(each, holder, heading, told) for each in reversed(one.contents)]


def _heading(tag: Any) -> str:
    """The text of a heading; one that nobody closed ends where the next begins."""
    from bs4 import Tag  # noqa: PLC0415 - only guides that are HTML need it
    from bs4.element import PreformattedString  # noqa: PLC0415 - only guides that are HTML need it

    texts, left = list[str](), list(reversed(tag.contents))
    while left and left[-1].name not in _HEADINGS:
        one = left.pop()
        if isinstance(one, Tag):
            left += reversed(one.contents)
        elif not isinstance(one, PreformattedString):
            texts.append(one)
    return " ".join(" ".join(texts).split())


def _plain(one: Any) -> str:
    return " ".join(one.get_text(" ").split())


def _block(tag: Any) -> str:
    cells = [_plain(cell) for cell in tag.find_all(["td", "th"], recursive=False)] if tag.name == "tr" else []
    if cells:
        return f"| {' | '.join(cells)} |"
    return f"- {_plain(tag)}" if tag.name == "li" else _plain(tag)


def _pdf(content: bytes) -> _Parts:
    """A PDF: lines in larger letters are headings; its properties are its front matter."""
    from pypdf import PdfReader  # noqa: PLC0415 - only guides that are PDF files need it
    from pypdf.errors import PyPdfError  # noqa: PLC0415 - only guides that are PDF files need it

    # What it mutters about a broken file would stand beside the one error that names the file.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(content))
        said = dict(reader.metadata or {})
        lines = [line for page in reader.pages for line in _sized_lines(page)]
    except (PyPdfError, ValueError, KeyError, TypeError) as error:
        raise SetupError(f"this PDF cannot be read ({error}); save it anew") from error
    if not any(text for _, text in lines):
        raise SetupError("this PDF holds no text, only pictures of it; recognise its text first (OCR)")
    front = {name[1:].lower(): str(value) for name, value in said.items() if name[1:].lower() in KEYS}
    usual = median(size for size, text in lines for _ in text)
    sizes = sorted({round(size, 1) for size, _ in lines if size > usual * _LARGER}, reverse=True)
    found = [(0, "", "")]
    for size, text in lines:
        if round(size, 1) in sizes:
            found.append((sizes.index(round(size, 1)) + 1, text, ""))
        else:
            level, heading, before = found[-1]
            found[-1] = (level, heading, f"{before}\n{text}")
    return front, _paths(found), str(said.get("/Title") or "")


def _sized_lines(page: Any) -> list[tuple[float, str]]:
    """The lines of a PDF page with the size of their letters, in points."""
    lines: list[tuple[float, str]] = [(0.0, "")]

    def visit(text: str, _matrix: Any, matrix: Any, _font: Any, size: float) -> None:
        for place, part in enumerate(text.split("\n")):
            if place:
                lines.append((0.0, ""))
            before, there = lines[-1]
            height = size * max(abs(matrix[0]), abs(matrix[3]), 0.01) if part.strip() else 0.0
            lines[-1] = (max(before, height), there + part)

    page.extract_text(visitor_text=visit)
    return [(size, " ".join(text.split())) for size, text in lines if text.strip()]


READERS: Final[dict[str, Callable[[bytes], _Parts]]] = {
    ".md": _markdown,
    ".txt": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
}


def _paths(found: list[tuple[int, str, str]]) -> list[Section]:
    """(level, heading, text) as sections with the path of their headings; parts without text are left out."""
    path: list[tuple[int, str]] = []
    sections = []
    for level, heading, text in found:
        if heading:
            path = [*(one for one in path if one[0] < level), (level, heading)]
        if text.strip():
            sections.append(Section(" > ".join(name for _, name in path), text.strip()))
    return sections


def _split(text: str) -> tuple[dict[str, Any], str]:
    front = _FRONT.match(text)
    return (_yaml(front[1]), text[front.end() :]) if front else ({}, text)


def _yaml(text: str) -> dict[str, Any]:
    try:
        front = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SetupError(f"the front matter is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(front, dict):
        raise SetupError("the front matter must be 'name: value' lines")
    return front


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SetupError(f"it is not written in UTF-8 (byte {error.start}); save it as UTF-8") from error


def _bytes(path: Path) -> bytes:
    largest = LARGEST.get(path.suffix.lower(), LARGEST_TEXT)
    if path.stat().st_size > largest:
        raise SetupError(f"guide {path.name} is over {largest} bytes; split it")
    return path.read_bytes()
