"""Guides from files: nothing that is written in them is lost, and a page's depth costs nothing extra."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tools.knowledge.reading import read_guide


@pytest.mark.parametrize("mark", ["\u2028", "\x0c", "\x0b", "\x85", "\x1e"])
def test_only_line_ends_end_a_line_of_markdown(mark: str) -> None:
    """What other programs take for the end of a line moves no heading, and no text is lost."""
    page = f"# A\none{mark}two\r\n# B\rthree\n# C\nfour"
    found = read_guide("x.md", page.encode()).passages
    assert [(one.heading, one.text) for one in found] == [
        ("A", f"one{mark}two"),
        ("B", "three"),
        ("C", "four"),
    ]


def _calls(depth: int) -> int:
    """How many calls of functions reading so deep a page takes."""
    page = b"<div><span>a" * depth
    made = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal made
        made += event == "call"

    sys.setprofile(count)
    try:
        read_guide("deep.html", page)
    finally:
        sys.setprofile(None)
    return made


def test_a_deep_page_is_read_in_one_walk() -> None:
    """Four times the depth is about four times the work, not sixteen times."""
    _calls(1)
    assert _calls(120) < 6 * _calls(30)


def test_a_very_deep_page_is_read() -> None:
    """Two thousand elements in each other meet no limit of recursion."""
    page = (
        b"<div><ul><li>" * 400 + b"end" + b"</li></ul></div>" * 400 + b"<h1>A</h1>" + b"<div>" * 1_000 + b"b"
    )
    found = read_guide("deep.html", page).passages
    assert [(one.heading, one.text) for one in found] == [("", "- end"), ("A", "b")]


def test_a_heading_that_nobody_closed_ends_with_the_next() -> None:
    """As in a browser, no heading holds another, nor does a cell of a table's row stand in it twice."""
    page = b"<h1>One<h2>Two</h2>text<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>"
    assert [(one.heading, one.text) for one in read_guide("open.html", page).passages] == [
        ("One > Two", "text\n| a b |")
    ]
