"""Swings of a foot or shank: its axis of rotation, its pitch rate, and the middle of each swing."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import find_peaks

from analyzer.model import Floats, Indices
from analyzer.signal.filters import lowpass
from analyzer.signal.vectors import along, sizes

__all__ = ["SwingConfig", "mid_swings", "pitch_axis"]


@dataclass(frozen=True, slots=True)
class SwingConfig:
    """How swings are found.

    Attributes
    ----------
    moving_rad_s : float
        Only faster samples tell the axis: 100 deg/s is beyond sway and fidgeting.
    cutoff_hz : float
        A swing is one slow lobe; impact ringing starts above 20 Hz.
    min_rate_rad_s, min_prominence_rad_s : float
        Slowest mid-swing counted: 250 deg/s, as a walking foot reaches about that.
    min_share_of_peaks : float
        Lower peaks than this share of the usual ones are fidgets between strides.
    min_explained : float
        Share of the rotation that one axis must explain: a foot in a turn reaches 0.6, noise a third.
    min_stride_s : float
        No runner takes strides faster than 3.3 per second.
    flanks_s : float
        A swing must stand out in this much time around it: a slow walking stride on either side.
    """

    moving_rad_s: float = np.radians(100.0)
    cutoff_hz: float = 12.0
    min_rate_rad_s: float = np.radians(250.0)
    min_prominence_rad_s: float = np.radians(200.0)
    min_share_of_peaks: float = 0.20
    min_explained: float = 0.45
    min_stride_s: float = 0.30
    flanks_s: float = 3.0


def pitch_axis(gyr_rad_s: Floats, rate_hz: float, config: SwingConfig) -> Floats:
    """Return the axis about which the segment swings, in the sensor frame, probably toe-up positive.

    Parameters
    ----------
    gyr_rad_s : (n, 3) float array
        No NaN.
    rate_hz : float
    config : SwingConfig

    Returns
    -------
    (3,) float array
        Unit vector: the leading principal direction of the fast samples, any mounting. The sign is that of the
        forward swing, mostly the one lobe of a stride that is both fast and long (its cube outweighs all others). Zero
        where nothing moved or no axis stands out.

    Notes
    -----
    Principal axis as in [kong2016]; the sign rule is our own. In some runners the push-off is as fast and as long as
    the swing: then the sign is a guess that the stillness of the contacts has to confirm.
    """
    moving = sizes(gyr_rad_s) > config.moving_rad_s
    if not moving.any():
        return np.zeros(3)
    # Slow samples as zeros: to pick the fast ones out takes longer.
    fast = gyr_rad_s.T * moving
    # Not centred, as rest is zero. Eigenvalues ascend; the sign of a vector is left to chance.
    powers, axes = np.linalg.eigh(fast @ fast.T)
    if powers[-1] < config.min_explained * powers.sum():
        return np.zeros(3)
    axis = axes[:, -1]
    # Smoothed: an impact rings faster than any swing, and its cube would outvote it.
    lobes = lowpass(along(gyr_rad_s, axis), config.cutoff_hz, rate_hz)
    # Not as a power: that takes ten times as long as products.
    return np.asarray(axis if np.dot(lobes * lobes, lobes) >= 0 else -axis)


def mid_swings(pitch_rad_s: Floats, rate_hz: float, config: SwingConfig) -> Indices:
    """Return the samples of fastest forward swing, one per stride.

    Parameters
    ----------
    pitch_rad_s : (n,) float array
        Pitch rate, toe-up positive.
    rate_hz : float
    config : SwingConfig

    Returns
    -------
    (m,) int array
    """
    slow = lowpass(pitch_rad_s, config.cutoff_hz, rate_hz)
    # A recording may begin or end in a swing: framed by rest, its first or last sample can be a peak. And find_peaks
    # refuses a distance below one sample.
    peaks, _ = find_peaks(
        np.pad(slow, 1),
        height=config.min_rate_rad_s,
        prominence=config.min_prominence_rad_s,
        distance=max(1, int(config.min_stride_s * rate_hz)),
        wlen=round(config.flanks_s * rate_hz),
    )
    peaks = peaks - 1
    if not len(peaks):
        return np.empty(0, dtype=np.intp)
    # Not the highest: one wild swing must not push the others below their share.
    usual = np.percentile(slow[peaks], 90)
    return np.asarray(peaks[slow[peaks] >= config.min_share_of_peaks * usual], dtype=np.intp)
