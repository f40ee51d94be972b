"""Rules on where and how the foot lands, as far as sensors on the feet can tell."""

import numpy as np

from analyzer.drill.stage.contrast import change_pct
from analyzer.drill.stage.estimate import Interval
from analyzer.drill.stage.stages import Stage
from analyzer.mechanics.case import Case, of_runs
from analyzer.mechanics.contact import contact_ratio
from analyzer.mechanics.thresholds import Norm, Rule
from analyzer.mechanics.verdict import Band, Verdict, cannot_tell, finding, judge, percent
from analyzer.model import Finding, Level

__all__ = ["heel_first", "overstride_matched_speed"]


def overstride_matched_speed(case: Case, rule: Rule, norm: Norm) -> Finding | None:
    """Count independent signs of the foot landing far ahead of the body.

    Notes
    -----
    None of them sees where the foot lands: at most `look`, and the wording says "possible". Signs: most landings heel
    first; strides much longer than at the stage below without more frequency; contact long for the speed.
    """
    top = case.top(rule.gates["min_asked_effort_pct"])
    if top is None:
        return None
    n = top.metrics["stride_frequency_hz"].n_values
    needed = rule.gates["min_strides"]
    if n < needed:
        return cannot_tell(rule, n, {"asked": percent(top.asked_effort_pct), "n": f"{n}", "needed": f"{needed:.0f}"})
    signs = _signs(case, top, rule, norm)
    if len(signs) < rule.limits["look_signs"]:
        return None
    # Never sure: none of the signs sees the foot and the hip at once.
    confidence = "fairly sure" if len(signs) > rule.limits["look_signs"] else "unsure"
    # No `judge`: a count has no interval.
    verdict = Verdict(Level.LOOK, confidence, rule.limits["look_signs"])
    words = {"asked": percent(top.asked_effort_pct), "signs": ", ".join(signs)}
    return finding(rule, verdict, Interval(len(signs), np.nan, np.nan), n, words)


def heel_first(case: Case, rule: Rule) -> Finding | None:
    """Judge the share of heel-first landings at sprinting speed."""
    top = case.top(rule.gates["min_asked_effort_pct"])
    if top is None or not top.metrics["peak_speed_m_s"].value >= rule.gates["min_speed_m_s"]:
        return None
    angles = of_runs(case.fly_strides, top.runs)["foot_strike_angle_rad"].dropna()
    if len(angles) < rule.gates["min_strides"]:
        return None
    found = _heel_share(case, top, rule)
    verdict = judge(found, Band(rule.limits["look_pct"], rule.limits["fix_pct"]), rule)
    if verdict is None:
        return None
    words = {"asked": percent(top.asked_effort_pct), "value": f"{found.value:.0f}"}
    return finding(rule, verdict, found, len(angles), words)


def _signs(case: Case, top: Stage, rule: Rule, norm: Norm) -> list[str]:
    """Return the signs there are, in the coach's words."""
    signs = []
    if _heel_share(case, top, rule).value > rule.limits["heel_share_pct"]:
        signs.append("heel first")
    if _longer_not_quicker(case, top, rule):
        signs.append("longer steps without a quicker rate")
    ratio, _ = contact_ratio(case, top, norm)
    if ratio.value > rule.limits["contact_ratio_pct"] and ratio.low > 100:
        signs.append("long ground time")
    return signs


def _heel_share(case: Case, stage: Stage, rule: Rule) -> Interval:
    """Return the share of heel-first landings in per cent with Wilson's interval."""
    angles = of_runs(case.fly_strides, stage.runs)["foot_strike_angle_rad"].dropna().to_numpy(dtype=float)
    if angles.size == 0:
        return Interval()
    n, z = angles.size, 1.96
    share = float(np.mean(angles > np.radians(rule.limits["heel_angle_deg"])))
    # Wilson: all of six landings is not certainty, which the plain interval would make of it.
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)
    return Interval(100 * share, 100 * (centre - half), 100 * (centre + half))


def _longer_not_quicker(case: Case, top: Stage, rule: Rule) -> bool:
    if len(case.compared) < 2 or case.compared[-2].asked_effort_pct < rule.gates["min_lower_effort_pct"]:
        return False
    # The athlete's own slower run is the reference; across people step length says little.
    below, config = case.compared[-2], case.inputs.stage_config.contrast
    length = change_pct(below.metrics["stride_length_m"], top.metrics["stride_length_m"], config)
    frequency = change_pct(below.metrics["stride_frequency_hz"], top.metrics["stride_frequency_hz"], config)
    return length.value > rule.limits["length_gain_pct"] and length.low > 0 and not frequency.low > 0
