"""Toe-off from the speed of the ball of the foot, against a plain loop and a motion known in closed form."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analyzer.gait.foot.toe_lift import ToeLiftConfig, find_toe_lifts
from analyzer.gait.foot.trajectory import FootMotion, StridePaths
from analyzer.units import G_M_S2

CONFIG = ToeLiftConfig()
RATE_HZ = 200.0


def paths_of(first: np.ndarray, last: np.ndarray, levelling: np.ndarray, drift_m_s: np.ndarray) -> StridePaths:
    open_m = np.full(len(first), np.nan)
    return StridePaths(
        first, last, np.full((len(first), 3), np.nan), open_m, open_m, levelling, np.zeros_like(drift_m_s), drift_m_s
    )


def standing_then_leaving(leaves_at: int, acceleration_m_s2: float, n: int = 120) -> FootMotion:
    """A foot that stands still and then slides away forward, ever faster."""
    force = np.tile([0.0, 0.0, G_M_S2], (n, 1))
    force[leaves_at:, 0] = acceleration_m_s2
    still = np.zeros((n, 3))
    return FootMotion(RATE_HZ, np.tile([1.0, 0.0, 0.0, 0.0], (n, 1)), force, still, np.zeros(3), np.zeros(n))


def one_stride(drift_m_s: float = 0.0) -> StridePaths:
    return paths_of(np.array([10]), np.array([110]), np.eye(3)[None], np.array([[drift_m_s, 0.0, 0.0]]))


def test_toe_off_is_where_the_ball_reaches_its_share_of_the_running_speed():
    toe_off, _ = find_toe_lifts(standing_then_leaving(30, 50.0), one_stride(), np.array([4.0]), CONFIG)
    # 0.31 * 4 m/s at 50 m/s2 take 4.96 samples; the trapezoid begins the rise half a sample early.
    assert toe_off[0] == pytest.approx(29.5 + 4.96, abs=1e-9)


def test_a_foot_that_never_leaves_has_no_toe_off():
    toe_off, _ = find_toe_lifts(standing_then_leaving(119, 1.0), one_stride(), np.array([4.0]), CONFIG)
    assert np.isnan(toe_off[0])


def test_no_strides_have_no_toe_offs():
    nothing = np.empty(0, dtype=np.intp)
    paths = paths_of(nothing, nothing, np.empty((0, 3, 3)), np.empty((0, 3)))
    toe_off, sd_s = find_toe_lifts(standing_then_leaving(30, 50.0), paths, np.empty(0), CONFIG)
    assert toe_off.size == sd_s.size == 0


def test_a_slower_sensor_is_less_sure():
    fast = standing_then_leaving(30, 50.0)
    slow = replace(fast, rate_hz=100.0)
    sd_s = [find_toe_lifts(motion, one_stride(), np.array([4.0]), CONFIG)[1][0] for motion in (fast, slow)]
    assert CONFIG.sd_s < sd_s[0] < sd_s[1]


def lifted_in_a_loop(motion: FootMotion, paths: StridePaths, stride: int, speed_m_s: float, length: int) -> float:
    """Integrate the ball's speed sample by sample until it is fast enough."""
    step_s = 1.0 / motion.rate_hz
    first, last = int(paths.first[stride]), int(paths.last[stride])
    limit = np.interp(speed_m_s, CONFIG.speed_m_s, CONFIG.share_of_speed) * speed_m_s
    final = len(motion.force_m_s2) - 1
    rolling = Rotation.from_quat(motion.rotation, scalar_first=True).apply(np.cross(motion.rate_rad_s, motion.lever_m))
    gained, slower = np.zeros(3), 0.0
    for ahead in range(1, length):
        at, before = min(first + ahead, final), min(first + ahead - 1, final)
        gained = gained + 0.5 * step_s * (motion.force_m_s2[before] + motion.force_m_s2[at])
        ball = paths.levelling[stride] @ (rolling[first] + gained - rolling[at])
        ball[2] -= G_M_S2 * step_s * ahead
        ball += paths.drift_m_s[stride] * ahead / (last - first)
        faster = float(np.linalg.norm(ball))
        if faster > limit:
            return first + ahead - 1 + float(np.clip((limit - slower) / (faster - slower), 0, 1))
        slower = faster
    return float("nan")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_all_strides_at_once_equal_a_plain_loop(seed):
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
    first = draw.integers(0, 170, 5)
    levelling = Rotation.from_rotvec(draw.normal(0, 0.02, (5, 3))).as_matrix()
    paths = paths_of(first, first + draw.integers(70, 120, 5), levelling, draw.normal(0, 0.1, (5, 3)))
    speed = draw.uniform(2.0, 10.0, 5)
    length = min(round(CONFIG.longest_s * RATE_HZ), int((paths.last - paths.first).max()))
    expected = [lifted_in_a_loop(motion, paths, stride, speed[stride], length) for stride in range(5)]
    np.testing.assert_allclose(find_toe_lifts(motion, paths, speed, CONFIG)[0], expected, atol=1e-9)
