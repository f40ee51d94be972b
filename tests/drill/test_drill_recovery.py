import numpy as np
import pytest

from analyzer.drill.recovery import rest_before_s, rest_mode, rest_modes
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
    assert rest_modes(time, moving, START_S, STOP_S) == ["none", "still", "active"]


def test_a_rest_of_which_most_was_lost_is_unknown():
    time = np.concatenate([np.arange(0, 20, 0.5), np.arange(65, 210, 0.5)])
    assert rest_modes(time, np.zeros(time.size, dtype=bool), START_S, STOP_S)[1] == "unknown"
