"""Two stages at the same speed: what differs between them that speed does not explain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.drill.stage.estimate import EstimateConfig, Interval, quantile, satterthwaite
from analyzer.model import Floats

__all__ = ["AtSpeed", "SameSpeed", "SameSpeedConfig", "same_speed"]


@dataclass(frozen=True, slots=True)
class SameSpeedConfig:
    """When strides of two stages were run at the same speed.

    Attributes
    ----------
    band : float
        Strides within this share of the speed are compared. A run at full effort passes through it in two to five
        strides; in so narrow a band a straight line of logarithms is true enough.
    min_values : int
        Of each stage: fewer leave the line to chance.
    """

    band: float = 0.10
    min_values: int = 3


@dataclass(frozen=True, slots=True, eq=False)
class AtSpeed:
    """Values of one stage and the speeds at which they were run.

    Attributes
    ----------
    values, speed_m_s : (n,) float array
        Positive; rows with NaN are left out.
    runs : (n,) int array
    measured_share : float
        The measurement's own standard uncertainty against the value; NaN or 0 where unknown.
    """

    values: Floats
    speed_m_s: Floats
    runs: NDArray[np.int64]
    measured_share: float = float("nan")


@dataclass(frozen=True, slots=True)
class SameSpeed:
    """What the upper stage does otherwise at the same speed.

    Attributes
    ----------
    change_pct : Interval
        Of the upper stage against the lower.
    speed_m_s : float
        Speed at which they are compared: the median of the lower stage; NaN where it has none.
    n_lower, n_upper : int
        Values within the band.
    reason : str
        ``ok``, ``missing`` (no values), ``no_speed``, ``no_overlap``, ``too_few`` or ``no_scatter``.
    """

    change_pct: Interval
    speed_m_s: float
    n_lower: int
    n_upper: int
    reason: str


def same_speed(
    lower: AtSpeed, upper: AtSpeed, config: SameSpeedConfig | None = None, errors: EstimateConfig | None = None
) -> SameSpeed:
    """Return the difference between two stages at the median speed of the lower.

    Parameters
    ----------
    lower, upper : AtSpeed
        One metric; of the lower stage the strides at speed, of the upper those on the way to its own speed as well.
    config : SameSpeedConfig, optional
    errors : EstimateConfig, optional

    Returns
    -------
    SameSpeed

    Notes
    -----
    Analysis of covariance: ln value against ln speed with one slope for both stages and a step between them, on the
    strides of both within the band. Its interval holds the scatter about the lines (times the design effect, as strides
    of two feet overlap), what runs of one stage differ by beyond it where there are several, and the part of
    the measurement's uncertainty that runs of a day do not share. The upper stage speeds up where the lower holds its
    speed; what that alone changes is in the difference.
    """
    config = config or SameSpeedConfig()
    if not (lower.values.size and upper.values.size):
        return SameSpeed(Interval(), np.nan, 0, 0, "missing")
    lower, upper = _known(lower), _known(upper)
    if not (lower.values.size and upper.values.size):
        return SameSpeed(Interval(), np.nan, 0, 0, "no_speed")
    at = float(np.median(np.log(lower.speed_m_s)))
    lower, upper = _within(lower, at, config), _within(upper, at, config)
    counts = float(np.exp(at)), int(lower.values.size), int(upper.values.size)
    if not _overlap(lower.speed_m_s, upper.speed_m_s):
        return SameSpeed(Interval(), *counts, "no_overlap")
    if min(counts[1:]) < config.min_values:
        return SameSpeed(Interval(), *counts, "too_few")
    found = _difference_pct(lower, upper, at, errors or EstimateConfig())
    return SameSpeed(found, *counts, "ok" if np.isfinite(found.low) else "no_scatter")


def _known(one: AtSpeed) -> AtSpeed:
    return _rows(one, (one.values > 0) & (one.speed_m_s > 0))


def _within(one: AtSpeed, at: float, config: SameSpeedConfig) -> AtSpeed:
    return _rows(one, np.abs(np.log(one.speed_m_s) - at) <= np.log1p(config.band))


def _rows(one: AtSpeed, rows: NDArray[np.bool_]) -> AtSpeed:
    return AtSpeed(one.values[rows], one.speed_m_s[rows], one.runs[rows], one.measured_share)


def _overlap(lower_m_s: Floats, upper_m_s: Floats) -> bool:
    if not (lower_m_s.size and upper_m_s.size):
        return False
    return bool(max(lower_m_s.min(), upper_m_s.min()) <= min(lower_m_s.max(), upper_m_s.max()))


def _difference_pct(lower: AtSpeed, upper: AtSpeed, at: float, config: EstimateConfig) -> Interval:
    is_upper = np.repeat([0.0, 1.0], [lower.values.size, upper.values.size])
    speed = np.log(np.concatenate([lower.speed_m_s, upper.speed_m_s])) - at
    values = np.log(np.concatenate([lower.values, upper.values]))
    design = np.column_stack([np.ones(values.size), speed, is_upper])
    line, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    left = values - design @ line
    # Runs are told apart by stage as well: a run belongs to one of them.
    runs = np.concatenate([2 * lower.runs, 2 * upper.runs + 1])
    names, which = np.unique(runs, return_inverse=True)
    # Runs of a stage lie apart: that is no scatter of strides.
    own = left - (np.bincount(which, left) / np.bincount(which))[which]
    df = values.size - int(rank) - (names.size - 2)
    if df <= 0:
        return Interval(100 * float(np.expm1(line[2])))
    per_value = config.design_effect * float(own @ own) / df
    # The pseudo-inverse: where all speeds are equal the slope says nothing and costs nothing.
    spread = float(np.linalg.pinv(design.T @ design)[2, 2])
    between, between_df = _between(left, runs, per_value)
    measured = (1 - config.common_share) * _measured(lower, upper)
    parts = np.array([per_value * spread, between * _n_runs_share(lower, upper), measured])
    dfs = np.array([df, between_df, np.inf])
    half = quantile(satterthwaite(parts, dfs), config) * float(np.sqrt(parts.sum()))
    change = float(line[2])
    value, low, high = (100 * float(np.expm1(x)) for x in (change, change - half, change + half))
    return Interval(value, low, high)


def _between(left: Floats, runs: NDArray[np.int64], per_value: float) -> tuple[float, int]:
    """Return the variance between runs of one stage beyond that of their strides, and its degrees of freedom."""
    names, which = np.unique(runs, return_inverse=True)
    counts = np.bincount(which)
    means = np.bincount(which, left) / counts
    several = [own for own in (names % 2 == 0, names % 2 == 1) if own.sum() > 1]
    if not several:
        # Nobody knows: the interval speaks of these runs. The degree of freedom is of nothing.
        return 0.0, 1
    squares = sum(float(np.sum((means[own] - means[own].mean()) ** 2)) for own in several)
    df = sum(int(own.sum()) - 1 for own in several)
    expected = float(np.mean(np.concatenate([per_value / counts[own] for own in several])))
    return max(0.0, squares / df - expected), df


def _n_runs_share(lower: AtSpeed, upper: AtSpeed) -> float:
    return sum(1 / np.unique(one.runs).size for one in (lower, upper))


def _measured(lower: AtSpeed, upper: AtSpeed) -> float:
    shares = [one.measured_share**2 / np.unique(one.runs).size for one in (lower, upper)]
    return float(np.nansum(shares))
