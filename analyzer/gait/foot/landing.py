"""What a foot does in the air: how far back its heel comes, how high it rises, how fast it is just before it lands."""

from dataclasses import dataclass

import numpy as np

from analyzer.gait.foot.motion import FootMotion
from analyzer.gait.foot.trajectory import StridePaths
from analyzer.model import Bools, Floats, Indices
from analyzer.signal.spans import any_in
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
    lasting = paths.last - paths.first + 1
    n_rows = max(1, AT_ONCE // int(lasting.max(initial=1)))
    parts = [slice(start, start + n_rows) for start in range(0, len(lasting), n_rows)]
    found = [_swings(motion, paths, part, pitch_rad_s, contacts[1]) for part in parts]
    nothing = (np.empty(0),) * 3
    columns = (np.concatenate(column) for column in zip(nothing, *found, strict=True))
    # One hole spoils the whole swing: all of it is summed up.
    holed = any_in(lost, paths.first, paths.last + 1)
    return FootSwings(*contacts, *(np.where(holed, np.nan, column) for column in columns))


AT_ONCE = 8192
"""So many samples of swings are worked on at a time: their intermediate results stay in the processor's cache."""


def _swings(
    motion: FootMotion, paths: StridePaths, part: slice, pitch_rad_s: Floats, contact: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return speed before contact, furthest pitch and highest rise of some swings."""
    first, way = paths.first[part], paths.way_m[part, :2]
    n = paths.last[part] - first + 1
    # Windows of one length: past the end of a swing its last sample is only repeated, and never looked at.
    number = np.minimum(np.arange(n.max()), n[:, None] - 1)
    ended = np.arange(n.max()) >= n[:, None]
    velocity = _velocity(motion, paths, part, first[:, None] + number)
    pitch = np.cumsum(pitch_rad_s[first[:, None] + number], axis=1) / motion.rate_hz
    rise = np.cumsum(velocity[:, :, 2], axis=1) / motion.rate_hz
    along = way / np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    forward = np.einsum("kni,ki->kn", velocity[:, :, :2], along)
    speed = _speed_before(forward, contact[part] - first, n, motion.rate_hz)
    return speed, np.where(ended, np.inf, pitch).min(axis=1), np.where(ended, -np.inf, rise).max(axis=1)


def _speed_before(forward_m_s: Floats, contact: Floats, n: Indices, rate_hz: float) -> Floats:
    """Return the mean speed shortly before an index of each row; NaN where it lies outside of the row's n samples."""
    inside = (contact >= 1.0) & (contact <= n - 1)
    at = np.where(inside, contact, 0.0)[:, None] - np.linspace(*BEFORE_CONTACT_S, 5) * rate_hz
    at = np.clip(at, 0.0, n[:, None] - 1.0)
    before = at.astype(np.intp)
    after = np.minimum(before + 1, n[:, None] - 1)
    low, high = (np.take_along_axis(forward_m_s, row, axis=1) for row in (before, after))
    return np.where(inside, (low + (at - before) * (high - low)).mean(axis=1), np.nan)


def _velocity(motion: FootMotion, paths: StridePaths, part: slice, at: Indices) -> Floats:
    """Return the velocity of the sensor at the samples (k, n) of some strides in their levelled worlds, (k, n, 3)."""
    levelling = paths.levelling[part]
    force = np.einsum("kij,knj->kni", levelling, motion.force_m_s2[at]) - np.array([0.0, 0.0, G_M_S2])
    gained = np.zeros_like(force)
    gained[:, 1:] = np.cumsum(0.5 * (force[:, 1:] + force[:, :-1]), axis=1) / motion.rate_hz
    begun = np.einsum("kij,kj->ki", levelling, motion.rolling_m_s(paths.first[part]))
    even = (at - at[:, :1]) / np.maximum(at[:, -1:] - at[:, :1], 1)
    # Lost impulses are put back where samples were doubted, all else evenly, as the solution of the stride did it.
    doubt = np.cumsum(motion.doubt_m2_s4[at], axis=1)
    total = np.take_along_axis(doubt, np.argmax(at, axis=1)[:, None], axis=1)
    placed = np.divide(doubt, total, out=np.zeros_like(doubt), where=total > 0.0)
    impulse, drift = paths.lost_impulse_m_s[part, None], paths.drift_m_s[part, None]
    return np.asarray(begun[:, None] + gained + placed[:, :, None] * impulse + even[:, :, None] * drift)
