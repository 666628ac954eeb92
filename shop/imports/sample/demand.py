"""What customers of the sample store would buy each day if the shelves were always full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.imports.sample import specials
from shop.imports.sample.period import DAYS, FIRST_DAY, HORIZON
from shop.imports.sample.promotions import PROMOTIONS
from shop.imports.sample.stories import STOCK_TARGETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.imports.sample.catalogue import Catalogue

LOCATIONS: Final = (("leeds", "Leeds"), ("bristol", "Bristol"), ("glasgow", "Glasgow"))
_LISTED_PERCENT: Final = (97, 70, 55)
_SHARE: Final = np.array([0.5, 0.3, 0.2])
_WEEK: Final = np.array([1.05, 0.95, 0.9, 0.95, 1.1, 1.15, 0.9])
_ELASTICITY: Final = -1.6
_BULK_PER_MILLE: Final = 15
_SEASON_OPENS, _CHRISTMAS_EVE = 255, 358


@dataclass(frozen=True, slots=True)
class Shelves:
    """The SKU-locations of the store; `sku` and `location` are places, shape (shelves,)."""

    sku: NDArray[np.int64]
    location: NDArray[np.int64]

    def find(self, sku: int, location: int) -> int:
        """The place of one SKU-location; raises IndexError when the SKU is not kept there."""
        return int(np.flatnonzero((self.sku == sku) & (self.location == location))[0])


def choose_shelves(catalogue: Catalogue, rng: np.random.Generator) -> Shelves:
    """Which SKU is kept where: nearly all in Leeds, fewer in Bristol and Glasgow, drafts nowhere."""
    listed = rng.integers(0, 100, (len(catalogue.items), 3)) < np.array(_LISTED_PERCENT)
    listed[~listed.any(axis=1), 0] = True
    for target in STOCK_TARGETS:
        listed[catalogue.place[target.sku], :] = True
    listed[catalogue.place[specials.VIRAL], :] = True
    listed[[item.status == "draft" for item in catalogue.items], :] = False
    sku, location = np.nonzero(listed)
    return Shelves(sku, location)


def expected_demand(catalogue: Catalogue, shelves: Shelves, rng: np.random.Generator) -> NDArray[np.float64]:
    """Pieces a day, shape (DAYS + HORIZON, shelves): base, week, season, trend, price, promotions."""
    days = np.arange(DAYS + HORIZON)
    trend = rng.integers(-15, 26, len(catalogue.items)) / 100
    by_sku = catalogue.column("daily", np.float64) * (1 + trend * (days[:, None] - DAYS) / 365)
    day_of_year = _day_of_year()
    season = {pattern: curve(day_of_year) for pattern, curve in _SEASONS.items()}
    by_sku *= np.stack([season[item.pattern] for item in catalogue.items], axis=1)
    by_sku *= _WEEK[(days + FIRST_DAY.weekday()) % 7][:, None]
    _apply_prices(by_sku, catalogue)
    _apply_promotions(by_sku, catalogue)
    _apply_lives(by_sku, catalogue)
    kept = np.zeros((len(catalogue.items), 3), dtype=bool)
    kept[shelves.sku, shelves.location] = True
    share = kept * _SHARE / np.maximum((kept * _SHARE).sum(axis=1, keepdims=True), 0.01)
    return np.asarray(by_sku[:, shelves.sku] * share[shelves.sku, shelves.location])


def draw_demand(
    expected: NDArray[np.float64], catalogue: Catalogue, shelves: Shelves, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Pieces a day, shape (DAYS, shelves): Poisson around a daily mood, plus bulk buyers and a craze."""
    mood = rng.gamma(6.0, 1 / 6, (DAYS, expected.shape[1]))
    rate = expected[:DAYS] * mood
    viral = shelves.sku == catalogue.place[specials.VIRAL]
    since = DAYS - specials.VIRAL_SINCE_DAYS_AGO
    rate[since:, viral] *= np.linspace(3, 9, DAYS - since)[:, None]
    drawn = rng.poisson(rate)
    slow = np.array([catalogue.items[sku].pattern == "slow" for sku in shelves.sku])
    drawn[:, slow] = (drawn[:, slow] > 0) * rng.integers(1, 4, (DAYS, int(slow.sum())))
    bulk = np.isin(shelves.sku, [catalogue.place[sku] for sku in specials.BULK_BUYERS])
    happens = rng.integers(0, 1000, (DAYS, int(bulk.sum()))) < _BULK_PER_MILLE
    drawn[:, bulk] += happens * rng.integers(2, 6, happens.shape) * 12
    return np.asarray(drawn, dtype=np.int64)


def _day_of_year() -> NDArray[np.int64]:
    days = (FIRST_DAY + timedelta(days=day) for day in range(DAYS + HORIZON))
    return np.array([day.timetuple().tm_yday for day in days])


def _bump(day: NDArray[np.int64], centre: int, width: int) -> NDArray[np.float64]:
    away = np.abs(day - centre)
    away = np.minimum(away, 365 - away)
    return np.asarray(np.exp(-0.5 * (away / width) ** 2))


def _festive(day: NDArray[np.int64]) -> NDArray[np.float64]:
    """Christmas goods sell from October and stop on Christmas Eve."""
    rising = _bump(day, 345, 24)
    return np.asarray(np.where((day < _SEASON_OPENS) | (day > _CHRISTMAS_EVE), 0.0, 0.03 + 4.0 * rising))


_SEASONS: Final = {
    "steady": lambda day: np.ones(len(day)),
    "slow": lambda day: np.ones(len(day)),
    "garden": lambda day: 0.25 + 1.9 * _bump(day, 145, 48),
    "summer": lambda day: 0.35 + 1.7 * _bump(day, 190, 45),
    "winter": lambda day: 0.6 + 1.1 * _bump(day, 350, 60),
    "gifts": lambda day: 0.8 + 1.4 * _bump(day, 343, 20) + 0.3 * _bump(day, 75, 12),
    "christmas": _festive,
}


def _apply_prices(by_sku: NDArray[np.float64], catalogue: Catalogue) -> None:
    for sku, (ago, percent) in specials.PRICE_CHANGED_DAYS_AGO.items():
        by_sku[: DAYS - ago, catalogue.place[sku]] *= (percent / 100) ** _ELASTICITY


def _apply_promotions(by_sku: NDArray[np.float64], catalogue: Catalogue) -> None:
    for promotion in PROMOTIONS:
        part = [promotion.covers(item.sku, item.category) for item in catalogue.items]
        by_sku[promotion.days, np.flatnonzero(part)] *= promotion.lift / 100


def _apply_lives(by_sku: NDArray[np.float64], catalogue: Catalogue) -> None:
    """Nothing sells before its launch, little of what is archived, and the fad fades over eight months."""
    for place, item in enumerate(catalogue.items):
        by_sku[: max(0, item.launched), place] = 0
        if item.status == "archived":
            by_sku[DAYS - 120 :, place] = 0
    fading = np.clip((np.arange(DAYS + HORIZON) - (DAYS - 240)) / 240, 0, 1)
    by_sku[:, catalogue.place[specials.DYING]] *= np.exp(-3.0 * fading)
