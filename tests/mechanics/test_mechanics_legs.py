from dataclasses import replace

import numpy as np
import pytest
from body_tables import practice, with_segments
from judged import found, level, reason

from analyzer.mechanics.rules.legs import usual_flexion_rad
from analyzer.mechanics.thresholds import load
from analyzer.model import Level, Placement

THIGHS = (Placement.LEFT_THIGH, Placement.RIGHT_THIGH)
USUAL = load().norms["thigh_flexion"]


def lifting(*flexion_deg, rates=(10.0, 12.0, 13.8), **how):
    fly = {"thigh_flexion_rad": np.radians(flexion_deg), "thigh_rate_rad_s": rates}
    return with_segments(practice(THIGHS), fly, **how)


def test_the_norm_of_the_knee_lift_rises_with_speed():
    lifts = [usual_flexion_rad(USUAL, speed) for speed in (3.0, 5.0, 7.0, 9.0)]
    assert lifts == sorted(lifts)
    assert np.degrees(usual_flexion_rad(USUAL, 8.0)) == pytest.approx(66)
    assert np.isnan(usual_flexion_rad(USUAL, 12.0))


@pytest.mark.parametrize(("top_deg", "expected"), [(66, None), (58, None), (50, Level.LOOK), (38, Level.FIX)])
def test_knee_lift_is_judged_against_the_norm_for_the_speed(top_deg, expected):
    assert level(lifting(56, 61, top_deg), "knee_lift") is expected


def test_the_same_lift_is_enough_at_a_lower_speed():
    fast, slow = lifting(50, 50, 48), lifting(50, 50, 48)
    slow = replace(slow, strides=slow.strides.assign(speed_m_s=5.0))
    assert level(fast, "knee_lift") is Level.LOOK
    assert level(slow, "knee_lift") is None


def test_jogging_is_not_judged_by_its_knee_lift():
    made = lifting(20, 20, 20)
    assert reason(replace(made, strides=made.strides.assign(speed_m_s=3.0)), "knee_lift") == "too_slow"


@pytest.mark.parametrize(
    ("flexion_deg", "expected"),
    [((56, 61, 66), None), ((60, 61, 64.4), Level.LOOK), ((60, 60, 60), Level.FIX), ((64, 62, 60), Level.FIX)],
)
def test_knees_that_do_not_rise_with_the_speed_are_told(flexion_deg, expected):
    assert level(lifting(*flexion_deg, scatter=0.002), "knee_lift_gain") is expected


def test_where_the_norm_hardly_rises_no_gain_is_asked_for():
    made = lifting(66, 66, 66)
    assert reason(replace(made, strides=made.strides.assign(speed_m_s=8.0)), "knee_lift_gain") == "no_gain"


@pytest.mark.parametrize(
    ("rates", "expected"),
    [((10.0, 12.0, 13.8), None), ((10.0, 10.5, 10.9), Level.LOOK), ((10.0, 9.5, 9.0), Level.FIX)],
)
def test_thighs_should_quicken_with_the_speed(rates, expected):
    assert level(lifting(56, 61, 66, rates=rates), "thigh_whip") is expected


def test_thighs_need_not_quicken_where_the_speed_does_not():
    made = lifting(56, 61, 66, rates=(10.0, 10.0, 10.0))
    alike = replace(made, runs=made.runs.assign(peak_speed_m_s=8.0), compared=None)
    assert reason(alike, "thigh_whip") == "no_gain"


def with_heels(*pitch_deg):
    feet = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
    return with_segments(practice(feet), {"heel_recovery_rad": np.radians(pitch_deg)})


@pytest.mark.parametrize(("top_deg", "expected"), [(-136, None), (-118, Level.LOOK), (-100, Level.FIX)])
def test_heels_that_stay_low_at_full_effort_are_told(top_deg, expected):
    assert level(with_heels(-125, -130, top_deg), "heel_recovery") is expected


def test_heel_recovery_does_not_care_for_the_sign_of_the_pitch():
    back, forward = (found(with_heels(*(s * x for x in (125, 130, 100))), "heel_recovery") for s in (-1, 1))
    assert back.value == pytest.approx(forward.value, abs=1)


def test_what_a_leg_rule_rests_on_lies_in_both_runs():
    finding = found(lifting(56, 61, 66, rates=(10.0, 9.5, 9.0)), "thigh_whip")
    rows = lifting(56, 61, 66).segments.loc[list(finding.steps)]
    assert set(rows["run"]) == {1, 3}
    assert finding.n == 16
