"""What all forecasts of a catalogue share, as sums that come out the same however the catalogue is cut.

A series is forecast from its own sales, from the days on which the store was open and how its weekdays sell,
and from what its category and the store sell as a whole. The last three are sums over series. Added up as
floats they would depend, in the last bits, on which series lie together in one partition; so each term is
rounded to a fixed fraction first and sums are of whole numbers, which is exact in any order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.compiled import njit
from shop.forecasting.back_test import relative_losses, wandering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints, Names

FRACTION: Final = 2.0**40
"""What is left of a term beyond its whole part is rounded to one part of this."""
MOST: Final = 2.0**40
"""A term counts as at most this, so that sums of four million of them are whole numbers of 64 bits."""
SIZE_FRACTION = 2.0**20
CLASSES: Final = 8
"""Room for the numbers of all demand classes."""


@dataclass(frozen=True, slots=True)
class StoreDays:
    """How many series sold on each day, and number, sum and sum of squares of the logarithms of all sales.

    The two sums are whole numbers of 2^-20.
    """

    sellers: Ints
    sizes: Ints

    def __add__(self, other: StoreDays) -> StoreDays:
        return StoreDays(self.sellers + other.sellers, self.sizes + other.sizes)

    def largest_usual(self) -> float:
        """Logarithm of the largest sale that is no wonder in this store: mean + 4.5 deviations of all."""
        count, total, square = (int(one) for one in self.sizes)
        if count == 0:
            return math.inf
        mean = total / SIZE_FRACTION / count
        variance = max(square / SIZE_FRACTION / count - mean * mean, 0.0)
        return mean + 4.5 * max(math.sqrt(variance), 0.35)


def store_days(sold: NDArray[Any]) -> StoreDays:
    """The store's days from daily pieces (days x series); what is no number of pieces counts as no sale."""
    return _counted(sold, sold.shape[0], days_first=True)


def store_days_of_rows(sold: NDArray[Any]) -> StoreDays:
    """The same from pieces as they lie in a partition (series x days)."""
    return _counted(sold, sold.shape[1], days_first=False)


def _counted(sold: NDArray[Any], days: int, *, days_first: bool) -> StoreDays:
    found = StoreDays(np.zeros(days, dtype=np.int64), np.zeros(3, dtype=np.int64))
    _count(sold, days_first, found.sellers, found.sizes)
    return found


@njit(cache=True)
def _count(sold: NDArray[Any], days_first: bool, sellers: Ints, sizes: Ints) -> None:
    for row in range(sold.shape[0]):
        for column in range(sold.shape[1]):
            pieces = float(np.float32(sold[row, column]))
            if not 0.0 < pieces < np.inf:
                continue
            size = math.log(pieces)
            sellers[row if days_first else column] += 1
            sizes[0] += 1
            sizes[1] += math.floor(size * SIZE_FRACTION + 0.5)
            sizes[2] += math.floor(size * size * SIZE_FRACTION + 0.5)


@dataclass(frozen=True, slots=True)
class Exact:
    """A sum for each group: whole parts, and what was left of the terms in 2^-40."""

    whole: Ints
    rest: Ints

    def value(self) -> Floats:
        """The sums as floats; the same sums give the same floats."""
        return np.asarray(self.whole + self.rest / FRACTION)


def exact_sums(values: Floats, group: Ints, groups: int) -> Exact:
    """The sum of each group's values, none of which is negative.

    >>> exact_sums(np.array([0.1, 0.2, 3.0]), np.array([0, 0, 1]), 2).value()
    array([0.3, 3. ])
    """
    values = np.clip(values, 0.0, MOST)
    whole = np.floor(values)
    found = Exact(np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64))
    np.add.at(found.whole, group, whole.astype(np.int64))
    np.add.at(found.rest, group, np.rint((values - whole) * FRACTION).astype(np.int64))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSums:
    """What the series of each group (a category at a location) sum up to.

    Of the series old enough to be known: their number `members`, and the sums of means, squared means and
    variances. Of those among them that still sell: number `sellers`, sum of means `selling`, and `weeks`
    (weeks x groups), pieces of each week in 2^-20. Of those that could be judged by a back-test: their number
    `judged` by demand class (classes x groups), and the sums `losses` of their relative losses (classes x
    candidates x groups; `shop/forecasting/back_test.py`).
    """

    members: Ints
    mean: Exact
    square: Exact
    variance: Exact
    sellers: Ints
    selling: Exact
    weeks: Ints
    judged: Ints
    losses: Exact

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.members)

    def placed(self, place: Ints, groups: int) -> GroupSums:
        """The same sums as rows `place` of so many groups."""
        return GroupSums(
            **{one.name: _placed(getattr(self, one.name), place, groups) for one in fields(self)}
        )

    def __add__(self, other: GroupSums) -> GroupSums:
        return GroupSums(
            **{one.name: _added(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)}
        )


