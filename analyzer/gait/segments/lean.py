"""Lean over whole steps, and the lean that an acceleration calls for."""

import numpy as np

from analyzer.model import Floats
from analyzer.units import G_M_S2

__all__ = ["expected_lean_rad", "mean_between"]


def expected_lean_rad(acceleration_m_s2: Floats) -> Floats:
    """Return the lean of the ground force that a forward acceleration calls for.

    Parameters
    ----------
    acceleration_m_s2 : (n,) float array
        Of the body along the run; NaN stays NaN.

    Returns
    -------
    (n,) float array
        Forward positive.

    Notes
    -----
    [diprampero2005]. It is the line from the foot to the centre of mass, not the trunk.

    Examples
    --------
    >>> np.degrees(expected_lean_rad(np.array([1.0, 3.0, 6.42]))).round(1)
    array([ 5.8, 17. , 33.2])
    """
    return np.asarray(np.arctan2(acceleration_m_s2, G_M_S2))


def mean_between(values: Floats, start: Floats, stop: Floats) -> Floats:
    """Return the mean of a signal over each of some spans.

    Parameters
    ----------
    values : (n,) float array
        No NaN.
    start, stop : (m,) float array
        Fractional samples; a span has weight for the parts of its first and last sample too.

    Returns
    -------
    (m,) float array
        NaN where a span is empty or leaves the signal.

    Examples
    --------
    >>> mean_between(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0]), np.array([3.0, 1.5]))
    array([1.5 , 1.25])
    """
    # The integral of the straight lines between samples, read at any place by the same rule.
    total = np.concatenate([[0.0], np.cumsum(0.5 * (values[1:] + values[:-1]))])
    inside = (start >= 0.0) & (stop <= len(values) - 1.0) & (stop > start)
    first, last = np.where(inside, start, 0.0), np.where(inside, stop, 1.0)
    area = _integral(total, values, last) - _integral(total, values, first)
    return np.where(inside, area / (last - first), np.nan)


def _integral(total: Floats, values: Floats, at: Floats) -> Floats:
    whole = np.minimum(at.astype(np.intp), len(values) - 1)
    after = np.minimum(whole + 1, len(values) - 1)
    part = at - whole
    return np.asarray(total[whole] + part * (values[whole] + 0.5 * part * (values[after] - values[whole])))
