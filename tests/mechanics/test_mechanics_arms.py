from dataclasses import replace

import pytest
from body_tables import practice, with_segments
from judged import found, level, reason

from analyzer.model import Level, Placement

WRISTS = (Placement.LEFT_WRIST, Placement.RIGHT_WRIST)


def swinging(*swing_rad, placements=WRISTS, **how):
    """Return a practice whose arms swing so far in each run, at the rate that the legs ask for."""
    rates = [6.28 * hz * swing for hz, swing in zip((1.72, 1.86, 2.05), swing_rad, strict=True)]
    return with_segments(practice(placements), {"arm_swing_rad": swing_rad, "arm_rate_rad_s": rates}, **how)


@pytest.mark.parametrize(
    ("share", "expected"), [(1.05, Level.KEEP), (1.0, Level.KEEP), (0.9, Level.LOOK), (0.7, Level.FIX)]
)
def test_arms_that_get_quiet_at_full_effort_are_told(share, expected):
    assert level(swinging(1.0, 1.0, share), "arm_drive") is expected


def test_arms_that_only_keep_up_with_the_legs_are_enough():
    finding = found(swinging(1.0, 1.0, 1.0), "arm_drive")
    assert finding.level is Level.KEEP
    assert finding.value == pytest.approx(100, abs=3)


def test_arms_are_never_sure():
    assert found(swinging(1.0, 1.0, 0.6), "arm_drive").confidence == "fairly sure"


def test_scattered_swings_take_the_edge_off():
    assert level(swinging(1.0, 1.0, 0.8, scatter=0.01), "arm_drive") is Level.FIX
    assert level(swinging(1.0, 1.0, 0.8, scatter=0.06), "arm_drive") is not Level.FIX


def test_one_wrist_is_enough_for_the_drive_but_not_for_the_sides():
    one = swinging(1.0, 1.0, 0.7, placements=WRISTS[:1])
    assert level(one, "arm_drive") is Level.FIX
    assert reason(one, "arms_uneven") == "no_sensor"


def uneven(right_share):
    made = swinging(1.0, 1.0, 1.0, scatter=0.03)
    right = made.segments["placement"] == "right_wrist"
    rates = made.segments["arm_rate_rad_s"].where(~right, right_share * made.segments["arm_rate_rad_s"])
    return replace(made, segments=made.segments.assign(arm_rate_rad_s=rates))


@pytest.mark.parametrize(
    ("right_share", "expected"), [(1.0, None), (0.93, None), (0.82, Level.LOOK), (0.65, Level.FIX), (1.5, Level.FIX)]
)
def test_uneven_arms_are_told(right_share, expected):
    assert level(uneven(right_share), "arms_uneven") is expected


def test_the_arm_that_swings_less_is_named():
    assert "the right swings" in found(uneven(0.65), "arms_uneven").sentence
    assert "the left swings" in found(uneven(1.5), "arms_uneven").sentence


def test_arms_of_a_slow_run_alone_say_nothing_of_the_drive():
    made = swinging(1.0, 1.0, 0.7)
    assert reason(replace(made, runs=made.runs.iloc[:1]), "arm_drive") == "no_such_effort"


def test_without_a_plan_there_is_nothing_to_hold_arms_against():
    made = swinging(1.0, 1.0, 0.7)
    unplanned = replace(made, plan=None, runs=made.runs.assign(asked_effort_pct=float("nan")))
    assert reason(unplanned, "arm_drive") == "no_plan"
