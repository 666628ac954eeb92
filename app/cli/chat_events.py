"""A turn on the terminal while it happens: the answer on stdout, everything around it on stderr."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

from app.cli import screen
from shop.store.journal import StoredEvent

_MARKS: Final = {"done": "x", "running": ">", "waiting": "?", "refused": "!", "failed": "!", "skipped": "-"}

_SUMMARY: Final = 160


class Cards:
    """Shows events as they come; the answer is printed once, streamed where somebody looks."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._streams = sys.stdout.isatty() and not quiet
        self._said = ""

    def show(self, event: StoredEvent) -> None:
        """One event, as soon as it is journalled."""
        if self._quiet:
            return
        handler = _HANDLERS.get(event.kind)
        if event.kind == "text":
            self._text(event.body)
        elif handler is not None:
            screen.talk(screen.visible_lines(handler(event.body)))

    def finish(self, answer: str) -> None:
        """The end of the turn: what has not been streamed of the answer yet."""
        if self._quiet:
            return
        if self._streams and self._said.strip() and answer.strip() == self._said.strip():
            screen.data("")
        else:
            screen.data(screen.visible_lines(answer))

    def _text(self, body: Mapping[str, Any]) -> None:
        if body.get("restart"):
            self._said = ""
            if self._streams:
                screen.data("")
        self._said += body.get("text", "")
        if self._streams:
            screen.piece(screen.visible_lines(body.get("text", "")))


def _call(body: Mapping[str, Any]) -> str:
    args = " ".join(f"{name}={value}" for name, value in body["args"].items())
    return f"  -> {body['name']} {args}"


def _result(body: Mapping[str, Any]) -> str:
    summary = str(body["summary"])
    said = "" if summary.startswith("{") else f": {summary[:_SUMMARY]}"
    return f"     {body['status']}{said}"


def _plan(body: Mapping[str, Any]) -> str:
    return "\n".join(["Plan:", *(f"  [ ] {step['text']}" for step in body["steps"])])


def _step(body: Mapping[str, Any]) -> str:
    return f"  [{_MARKS.get(body['state'], ' ')}] {body['text']}"


def _text_of(body: Mapping[str, Any]) -> str:
    return f"  {body['text']}"


_HANDLERS: Final = {
    "tool_call": _call,
    "tool_result": _result,
    "plan": _plan,
    "step": _step,
    "approval": _text_of,
    "notice": _text_of,
}
