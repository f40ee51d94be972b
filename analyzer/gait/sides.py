"""Which foot is down, told by how the pelvis turns and sways once a stride.

The phases are rounded from eight treadmill runners; single views contradict them in a few of those, the mean of the
three views in none.
"""

from dataclasses import dataclass

import numpy as np

from analyzer.model import Floats, Indices
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import GridSignals

__all__ = ["SideConfig", "sides_of_steps"]


@dataclass(frozen=True, slots=True)
class SideConfig:
    """How sides are told from the pelvis.

    Phases are those of a stride that begins with initial contact of the right foot; braking has one of the step.

    Attributes
    ----------
    cutoff_steps : float
        Low-pass cut-off as a multiple of the step frequency: the sway is half of it.
    braking_phase_rad : float
        When the pelvis is pushed forward most, in phases of a step: after the middle of contact, three eighths on.
    sway_phase_rad : float
        When the pelvis is pushed to the left most: at contact of the left foot, half a stride on.
    turn_phase_rad : float
        When it turns to the left fastest: as the right foot has left the ground and its hip comes forward.
    tilt_phase_rad : float
        When its left side rises fastest: late in contact of the right foot, as the left leg is lifted through.
    least_steps : int
        Fewer steps in a chain tell nothing: two strides.
    least_vote : float
        Mean agreement, 0 to 1, from which sides are told; less is ``unknown``.
    """

    cutoff_steps: float = 2.5
    braking_phase_rad: float = 0.75 * np.pi
    sway_phase_rad: float = np.pi
    turn_phase_rad: float = 0.6 * np.pi
    tilt_phase_rad: float = 0.33 * np.pi
    least_steps: int = 4
    least_vote: float = 0.3


def sides_of_steps(signals: GridSignals, start: Floats, length: Floats, config: SideConfig) -> tuple[str, ...]:
    """Return the side of each contact.

    Parameters
    ----------
    signals : GridSignals
        A sensor on the pelvis, any mounting. Without gyroscope only the sway tells.
    start, length : (n,) float array
        Initial contacts and step times in samples, in time order.
    config : SideConfig

    Returns
    -------
    tuple of str
        ``left``, ``right`` or ``unknown``; one answer holds for a whole chain of steps.

    Notes
    -----
    The forward direction comes from the data too: along it the pelvis is braked in the first half of a contact and
    pushed in the second.
    """
    if len(start) == 0:
        return ()
    count = np.maximum(1, np.rint(np.diff(start) / length[1:])).astype(np.int64)
    # A break of three steps or more loses count of the feet.
    chains = np.split(np.arange(len(start)), np.flatnonzero(count > 2) + 1)
    # Steps by the clock, not contacts counted: one that was missed changes the foot all the same.
    parity = np.concatenate([[0], np.cumsum(count)])
    motion = _motion(signals, float(np.median(length)), config)
    sides: list[str] = []
    for chain in chains:
        vote = _vote(motion, start[chain], parity[chain], config) if len(chain) >= config.least_steps else 0.0
        sides += _named(parity[chain], vote, config)
    return tuple(sides)


@dataclass(frozen=True, slots=True, eq=False)
class _Motion:
    """Smoothed force across the vertical, rate of turn, and the vertical."""

    force: Floats
    rate: Floats
    up: Floats


def _motion(signals: GridSignals, step: float, config: SideConfig) -> _Motion:
    cutoff_hz = config.cutoff_steps * signals.rate_hz / step
    up = signals.acc_m_s2.mean(axis=0)
    up = up / np.linalg.norm(up)
    force = lowpass(signals.acc_m_s2, cutoff_hz, signals.rate_hz)
    rate = lowpass(signals.gyr_rad_s, cutoff_hz, signals.rate_hz)
    return _Motion(force - np.outer(force @ up, up), rate, up)


def _vote(motion: _Motion, start: Floats, parity: Indices, config: SideConfig) -> float:
    """Return how well the first foot of the chain is a right one, from 1 to -1 (it is a left one)."""
    # Whole strides only: half a one would leave the mean in the oscillation.
    whole = parity - parity[0] <= (parity[-1] - parity[0]) // 2 * 2
    at = np.arange(max(0, int(np.ceil(start[0]))), int(start[whole][-1]))
    phase = np.pi * np.interp(at, start, parity - parity[0])
    force, rate = motion.force[at], motion.rate[at]
    # One Fourier term each: the phase turns by pi a step, so once a stride and twice for what repeats every step.
    stride, step = np.exp(-1j * phase) / len(at), np.exp(-2j * phase) / len(at)
    ahead = ((step @ force) * np.exp(1j * config.braking_phase_rad)).real
    if not ahead.any():
        return 0.0
    ahead = ahead / np.linalg.norm(ahead)
    # Up x ahead points left in right-handed axes.
    left = np.cross(motion.up, ahead)
    views = [
        (force @ left, config.sway_phase_rad),
        (rate @ motion.up, config.turn_phase_rad),
        (rate @ ahead, config.tilt_phase_rad),
    ]
    waves = [(stride @ values, phase_rad) for values, phase_rad in views if values.any()]
    # Each view counts alike: only its timing speaks, not its size, which differs between people.
    votes = [float((wave * np.exp(1j * phase_rad)).real / abs(wave)) for wave, phase_rad in waves if abs(wave) > 0.0]
    return float(np.mean(votes)) if votes else 0.0


def _named(parity: Indices, vote: float, config: SideConfig) -> list[str]:
    if abs(vote) < config.least_vote:
        return ["unknown"] * len(parity)
    right = ((parity - parity[0]) % 2 == 0) == (vote > 0.0)
    return ["right" if is_right else "left" for is_right in right]
