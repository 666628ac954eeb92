"""Own-price elasticity of every SKU of a category, from its price changes and sales, shrunk to the category.

Pieces sold of SKU i in week t are Poisson-like with mean ``open_it * exp(a_i + g_t + b_i * ln price_it)``: a
level of its own, the category's season, and the elasticity b_i. A log-log Poisson regression with two-way
effects (Santos Silva and Tenreyro, "The Log of Gravity", Review of Economics and Statistics 88, 2006); a_i is
conditioned out exactly, since given the total the weeks are multinomial (Cameron and Trivedi, Regression
Analysis of Count Data, 2nd ed., section 9.4). Spread above Poisson widens the intervals (variance
mean + alpha * mean ** 2, one alpha for the category; ibid., section 3.3).

The elasticities of a category are drawn from one normal law whose mean and spread are estimated with it;
the spread is averaged over, not plugged in (Gelman et al., Bayesian Data Analysis, 3rd ed., sections 5.4
and 5.7). A SKU that sold little or never changed its price comes out near its category, with an interval
that says so. What was observed is not caused: only a price test shows an elasticity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray["np.float64"]

import numpy as np

USUAL: Final = -1.5
"""Where an elasticity lies before anything is known: most published ones of goods lie between -1 and -3
(Bijmolt, van Heerde and Pieters, Journal of Marketing Research 42, 2005, find a mean of -2.6 for brands)."""

USUAL_SPREAD: Final = 1.5
USUAL_TAU: Final = 0.8
"""Scale of the half-normal prior of the spread within a category; with much data it does not matter."""

FEWEST_FOR_SEASON: Final = 5
"""With fewer SKUs a season cannot be told from one SKU's own ups and downs, so none is assumed."""

_ROUNDS: Final = 12
_HALVINGS: Final = 27
"""An interval of 16 standard deviations is cut to 1e-7 of one: as exact as `_normal` is."""
_MOST_ALPHA: Final = 20.0
_WIDEST: Final = 2.5
_TAUS: Final = np.linspace(0.02, _WIDEST, 80)


@dataclass(frozen=True, slots=True)
class Elasticities:
    """Of each SKU, in the order given: the estimate, its 95 % interval, and its standard deviation.

    `own_weight` (0 to 1) is how much of the estimate the SKU's own history says; the rest is its category's
    `category_mean`.
    """

    mean: Floats
    low: Floats
    high: Floats
    spread: Floats
    own_weight: Floats
    category_mean: float


@dataclass(slots=True)
class _Fit:
    """The present state of the iteration; `x` are log prices less their mean, all of shape (SKUs, weeks)."""

    sold: Floats
    x: Floats
    open_share: Floats
    season: Floats
    b: Floats

    def weights(self) -> Floats:
        """How a SKU's total falls on its weeks."""
        tilted = self.open_share * self.season * np.exp(self.b[:, None] * self.x)
        return np.asarray(tilted / np.maximum(tilted.sum(axis=1, keepdims=True), 1e-300))

    def expected(self) -> Floats:
        """Pieces of each SKU and week."""
        return np.asarray(self.sold.sum(axis=1, keepdims=True) * self.weights())

    def score_and_information(self) -> tuple[Floats, Floats]:
        """First and minus second derivative of the conditional log-likelihood in each b."""
        weights, total = self.weights(), self.sold.sum(axis=1)
        centre = (weights * self.x).sum(axis=1)
        score = (self.sold * self.x).sum(axis=1) - total * centre
        information = total * (weights * (self.x - centre[:, None]) ** 2).sum(axis=1)
        return score, information


def elasticities(sold: Floats, log_price: Floats, open_share: Floats) -> Elasticities:
    """The elasticities of one category's SKUs; all arrays have the shape (SKUs, weeks).

    `sold` are pieces, `log_price` the mean natural logarithm of what customers paid, `open_share` the share
    of the week (0 to 1) in which the SKU could be bought; where it is 0 the week does not count.
    """
    counts = np.where(open_share > 0, sold, 0.0)
    x = log_price - _mean_where_open(log_price, open_share)
    fit = _Fit(counts, x, open_share, np.ones(sold.shape[1]), np.full(len(sold), USUAL))
    centre, prior_precision = USUAL, 1 / USUAL_SPREAD**2
    phi = np.ones(len(sold))
    for _ in range(_ROUNDS):
        score, information = fit.score_and_information()
        score, information = score / phi, information / phi
        step = (score - prior_precision * (fit.b - centre)) / (information + prior_precision)
        fit.b = fit.b + np.clip(step, -1.0, 1.0)
        if len(sold) >= FEWEST_FOR_SEASON:
            fit.season = _season(fit)
        phi = _overdispersion(fit)
        law = _shrunk(fit, phi)
        centre, prior_precision = law.category_mean, 1 / max(float(np.std(law.middle)) ** 2, 0.04)
    return _shrunk(fit, phi).told()


