from dataclasses import replace

import numpy as np
import pytest
from body_tables import practice, with_segments
from judged import found, level, reason

from analyzer.mechanics.case import prepare
from analyzer.mechanics.rules.overstride import signs
from analyzer.mechanics.thresholds import load
from analyzer.model import Level, Placement

RULE = "overstride_matched_speed"
FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
SHANKS = (*FEET, Placement.LEFT_SHANK, Placement.RIGHT_SHANK)
PELVIS = (*FEET, Placement.PELVIS)
THRESHOLDS = load()


def reaching(placements=SHANKS, shank_deg=(6, 5, 4), braking=(0.1, 0.1, 0.1), foot_m_s=(2.2, 2.5, 2.6), **last):
    fly = {
        "shank_angle_rad": np.radians(shank_deg),
        "braking_m_s": braking,
        "foot_speed_before_contact_m_s": foot_m_s,
    }
    made = with_segments(practice(placements, **last), fly)
    seen_by = {"shank_angle_rad": Placement.LEFT_SHANK, "braking_m_s": Placement.PELVIS}
    unseen = [name for name, placement in seen_by.items() if placement not in placements]
    return replace(made, segments=made.segments.assign(**dict.fromkeys(unseen, np.nan)))


def words(made):
    case = prepare(made)
    norms = THRESHOLDS.norms["contact_length"], THRESHOLDS.norms["shank_angle"]
    return [sign.words for sign in signs(case, case.compared[-1], THRESHOLDS.rules[RULE], norms)]


def test_a_runner_who_lands_under_the_hips_shows_no_sign():
    assert words(reaching()) == []
    assert reason(reaching(), RULE) == "within_limits"


@pytest.mark.parametrize(
    ("made", "sign"),
    [
        (reaching(shank_deg=(9, 9.5, 10)), "shin ahead at contact"),
        (reaching(shank_deg=(0, 0, 7)), "shin further ahead than before"),
        (reaching(PELVIS, braking=(0.1, 0.1, 0.15)), "more braking"),
        (reaching(foot_m_s=(2.2, 2.5, 5.5)), "foot still moving forward"),
        (reaching(angle_deg=15), "heel first"),
        (reaching(frequency_hz=1.8), "longer steps without a quicker rate"),
        (reaching(contact_s=0.165), "long ground time"),
    ],
)
def test_each_sign_is_seen_by_itself(made, sign):
    assert words(made) == [sign]


def test_a_foot_speed_that_differs_as_runs_do_is_no_sign():
    assert words(reaching(foot_m_s=(2.2, 2.5, 4.0))) == []


def test_one_sign_is_none():
    assert level(reaching(frequency_hz=1.8), RULE) is None


def test_long_steps_alone_are_never_called_reaching():
    assert level(reaching(FEET, frequency_hz=1.6), RULE) is None


def test_with_feet_only_it_stays_possible_however_many_signs_there_are():
    made = reaching(FEET, foot_m_s=(2.2, 2.5, 5.5), angle_deg=15, contact_s=0.17)
    finding = found(made, RULE)
    assert finding.value == 3
    assert finding.level is Level.LOOK
    assert finding.sentence.startswith("Possible reaching at 100")
    assert "sensor on the shank" in finding.would_change


def test_a_shank_far_ahead_and_one_other_sign_are_firm():
    finding = found(reaching(shank_deg=(14, 15, 16), angle_deg=15), RULE)
    assert finding.level is Level.FIX
    assert finding.sentence.startswith("Reaching at 100: shin ahead at contact, heel first")


def test_a_shank_far_ahead_alone_is_a_look():
    finding = found(reaching(shank_deg=(14, 15, 16)), RULE)
    assert finding.level is Level.LOOK
    assert finding.sentence.startswith("Likely reaching")


def test_braking_that_rises_makes_signs_of_the_feet_firm():
    made = reaching(PELVIS, braking=(0.1, 0.1, 0.16), angle_deg=15, contact_s=0.17)
    assert level(made, RULE) is Level.FIX


def test_a_rise_of_the_shank_that_speed_explains_is_no_sign():
    slow = reaching(shank_deg=(2, 2, 7.5))
    # From 2.5 to 4.5 m/s everybody's shank lands 4 degrees further ahead.
    speeds = slow.strides["run"].map({1: 2.5, 2: 2.5, 3: 4.5}).astype(float)
    explained = replace(slow, strides=slow.strides.assign(speed_m_s=speeds))
    assert "shin further ahead than before" in words(slow)
    assert "shin further ahead than before" not in words(explained)


def test_slow_running_is_not_held_to_the_limits_of_sprinting():
    made = reaching(shank_deg=(17, 17, 17))
    slow = replace(made, strides=made.strides.assign(speed_m_s=4.0))
    assert "shin ahead at contact" in words(made)
    assert "shin ahead at contact" not in words(slow)


def test_an_uncertain_shank_counts_for_less():
    made = reaching(shank_deg=(13, 13, 13))
    loose = replace(made, segments=made.segments.assign(angle_sd_rad=np.radians(2)))
    norms = THRESHOLDS.norms["contact_length"], THRESHOLDS.norms["shank_angle"]
    points = []
    for one in (made, loose):
        case = prepare(one)
        points.append(sum(sign.points for sign in signs(case, case.compared[-1], THRESHOLDS.rules[RULE], norms)))
    assert points == [2, 1]


def test_it_is_judged_at_full_effort_only():
    made = reaching(shank_deg=(14, 15, 16), angle_deg=15)
    below = replace(made, runs=made.runs[made.runs["run"] < 3])
    assert reason(below, RULE) == "no_such_effort"


def test_the_word_overstriding_is_never_said():
    for made in (reaching(shank_deg=(14, 15, 16), angle_deg=15), reaching(FEET, angle_deg=15, contact_s=0.17)):
        finding = found(made, RULE)
        assert "overstrid" not in f"{finding.sentence}{finding.cue}{finding.would_change}".lower()


def test_the_sentence_stays_short_enough_to_say_aloud():
    made = reaching(shank_deg=(6, 6, 15), foot_m_s=(2.2, 2.5, 5.5), angle_deg=15, contact_s=0.17, frequency_hz=1.8)
    assert len(words(made)) > 4
    assert len(found(made, RULE).sentence.split()) <= 20
