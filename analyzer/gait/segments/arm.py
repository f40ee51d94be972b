"""How fast and how far an arm swings, from its wrist's rate of turn alone."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, Indices
from analyzer.signal.filters import lowpass
from analyzer.signal.vectors import along

__all__ = ["ArmConfig", "effective_swing_rad", "swing_rates_rad_s"]


@dataclass(frozen=True, slots=True)
class ArmConfig:
    """How an arm's swing is read.

    Attributes
    ----------
    cutoff_hz : float
        Low-pass of the rate: keeps several harmonics of the fastest arm, removes what rattles at the wrist.
    percentile : float
        Rate reached only 5 % of a cycle, in place of the peak: one knock against the hip is no swing.
    """

    cutoff_hz: float = 12.0
    percentile: float = 95.0


def swing_rates_rad_s(gyr_rad_s: Floats, rate_hz: float, spans: tuple[Indices, Indices], config: ArmConfig) -> Floats:
    """Return how fast an arm swings in each cycle, whichever way its sensor is worn.

    Parameters
    ----------
    gyr_rad_s : (n, 3) float array
        No NaN.
    rate_hz : float
    spans : two (m,) int arrays
        First and past-the-last sample of each cycle.
    config : ArmConfig

    Returns
    -------
    (m,) float array
        Percentile of the size of the rate about the axis that most of the turning of all cycles is about; NaN for an
        empty cycle.
    """
    pairs = list(zip(spans[0].tolist(), spans[1].tolist(), strict=True))
    smooth = lowpass(gyr_rad_s, config.cutoff_hz, rate_hz)
    used = [smooth[a:b] for a, b in pairs if b > a]
    if not used:
        return np.full(len(pairs), np.nan)
    every = np.concatenate(used)
    axis = np.linalg.eigh(every.T @ every)[1][:, -1]
    size = np.abs(along(smooth, axis))
    return np.array([np.percentile(size[a:b], config.percentile) if b > a else np.nan for a, b in pairs])


def effective_swing_rad(swing_rate_rad_s: Floats, stride_frequency_hz: Floats) -> Floats:
    """Return the half swing that an arm would have if it swung as a sine at that rate.

    A faster arm swings bigger or more often: this takes the frequency out.

    Parameters
    ----------
    swing_rate_rad_s, stride_frequency_hz : (n,) float array

    Returns
    -------
    (n,) float array
        NaN where either is.

    Examples
    --------
    >>> effective_swing_rad(np.array([2 * np.pi]), np.array([2.0]))
    array([0.5])
    """
    return np.asarray(swing_rate_rad_s / (2.0 * np.pi * stride_frequency_hz))
