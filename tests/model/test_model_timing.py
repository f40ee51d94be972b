"""What was timed by hand or by gates."""

import math

import pytest

from analyzer.errors import InputError
from analyzer.model import Timing


def test_a_time_is_a_stopwatch_over_the_planned_distance_unless_said_otherwise():
    timing = Timing(3, 2.95)
    assert (timing.method, timing.start, math.isnan(timing.distance_m)) == ("stopwatch", "first_movement", True)


@pytest.mark.parametrize("time_s", [0.0, -2.9, math.nan, 2950.0])
def test_a_time_that_no_run_takes_is_refused(time_s):
    with pytest.raises(InputError, match="time of run 3"):
        Timing(3, time_s)


def test_runs_are_numbered_from_one():
    with pytest.raises(InputError, match="numbered from 1"):
        Timing(0, 2.95)


@pytest.mark.parametrize("distance_m", [0.0, -1.0, 18288.0])
def test_a_distance_that_no_run_has_is_refused(distance_m):
    with pytest.raises(InputError, match="distance of run 1"):
        Timing(1, 2.95, distance_m)
