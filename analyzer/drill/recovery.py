"""How long and how the athlete rested before each run."""

from dataclasses import dataclass

import numpy as np

from analyzer.errors import InputError
from analyzer.model import Bools, Floats

__all__ = ["RecoveryConfig", "rest_before_s", "rest_mode", "rest_modes"]


@dataclass(frozen=True, slots=True)
class RecoveryConfig:
    """When a rest counts as active.

    Attributes
    ----------
    active_share : float
        More than this share of walking or jogging makes a rest active. A walk back of 20 s stays below it in rests
        of more than about a minute.
    min_known_share : float
        With fewer of the rest's samples than this the mode is not told: half a rest may have been anything.
    """

    active_share: float = 0.30
    min_known_share: float = 0.50


def rest_before_s(start_s: Floats, stop_s: Floats) -> Floats:
    """Return the time from the end of the run before to the first movement of each run.

    Parameters
    ----------
    start_s, stop_s : (n,) float array
        First movement and end of each run, in order of time.

    Returns
    -------
    (n,) float array
        Seconds; NaN for the first run.

    Raises
    ------
    InputError
        The arrays differ in length.

    Examples
    --------
    >>> rest_before_s(np.array([10.0, 70.0]), np.array([14.0, 74.0]))
    array([nan, 56.])
    """
    starts, stops = np.asarray(start_s, dtype=float), np.asarray(stop_s, dtype=float)
    if starts.shape != stops.shape:
        raise InputError(f"every run needs a start and a stop, got {starts.size} starts and {stops.size} stops")
    rest = np.full(starts.size, np.nan)
    # Before the first run there is no end to count from.
    rest[1:] = starts[1:] - stops[:-1]
    return rest


def rest_mode(moving: Bools, config: RecoveryConfig | None = None) -> str:
    """Return ``still`` or ``active`` for one rest, ``unknown`` without samples.

    Parameters
    ----------
    moving : (n,) bool array
        Evenly spaced in time; True while the athlete walks or jogs.
    config : RecoveryConfig, optional
    """
    if moving.size == 0:
        return "unknown"
    return "active" if float(np.mean(moving)) > (config or RecoveryConfig()).active_share else "still"


def rest_modes(
    time_s: Floats, moving: Bools, start_s: Floats, stop_s: Floats, config: RecoveryConfig | None = None
) -> list[str]:
    """Return the mode of the rest before each run.

    Parameters
    ----------
    time_s : (m,) float array
        Rising; samples that were lost are left out.
    moving : (m,) bool array
        True while the athlete walks or jogs.
    start_s, stop_s : (n,) float array
        Of the runs, in order of time.
    config : RecoveryConfig, optional

    Returns
    -------
    list of str
        ``none`` for the first run, then ``still``, ``active``, or ``unknown`` where too little was received.
    """
    config = config or RecoveryConfig()
    # The median step: a hole in the recording must not count as samples.
    step_s = float(np.median(np.diff(time_s))) if time_s.size > 1 else np.nan
    modes = ["none"] if start_s.size else []
    for stop, start in zip(stop_s[:-1], start_s[1:], strict=True):
        inside = (time_s >= stop) & (time_s < start)
        # Time received, not time elapsed: lost samples may have been anything.
        known = inside.sum() * step_s / (start - stop) if start > stop else 0.0
        modes.append(rest_mode(moving[inside], config) if known >= config.min_known_share else "unknown")
    return modes
