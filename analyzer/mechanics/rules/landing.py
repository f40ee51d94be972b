"""The rule on how the foot lands."""

import numpy as np

from analyzer.drill.stage.estimate import Interval
from analyzer.drill.stage.stages import Stage
from analyzer.mechanics.case import Case, of_runs
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import Basis, Said, Silence, band_of, percent, ruled

__all__ = ["heel_first", "heel_share"]


def heel_first(case: Case, rule: Rule) -> Said:
    """Judge the share of heel-first landings at sprinting speed."""
    top = case.top(rule.gates["min_asked_effort_pct"])
    if top is None:
        return Silence(rule.name, case.no_pair)
    if not top.metrics["peak_speed_m_s"].value >= rule.gates["min_speed_m_s"]:
        return Silence(rule.name, "too_slow")
    rows = of_runs(case.fly_strides, top.runs).dropna(subset=["foot_strike_angle_rad"])
    if len(rows) < rule.gates["min_strides"]:
        return Silence(rule.name, "too_few", n=len(rows))
    found = heel_share(case, top, rule)
    words = {"asked": percent(top.asked_effort_pct), "value": f"{found.value:.0f}"}
    return ruled(rule, found, band_of(rule), Basis.of(rows, "strides"), words)


def heel_share(case: Case, stage: Stage, rule: Rule) -> Interval:
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
