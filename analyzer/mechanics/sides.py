"""Left against right, within runs."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analyzer.drill.stage.estimate import Interval
from analyzer.model import Bools, Floats

__all__ = ["side_difference"]


def side_difference(values: Floats, left: Bools, runs: NDArray[np.int64], sensor: float) -> Interval:
    """Return left minus right in per cent of the mean.

    Parameters
    ----------
    values : (n,) float array
    left : (n,) bool array
        Which values are of the left side.
    runs : (n,) int array
        Run of each value.
    sensor : float
        What two sensors may differ by, in the unit of the values.

    Returns
    -------
    Interval
        Student's, widened by `sensor`; NaN ends where no scatter is left.
    """
    names, which = np.unique(runs, return_inverse=True)
    # A level for every run: the feet may have unequal shares of fast and slow runs.
    design = np.column_stack([left.astype(float), np.eye(names.size)[which]])
    solution = np.linalg.lstsq(design, values, rcond=None)[0]
    # The pooled scatter within feet and runs.
    residual = values - design @ solution
    df = values.size - design.shape[1]
    if df < 1:
        return Interval(100 * float(solution[0]) / float(values.mean()))
    variance = float(residual @ residual) / df * float(np.linalg.pinv(design.T @ design)[0, 0])
    half = float(np.hypot(stats.t.ppf(0.975, df) * np.sqrt(variance), sensor))
    value, half = (100 * x / float(values.mean()) for x in (float(solution[0]), half))
    return Interval(value, value - half, value + half)
