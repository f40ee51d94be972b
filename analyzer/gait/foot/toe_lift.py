"""Toe-off of a foot, finely: when the ball of the foot leaves the place on which it stood."""

from dataclasses import dataclass

import numpy as np

from analyzer.gait.foot.trajectory import FootMotion, StridePaths
from analyzer.model import Floats, Indices
from analyzer.signal.windows import window_rows
from analyzer.units import G_M_S2

__all__ = ["ToeLiftConfig", "find_toe_lifts"]


@dataclass(frozen=True, slots=True)
class ToeLiftConfig:
    """When a moving ball of the foot counts as off the ground.

    Attributes
    ----------
    longest_s : float
        The toe lifts at most this long after the stillest instant of the contact.
    speed_m_s, share_of_speed : tuple of float
        Share of the running speed that the ball has at toe-off, by running speed. Joggers lift a foot that still
        rests on the toes (0.3 at 2.5 to 4.5 m/s, eight people on a force plate); sprinters are off the ground later
        in that motion (0.5 to 0.55; two people).
    sd_s : float
        Standard uncertainty.
    """

    longest_s: float = 0.40
    speed_m_s: tuple[float, ...] = (4.0, 7.0)
    share_of_speed: tuple[float, ...] = (0.31, 0.53)
    sd_s: float = 0.0065


def find_toe_lifts(
    motion: FootMotion, paths: StridePaths, speed_m_s: Floats, config: ToeLiftConfig
) -> tuple[Floats, Floats]:
    """Return the toe-off of the contact with which each stride begins.

    Parameters
    ----------
    motion : FootMotion
    paths : StridePaths
        m strides.
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
    length = max(4, min(round(config.longest_s * motion.rate_hz), int((paths.last - paths.first).max(initial=2))))
    limit = np.interp(speed_m_s, config.speed_m_s, config.share_of_speed) * speed_m_s
    index = np.full(len(limit), np.nan)
    # Most lift in the first half of the time: only the others are looked at to its end.
    for tried in (length // 2, length):
        late = np.flatnonzero(np.isnan(index))
        n_rows = max(1, AT_ONCE // tried)
        for part in (late[start : start + n_rows] for start in range(0, len(late), n_rows)):
            ball = _ball_speed_m_s(motion, paths, part, tried)
            index[part] = paths.first[part] + _first_crossing(ball, limit[part])
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


def _ball_speed_m_s(motion: FootMotion, paths: StridePaths, rows: Indices, length: int) -> Floats:
    """Speed of the ball of the foot over the ground from the stillest instants of some strides on, (k, length)."""
    step_s = 1.0 / motion.rate_hz
    first, duration_s = paths.first[rows], (paths.last - paths.first)[rows, None] * step_s
    # Turning what falls with time into the drifting world is less work than levelling every sample.
    falling = paths.drift_m_s[rows] / duration_s - [0.0, 0.0, G_M_S2]
    falling = np.einsum("kji,kj->ki", paths.levelling[rows], falling)
    at = window_rows(first, length, len(motion.force_m_s2))
    rolling = motion.rolling_m_s(at)
    total = np.zeros(at.shape)
    for axis, force in enumerate(motion.force_m_s2.T):
        moved = falling[:, axis, None] * (np.arange(length) * step_s) - rolling[:, :, axis]
        moved += rolling[:, :1, axis]
        rise = force[at]
        moved[:, 1:] += np.cumsum(0.5 * step_s * (rise[:, 1:] + rise[:, :-1]), axis=1)
        total += moved * moved
    return np.asarray(np.sqrt(total))


AT_ONCE = 8192
"""So many samples of windows are worked on at a time: their intermediate results stay in the processor's cache."""
