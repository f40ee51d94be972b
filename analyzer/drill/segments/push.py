"""How a body speeds up in each step: from the profile of the run, else from the slope of its speeds."""

import numpy as np

from analyzer.drill.segments.cycles import Cycles
from analyzer.drill.speed.acceleration import SpeedProfile, speed_at_m_s
from analyzer.model import Floats

__all__ = ["accelerations_m_s2"]

LEAST_SPEEDS = 3
"""Fewer speeds show their noise and no slope."""


def accelerations_m_s2(cycles: Cycles, profile: SpeedProfile | None) -> Floats:
    """Return the mean acceleration of the body along the run in each cycle.

    Parameters
    ----------
    cycles : Cycles
    profile : SpeedProfile or None

    Returns
    -------
    (n,) float array
        Of the profile up to the onset of slowing. Without one, and while slowing, the slope of the straight line
        through the speeds of the phase: single ones scatter by 3 %, which from step to step is 1 m/s2. NaN where too
        few are known.
    """
    found = np.full(len(cycles), np.nan)
    for phase in dict.fromkeys(cycles.phase.tolist()):
        rows = cycles.phase == phase
        if profile is not None and phase != "deceleration":
            found[rows] = (profile.v_max_m_s - speed_at_m_s(profile, cycles.middle_s[rows])) / profile.tau_s
        else:
            found[rows] = _slope(cycles.middle_s[rows], cycles.speed_m_s[rows])
    return found


def _slope(time_s: Floats, speed_m_s: Floats) -> float:
    known = np.isfinite(speed_m_s)
    if np.count_nonzero(known) < LEAST_SPEEDS:
        return float("nan")
    time, speed = time_s[known] - time_s[known].mean(), speed_m_s[known]
    return float(time @ speed / (time @ time))
