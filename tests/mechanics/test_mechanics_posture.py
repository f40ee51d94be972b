from dataclasses import replace

import numpy as np
import pytest
from body_tables import practice, with_segments
from judged import found, level, reason

from analyzer.mechanics.thresholds import load
from analyzer.model import Level, Placement

STERNUM = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT, Placement.STERNUM)


def leaning(*fly_deg, start_deg=(40, 36, 32, 29, 26, 22, 18, 14), expected_deg=(35, 31, 28, 25, 22, 18, 14, 10), **how):
    """Return a practice whose trunk leans so far in the fly phase of each run and in the first steps of all."""
    fly = {"trunk_lean_rad": np.radians(fly_deg)}
    start = {"trunk_lean_rad": np.radians(start_deg), "lean_expected_rad": np.radians(expected_deg)}
    return with_segments(practice(STERNUM), fly, start, on=STERNUM[2:], **how)


UPRIGHT = leaning(7, 7, 7)


@pytest.mark.parametrize(
    ("fly_deg", "rule", "expected"),
    [
        (7, "forward_at_speed", None),
        (13, "forward_at_speed", None),
        (17, "forward_at_speed", Level.LOOK),
        (25, "forward_at_speed", Level.FIX),
        (7, "back_at_speed", None),
        (0, "back_at_speed", Level.LOOK),
        (-6, "back_at_speed", Level.FIX),
        (-6, "forward_at_speed", None),
        (25, "back_at_speed", None),
    ],
)
def test_lean_at_speed_is_judged_both_ways(fly_deg, rule, expected):
    assert level(leaning(fly_deg, fly_deg, fly_deg), rule) is expected


@pytest.mark.parametrize(
    ("more_deg", "rule", "expected"),
    [
        (4, "bent_at_start", None),
        (21, "bent_at_start", Level.LOOK),
        (30, "bent_at_start", Level.FIX),
        (4, "upright_at_start", None),
        (-7.5, "upright_at_start", Level.LOOK),
        (-15, "upright_at_start", Level.FIX),
    ],
)
def test_lean_at_the_start_is_judged_against_the_push(more_deg, rule, expected):
    asked = np.array([35, 31, 28, 25, 22, 18, 14, 10])
    assert level(leaning(7, 7, 7, start_deg=asked + more_deg, expected_deg=asked, scatter=0.002), rule) is expected


def test_a_deep_lean_is_right_where_the_push_is_as_hard():
    deep = leaning(7, 7, 7, start_deg=[45] * 8, expected_deg=[43] * 8)
    flat = leaning(7, 7, 7, start_deg=[45] * 8, expected_deg=[15] * 8)
    assert level(deep, "bent_at_start") is None
    assert level(flat, "bent_at_start") is Level.FIX


def test_only_the_first_four_steps_are_the_start():
    late = leaning(7, 7, 7, start_deg=[35, 31, 28, 25, 80, 80, 80, 80], expected_deg=[35, 31, 28, 25, 22, 18, 14, 10])
    assert level(late, "bent_at_start") is None


@pytest.mark.parametrize(
    ("top_deg", "expected"), [(7, Level.KEEP), (13.5, Level.LOOK), (18, Level.FIX), (-4, Level.FIX)]
)
def test_posture_is_held_against_that_of_the_run_below(top_deg, expected):
    assert level(leaning(7, 7, top_deg), "posture_changes") is expected


def test_the_way_the_posture_gave_is_named():
    assert "forward" in found(leaning(7, 7, 18), "posture_changes").sentence
    assert "back" in found(leaning(7, 7, -6), "posture_changes").sentence


@pytest.mark.parametrize(("scatter_deg", "expected"), [(1, None), (7.5, Level.LOOK), (10, Level.FIX)])
def test_a_rocking_trunk_is_told_from_a_quiet_one(scatter_deg, expected):
    assert level(leaning(7, 7, 7, scatter=np.radians(scatter_deg), n_fly=30), "posture_unsteady") is expected


def test_a_trunk_that_rises_step_by_step_is_no_jump():
    assert level(UPRIGHT, "stands_up_at_once") is None


def test_a_trunk_that_rises_in_one_step_is_a_jump_and_the_step_is_named():
    finding = found(leaning(7, 7, 7, start_deg=(40, 38, 36, 34, 12, 11, 10, 9)), "stands_up_at_once")
    assert finding.level is Level.LOOK
    assert "step 5" in finding.sentence
    assert len(finding.steps) == 2


def test_over_a_lost_step_a_rise_is_not_taken_for_a_jump():
    made = leaning(7, 7, 7, start_deg=(40, 38, 36, 30, 22, 16, 12, 9))
    lost = made.segments.assign(quality=np.where(made.segments.index % 16 == 4, "gap", "ok"))
    assert level(replace(made, segments=lost), "stands_up_at_once") is None


def test_a_run_whose_start_was_cut_off_has_no_first_steps():
    made = leaning(7, 7, 7, start_deg=[80] * 8)
    cut = replace(made, runs=made.runs.assign(quality="cut_start"))
    assert reason(cut, "bent_at_start") == "not_measured"


def test_an_uncertain_angle_takes_the_edge_off():
    made = leaning(24, 24, 24)
    loose = replace(made, segments=made.segments.assign(angle_sd_rad=np.radians(4)))
    assert level(made, "forward_at_speed") is Level.FIX
    assert level(loose, "forward_at_speed") is Level.LOOK


def test_angles_that_drifted_are_not_judged():
    assert reason(leaning(30, 30, 30, quality="drift"), "forward_at_speed") == "not_measured"


def test_too_few_steps_are_said_with_their_number():
    finding = found(leaning(30, 30, 30, n_fly=2), "forward_at_speed")
    assert finding.level is Level.CANNOT_TELL
    assert "2 of 3" in finding.sentence


def test_without_a_sensor_on_the_sternum_nothing_is_said_of_posture():
    made = replace(leaning(30, 30, 30), placements=(Placement.PELVIS,))
    assert reason(made, "forward_at_speed") == "no_sensor"


def test_posture_is_not_judged_in_a_turn():
    made = leaning(30, 30, 30)
    turned = replace(made, runs=made.runs.assign(turn_rad=1.5))
    assert reason(turned, "forward_at_speed") == "turn"


def test_a_turn_in_one_run_leaves_the_others_to_be_judged():
    made = leaning(7, 7, 30)
    turned = replace(made, runs=made.runs.assign(turn_rad=[np.nan, np.nan, 1.5]))
    assert level(made, "forward_at_speed") is Level.FIX
    assert level(turned, "forward_at_speed") is None


def test_posture_is_not_judged_running_backward():
    made = leaning(-20, -20, -20)
    backward = replace(made, runs=made.runs.assign(direction="backward"))
    assert reason(backward, "back_at_speed") == "turn"


def test_the_rows_it_rests_on_are_those_of_the_fastest_run():
    finding = found(leaning(7, 7, 25), "forward_at_speed")
    rows = leaning(7, 7, 25).segments.loc[list(finding.steps)]
    assert finding.table == "segments"
    assert set(rows["run"]) == {3}
    assert set(rows["phase"]) == {"fly"}


def test_an_angle_is_given_in_radians_and_said_in_degrees():
    finding = found(leaning(25, 25, 25), "forward_at_speed")
    assert finding.unit == "rad"
    assert finding.limit == pytest.approx(np.radians(load().rules["forward_at_speed"].limits["fix_deg"]))
    assert "25°" in finding.sentence
