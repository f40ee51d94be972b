"""Many short windows of one signal at once."""

import numpy as np
from scipy.signal import find_peaks

from analyzer.model import Floats, Indices

__all__ = ["first_above", "gathered", "local_minima", "window_rows"]


def gathered(values: Floats, start: Indices, length: int) -> Floats:
    """Return equally long windows of a signal.

    Parameters
    ----------
    values : (n, ...) float array
    start : (m,) int array
        May lie outside the signal: the first or last sample is then repeated.
    length : int

    Returns
    -------
    (m, length, ...) float array
    """
    return np.asarray(values[window_rows(start, length, len(values))])


def window_rows(start: Indices, length: int, n_samples: int) -> Indices:
    """Return the sample indices of equally long windows, (m, length), held inside the signal."""
    return np.asarray(np.clip(start[:, None] + np.arange(length), 0, n_samples - 1))


def first_above(values: Floats, floor: Floats, start: Indices, stop: Indices) -> Indices:
    """Return where the signal first rises above a level in each half-open range.

    Parameters
    ----------
    values : (n,) float array
    floor : (m,) float array
        One level per range.
    start, stop : (m,) int array
        Ranges inside the signal.

    Returns
    -------
    (m,) int array
        The start of a range in which the signal never rises above its level.
    """
    if not len(start):
        return np.empty(0, dtype=np.intp)
    length = max(1, int((stop - start).max()))
    inside = np.arange(length) < (stop - start)[:, None]
    above = inside & (gathered(values, start, length) > floor[:, None])
    # argmax of a mask is its first True, and 0 where there is none.
    return np.asarray(start + np.argmax(above, axis=1))


def local_minima(values: Floats, prominence: float, below: float | None = None, within: int | None = None) -> Indices:
    """Return the local minima that stand out by at least a prominence, in order.

    Parameters
    ----------
    values : (n,) float array
    prominence : float
    below : float, optional
        Leave out minima that are not lower than this; it saves looking for how far they stand out.
    within : int, optional
        Samples around a minimum in which it must stand out. Without it the lowest minima are compared with the whole
        signal, which takes the longer the more of them are alike.

    Returns
    -------
    (m,) int array
    """
    # Upside down, heights too: find_peaks knows maxima only.
    found, _ = find_peaks(-values, height=None if below is None else -below, prominence=prominence, wlen=within)
    return np.asarray(found, dtype=np.intp)
