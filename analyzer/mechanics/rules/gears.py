"""Rules on the efforts: do they differ, was the first too fast, the last a true top speed."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy import constants

from analyzer.drill.speed.acceleration import distance_at_m, fit_profile, speed_at_m_s, stride_ways
from analyzer.drill.speed.profile import ProfileConfig
from analyzer.drill.stage.estimate import Interval, log_change
from analyzer.drill.stage.stages import Stage
from analyzer.mechanics.case import Case, of_runs
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import (
    Band,
    Basis,
    Said,
    Silence,
    Verdict,
    band_of,
    cannot_tell,
    finding,
    judge,
    percent,
    ruled,
)
from analyzer.model import Level
from analyzer.rows import rows_of

__all__ = ["below_own_best", "contrast", "first_run_fast", "first_start_hard", "not_top_gear", "slowed_early"]

_SEVERITY = {Level.FIX: 2, Level.LOOK: 1}


def contrast(case: Case, rule: Rule) -> Said:
    """Judge whether the asked efforts came out as different speeds."""
    if not case.planned:
        reason = "there was no plan" if case.inputs.plan is None else "no run matched the plan"
        return cannot_tell(rule, 0, {"reason": reason})
    stages = case.compared
    if len(stages) < rule.gates["min_stages"]:
        # A plan of one effort asks for no contrast: silence is right.
        several = case.inputs.plan is None or len(set(case.inputs.plan.efforts_pct)) > 1
        if several:
            return cannot_tell(rule, len(stages), {"reason": "only one of them was run"})
        return Silence(rule.name, "not_asked")
    judged = _judged_gaps(case, rule)
    if not judged:
        return Silence(rule.name, "not_asked")
    # The worst pair speaks for all; praise needs every pair.
    verdict, gap, lower, upper = max(judged, key=lambda item: _rank(item[0], item[1]))
    n = len(lower.runs) + len(upper.runs)
    if verdict is None:
        return Silence(rule.name, "not_clear", gap, n)
    words = {
        "lower": percent(lower.asked_effort_pct),
        "upper": percent(upper.asked_effort_pct),
        "keep": f"{rule.limits['keep_pct']:.0f}",
    }
    return finding(rule, verdict, gap, _basis(case, lower, upper), words)


def first_run_fast(case: Case, rule: Rule) -> Said:
    """Judge whether the lowest effort was run too fast."""
    top = case.top(rule.gates["min_reference_effort_pct"])
    if top is None or case.compared[0].asked_effort_pct > rule.gates["max_asked_effort_pct"]:
        return Silence(rule.name, case.no_pair)
    first = case.compared[0]
    gap = _gap(first, top, top, case)
    # The gap is in per cent of top speed, so the rest of it is what was reached.
    reached = Interval(100 - gap.value, 100 - gap.high, 100 - gap.low)
    wording = case.inputs.plan.wording if case.inputs.plan else "effort"
    look, fix = rule.limits[f"{wording}_look_pct"], rule.limits[f"{wording}_fix_pct"]
    words = {"asked": percent(first.asked_effort_pct), "value": f"{reached.value:.0f}", "look": f"{look:.0f}"}
    return ruled(rule, reached, Band(look, fix), _basis(case, first, top), words)


def first_start_hard(case: Case, rule: Rule) -> Said:
    """Judge whether the lowest effort began as hard as full effort.

    Notes
    -----
    Peak speed over the time constant of the profile stands for the acceleration at the start (the largest of a
    mono-exponential run). The interval holds the uncertainty of both in both runs; the middle run of several.
    """
    top = case.top(rule.gates["min_reference_effort_pct"])
    if top is None or case.compared[0].asked_effort_pct > rule.gates["max_asked_effort_pct"]:
        return Silence(rule.name, case.no_pair)
    first, quantile = case.compared[0], 1.96
    (push, sd), (full, full_sd) = (_push(case, stage) for stage in (first, top))
    if not (push > 0 and full > 0):
        return Silence(rule.name, "not_measured")
    share, half = 100 * push / full, quantile * float(np.hypot(sd, full_sd))
    found = Interval(share, share * float(np.exp(-half)), share * float(np.exp(half)))
    words = {"asked": percent(first.asked_effort_pct), "value": f"{share:.0f}"}
    return ruled(rule, found, band_of(rule), _basis(case, first, top), words)


def not_top_gear(case: Case, rule: Rule) -> Said:
    """Judge whether the athlete ran through the mark at full effort.

    Notes
    -----
    Without earlier sessions this is the one sign that is not also a sign of poor contrast: two runs of one speed may
    both be flat out or both be held back, and `contrast` says so.
    """
    top = case.top(rule.gates["min_asked_effort_pct"])
    if top is None:
        return Silence(rule.name, case.no_pair)
    found = [_shortfall(case, number, int(rule.gates["min_strides"])) for number in top.runs]
    known = [shortfall for shortfall in found if np.isfinite(shortfall.value)]
    if not known:
        return Silence(rule.name, "within_limits" if _ran_through(case, top.runs) else "not_measured")
    # The best of several runs at full effort: one of them run through is enough.
    least = min(known, key=lambda shortfall: shortfall.value)
    words = {"asked": percent(top.asked_effort_pct), "yards": f"{least.value / constants.yard:.0f}"}
    return ruled(rule, least, band_of(rule), _basis(case, top, n=len(known)), words)


def below_own_best(case: Case, rule: Rule) -> Said:
    """Judge the fastest run at full effort against the athlete's best of the weeks before."""
    top = case.top(rule.gates["min_asked_effort_pct"])
    if top is None:
        return Silence(rule.name, case.no_pair)
    runs = of_runs(case.inputs.runs, top.runs).dropna(subset=["achieved_of_best_pct"])
    if runs.empty:
        return Silence(rule.name, "not_measured")
    best = runs.iloc[int(runs["achieved_of_best_pct"].argmax())]
    value = float(best["achieved_of_best_pct"])
    # Another day, another mounting: nothing cancels, and the earlier speed was as uncertain as this one.
    sd = value * np.sqrt(2) * float(best["peak_speed_sd_m_s"]) / float(best["peak_speed_m_s"])
    found = Interval(value, value - 1.96 * sd, value + 1.96 * sd)
    words = {
        "asked": percent(top.asked_effort_pct),
        "value": f"{value:.0f}",
        "look": f"{rule.limits['look_pct']:.0f}",
    }
    return ruled(rule, found, band_of(rule, low_is_worse=True), Basis.of(runs, "runs"), words)


