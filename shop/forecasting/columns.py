"""What the daily method finds about a series and keeps of it: classes, methods, and columns of arrays."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

MEAN = 0
VARIANCE = 1
ALPHA = 2
OBSERVED = 3
CENSORED = 4
SALES = 5
SINCE = 6
SPIKES = 7
CAP = 8
LEVEL_VARIANCE = 9
WIDTH: Final = 10
"""Columns of `found`, a row for each series."""

SEEN, SOLD, TOTAL, SQUARE, SIZE, INTERVAL, PAUSE, LEVEL, SPREAD, SPEED, RECENT = range(11)
STATE: Final = 11
"""Columns of `known`, what is known of a series on some morning; the first seven are also kept."""

COUNTED: Final = 7
RECENT_TOTAL, RECENT_WEIGHT, SIZES, SIZE_TOTAL, SIZE_SQUARE, LARGEST, SES_WEIGHT, STARTED = range(7, 15)
HABIT: Final = 15
KEPT: Final = 16
"""Columns of `kept`, from which later days go on: counts and smoothed sizes as in `known`, the sums of recent
days, number, sum, squares and largest of the logarithms of sizes, and the state of the smoothing, whose
levels and errors, one for each constant, stand in arrays of their own. `HABIT` is 1 where the last fit found
bulk orders to be a habit and cut none."""


class DemandClass(IntEnum):
    """Syntetos-Boylan classes, and what has too little or nothing to classify."""

    NONE = 0
    NEW = 1
    SMOOTH = 2
    ERRATIC = 3
    INTERMITTENT = 4
    LUMPY = 5
    ENDED = 6


class Method(IntEnum):
    """How the mean was found."""

    NONE = 0
    SES = 1
    SBA = 2
    TSB = 3
    CATEGORY = 4
    AVERAGE = 5
