import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from session_tables import FEET, Run, progressive, session

from analyzer.mechanics.findings import findings
from analyzer.mechanics.thresholds import load
from analyzer.model import Athlete, Level, Placement, Plan
from analyzer.report.remarks import remarks
from analyzer.tables import CONTACTS, RUNS, STEPS, STRIDES, empty

NEVER = (
    r"injur|wrong|lazy|\bbad\b|fault|overstrid|asymmetr|diagnos|\brisk|pain|hurt|weak|poor|fail|blame|patholog|\bhis\b"
)


def found(made, rule, thresholds=None):
    hits = [finding for finding in findings(made, thresholds) if finding.rule == rule]
    assert len(hits) <= 1
    return hits[0] if hits else None


def level(made, rule):
    finding = found(made, rule)
    return finding.level if finding else None


def pair(lower, upper, **common):
    return session(Run(75, 6.9, **(common | lower)), Run(100, 8.0, **(common | upper)))


SESSIONS = {
    "healthy": progressive(),
    "alike": session(Run(75, 7.9), Run(100, 8.0)),
    "close": session(Run(75, 7.47), Run(100, 8.0)),
    "first fast": session(Run(50, 7.2), Run(75, 7.4), Run(100, 8.0)),
    "first quick": session(Run(50, 6.7), Run(75, 7.3), Run(100, 8.0)),
    "shut down": progressive(slows_before_mark_m=6.0),
    "maybe shut down": progressive(slows_before_mark_m=4.0),
    "short rest": session(Run(50, 5.8), Run(75, 6.9, rest_s=20), Run(100, 8.0, rest_s=25)),
    "shortish rest": session(Run(50, 5.8), Run(75, 6.9, rest_s=40), Run(100, 8.0, rest_s=45)),
    "jogged": progressive(walking_share=0.2, jogging_share=0.7),
    "active as asked": progressive(walking_share=0.3, jogging_share=0.5, asked_rest="active"),
    "stood instead": progressive(walking_share=0.15, asked_rest="active"),
    "bounding": progressive(frequency_hz=1.78),
    "longer": progressive(frequency_hz=1.87),
    "mostly longer": progressive(frequency_hz=1.944),
    "choppy": progressive(frequency_hz=2.35),
    "heel and long contact": progressive(angle_deg=15, contact_s=0.17),
    "some heel": progressive(angle_deg=15, contact_s=0.128),
    "long contact": progressive(contact_s=0.165),
    "longish contact": progressive(contact_s=0.151),
    "contact stays": pair({"contact_s": 0.14}, {"contact_s": 0.14}),
    "contact rises": pair({"contact_s": 0.14}, {"contact_s": 0.155}),
    "left longer": pair({}, {}, left_longer_s=0.03),
    "left somewhat longer": pair({}, {}, left_longer_s=0.0115),
    "uneven": progressive(scatter=0.16),
    "somewhat uneven": progressive(scatter=0.09),
    "few strides": session(*(Run(*pace, n_strides=3) for pace in ((50, 5.8), (75, 6.9), (100, 8.0)))),
    "no plan": session(Run(0, 8.0), planned=False),
    "one of three": replace(session(Run(50, 5.8)), plan=Plan.progressive()),
}

SAID = [
    ("alike", "contrast", Level.FIX),
    ("close", "contrast", Level.LOOK),
    ("healthy", "contrast", Level.KEEP),
    ("no plan", "contrast", Level.CANNOT_TELL),
    ("one of three", "contrast", Level.CANNOT_TELL),
    ("first fast", "first_run_fast", Level.FIX),
    ("first quick", "first_run_fast", Level.LOOK),
    ("healthy", "first_run_fast", None),
    ("alike", "first_run_fast", None),
    ("shut down", "not_top_gear", Level.FIX),
    ("maybe shut down", "not_top_gear", Level.LOOK),
    ("healthy", "not_top_gear", None),
    ("short rest", "rest", Level.FIX),
    ("shortish rest", "rest", Level.LOOK),
    ("healthy", "rest", None),
    ("jogged", "jogged_rest", Level.LOOK),
    ("healthy", "jogged_rest", None),
    ("active as asked", "jogged_rest", None),
    ("active as asked", "active_rest", Level.KEEP),
    ("stood instead", "active_rest", Level.LOOK),
    ("healthy", "active_rest", None),
    ("jogged", "active_rest", None),
    ("bounding", "length_up_rate_down", Level.FIX),
    ("healthy", "length_up_rate_down", None),
    ("choppy", "length_up_rate_down", None),
    ("longer", "frequency_share", Level.FIX),
    ("mostly longer", "frequency_share", Level.LOOK),
    ("healthy", "frequency_share", Level.KEEP),
    ("choppy", "frequency_share", None),
    ("bounding", "frequency_share", None),
    ("few strides", "frequency_share", Level.CANNOT_TELL),
    ("choppy", "rate_up_length_down", Level.LOOK),
    ("healthy", "rate_up_length_down", None),
    ("heel and long contact", "overstride_matched_speed", Level.LOOK),
    ("some heel", "overstride_matched_speed", None),
    ("few strides", "overstride_matched_speed", Level.CANNOT_TELL),
    ("some heel", "heel_first", Level.FIX),
    ("healthy", "heel_first", None),
    ("long contact", "contact_time_long", Level.FIX),
    ("longish contact", "contact_time_long", Level.LOOK),
    ("healthy", "contact_time_long", None),
    ("few strides", "contact_time_long", Level.CANNOT_TELL),
    ("healthy", "contact_time_trend", Level.KEEP),
    ("contact stays", "contact_time_trend", Level.LOOK),
    ("contact rises", "contact_time_trend", Level.FIX),
    ("few strides", "contact_time_trend", Level.CANNOT_TELL),
    ("alike", "contact_time_trend", None),
    ("left longer", "left_right", Level.FIX),
    ("left somewhat longer", "left_right", Level.LOOK),
    ("healthy", "left_right", None),
    ("few strides", "left_right", Level.CANNOT_TELL),
    ("uneven", "steps_uneven", Level.FIX),
    ("somewhat uneven", "steps_uneven", Level.LOOK),
    ("healthy", "steps_uneven", None),
    ("few strides", "steps_uneven", Level.CANNOT_TELL),
]


