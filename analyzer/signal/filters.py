"""Zero-phase filters for a finished run, and bridges over lost samples."""

import numpy as np
from scipy import signal as scipy_signal

from analyzer.model import Bools, Floats

__all__ = ["bridged", "highpass", "lowpass"]

HIGHEST_SHARE = 0.45
"""Cut-offs above this share of the rate are left out: the filter would only ring at the Nyquist frequency."""

MIN_FILTER_SAMPLES = 16
"""Shorter signals are returned as they are: the filter needs room for its own edges."""


def bridged(values: Floats) -> tuple[Floats, Bools]:
    """Return samples with lost ones bridged by straight lines, and which were lost.

    One NaN would poison a recursive filter to the end of the signal; whatever touches a bridge is marked later.

    Parameters
    ----------
    values : (n, m) float array

    Returns
    -------
    (n, m) float array
        No NaN, unless a column is all NaN: that column becomes zero.
    (n,) bool array
        True where any column was NaN.

    Examples
    --------
    >>> bridged(np.array([[0.0], [np.nan], [2.0]]))
    (array([[0.],
           [1.],
           [2.]]), array([False,  True, False]))
    """
    # One lost axis loses the whole sample: sizes and projections need all of them.
    lost: Bools = np.asarray(np.isnan(values).any(axis=1))
    if not lost.any():
        return values, lost
    filled = np.zeros_like(values)
    at = np.arange(len(values))
    for column in range(values.shape[1]):
        there = ~np.isnan(values[:, column])
        # interp refuses an empty set of points, and holds the outermost ones where there is nothing to bridge to.
        if there.any():
            filled[:, column] = np.interp(at, at[there], values[there, column])
    return filled, lost


def lowpass(values: Floats, cutoff_hz: float, rate_hz: float) -> Floats:
    """Return the signal below a cut-off: second-order Butterworth, forward and backward.

    Parameters
    ----------
    values : (n,) or (n, m) float array
        No NaN.
    cutoff_hz, rate_hz : float

    Returns
    -------
    float array of the same shape
        The signal itself where the cut-off is beyond what the rate carries or the signal is too short.
    """
    # sosfiltfilt pads nine samples at each end and raises where the signal is not longer than that.
    if cutoff_hz >= HIGHEST_SHARE * rate_hz or len(values) < MIN_FILTER_SAMPLES:
        return values
    # Forward and backward: no delay, so events stay where they are; at the cut-off both passes together take 6 dB.
    return np.asarray(scipy_signal.sosfiltfilt(_butterworth(cutoff_hz, rate_hz), values, axis=0))


def highpass(values: Floats, cutoff_hz: float, rate_hz: float) -> Floats:
    """Return the signal above a cut-off: what `lowpass` takes away.

    Parameters
    ----------
    values : (n,) or (n, m) float array
        No NaN.
    cutoff_hz, rate_hz : float

    Returns
    -------
    float array of the same shape
    """
    return values - lowpass(values, cutoff_hz, rate_hz)


def _butterworth(cutoff_hz: float, rate_hz: float) -> Floats:
    # Sections, not polynomials: those lose their digits where the cut-off is far below the rate.
    return np.asarray(scipy_signal.butter(2, cutoff_hz, fs=rate_hz, output="sos"))
