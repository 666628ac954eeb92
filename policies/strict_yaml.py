"""YAML without its surprises: every scalar is the text that stands there, and nothing is shared or merged.

YAML 1.1 reads ``NO`` as false, ``12:30`` as 750, ``1.10`` as 1.1 and lets the last of two equal keys win in
silence. Rules must not depend on that, so the schema converts each text by the type of its fact instead.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from typing import Any, Final

import yaml
from yaml._yaml import CParser

from shop.errors import PolicyLoadError

MAX_BYTES: Final = 256 * 1024
"""A rule file of more than this was not written by a person."""

_LAYOUT = frozenset("\t\n\r")


class _StrictLoader(yaml.BaseLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if (
            isinstance(event, yaml.AliasEvent)
            or getattr(event, "anchor", None)
            or getattr(event, "tag", None)
        ):
            raise yaml.MarkedYAMLError(
                problem="anchors, aliases and tags are not part of the rule language",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be plain text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value!r} stands here twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


class _FastLoader(_StrictLoader):
    """The same on the events of libyaml, which reads a text in a fifth of the time."""

    def __init__(self, text: str) -> None:
        super().__init__("")
        parser = CParser(text)
        vars(self).update(
            check_event=parser.check_event, peek_event=parser.peek_event, get_event=parser.get_event
        )


def read_strict(source: bytes) -> Any:
    r"""The document as dicts, lists and text; PolicyLoadError with the line for anything else.

    >>> read_strict(b"limit: 1_000 GBP\nwhen: NO")
    {'limit': '1_000 GBP', 'when': 'NO'}
    """
    if len(source) > MAX_BYTES:
        raise PolicyLoadError(f"the file has {len(source)} bytes; a rule file may have {MAX_BYTES}")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolicyLoadError(f"the file is not UTF-8 text (byte {error.start})") from error
    _refuse_hidden_characters(text)
    body = _parsed(text)
    if not body:
        raise PolicyLoadError("the file is empty")
    return body


def is_plain(text: str) -> bool:
    """Whether the text has no control, direction-changing or otherwise invisible character."""
    # What is printable throughout, as nearly every text is, has none of them; the rest is looked at closely.
    return text.isprintable() or not any(unicodedata.category(one).startswith("C") for one in text)


def _parsed(text: str) -> Any:
    with suppress(yaml.YAMLError, RecursionError, ValueError, OverflowError):
        return yaml.load(text, Loader=_FastLoader)  # noqa: S506 - of the same class as below
    # Something is wrong; the slower reader says more exactly where.
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - BaseLoader builds text, lists and dicts only
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        where = f"line {place.line + 1}, column {place.column + 1}: " if place else ""
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise PolicyLoadError(f"{where}{said or 'not valid YAML'}") from error
    except RecursionError as error:
        raise PolicyLoadError("the file is nested too deeply") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise PolicyLoadError(f"not valid YAML: {error}") from error


def _refuse_hidden_characters(text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.isprintable():
            continue
        hidden = next((one for one in line if one not in _LAYOUT and not is_plain(one)), None)
        if hidden is not None:
            raise PolicyLoadError(f"line {number}: hidden character U+{ord(hidden):04X}")
