"""How much the right side differs from the left, and whether that is more than chance and the sensors make."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analyzer.model import Floats

__all__ = ["Asymmetry", "asymmetry", "least_real_difference"]


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """Right against left.

    Attributes
    ----------
    index_pct : float
        Right minus left as a percentage of their mean; NaN with fewer than two values of a side.
    low_pct, high_pct : float
        95 % interval of it by the scatter of the steps.
    difference, least_real : float
        Right minus left, and the smallest size of it that scatter and the bias between the sensors do not explain, in
        the unit of the values.
    n_left, n_right : int
    """

    index_pct: float
    low_pct: float
    high_pct: float
    difference: float
    least_real: float
    n_left: int
    n_right: int

    @property
    def real(self) -> bool:
        """Whether the difference is more than chance and sensors explain."""
        return abs(self.difference) > self.least_real


def asymmetry(left: Floats, right: Floats, bias: float = 0.0) -> Asymmetry:
    """Return how much right differs from left.

    Parameters
    ----------
    left, right : (n,), (m,) float array
        Values of matched steps of each side; NaN are left out.
    bias : float
        What two sensors of the same kind may differ by, in the unit of the values.

    Examples
    --------
    >>> found = asymmetry(np.array([0.099, 0.101, 0.100]), np.array([0.109, 0.111, 0.110]))
    >>> round(found.index_pct, 1), found.real
    (9.5, True)
    """
    left, right = left[np.isfinite(left)], right[np.isfinite(right)]
    n_left, n_right = len(left), len(right)
    # One value has no scatter, and without scatter anything is real.
    if min(n_left, n_right) < 2:
        nan = float("nan")
        return Asymmetry(nan, nan, nan, nan, nan, n_left, n_right)
    difference = float(right.mean() - left.mean())
    squares = (n_left - 1) * left.var(ddof=1) + (n_right - 1) * right.var(ddof=1)
    pooled_sd = float(np.sqrt(squares / (n_left + n_right - 2)))
    chance = least_real_difference(pooled_sd, n_left, n_right)
    per_cent = 100.0 / (0.5 * float(right.mean() + left.mean()))
    # The interval is that of chance: a bias shifts the index, it does not blur it.
    ends = sorted((per_cent * (difference - chance), per_cent * (difference + chance)))
    return Asymmetry(per_cent * difference, ends[0], ends[1], difference, max(chance, bias), n_left, n_right)


def least_real_difference(pooled_sd: float, n_left: int, n_right: int) -> float:
    """Return the smallest difference of two means that is not chance at 95 %.

    Parameters
    ----------
    pooled_sd : float
        Scatter within a side.
    n_left, n_right : int
        Values of each side, together at least three.

    Examples
    --------
    >>> [round(least_real_difference(5.0, n, n), 1) for n in (4, 6, 12, 18)]
    [8.7, 6.4, 4.2, 3.4]
    """
    quantile = float(stats.t.ppf(0.975, n_left + n_right - 2))
    return quantile * pooled_sd * float(np.sqrt(1.0 / n_left + 1.0 / n_right))
