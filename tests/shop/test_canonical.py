"""Canonical JSON is that of RFC 8785, however it is made."""

import math
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as some

from shop.canonical import canonical_bytes

SCALARS = (
    some.none()
    | some.booleans()
    | some.integers(-(2**53) + 1, 2**53 - 1)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(some.characters(codec="utf-8"))
)
VALUES = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner) | some.dictionaries(some.text(some.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@given(VALUES)
def test_it_is_what_the_library_writes(value: Any) -> None:
    """Any JSON value gets the bytes that the reference library gives it."""
    assert canonical_bytes(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "text", ["".join(map(chr, range(0x20))), '"\\/', "\x7f\x80\u2028\u2029\ufeff", "\U0001f600\u20ac\uffff"]
)
def test_control_marks_and_rare_letters_are_written_alike(text: str) -> None:
    """Every mark that JSON treats in its own way is escaped, or not, as RFC 8785 says."""
    assert canonical_bytes([text, {text: text}]) == rfc8785.dumps([text, {text: text}])


@pytest.mark.parametrize("value", [2**53, -(2**53), math.nan, math.inf, {1: 2}, "\ud800", ["\ud800"]])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    """Numbers that are not exact everywhere, keys that are no text and half characters are errors."""
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_bytes(value)
