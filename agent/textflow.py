"""The model's text on its way to a reader: live pieces at once, stored pieces in larger chunks.

Two things never reach the reader: a tool call written as text (held back until it is certain what a line
is), and the same words twice after a broken stream was started over.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

CHUNK: Final = 240
"""Letters in one stored piece: about three lines, so that an answer is a handful of rows, not hundreds."""
CHUNK_SECONDS: Final = 0.5

_DECIDED: Final = 24
"""A line of this many letters that does not look like a call will not become one."""
_CALL = re.compile(
    r"^\s*(?:functions\.\w|<tool_call|<function|<\|tool|\[TOOL_CALLS\]"
    r"|(?:```\w*\s*)?\[?\{\s*\"(?:name|function|tool|tool_name)\"\s*:\s*\")",
    re.MULTILINE,
)
_OPENINGS: Final = ("functions.", "<", "[", "{", "```")


def looks_like_a_call(text: str, tools: Iterable[str] = ()) -> bool:
    """Whether a text is a tool call that was written down instead of made.

    >>> looks_like_a_call("functions.get_price: {}"), looks_like_a_call("It functions. Yes.")
    (True, False)
    >>> looks_like_a_call('check_stock(sku="MUG-11")', ["check_stock"])
    True
    """
    return _CALL.search(text) is not None or _call_of(tuple(tools)).match(text) is not None


@lru_cache(maxsize=8)
def _call_of(tools: tuple[str, ...]) -> re.Pattern[str]:
    """How a written call of one of these tools begins; nothing is one where there are none."""
    names = "|".join(re.escape(name) for name in tools)
    return re.compile(rf"\s*(?:{names})\s*[({{:]" if names else r"(?!)")


def _may_become_a_call(line: str, tools: Iterable[str]) -> bool:
    start = line.lstrip()
    if any(start.startswith(each) or each.startswith(start) for each in _OPENINGS):
        return True
    return any(name.startswith(start) or start.startswith(name) for name in tools)


@dataclass(slots=True)
class TextFlow:
    """The text of one model step. `live` gets every safe piece; `store` gets chunks, and `restart`."""

    live: Callable[[str], None]
    store: Callable[[str, bool], None]
    tools: tuple[str, ...] = ()
    timer: Callable[[], float] = time.monotonic
    _heard: str = ""
    _shown: str = ""
    _earlier: str = ""
    _unstored: str = ""
    _stored_at: float = field(default=0.0)

    def hear(self, piece: str) -> None:
        """Take the next piece and pass on what is certainly not part of a tool call."""
        self._heard += piece
        self._show(self._safe_length())

    def start_over(self) -> None:
        """The model starts its answer again: what was shown stays until the new text differs."""
        self._earlier = self._earlier or self._shown
        self._heard = self._shown = ""

    def finish(self, *, keep: bool) -> None:
        """The step is over; `keep` False drops what was held back (it was a tool call as text)."""
        if keep:
            self._show(len(self._heard))
            if self._earlier:
                self._replace()
        self._flush()
        if not keep and (self._shown or self._earlier):
            self.store("", True)  # noqa: FBT003 - (text, restart), named in the field's type

    def break_off(self) -> None:
        """The step ended without a message: keep what was shown, nothing that was held back."""
        self._flush()

    def _safe_length(self) -> int:
        if looks_like_a_call(self._heard, self.tools):
            return len(self._shown)
        start = self._heard.rfind("\n") + 1
        line = self._heard[start:]
        if _may_become_a_call(line, self.tools) and (len(line) < _DECIDED or line.lstrip()[:1] in "<[{`"):
            return max(start, len(self._shown))
        return len(self._heard)

    def _show(self, until: int) -> None:
        piece = self._heard[len(self._shown) : until]
        if not piece:
            return
        self._shown += piece
        if not self._earlier:
            self._pass_on(piece)
        elif self._earlier.startswith(self._shown):
            return  # the same words again: the reader has them
        elif self._shown.startswith(self._earlier):
            piece, self._earlier = self._shown[len(self._earlier) :], ""
            self._pass_on(piece)
        else:
            self._replace()

    def _replace(self) -> None:
        if self._earlier != self._shown:
            self._flush()
            self.store(self._shown, True)  # noqa: FBT003 - (text, restart), named in the field's type
        self._earlier = ""

    def _pass_on(self, piece: str) -> None:
        self.live(piece)
        self._unstored += piece
        now = self.timer()
        if len(self._unstored) >= CHUNK or now - self._stored_at >= CHUNK_SECONDS:
            self._flush()

    def _flush(self) -> None:
        if self._unstored:
            self.store(self._unstored, False)  # noqa: FBT003 - (text, restart), named in the field's type
        self._unstored = ""
        self._stored_at = self.timer()
