"""What of a long conversation is no longer sent word for word, in a few lines; nothing that waits is lost.

The lines are made by code from what the journal kept: the operator's own words, the tools that were
called, and what is open at the desk now. Answers of tools and texts of strangers are left out: a figure that
is needed again is looked up again, and nobody's words from outside come back under our name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.brain import Message

MARK: Final = "[Shophand]"
_LETTERS: Final = 2_000
_WORDS: Final = 160
_HEAD: Final = f"{MARK} Earlier in this conversation, in short. Look figures up again when you need them."


def summary(left_out: Sequence[Message], waiting: Sequence[str]) -> str:
    """The summary of what is left out, newest requests kept when room is short; empty if nothing is.

    `waiting` tells of each request of this conversation that waits for a person or is on its way; all of
    them are told, also where the request itself is still sent.

    >>> print(summary([{"role": "user", "content": "Order 240 mugs"}], ["A-1 (order) is pending"]))
    [Shophand] Earlier in this conversation, in short. Look figures up again when you need them.
    - asked: Order 240 mugs
    Still open: A-1 (order) is pending
    """
    if not left_out:
        return ""
    room = _LETTERS
    kept: list[str] = []
    for line in reversed(_requests(left_out)):
        room -= len(line)
        if room < 0:
            kept.append("- and more before that")
            break
        kept.append(line)
    still_open = [f"Still open: {'; '.join(waiting)}"] if waiting else []
    return "\n".join([_HEAD, *reversed(kept), *still_open])


def _requests(messages: Sequence[Message]) -> list[str]:
    """One line for each request: the operator's words, and the tools that were called for it."""
    lines: list[str] = []
    for message in messages:
        if message["role"] == "user" and not message["content"].startswith(MARK):
            words = " ".join(message["content"].split())
            lines.append(f"- asked: {words[:_WORDS]}{'…' if len(words) > _WORDS else ''}")
        called = [call["name"] for call in message.get("tool_calls", ())]
        if called and lines:
            lines[-1] += f" ({', '.join(called)})"
    return lines
