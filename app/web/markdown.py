"""The assistant's Markdown as HTML that cannot do anything: an allow-list, no raw HTML, no images.

What the assistant says is untrusted. Links to other sites show where they lead; ids of our own records
become links to their pages.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_RECORDS: Final = (
    (re.compile(r"\bA-[0-9]{1,9}\b"), "/approvals/{}"),
    (re.compile(r"\bPO-[0-9]{1,12}\b"), "/purchase-orders/{}"),
)


@cache
def _markdown() -> MarkdownIt:
    allowed = MarkdownIt("zero", {"html": False, "linkify": False})
    return allowed.enable(
        [
            "backticks",
            "blockquote",
            "emphasis",
            "escape",
            "fence",
            "heading",
            "link",
            "list",
            "newline",
            "table",
        ]
    )


def as_html(text: str) -> Markup:
    """Markdown as safe HTML.

    >>> str(as_html("**3** of A-17")).strip()
    '<p><strong>3</strong> of <a href="/approvals/A-17">A-17</a></p>'
    >>> str(as_html("<img src=x> [x](javascript:alert(1))")).strip()
    '<p>&lt;img src=x&gt; [x](javascript:alert(1))</p>'
    >>> str(as_html("[x](https://e.example/p)")).strip()
    '<p><a href="https://e.example/p" rel="noreferrer nofollow">x</a> (e.example)</p>'
    """
    renderer = _markdown()
    tokens = renderer.parse(text)
    for token in tokens:
        if token.children:
            token.children = _with_links(token.children)
    return Markup(renderer.renderer.render(tokens, renderer.options, {}))  # noqa: S704 - escaped by the renderer


def _with_links(children: list[Token]) -> list[Token]:
    """Foreign links with their host, ids of records as links of ours; nothing inside a link or code."""
    found: list[Token] = []
    host, inside = "", False
    for token in children:
        if token.type == "link_open":
            host, inside = urlsplit(str(token.attrGet("href"))).netloc, True
            token.attrSet("rel", "noreferrer nofollow")
        if token.type == "text" and not inside:
            found += _linked(token.content)
            continue
        found.append(token)
        if token.type == "link_close":
            inside = False
            if host:
                found.append(_text(f" ({host})"))
    return found


def _linked(text: str) -> list[Token]:
    for pattern, address in _RECORDS:
        match = pattern.search(text)
        if match:
            opened = Token("link_open", "a", 1, attrs={"href": address.format(match[0])})
            closed = Token("link_close", "a", -1)
            before, after = text[: match.start()], text[match.end() :]
            return [*_linked(before), opened, _text(match[0]), closed, *_linked(after)]
    return [_text(text)] if text else []


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
