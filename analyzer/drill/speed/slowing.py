"""A rise of speed that breaks into a straight fall: many of them fitted at once."""

import numpy as np

from analyzer.model import Floats

__all__ = ["broken_fits"]


def broken_fits(time_s: Floats, speed_m_s: Floats, tau_s: Floats, onset_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Fit a rise, and a rise with a straight fall, for every time constant and onset at once.

    A rise that comes out falling, or a fall that comes out rising, is left out and the rest fitted again.

    Parameters
    ----------
    time_s, speed_m_s : (n,) float array
        In order of time.
    tau_s : (k,) float array
        Time constants of the rise.
    onset_s : (m,) float array
        Onsets of the fall, each before the last time.

    Returns
    -------
    (k,) float array
        Squared residuals of the rise alone.
    (m, k) float array
        Of rise and fall.
    (m, k) float array
        Rate of slowing, zero where the fall is left out.
    """
    # Time from the first stride: absolute times would make the columns nearly parallel.
    rise = _centred(-np.exp(-(time_s - time_s[0]) / tau_s[:, None]))
    fall = _centred(-np.maximum(time_s - onset_s[:, None], 0.0))
    level = _centred(speed_m_s[None, :])[0]
    # The level of all fits is the mean that has been taken off; two numbers are left, their equations written out.
    rises, falls, both = np.sum(rise**2, axis=1), np.sum(fall**2, axis=1)[:, None], fall @ rise.T
    by_rise, by_fall, squares = rise @ level, (fall @ level)[:, None], level @ level
    up_alone, down_alone = np.maximum(by_rise, 0.0) / rises, np.maximum(by_fall, 0.0) / falls
    determinant = rises * falls - both**2
    # A rise and a fall of one shape cannot be told apart: then there is no fall.
    apart = determinant > PARALLEL * rises * falls
    divisor = np.where(apart, determinant, 1.0)
    up = np.where(apart, (by_rise * falls - by_fall * both) / divisor, 0.0)
    down = np.where(apart, (by_fall * rises - by_rise * both) / divisor, -1.0)
    kept_up = np.where(up < 0, 0.0, np.where(down < 0, up_alone, up))
    kept_down = np.where(down < 0, 0.0, np.where(up < 0, down_alone, down))
    return squares - up_alone * by_rise, squares - kept_up * by_rise - kept_down * by_fall, kept_down


PARALLEL = 1e-12
"""Share of the product of two squared columns below which their determinant is rounding."""


def _centred(rows: Floats) -> Floats:
    return np.asarray(rows - rows.mean(axis=1, keepdims=True))
