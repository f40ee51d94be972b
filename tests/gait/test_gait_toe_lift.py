"""Toe-off from the speed of the ball of the foot, against a plain loop and a motion known in closed form."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analyzer.gait.foot.motion import FootMotion
from analyzer.gait.foot.toe_lift import Stances, ToeLiftConfig, find_toe_lifts
from analyzer.units import G_M_S2

CONFIG = ToeLiftConfig()
RATE_HZ = 200.0


def standing_then_leaving(leaves_at: int, acceleration_m_s2: float, n: int = 120) -> FootMotion:
    """A foot that stands still and then slides away forward, ever faster."""
    force = np.tile([0.0, 0.0, G_M_S2], (n, 1))
    force[leaves_at:, 0] = acceleration_m_s2
    still = np.zeros((n, 3))
    return FootMotion(RATE_HZ, np.tile([1.0, 0.0, 0.0, 0.0], (n, 1)), force, still, np.zeros(3), np.zeros(n))


def one_stance(anchor: int = 10) -> Stances:
    return Stances(np.array([anchor]), np.eye(3)[None], np.zeros((1, 3)))


def test_toe_off_is_where_the_ball_reaches_its_share_of_the_running_speed():
    toe_off, _ = find_toe_lifts(standing_then_leaving(30, 50.0), one_stance(), np.array([4.0]), CONFIG)
    # 0.31 * 4 m/s at 50 m/s2 take 4.96 samples; the trapezoid begins the rise half a sample early.
    assert toe_off[0] == pytest.approx(29.5 + 4.96, abs=1e-9)


def test_a_foot_that_never_leaves_has_no_toe_off():
    toe_off, _ = find_toe_lifts(standing_then_leaving(119, 1.0), one_stance(), np.array([4.0]), CONFIG)
    assert np.isnan(toe_off[0])


def test_no_strides_have_no_toe_offs():
    nothing = np.empty(0, dtype=np.intp)
    stances = Stances(nothing, np.empty((0, 3, 3)), np.empty((0, 3)))
    toe_off, sd_s = find_toe_lifts(standing_then_leaving(30, 50.0), stances, np.empty(0), CONFIG)
    assert toe_off.size == sd_s.size == 0


def test_a_slower_sensor_is_less_sure():
    fast = standing_then_leaving(30, 50.0)
    slow = replace(fast, rate_hz=100.0)
    sd_s = [find_toe_lifts(motion, one_stance(), np.array([4.0]), CONFIG)[1][0] for motion in (fast, slow)]
    assert CONFIG.sd_s < sd_s[0] < sd_s[1]


def lifted_in_a_loop(motion: FootMotion, stances: Stances, row: int, speed_m_s: float) -> float:
    """Integrate the ball's speed sample by sample until it is fast enough."""
    step_s = 1.0 / motion.rate_hz
    first = int(stances.anchor[row])
    limit = np.interp(speed_m_s, CONFIG.speed_m_s, CONFIG.share_of_speed) * speed_m_s
    final = len(motion.force_m_s2) - 1
    rolling = Rotation.from_quat(motion.rotation, scalar_first=True).apply(np.cross(motion.rate_rad_s, motion.lever_m))
    gained, slower = np.zeros(3), 0.0
    for at in range(first + 1, min(first + round(CONFIG.longest_s * RATE_HZ), final + 1)):
        before, ahead = at - 1, at - first
        gained = gained + 0.5 * step_s * (motion.force_m_s2[before] + motion.force_m_s2[at])
        ball = stances.levelling[row] @ (rolling[first] + gained - rolling[at])
        ball[2] -= G_M_S2 * step_s * ahead
        ball += stances.drift_m_s2[row] * step_s * ahead
        faster = float(np.linalg.norm(ball))
        if faster > limit:
            return first + ahead - 1 + float(np.clip((limit - slower) / (faster - slower), 0, 1))
        slower = faster
    return float("nan")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_all_stances_at_once_equal_a_plain_loop(seed):
    draw = np.random.default_rng(seed)
    force = draw.normal(0.0, 12.0, (300, 3)) + np.array([0.0, 0.0, G_M_S2])
    motion = FootMotion(
        RATE_HZ,
        Rotation.random(300, rng=draw).as_quat(scalar_first=True),
        force,
        draw.normal(0, 0.5, (300, 3)),
        draw.normal(0, 0.1, 3),
        np.zeros(300),
    )
    levelling = Rotation.from_rotvec(draw.normal(0, 0.02, (5, 3))).as_matrix()
    # Some so late that the signal ends before the toe lifts.
    stances = Stances(draw.integers(0, 300, 5), levelling, draw.normal(0, 0.2, (5, 3)))
    speed = draw.uniform(2.0, 10.0, 5)
    expected = [lifted_in_a_loop(motion, stances, row, speed[row]) for row in range(5)]
    np.testing.assert_allclose(find_toe_lifts(motion, stances, speed, CONFIG)[0], expected, atol=1e-9)


def test_a_drift_of_the_force_is_taken_off():
    leaving, drift_m_s2 = standing_then_leaving(30, 50.0), np.array([[3.0, 0.0, 0.0]])
    drifting = replace(leaving, force_m_s2=leaving.force_m_s2 - drift_m_s2)
    corrected = find_toe_lifts(drifting, replace(one_stance(), drift_m_s2=drift_m_s2), np.array([4.0]), CONFIG)
    np.testing.assert_allclose(corrected[0], find_toe_lifts(leaving, one_stance(), np.array([4.0]), CONFIG)[0])
