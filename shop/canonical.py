"""Canonical JSON (RFC 8785): one text for one value, so that a digest names it."""

from __future__ import annotations

import json
from typing import Any, Final

import rfc8785

_EXACT: Final = 2**53 - 1
"""Beyond this a JSON number is not the same everywhere; RFC 8785 refuses it."""

_SIMPLE: Final = frozenset({str, bool, type(None)})

_encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_bytes(body: Any) -> bytes:
    """A JSON value as RFC 8785 writes it; raises rfc8785.CanonicalizationError for what it cannot hold.

    Without fractions and with keys in ASCII, JSON of the standard library with sorted keys is that very
    form, and takes a quarter of the time.

    >>> canonical_bytes({"b": [1, True, None], "a": "x"}).decode()
    '{"a":"x","b":[1,true,null]}'
    """
    if _is_plain(body):
        try:
            return _encode(body).encode()
        except UnicodeEncodeError:  # half a character: the library says so in its own words
            return rfc8785.dumps(body)
    return rfc8785.dumps(body)


def _is_plain(value: Any) -> bool:
    """Whether both forms are the same: exact whole numbers, texts, truths, and keys in ASCII.

    One function on purpose: it looks at every container of everything that is written down.
    """
    kind, values = type(value), value
    if kind is dict:
        try:
            if not "".join(value).isascii():
                return False
        except TypeError:  # a key that is no text
            return False
        values = value.values()
    elif kind is not list and kind is not tuple:
        return kind in _SIMPLE or (kind is int and -_EXACT <= value <= _EXACT)
    if _SIMPLE.issuperset(map(type, values)):  # most of them: told without a step of Python for each
        return True
    for one in values:  # noqa: SIM110 - a generator for each list takes twice as long
        if type(one) not in _SIMPLE and not _is_plain(one):
            return False
    return True
