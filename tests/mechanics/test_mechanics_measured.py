from dataclasses import replace

import numpy as np
import pytest
from body_tables import practice, with_segments
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.mechanics.case import prepare
from analyzer.mechanics.measured import Pair, difference, measured, pair_of, ratio_pct, spread
from analyzer.mechanics.sides import side_difference
from analyzer.mechanics.thresholds import load
from analyzer.mechanics.verdict import Silence
from analyzer.model import Placement

RULE = load().rules["posture_changes"]
LEAN = "trunk_lean_rad"


def case_of(*lean_rad, **how):
    return prepare(with_segments(practice((Placement.STERNUM,)), {LEAN: lean_rad}, **how))


def pair(case):
    made = pair_of(case, RULE, LEAN, case.pair(RULE))
    assert isinstance(made, Pair)
    return made


def test_a_mean_over_the_fly_phase_is_found():
    found = measured(case_of(0.1, 0.1, 0.2), LEAN, (3,))
    assert found.found.value == pytest.approx(0.2, abs=0.015)
    assert found.estimate.n_values == 8


def test_a_mean_of_zero_has_an_error_all_the_same():
    found = measured(case_of(0.0, 0.0, 0.0, scatter=0.02), LEAN, (3,)).found
    assert found.high - found.low > 0.02


def test_the_error_of_the_angle_itself_does_not_average_out():
    loose = case_of(0.1, 0.1, 0.1, scatter=1e-6)
    loose = prepare(replace(loose.inputs, segments=loose.inputs.segments.assign(angle_sd_rad=0.05)))
    found = measured(loose, LEAN, (1, 2, 3)).found
    assert found.high - found.value > 1.9 * 0.05 * np.sqrt(0.75)


def test_what_runs_share_cancels_in_their_difference():
    case = case_of(0.1, 0.1, 0.2, scatter=1e-6)
    loose = prepare(replace(case.inputs, segments=case.inputs.segments.assign(angle_sd_rad=0.05)))
    half = difference(pair(loose)).high - difference(pair(loose)).value
    alone = measured(loose, LEAN, (3,)).found
    assert half < alone.high - alone.value


def test_a_rate_has_no_error_of_an_angle():
    made = with_segments(practice((Placement.LEFT_WRIST,)), {"arm_swing_rad": (1.0, 1.0, 1.0)})
    loose = prepare(replace(made, segments=made.segments.assign(angle_sd_rad=0.5)))
    assert measured(loose, "arm_swing_rad", (3,)).estimate.common_sd == 0


def test_a_difference_holds_the_truth_as_often_as_it_says():
    hits, n = 0, 200
    rng = np.random.default_rng(11)
    case = case_of(0.1, 0.1, 0.2)
    for _ in range(n):
        noise = 0.03 * rng.standard_normal(len(case.inputs.segments))
        truth = case.inputs.segments["run"].map({1: 0.1, 2: 0.1, 3: 0.2}) + noise
        segments = case.inputs.segments.assign(trunk_lean_rad=truth, angle_sd_rad=0.0)
        found = difference(pair(replace(case, inputs=replace(case.inputs, segments=segments))))
        hits += found.low <= 0.1 <= found.high
    # The design effect, for steps that hang together, makes it wider than independent ones need.
    assert hits >= 0.95 * n


def test_a_ratio_of_equals_is_a_hundred():
    found = ratio_pct(pair(case_of(0.2, 0.2, 0.2, scatter=1e-9)))
    assert found.value == pytest.approx(100)


def test_without_a_table_a_pair_was_not_measured():
    case = prepare(practice((Placement.STERNUM,)))
    assert pair_of(case, RULE, LEAN, case.pair(RULE)) == Silence("posture_changes", "not_measured")


def test_without_a_second_effort_there_is_no_pair():
    assert pair_of(case_of(0.1, 0.1, 0.1), RULE, LEAN, None) == Silence("posture_changes", "no_such_effort")


def test_the_scatter_is_that_of_the_steps_not_of_the_runs():
    rng = np.random.default_rng(2)
    rows = case_of(0.0, 0.5, 1.0, n_fly=12).inputs.segments
    rows = rows[rows["phase"] == "fly"]
    hits = 0
    for _ in range(200):
        # Runs differ by far more than steps, and every run has a slope of its own.
        lean = 0.5 * rows["run"] + 0.1 * rows["run"] * rows["start_s"] + 0.02 * rng.standard_normal(len(rows))
        found, df = spread(rows.assign(trunk_lean_rad=lean), LEAN)
        assert df == 3 * (12 - 2)
        hits += found.low <= 0.02 <= found.high
    assert 0.90 <= hits / 200 <= 0.99


def test_one_step_has_no_scatter():
    case = case_of(0.1, 0.1, 0.1)
    found, df = spread(case.inputs.segments.iloc[8:9], LEAN)
    assert np.isnan(found.value)
    assert df == 0


sides = st.lists(st.floats(0.8, 1.2), min_size=4, max_size=12)


@settings(max_examples=40, deadline=None)
@given(left=sides, right=sides)
def test_swapping_the_sides_turns_the_difference_round(left, right):
    values = np.array(left + right)
    is_left = np.arange(values.size) < len(left)
    runs = np.zeros(values.size, dtype=np.int64)
    one, other = side_difference(values, is_left, runs, 0.0), side_difference(values, ~is_left, runs, 0.0)
    assert one.value == pytest.approx(-other.value, abs=1e-6)
    assert one.low == pytest.approx(-other.high, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(left=sides, right=sides)
def test_one_run_needs_no_regression(left, right):
    values = np.array(left + right)
    is_left = np.arange(values.size) < len(left)
    found = side_difference(values, is_left, np.zeros(values.size, dtype=np.int64), 0.0)
    assert found.value == pytest.approx(100 * (np.mean(left) - np.mean(right)) / values.mean(), abs=1e-6)


def test_a_fast_and_a_slow_run_are_no_difference_between_the_sides():
    values = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    # More of the left in the slow run, more of the right in the fast one.
    is_left = np.array([True, True, False, True, False, False])
    runs = np.array([1, 1, 1, 2, 2, 2])
    assert side_difference(values, is_left, runs, 0.0).value == pytest.approx(0)


def test_two_values_have_a_difference_but_no_interval():
    found = side_difference(np.array([1.0, 1.1]), np.array([True, False]), np.array([1, 1]), 0.0)
    assert found.value == pytest.approx(-9.52, abs=0.01)
    assert np.isnan([found.low, found.high]).all()
