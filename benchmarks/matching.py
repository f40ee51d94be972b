"""Pair what was found with what really was, one to one."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from analyzer.model import Floats, Indices

__all__ = ["matched"]


def matched(found_s: Floats, true_s: Floats, reach_s: float) -> Indices:
    """Return which found event belongs to each true one.

    Parameters
    ----------
    found_s, true_s : (n,), (m,) float array
        Seconds, in any order; NaN belongs to nothing.
    reach_s : float
        Events further apart are different events.

    Returns
    -------
    (m,) int array
        Row of the found event, -1 for none. As many pairs as possible, and of those the closest together.
    """
    away_s = np.abs(np.asarray(true_s)[:, None] - np.asarray(found_s)[None, :])
    near = away_s <= reach_s
    # A pair out of reach costs more than all pairs in reach together, so that it is never worth a real one.
    cost = np.where(near, away_s, reach_s * (min(away_s.shape) + 1))
    rows = np.full(len(true_s), -1, dtype=np.intp)
    for true, found in zip(*linear_sum_assignment(cost), strict=True):
        if near[true, found]:
            rows[true] = found
    return rows