def slowed_early(case: Case, rule: Rule) -> Said:
    """Judge whether a run below full effort slowed before the mark."""
    # Full effort has a rule of its own: the same sign means more there.
    runs = [n for one in case.compared if one.asked_effort_pct < rule.gates["min_asked_effort_pct"] for n in one.runs]
    if not runs:
        return Silence(rule.name, case.no_pair)
    found = {number: _shortfall(case, number, int(rule.gates["min_strides"])) for number in runs}
    known = {number: shortfall for number, shortfall in found.items() if np.isfinite(shortfall.value)}
    if not known:
        return Silence(rule.name, "within_limits" if _ran_through(case, runs) else "not_measured")
    worst = max(known, key=lambda number: known[number].value)
    words = {"run": f"{worst}", "yards": f"{known[worst].value / constants.yard:.0f}"}
    basis = Basis.of(of_runs(case.inputs.runs, [worst]), "runs", len(known))
    return ruled(rule, known[worst], band_of(rule), basis, words)


def _judged_gaps(case: Case, rule: Rule) -> list[tuple[Verdict | None, Interval, Stage, Stage]]:
    """Return verdicts on neighbouring efforts and on the whole span, where the efforts asked lie far enough apart."""
    limits, stages = rule.limits, case.compared
    near = Band(limits["look_pct"], limits["fix_pct"], limits["keep_pct"], low_is_worse=True)
    far = Band(limits["total_look_pct"], limits["total_fix_pct"], limits["total_keep_pct"], low_is_worse=True)
    pairs = [(pair, near, rule.gates["min_asked_step_pct"]) for pair in pairwise(stages)]
    pairs.append(((stages[0], stages[-1]), far, rule.gates["min_asked_span_pct"]))
    judged = []
    for (lower, upper), band, least in pairs:
        gap = _gap(lower, upper, stages[-1], case)
        if upper.asked_effort_pct - lower.asked_effort_pct >= least and np.isfinite(gap.value):
            judged.append((judge(gap, band, rule), gap, lower, upper))
    return judged


