"""Text on its way to a reader: never a tool call, never twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.textflow import CHUNK, TextFlow, looks_like_a_call


class Reader:
    """What a live reader and a reader of the journal have in front of them."""

    def __init__(self) -> None:
        self.live = ""
        self.stored = ""
        self.pieces: list[str] = []
        self.flow = TextFlow(self._see, self._read, ("check_stock",), timer=lambda: 0.0)

    def _see(self, text: str) -> None:
        self.live += text

    def _read(self, text: str, restart: bool) -> None:
        self.pieces.append(text)
        self.stored = text if restart else self.stored + text
        if restart:
            self.live = text

    def hear(self, text: str, size: int = 3) -> None:
        """Hear a text in small pieces."""
        for at in range(0, len(text), size):
            self.flow.hear(text[at : at + size])


@pytest.mark.parametrize(
    "text",
    [
        "functions.get_price:",
        "functions.get_price({})",
        '  {"name": "check_stock", "arguments": {}}',
        '[{"name": "check_stock"}]',
        "Sure.\n<tool_call>\n{}",
        "<function=check_stock>",
        '[TOOL_CALLS][{"name"',
        '```json\n{"name": "check_stock"}\n```',
        "check_stock(sku='A')",
        "check_stock: A",
    ],
)
def test_a_call_in_words_is_recognised(text: str) -> None:
    """The ways in which models write calls down are recognised."""
    assert looks_like_a_call(text, ["check_stock"])


@pytest.mark.parametrize(
    "text",
    [
        "There are 7 mugs.",
        "It functions. Well.",
        "[1] MUG-01: 7",
        "| sku | on hand |\n|---|---|\n| MUG-01 | 7 |",
        "<3 days of cover",
        "The check_stock figures are from today.",
        "",
    ],
)
def test_an_answer_is_no_call(text: str) -> None:
    """Plain answers, tables and lists are no calls."""
    assert not looks_like_a_call(text, ["check_stock"])


@given(st.text(alphabet="ab <[{`\n.functios_checkk", max_size=200), st.integers(1, 9))
def test_every_answer_arrives_whole(text: str, size: int) -> None:
    """Whatever its pieces, an answer that is no call arrives letter by letter, live and stored."""
    reader = Reader()
    reader.hear(text, size)
    reader.flow.finish(keep=True)
    assert reader.live == reader.stored == text


BROKEN = st.text(alphabet="ab \n", max_size=60)


@given(st.lists(BROKEN, max_size=4), BROKEN)
def test_a_stream_started_over_is_shown_once(broken: list[str], last: str) -> None:
    """After any number of breaks the reader has the last text, and no letter of the others beside it."""
    reader = Reader()
    for text in broken:
        reader.hear(text)
        reader.flow.start_over()
    reader.hear(last)
    reader.flow.finish(keep=True)
    assert reader.stored == reader.live == last


@given(BROKEN, st.lists(st.integers(0, 60), max_size=4))
def test_a_stream_that_breaks_often_needs_no_restart(text: str, cuts: list[int]) -> None:
    """However often the same text breaks off, its pieces are sent once each."""
    reader = Reader()
    for cut in cuts:
        reader.hear(text[:cut])
        reader.flow.start_over()
    reader.hear(text)
    reader.flow.finish(keep=True)
    assert "".join(reader.pieces) == text


def test_the_same_words_again_are_not_sent_again() -> None:
    """A stream started over that says the same is one text without a restart."""
    reader = Reader()
    reader.hear("Seven mugs are left in Leeds ")
    reader.flow.start_over()
    reader.hear("Seven mugs are left in Leeds today.")
    reader.flow.finish(keep=True)
    assert "".join(reader.pieces) == "Seven mugs are left in Leeds today."


CALLS = ("functions.get_price: {}", '{"name": "check_stock"}', "<tool_call>x")


@given(st.sampled_from(CALLS), st.integers(1, 9))
def test_a_call_in_words_is_never_seen(text: str, size: int) -> None:
    """Not one letter of a call reaches a reader, however it is cut."""
    reader = Reader()
    reader.hear(text, size)
    reader.flow.finish(keep=False)
    assert (reader.live, reader.stored) == ("", "")


def test_words_before_a_call_are_taken_back() -> None:
    """What was shown before the call began is withdrawn with it."""
    reader = Reader()
    reader.hear("Let me look at that for you.\nfunctions.get_price: {}")
    assert "functions" not in reader.live
    reader.flow.finish(keep=False)
    assert (reader.live, reader.stored) == ("", "")


def test_stored_pieces_are_large() -> None:
    """A long answer is a handful of stored pieces, not one for each word."""
    reader = Reader()
    text = "Seven mugs are left in Leeds. " * 60
    reader.hear(text)
    reader.flow.finish(keep=True)
    assert len(reader.pieces) <= len(text) // CHUNK + 1
