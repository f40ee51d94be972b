"""Sensors worn wrongly, and practices that do not fit their plan."""

import numpy as np
import pytest

from analyzer.acquire.read import read
from analyzer.cli.demo import write_capture
from analyzer.errors import InputError
from analyzer.model import Placement, Plan
from analyzer.virtual import SCENARIOS, simulate
from analyzer.virtual.programme import stage
from analyzer.virtual.reel_truth import reel_truth
from analyzer.virtual.runner import Style, draw_runner

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
LEFT, RIGHT = FEET


def staged_truth(name):
    scenario = SCENARIOS[name]
    return reel_truth(*stage(scenario.plan, draw_runner(5), Style(), 5, scenario.habits))


@pytest.fixture(scope="module")
def plain():
    return simulate("late-sensor", 5, placements=FEET)


def test_swapped_feet_carry_each_other_s_name(plain):
    swapped = simulate("swapped-feet", 5, placements=FEET)
    np.testing.assert_array_equal(swapped.traces[RIGHT].counts, plain.traces[LEFT].counts)


def test_a_sensor_upside_down_feels_gravity_from_the_other_side(plain):
    turned = simulate("upside-down", 5, placements=FEET)
    ups = [practice.traces[LEFT].counts[200:600, 2].mean() for practice in (plain, turned)]
    assert ups[0] > 0 > ups[1]


def test_a_late_sensor_has_no_earlier_samples(plain):
    assert plain.traces[RIGHT].time_s[0] == pytest.approx(8.0, abs=0.01)
    assert plain.truth.runs.start_s[0] < 8.0 < plain.truth.runs.stop_s[0]


def test_a_dead_sensor_has_no_later_samples():
    practice = simulate("dead-sensor", 5, placements=FEET)
    assert practice.traces[LEFT].time_s[-1] == pytest.approx(0.55 * practice.duration_s, abs=0.01)
    assert practice.traces[RIGHT].time_s[-1] == pytest.approx(practice.duration_s, abs=0.02)


def test_the_foot_of_another_athlete_has_his_contacts():
    practice = simulate("two-athletes", 5, placements=FEET)
    starts = practice.truth.contacts.query("run == 1 and kind == 'start'").groupby("side").toe_off_s.min()
    assert starts["right"] - starts["left"] > 0.5


@pytest.mark.parametrize(
    ("name", "slots", "outcomes"),
    [
        ("missing-run", [1, 3], ["whole", "whole"]),
        ("extra-run", [0, 1, 2, 3], ["whole"] * 4),
        ("aborted-run", [1, 2, 3, 3], ["whole", "whole", "aborted", "whole"]),
        ("repeated-run", [1, 2, 2, 3], ["whole"] * 4),
        ("cut-off", [1, 2, 3], ["whole", "whole", "cut"]),
    ],
)
def test_the_truth_tells_what_was_run_of_the_plan(name, slots, outcomes):
    courses = staged_truth(name).courses
    assert courses.slot.tolist() == slots
    assert courses.outcome.tolist() == outcomes


def test_a_cut_run_has_a_start_and_no_end():
    practice = simulate("cut-off", 5, placements=(LEFT,))
    last = practice.truth.runs.iloc[-1]
    assert last.start_s < practice.duration_s
    assert np.isnan(last.stop_s)
    assert np.isnan(last.mark_s)


def test_an_aborted_run_never_passes_the_mark():
    runs = staged_truth("aborted-run").runs
    assert runs.mark_s.isna().tolist() == [False, False, True, False]


def test_a_capture_holds_the_signals_of_a_reaction_practice(tmp_path):
    practice = simulate("reaction", 5, placements=(LEFT,))
    write_capture(practice, tmp_path / "practice.mcap", overwrite=False)
    marks = read(tmp_path / "practice.mcap").marks
    assert [mark.kind for mark in marks] == ["cue"] * 4
    np.testing.assert_allclose([mark.time_s for mark in marks], practice.truth.courses.cue_s, atol=1e-6)


def test_a_plan_too_short_for_the_scenario_is_refused():
    with pytest.raises(InputError, match="at least 3 runs"):
        simulate("cut-off", 5, Plan.progressive(efforts_pct=(50.0, 100.0)), FEET)
