"""Where a run turned: how far, how tight, how fast into the turn and out of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from analyzer.gait.foot.travel import FootTravel
from analyzer.model import Floats, Notice, Placement, PlannedRun

__all__ = ["Turn", "TurnConfig", "finish_notices", "turn_of"]


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """What counts as a turn.

    Attributes
    ----------
    least_turn_rad, within_s : float
        The path turns if its heading changes by more than this (25 deg) within this time.
    longest_s : float
        Over a longer run the heading drifts too far to tell a turn from the gyroscope's own.
    running_share : float
        Of the peak speed: what is slower is the stop, in which athletes turn round anyway.
    edge_share : float
        Of the whole change that lies before the turn begins and after it ends: a bend is entered gradually.
    least_strides : int
        Of both feet; fewer show no path.
    n_median : int
        Headings in one running median: a stride that was misread stands alone.
    agreed_share : float
        Of the turn that each foot worn must show: a body turns with both. One foot's heading alone can jump by 60 deg
        where its gyroscope is clipped.
    """

    least_turn_rad: float = np.radians(25.0)
    within_s: float = 2.0
    longest_s: float = 60.0
    running_share: float = 0.6
    edge_share: float = 0.05
    least_strides: int = 6
    n_median: int = 3
    agreed_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn; NaN without one.

    Attributes
    ----------
    turn_rad : float
        Change of the heading, left positive.
    radius_m : float
        Of the middle half of the turn.
    speed_in_m_s, speed_out_m_s : float
        Where it begins and ends.
    """

    turn_rad: float = float("nan")
    radius_m: float = float("nan")
    speed_in_m_s: float = float("nan")
    speed_out_m_s: float = float("nan")


def turn_of(
    travels: Mapping[Placement, FootTravel], time_s: Floats, speed_m_s: Floats, config: TurnConfig | None = None
) -> Turn:
    """Return the largest turn of a run.

    Parameters
    ----------
    travels : mapping of Placement to FootTravel
        Strides of each foot; the feet need not agree on where heading is zero.
    time_s, speed_m_s : (n,) float array
        Middle and speed of each stride; NaN where unknown.
    config : TurnConfig, optional

    Notes
    -----
    The heading of a stride is that of the way from one stand of a foot to its next, so that the path is known once a
    step. It comes from the gyroscope: what drifts within a few seconds is a degree or two, and with clipped or lost
    samples 30 in all, spread over the run. A turn of less than 25 degrees is not told.
    """
    config = config or TurnConfig()
    known = np.isfinite(speed_m_s)
    if not known.any():
        return Turn()
    order = np.argsort(time_s[known], kind="stable")
    pace_s, pace = time_s[known][order], speed_m_s[known][order]
    at_s, heading = _path(travels, config)
    running = np.interp(at_s, pace_s, pace) >= config.running_share * pace.max()
    at_s, heading = at_s[running], heading[running]
    if len(at_s) < config.least_strides or at_s[-1] - at_s[0] > config.longest_s:
        return Turn()
    if not _turns(at_s, heading, config):
        return Turn()
    first, last = _largest_change(heading)
    change = float(heading[last] - heading[first])
    if not _agreed(travels, (float(at_s[first]), float(at_s[last])), change, config):
        return Turn()
    share = np.maximum.accumulate((heading[first : last + 1] - heading[first]) / change)
    moments = np.interp([config.edge_share, 0.25, 0.75, 1 - config.edge_share], share, at_s[first : last + 1])
    half = np.linspace(moments[1], moments[2], 50)
    way_m = float(np.trapezoid(np.interp(half, pace_s, pace), half))
    speed_in, speed_out = np.interp(moments[[0, 3]], pace_s, pace)
    return Turn(change, way_m / abs(0.5 * change), float(speed_in), float(speed_out))


def finish_notices(
    turn_rad: Floats, direction: Sequence[str], planned: Sequence[PlannedRun | None]
) -> Iterator[Notice]:
    """Yield where a forward run did not end as planned: through the mark, or turning.

    Parameters
    ----------
    turn_rad : (n,) float array
        NaN without a turn.
    direction : sequence of str
    planned : sequence of PlannedRun or None
        None for a run that is not in the plan.
    """
    for run, (turn, way, asked) in enumerate(zip(turn_rad, direction, planned, strict=True), start=1):
        if asked is None or way != "forward" or np.isfinite(turn) == (asked.finish == "turn"):
            continue
        if asked.finish == "turn":
            text = f"Run {run} was planned with a turn; none of 25 degrees or more was seen. Its numbers are those of"
            yield Notice("plan.finish", f"{text} a straight run; check finish in the plan.", run=run)
        else:
            side = "left" if turn > 0 else "right"
            text = f"Run {run} turned {abs(np.degrees(turn)):.0f} degrees to the {side}, planned was straight through."
            yield Notice("plan.finish", f"{text} A turn costs speed; compare it with other turns.", run=run)


def _path(travels: Mapping[Placement, FootTravel], config: TurnConfig) -> tuple[Floats, Floats]:
    """Return times and headings of the strides of all feet, in order of time and against one zero."""
    times, headings = np.empty(0), np.empty(0)
    # Sorted, so that it does not matter which foot came first.
    for _, travel in sorted(travels.items()):
        if len(travel):
            middle = 0.5 * (travel.start_s + travel.end_s)
            # Each foot's world began in a heading of its own; the first foot's is as good as any.
            apart = np.median(travel.heading_rad - np.interp(middle, times, headings)) if len(times) else 0.0
            times, headings = np.append(times, middle), np.append(headings, travel.heading_rad - apart)
            order = np.argsort(times, kind="stable")
            times, headings = times[order], headings[order]
    return times, median_filter(headings, config.n_median, mode="nearest") if len(headings) else headings


def _agreed(
    travels: Mapping[Placement, FootTravel], span_s: tuple[float, float], change_rad: float, config: TurnConfig
) -> bool:
    """Whether every foot turned the same way between two times, and far enough of it."""
    for travel in filter(len, travels.values()):
        start, end = np.interp(span_s, 0.5 * (travel.start_s + travel.end_s), travel.heading_rad)
        if (end - start) / change_rad < config.agreed_share:
            return False
    return True


def _turns(at_s: Floats, heading: Floats, config: TurnConfig) -> bool:
    close = np.abs(at_s[:, None] - at_s) <= config.within_s
    return float(np.max(np.abs(heading[:, None] - heading) * close)) > config.least_turn_rad


def _largest_change(heading: Floats) -> tuple[int, int]:
    """Return between which two strides, the earlier first, the heading changed most."""
    changes = np.triu(np.abs(heading - heading[:, None]))
    first, last = np.unravel_index(int(np.argmax(changes)), changes.shape)
    return int(first), int(last)
