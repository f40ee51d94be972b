"""Turns of a run, from the headings of its strides."""

import numpy as np
import pytest
from made_streams import LEFT, RIGHT
from made_travel import travel

from analyzer.drill.course.turning import finish_notices, turn_of
from analyzer.model import Placement, PlannedRun
from analyzer.session import analyze
from analyzer.virtual import simulate

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
SPEED_M_S, RADIUS_M = 7.0, 10.0


def bend(time_s: np.ndarray, begins_s: float = 2.0, turn_rad: float = np.pi / 2) -> np.ndarray:
    """Return the heading on a straight, a quarter of a circle, and a straight."""
    sign, ends_s = np.sign(turn_rad), begins_s + abs(turn_rad) * RADIUS_M / SPEED_M_S
    return sign * np.clip(time_s - begins_s, 0, ends_s - begins_s) * SPEED_M_S / RADIUS_M


def feet_on(heading, n: int = 13, apart_rad: float = 0.4) -> dict:
    """Return both feet, half a stride apart, each with a zero of its own."""
    left, right = (start_s + 0.25 + 0.5 * np.arange(n) for start_s in (0.0, 0.25))
    return {
        LEFT: travel(n=n, heading_rad=heading(left)),
        RIGHT: travel(n=n, heading_rad=heading(right) + apart_rad, start_s=0.25),
    }


def found(heading, speed_m_s=None, **feet):
    time_s = 0.25 * np.arange(1, 28)
    speed = np.full(time_s.size, SPEED_M_S) if speed_m_s is None else speed_m_s(time_s)
    return turn_of(feet_on(heading, **feet), time_s, speed)


def test_a_straight_run_has_no_turn():
    assert np.isnan(found(lambda t: 0 * t).turn_rad)


@pytest.mark.parametrize("turn_rad", [np.pi / 2, -np.pi / 2])
def test_a_quarter_of_a_circle_is_measured(turn_rad):
    turn = found(lambda t: bend(t, turn_rad=turn_rad))
    assert turn.turn_rad == pytest.approx(turn_rad, abs=0.02)
    # Headings come once a step, so the ends of the middle half lie within a few centimetres.
    assert turn.radius_m == pytest.approx(RADIUS_M, abs=0.5)


def test_speeds_are_those_into_and_out_of_the_turn():
    turn = found(bend, lambda t: 8.0 - 0.25 * t)
    assert turn.speed_in_m_s == pytest.approx(8.0 - 0.25 * 2.1, abs=0.1)
    assert turn.speed_out_m_s == pytest.approx(8.0 - 0.25 * 4.1, abs=0.1)


def test_a_drifting_heading_is_no_turn():
    # 2 degrees a second is more than an uncalibrated gyroscope drifts.
    assert np.isnan(found(lambda t: np.radians(2.0) * t).turn_rad)


def test_a_single_misread_stride_is_no_turn():
    assert np.isnan(found(lambda t: np.where(np.abs(t - 2.25) < 0.01, 1.0, 0.0)).turn_rad)


def test_turning_round_after_the_run_is_no_turn():
    slow = found(lambda t: np.where(t > 5.0, np.pi, 0.0), lambda t: np.where(t > 4.5, 1.5, SPEED_M_S))
    assert np.isnan(slow.turn_rad)


def test_without_speeds_no_turn_is_told():
    assert np.isnan(found(bend, lambda t: np.full(t.size, np.nan)).turn_rad)


def test_without_feet_no_turn_is_told():
    assert np.isnan(turn_of({}, np.array([0.0, 1.0]), np.array([7.0, 7.0])).turn_rad)


THROUGH, TURNING = PlannedRun(100.0), PlannedRun(100.0, finish="turn")


@pytest.mark.parametrize(("turn_rad", "planned"), [(np.nan, THROUGH), (1.5, TURNING), (1.5, None)])
def test_nothing_is_said_of_a_finish_as_planned(turn_rad, planned):
    assert list(finish_notices(np.array([turn_rad]), ["forward"], [planned])) == []


@pytest.mark.parametrize(("turn_rad", "planned"), [(1.5, THROUGH), (np.nan, TURNING)])
def test_another_finish_than_planned_is_told(turn_rad, planned):
    notices = list(finish_notices(np.array([turn_rad]), ["forward"], [planned]))
    assert [(notice.code, notice.run) for notice in notices] == [("plan.finish", 1)]


@pytest.mark.parametrize("seed", [1, 3])
def test_rounding_the_bag_is_told_with_its_radius_and_speeds(seed):
    practice = simulate("rounding-first", seed, placements=FEET)
    analysis = analyze(practice.recording())
    truth = practice.truth.courses
    np.testing.assert_allclose(analysis.runs["turn_rad"], truth["turn_rad"], atol=0.15)
    np.testing.assert_allclose(analysis.runs["turn_radius_m"], truth["turn_radius_m"], rtol=0.10)
    # The virtual athlete loses a tenth of his speed in the turn.
    np.testing.assert_allclose(analysis.runs["turn_speed_in_m_s"], truth["turn_speed_in_m_s"], rtol=0.05)
    np.testing.assert_allclose(analysis.runs["turn_speed_out_m_s"], truth["turn_speed_out_m_s"], rtol=0.06)
    assert "plan.finish" not in [notice.code for notice in analysis.notices]


def test_running_through_the_bag_is_no_turn():
    runs = analyze(simulate("home-to-first", 1, placements=FEET).recording()).runs
    assert runs["turn_rad"].isna().all()


def test_a_run_of_minutes_is_not_searched_for_turns():
    time_s = 0.25 * np.arange(1, 400)
    speed = np.full(time_s.size, SPEED_M_S)
    assert np.isnan(turn_of(feet_on(bend, n=190), time_s, speed).turn_rad)


def test_a_heading_that_jumps_in_one_foot_alone_is_no_turn():
    both = feet_on(lambda t: 0 * t)
    jumped = both | {LEFT: travel(n=13, heading_rad=np.where(np.arange(13) < 6, 0.0, 1.1))}
    time_s = 0.25 * np.arange(1, 28)
    assert np.isnan(turn_of(jumped, time_s, np.full(time_s.size, SPEED_M_S)).turn_rad)


@pytest.mark.parametrize("foot", [LEFT, RIGHT])
def test_one_foot_alone_can_tell_a_turn(foot):
    alone = {foot: feet_on(bend)[foot]}
    time_s = 0.25 * np.arange(1, 28)
    assert turn_of(alone, time_s, np.full(time_s.size, SPEED_M_S)).turn_rad == pytest.approx(np.pi / 2, abs=0.05)


def test_a_foot_that_took_no_stride_has_no_say():
    silent = feet_on(bend) | {RIGHT: travel(n=0, heading_rad=np.empty(0))}
    time_s = 0.25 * np.arange(1, 28)
    assert turn_of(silent, time_s, np.full(time_s.size, SPEED_M_S)).turn_rad == pytest.approx(np.pi / 2, abs=0.05)
