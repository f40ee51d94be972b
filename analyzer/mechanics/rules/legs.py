"""Rules on the swing of the leg: knee lift, the switch of the thighs, and how high the heel comes."""

import numpy as np

from analyzer.drill.stage.contrast import change_pct
from analyzer.drill.stage.estimate import Interval, log_change
from analyzer.mechanics.case import Case
from analyzer.mechanics.measured import Pair, difference, fly_speed_m_s, measured, pair_of, ratio_pct
from analyzer.mechanics.thresholds import Norm, Rule
from analyzer.mechanics.verdict import Said, Silence, asked_words, band_of, degrees, ruled, too_few

__all__ = ["heel_recovery", "knee_lift", "knee_lift_gain", "thigh_whip"]


def knee_lift(case: Case, rule: Rule, norm: Norm) -> Said:
    """Judge the thigh's largest forward angle at the fastest stage against the norm for its speed."""
    stage = case.fastest
    lift = measured(case, "thigh_flexion_rad", stage.runs if stage else ())
    if not stage or lift.rows.empty:
        return Silence(rule.name, "not_measured")
    if len(lift.rows) < rule.gates["min_steps"]:
        return too_few(rule, len(lift.rows), "min_steps")
    speed = fly_speed_m_s(case, stage)
    if not speed >= rule.gates["min_speed_m_s"]:
        return Silence(rule.name, "too_slow", lift.found, len(lift.rows))
    usual = usual_flexion_rad(norm, speed)
    short = Interval(usual - lift.found.value, usual - lift.found.high, usual - lift.found.low)
    words = {"asked": asked_words(stage.asked_effort_pct), "value": degrees(lift.found.value)}
    # Faster than the norm goes: the number is NaN, and so nothing is said.
    words |= {"norm": degrees(usual) if np.isfinite(usual) else ""}
    return ruled(rule, short, band_of(rule), lift.basis, words)


def knee_lift_gain(case: Case, rule: Rule, norm: Norm) -> Said:
    """Judge how much the knees rise from the lowest to full effort against what the norm rises."""
    pair = pair_of(case, rule, "thigh_flexion_rad", case.whole(rule))
    if not isinstance(pair, Pair):
        return pair
    lower, upper = (usual_flexion_rad(norm, fly_speed_m_s(case, stage)) for stage in pair.stages)
    # 'not >': speeds outside the norm end here too.
    if not upper - lower > np.radians(rule.limits["norm_gain_deg"]):
        return Silence(rule.name, "no_gain", n=pair.n)
    gain = difference(pair)
    found = Interval(*(100 * angle / (upper - lower) for angle in (gain.value, gain.low, gain.high)))
    return _grown(rule, found, pair)


def thigh_whip(case: Case, rule: Rule) -> Said:
    """Judge whether the thighs' rate grows with the speed from the lowest to full effort."""
    pair = pair_of(case, rule, "thigh_rate_rad_s", case.whole(rule))
    if not isinstance(pair, Pair):
        return pair
    speeds = [stage.metrics["peak_speed_m_s"] for stage in pair.stages]
    if not change_pct(speeds[0], speeds[1]).value >= rule.gates["min_speed_gain_pct"]:
        return Silence(rule.name, "no_gain", n=pair.n)
    return _grown(rule, _against_speed(case, pair), pair)


def heel_recovery(case: Case, rule: Rule) -> Said:
    """Judge how far the foot pitches back in swing at full effort against the stage below."""
    pair = pair_of(case, rule, "heel_recovery_rad", case.pair(rule))
    if not isinstance(pair, Pair):
        return pair
    return _grown(rule, ratio_pct(pair), pair)


def usual_flexion_rad(norm: Norm, speed_m_s: float) -> float:
    """Return the usual largest thigh angle at a speed, NaN where the norm says nothing."""
    return float(np.radians(norm.at("speed_m_s", "flexion_deg", speed_m_s)))


def _grown(rule: Rule, found: Interval, pair: Pair) -> Said:
    """Return what a rule says of a share in per cent of which less is worse; shares below none are said as none."""
    words = pair.words | {"value": f"{max(found.value, 0.0):.0f}"}
    return ruled(rule, found, band_of(rule, low_is_worse=True), pair.basis, words)


def _against_speed(case: Case, pair: Pair) -> Interval:
    """Return the ratio of a quantity between two efforts in per cent of the ratio of speeds."""
    config = case.inputs.stage_config.estimate
    of_rate, rate_sd, rate_t = log_change(pair.lower.estimate, pair.upper.estimate, config)
    speeds = [stage.metrics["peak_speed_m_s"] for stage in pair.stages]
    of_speed, speed_sd, speed_t = log_change(speeds[0], speeds[1], config)
    change, half = of_rate - of_speed, max(rate_t, speed_t) * float(np.hypot(rate_sd, speed_sd))
    return Interval(*(100 * float(np.exp(x)) for x in (change, change - half, change + half)))


def _words(pair: Pair, found: Interval) -> dict[str, str]:
    return pair.words | {"value": f"{max(found.value, 0.0):.0f}"}
