"""The rule on slowing from one run at full effort to the next."""

import numpy as np

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.case import Case, of_runs
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import Basis, Said, Silence, band_of, ruled

__all__ = ["fade"]


def fade(case: Case, rule: Rule) -> Said:
    """Judge the last run at full effort against the best before it over the same distance."""
    top = case.top(rule.gates["min_asked_effort_pct"])
    if top is None:
        return Silence(rule.name, case.no_pair)
    runs = of_runs(case.inputs.runs, top.runs).dropna(subset=["peak_speed_m_s"]).sort_values("start_s")
    if runs.empty:
        return Silence(rule.name, "not_measured")
    last = runs.iloc[-1]
    # A longer run reaches a higher speed: only like is held against like.
    same = runs[np.isclose(runs["distance_m"], last["distance_m"], equal_nan=True)]
    if len(same) < rule.gates["min_runs"]:
        return Silence(rule.name, "too_few", n=len(same))
    earlier = same.iloc[:-1]
    best = earlier.iloc[int(earlier["peak_speed_m_s"].argmax())]
    loss = 100 * (1 - float(last["peak_speed_m_s"]) / float(best["peak_speed_m_s"]))
    # One shoe, one mounting: most of a speed's error is that of the other run too.
    own = np.sqrt(1 - case.inputs.stage_config.estimate.common_share)
    sd = [own * float(run["peak_speed_sd_m_s"]) / float(run["peak_speed_m_s"]) for run in (last, best)]
    half = 1.96 * (100 - loss) * float(np.hypot(*sd))
    words = {"value": f"{max(loss, 0.0):.0f}", "look": f"{rule.limits['look_pct']:.0f}"}
    return ruled(rule, Interval(loss, loss - half, loss + half), band_of(rule), Basis.of(same, "runs"), words)
