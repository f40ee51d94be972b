"""Rules on the arms: as much swing at full effort as below, and left as much as right."""

import numpy as np

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.case import Case
from analyzer.mechanics.measured import Pair, pair_of, ratio_pct, segment_rows
from analyzer.mechanics.sides import side_difference
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import Basis, Said, Silence, band_of, ruled, too_few

__all__ = ["arm_drive", "arms_uneven"]


def arm_drive(case: Case, rule: Rule) -> Said:
    """Judge the size of the arm swing at full effort against the stage below."""
    pair = pair_of(case, rule, "arm_swing_rad", case.pair(rule))
    if not isinstance(pair, Pair):
        return pair
    found = ratio_pct(pair)
    words = pair.words | {"value": f"{found.value:.0f}"}
    return ruled(rule, found, band_of(rule, low_is_worse=True), pair.basis, words)


def arms_uneven(case: Case, rule: Rule) -> Said:
    """Judge the difference of arm rate between the sides, within the faster runs."""
    if not case.both_sides(rule):
        return Silence(rule.name, "no_sensor")
    least = rule.gates["min_asked_effort_pct"]
    # 'not <': without a plan the effort is NaN, and every run counts.
    runs = [n for stage in case.compared if not stage.asked_effort_pct < least for n in stage.runs]
    rows = segment_rows(case, "arm_rate_rad_s", runs)
    if rows.empty:
        return Silence(rule.name, "not_measured")
    left = rows["placement"].str.startswith("left").to_numpy(dtype=bool)
    if len(rows) < rule.gates["min_steps"] or min(left.sum(), (~left).sum()) < rule.gates["min_steps_per_side"]:
        return too_few(rule, len(rows), "min_steps")
    rates = rows["arm_rate_rad_s"].to_numpy(dtype=float)
    # Two gyroscopes differ by far less than arms do.
    found = side_difference(rates, left, rows["run"].to_numpy(dtype=np.int64), 0.0)
    size = found if found.value >= 0 else Interval(-found.value, -found.high, -found.low)
    if not size.low > 0:
        return Silence(rule.name, "within_limits", size, len(rows))
    words = {
        "side": "right" if found.value > 0 else "left",
        "value": f"{size.value:.0f}",
        "look": f"{rule.limits['look_pct']:.0f}",
    }
    return ruled(rule, size, band_of(rule), Basis.of(rows, "segments"), words)
