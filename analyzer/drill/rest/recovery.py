"""How long and how the athlete rested before each run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.drill.rest.movement import Pace
from analyzer.errors import InputError
from analyzer.model import Bools, Floats

__all__ = ["RecoveryConfig", "Rests", "rest_before_s", "rest_mode", "rests", "work_to_rest"]


@dataclass(frozen=True, slots=True)
class RecoveryConfig:
    """When a rest counts as active.

    Attributes
    ----------
    active_share : float
        More than this share of walking or jogging makes a rest active. A walk back of 20 s stays below it in rests
        of more than about a minute.
    min_known_share : float
        With fewer of the rest's samples than this nothing is told: half a rest may have been anything.
    """

    active_share: float = 0.30
    min_known_share: float = 0.50


@dataclass(frozen=True, slots=True, eq=False)
class Rests:
    """How the rest before each run was spent.

    Attributes
    ----------
    mode : tuple of str
        ``none`` for the first run, then ``still``, ``active``, or ``unknown`` where too little was received.
    still_share, walking_share, jogging_share : (n,) float array
        Of the part of the rest that was received; together 1. NaN where the mode is none or unknown.
    """

    mode: tuple[str, ...]
    still_share: Floats
    walking_share: Floats
    jogging_share: Floats


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


def work_to_rest(start_s: Floats, stop_s: Floats) -> Floats:
    """Return how long the run before lasted against the rest after it, for each run.

    Parameters
    ----------
    start_s, stop_s : (n,) float array
        As for `rest_before_s`.

    Returns
    -------
    (n,) float array
        0.05 is a work to rest of 1 to 20; NaN for the first run and where there was no rest.

    Examples
    --------
    >>> work_to_rest(np.array([10.0, 94.0]), np.array([14.0, 98.0]))
    array([ nan, 0.05])
    """
    rest = rest_before_s(start_s, stop_s)
    ratio = np.full(rest.size, np.nan)
    work = (np.asarray(stop_s, dtype=float) - np.asarray(start_s, dtype=float))[:-1]
    # Runs that overlap have no rest between them, and no ratio.
    np.divide(work, rest[1:], out=ratio[1:], where=rest[1:] > 0)
    return ratio


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


def rests(
    time_s: Floats,
    pace: NDArray[np.integer] | Bools,
    start_s: Floats,
    stop_s: Floats,
    config: RecoveryConfig | None = None,
) -> Rests:
    """Return how the rest before each run was spent.

    Parameters
    ----------
    time_s : (m,) float array
        Rising; samples that were lost are left out.
    pace : (m,) int8 array
        Values of `analyzer.drill.rest.movement.Pace`; where only movement is known, True counts as walking.
    start_s, stop_s : (n,) float array
        Of the runs, in order of time.
    config : RecoveryConfig, optional

    Returns
    -------
    Rests
    """
    config = config or RecoveryConfig()
    # The median step: a hole in the recording must not count as samples.
    step_s = float(np.median(np.diff(time_s))) if time_s.size > 1 else np.nan
    modes = ["none"] if start_s.size else []
    shares = np.full((start_s.size, len(Pace)), np.nan)
    for run, (stop, start) in enumerate(zip(stop_s[:-1], start_s[1:], strict=True), start=1):
        inside = (time_s >= stop) & (time_s < start)
        # Time received, not time elapsed: lost samples may have been anything.
        known = inside.sum() * step_s / (start - stop) if start > stop else 0.0
        # Written so that the NaN of a single bin ends here too.
        if not known >= config.min_known_share:
            modes.append("unknown")
            continue
        modes.append(rest_mode(pace[inside] != Pace.STILL, config))
        shares[run] = np.bincount(pace[inside].astype(np.int64), minlength=len(Pace)) / inside.sum()
    return Rests(tuple(modes), *shares.T)
