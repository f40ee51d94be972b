"""Rules on contact time: against the norm, with speed, left against right."""

from itertools import pairwise

import numpy as np

from analyzer.drill.stage.contrast import change_pct
from analyzer.drill.stage.estimate import Interval, interval
from analyzer.drill.stage.stages import Stage
from analyzer.mechanics.case import Case, enough, of_runs
from analyzer.mechanics.sides import side_difference
from analyzer.mechanics.thresholds import Norm, Rule
from analyzer.mechanics.verdict import (
    Basis,
    Said,
    Silence,
    Verdict,
    band_of,
    cannot_tell,
    finding,
    percent,
    ruled,
    too_few,
)
from analyzer.model import Level

__all__ = ["contact_ratio", "contact_time_long", "contact_time_trend", "left_right"]


def contact_ratio(case: Case, stage: Stage, norm: Norm) -> tuple[Interval, float]:
    """Return a stage's contact time in per cent of the norm, and the norm.

    Parameters
    ----------
    case : Case
    stage : Stage
    norm : Norm
        Contact length in leg lengths against speed.

    Returns
    -------
    tuple of Interval and float
        Per cent, and seconds. NaN without contact time or speed, or at speeds that the norm does not cover. The
        interval holds the errors of contact time, of speed, and of a leg length taken from the usual height.
    """
    speeds = of_runs(case.fly_strides, stage.runs)["speed_m_s"].dropna()
    contact = stage.metrics["contact_time_s"]
    if speeds.empty or not contact.value > 0:
        return Interval(), np.nan
    speed = float(speeds.median())
    leg_m, leg_share_sd = case.leg_length_m(norm)
    # NaN outside the norm's speeds: then the ratio is NaN and nothing is said.
    usual_s = leg_m * norm.at("speed_m_s", "leg_lengths", speed) / speed
    measured = interval(contact, case.inputs.stage_config.estimate)
    peak = stage.metrics["peak_speed_m_s"]
    speed_share_sd = float(np.hypot(peak.random_sd, peak.common_sd)) / peak.value if peak.value > 0 else 0.0
    # The peak speed's error stands for that of the fly speed: both come from the same lengths.
    other = 1.96 * float(np.hypot(leg_share_sd, np.nan_to_num(speed_share_sd)))
    half = float(np.hypot((measured.high - measured.value) / measured.value, other))
    ratio = 100 * contact.value / usual_s
    return Interval(ratio, ratio * (1 - half), ratio * (1 + half)), usual_s


def contact_time_long(case: Case, rule: Rule, norm: Norm) -> Said:
    """Judge the contact time of the fastest stage against the norm for its speed."""
    speeds = [stage.metrics["peak_speed_m_s"].value for stage in case.compared]
    if not np.isfinite(speeds).any():
        return Silence(rule.name, "not_measured")
    # The fastest, not the highest asked: without a plan that is all there is.
    stage = case.compared[int(np.nanargmax(speeds))]
    contact = stage.metrics["contact_time_s"]
    if not enough([contact], rule.gates["min_contacts"]):
        return too_few(rule, contact.n_values, "min_contacts")
    found, usual_s = contact_ratio(case, stage, norm)
    # Where the norm says nothing there is no number for the milliseconds either.
    words = {"contact": _milliseconds(contact.value), "norm": _milliseconds(usual_s)}
    return ruled(rule, found, band_of(rule), Basis(contact.n_values, "contacts", _rows(case, stage)), words)