def _placed(sums: Any, place: Ints, groups: int) -> Any:
    if isinstance(sums, Exact):
        return Exact(_placed(sums.whole, place, groups), _placed(sums.rest, place, groups))
    found = np.zeros((*sums.shape[:-1], groups), dtype=np.int64)
    found[..., place] = sums
    return found


def _added(one: Any, other: Any) -> Any:
    if isinstance(one, Exact):
        return Exact(one.whole + other.whole, one.rest + other.rest)
    return one + other


def group_sums(
    mean: Floats,
    variance: Floats,
    group: Ints,
    known: Flags,
    selling: Flags,
    weeks: Ints,
    classes: Ints,
    back_test: Floats,
) -> GroupSums:
    """The sums of series: `known` are old enough to lean on, `selling` those of them that have not ended.

    `classes` are the series' demand classes as numbers below `CLASSES`.
    """
    groups = weeks.shape[1]
    judged, losses = _class_losses(classes, back_test, group, selling, groups)

    def exact(values: Floats, where: Flags) -> Exact:
        return exact_sums(values[where], group[where], groups)

    return GroupSums(
        members=np.bincount(group[known], minlength=groups).astype(np.int64),
        mean=exact(mean, known),
        square=exact(mean * mean, known),
        variance=exact(variance, known),
        sellers=np.bincount(group[selling], minlength=groups).astype(np.int64),
        selling=exact(mean, selling),
        weeks=weeks,
        judged=judged,
        losses=losses,
    )


def _class_losses(
    classes: Ints, back_test: Floats, group: Ints, selling: Flags, groups: int
) -> tuple[Ints, Exact]:
    sound, relative = relative_losses(back_test)
    rows = np.flatnonzero(sound & selling)
    place = classes[rows] * groups + group[rows]
    count = np.bincount(place, minlength=CLASSES * groups).astype(np.int64).reshape(CLASSES, groups)
    sums = [exact_sums(one[rows], place, CLASSES * groups) for one in relative.T]
    whole = np.stack([one.whole.reshape(CLASSES, groups) for one in sums], axis=1)
    return count, Exact(whole, np.stack([one.rest.reshape(CLASSES, groups) for one in sums], axis=1))


def merged_sums(parts: Sequence[tuple[Names, GroupSums]]) -> tuple[Names, GroupSums]:
    """The groups of all parts by name, and their sums: the same whichever series lay in which part."""
    names = np.unique(np.concatenate([part.astype(str) for part, _ in parts]))
    placed = (sums.placed(np.searchsorted(names, part.astype(str)), len(names)) for part, sums in parts)
    return names, reduce(lambda found, sums: found + sums, placed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What each group gives its series: by how much to scale them, and what young ones lean on.

    `mean`, `between` and `within` are the group's mean and variances of `members` series. `judged` (groups x
    classes) and `losses` (groups x classes x candidates) are the whole
    catalogue's in each row, as is `wandering`: how much of their levels' variance its errors bear out.
    """

    factor: Floats
    members: Ints
    mean: Floats
    between: Floats
    within: Floats
    judged: Ints
    losses: Floats
    wandering: Floats

    def of(self, place: Ints) -> Shared:
        """The groups of the rows `place`."""
        return Shared(**{one.name: getattr(self, one.name)[place] for one in fields(self)})


def prior_of(sums: GroupSums, factor: Floats) -> Shared:
    """What young series lean on, from the sums of the known ones, with the `factor` of each group."""
    count = np.maximum(sums.members, 1)
    losses = Exact(sums.losses.whole.sum(axis=-1), sums.losses.rest.sum(axis=-1))
    mean = sums.mean.value() / count
    return Shared(
        factor=factor,
        members=sums.members,
        mean=mean,
        between=np.maximum(sums.square.value() / count - mean * mean, 0.0),
        within=sums.variance.value() / count,
        judged=np.tile(sums.judged.sum(axis=-1), (sums.groups, 1)),
        losses=np.tile(losses.value(), (sums.groups, 1, 1)),
        wandering=np.full(sums.groups, wandering(losses.value(), sums.judged.sum(axis=-1))),
    )
