"""CSV that a spreadsheet cannot mistake for formulas: the writer of every export of the project.

A cell that starts with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is run as a formula by
spreadsheets (OWASP, "CSV Injection"); it gets an apostrophe in front. A plain number keeps its minus sign.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_BLANKS = " \u00a0\ufeff"  # blanks in front do not keep a spreadsheet from running what follows them
_NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?")


def defuse(cell: object) -> str:
    """The cell as text that no spreadsheet runs; empty for None.

    >>> defuse("=1+1"), defuse("-3.50"), defuse("-3.50+A1"), defuse(None)
    ("'=1+1", '-3.50', "'-3.50+A1", '')
    """
    text = "" if cell is None else str(cell)
    runs = text.lstrip(_BLANKS).startswith(_RISKY) and not _NUMBER.fullmatch(text)
    # What looks defused already gets one apostrophe more, so that undefuse gives back exactly what was there.
    return f"'{text}" if runs or _is_defused(text) else text


def undefuse(cell: str) -> str:
    """The cell as it was before `defuse`.

    >>> undefuse("'=1+1"), undefuse("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if _is_defused(cell) else cell


def _is_defused(text: str) -> bool:
    return text.startswith("'") and text.lstrip("'" + _BLANKS).startswith(_RISKY)


class SafeCsvWriter:
    """A CSV writer (UTF-8 text file opened with ``newline=""``) that defuses every cell, headers too."""

    def __init__(self, file: Any, header: Iterable[object]) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self.row(header)

    def row(self, cells: Iterable[object]) -> None:
        """Write one row."""
        self._writer.writerow([defuse(cell) for cell in cells])