@pytest.mark.parametrize(("name", "rule", "expected"), SAID, ids=lambda x: str(x))
def test_each_rule_speaks_when_it_should_and_only_then(name, rule, expected):
    assert level(SESSIONS[name], rule) is expected


def test_every_rule_was_made_to_speak_here_or_beside_its_room():
    spoken = {rule for _, rule, expected in SAID if expected}
    beside = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_mechanics_*.py"))
    assert {rule for rule in set(load().rules) - spoken if f'"{rule}"' not in beside} == set()


@pytest.mark.parametrize("name", SESSIONS)
def test_sentences_are_short_plain_and_without_blame(name):
    for finding in findings(SESSIONS[name]):
        for text in (finding.sentence, finding.cue, finding.would_change):
            assert len(text.split()) <= 20, text
            assert not re.search(NEVER, text, re.IGNORECASE), text
            assert "{" not in text, text
            assert "nan" not in text.split(), text


@pytest.mark.parametrize("name", SESSIONS)
def test_every_verdict_has_its_number_its_limit_and_its_source(name):
    for finding in findings(SESSIONS[name]):
        assert finding.source
        assert finding.confidence in ("sure", "fairly sure", "unsure")
        if finding.level is not Level.CANNOT_TELL:
            assert np.isfinite([finding.value, finding.limit]).all()
            assert finding.n > 0
            assert finding.cue


@pytest.mark.parametrize("name", SESSIONS)
def test_what_cannot_be_told_comes_last(name):
    levels = [finding.level for finding in findings(SESSIONS[name])]
    first = next((k for k, one in enumerate(levels) if one is Level.CANNOT_TELL), len(levels))
    assert set(levels[first:]) <= {Level.CANNOT_TELL}


def test_the_first_three_hold_something_to_keep():
    made = session(
        Run(50, 5.8, contact_s=0.172, left_longer_s=0.03),
        Run(75, 6.9, frequency_hz=1.9, contact_s=0.16, rest_s=15, left_longer_s=0.03),
        Run(100, 8.0, frequency_hz=1.8, contact_s=0.135, rest_s=15, left_longer_s=0.03),
    )
    ranked = findings(made)
    assert [finding.level for finding in ranked[:3]] == [Level.FIX, Level.FIX, Level.KEEP]
    assert [finding.rule for finding in ranked[:3]] == ["rest", "length_up_rate_down", "contrast"]


def test_nobody_is_told_two_things_about_one_number():
    assert level(SESSIONS["bounding"], "frequency_share") is None


def test_a_first_run_against_a_held_back_last_one_is_not_sure():
    made = session(Run(50, 7.2), Run(75, 7.4), Run(100, 8.0, slows_before_mark_m=6.0))
    finding = found(made, "first_run_fast")
    assert (finding.level, finding.confidence) == (Level.LOOK, "unsure")


def test_a_run_whose_start_was_cut_off_has_no_way_to_count():
    made = SESSIONS["shut down"]
    cut = replace(made, runs=made.runs.assign(quality="gap;cut_start"))
    assert found(cut, "not_top_gear") is None


def test_half_speed_is_a_stricter_wording_than_half_effort():
    specs = Run(50, 5.8), Run(75, 6.9), Run(100, 8.0)
    assert level(session(*specs), "first_run_fast") is None
    assert level(session(*specs, wording="speed"), "first_run_fast") is Level.FIX


def test_uncertain_speeds_take_the_edge_off_poor_contrast():
    for share, confidence in ((0.04, "fairly sure"), (0.08, "unsure")):
        made = session(Run(75, 7.9, speed_sd_share=share), Run(100, 8.0, speed_sd_share=share))
        finding = found(made, "contrast")
        assert (finding.level, finding.confidence) == (Level.LOOK, confidence)


def test_efforts_asked_close_together_need_not_differ():
    assert found(session(Run(90, 7.7), Run(100, 8.0)), "contrast") is None