def _mean_where_open(log_price: Floats, open_share: Floats) -> Floats:
    total = np.maximum(open_share.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray((log_price * open_share).sum(axis=1, keepdims=True) / total)


def _season(fit: _Fit) -> Floats:
    """The factor of each week that the category as a whole shows, apart from levels and prices."""
    expected = (fit.expected() / np.maximum(fit.season, 1e-12)).sum(axis=0)
    sold = fit.sold.sum(axis=0)
    season = np.where(expected > 0, sold / np.maximum(expected, 1e-12), 1.0)
    return np.asarray(np.maximum(season, 1e-3) / max(float(season.mean()), 1e-12))


def _overdispersion(fit: _Fit) -> Floats:
    """By how much the variance of each SKU is above Poisson: 1 + alpha * its mean week.

    Alpha makes the sum of the squared Pearson residuals equal to what is free to vary: Breslow,
    "Extra-Poisson Variation in Log-Linear Models", Applied Statistics 33 (1984).
    """
    expected = fit.expected()
    counted = (fit.open_share > 0) & (expected > 1e-9)  # noqa: PLR2004 - where anything could be sold
    free = max(1.0, float(counted.sum()) - 2 * len(fit.sold) - fit.sold.shape[1])
    mean, square_error = expected[counted], (fit.sold - expected)[counted] ** 2
    squared = mean**2
    low, high = 0.0, _MOST_ALPHA
    for _ in range(_HALVINGS if (square_error / mean).sum() > free else 0):
        alpha = (low + high) / 2
        is_above = (square_error / (mean + alpha * squared)).sum() > free
        low, high = (alpha, high) if is_above else (low, alpha)
    alpha = low
    square = (expected**2).sum(axis=1) / np.maximum(expected.sum(axis=1), 1e-12)
    return np.asarray(1 + alpha * square)


@dataclass(frozen=True, slots=True)
class _Posterior:
    """A normal law of each SKU for each tau of the grid: weights (taus), the others (taus, SKUs)."""

    weight: Floats
    shrink: Floats
    centres: Floats
    variances: Floats
    middle: Floats
    spread: Floats
    category_mean: float

    def told(self) -> Elasticities:
        low, high = (
            _quantile(share, self.weight, self.centres, self.variances, self.middle, self.spread)
            for share in (0.025, 0.975)
        )
        own = np.asarray(1 - self.weight @ self.shrink)
        return Elasticities(self.middle, low, high, self.spread, own, self.category_mean)


def _shrunk(fit: _Fit, phi: Floats) -> _Posterior:
    """The posterior of every b, averaged over the category's spread tau on a grid."""
    score, information = fit.score_and_information()
    precision = information / phi
    at = fit.b + np.divide(score, information, out=np.zeros_like(score), where=information > 1e-9)  # noqa: PLR2004 - zero
    told = precision > 1e-9  # noqa: PLR2004 - as good as zero
    z, q = at[told], precision[told]
    variance = _TAUS[:, None] ** 2 + 1 / q[None, :]
    v = 1 / variance
    mean_variance = 1 / (v.sum(axis=1) + 1 / USUAL_SPREAD**2)
    mean = mean_variance * ((v * z).sum(axis=1) + USUAL / USUAL_SPREAD**2)
    log_weight = 0.5 * (
        np.log(mean_variance)
        + np.log(v).sum(axis=1)
        - (v * (z - mean[:, None]) ** 2).sum(axis=1)
        - ((mean - USUAL) / USUAL_SPREAD) ** 2
        - (_TAUS / USUAL_TAU) ** 2
    )
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    tau_precision = 1 / _TAUS[:, None] ** 2
    shrink = tau_precision / (precision[None, :] + tau_precision)
    centres = (1 - shrink) * np.where(told, at, 0.0) + shrink * mean[:, None]
    spreads = 1 / (precision[None, :] + tau_precision) + shrink**2 * mean_variance[:, None]
    middle = weight @ centres
    total = weight @ spreads + weight @ (centres - middle) ** 2
    return _Posterior(weight, shrink, centres, spreads, middle, np.sqrt(total), float(weight @ mean))


def _quantile(
    share: float, weight: Floats, centres: Floats, variances: Floats, middle: Floats, spread: Floats
) -> Floats:
    """The quantile of each SKU's mixture of normal laws, one for each tau, by bisection."""
    low, high, deviations = middle - 8 * spread, middle + 8 * spread, np.sqrt(variances)
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        is_below = weight @ _normal((at - centres) / deviations) < share
        low, high = np.where(is_below, at, low), np.where(is_below, high, at)
    return np.asarray((low + high) / 2)


def _normal(z: Floats) -> Floats:
    """The standard normal distribution function, within 8e-8.

    Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.17.
    """
    t = 1 / (1 + 0.2316419 * np.abs(z))
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    upper = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * series
    return np.asarray(np.where(z >= 0, 1 - upper, upper))
