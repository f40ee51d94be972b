"""The rule on running along one line."""

import numpy as np
from scipy import stats

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.case import Case, of_runs
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import Basis, Said, Silence, band_of, ruled

__all__ = ["side_drift"]

_PLACE = "lateral_m"


def side_drift(case: Case, rule: Rule) -> Said:
    """Judge the sideways scatter of a foot's places about the straight line of the run, fly phase, worst stage.

    Silent where strides carry no column `lateral_m`.
    """
    stage = case.fastest
    rows = case.fly_strides
    if stage is None or _PLACE not in rows:
        return Silence(rule.name, "not_measured")
    rows = of_runs(rows, stage.runs).dropna(subset=[_PLACE])
    squares, df = 0.0, 0
    # Each foot keeps a line of its own, half a step's width from the body's.
    for _, foot in rows.groupby(["run", "side"]):
        time_s, place = foot["start_s"].to_numpy(dtype=float), foot[_PLACE].to_numpy(dtype=float)
        design = np.column_stack([np.ones(time_s.size), time_s - time_s.mean()])
        line, _, rank, _ = np.linalg.lstsq(design, place, rcond=None)
        squares += float(np.sum((place - design @ line) ** 2))
        df += time_s.size - int(rank)
    if len(rows) < rule.gates["min_strides"] or df < 1:
        return Silence(rule.name, "too_few", n=len(rows))
    ends = np.sqrt(squares / stats.chi2.ppf([0.975, 0.025], df))
    found = Interval(float(np.sqrt(squares / df)), float(ends[0]), float(ends[1]))
    return ruled(rule, found, band_of(rule), Basis.of(rows, "strides"), {})
