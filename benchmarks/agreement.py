"""Statistics of agreement between two measurements of the same thing."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.model import Floats

__all__ = ["NORMAL_95", "Agreement", "Interval", "agreement", "coverage", "f1"]

NORMAL_95 = 1.96
"""Half of a 95 % interval of a normal distribution, in standard deviations."""

N_RESAMPLES = 2000
SEED = 20170407

Interval = tuple[float, float]
NO_INTERVAL: Interval = (float("nan"), float("nan"))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far found values are from true ones.

    Attributes
    ----------
    n, n_people : int
    bias, sd, rmse : float
        Of found less true, in its unit; `sd` over all values.
    low, high : float
        95 % limits of agreement.
    bias_95, low_95, high_95 : (float, float)
        Bootstrap intervals over people; NaN for one person.
    """

    n: int
    n_people: int
    bias: float
    sd: float
    rmse: float
    low: float
    high: float
    bias_95: Interval = NO_INTERVAL
    low_95: Interval = NO_INTERVAL
    high_95: Interval = NO_INTERVAL


def agreement(
    errors: Floats, people: Sequence[Hashable], n_resamples: int = N_RESAMPLES, seed: int = SEED
) -> Agreement:
    """Return bias, limits of agreement and their intervals.

    Parameters
    ----------
    errors : (n,) float array
        Found less true; NaN is left out.
    people : (n,) sequence
        Who each error belongs to: errors of one person are not independent.
    n_resamples, seed : int
        Of the bootstrap, which draws people, not errors.

    Returns
    -------
    Agreement

    Notes
    -----
    The limits take the variance between people and that within them from a one-way analysis of variance
    (Bland and Altman 2007, Journal of Biopharmaceutical Statistics 17, unequal replicates).
    """
    errors = np.asarray(errors, dtype=np.float64)
    known = np.isfinite(errors)
    errors = errors[known]
    if not len(errors):
        nan = float("nan")
        return Agreement(0, 0, nan, nan, nan, nan, nan)
    names, owner = np.unique(np.asarray(people, dtype=str)[known], return_inverse=True)
    counts = np.bincount(owner).astype(np.float64)
    sums = np.bincount(owner, errors).astype(np.float64)
    squares = np.bincount(owner, errors**2).astype(np.float64)
    bias, low, high = (float(value[0]) for value in _limits(counts[None], sums[None], squares[None]))
    sd = float(np.std(errors, ddof=1)) if len(errors) > 1 else float("nan")
    plain = Agreement(len(errors), len(names), bias, sd, float(np.sqrt(np.mean(errors**2))), low, high)
    if len(names) < 2:
        return plain
    drawn = np.random.default_rng(seed).integers(len(names), size=(n_resamples, len(names)))
    intervals = [_interval(values) for values in _limits(counts[drawn], sums[drawn], squares[drawn])]
    return Agreement(plain.n, plain.n_people, plain.bias, plain.sd, plain.rmse, plain.low, plain.high, *intervals)


def coverage(errors: Floats, sds: Floats) -> float:
    """Return the share of stated 95 % intervals that hold the truth; NaN where none is stated."""
    stated = np.isfinite(errors) & np.isfinite(sds)
    if not stated.any():
        return float("nan")
    return float(np.mean(np.abs(errors[stated]) <= NORMAL_95 * sds[stated]))


def f1(n_found: int, n_missed: int, n_false: int) -> tuple[float, float, float]:
    """Return F1, recall and precision; NaN where there was nothing to find."""
    if n_found + n_missed == 0:
        return (float("nan"),) * 3
    recall = n_found / (n_found + n_missed)
    precision = n_found / max(n_found + n_false, 1)
    return 2 * n_found / (2 * n_found + n_missed + n_false), recall, precision


def _limits(counts: Floats, sums: Floats, squares: Floats) -> tuple[Floats, Floats, Floats]:
    """Return bias and limits of each row of groups."""
    n, k = counts.sum(axis=1), counts.shape[1]
    bias = sums.sum(axis=1) / n
    means = sums / counts
    within = (squares - counts * means**2).sum(axis=1) / np.maximum(n - k, 1)
    between = (counts * (means - bias[:, None]) ** 2).sum(axis=1) / max(k - 1, 1)
    size = (n - (counts**2).sum(axis=1) / n) / max(k - 1, 1)
    # A difference below zero is chance: people then differ no more than their own errors do.
    spread = np.maximum(between - within, 0.0) / np.maximum(size, 1.0) if k > 1 else np.zeros_like(bias)
    sd = np.sqrt(np.maximum(within, 0.0) + spread)
    return bias, bias - NORMAL_95 * sd, bias + NORMAL_95 * sd


def _interval(values: NDArray[np.float64]) -> Interval:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
