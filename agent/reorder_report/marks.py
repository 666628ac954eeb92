"""Characters that repaint a terminal or turn a line round, which no title or name needs."""

import re
from typing import Final

_MARKS: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""C0 but for the line break, C1, and the direction marks of Unicode (UAX #9)."""


def without_marks(text: str) -> str:
    r"""The text with a blank in place of each control character and direction mark.

    >>> without_marks("Mug\x1b[2J \u202egnp")
    'Mug [2J  gnp'
    """
    return _MARKS.sub(" ", text)
