import numpy as np
import pytest

from analyzer.drill.rest.movement import Pace
from analyzer.drill.rest.recovery import rest_before_s, rest_mode, rests, work_to_rest
from analyzer.errors import InputError

START_S, STOP_S = np.array([10.0, 70.0, 200.0]), np.array([14.0, 74.0, 205.0])


def test_rest_runs_from_the_end_of_one_run_to_the_first_movement_of_the_next():
    np.testing.assert_array_equal(rest_before_s(START_S, STOP_S), [np.nan, 56, 126])


def test_no_runs_have_no_rests():
    assert rest_before_s(np.array([]), np.array([])).size == 0


def test_starts_without_stops_are_refused():
    with pytest.raises(InputError, match="start and a stop"):
        rest_before_s(START_S, STOP_S[:2])


def test_a_rest_with_a_short_walk_back_is_still():
    assert rest_mode(np.arange(100) < 25) == "still"


def test_a_rest_spent_walking_is_active():
    assert rest_mode(np.arange(100) < 60) == "active"


def test_a_rest_nobody_recorded_is_unknown():
    assert rest_mode(np.array([], dtype=bool)) == "unknown"


def test_each_rest_is_judged_by_its_own_samples():
    time = np.arange(0, 210, 0.5)
    moving = (time > 80) & (time < 180)
    assert rests(time, moving, START_S, STOP_S).mode == ("none", "still", "active")


def test_a_rest_of_which_most_was_lost_is_unknown():
    time = np.concatenate([np.arange(0, 20, 0.5), np.arange(65, 210, 0.5)])
    found = rests(time, np.zeros(time.size, dtype=bool), START_S, STOP_S)
    assert found.mode[1] == "unknown"
    assert np.isnan(found.still_share[1])


def test_shares_of_a_rest_are_those_of_its_time():
    """A rest of 56 s from 14 s on: stand, from 28 s on a walk, from 42 s on a jog."""
    time = np.arange(0.25, 210, 0.5)
    pace = np.select([(time > 28) & (time < 42), (time > 42) & (time < 70)], [Pace.WALKING, Pace.JOGGING], Pace.STILL)
    found = rests(time, pace, START_S, STOP_S)
    np.testing.assert_allclose(
        [found.still_share[1], found.walking_share[1], found.jogging_share[1]], [0.25, 0.25, 0.5], atol=0.01
    )


def test_shares_add_up_to_one_wherever_they_are_known():
    time = np.arange(0.25, 210, 0.5)
    found = rests(time, np.arange(time.size) % 3, START_S, STOP_S)
    total = found.still_share + found.walking_share + found.jogging_share
    np.testing.assert_allclose(total, [np.nan, 1, 1])


def test_work_to_rest_is_the_run_before_against_the_rest_after_it():
    np.testing.assert_allclose(work_to_rest(START_S, STOP_S), [np.nan, 4 / 56, 4 / 126])


def test_runs_without_a_pause_have_no_ratio():
    assert np.isnan(work_to_rest(np.array([0.0, 4.0]), np.array([4.0, 8.0]))).all()


def test_one_bin_of_a_rest_tells_nothing_of_it():
    assert rests(np.array([20.0]), np.array([1]), START_S, STOP_S).mode[1] == "unknown"
