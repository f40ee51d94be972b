import dataclasses
import json
from collections.abc import Callable

import numpy as np
import pytest

from analyzer import tables
from analyzer.model import Analysis, Finding, Level, Notice, Plan
from analyzer.report import as_plain, render_text, summarize
from analyzer.report.summary import config_hash

Practice = Callable[..., Analysis]
NAN = float("nan")


def no_speed(practice: Practice) -> Analysis:
    """Return a practice as a sensor on the waist alone would give it: step rate, but no length, no foot."""
    analysis = practice()
    stages = analysis.stages.copy()
    runs = analysis.runs.copy()
    for name in stages.columns:
        if name.startswith(("peak_speed", "step_length", "stride", "speed_gain", "contact_time")):
            stages[name] = NAN
    for name in ("peak_speed_m_s", "peak_speed_sd_m_s", "achieved_pct", "stride_length_m", "contact_time_s"):
        runs[name] = NAN
    strides, steps = tables.empty(tables.STRIDES), analysis.steps.assign(speed_m_s=NAN, step_length_m=NAN)
    contacts = analysis.contacts.assign(side="unknown", toe_off_s=NAN, contact_time_s=NAN)
    return dataclasses.replace(
        analysis, stages=stages, runs=runs, strides=strides, steps=steps, contacts=contacts, findings=()
    )


def nothing(practice: Practice) -> Analysis:
    frames = {schema.name: tables.empty(schema) for schema in tables.SCHEMAS}
    return practice(**frames, findings=(), notices=())


def finding(level: Level, rule: str) -> Finding:
    return Finding(rule, level, f"{rule}.", f"try {rule}", 1.0, 0.5, 1.5, 2.0, "1", 9, "B", "key", "sure")


def test_a_stage_line_says_what_was_asked_and_what_was_run(practice: Practice) -> None:
    line = summarize(practice()).stages[1]
    assert [line.label, line.achieved.text, str(line.speed), str(line.step_rate)] == [
        "75 %",
        "91",
        "22.4 ±0.3 ft/s",
        "3.85 ±0.05 /s",
    ]


def test_lost_samples_mark_the_stage_and_are_never_rounded_up(practice: Practice) -> None:
    line = summarize(practice()).stages[2]
    assert (line.is_clean, line.data) == (False, "94 %")


def test_99_96_percent_received_is_not_shown_as_all(practice: Practice) -> None:
    runs = practice().runs.assign(received_pct=99.96)
    assert summarize(practice(runs=runs)).stages[0].data == "99 %"


def test_shares_of_the_gain_add_up(practice: Practice) -> None:
    gain = summarize(practice()).gains[1]
    assert gain.rate_share.value + gain.length_share.value == pytest.approx(1.0, abs=1e-12)


def test_shorter_steps_at_full_speed_are_the_headline(practice: Practice) -> None:
    assert summarize(practice()).headline == "From 75 to 100, 2.2 ft/s faster: quicker steps, each 2 in shorter."


def test_a_gain_that_may_be_none_is_not_called_one(practice: Practice) -> None:
    stages = practice().stages
    stages = stages.assign(speed_gain_pct_low=-1.0, speed_gain_pct_high=4.0)
    assert summarize(practice(stages=stages)).headline == "75 and 100 came out alike: no clear change of speed."


def test_a_gain_of_both_parts_says_both(practice: Practice) -> None:
    assert summarize(practice()).gains[0].sentence == "both quicker and longer steps"


def test_a_share_that_cannot_be_told_says_why(practice: Practice) -> None:
    name = "speed_gain_frequency_share"
    stages = practice().stages.assign(**{name: NAN, f"{name}_low": NAN, f"{name}_high": NAN})
    assert summarize(practice(stages=stages)).gains[0].sentence.startswith("can't tell: ")


def test_without_speed_the_headline_speaks_of_step_rate(practice: Practice) -> None:
    headline = summarize(no_speed(practice)).headline
    assert headline == "From 75 to 100 the step rate went from 3.85 to 4.35 per second; speed is not known."


