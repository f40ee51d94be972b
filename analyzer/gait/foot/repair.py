"""What clipping took from a foot's signals: given back where it can be told, and the doubt that stays."""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, Indices
from analyzer.signal.grid import GridSignals
from analyzer.signal.saturation import rebuilt

__all__ = ["FootSignals", "RepairConfig", "closed_rotation", "hidden_rotation_sd_rad", "repaired"]


@dataclass(frozen=True, slots=True)
class RepairConfig:
    """What is believed of clipped and lost samples.

    Attributes
    ----------
    rebuilt_cap : float
        A rebuilt peak never exceeds this multiple of full scale.
    clipped_doubt_m_s2, rebuilt_doubt : float
        Standard uncertainty of a clipped sample: this, plus this share of what was added to it. An impact may reach
        several times full scale within one sample.
    near_full_scale, near_doubt_m_s2 : float
        Sensors clip first and filter after, which rounds the clipped peaks: a sample beyond this share of full scale
        may be one, and has this standard uncertainty.
    lost_doubt_m_s2 : float
        Standard uncertainty of a bridged sample.
    pitch_repeat_sd_rad : float
        How well the pitch of a foot at its stillest instant repeats from stride to stride (5 deg).
    """

    rebuilt_cap: float = 3.0
    clipped_doubt_m_s2: float = 40.0
    rebuilt_doubt: float = 0.5
    near_full_scale: float = 0.70
    near_doubt_m_s2: float = 10.0
    lost_doubt_m_s2: float = 40.0
    pitch_repeat_sd_rad: float = np.radians(5.0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FootSignals:
    """Signals of a foot with clipped peaks rebuilt.

    Attributes
    ----------
    acc_m_s2, gyr_rad_s : (n, 3) float array
    doubt_m2_s4 : (n,) float array
        Variance of the specific force where it was clipped, near full scale, or lost, else zero.
    """

    acc_m_s2: Floats
    gyr_rad_s: Floats
    doubt_m2_s4: Floats


def repaired(signals: GridSignals, config: RepairConfig) -> FootSignals:
    """Return the signals with clipped peaks rebuilt, and how far they are to be trusted."""
    clipped = signals.clipped[:, :3]
    acc_range = _range(signals.acc_range_m_s2, signals.acc_m_s2)
    acc = rebuilt(signals.acc_m_s2, clipped, config.rebuilt_cap * acc_range)
    gyr_range = _range(signals.gyr_range_rad_s, signals.gyr_rad_s)
    gyr = rebuilt(signals.gyr_rad_s, signals.clipped[:, 3:], config.rebuilt_cap * gyr_range)
    doubt: Floats = np.where(signals.lost, config.lost_doubt_m_s2**2, 0.0)
    # Axis by axis, and only where there is something to doubt: nearly all samples are sound.
    for axis in range(3):
        near = np.flatnonzero(np.abs(signals.acc_m_s2[:, axis]) >= config.near_full_scale * acc_range)
        doubt[near] += config.near_doubt_m_s2**2
        cut = np.flatnonzero(clipped[:, axis])
        added = np.abs(acc[cut, axis] - signals.acc_m_s2[cut, axis])
        doubt[cut] += (config.clipped_doubt_m_s2 + config.rebuilt_doubt * added) ** 2
    return FootSignals(acc, gyr, doubt)


def closed_rotation(
    gyr_rad_s: Floats, axis: Floats, signals: GridSignals, strides: tuple[Indices, Indices], config: RepairConfig
) -> Floats:
    """Return the angular rate with the rotation that clipping took given back.

    A foot comes back to about the pitch it had one stride before. What is missing to that is shared between the
    clipped samples, as far as they can have hidden it, and a true change of pitch.

    Parameters
    ----------
    gyr_rad_s : (n, 3) float array
    axis : (3,) float array
        Axis of the swing.
    signals : GridSignals
    strides : (m,) int array, (m,) int array
        Stillest instants with which each stride begins and ends.
    config : RepairConfig

    Returns
    -------
    (n, 3) float array
    """
    clipped = np.asarray(signals.clipped[:, 3:].any(axis=1))
    first, last = strides
    if not clipped.any() or not len(first):
        return gyr_rad_s
    step_s = 1.0 / signals.rate_hz
    turned = np.concatenate([[0.0], np.cumsum(gyr_rad_s @ axis)]) * step_s
    # The more of it the clipped samples can have hidden, the more of what does not close is theirs.
    believed = (hidden_rotation_sd_rad(signals, strides, config) / config.pitch_repeat_sd_rad) ** 2
    count = _n_clipped(signals, strides)
    rotation = believed * (turned[last] - turned[first])
    share = np.divide(rotation, count * step_s, out=np.zeros(len(first)), where=count > 0)
    missing = np.zeros(len(gyr_rad_s) + 1)
    np.add.at(missing, first, share)
    np.add.at(missing, last, -share)
    return gyr_rad_s - np.where(clipped, np.cumsum(missing)[:-1], 0.0)[:, None] * axis


def hidden_rotation_sd_rad(signals: GridSignals, strides: tuple[Indices, Indices], config: RepairConfig) -> Floats:
    """Return the standard uncertainty of the rotation of each stride that clipped angular rates leave, (m,)."""
    full_scale = _range(signals.gyr_range_rad_s, signals.gyr_rad_s)
    hidden = config.rebuilt_doubt * full_scale / signals.rate_hz * _n_clipped(signals, strides)
    # Two looks at one rotation: what the samples can hide, and how well pitch repeats.
    return np.asarray(hidden * config.pitch_repeat_sd_rad / np.hypot(hidden, config.pitch_repeat_sd_rad))


def _n_clipped(signals: GridSignals, strides: tuple[Indices, Indices]) -> Indices:
    """Return the number of samples with a clipped angular rate in each stride."""
    clipped = np.flatnonzero(signals.clipped[:, 3:].any(axis=1))
    first, last = strides
    return np.asarray(np.searchsorted(clipped, last) - np.searchsorted(clipped, first))


def _range(stated: float, values: Floats) -> float:
    """Return the full scale, or the largest value seen where it is not known."""
    return stated if np.isfinite(stated) else float(np.abs(values).max())
