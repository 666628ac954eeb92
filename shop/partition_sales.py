"""What the sales of a partition tell, in two readings, so that a plan does not depend on how they are cut.

The first counts how many series sold on each day and how large sales are; all partitions together give the
calendar of the store. The second fits every series and adds up what each category sells; all partitions
together give what forecasts share. Both are sums of whole numbers, so they come out the same, bit for bit,
whichever SKUs lie in which file. The plan itself then needs no history any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import numpy as np

from shop.assessment import Told, categories
from shop.demand import Fits, finished, shared_of
from shop.errors import ImportFileError
from shop.forecasting.open_days import Calendar, calendar_of
from shop.forecasting.quality import MOST_SERIES
from shop.forecasting.seasons import category_sales
from shop.forecasting.shared import (
    Exact,
    GroupSums,
    Shared,
    StoreDays,
    merged_sums,
    store_days,
    store_days_of_rows,
)
from shop.forecasting.updates import Counts, Sales, learnt
from shop.partitions import (
    FIGURES,
    OFFERS,
    OPTIONAL,
    TEXTS,
    Frame,
    check_day,
    inputs_of,
    read_partition,
    rows_by_days,
)
from shop.recent_sales import pieces_until_asked
from shop.signalled_past import PromotionSums, past_demand, promotion_sums
from shop.sound_sales import sound_sales
from shop.whole_files import whole_file

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from shop.forecasting.states import States
    from shop.plan_inputs import Flags, Floats, Items, Names, PlanInputs, PlanSettings

NOT_IN_DAYS: Final = (*TEXTS, *FIGURES, *OPTIONAL, "empty", OFFERS)
"""What counting the sellers of each day does without, where no signal says which sales to leave out."""
HASHES: Final = 2**32


@dataclass(frozen=True, slots=True)
class PartSales:
    """What the first reading of a partition finds; `season` is given where the year before is known."""

    name: str
    source: str
    starts_on: date
    rows: int
    days: StoreDays
    season: tuple[Names, Floats] | None

    @property
    def span(self) -> str:
        """The days of its history in words."""
        return f"{len(self.days.sellers)} days of sales from {self.starts_on.isoformat()} on"


@dataclass(frozen=True, slots=True)
class PartFits:
    """What the second reading finds: each series by itself, and the sums of each category at a location."""

    fits: Fits
    unasked: Floats
    flawed: Flags
    categories: Names
    sums: GroupSums
    counts: Counts


@dataclass(frozen=True, slots=True)
class PartSums:
    """Of that what all partitions are to know: the sums by category, and how the forecasts were found."""

    categories: Names
    sums: GroupSums
    counts: Counts


@dataclass(frozen=True, slots=True)
class Known:
    """What all partitions together tell: the store's calendar, and what each category shares, by name."""

    calendar: Calendar
    categories: Names
    shared: Shared

    def told(self, part: PartFits, items: Items) -> Told:
        """The forecasts of a partition beside all others."""
        names, category = categories(items)
        place = np.searchsorted(self.categories, names)
        forecasts = finished(part.fits, category, self.shared.of(place), self.calendar)
        return Told(forecasts, part.unasked, part.flawed)


def promotions_in(path: Path, frame: Frame) -> tuple[PromotionSums, ...]:
    """What was sold of a partition within and around the promotions of the past."""
    as_sold = inputs_of(read_partition(path, without=(OFFERS,)), replace(frame, signals=()))
    return promotion_sums(replace(as_sold, signals=frame.signals))


def sales_of(path: Path, frame: Frame) -> PartSales:
    """The first reading. Raises ImportFileError for a file that is no partition, or of another day."""
    source = _source(path)
    plain = frame.earlier is None and frame.location is None
    if plain and not past_demand(frame.signals, frame.as_of):
        table = read_partition(path, without=NOT_IN_DAYS)
        check_day(table, frame)
        days = store_days_of_rows(rows_by_days(table, "sold"))
        return PartSales(path.name, source, _starts_on(table), len(table), days, None)
    table = read_partition(path, without=(OFFERS,))
    inputs = inputs_of(table, frame)
    sold, _ = sound_sales(inputs.history.sold)
    names, group = np.unique(inputs.items.category.astype(str), return_inverse=True)
    season = None if frame.earlier is None else (names, category_sales(inputs, names, group))
    rows = int(inputs.items.in_scope.sum())
    return PartSales(path.name, source, _starts_on(table), rows, store_days(sold), season)


def _source(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}") from error


def _starts_on(table: pa.Table) -> date:
    return date.fromisoformat(table.schema.metadata[b"starts_on"].decode())


