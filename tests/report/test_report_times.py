"""Times to the mark, with the rule by which the clock starts."""

import math
from dataclasses import replace

from analyzer.model import Analysis
from analyzer.report.times import times_sentence


def timed(analysis: Analysis, time_s: list[float], sd_s: float = 0.05) -> Analysis:
    """Return the analysis with so many runs over 18.288 m, and their times."""
    runs = analysis.runs.iloc[[0] * len(time_s)].reset_index(drop=True)
    numbers = range(1, len(time_s) + 1)
    runs = runs.assign(run=numbers, distance_m=18.288, time_to_distance_s=time_s, time_to_distance_sd_s=sd_s)
    return replace(analysis, runs=runs)


def test_the_start_rule_and_the_interval_stand_beside_the_time(practice):
    said = times_sentence(timed(practice(), [3.27]), "us")
    assert said == "From first movement to the mark, estimated from the strides: run 1 3.27 ±0.10 s (20 yd)."


def test_runs_without_a_time_are_left_out(practice):
    said = times_sentence(timed(practice(), [math.nan, 3.0]), "metric")
    assert "run 1" not in said
    assert "run 2 3.00" in said


def test_nothing_is_said_where_no_time_is_known(practice):
    assert times_sentence(timed(practice(), [math.nan]), "us") == ""


def test_a_long_practice_names_six_and_counts_the_rest(practice):
    said = times_sentence(timed(practice(), [3.0] * 9), "us")
    assert said.count("run ") == 6
    assert said.endswith("and 3 more in the table.")
