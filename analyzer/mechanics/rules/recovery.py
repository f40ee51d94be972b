"""Rules on the rests: long enough for a fair test, and spent as the drill asks."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.case import Case
from analyzer.mechanics.thresholds import Norm, Rule
from analyzer.mechanics.verdict import Basis, Said, Silence, band_of, percent, ruled
from analyzer.model import Floats, Plan, PlannedRest

__all__ = ["active_rest", "asked_rests", "jogged_rest", "rest", "with_rests_judged"]


def with_rests_judged(runs: pd.DataFrame, plan: Plan | None, rule: Rule, norm: Norm) -> pd.DataFrame:
    """Return the table of runs with the rests that were needed and whether they were taken.

    Parameters
    ----------
    runs : pandas.DataFrame
        Schema `RUNS`.
    plan : Plan or None
    rule : Rule
        The rule `rest`: its limits name what is short.
    norm : Norm
        The norm `rest`.

    Returns
    -------
    pandas.DataFrame
        `rest_needed_s` and `rest_verdict` filled in; ``unknown`` where no effort was asked for.
    """
    needed = _needed_s(runs, plan, norm)
    share = _of_needed_pct(runs, needed)
    verdict = np.select(
        [share < rule.limits["fix_pct"], share < rule.limits["look_pct"], np.isfinite(share)],
        ["much_too_short", "short", "enough"],
        default="unknown",
    )
    # Before the first run there is no rest.
    first = runs["rest_before_s"].isna() & (runs["rest_mode"] == "none")
    return runs.assign(rest_needed_s=needed, rest_verdict=pd.Series(verdict, dtype="str").mask(first, "none"))


def asked_rests(plan: Plan | None, n_runs: int) -> tuple[PlannedRest, ...]:
    """Return how each rest was to be spent, ``any`` where that is open or runs and plan do not pair off."""
    if plan is None or len(plan.runs) != n_runs:
        left_open: PlannedRest = "any"
        return (left_open,) * n_runs
    return tuple(run.rest_mode for run in plan.runs)


def rest(case: Case, rule: Rule, norm: Norm) -> Said:
    """Judge the shortest rest against what the run before it calls for."""
    runs = case.inputs.runs.sort_values("start_s")
    needed = _needed_s(runs, case.inputs.plan, norm)
    share = _of_needed_pct(runs, needed)
    known = np.flatnonzero(np.isfinite(share) & runs["asked_effort_pct"].notna())
    if known.size + 1 < rule.gates["min_runs"]:
        return Silence(rule.name, "not_asked" if len(runs) > 1 else "too_few")
    worst = known[np.argmin(share[known])]
    # Both ends of a rest are known to a tenth of a second: the interval is the number.
    found = Interval(share[worst], share[worst], share[worst])
    taken = runs.iloc[worst]
    words = {
        "asked": percent(float(taken["asked_effort_pct"])),
        "rest": f"{taken['rest_before_s']:.0f}",
        "need": f"{np.ceil(needed[worst] / 5) * 5:.0f}",
    }
    basis = Basis(known.size, "runs", (int(runs.index[worst]),))
    return ruled(rule, found, band_of(rule, low_is_worse=True), basis, words)


def active_rest(case: Case, rule: Rule, asked: Sequence[PlannedRest]) -> Said:
    """Judge whether a rest that was to be active was walked or jogged; silent where none was asked for."""
    rests = [one for one in _spent(case) if asked[one.index] == "active"]
    if not rests:
        return Silence(rule.name, "not_asked")
    least = min(rests, key=lambda one: one.moving_pct)
    found = _share(least.moving_pct, rule.limits["share_sd_pct"])
    basis = Basis(len(rests), "runs", (least.row,))
    return ruled(rule, found, band_of(rule, low_is_worse=True), basis, least.words(least.moving_pct))


def jogged_rest(case: Case, rule: Rule, asked: Sequence[PlannedRest]) -> Said:
    """Judge whether the rest before a run at full effort was jogged, where jogging was not asked for."""
    gate = rule.gates["min_asked_effort_pct"]
    # Written so that an effort that was not asked for, NaN, is not judged.
    rests = [one for one in _spent(case) if asked[one.index] != "active" and one.asked_effort_pct >= gate]
    if not rests:
        return Silence(rule.name, "not_asked")
    most = max(rests, key=lambda one: one.jogging_pct)
    found = _share(most.jogging_pct, rule.limits["share_sd_pct"])
    return ruled(rule, found, band_of(rule), Basis(len(rests), "runs", (most.row,)), most.words(most.jogging_pct))


@dataclass(frozen=True, slots=True)
class _Spent:
    """How one rest was spent; `index` counts the runs from 0 and names the one after it, `row` is its table's row."""

    index: int
    row: int
    asked_effort_pct: float
    moving_pct: float
    jogging_pct: float

    def words(self, share_pct: float) -> dict[str, str]:
        """Return what fills the braces of a sentence."""
        asked = percent(self.asked_effort_pct) if np.isfinite(self.asked_effort_pct) else "next run"
        return {"asked": asked, "value": f"{share_pct:.0f}"}


