"""Card numbers in a text: what ISO/IEC 7812 allows, and what looks so like one that nobody should see it.

A number of 13 to 19 digits with the check digit of Luhn (US patent 2,950,048), in one piece or in groups, is
a card's. Without it, 14 to 19 digits that begin like a card's are taken for one that was typed wrongly.
Barcodes have 13 digits: a bare number of 13 is a card's only where it begins like the old cards of 13 digits.
Days (2026-11-20) and amounts are no part of a card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

INSTEAD: Final = "4242 4242 4242 4242"
NO_AMOUNT: Final = r"(?![ \t\u00a0]+[\d,]*\d[.,]\d{1,2}(?![\d.]))"
"""A number with two decimals after a blank is an amount, no part of a card's or a telephone's number."""
_DAY: Final = r"(?:19|20)\d\d[-.](?:0\d|1[0-2])[-.](?:[0-2]\d|3[01])(?!\d)"
_RUN: Final = re.compile(
    rf"(?<!\w)(?!{_DAY})\d(?:{NO_AMOUNT}[ \t\u00a0\u202f.\u2010-\u2015-]{{0,2}}(?!{_DAY})\d){{12,}}(?!\w)"
)
_OLD: Final = re.compile(r"4|50|5[6-8]|6")
_SHORTEST, _LONGEST, _TYPED = 13, 19, 14
_LEAST_GROUP: Final = 3


def without_cards(text: str) -> str:
    """A text with the numbers of cards replaced by one that is nobody's.

    >>> without_cards("4111-1111-1111-1111 x 12, 4222222222222, 2026-11-20 2026-11-30")
    '4242 4242 4242 4242 x 12, 4242 4242 4242 4242, 2026-11-20 2026-11-30'
    """
    return _RUN.sub(_masked, text)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others.

    >>> luhn("4242424242424242"), luhn("4242424242424241")
    (True, False)
    """
    doubled = (int(one) * 2 if place % 2 else int(one) for place, one in enumerate(reversed(digits)))
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0  # noqa: PLR2004 - of two digits, their sum


def _masked(run: re.Match[str]) -> str:
    """A run of digits in groups, whatever stands beside a card's number left as it is."""
    groups = [(one[0], one.span()) for one in re.finditer(r"\d+", run[0])]
    pieces, kept, place = [], 0, 0
    while place < len(groups):
        wide = _card_at([digits for digits, _ in groups], place)
        if wide:
            pieces += [run[0][kept : groups[place][1][0]], INSTEAD]
            kept = groups[place + wide - 1][1][1]
        place += wide or 1
    return "".join([*pieces, run[0][kept:]])


def _card_at(groups: Sequence[str], place: int) -> int:
    """How many groups from a place on are a card's number, with all that may belong to it; 0 for none."""
    end = place + next((wide for wide in _widths(groups, place) if _is_true(groups[place : place + wide])), 0)
    later = place + 1
    while later < end:  # a number before the card's may look like its beginning: then both go
        more = [wide for wide in _widths(groups, later) if _is_true(groups[later : later + wide])]
        end = max([end, *(later + wide for wide in more)])
        later += 1
    return end - place or _typed_at(groups, place)


def _typed_at(groups: Sequence[str], place: int) -> int:
    """How many groups from a place on look like a card's that was typed wrongly; 0 beside a true one."""
    for wide in _widths(groups, place):
        later = range(place + 1, place + wide)
        beside = any(_is_true(groups[one : one + more]) for one in later for more in _widths(groups, one))
        if not beside and _is_typed("".join(groups[place : place + wide])):
            return wide
    return 0


def _widths(groups: Sequence[str], place: int) -> Iterator[int]:
    """The numbers of groups from a place on that have as many digits as a card, the most first."""
    for wide in range(min(len(groups) - place, _LONGEST), 0, -1):
        if _SHORTEST <= sum(map(len, groups[place : place + wide])) <= _LONGEST:
            yield wide


def _is_true(groups: Sequence[str]) -> bool:
    digits = "".join(groups)
    if digits[0] == "0" or not luhn(digits):
        return False
    if len(groups) > 1:
        return all(len(one) >= _LEAST_GROUP for one in groups[:-1])
    return len(digits) > _SHORTEST or _OLD.match(digits) is not None


def _is_typed(digits: str) -> bool:
    return len(digits) >= _TYPED and "2" <= digits[0] <= "6"
