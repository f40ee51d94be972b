"""Samples at the sensor's limit: found, rebuilt, and the doubt that stays."""

import numpy as np

from analyzer.model import Bools, Floats

__all__ = ["known_range", "rebuilt", "spans"]

PLATEAU = 3
"""So many equal highest samples in a row are no peak of a motion but the end of a scale."""


def spans(mask: Bools) -> tuple[np.ndarray, np.ndarray]:
    """Return the half-open index ranges in which a mask is true.

    Parameters
    ----------
    mask : (n,) bool array

    Returns
    -------
    (m,) int array, (m,) int array
        First index of each range and one past its last.

    Examples
    --------
    >>> spans(np.array([False, True, True, False, True]))
    (array([1, 4]), array([3, 5]))
    """
    # The zeros give a range that touches an end of the signal its edge there.
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def rebuilt(values: Floats, clipped: Bools, cap: float) -> Floats:
    """Return a signal with its clipped stretches rounded up to what they probably were.

    Parameters
    ----------
    values : (n, m) float array
        No NaN.
    clipped : (n, m) bool array
    cap : float
        Never rise above this magnitude.

    Returns
    -------
    (n, m) float array
        Each clipped stretch follows the cubic that leaves and re-enters the unclipped samples at their slopes, and is
        nowhere smaller than the clipped value. A stretch at the edge of the signal stays as it is.

    Notes
    -----
    Rounding saturated peaks from their flanks follows the idea of [dang2014]; here cubic, because the flanks of a
    foot's swing are seldom symmetric.
    """
    # Nothing to round up in most recordings: then no copy either.
    out = values.copy(order="K") if clipped.any() else values
    for column in np.flatnonzero(clipped.any(axis=0)):
        # A stretch that jumps from one limit to the other is two peaks.
        for sign in (1.0, -1.0):
            start, stop = spans(clipped[:, column] & (sign * values[:, column] > 0))
            # A slope takes two samples on either side.
            inside = (start >= 2) & (stop <= len(values) - 2)
            if inside.any():
                _rebuild(out[:, column], start[inside], stop[inside], cap)
    return out


def known_range(stated: float, values: Floats, least: float) -> float:
    """Return a full scale: as stated, else inferred from a signal that ran into it.

    Parameters
    ----------
    stated : float
        NaN where unknown.
    values : (n, m) float array
        NaN = lost.
    least : float
        Smallest full scale there is: a sensor at rest also repeats its highest value.

    Returns
    -------
    float
        NaN where it is neither stated nor to be seen.

    Examples
    --------
    >>> known_range(float("nan"), np.array([[0.0], [9.0], [9.0], [9.0], [1.0]]), least=4.0)
    9.0
    """
    if np.isfinite(stated) or not np.isfinite(values).any():
        return stated
    highest = float(np.nanmax(np.abs(values)))
    if highest < least:
        return stated
    for column in range(values.shape[1]):
        at_limit = np.abs(values[:, column]) >= highest * (1 - EQUAL)
        start, stop = spans(at_limit)
        # A signal that mostly stands at its highest value does not move: that is no limit reached now and then.
        if len(start) and at_limit.mean() < MOSTLY and (stop - start).max() >= PLATEAU:
            return highest
    return stated


MOSTLY = 0.9

EQUAL = 1e-3
"""Relative difference below which samples count as equal: a count of a 16-bit sensor is far less."""


def _rebuild(signal: Floats, start: np.ndarray, stop: np.ndarray, cap: float) -> None:
    # Steps from the last sample before the stretch to the first after it: one more than the samples inside.
    width = stop - start + 1
    span = np.repeat(np.arange(len(start)), width - 1)
    at = np.concatenate([np.arange(a, b) for a, b in zip(start, stop, strict=True)])
    sign = np.sign(signal[start])
    before, after = signal[start - 1], signal[stop]
    # Only a flank that still climbs towards the limit tells something about the peak behind it.
    rise = np.maximum(sign * (before - signal[start - 2]), 0.0) * width
    fall = np.maximum(sign * (after - signal[stop + 1]), 0.0) * width
    # Cubic in Hermite form, u from 0 to 1: the chord blends the two values, the bulge adds their slopes.
    u = (at - start[span] + 1) / width[span]
    chord = (sign * before)[span] * (1 + 2 * u) * (1 - u) ** 2 + (sign * after)[span] * u**2 * (3 - 2 * u)
    bulge = rise[span] * u * (1 - u) ** 2 + fall[span] * u**2 * (1 - u)
    signal[at] = sign[span] * np.clip(chord + bulge, sign[span] * signal[at], cap)
