"""Forward and backward runs, by the sign of the foot's swing."""

import numpy as np
import pytest
from made_streams import LEFT, RIGHT

from analyzer.drill.direction import directions

ACROSS = np.array([0.1, 0.98, -0.15]) / np.linalg.norm([0.1, 0.98, -0.15])


def turned(axis, degrees: float) -> np.ndarray:
    """Return the axis a little off, as another run of the same shoe gives it."""
    off = axis + np.tan(np.radians(degrees)) * np.cross(axis, [1.0, 0.0, 0.0])
    return off / np.linalg.norm(off)


def test_a_run_with_the_swing_reversed_went_backward():
    axes = [{LEFT: ACROSS}, {LEFT: -turned(ACROSS, 10)}, {LEFT: turned(ACROSS, -10)}]
    assert directions(axes, np.array([8.0, 4.0, 7.0])) == ["forward", "backward", "forward"]


def test_the_fastest_run_went_forward_whichever_came_first():
    axes = [{LEFT: -ACROSS}, {LEFT: ACROSS}]
    assert directions(axes, np.array([4.0, 8.0])) == ["backward", "forward"]


def test_runs_of_unknown_speed_never_say_what_forward_is():
    axes = [{LEFT: -ACROSS}, {LEFT: ACROSS}]
    assert directions(axes, np.array([np.nan, 3.0])) == ["backward", "forward"]


def test_each_foot_is_held_against_itself():
    # Sensors sit on the two shoes in any way: opposite axes in one run are no contradiction.
    axes = [{LEFT: ACROSS, RIGHT: -ACROSS}, {LEFT: -ACROSS, RIGHT: ACROSS}]
    assert directions(axes, np.array([8.0, 4.0])) == ["forward", "backward"]


def test_a_run_without_a_foot_has_no_known_direction():
    assert directions([{LEFT: ACROSS}, {}], np.array([8.0, 7.0])) == ["forward", "unknown"]


def test_one_foot_missing_in_a_run_leaves_the_other_to_tell():
    axes = [{LEFT: ACROSS, RIGHT: ACROSS}, {RIGHT: -ACROSS}]
    assert directions(axes, np.array([8.0, 4.0])) == ["forward", "backward"]


def test_a_single_run_reads_forward():
    assert directions([{LEFT: -ACROSS}], np.array([np.nan])) == ["forward"]


def test_no_runs_have_no_directions():
    assert directions([], np.array([])) == []


@pytest.mark.parametrize("seed", range(5))
def test_turning_a_sensor_on_the_shoe_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    axes = [{LEFT: ACROSS}, {LEFT: -turned(ACROSS, 12)}, {LEFT: turned(ACROSS, 12)}]
    elsewhere = [{LEFT: turn @ run[LEFT]} for run in axes]
    assert directions(elsewhere, np.array([8.0, 4.0, 7.0])) == ["forward", "backward", "forward"]
