"""Zero-phase filters for a finished run, and bridges over lost samples."""

import numpy as np
from scipy import fft
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
    stiffness = _stiffness(cutoff_hz, rate_hz)
    if len(values) < LONG_BLOCKS * BLOCK or _reach(stiffness) > BLOCK // 4:
        return _both_ways(stiffness, values)
    # Column by column in memory: filters walk along one axis.
    out = np.empty((values.size // len(values), len(values)))
    for column, filtered in zip(values.reshape(len(values), -1).T, out, strict=True):
        _in_blocks(stiffness, column, filtered)
    return out[0] if values.ndim == 1 else out.T


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
    low = lowpass(values, cutoff_hz, rate_hz)
    # Into the same memory: that of an hour takes longer to get than to fill. But not into the caller's.
    return np.subtract(values, low, out=None if low is values else low)


BLOCK = 4096
"""Samples that are filtered at a time in a long signal."""

AT_ONCE = 16
"""Blocks that are filtered in one call."""

LONG_BLOCKS = 4
"""From so many blocks on a signal is long: before, there is nothing to gain."""

SILENT = 1e-14
"""Share to which a filter's answer has died away where its reach ends: the last digits of a float."""


def _stiffness(cutoff_hz: float, rate_hz: float) -> float:
    """Return the one number of a filter: its cut-off on the bilinear transform's warped axis."""
    return float(np.tan(np.pi * cutoff_hz / rate_hz))


def _butterworth(stiffness: float) -> Floats:
    """Return the second-order filter as the one section that it is, (1, 6)."""
    # Written out: a general design takes as long as filtering a short run.
    square, damping = stiffness**2, np.sqrt(2.0) * stiffness
    whole = 1.0 + damping + square
    gain = square / whole
    return np.array([[gain, 2 * gain, gain, 1.0, 2 * (square - 1.0) / whole, (1.0 - damping + square) / whole]])


def _both_ways(stiffness: float, values: Floats) -> Floats:
    # Forward and backward: no delay, so events stay where they are; at the cut-off both passes together take 6 dB.
    # As `sosfiltfilt`, whose checks and general start take as long as filtering a short run.
    section = _butterworth(stiffness)
    columns = values.reshape(len(values), -1).T
    opening, closing = columns[:, N_PADDED:0:-1], columns[:, -2 : -N_PADDED - 2 : -1]
    padded = np.concatenate([2 * columns[:, :1] - opening, columns, 2 * columns[:, -1:] - closing], axis=1)
    forward = _one_way(section, padded)
    both = _one_way(section, forward[:, ::-1])[:, ::-1][:, N_PADDED:-N_PADDED]
    return both[0] if values.ndim == 1 else both.T


N_PADDED = 9
"""Samples by which each end goes on, turned about its last one: what `sosfiltfilt` takes for a filter of this order."""


def _one_way(section: Floats, columns: Floats) -> Floats:
    # As if the first sample had been there for ever: output and input are then alike.
    settled = np.array([1.0 - section[0, 0], section[0, 2] - section[0, 5]])
    filtered, _ = scipy_signal.sosfilt(section, columns, zi=columns[None, :, :1] * settled)
    return np.asarray(filtered)


def _reach(stiffness: float) -> int:
    """Return after how many samples the filter has forgotten."""
    # Its poles are a conjugate pair, whose product is the last coefficient.
    return int(np.ceil(2 * np.log(SILENT) / np.log(_butterworth(stiffness)[0, -1])))


def _in_blocks(stiffness: float, values: Floats, out: Floats) -> None:
    """Write what `_both_ways` gives for a long signal (n,), up to rounding and in half the time.

    Both passes together are one even filter. What is further inside a block than it reaches is its product with the
    block's spectrum; the ends of the signal, where the passes start, are left to the passes.
    """
    reach = _reach(stiffness)
    step = BLOCK - 2 * reach
    n_blocks = (len(values) - 2 * reach) // step
    # The squared gain of a Butterworth filter, once for each pass.
    power = 1.0 / (1.0 + (np.tan(np.pi * np.arange(BLOCK // 2 + 1) / BLOCK) / stiffness) ** 4)
    blocks = np.lib.stride_tricks.sliding_window_view(values, BLOCK)[: n_blocks * step : step]
    inner = out[reach : reach + n_blocks * step].reshape(n_blocks, step)
    # A few at a time: one call each is slower, and all at once leave the processor's cache.
    for first in range(0, n_blocks, AT_ONCE):
        spectra = fft.rfft(blocks[first : first + AT_ONCE])
        spectra *= power
        inner[first : first + AT_ONCE] = fft.irfft(spectra, BLOCK)[:, reach : reach + step]
    # Started a reach further out, a pass has forgotten its start when it comes to where it is needed.
    head, tail = 2 * reach, len(values) - n_blocks * step
    out[:head] = _both_ways(stiffness, values[: head + reach])[:head]
    out[-tail:] = _both_ways(stiffness, values[-tail - reach :])[-tail:]
