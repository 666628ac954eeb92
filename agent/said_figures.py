"""Which figures of a write nobody said: a model passes figures on, it never chooses or calculates one.

A quantity, an amount, a percentage or a number of an order in the arguments of a write must stand in what the
operator said, in the conversation's news, or in what a tool answered. What a call itself brought into its
answer does not count, so that a look-up cannot be made to say an invented figure. Numbers in English words
are read ("two dozen", "a hundred and twenty", "2k", "50p"). One is said by "the mug" already; names, dates
and words are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from agent.brain import Message
from agent.number_check import UNSUPPORTED, Known, figure_value
from agent.numbers_in_words import numbers_in_words

REFUSAL: Final = "nothing was done: "
_WHY: Final = (
    " was said neither by the operator nor by a tool. Never choose or calculate a figure: look it up, or ask"
    " the operator for it."
)
_FIGURE: Final = re.compile(r"\s*[£$€]?\s?[-+]?\s?(?P<n>\d[\d,]*(?:\.\d+)?)\s?(?:%|[A-Z]{3})?\s*")
_SCALED: Final = re.compile(
    r"(?<![\w.,])(?P<n>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>k|%|per\s?cent|pct|p|pence|cents?)(?!\w)", re.IGNORECASE
)
_ALONE: Final = re.compile(
    r"(?<![\w#.,/:-])(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d\d|\d+(?:,\d\d|\.\d+)?)(?![\w/:-]|[.,]\d)"
)
_RECORD: Final = re.compile(r"(?:(?:po|rma|t|a)-)?(?P<n>\d+)")
"""An id of a record, which may be told without its letters; the digits of a SKU are nobody's figure."""
_WORD: Final = re.compile(r"[a-z]+")
_NOTHING: Final = frozenset(("zero", "nothing", "none", "nil", "empty", "gone"))
_PERCENT: Final = {"half": 50, "halve": 50, "quarter": 25}


class Said:
    """The figures of one conversation; messages are only read once a write asks for them."""

    def __init__(self) -> None:
        self._unread: list[Message] = []
        self._known: set[Decimal] = set()
        self._records: set[str] = set()
        self._asked: dict[str, _Heard] = {}

    def hear(self, *messages: Message) -> None:
        """Take in what was said, in its order: words, calls and answers."""
        self._unread.extend(messages)

    def answered(self, name: str, args: Mapping[str, Any], content: str) -> None:
        """Take in a call of this turn and its answer."""
        self.hear(
            {"role": "assistant", "tool_calls": [{"id": "", "name": name, "args": args}]},
            {"role": "tool", "tool_call_id": "", "content": content},
        )

    def objection(self, args: Mapping[str, Any]) -> str | None:
        """Why a write with these arguments is not made; None when every figure of it was said."""
        self._read()
        unsaid = dict.fromkeys(str(one) for one in _figures(args) if not self._is_said(one))
        return f"{REFUSAL}{', '.join(unsaid)}{_WHY}" if unsaid else None

    def _read(self) -> None:
        for message in self._unread:
            text = str(message.get("content") or "")
            if message["role"] == "assistant":
                self._note_calls(message.get("tool_calls") or ())
            elif message["role"] == "tool" and not text.startswith(REFUSAL):
                self._learn(text, self._asked.pop(message["tool_call_id"], _Heard()))
            elif message["role"] == "user" and not text.startswith(UNSUPPORTED):
                self._learn(text, _Heard())
        self._unread.clear()

    def _note_calls(self, calls: Iterable[Mapping[str, Any]]) -> None:
        for call in calls:
            asked = _Heard()
            asked.numbers.update(_figures(call["args"]))
            for text in _texts(call["args"]):
                asked.take(text)
            asked.numbers = {one for one in asked.numbers if not self._is_said(one)}
            asked.records -= self._records
            self._asked[call["id"]] = asked

    def _learn(self, text: str, besides: _Heard) -> None:
        heard = _Heard()
        heard.take(text)
        self._known |= heard.numbers - besides.numbers
        self._records |= heard.records - besides.records

    def _is_said(self, figure: Decimal) -> bool:
        return figure == 1 or figure in self._known or str(figure) in self._records


@dataclass(slots=True)
class _Heard:
    """Figures and numbers of records that a text tells."""

    numbers: set[Decimal] = field(default_factory=set)
    records: set[str] = field(default_factory=set)

    def take(self, text: str) -> None:
        """Take in what a text tells."""
        known = Known()
        known.learn(text)
        self.records |= {found["n"] for one in known.ids if (found := _RECORD.fullmatch(one))}
        self.numbers |= {*known.numbers, *_in_digits(text), *_scaled(text), *_in_words(text)}


def _texts(value: Any) -> Iterator[str]:
    """Every text among arguments, those of the figures too, as an answer may repeat them."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif value is not None and not isinstance(value, bool):
        yield from (str(value), f"{value} %")


def _figures(value: Any) -> Iterator[Decimal]:
    """The figures among arguments, without their sign.

    >>> list(map(str, _figures({"sku": "MUG-01", "lines": [{"quantity": 24, "price": "1,250.00 GBP"}]})))
    ['24', '1250.00']
    """
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _figures(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _figures(one)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield abs(Decimal(str(value)))
    elif isinstance(value, str) and (found := _FIGURE.fullmatch(value)):
        yield figure_value(found["n"])


def _in_digits(text: str) -> Iterator[Decimal]:
    """Numbers that stand for themselves, also where they could be a day: "2 APR-NVY", "4 Dec".

    >>> list(map(str, _in_digits("2 APR-NVY and 1,250.00 GBP, not MUG-350 or 2026-11-20")))
    ['2', '1250.00']
    """
    for found in _ALONE.finditer(text):
        yield figure_value(found["n"])


def _scaled(text: str) -> Iterator[Decimal]:
    """What is told in thousands and in hundredths.

    >>> list(map(str, _scaled("2k at 50p, 15 % off")))
    ['2000', '0.5', '0.15']
    """
    for found in _SCALED.finditer(text):
        value = figure_value(found["n"])
        yield value * 1000 if found["unit"].lower() == "k" else value / 100


def _in_words(text: str) -> Iterator[Decimal]:
    """What words tell: numbers, nothing at all, and shares that have a word of their own, in percent.

    >>> list(map(str, _in_words("refund half of the two dozen mugs, none is left")))
    ['24', '50', '0']
    """
    for one in numbers_in_words(text):
        yield Decimal(one.value)
    for word in _WORD.findall(text.lower()):
        if word in _PERCENT:
            yield Decimal(_PERCENT[word])
        elif word in _NOTHING:
            yield Decimal(0)


__all__ = ["REFUSAL", "Said"]