def calendar_of_all(parts: Sequence[PartSales]) -> Calendar:
    """The store's days by all partitions; raises ImportFileError where they hold different days."""
    first = parts[0]
    for part in parts:
        if part.span != first.span:
            raise ImportFileError(
                f"{part.name} holds {part.span}, {first.name} {first.span}; write all with the same days"
            )
    return calendar_of(reduce(add, (part.days for part in parts)), first.starts_on.weekday())


def promoted_of(parts: Sequence[Sequence[PromotionSums]]) -> tuple[PromotionSums, ...]:
    """The sums of all partitions, signal by signal."""
    return tuple(reduce(add, sums) for sums in zip(*parts, strict=True))


def fits_of(
    inputs: PlanInputs, settings: PlanSettings, calendar: Calendar, before: States | None = None
) -> tuple[PartFits, States]:
    """The second reading: every series of a partition by itself, and their sums; and its states.

    Gone on from the states of an earlier day where they may be, else fitted (`shop/forecasting/updates.py`).
    """
    history, items = inputs.history, inputs.items
    sold, flawed = sound_sales(history.sold)
    names, category = categories(items)
    sales = Sales(
        names=tuple(f"{sku}\x1f{place}" for sku, place in zip(items.sku, items.location, strict=True)),
        sold=sold,
        stocked_out=history.stocked_out,
        observed_from=items.observed_from,
        category=category,
        starts_on=history.starts_on,
    )
    found = learnt(before, sales, calendar)
    unasked = pieces_until_asked(sold, history.stocked_out, items.observed_from, settings.maximum_cover_days)
    return PartFits(found.fits, unasked, flawed, names, found.sums, found.counts), found.states


def known_of(parts: Sequence[PartSums], calendar: Calendar) -> Known:
    """What all partitions share, from the sums of each."""
    names, sums = merged_sums([(part.categories, part.sums) for part in parts])
    return Known(calendar, names, shared_of(sums, calendar))


def judged(items: Items, of_all: int) -> Flags:
    """The rows by which the forecasts are judged: about as many as an ordinary run takes, by their names.

    `of_all` is how many rows the whole catalogue has in scope.
    """
    if of_all <= MOST_SERIES:
        return items.in_scope
    most = HASHES * MOST_SERIES // of_all
    names = zip(items.sku.tolist(), items.location.tolist(), strict=True)
    low = [crc32(f"{sku}\x1f{place}".encode()) < most for sku, place in names]
    return np.asarray(items.in_scope & np.array(low, dtype=bool))


def write_fits(part: PartFits, source: str, path: Path) -> None:
    """Keep what the second reading found; the file is complete or not there."""
    arrays: dict[str, Any] = {"source": np.array(source), "categories": part.categories.astype(str)}
    arrays |= {"unasked": part.unasked, "flawed": part.flawed, "counts": np.array(astuple(part.counts))}
    arrays |= {f"fits.{one.name}": getattr(part.fits, one.name) for one in fields(Fits)}
    for one in fields(GroupSums):
        sums = getattr(part.sums, one.name)
        if isinstance(sums, Exact):
            arrays |= {f"sums.{one.name}.whole": sums.whole, f"sums.{one.name}.rest": sums.rest}
        else:
            arrays[f"sums.{one.name}"] = sums
    with whole_file(path) as half, half.open("wb") as file:
        np.savez(file, **arrays)


def read_sums(path: Path, source: str) -> PartSums | None:
    """The sums that were kept, or None where they are not there or were made from something else."""
    if not path.exists():
        return None
    with path.open("rb") as file, np.load(file) as kept:
        if str(kept["source"]) != source:
            return None
        return PartSums(kept["categories"], _sums(kept), _counts(kept))


def _sums(kept: Any) -> GroupSums:
    found: dict[str, Any] = {}
    for one in fields(GroupSums):
        name = f"sums.{one.name}"
        found[one.name] = kept[name] if name in kept else Exact(kept[f"{name}.whole"], kept[f"{name}.rest"])
    return GroupSums(**found)


def read_fits(path: Path) -> PartFits:
    """What the second reading found of a partition."""
    with path.open("rb") as file, np.load(file) as kept:
        fits = Fits(**{one.name: kept[f"fits.{one.name}"] for one in fields(Fits)})
        told = kept["unasked"], kept["flawed"], kept["categories"]
        return PartFits(fits, *told, _sums(kept), _counts(kept))


def _counts(kept: Any) -> Counts:
    return Counts(*kept["counts"].tolist())
