"""What the coach reads of runs that did not go straight ahead."""

import math
from dataclasses import replace

import pytest

from analyzer.model import Analysis
from analyzer.report.ways import ways_sentence


def with_run(analysis: Analysis, **said: object) -> Analysis:
    """Return the analysis with its first run changed, all others straight ahead."""
    runs = analysis.runs.copy()
    runs["direction"], runs["manner"], runs["turn_rad"] = "forward", "none", math.nan
    for name, value in said.items():
        runs.loc[runs.index[0], name] = value
    return replace(analysis, runs=runs)


def test_nothing_is_said_of_runs_straight_ahead(practice):
    assert ways_sentence(with_run(practice()), "us") == ""


@pytest.mark.parametrize(
    ("direction", "manner", "words"),
    [
        ("backward", "none", "Run 1: backward."),
        ("lateral_left", "shuffle", "Run 1: to the left, shuffle."),
        ("lateral_right", "unknown", "Run 1: to the right."),
    ],
)
def test_backward_and_sideways_runs_are_named(practice, direction, manner, words):
    assert ways_sentence(with_run(practice(), direction=direction, manner=manner), "us") == words


def test_a_turn_is_told_with_its_radius_and_speeds(practice):
    turned = with_run(
        practice(),
        turn_rad=-math.pi / 2,
        turn_radius_m=8.0,
        turn_speed_in_m_s=7.3,
        turn_speed_out_m_s=7.0,
    )
    assert ways_sentence(turned, "metric") == "Run 1: turned 90° round 8 m, 7.30 → 7.00 m/s."


def test_a_turn_without_a_radius_says_what_is_known(practice):
    turned = with_run(
        practice(), turn_rad=1.0, turn_radius_m=math.nan, turn_speed_in_m_s=6.0, turn_speed_out_m_s=math.nan
    )
    assert ways_sentence(turned, "metric") == "Run 1: turned 57°, 6.00 → can't tell m/s."
