"""Rules on the answer to a start signal: how soon, guessed or not, and which way the first step went."""

import numpy as np
import pandas as pd

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.case import Case
from analyzer.mechanics.thresholds import Rule
from analyzer.mechanics.verdict import Basis, Said, Silence, band_of, ruled, too_few

__all__ = ["first_step_back", "slow_first_move", "start_guessed"]

_GUESSED = ("anticipated", "false_start")


def slow_first_move(case: Case, rule: Rule) -> Said:
    """Judge the time from the signal to the first movement, the middle one of the runs that count.

    Notes
    -----
    Starts that were guessed, or may have been, do not count. The interval is that of the middle run's uncertainty.
    """
    timed = _timed(case)
    if timed.empty:
        return Silence(rule.name, "not_asked")
    flags = timed["start_flag"].str.split(";")
    valid = timed[timed["reaction_time_s"].notna() & flags.map(lambda one: one[0] == "ok")]
    if len(valid) < rule.gates["min_runs"]:
        return too_few(rule, len(valid), "min_runs")
    middle = valid.sort_values("reaction_time_s").iloc[(len(valid) - 1) // 2]
    time_s, half = float(middle["reaction_time_s"]), 1.96 * float(middle["reaction_time_sd_s"])
    words = {"value": f"{1000 * time_s:.0f}", "look": f"{1000 * rule.limits['look_s']:.0f}"}
    found = Interval(time_s, time_s - half, time_s + half)
    return ruled(rule, found, band_of(rule), Basis.of(valid, "runs"), words)


def start_guessed(case: Case, rule: Rule) -> Said:
    """Judge whether a run began before anybody can react to its signal."""
    timed = _timed(case)
    if timed.empty:
        return Silence(rule.name, "not_asked")
    guessed = timed[timed["start_flag"].str.split(";").map(lambda flags: flags[0] in _GUESSED)]
    words = {"run": ", ".join(f"{run}" for run in guessed["run"])}
    return _counted(rule, guessed, len(timed), words)


def first_step_back(case: Case, rule: Rule) -> Said:
    """Judge whether a foot was set back before the first real step."""
    timed = _timed(case)
    if timed.empty:
        return Silence(rule.name, "not_asked")
    back = timed[timed["start_flag"].str.split(";").map(lambda flags: "false_step" in flags)]
    return _counted(rule, back, len(timed), {"n": f"{len(back)}", "all": f"{len(timed)}"})


def _timed(case: Case) -> pd.DataFrame:
    """Return the runs that had a start signal and a first movement that was seen."""
    runs = case.inputs.runs
    return runs[~runs["start_flag"].isin(["none", "start_unseen"])].sort_values("start_s")


def _counted(rule: Rule, runs: pd.DataFrame, n: int, words: dict[str, str]) -> Said:
    # A count is what it is: the flags behind it have been held against their uncertainty.
    found = Interval(*np.full(3, float(len(runs))))
    return ruled(rule, found, band_of(rule), Basis(n, "runs", Basis.of(runs, "runs").rows), words)
