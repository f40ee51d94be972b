"""Achieved effort: what speeds are held against, of the day and of the weeks before."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.drill.planned.effort import EffortRuns, achieved_of_best, achieved_of_day
from analyzer.drill.planned.history import PastRun

NAN = np.nan


def runs_of(peaks, asked=(50, 75, 100), directions=None, distances=None, way=None) -> EffortRuns:
    n = len(peaks)
    floats = (np.array(values, dtype=float) for values in (peaks, asked, distances or [18.3] * n, way or [18.3] * n))
    peak, effort, distance, covered = floats
    return EffortRuns(peak, effort, directions or ["forward"] * n, distance, covered)


def past(peak, *, direction="forward", distance=18.3, day=date(2026, 4, 1), run=3) -> PastRun:
    return PastRun(day, "tuesday", run, direction, distance, peak, 0.1)


def test_speeds_are_held_against_the_run_at_full_effort():
    found = achieved_of_day(runs_of([6.0, 7.0, 8.0]))
    np.testing.assert_allclose(found.pct, [75.0, 87.5, 100.0])
    assert set(found.reference) == {"true_100 run 3"}


def test_a_slightly_faster_run_at_less_effort_does_not_take_the_place_of_the_100():
    found = achieved_of_day(runs_of([6.0, 8.1, 8.0]))
    assert found.pct[1] == pytest.approx(101.25)
    assert found.reference[1] == "true_100 run 3"


def test_a_100_far_below_the_fastest_was_held_back():
    found = achieved_of_day(runs_of([6.0, 8.0, 7.0]))
    assert found.reference == ("fastest run 2",) * 3
    assert found.pct[2] == pytest.approx(87.5)


def test_a_100_that_was_not_run_through_the_mark_is_no_reference():
    found = achieved_of_day(runs_of([6.0, 7.9, 8.0], way=[18.3, 18.3, 13.0]))
    assert found.reference[0] == "fastest run 3"


def test_the_better_of_two_true_100s_counts():
    found = achieved_of_day(runs_of([6.0, 8.0, 8.2], asked=(50, 100, 100)))
    assert set(found.reference) == {"true_100 run 3"}


def test_without_a_plan_the_fastest_counts():
    found = achieved_of_day(runs_of([6.0, 8.0, 7.0], asked=(NAN, NAN, NAN)))
    assert set(found.reference) == {"fastest run 2"}


def test_each_direction_has_its_own_best():
    ways = ["forward", "backward", "forward", "backward"]
    found = achieved_of_day(runs_of([6.0, 4.0, 8.0, 5.0], (50, 50, 100, 100), ways))
    np.testing.assert_allclose(found.pct, [75.0, 80.0, 100.0, 100.0])
    assert found.reference[1] == "true_100 run 4"


def test_a_lone_backward_run_at_half_effort_has_no_reference():
    found = achieved_of_day(runs_of([6.0, 4.0, 8.0], (50, 50, 100), ["forward", "backward", "forward"]))
    assert np.isnan(found.pct[1])
    assert found.reference[1] == "none"


def test_each_distance_has_its_own_100_where_it_was_run():
    found = achieved_of_day(runs_of([6.0, 7.0, 8.0], (75, 100, 100), distances=[9.1, 9.1, 18.3], way=[9.1, 9.1, 18.3]))
    assert found.reference == ("true_100 run 2", "true_100 run 2", "true_100 run 3")


def test_a_distance_without_a_100_is_held_against_that_of_another():
    found = achieved_of_day(runs_of([6.0, 8.0], (75, 100), distances=[9.1, 18.3], way=[9.1, 18.3]))
    assert found.reference[0] == "true_100 run 2"


@given(peaks=st.lists(st.one_of(st.floats(2, 10), st.just(NAN)), min_size=1, max_size=5), data=st.data())
def test_a_true_100_is_never_beaten_by_much(peaks, data):
    asked = data.draw(st.lists(st.sampled_from([50.0, 75.0, 100.0, NAN]), min_size=len(peaks), max_size=len(peaks)))
    found = achieved_of_day(runs_of(peaks, asked))
    for pct, name in zip(found.pct, found.reference, strict=True):
        assert name != "none" or np.isnan(pct)
        assert not pct > 100 / 0.97 + 1e-9


def test_the_best_of_the_weeks_before_is_named():
    found = achieved_of_best(runs_of([6.0, 7.0, 8.0]), [past(7.5, run=1), past(8.4), past(9.0, distance=27.4)])
    assert found.pct[2] == pytest.approx(100 * 8.0 / 8.4)
    assert found.reference[2] == "2026-04-01 tuesday run 3"


def test_earlier_runs_in_another_direction_or_over_another_distance_do_not_count():
    found = achieved_of_best(runs_of([8.0], (100,)), [past(9.0, distance=27.4), past(9.0, direction="backward")])
    assert np.isnan(found.pct[0])
    assert found.reference == ("none",)
