"""Many short windows of one signal at once."""

import numpy as np
from numpy.typing import NDArray

from analyzer.model import Floats

__all__ = ["Indices", "argmax_between", "argmin_between", "gathered", "lead_in", "local_minima"]

Indices = NDArray[np.intp]


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
    at = np.clip(start[:, None] + np.arange(length), 0, len(values) - 1)
    return np.asarray(values[at])


def argmin_between(values: Floats, start: Indices, stop: Indices) -> Indices:
    """Return where the signal is lowest in each half-open range.

    Parameters
    ----------
    values : (n,) float array
    start, stop : (m,) int array
        Ranges inside the signal; an empty one gives its start.

    Returns
    -------
    (m,) int array
    """
    if not len(start):
        return np.empty(0, dtype=np.intp)
    length = max(1, int((stop - start).max()))
    inside = np.arange(length) < (stop - start)[:, None]
    windows = np.where(inside, gathered(values, start, length), np.inf)
    return np.asarray(start + np.argmin(windows, axis=1))


def argmax_between(values: Floats, start: Indices, stop: Indices) -> Indices:
    """Return where the signal is highest in each half-open range; see `argmin_between`."""
    return argmin_between(-values, start, stop)


def lead_in(values: Floats, peak: Indices, floor: Floats, first: Indices) -> Indices:
    """Return where each rise to a peak begins: the first sample of those above a floor that lead up to it.

    Parameters
    ----------
    values : (n,) float array
    peak : (m,) int array
        Where the signal is highest.
    floor : (m,) float array
        Level below which the rise has not begun.
    first : (m,) int array
        Never look further back than this; at most the peak.

    Returns
    -------
    (m,) int array
    """
    if not len(peak):
        return np.empty(0, dtype=np.intp)
    length = int((peak - first).max()) + 1
    backwards = peak[:, None] - np.arange(length)
    quiet = (values[np.clip(backwards, 0, None)] <= floor[:, None]) | (backwards < first[:, None])
    back = np.where(quiet.any(axis=1), np.argmax(quiet, axis=1), length)
    return np.asarray(np.maximum(peak - np.maximum(back - 1, 0), first))


def local_minima(values: Floats, prominence: float) -> Indices:
    """Return the local minima that stand out by at least a prominence, in order."""
    from scipy.signal import find_peaks

    found, _ = find_peaks(-values, prominence=prominence)
    return np.asarray(found, dtype=np.intp)
