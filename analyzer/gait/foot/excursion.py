"""The way of a foot out and back, from stand to stand: every move between two stillest instants."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from analyzer.gait.foot.analysis import FootConfig, analyze_foot
from analyzer.gait.foot.integrals import integrate_strides
from analyzer.gait.foot.phases import NOT_SEEN
from analyzer.gait.foot.trajectory import solve_strides
from analyzer.model import Floats, Indices
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import GridSignals

__all__ = ["Excursion", "ExcursionConfig", "foot_excursion"]


@dataclass(frozen=True, slots=True)
class ExcursionConfig:
    """When a foot rests between moves.

    Attributes
    ----------
    cutoff_hz : float
        Movement is slower than this.
    still_rad_s : float
        A foot that turns less than this stands (10 deg/s).
    longest_move_s : float
        Between contacts further apart than this the foot stood: a slow walking stride takes 1.3 s.
    margin_s : float
        A stand begins and ends at least this far from the contacts around it.
    """

    foot: FootConfig = field(default_factory=FootConfig)
    cutoff_hz: float = 10.0
    still_rad_s: float = np.radians(10.0)
    longest_move_s: float = 1.4
    margin_s: float = 0.3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Excursion:
    """Moves of one foot in order of time.

    Attributes
    ----------
    start_s, end_s : (k,) float array
        Stillest instants between which the foot moved, or stood.
    way_m : (k, 2) float array
        Horizontal, in one slowly drifting heading.
    length_m, length_sd_m : (k,) float array
        Its size and the standard uncertainty of it; also where too much was clipped to tell a length by itself.
    """

    start_s: Floats
    end_s: Floats
    way_m: Floats
    length_m: Floats
    length_sd_m: Floats


def foot_excursion(signals: GridSignals, config: ExcursionConfig | None = None) -> Excursion | None:
    """Return the moves of a foot in a window that begins and ends in a stand; None where none was found.

    Parameters
    ----------
    signals : GridSignals
        One foot, with gyroscope.
    config : ExcursionConfig, optional
    """
    config = config or ExcursionConfig()
    foot = analyze_foot(signals, config.foot)
    if foot.anchor is None or foot.motion is None:
        return None
    contacts = foot.anchor[foot.anchor != NOT_SEEN]
    if len(contacts) < 2:
        return None
    instants = _with_stands(contacts, signals, config)
    strides = integrate_strides(foot.motion, instants[:-1], instants[1:])
    paths = solve_strides(foot.motion, strides, config.foot.trajectory)
    time_s = signals.to_time(instants.astype(np.float64))
    return Excursion(time_s[:-1], time_s[1:], paths.way_m[:, :2], paths.length_m, paths.length_sd_m)


def _with_stands(contacts: Indices, signals: GridSignals, config: ExcursionConfig) -> Indices:
    """Return the instants of the contacts, with the ends of the stands before, between and after them."""
    rate = np.linalg.norm(lowpass(signals.gyr_rad_s, config.cutoff_hz, signals.rate_hz), axis=1)
    still = np.flatnonzero(rate < config.still_rad_s)
    margin = round(config.margin_s * signals.rate_hz)
    before = still[still < contacts[0] - margin // 2][-1:]
    after = still[still > contacts[-1] + margin][:1]
    longest = config.longest_move_s * signals.rate_hz
    pauses = [
        still[(still > one + margin) & (still < other - margin)]
        for one, other in pairwise(contacts)
        if other - one > longest
    ]
    ends = [pause[[0, -1]] for pause in pauses if len(pause)]
    return np.unique(np.concatenate([before, contacts, after, *ends]))