def test_without_speed_the_reason_is_given_once(practice: Practice) -> None:
    said = summarize(no_speed(practice)).cannot_tell
    assert said[0] == "Speed, step length: no whole stride was measured; that takes a sensor on a foot."


def test_one_foot_gives_steps_as_half_strides_and_says_so(practice: Practice) -> None:
    stages = practice().stages
    gone = {name: NAN for name in stages.columns if name.startswith(("step_frequency", "step_length"))}
    said = summarize(practice(stages=stages.assign(**gone)))
    assert str(said.stages[0].step_rate) == "3.55 ±0.05 /s"
    assert said.cannot_tell == ("Step rate, step length: from one foot, taking both steps of a stride as equal.",)


def test_without_a_plan_each_run_is_a_line_and_nothing_is_compared(practice: Practice) -> None:
    base = practice()
    analysis = practice(
        plan=None,
        runs=base.runs.assign(asked_effort_pct=NAN),
        stages=base.stages.assign(asked_effort_pct=NAN),
    )
    said = summarize(analysis)
    assert [line.label for line in said.stages] == ["Run 1", "Run 2", "Run 3"]
    assert (said.gains, said.effort_sense, said.others) == ((), "", ())
    assert said.headline == "3 runs, no stages to compare. Top speed 24.6 ft/s."


def test_a_backward_run_outside_the_stages_gets_a_line_of_its_own(practice: Practice) -> None:
    base = practice()
    runs = base.runs.assign(direction=["forward", "forward", "backward"])
    said = summarize(practice(runs=runs, stages=base.stages.iloc[:2]))
    assert [(line.label, line.achieved.text) for line in said.others] == [("Run 3, backward", "–")]


def test_a_single_stage_is_compared_with_nothing(practice: Practice) -> None:
    base = practice()
    said = summarize(practice(runs=base.runs.iloc[:1], stages=base.stages.iloc[:1]))
    assert said.headline == "Only 50 % was run, so there is nothing to compare it with. Top speed 19.0 ft/s."


def test_a_recording_without_runs_says_what_was_seen_and_what_to_do(practice: Practice) -> None:
    said = summarize(nothing(practice))
    assert said.headline == "No run was found in this recording."
    assert "320 s of data" in said.data_quality
    assert "were the sensors on" in said.data_quality


def test_a_run_of_which_nothing_is_known_is_unusable(practice: Practice) -> None:
    runs = practice().runs.copy()
    runs.loc[1, ["peak_speed_m_s", "step_frequency_hz", "contact_time_s"]] = NAN
    assert summarize(practice(runs=runs)).unusable_runs == (2,)


def test_at_most_two_things_to_work_on_are_shown(practice: Practice) -> None:
    findings = (*(finding(Level.FIX, rule) for rule in "abc"), finding(Level.KEEP, "d"))
    said = summarize(practice(findings=findings))
    assert [remark.rule for remark in said.remarks] == ["a", "b", "d"]
    assert said.n_remarks_left_out == 1


def test_only_one_cue_is_given(practice: Practice) -> None:
    findings = tuple(finding(Level.LOOK, rule) for rule in "ab")
    assert [remark.cue for remark in summarize(practice(findings=findings)).remarks] == ["try a", ""]


def test_every_level_has_a_shape_of_its_own(practice: Practice) -> None:
    marks = [
        summarize(practice(findings=(finding(level, "a"),))).remarks[0].mark
        for level in (Level.KEEP, Level.LOOK, Level.FIX, Level.CANNOT_TELL)
    ]
    assert marks == ["●", "▲", "◆", "?"]


def test_a_finding_shows_number_interval_limit_and_count(practice: Practice) -> None:
    assert summarize(practice()).remarks[1].evidence == "−20 ms (−28 to −12), limit −8 ms, n = 33"


