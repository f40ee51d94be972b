"""Toe-off of a foot, finely: when the ball of the foot leaves the place on which it stood."""

from dataclasses import dataclass

import numpy as np

from analyzer.gait.foot.motion import FootMotion
from analyzer.model import Floats, Indices
from analyzer.signal.windows import window_rows
from analyzer.units import G_M_S2

__all__ = ["Stances", "ToeLiftConfig", "find_toe_lifts"]


@dataclass(frozen=True, slots=True)
class ToeLiftConfig:
    """When a moving ball of the foot counts as off the ground.

    Attributes
    ----------
    longest_s : float
        The toe lifts at most this long after the stillest instant of the contact: the push-off out of a stand is the
        slowest.
    speed_m_s, share_of_speed : tuple of float
        Share of the running speed that the ball has at toe-off, by running speed. Joggers lift a foot that still
        rests on the toes (0.3 at 2.5 to 4.5 m/s, eight people on a force plate); sprinters are off the ground later
        in that motion (0.5 to 0.55; two people).
    sd_s : float
        Standard uncertainty.
    """

    longest_s: float = 0.50
    speed_m_s: tuple[float, ...] = (4.0, 7.0)
    share_of_speed: tuple[float, ...] = (0.31, 0.53)
    sd_s: float = 0.0070


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Stances:
    """How a foot stood at the stillest instant of each of m contacts.

    Attributes
    ----------
    anchor : (m,) int array
        Sample of that instant.
    levelling : (m, 3, 3) float array
        Drifting world to levelled world.
    drift_m_s2 : (m, 3) float array
        Even drift of the specific force from there on, levelled world.
    """

    anchor: Indices
    levelling: Floats
    drift_m_s2: Floats


def find_toe_lifts(
    motion: FootMotion, stances: Stances, speed_m_s: Floats, config: ToeLiftConfig
) -> tuple[Floats, Floats]:
    """Return the toe-off that follows each stance.

    Parameters
    ----------
    motion : FootMotion
    stances : Stances
        m contacts.
    speed_m_s : (m,) float array
        Running speed.
    config : ToeLiftConfig

    Returns
    -------
    (m,) float array
        Fractional sample index, NaN where the ball never came to speed.
    (m,) float array
        Standard uncertainty in seconds.

    Notes
    -----
    From the stillest instant on, the way is short and nothing is clipped: the speed of the ball is known to some
    cm/s. Ours; earlier methods look for a shape of the signal, which differs between people and speeds.
    """
    length = max(4, round(config.longest_s * motion.rate_hz))
    limit = np.interp(speed_m_s, config.speed_m_s, config.share_of_speed) * speed_m_s
    index = np.full(len(limit), np.nan)
    # Most lift in the first half of the time: only the others are looked at to its end.
    for tried in (length // 2, length):
        late = np.flatnonzero(np.isnan(index))
        n_rows = max(1, AT_ONCE // tried)
        for part in (late[start : start + n_rows] for start in range(0, len(late), n_rows)):
            ball = _ball_speed_m_s(motion, stances, part, tried)
            index[part] = stances.anchor[part] + _first_crossing(ball, limit[part])
    sampling_s = 1.0 / (motion.rate_hz * np.sqrt(12.0))
    return index, np.full(len(index), np.hypot(config.sd_s, sampling_s))


def _first_crossing(ball: Floats, limit: Floats) -> Floats:
    """Fractional column at which each row first rises above its limit, NaN where it does not."""
    moving = ball > limit[:, None]
    moving[:, 0] = False
    row = np.arange(len(ball))
    crossing = np.argmax(moving, axis=1)
    low, high = ball[row, crossing - 1], ball[row, crossing]
    fraction = np.divide(limit - low, high - low, out=np.zeros_like(low), where=high > low)
    return np.where(moving.any(axis=1), crossing - 1 + np.clip(fraction, 0.0, 1.0), np.nan)


def _ball_speed_m_s(motion: FootMotion, stances: Stances, rows: Indices, length: int) -> Floats:
    """Speed of the ball of the foot over the ground from the stillest instants of some contacts on, (k, length)."""
    step_s = 1.0 / motion.rate_hz
    # Turning what falls with time into the drifting world is less work than levelling every sample.
    falling = stances.drift_m_s2[rows] - [0.0, 0.0, G_M_S2]
    falling = np.einsum("kji,kj->ki", stances.levelling[rows], falling)
    at = window_rows(stances.anchor[rows], length, len(motion.force_m_s2))
    rolling = motion.rolling_m_s(at)
    total = np.zeros(at.shape)
    for axis, force in enumerate(motion.force_m_s2.T):
        moved = falling[:, axis, None] * (np.arange(length) * step_s) - rolling[:, :, axis]
        moved += rolling[:, :1, axis]
        rise = force[at]
        moved[:, 1:] += np.cumsum(0.5 * step_s * (rise[:, 1:] + rise[:, :-1]), axis=1)
        total += moved * moved
    # Past the end of the signal its last sample is only repeated.
    total[stances.anchor[rows, None] + np.arange(length) >= len(motion.force_m_s2)] = 0.0
    return np.asarray(np.sqrt(total))


AT_ONCE = 8192
"""So many samples of windows are worked on at a time: their intermediate results stay in the processor's cache."""
