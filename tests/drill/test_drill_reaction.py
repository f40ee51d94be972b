"""From the start signal to the first movement."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_tables import Run, session

from analyzer.drill.practice import Practice
from analyzer.drill.record import RunRecord
from analyzer.drill.starting.reaction import ReactionConfig, reaction_notices, reactions, with_reactions
from analyzer.model import CueMark, Placement, Plan, PlannedRun, Reaction

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
KNOWN = {"display_delay_s": 0.030, "display_delay_sd_s": 0.008}


def record(start_s: float, stop_s: float | None = None, *, used=(Placement.PELVIS,), seen: bool = True) -> RunRecord:
    first_contact_s = start_s + 0.4 if seen else start_s
    return RunRecord(
        start_s=start_s,
        stop_s=start_s + 4.0 if stop_s is None else stop_s,
        deceleration_start_s=math.nan,
        peak_speed_m_s=7.0,
        peak_speed_sd_m_s=0.1,
        way_m=18.0,
        received_pct=100.0,
        troubles=(),
        contacts={"initial_contact_s": np.array([first_contact_s]), "toe_off_s": np.array([first_contact_s + 0.15])},
        strides={"start_s": np.array([first_contact_s])},
        steps={},
        used=used,
        travel_axes={},
        start_seen=seen,
        start_told_by="legs" if used == FEET else "trunk",
    )


def visual(time_s: float, **said: float) -> CueMark:
    return CueMark(time_s, shown="visual", **said)


def only(records, cues, clock_sd_s: float = math.nan) -> Reaction:
    (found,) = reactions(records, cues, clock_sd_s)
    return found


def test_the_reaction_is_first_movement_less_signal_less_delay():
    # 0.25 s after the signal was handed over, of which the screen took 0.03 s.
    assert only([record(10.25)], [visual(10.0, **KNOWN)]).time_s == pytest.approx(0.22, abs=1e-9)


def test_an_unknown_delay_is_not_taken_off_and_is_named():
    found = only([record(10.25)], [visual(10.0)])
    assert found.time_s == pytest.approx(0.25, abs=1e-9)
    assert found.cue.delay_unknown == "display delay unknown"


def test_the_last_signal_before_the_movement_counts():
    assert only([record(10.25)], [visual(8.9), visual(10.0), visual(40.0)]).cue.time_s == 10.0


def test_a_signal_long_before_the_run_is_not_its_own():
    assert reactions([record(10.0)], [visual(7.9)]) == ()


def test_a_signal_within_the_run_before_belongs_to_that_one():
    found = reactions([record(10.0, stop_s=14.5), record(15.0)], [visual(14.0)])
    assert found == ()


def test_moving_before_the_signal_is_a_false_start():
    found = only([record(10.0)], [visual(10.3)])
    assert found.flag == "false_start"
    assert found.time_s == pytest.approx(-0.3, abs=1e-9)


@pytest.mark.parametrize(
    ("reaction_s", "flag"), [(-0.001, "false_start"), (0.099, "anticipated"), (0.101, "ok"), (0.25, "ok")]
)
def test_nobody_reacts_within_a_tenth_of_a_second(reaction_s, flag):
    assert only([record(10.03 + reaction_s)], [visual(10.0, **KNOWN)]).flag == flag


def test_the_limit_is_wider_where_the_latency_is_poorly_known():
    poor = {"display_delay_s": 0.030, "display_delay_sd_s": 0.012}
    assert only([record(10.135)], [visual(10.0, **poor)]).flag == "anticipated"
    assert only([record(10.135)], [visual(10.0, **KNOWN)]).flag == "ok"


def test_with_an_unknown_delay_a_quick_start_may_have_been_a_guess():
    assert only([record(10.15)], [visual(10.0)]).flag == "unsure"
    assert only([record(10.20)], [visual(10.0)]).flag == "ok"
    # The delay only makes it worse.
    assert only([record(10.08)], [visual(10.0)]).flag == "anticipated"


def test_the_legs_alone_accuse_nobody_of_a_guess():
    assert only([record(10.08, used=FEET)], [visual(10.0, **KNOWN)]).flag == "unsure"
    assert only([record(9.5, used=FEET)], [visual(10.0, **KNOWN)]).flag == "false_start"


def test_a_run_whose_first_movement_was_not_seen_has_no_reaction():
    found = only([record(10.25, seen=False)], [visual(10.0)])
    assert found.flag == "start_unseen"
    assert math.isnan(found.time_s)
    assert math.isnan(found.sd_s)


def test_the_uncertainty_is_the_root_of_the_squares_of_its_parts():
    found = only([record(10.25)], [visual(10.0, time_sd_s=0.006, **KNOWN)], clock_sd_s=0.002)
    parts = {part.name: part.sd_s for part in found.parts}
    radio_s = ReactionConfig().longest_link_delay_s / math.sqrt(3)
    assert parts == {
        "first movement": 0.020,
        "clock fit": 0.002,
        "radio": pytest.approx(radio_s),
        "signal time": 0.006,
        "signal delay": 0.008,
    }
    assert found.sd_s == pytest.approx(math.sqrt(0.020**2 + 0.002**2 + radio_s**2 + 0.006**2 + 0.008**2), abs=1e-9)


def test_signals_on_the_sensors_own_clock_owe_nothing_to_a_radio():
    found = only([record(10.25)], [visual(10.0)])
    assert [part.name for part in found.parts] == ["first movement"]


def test_every_part_says_where_it_comes_from():
    found = only([record(10.25, used=FEET)], [visual(10.0, time_sd_s=0.01, **KNOWN)], clock_sd_s=0.002)
    assert all(part.source for part in found.parts)
    assert len(found.parts) == 6


@given(
    starts=st.lists(st.floats(0.0, 500.0), min_size=1, max_size=6, unique=True),
    cues=st.lists(st.floats(0.0, 500.0), max_size=12, unique=True),
)
def test_no_signal_is_answered_twice(starts, cues):
    ordered = sorted(starts)
    # Runs follow each other without overlap, as they do in a practice.
    stops = [*ordered[1:], ordered[-1] + 4.0]
    records = [record(start, start + 0.9 * (stop - start)) for start, stop in zip(ordered, stops, strict=True)]
    answered = [found.cue.time_s for found in reactions(records, [visual(time_s) for time_s in sorted(cues)])]
    assert len(answered) == len(set(answered))


def practice(n_runs: int) -> Practice:
    made = session(*[Run(100, 7.0)] * n_runs, planned=False)
    return Practice(made.contacts, made.strides, made.steps, made.runs, ())


def test_the_table_of_runs_tells_reaction_delay_and_flag():
    records = [record(10.25), record(100.0), replace(record(200.12), false_step="yes"), record(300.0)]
    cues = [visual(10.0, **KNOWN), visual(200.0)]
    records[3] = replace(records[3], false_step="yes")
    runs = with_reactions(practice(4), reactions(records, cues), records).runs
    np.testing.assert_allclose(runs["reaction_time_s"], [0.22, np.nan, 0.12, np.nan], atol=1e-9)
    assert runs["reaction_time_sd_s"].notna().tolist() == [True, False, True, False]
    assert runs["cue_delay"].tolist() == ["known", "none", "display delay unknown", "none"]
    assert runs["start_flag"].tolist() == ["ok", "none", "unsure;false_step", "false_step"]


def plan(*cues: str) -> Plan:
    return Plan(tuple(PlannedRun(100.0, start_cue=cue) for cue in cues))


def test_a_plan_with_signals_and_a_recording_without_says_why_there_is_no_reaction():
    (notice,) = reaction_notices((), (), 2, plan("visual", "whistle"))
    assert notice.code == "reaction.no_cue"
    assert "psr cue" in notice.text


def test_runs_whose_signal_is_missing_are_counted():
    records, cues = [record(10.2), record(50.0)], [visual(10.0)]
    (notice,) = reaction_notices(reactions(records, cues), cues, 2, plan("visual", "visual"))
    assert notice.code == "reaction.cue_missing"


def test_signals_that_nobody_answered_are_named():
    records, cues = [record(10.2)], [visual(10.0), visual(70.0)]
    (notice,) = reaction_notices(reactions(records, cues), cues, 1, None)
    assert (notice.code, "70.0 s" in notice.text) == ("reaction.unanswered", True)


@pytest.mark.parametrize("asked", [None, plan("own")])
def test_without_signals_asked_for_or_given_nothing_is_said(asked):
    assert reaction_notices((), (), 1, asked) == ()


def test_a_start_that_knows_its_own_uncertainty_hands_it_to_the_reaction():
    sure, unsure = (only([replace(record(10.25), start_sd_s=sd_s)], [visual(10.0)]) for sd_s in (0.030, 0.050))
    assert (sure.sd_s, unsure.sd_s) == pytest.approx((0.030, 0.050))


def test_no_start_is_better_seen_than_by_eye_on_a_force_plate():
    found = only([replace(record(10.25), start_sd_s=0.005)], [visual(10.0)])
    assert found.sd_s == ReactionConfig().trunk_sd_s


@pytest.mark.parametrize(("start_sd_s", "flag"), [(0.04, "ok"), (0.12, "unsure")], ids=["both feet", "one foot"])
def test_the_surer_the_legs_the_sooner_a_reaction_is_believed(start_sd_s, flag):
    legs = replace(record(10.22, used=FEET), start_sd_s=start_sd_s)
    assert only([legs], [visual(10.0, **KNOWN)]).flag == flag