def _spent(case: Case) -> list[_Spent]:
    """Return the rests of which it is known how they were spent."""
    runs = case.inputs.runs.sort_values("start_s")
    walking, jogging, asked = (
        runs[name].to_numpy(dtype=float) for name in ("rest_walking_share", "rest_jogging_share", "asked_effort_pct")
    )
    known, rows = np.flatnonzero(np.isfinite(walking + jogging)), runs.index.to_numpy()
    moving_pct, jogging_pct = 100 * (walking + jogging), 100 * jogging
    return [_Spent(int(k), int(rows[k]), float(asked[k]), float(moving_pct[k]), float(jogging_pct[k])) for k in known]


def _share(value_pct: float, sd_pct: float) -> Interval:
    return Interval(value_pct, max(value_pct - 1.96 * sd_pct, 0.0), min(value_pct + 1.96 * sd_pct, 100.0))


def _needed_s(runs: pd.DataFrame, plan: Plan | None, norm: Norm) -> Floats:
    """Return the rest that the plan, or else the run before, calls for before each run in order of time."""
    needed = np.full(len(runs), np.nan)
    planned = _planned_rests(plan, len(runs))
    # Three columns, not all: records of a wide table take longer than the rest of the rule.
    used = runs[["asked_effort_pct", "start_s", "stop_s"]]
    for index, (before, _) in enumerate(pairwise(used.to_dict("records")), start=1):
        needed[index] = planned[index] if np.isfinite(planned[index]) else _called_for_s(before, norm)
    return needed


def _of_needed_pct(runs: pd.DataFrame, needed_s: Floats) -> Floats:
    # A plan may ask for no rest at all: nothing is too short then, and nothing is judged.
    needed = np.where(needed_s > 0, needed_s, np.nan)
    return np.asarray(100 * runs["rest_before_s"].to_numpy(dtype=float) / needed, dtype=np.float64)


def _planned_rests(plan: Plan | None, n_runs: int) -> list[float]:
    """Return the rest the coach planned before each run, NaN where none or where runs and plan do not pair off."""
    # With runs missing or added it is open which rest was planned before which.
    if plan is None or len(plan.runs) != n_runs:
        return [np.nan] * n_runs
    return [run.rest_before_s for run in plan.runs]


def _called_for_s(before: Mapping[Hashable, Any], norm: Norm) -> float:
    """Return the rest that a run calls for: by its effort, or by its length where that is less."""
    asked = before["asked_effort_pct"]
    if np.isnan(asked):
        return np.nan
    points, rests = norm.columns["asked_effort_pct"], norm.columns["rest_s"]
    # Efforts between those listed are read off between them.
    by_effort = float(np.interp(asked, points, rests))
    by_length = norm.constants["run_times"] * float(before["stop_s"] - before["start_s"])
    return min(by_effort, by_length)
