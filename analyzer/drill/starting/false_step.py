"""A small step back with which a run begins, before the first real one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analyzer.drill.starting.start import slow_sizes
from analyzer.model import Bools, Floats, Placement
from analyzer.signal.grid import GridSignals
from analyzer.signal.orientation import integrate_rate, rotated, tilt_from_gravity
from analyzer.units import G_M_S2

__all__ = ["FalseStep", "FalseStepConfig", "false_step"]

FalseStep = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class FalseStepConfig:
    """What counts as a false step.

    Attributes
    ----------
    cutoff_hz : float
        A step is slower than this; ringing after a landing is not.
    swing_rad_s : float
        A foot that turns faster (400 deg/s) is in a real swing: there the search ends. A quick step back stays below.
    moving_rad_s, moving_m_s2 : float
        A foot that turns (40 deg/s) or is pushed less than this rests on the ground. Sway stays below half of it.
    settle_s : float
        The foot must rest this long between its step back and the real step: half of a short ground contact.
    lead_s, longest_s : float
        The foot's rest just before the first movement is looked at, and this much after it: a second is longer than
        any first step takes.
    least_m, most_m : float
        Way back of a false step; less is a foot that rolls, more is walking back.
    """

    cutoff_hz: float = 12.0
    swing_rad_s: float = np.radians(400.0)
    moving_rad_s: float = np.radians(40.0)
    moving_m_s2: float = 1.5
    settle_s: float = 0.05
    lead_s: float = 0.3
    longest_s: float = 1.0
    least_m: float = 0.05
    most_m: float = 0.35


def false_step(
    start_s: float,
    signals: Mapping[Placement, GridSignals],
    travel_axes: Mapping[Placement, Floats],
    config: FalseStepConfig | None = None,
) -> FalseStep:
    """Return whether a foot was set back before the first real step.

    Parameters
    ----------
    start_s : float
        First movement of the run; NaN where it was not seen.
    signals : mapping of Placement to GridSignals
    travel_axes : mapping of Placement to (3,) float array
        Swing axis of each foot in its sensor's frame, signed by the way it travelled; zero where unknown.
    config : FalseStepConfig, optional

    Returns
    -------
    {'yes', 'no', 'unknown'}
        ``unknown`` without a foot that was seen standing, or where its samples are lost.
    """
    config = config or FalseStepConfig()
    feet = [placement for placement in sorted(signals) if placement.segment == "foot" and placement in travel_axes]
    told = [_of_foot(signals[foot], travel_axes[foot], start_s, config) for foot in feet]
    if "yes" in told:
        return "yes"
    # Either foot may be the one: without the other, no step seen is no step known.
    return "no" if len(told) == 2 and set(told) == {"no"} else "unknown"


def _of_foot(grid: GridSignals, travel_axis: Floats, start_s: float, config: FalseStepConfig) -> FalseStep:
    if not (np.isfinite(start_s) and grid.has_gyroscope and np.any(travel_axis)):
        return "unknown"
    # The samples must hold the rest before and some of the movement after.
    if not grid.start_s <= start_s - config.lead_s < start_s + config.lead_s <= grid.time_s[-1]:
        return "unknown"
    first, stop = grid.to_index(start_s - config.lead_s), grid.to_index(start_s + config.longest_s) + 1
    if grid.lost[first:stop].any():
        return "unknown"
    rate, force = (sizes[first:stop] for sizes in slow_sizes(grid, config.cutoff_hz))
    moving = (rate > config.moving_rad_s) | (np.abs(force - G_M_S2) > config.moving_m_s2)
    swings = np.flatnonzero(rate > config.swing_rad_s)
    before_swing = moving[: swings[0]] if swings.size else moving
    episode = _first_episode(before_swing, max(2, round(config.settle_s * grid.rate_hz)))
    if episode is None:
        return "no"
    begin, end = first + episode[0], first + episode[1]
    way = _way_m(grid.acc_m_s2[begin:end], grid.gyr_rad_s[begin:end], 1 / grid.rate_hz, travel_axis)
    back = -float(way[0])
    return "yes" if back >= config.least_m and float(np.hypot(*way)) <= config.most_m else "no"


def _first_episode(moving: Bools, hold: int) -> tuple[int, int] | None:
    """Return the first movement between two rests of so many samples, half of each rest included."""
    n_moving = np.concatenate([[0], np.cumsum(moving)])
    rests = np.flatnonzero(n_moving[hold:] == n_moving[:-hold])
    if not rests.size:
        return None
    # Starts of rests are neighbours within one rest: a jump is a movement.
    jumps = np.flatnonzero(np.diff(rests) > 1)
    if not jumps.size:
        return None
    return int(rests[jumps[0]]) + hold // 2, int(rests[jumps[0] + 1]) + (hold + 1) // 2 + 1


def _way_m(acc_m_s2: Floats, gyr_rad_s: Floats, step_s: float, travel_axis: Floats) -> Floats:
    """Return the way between two rests, (2,): along the run and across it.

    Strap-down from the first rest; what velocity is left at the second is taken off evenly, as it is drift.
    """
    level = tilt_from_gravity(acc_m_s2[0])
    turned = rotated(integrate_rate(gyr_rad_s, step_s), acc_m_s2) @ level.T
    free = turned - [0.0, 0.0, float(np.linalg.norm(acc_m_s2[0]))]
    velocity = np.vstack([np.zeros(3), np.cumsum(0.5 * (free[1:] + free[:-1]) * step_s, axis=0)])
    velocity -= np.linspace(0.0, 1.0, len(velocity))[:, None] * velocity[-1]
    moved = np.trapezoid(velocity, dx=step_s, axis=0)
    # The axis points to the right of the way travelled, so up x right is ahead.
    ahead = np.cross([0.0, 0.0, 1.0], level @ travel_axis)
    ahead /= max(float(np.linalg.norm(ahead)), 1e-9)
    across = np.cross([0.0, 0.0, 1.0], ahead)
    return np.array([moved @ ahead, moved @ across])
