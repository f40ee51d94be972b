from dataclasses import replace

import numpy as np
import pytest
from judged import found, level, reason
from session_tables import Run, progressive, session

from analyzer.model import Level


def timed(times_s, flags=("ok", "ok", "ok"), sd_s=0.015):
    made = progressive()
    runs = made.runs.assign(reaction_time_s=times_s, reaction_time_sd_s=sd_s, start_flag=list(flags))
    return replace(made, runs=runs)


@pytest.mark.parametrize(
    ("time_s", "expected"), [(0.18, None), (0.27, None), (0.35, Level.LOOK), (0.50, Level.FIX), (0.42, Level.LOOK)]
)
def test_a_slow_answer_to_the_signal_is_told(time_s, expected):
    assert level(timed([time_s] * 3), "slow_first_move") is expected


def test_one_slow_start_of_three_is_not_the_athletes_answer():
    assert level(timed([0.20, 0.60, 0.21]), "slow_first_move") is None


def test_starts_that_were_guessed_do_not_count_as_quick_ones():
    made = timed([0.02, 0.03, 0.50], ("anticipated", "anticipated", "ok"))
    assert level(made, "slow_first_move") is Level.FIX
    assert found(made, "slow_first_move").n == 1


def test_an_uncertain_signal_takes_the_edge_off():
    assert level(timed([0.45] * 3, sd_s=0.06), "slow_first_move") is Level.LOOK


def test_where_no_start_counts_that_is_said():
    made = timed([0.02] * 3, ("anticipated", "false_start", "unsure"))
    assert level(made, "slow_first_move") is Level.CANNOT_TELL


@pytest.mark.parametrize("rule", ["slow_first_move", "start_guessed", "first_step_back"])
def test_without_a_signal_nothing_is_said_of_the_start(rule):
    assert reason(progressive(), rule) == "not_asked"


@pytest.mark.parametrize("flag", ["anticipated", "false_start", "false_start;false_step"])
def test_a_guessed_start_is_told_with_its_run(flag):
    finding = found(timed([0.2, -0.05, 0.2], ("ok", flag, "ok")), "start_guessed")
    assert finding.level is Level.LOOK
    assert finding.sentence.startswith("Run 2 began")


def test_a_start_that_may_have_been_guessed_is_left_alone():
    assert level(timed([0.2, 0.08, 0.2], ("ok", "unsure", "ok")), "start_guessed") is None


def test_a_first_step_that_goes_back_is_worth_a_look_and_counted():
    finding = found(timed([0.2] * 3, ("ok;false_step", "ok", "ok;false_step")), "first_step_back")
    assert finding.level is Level.LOOK
    assert "2 of 3" in finding.sentence


def test_a_run_whose_first_movement_was_not_seen_is_no_timed_start():
    made = timed([np.nan, 0.2, 0.2], ("start_unseen", "ok", "ok"))
    assert found(timed([0.2] * 3, ("start_unseen", "ok;false_step", "ok")), "first_step_back").n == 2
    assert level(made, "start_guessed") is None


def test_the_rows_of_a_guessed_start_are_those_runs():
    finding = found(timed([0.2, -0.05, 0.2], ("ok", "false_start", "ok")), "start_guessed")
    assert (finding.table, finding.steps) == ("runs", (1,))


def hundreds(*speeds, sd_share=0.01, distances=None):
    specs = [Run(100, speed, speed_sd_share=sd_share) for speed in speeds]
    if distances:
        specs = [replace(spec, distance_m=way) for spec, way in zip(specs, distances, strict=True)]
    return session(*specs)


@pytest.mark.parametrize(
    ("speeds", "expected"),
    [
        ((8.0, 8.0), None),
        ((8.0, 7.95), None),
        ((8.0, 7.72), Level.LOOK),
        ((8.0, 7.4), Level.FIX),
        ((7.5, 8.0, 7.4), Level.FIX),
        ((7.4, 7.7, 8.0), None),
    ],
)
def test_speed_that_drops_over_full_runs_is_told(speeds, expected):
    assert level(hundreds(*speeds), "fade") is expected


def test_one_full_run_cannot_fade():
    assert reason(hundreds(8.0), "fade") == "too_few"


def test_a_shorter_run_is_not_held_against_a_longer_one():
    assert reason(hundreds(8.0, 7.2, distances=(27.4, 13.7)), "fade") == "too_few"


def test_slower_runs_at_lower_effort_are_no_fatigue():
    assert level(session(Run(100, 8.0), Run(75, 6.9), Run(50, 5.8)), "fade") is None


def test_uncertain_speeds_hide_a_small_fade():
    assert level(hundreds(8.0, 7.72, sd_share=0.05), "fade") is None
