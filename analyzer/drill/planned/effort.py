"""Achieved effort: speeds against the day's best at full effort, and against the athlete's best of the last weeks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.drill.planned.history import PastRun
from analyzer.model import Bools, Floats

__all__ = ["NO_REFERENCE", "Achieved", "EffortConfig", "EffortRuns", "achieved_of_best", "achieved_of_day"]

NO_REFERENCE = "none"
"""Name of the reference where there is none."""


@dataclass(frozen=True, slots=True)
class EffortConfig:
    """What may stand for the best.

    Attributes
    ----------
    full_effort_pct : float
        A run asked for at least this was asked for full effort.
    min_share_of_fastest : float
        Slower than this share of the day's fastest, a run asked for full effort was held back. Full runs of one
        athlete scatter by one to two per cent.
    max_shortfall_m : float
        Slowing that began more than this before the mark: it was not run through.
    way_sd_share : float
        Uncertainty of the way covered; only what exceeds it twice over is held against a run.
    like_distance_share : float
        Distances that differ by less are alike. Over a longer one a higher speed is reached.
    """

    full_effort_pct: float = 95.0
    min_share_of_fastest: float = 0.97
    max_shortfall_m: float = 2.0
    way_sd_share: float = 0.03
    like_distance_share: float = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class EffortRuns:
    """The runs of one practice, each (n,).

    Attributes
    ----------
    peak_m_s, asked_pct : float array
        NaN where unknown, not asked.
    directions : sequence of str
    distance_m : float array
        To the mark where there was one, else the way covered.
    way_m : float array
        Covered up to the onset of slowing.
    """

    peak_m_s: Floats
    asked_pct: Floats
    directions: Sequence[str]
    distance_m: Floats
    way_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Achieved:
    """Speeds in per cent of a reference, NaN where there is none, and its name."""

    pct: Floats
    reference: tuple[str, ...]


def achieved_of_day(runs: EffortRuns, config: EffortConfig | None = None) -> Achieved:
    """Return peak speeds against the day's best run at full effort in the same direction.

    Parameters
    ----------
    runs : EffortRuns
    config : EffortConfig, optional

    Returns
    -------
    Achieved
        The reference is ``true_100 run N``: the fastest run that was asked for full effort and was not held back, of
        like distance if there is one. Else, and without a plan, ``fastest run N``. ``none`` where the best may be a
        run whose speed is not known, or for a lone run that was asked for less than full effort. Above 100 where a
        run asked for less was faster.
    """
    config = config or EffortConfig()
    pct, names = np.full(runs.peak_m_s.size, np.nan), []
    for index in range(runs.peak_m_s.size):
        found = _reference(index, runs, config)
        names.append(NO_REFERENCE if found is None else f"{found[1]} run {found[0] + 1}")
        if found is not None:
            pct[index] = 100.0 * runs.peak_m_s[index] / runs.peak_m_s[found[0]]
    return Achieved(pct, tuple(names))


def achieved_of_best(runs: EffortRuns, past: Sequence[PastRun], config: EffortConfig | None = None) -> Achieved:
    """Return peak speeds against the fastest earlier run in the same direction and over a like distance.

    Parameters
    ----------
    runs : EffortRuns
    past : sequence of PastRun
        Of the same athlete, as `analyzer.drill.planned.history.recent_runs` gives them.
    config : EffortConfig, optional

    Returns
    -------
    Achieved
        Above 100 where today was faster.
    """
    config = config or EffortConfig()
    pct, names = np.full(runs.peak_m_s.size, np.nan), []
    for index, (peak, direction, distance) in enumerate(
        zip(runs.peak_m_s, runs.directions, runs.distance_m, strict=True)
    ):
        like = [run for run in past if run.direction == direction and _alike(run.distance_m, float(distance), config)]
        best = max(like, key=lambda run: run.peak_speed_m_s, default=None)
        names.append(NO_REFERENCE if best is None else best.label)
        if best is not None:
            pct[index] = 100.0 * peak / best.peak_speed_m_s
    return Achieved(pct, tuple(names))


def _reference(index: int, runs: EffortRuns, config: EffortConfig) -> tuple[int, str] | None:
    """Return the run that stands for the best of this one's kind, and what it is."""
    same = np.array([direction == runs.directions[index] for direction in runs.directions])
    alike = np.array([_alike(float(other), float(runs.distance_m[index]), config) for other in runs.distance_m])
    for group in (same & alike, same):
        true = group & _true_full(group, runs, config)
        if true.any():
            return _fastest(true, group, runs, "true_100")
    # Alone, and asked for less: nothing to hold it against but itself.
    if same.sum() == 1 and runs.asked_pct[index] < config.full_effort_pct:
        return None
    return _fastest(same, same, runs, "fastest")


def _fastest(candidates: Bools, group: Bools, runs: EffortRuns, what: str) -> tuple[int, str] | None:
    known = candidates & np.isfinite(runs.peak_m_s)
    if not known.any():
        return None
    best = int(np.argmax(np.where(known, runs.peak_m_s, -np.inf)))
    rivals = runs.asked_pct[group & ~np.isfinite(runs.peak_m_s)]
    # Written so that an effort that was not asked for, NaN, counts as a rival.
    return (best, what) if np.all(rivals < runs.asked_pct[best]) else None


def _true_full(group: Bools, runs: EffortRuns, config: EffortConfig) -> Bools:
    """Return which runs were asked for full effort and show no sign of having been held back."""
    known = runs.peak_m_s[group & np.isfinite(runs.peak_m_s)]
    if not known.size:
        return np.zeros(group.shape, dtype=np.bool_)
    # Comparisons with NaN are False: a way that is not known is held against nobody.
    slowed = runs.way_m * (1 + 2 * config.way_sd_share) < runs.distance_m - config.max_shortfall_m
    fast = runs.peak_m_s >= config.min_share_of_fastest * known.max()
    true: Bools = (runs.asked_pct >= config.full_effort_pct) & fast & ~slowed
    return true


def _alike(one_m: float, other_m: float, config: EffortConfig) -> bool:
    # Written so that an unknown distance is like none.
    return abs(np.log(one_m / other_m)) <= config.like_distance_share if one_m > 0 and other_m > 0 else False