def contact_time_trend(case: Case, rule: Rule) -> Said:
    """Judge whether contact time falls from effort to effort."""
    if not case.planned:
        return Silence(rule.name, "no_plan")
    # The last pair is the whole way up.
    pairs = [*pairwise(case.compared), (case.compared[0], case.compared[-1])]
    judged = []
    for lower, upper in pairs:
        gain = change_pct(lower.metrics["peak_speed_m_s"], upper.metrics["peak_speed_m_s"])
        contacts = lower.metrics["contact_time_s"], upper.metrics["contact_time_s"]
        # Without more speed there is no reason for less contact time.
        if gain.value >= rule.gates["min_speed_gain_pct"]:
            change = change_pct(*contacts, case.inputs.stage_config.contrast)
            few = not enough(contacts, rule.gates["min_contacts"])
            judged.append((Level.CANNOT_TELL if few else _trend(change, rule), change, lower, upper))
    if not judged:
        return Silence(rule.name, "no_gain" if len(case.compared) > 1 else "no_such_effort")
    # One effort against the next may be too close to call where the whole way up (the last pair) is clear.
    flags = [one for one in judged if one[0] in (Level.LOOK, Level.FIX)]
    level, change, lower, upper = max(flags, key=lambda one: (one[0] is Level.FIX, one[1].value), default=judged[-1])
    shown = case.compared if level is Level.KEEP else (lower, upper)
    n = sum(stage.metrics["contact_time_s"].n_values for stage in shown)
    if level is Level.CANNOT_TELL:
        return cannot_tell(rule, n, {})
    words = {
        "lower": percent(lower.asked_effort_pct),
        "upper": percent(upper.asked_effort_pct),
        "times": " → ".join(_milliseconds(stage.metrics["contact_time_s"].value) for stage in shown),
    }
    confidence = "fairly sure" if level is Level.LOOK else "sure"
    rows = tuple(row for stage in shown for row in _rows(case, stage))
    verdict = Verdict(level, confidence, rule.limits["fix_pct"])
    return finding(rule, verdict, change, Basis(n, "contacts", rows), words)


def left_right(case: Case, rule: Rule) -> Said:
    """Judge the difference in contact time between the feet, within the faster runs.

    Notes
    -----
    Contacts are compared with those of the same run: the difference is a regression on side with a level for every
    run, its interval Student's, widened by what two sensors may differ.
    """
    least = rule.gates["min_asked_effort_pct"]
    # 'not <': without a plan the effort is NaN, and every run counts.
    runs = [n for stage in case.compared if not stage.asked_effort_pct < least for n in stage.runs]
    if not case.both_sides(rule) or not runs:
        return Silence(rule.name, "no_such_effort" if case.both_sides(rule) else "no_sensor")
    rows = of_runs(case.fly_contacts, runs)
    rows = rows[rows["side"].isin(["left", "right"])]
    times = rows["contact_time_s"].to_numpy(dtype=float)
    left = np.asarray(rows["side"] == "left", dtype=bool)
    if times.size < rule.gates["min_contacts"] or min(left.sum(), (~left).sum()) < rule.gates["min_contacts_per_side"]:
        return too_few(rule, times.size, "min_contacts")
    found = side_difference(times, left, rows["run"].to_numpy(dtype=int), rule.limits["sensor_difference_s"])
    # Judged by size; the sign only picks the word.
    size = found if found.value >= 0 else Interval(-found.value, -found.high, -found.low)
    # More than chance and more than the sensors' own difference, or nothing is said.
    if not size.low > 0:
        return Silence(rule.name, "within_limits", size, times.size)
    words = {
        "longer": "The left" if found.value > 0 else "The right",
        "left": _milliseconds(float(np.mean(times[left]))),
        "right": _milliseconds(float(np.mean(times[~left]))),
        "look": f"{rule.limits['look_pct']:.0f}",
    }
    return ruled(rule, size, band_of(rule), Basis.of(rows, "contacts"), words)


def _trend(change: Interval, rule: Rule) -> Level:
    """Return what a change of contact time says: it is flat only where the interval rules out a fall worth having."""
    if np.isnan(change.low):
        return Level.CANNOT_TELL
    if change.high < rule.limits["fix_pct"]:
        return Level.KEEP
    if change.low > rule.limits["fix_pct"]:
        return Level.FIX
    return Level.LOOK if change.low > -rule.limits["visible_change_pct"] else Level.CANNOT_TELL


def _rows(case: Case, stage: Stage) -> tuple[int, ...]:
    return Basis.of(of_runs(case.fly_contacts, stage.runs), "contacts").rows


def _milliseconds(time_s: float) -> str:
    return f"{1000 * time_s:.0f}"