def test_a_rest_the_coach_planned_short_is_no_finding():
    made = SESSIONS["short rest"]
    runs = tuple(replace(run, rest_before_s=15.0) for run in made.plan.runs)
    assert found(replace(made, plan=replace(made.plan, runs=runs)), "rest") is None


def test_a_backward_run_is_not_a_gear():
    made = session(Run(50, 5.8), Run(75, 4.0, direction="backward"), Run(100, 8.0))
    assert level(made, "contrast") is Level.KEEP


def test_an_unknown_height_makes_the_contact_norm_less_sure():
    known = found(progressive(contact_s=0.165), "contact_time_long")
    made = replace(progressive(contact_s=0.165), athlete=Athlete())
    unknown = found(made, "contact_time_long")
    assert unknown.high - unknown.low > known.high - known.low


def test_longer_legs_may_stay_longer_on_the_ground():
    made = replace(progressive(contact_s=0.151), athlete=Athlete(leg_length_m=1.1))
    assert found(made, "contact_time_long") is None


def test_a_finding_on_contacts_names_their_rows():
    finding = found(SESSIONS["long contact"], "contact_time_long")
    rows = SESSIONS["long contact"].contacts.loc[list(finding.steps)]
    assert finding.n == len(rows)
    assert set(rows["run"]) == {3}


def test_the_side_that_stays_down_longer_is_named():
    assert found(SESSIONS["left longer"], "left_right").sentence.startswith("The left foot")
    assert found(pair({}, {}, left_longer_s=-0.03), "left_right").sentence.startswith("The right foot")


def test_one_foot_sensor_says_nothing_of_left_and_right():
    made = replace(SESSIONS["left longer"], placements=(Placement.LEFT_FOOT,))
    assert found(made, "left_right") is None


def test_a_wrist_sensor_says_nothing_of_contact_time():
    made = replace(SESSIONS["long contact"], placements=(Placement.LEFT_WRIST,))
    assert {finding.rule for finding in findings(made)} <= {
        *("contrast", "first_run_fast", "rest", "arm_drive", "arms_uneven")
    }


def test_a_rule_can_be_switched_off(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[rules.contrast]\nenabled = false\n")
    assert found(SESSIONS["alike"], "contrast", load(path)) is None


def test_an_own_limit_is_judged_by(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[rules.contrast.limits]\nlook_pct = 25.0\n")
    finding = found(SESSIONS["healthy"], "contrast", load(path))
    assert (finding.level, finding.source) == (Level.LOOK, "local")


def test_a_steady_treadmill_run_is_not_judged_as_a_sprint():
    made = session(Run(0, 3.5, frequency_hz=1.43, contact_s=0.222, n_strides=60, angle_deg=18), planned=False)
    assert [finding.rule for finding in findings(made)] == ["contrast"]


def test_no_runs_at_all_are_no_error():
    made = replace(
        SESSIONS["healthy"], runs=empty(RUNS), contacts=empty(CONTACTS), strides=empty(STRIDES), steps=empty(STEPS)
    )
    assert {finding.level for finding in findings(made)} <= {Level.CANNOT_TELL}


def test_the_same_session_gives_the_same_findings():
    assert findings(SESSIONS["healthy"]) == findings(progressive())


def test_the_feet_are_enough_for_every_rule_on_efforts_contacts_and_rhythm():
    segments = {placement.segment for placement in FEET}
    others = {rule.name for rule in load().rules.values() if rule.placements and not segments & set(rule.placements)}
    assert {load().rules[name].placements for name in others} == {("sternum",), ("wrist",), ("thigh",), ("pelvis",)}


def test_a_finding_carries_the_code_of_its_rule():
    for finding in findings(SESSIONS["heel and long contact"]):
        assert finding.code == load().rules[finding.rule].code


@pytest.mark.parametrize("name", SESSIONS)
def test_the_rows_of_a_finding_are_rows_of_its_table(name):
    made = SESSIONS[name]
    for finding in findings(made):
        table = getattr(made, finding.table)
        assert set(finding.steps) <= set(table.index)
        if finding.level is not Level.CANNOT_TELL:
            assert finding.steps


@pytest.mark.parametrize("name", SESSIONS)
def test_the_page_takes_at_most_two_flags_one_praise_and_three_in_all(name):
    levels = [remark.level for remark in remarks(findings(SESSIONS[name]), "us")]
    assert len(levels) <= 3
    assert sum(level in ("fix", "look") for level in levels) <= 2
    assert levels.count("keep") <= 1


def test_a_healthy_practice_has_nothing_to_fix():
    assert not [finding.rule for finding in findings(SESSIONS["healthy"]) if finding.level is Level.FIX]


def test_rules_on_technique_leave_out_the_run_with_a_turn():
    made = SESSIONS["some heel"]
    turned = replace(made, runs=made.runs.assign(turn_rad=[np.nan, np.nan, 1.5]))
    assert level(made, "heel_first") is Level.FIX
    assert level(turned, "heel_first") is None
    # How fast it was is still told.
    assert level(turned, "contrast") is Level.KEEP
