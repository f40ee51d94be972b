"""What a foot does in the air: how far back its heel comes, how high it rises, how fast it is just before it lands."""

from dataclasses import dataclass

import numpy as np

from analyzer.gait.foot.motion import FootMotion
from analyzer.gait.foot.trajectory import StridePaths
from analyzer.model import Bools, Floats
from analyzer.units import G_M_S2

__all__ = ["FootSwings", "foot_swings"]

BEFORE_CONTACT_S = (0.015, 0.005)
"""Speed before contact is the mean from 15 to 5 ms before it: later the shoe may already touch."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FootSwings:
    """Swings of one foot in time order, one per stride.

    Attributes
    ----------
    open_s, close_s : (k,) float array
        Initial contacts before and after the swing.
    landing_speed_m_s : (k,) float array
        Of the sensor over the ground along the stride, just before the contact that closes it.
    heel_recovery_rad : (k,) float array
        Most backward pitch of the foot against its stance before the swing, toe-up positive: strongly negative.
    rise_m : (k,) float array
        Highest rise of the sensor over where it stood. All NaN where a swing touches a hole.
    """

    open_s: Floats
    close_s: Floats
    landing_speed_m_s: Floats
    heel_recovery_rad: Floats
    rise_m: Floats


def foot_swings(
    motion: FootMotion, paths: StridePaths, pitch_rad_s: Floats, contacts: tuple[Floats, Floats], lost: Bools
) -> FootSwings:
    """Return the swings of a foot.

    Parameters
    ----------
    motion : FootMotion
    paths : StridePaths
        k strides.
    pitch_rad_s : (n,) float array
        Rate of the foot's pitch, toe-up positive.
    contacts : two (k,) float arrays
        Fractional sample of the initial contact that opens and that closes each stride, as indices of `motion`.
    lost : (n,) bool array
        Samples that did not arrive.

    Returns
    -------
    FootSwings
        Its times are samples here, as `contacts` are: the caller knows the clock.
    """
    found = [_swing(motion, paths, k, pitch_rad_s, float(contacts[1][k]), lost) for k in range(len(paths.first))]
    speed, pitch, rise = np.array(found, dtype=np.float64).reshape(-1, 3).T
    return FootSwings(contacts[0], contacts[1], speed, pitch, rise)


def _swing(
    motion: FootMotion, paths: StridePaths, k: int, pitch_rad_s: Floats, contact: float, lost: Bools
) -> tuple[float, float, float]:
    first, last = int(paths.first[k]), int(paths.last[k])
    if lost[first : last + 1].any():
        return (float("nan"),) * 3
    velocity = _velocity(motion, paths, k)
    pitch = np.cumsum(pitch_rad_s[first : last + 1]) / motion.rate_hz
    rise = np.cumsum(velocity[:, 2]) / motion.rate_hz
    way = paths.way_m[k, :2] / max(float(np.hypot(*paths.way_m[k, :2])), 1e-9)
    return _speed_before(velocity[:, :2] @ way, contact - first, motion.rate_hz), float(pitch.min()), float(rise.max())


def _speed_before(forward_m_s: Floats, contact: float, rate_hz: float) -> float:
    """Return the mean speed shortly before an index of a signal; NaN if it lies outside."""
    if not 1.0 <= contact <= len(forward_m_s) - 1:
        return float("nan")
    at = contact - np.linspace(*BEFORE_CONTACT_S, 5) * rate_hz
    return float(np.interp(at, np.arange(len(forward_m_s)), forward_m_s).mean())


def _velocity(motion: FootMotion, paths: StridePaths, k: int) -> Floats:
    """Return the velocity of the sensor in one stride in the levelled world, (n, 3)."""
    first, last = int(paths.first[k]), int(paths.last[k])
    force = motion.force_m_s2[first : last + 1] @ paths.levelling[k].T - np.array([0.0, 0.0, G_M_S2])
    gained = np.zeros_like(force)
    gained[1:] = np.cumsum(0.5 * (force[1:] + force[:-1]), axis=0) / motion.rate_hz
    begun = paths.levelling[k] @ motion.rolling_m_s(np.array([first]))[0]
    even = np.linspace(0.0, 1.0, len(force))[:, None]
    # Lost impulses are put back where samples were doubted, all else evenly, as the solution of the stride did it.
    doubt = np.cumsum(motion.doubt_m2_s4[first : last + 1])
    placed = doubt[:, None] / doubt[-1] if doubt[-1] > 0.0 else np.zeros_like(even)
    return np.asarray(begun + gained + placed * paths.lost_impulse_m_s[k] + even * paths.drift_m_s[k])
