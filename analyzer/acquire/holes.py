"""Mark lost samples: rows that a stream should have, and has not, become NaN rows on its time grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.model import Floats, SensorStream

__all__ = ["HolesConfig", "missing_between", "with_holes_marked"]


@dataclass(frozen=True, slots=True)
class HolesConfig:
    """What counts as a hole.

    Attributes
    ----------
    least_periods : float
        Neighbours further apart than this many sample periods have lost samples between them: half way to one lost
        sample. A late stamp makes such a step too, but the next step makes up for it, so pairs of steps decide.
    even_step_sd : float
        Steps that spread less, as a share of the period, are even enough for pairs to decide: half a period is then
        more than three times the spread.
    sure_sd : float
        Else so many stamps are averaged on either side that half a period is this many times their spread.
    longest_s : float
        A longer hole stays one: it is a pause of the sensor, and no run goes on over it.
    """

    least_periods: float = 1.5
    even_step_sd: float = 0.15
    sure_sd: float = 6.0
    longest_s: float = 60.0


def with_holes_marked(stream: SensorStream, config: HolesConfig | None = None) -> SensorStream:
    """Return the stream with a NaN row for every sample that was lost.

    Parameters
    ----------
    stream : SensorStream
        Rows may be missing. Rows already NaN stay as they are.
    config : HolesConfig, optional

    Returns
    -------
    SensorStream
        The very same stream if nothing is missing. New rows are spread evenly between their neighbours, are NaN,
        and not clipped.
    """
    config = config or HolesConfig()
    if stream.n_samples < 3:
        return stream
    n_missing = missing_between(stream.time_s, config)
    if not n_missing.any():
        return stream
    n_rows = stream.n_samples + int(n_missing.sum())
    kept = np.arange(stream.n_samples) + np.concatenate([[0], np.cumsum(n_missing)])
    time_s = np.interp(np.arange(n_rows), kept, stream.time_s)
    # Interpolation may differ from the times it goes through in the last bit.
    time_s[kept] = stream.time_s
    clipped = np.zeros((n_rows, 6), dtype=np.bool_)
    clipped[kept] = stream.clipped
    return SensorStream(
        stream.placement,
        time_s,
        _spread(stream.acc_m_s2, kept, n_rows),
        _spread(stream.gyr_rad_s, kept, n_rows),
        stream.acc_range_m_s2,
        stream.gyr_range_rad_s,
        clipped,
        stream.frame,
    )


def missing_between(time_s: Floats, config: HolesConfig) -> NDArray[np.int64]:
    """Return how many samples are missing between each pair of neighbours.

    Parameters
    ----------
    time_s : (n,) float array
        Strictly rising, n at least 2.
    config : HolesConfig

    Returns
    -------
    (n - 1,) int array
        0 where none is missing or the hole is longer than `HolesConfig.longest_s`.
    """
    steps_s = np.diff(time_s)
    # The longest step is no hole even against the shortest, which is at most the median: that is found much faster.
    if steps_s.max() <= config.least_periods * steps_s.min():
        return np.zeros(steps_s.size, dtype=np.int64)
    # The median is the true period as long as holes and late stamps make up less than half of the steps.
    period_s = float(np.median(steps_s))
    hole = (steps_s > config.least_periods * period_s) & (steps_s <= config.longest_s)
    # A step just past the limit rounds to two periods or less: it stands for one lost sample at least.
    n_missing = np.where(hole, np.maximum(np.rint(steps_s / period_s).astype(np.int64) - 1, 1), 0)
    n_rows = _rows_that_even_out(steps_s, period_s, config)
    if n_rows > 1:
        return _held_by_the_clock(time_s, period_s, n_missing, n_rows)
    # A late stamp leaves a pair at two periods, a lost sample makes it three: the limit lies in the middle.
    pair_is_long = steps_s[1:] + steps_s[:-1] > (config.least_periods + 1) * period_s
    hole[1:] &= pair_is_long
    hole[:-1] &= pair_is_long
    return np.where(hole, n_missing, 0)


def _rows_that_even_out(steps_s: Floats, period_s: float, config: HolesConfig) -> int:
    """Return over how many rows stamps must be averaged to tell one lost sample from their jitter."""
    # Of the short steps alone, which holes leave as they are: half of a normal spread lies within 0.6745 of its sd.
    step_sd = (period_s - float(np.median(steps_s[steps_s <= period_s]))) / (0.6745 * period_s)
    if step_sd < config.even_step_sd:
        return 1
    # The mean of n stamps before against that of n after has the sd of one step over the root of n.
    return int(np.ceil((config.sure_sd * step_sd / (config.least_periods - 1.0)) ** 2))


def _held_by_the_clock(time_s: Floats, period_s: float, n_missing: NDArray[np.int64], n_rows: int) -> NDArray[np.int64]:
    """Return the missing samples that the stamps around a long step confirm, the longest step first.

    A hole shifts all that follows by whole periods; a late stamp shifts nothing but itself.
    """
    late = time_s / period_s - np.arange(time_s.size)
    held = np.zeros_like(n_missing)
    # The median of jittering steps is a little off the period: most rows are no hole and tell by how much.
    usual = float(np.median(late[2 * n_rows :] - late[: -2 * n_rows])) / 2.0 if late.size > 4 * n_rows else 0.0
    candidates = np.flatnonzero(n_missing)
    for at in candidates[np.argsort(-n_missing[candidates], kind="stable")]:
        # Without the two stamps that made the step long: chosen for that, they are not fair.
        first, last = max(0, at - n_rows), min(time_s.size, at + 2 + n_rows)
        # Holes that were found in what is compared must not count once more.
        others = np.concatenate([[0], np.cumsum(held[first : last - 1])])
        local = late[first:last] - others
        before, after = local[: at - first], local[at + 2 - first :]
        if not before.size or not after.size:
            continue
        between = 0.5 * (before.size + after.size) + 1.0
        shift = float(after.mean() - before.mean()) - usual * between / n_rows
        held[at] = min(max(int(np.rint(shift)), 0), int(n_missing[at]))
    return held


def _spread(rows: Floats, kept: NDArray[np.int64], n_rows: int) -> Floats:
    spread = np.full((n_rows, 3), np.nan)
    spread[kept] = rows
    return spread