def test_a_finding_about_rest_is_shown_in_seconds(practice: Practice) -> None:
    rest = dataclasses.replace(finding(Level.LOOK, "rest"), value=45.0, low=NAN, high=NAN, limit=60.0, unit="s")
    assert summarize(practice(findings=(rest,))).remarks[0].evidence == "45 s, limit 60 s, n = 9"


def test_effort_wording_explains_why_half_effort_is_not_half_speed(practice: Practice) -> None:
    assert summarize(practice()).effort_sense == (
        "Asked 50 / 75 / 100, ran 77 / 91 / 100 % of the day's best speed. "
        "Running above the number is usual: effort is felt, it is not speed."
    )


def test_speed_wording_is_held_to_the_speed_asked(practice: Practice) -> None:
    plan = dataclasses.replace(Plan.progressive(), wording="speed")
    assert summarize(practice(plan=plan)).effort_sense.endswith("so the slower ones were too fast.")


def test_rests_are_told_with_the_plan(practice: Practice) -> None:
    assert summarize(practice()).rest == ("2:26, 2:26 between runs (plan 2:00), mostly walking; work to rest 1 : 36.")


def test_contacts_left_out_are_counted(practice: Practice) -> None:
    assert summarize(practice()).data_quality == (
        "At worst 94 % of a run's samples arrived; of 33 contacts, 2 touch lost samples: not used for ground time."
    )


def test_the_same_notice_is_told_once(practice: Practice) -> None:
    notice = Notice("link.gap", "Samples were lost.")
    assert summarize(practice(notices=(notice, notice))).notices == ("Samples were lost.",)


def test_json_of_any_summary_is_valid(practice: Practice) -> None:
    for analysis in (practice(), no_speed(practice), nothing(practice)):
        text = json.dumps(as_plain(summarize(analysis)), allow_nan=False)
        assert json.loads(text)["units"] == "us"


def test_plain_data_holds_no_numpy_and_no_nan() -> None:
    plain = as_plain({"a": np.float64(1.5), "b": np.array([1, 2]), "c": (NAN, np.bool_(True)), Level.FIX: np.int64(3)})
    assert json.dumps(plain) == '{"a": 1.5, "b": [1, 2], "c": [null, true], "fix": 3}'


def test_the_config_hash_changes_with_a_setting_and_not_with_order() -> None:
    assert config_hash({"a": 1, "b": NAN}) == config_hash({"b": NAN, "a": 1}) != config_hash({"a": 2, "b": NAN})


def test_only_the_name_of_the_file_is_shown_not_its_folder(practice: Practice) -> None:
    assert summarize(practice(source={"path": "/home/coach/secret/practice.mcap"})).source == "practice.mcap"


def test_a_stage_of_several_runs_says_of_how_many(practice: Practice) -> None:
    stages = practice().stages.assign(n_runs=2)
    said = summarize(practice(stages=stages))
    assert [line.n_runs for line in said.stages] == [2, 2, 2]
    assert " 50 % ×2 " in render_text(said)


def test_sensors_of_both_sides_are_named_together(practice: Practice) -> None:
    assert summarize(practice()).setting == ("20 yd × 3", "both feet", "100 Hz")


def test_one_foot_alone_does_not_mark_the_data_as_bad(practice: Practice) -> None:
    assert summarize(practice(runs=practice().runs.assign(quality="one_side"))).stages[0].is_clean


def test_an_interval_of_no_width_is_not_shown(practice: Practice) -> None:
    counted = dataclasses.replace(finding(Level.LOOK, "rest"), value=3.0, low=3.0, high=3.0, limit=NAN, unit="signs")
    assert summarize(practice(findings=(counted,))).remarks[0].evidence == "3 signs, n = 9"


def test_parts_that_may_both_be_nothing_are_not_claimed(practice: Practice) -> None:
    name = "speed_gain_frequency_share"
    stages = practice().stages.assign(**{name: 0.5, f"{name}_low": -0.2, f"{name}_high": 1.2})
    assert summarize(practice(stages=stages)).gains[0].sentence == "too few steps to say how"
