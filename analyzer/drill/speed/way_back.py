"""Lengths of a run from the walk back to its mark, where the run itself does not tell them well.

::

    mark |------- run and slowing ------>|
         |<--------- walk back ----------|

A walking foot comes to rest at every step, so that its way is known within a percent whatever a sprint has clipped.
Out and back are equally far.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analyzer.drill.record import RunRecord, with_lengths
from analyzer.drill.stage.estimate import EstimateConfig
from analyzer.drill.stage.stage_samples import known_median
from analyzer.gait.foot.excursion import Excursion, ExcursionConfig, foot_excursion
from analyzer.model import Bools, Floats, Placement
from analyzer.rows import Rows
from analyzer.signal.grid import GridSignals

__all__ = ["Closure", "WayBackConfig", "closure_of", "with_ways_back"]


@dataclass(frozen=True, slots=True)
class WayBackConfig:
    """When a walk back tells more than the run, and how well.

    Attributes
    ----------
    wanted_sd : float
        A run whose strides are known better than this, relative, gains nothing: the walk back itself is good to 1.5 %.
    lead_s : float
        Stand before the first movement that is looked at.
    longest_s : float
        A walk back ends by then.
    least_move_m : float
        A foot that moves less shifts in its stand.
    out_rad, back_rad : float
        Moves that head so close to the run (45 deg) are its way out; so far from it (120 deg), the way back.
    max_astray : float
        Share of all ways that may head elsewhere: turning round, not strolling.
    max_lost : float
        Share of samples lost in the window: a move with a hole is no witness.
    max_walk_m_s : float
        A faster way back was no walk.
    least_back : int
        Walking strides of each foot.
    walk_sd : float
        Relative uncertainty of a way walked (Rebula et al. 2013: mean stride length within 1 %).
    mark_sd_m : float
        How close to where he started an athlete stops.
    sharing_sd : float
        Uncertainty of what a stride is given of the difference, relative to it: the sum is known, who lacks how much
        is not.
    max_sd : float
        Out and back that differ by more standard deviations were not the same way.
    """

    excursion: ExcursionConfig = field(default_factory=ExcursionConfig)
    estimate: EstimateConfig = field(default_factory=EstimateConfig)
    wanted_sd: float = 0.03
    lead_s: float = 1.0
    longest_s: float = 120.0
    least_move_m: float = 0.15
    out_rad: float = np.radians(45.0)
    back_rad: float = np.radians(120.0)
    max_astray: float = 0.05
    max_lost: float = 0.01
    max_walk_m_s: float = 2.5
    least_back: int = 8
    walk_sd: float = 0.01
    mark_sd_m: float = 0.3
    sharing_sd: float = 1.0
    max_sd: float = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """Moves of one foot on its way out, after out and back were made equally long.

    Attributes
    ----------
    start_s : (n,) float array
    length_m, length_sd_m : (n,) float array
    total_sd : float
        Relative uncertainty of the way out as a whole.
    """

    start_s: Floats
    length_m: Floats
    length_sd_m: Floats
    total_sd: float


SignalsOf = Callable[[float, float], Mapping[Placement, GridSignals]]
"""Samples of all sensors between two times."""


def with_ways_back(
    records: Sequence[RunRecord], signals_of: SignalsOf, config: WayBackConfig | None = None
) -> list[RunRecord]:
    """Return the runs, those whose strides are poorly known with their lengths from the walk back.

    Parameters
    ----------
    records : sequence of RunRecord
        All runs of a practice, in order of time.
    signals_of : callable
    config : WayBackConfig, optional
    """
    config = config or WayBackConfig()
    # Nobody starts after the last run; without any run there is no last one either.
    ends = [*(record.start_s for record in records[1:]), np.inf][: len(records)]
    return [
        _closed(record, min(end, record.stop_s + config.longest_s), signals_of, config)
        if _poorly_known(record, config)
        else record
        for record, end in zip(records, ends, strict=True)
    ]


def closure_of(excursion: Excursion, run_s: tuple[float, float], config: WayBackConfig | None = None) -> Closure | None:
    """Return the moves of the way out made as long as the way back; None where there was no clean way back.

    Parameters
    ----------
    excursion : Excursion
        One foot, from the stand before a run to the one after the walk back.
    run_s : (float, float)
        First movement and last toe-off of the run.
    config : WayBackConfig, optional

    Notes
    -----
    Least squares with one measurement, the sum. Errors of the moves hang together, as clipping always cuts the same
    way, so that each takes its part of the difference by its own uncertainty.
    """
    config = config or WayBackConfig()
    moves = excursion.length_m > config.least_move_m
    in_run = moves & (excursion.start_s >= run_s[0]) & (excursion.end_s <= run_s[1])
    if not in_run.any():
        return None
    turn = _turn_rad(excursion.way_m, excursion.way_m[in_run].sum(axis=0))
    back = moves & (np.abs(turn) > config.back_rad) & (excursion.start_s > run_s[0])
    if back.sum() < config.least_back or not _walked(excursion, back, config):
        return None
    returned_s = excursion.start_s[back][0]
    out = moves & (np.abs(turn) < config.out_rad) & (excursion.start_s < returned_s)
    astray = excursion.length_m[moves & ~out & ~back].sum()
    way_back_m = float(excursion.length_m[back].sum())
    if astray > config.max_astray * way_back_m or not np.all(out[in_run]):
        return None
    return _equalled(excursion, out, np.cos(turn[out]), way_back_m, config)


def _turn_rad(way_m: Floats, along: Floats) -> Floats:
    """Angle of each way against a direction, -pi to pi."""
    across = along[0] * way_m[:, 1] - along[1] * way_m[:, 0]
    return np.asarray(np.arctan2(across, way_m @ along))


def _walked(excursion: Excursion, back: Bools, config: WayBackConfig) -> bool:
    speed = excursion.length_m[back] / (excursion.end_s[back] - excursion.start_s[back])
    return bool(np.median(speed) < config.max_walk_m_s)


def _equalled(
    excursion: Excursion, out: Bools, straight: Floats, way_back_m: float, config: WayBackConfig
) -> Closure | None:
    length, sd = excursion.length_m[out], excursion.length_sd_m[out]
    common = config.estimate.common_share
    covariance = np.diag((1.0 - common) * sd**2) + common * np.outer(sd, sd)
    difference = way_back_m - float(length @ straight)
    told_by_run = covariance @ straight
    variance = float(straight @ told_by_run) + (config.walk_sd * way_back_m) ** 2 + config.mark_sd_m**2
    if abs(difference) > config.max_sd * np.sqrt(variance):
        return None
    gain = told_by_run / variance
    left = covariance - np.outer(gain, told_by_run)
    total_sd = float(np.sqrt(straight @ left @ straight)) / way_back_m
    given = gain * difference
    own_sd = np.sqrt(np.diag(left) + (config.sharing_sd * given) ** 2)
    return Closure(excursion.start_s[out], length + given, own_sd, total_sd)


def _poorly_known(record: RunRecord, config: WayBackConfig) -> bool:
    if not any(placement.segment == "foot" for placement in record.used):
        return False
    strides = record.strides
    sd = known_median(strides["stride_length_sd_m"] / strides["stride_length_m"])
    return "clipped" in record.troubles or sd > config.wanted_sd


def _closed(record: RunRecord, until_s: float, signals_of: SignalsOf, config: WayBackConfig) -> RunRecord:
    signals = signals_of(record.start_s - config.lead_s, until_s)
    closures = {}
    for placement in record.used:
        grid = signals.get(placement)
        if grid is None or not grid.has_gyroscope or float(grid.lost.mean()) > config.max_lost:
            return record
        excursion = foot_excursion(grid, config.excursion)
        closure = excursion and closure_of(excursion, (record.start_s, record.stop_s), config)
        # Both feet or none: lengths of one foot corrected and of the other not would look like a limp.
        if not closure:
            return record
        closures[placement.side] = closure
    strides = record.strides
    for side, closure in closures.items():
        strides = _replaced(strides, strides["side"] == side, closure)
    return with_lengths(record, strides, max(closure.total_sd for closure in closures.values()))


def _replaced(strides: Rows, own: Bools, closure: Closure) -> Rows:
    """Return the strides with the lengths of one foot's moves; those without a move of their own as they were."""
    start, time = strides["start_s"], strides["stride_time_s"]
    length, sd = strides["stride_length_m"].copy(), strides["stride_length_sd_m"].copy()
    # As objects: an array of words would cut a longer one to the length of its own.
    source = strides["length_source"].astype(object)
    for row in np.flatnonzero(own):
        # A move begins in the contact that opens its stride.
        found = np.flatnonzero((closure.start_s >= start[row]) & (closure.start_s < start[row] + 0.5 * time[row]))
        if len(found) == 1:
            source[row] = "estimated" if np.isnan(length[row]) else "anchored"
            length[row], sd[row] = closure.length_m[found[0]], closure.length_sd_m[found[0]]
    return {
        **strides,
        "stride_length_m": length,
        "stride_length_sd_m": sd,
        "speed_m_s": length / time,
        "length_source": source,
    }