def _gap(lower: Stage, upper: Stage, top: Stage, case: Case) -> Interval:
    """Return the difference of two stages' peak speeds in per cent of the top stage's."""
    speeds = [stage.metrics["peak_speed_m_s"] for stage in (lower, upper, top)]
    # The upper share is taken as known: its error is a second-order part of the gap's.
    change, sd, quantile = log_change(speeds[0], speeds[1], case.inputs.stage_config.estimate)
    share = 100 * speeds[1].value / speeds[2].value
    value, low, high = (share * -float(np.expm1(-x)) for x in (change, change - quantile * sd, change + quantile * sd))
    return Interval(value, low, high)


def _rank(verdict: Verdict | None, gap: Interval) -> tuple[int, float]:
    """Order by severity, praise only if there is nothing else, then by how small the gap is."""
    severity = -1 if verdict is not None and verdict.level is Level.KEEP else 0
    if verdict is not None:
        severity = _SEVERITY.get(verdict.level, severity)
    return severity, -gap.value


def _basis(case: Case, *stages: Stage, n: int | None = None) -> Basis:
    return Basis.of(of_runs(case.inputs.runs, [number for stage in stages for number in stage.runs]), "runs", n)


def _ran_through(case: Case, runs: Sequence[int]) -> bool:
    """Whether a run was fast to the end: no onset of slowing although there are strides."""
    known = of_runs(case.inputs.runs, runs)
    return bool((known["deceleration_start_s"].isna() & known["peak_speed_m_s"].notna()).any())


def _push(case: Case, stage: Stage) -> tuple[float, float]:
    """Return the acceleration at the start of the middle run of a stage, and its relative standard uncertainty."""
    runs = of_runs(case.inputs.runs, stage.runs)
    runs = runs.assign(push=runs["peak_speed_m_s"] / runs["tau_s"]).dropna(subset=["push"]).sort_values("push")
    if runs.empty:
        return np.nan, np.nan
    run = runs.iloc[(len(runs) - 1) // 2]
    sd = np.hypot(run["peak_speed_sd_m_s"] / run["peak_speed_m_s"], run["tau_sd_s"] / run["tau_s"])
    return float(run["push"]), float(sd)


def _shortfall(case: Case, number: int, min_strides: int) -> Interval:
    """Return how far before the mark slowing began; NaN if it did not, or where it cannot be told."""
    run = of_runs(case.inputs.runs, [number]).iloc[0]
    onset, distance = float(run["deceleration_start_s"]), float(run["distance_m"])
    strides = of_runs(case.inputs.strides, [number])
    # A stride that ends in the slowing would bend the profile down.
    strides = strides[(strides["end_s"] <= onset) & strides["stride_length_m"].notna()]
    # Without its start a run's way cannot be counted from zero.
    cut = "cut_start" in str(run["quality"]).split(";")
    if cut or len(strides) < max(min_strides, 3) or not np.isfinite(distance):
        return Interval()
    config = ProfileConfig()
    # By initial contacts alone, as the onset is: both are late on the body by the same half contact.
    profile = fit_profile(stride_ways(rows_of(strides)), float(run["start_s"]) + config.force_lag_s, config)
    at = np.array([onset])
    way = float(distance_at_m(profile, at)[0])
    speed = float(speed_at_m_s(profile, at)[0])
    # Way: error of scale. Onset and origin: errors of time, so of way by the speed.
    sd = float(np.hypot(config.scale_sd * way, speed * np.hypot(config.origin_sd_s, config.onset_sd_s)))
    half = 1.96 * sd
    return Interval(distance - way, distance - way - half, distance - way + half)
