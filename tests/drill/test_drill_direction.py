"""Where runs went, by the way of each foot against its own forward axis."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_streams import LEFT, RIGHT
from made_travel import travel

from analyzer.drill.course.direction import Way, angles_rad, ways
from analyzer.model import Placement
from analyzer.session import analyze
from analyzer.virtual import simulate

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)


def told(*runs, speeds=None) -> list[str]:
    speeds = np.array(speeds if speeds is not None else np.arange(len(runs), 0, -1), dtype=float)
    return [way.direction for way in ways(runs, speeds)]


@pytest.mark.parametrize(
    ("degrees", "direction"),
    [
        (0, "forward"),
        (-34, "forward"),
        (40, "unknown"),
        (50, "lateral_left"),
        (90, "lateral_left"),
        (-90, "lateral_right"),
        (-130, "lateral_right"),
        (140, "unknown"),
        (150, "backward"),
        (180, "backward"),
        (-170, "backward"),
    ],
)
def test_the_angle_to_the_forward_axis_tells_the_direction(degrees, direction):
    assert told({LEFT: travel()}, {LEFT: travel(degrees)}) == ["forward", direction]


@given(st.floats(-179.0, 179.0), st.integers(0, 100))
def test_the_angle_is_the_same_in_any_mounting(degrees, seed):
    mounting, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    mounting *= np.sign(np.linalg.det(mounting))
    found = angles_rad(travel(degrees, mounting=mounting), travel(mounting=mounting))
    np.testing.assert_allclose(np.degrees(found), degrees, atol=1e-6)


def test_the_fastest_run_went_forward_whichever_came_first():
    assert told({LEFT: travel(180)}, {LEFT: travel()}, speeds=[4.0, 8.0]) == ["backward", "forward"]


def test_a_fast_sideways_run_never_says_what_forward_is():
    assert told({LEFT: travel(90)}, {LEFT: travel()}, speeds=[8.0, 4.0]) == ["lateral_left", "forward"]


def test_runs_of_unknown_speed_never_say_what_forward_is():
    assert told({LEFT: travel(180)}, {LEFT: travel()}, speeds=[np.nan, 3.0]) == ["backward", "forward"]


def test_a_practice_without_a_run_along_the_feet_tells_nothing():
    assert told({LEFT: travel(90)}, {LEFT: travel(-60)}) == ["unknown", "unknown"]


def test_a_foot_that_the_fastest_run_lacks_learns_from_the_other():
    runs = {LEFT: travel()}, {LEFT: travel(), RIGHT: travel()}, {RIGHT: travel(180)}
    assert told(*runs) == ["forward", "forward", "backward"]


def test_a_foot_never_learns_from_a_backward_run():
    runs = {LEFT: travel()}, {LEFT: travel(180), RIGHT: travel(180)}, {RIGHT: travel()}
    assert told(*runs) == ["forward", "backward", "unknown"]


def test_two_strides_tell_no_direction():
    assert told({LEFT: travel()}, {LEFT: travel(180, n=2)}) == ["forward", "unknown"]


def test_strides_that_do_not_agree_tell_no_direction():
    assert told({LEFT: travel()}, {LEFT: travel([0, 90, 180, -90, 0, 180])}) == ["forward", "unknown"]


def test_a_single_misread_stride_is_outvoted():
    assert told({LEFT: travel()}, {LEFT: travel([180, 180, 0, 180, 180, 180])}) == ["forward", "backward"]


def test_a_run_without_a_foot_has_no_known_direction():
    assert told({LEFT: travel()}, {}) == ["forward", "unknown"]


def test_no_runs_have_no_ways():
    assert ways([], np.array([])) == []


@pytest.mark.parametrize(
    ("swing_rad_s", "length_m", "manner"),
    [(9.0, 0.9, "shuffle"), (13.0, 2.0, "crossover"), (9.0, 2.0, "unknown"), (13.0, 0.9, "unknown")],
)
def test_swing_and_stride_together_tell_how_a_sideways_run_was_done(swing_rad_s, length_m, manner):
    aside = travel(90, swing_rad_s=swing_rad_s, length_m=length_m)
    assert ways([{LEFT: travel()}, {LEFT: aside}], np.array([8.0, 3.0]))[1] == Way("lateral_left", manner)


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("scenario", ["multi-directional", "crossover"])
def test_the_ways_of_a_virtual_practice_are_recognised_without_its_plan(scenario, seed):
    practice = simulate(scenario, seed, placements=FEET)
    runs = analyze(replace(practice.recording(), plan=None)).runs
    courses = practice.truth.courses
    sideways = courses["manner"].where(courses["direction"].str.startswith("lateral"), "none")
    assert runs["direction"].tolist() == courses["direction"].tolist()
    assert runs["manner"].tolist() == sideways.tolist()


def test_a_backward_run_of_the_virtual_athlete_is_as_fast_as_it_was():
    practice = simulate("multi-directional", 3, placements=FEET)
    found = analyze(practice.recording()).runs.loc[1, "peak_speed_m_s"]
    # A fifth of a stride's length is what a backward run claims to know.
    assert found == pytest.approx(practice.truth.runs.loc[1, "peak_speed_m_s"], rel=0.10)
