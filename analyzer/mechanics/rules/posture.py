"""Rules on the trunk: its lean at the start, at speed, and how steady it is."""

from itertools import pairwise

import numpy as np
import pandas as pd

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.case import Case, of_runs
from analyzer.mechanics.measured import Measured, Pair, difference, measured, pair_of, segment_rows, spread
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import (
    Basis,
    Said,
    Silence,
    asked_words,
    band_of,
    degrees,
    ruled,
    too_few,
)

__all__ = [
    "back_at_speed",
    "bent_at_start",
    "forward_at_speed",
    "posture_changes",
    "posture_unsteady",
    "stands_up_at_once",
    "upright_at_start",
]

_LEAN = "trunk_lean_rad"


def bent_at_start(case: Case, rule: Rule) -> Said:
    """Judge whether the trunk leans further in the first steps than the push asks for."""
    return _at_start(case, rule, low_is_worse=False)


def upright_at_start(case: Case, rule: Rule) -> Said:
    """Judge whether the trunk leans less in the first steps than the push asks for."""
    return _at_start(case, rule, low_is_worse=True)


def forward_at_speed(case: Case, rule: Rule) -> Said:
    """Judge whether the trunk leans too far forward in the fly phase."""
    return _at_speed(case, rule, low_is_worse=False)


def back_at_speed(case: Case, rule: Rule) -> Said:
    """Judge whether the trunk leans too little or backward in the fly phase."""
    return _at_speed(case, rule, low_is_worse=True)


def posture_changes(case: Case, rule: Rule) -> Said:
    """Judge how much the lean in the fly phase changes from the stage below to full effort."""
    pair = pair_of(case, rule, _LEAN, case.pair(rule))
    if not isinstance(pair, Pair):
        return pair
    change = difference(pair)
    # Judged by size; the sign only picks the word.
    size = change if change.value >= 0 else Interval(-change.value, -change.high, -change.low)
    words = pair.words | {
        "value": degrees(size.value),
        "way": "forward" if change.value >= 0 else "back",
        "look": f"{rule.limits['look_deg']:.0f}",
    }
    return ruled(rule, size, band_of(rule), pair.basis, words)


def posture_unsteady(case: Case, rule: Rule) -> Said:
    """Judge the scatter of the lean from step to step in the fly phase, of all compared runs together."""
    rows = segment_rows(case, _LEAN, [run for stage in case.compared for run in stage.runs])
    if rows.empty:
        return Silence(rule.name, "not_measured")
    found, df = spread(rows, _LEAN)
    if len(rows) < rule.gates["min_steps"] or df < 1:
        return too_few(rule, len(rows), "min_steps")
    words = {"value": degrees(found.value), "look": f"{rule.limits['look_deg']:.0f}"}
    return ruled(rule, found, band_of(rule), Basis.of(rows, "segments"), words)


def stands_up_at_once(case: Case, rule: Rule) -> Said:
    """Judge the largest drop of the lean between two of the first steps of the fastest stage."""
    steps = _first_steps(case, int(rule.gates["last_steps"]))
    if steps.empty:
        return Silence(rule.name, "not_measured")
    drops = _drops(steps[steps["step"] >= rule.gates["first_steps"]])
    if len(drops) + 1 < rule.gates["min_steps"]:
        return too_few(rule, len(drops) + 1 if drops else 0, "min_steps")
    drop_rad, step, rows = max(drops)
    # Two steps, each as uncertain as steps of the fly phase scatter.
    noise, _ = spread(segment_rows(case, _LEAN, [run for stage in case.compared for run in stage.runs]), _LEAN)
    half = 1.96 * np.sqrt(2) * noise.value
    words = {"value": degrees(drop_rad), "step": f"{step}"}
    found = Interval(drop_rad, drop_rad - half, drop_rad + half)
    return ruled(rule, found, band_of(rule), Basis(len(drops) + 1, "segments", rows), words)


def _at_start(case: Case, rule: Rule, *, low_is_worse: bool) -> Said:
    steps = _first_steps(case, int(rule.gates["first_steps"]))
    if steps.empty:
        return Silence(rule.name, "not_measured")
    usable = steps[steps["quality"] == "ok"]
    # How far a body leans in balance while it is pushed forward: atan(a / g).
    residual = (usable[_LEAN] - usable["lean_expected_rad"]).dropna()
    if len(residual) < rule.gates["min_steps"]:
        return too_few(rule, len(residual), "min_steps")
    return _said(rule, measured(case, _LEAN, (), residual), asked="", low_is_worse=low_is_worse)


def _at_speed(case: Case, rule: Rule, *, low_is_worse: bool) -> Said:
    stage = case.fastest
    lean = measured(case, _LEAN, stage.runs if stage else ())
    if not stage or lean.rows.empty:
        return Silence(rule.name, "not_measured")
    if len(lean.rows) < rule.gates["min_steps"]:
        return too_few(rule, len(lean.rows), "min_steps")
    return _said(rule, lean, asked=asked_words(stage.asked_effort_pct), low_is_worse=low_is_worse)


def _said(rule: Rule, lean: Measured, *, asked: str, low_is_worse: bool) -> Said:
    value = lean.found.value
    # "1° of lean" and "leaning back: 4°" are both sizes; a look at the sentence tells which way.
    words = {"value": degrees(value), "asked": asked, "look": f"{abs(rule.limits['look_deg']):.0f}"}
    return ruled(rule, lean.found, band_of(rule, low_is_worse=low_is_worse), lean.basis, words)


def _first_steps(case: Case, last: int) -> pd.DataFrame:
    """Return the trunk's first steps in the runs of the fastest stage, numbered from 1 in the column `step`."""
    table, stage = case.inputs.segments, case.fastest
    if table is None or stage is None:
        return pd.DataFrame(columns=["step", "quality", _LEAN])
    runs = of_runs(case.inputs.runs, stage.runs)
    # Without its start the steps of a run cannot be counted.
    whole = [int(run) for run, why in zip(runs["run"], runs["quality"], strict=True) if "cut_start" not in why]
    rows = of_runs(table[table["placement"] == "sternum"], whole).sort_values(["run", "start_s"], kind="stable")
    # Counted before anything is left out: a step that cannot be judged was a step.
    rows = rows.assign(step=rows.groupby("run").cumcount() + 1)
    return rows[rows["step"] <= last]


def _drops(steps: pd.DataFrame) -> list[tuple[float, int, tuple[int, ...]]]:
    """Return by how much the lean drops from each step to the next, the later step's number, and the rows of both."""
    found: list[tuple[float, int, tuple[int, ...]]] = []
    usable = steps[(steps["quality"] == "ok") & steps[_LEAN].notna()]
    for _, run in usable.groupby("run"):
        told = zip(run["step"], run[_LEAN], run.index, strict=True)
        for (before, lean, row), (after, next_lean, next_row) in pairwise(told):
            # Neighbours only: over a lost step the trunk has two steps' time to rise.
            if after == before + 1:
                found.append((float(lean - next_lean), int(after), (int(row), int(next_row))))
    return found
