"""The way of a stride is the most probable one: against a general optimiser that knows no trick."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from analyzer.gait.foot.integrals import DOUBT_SPAN_S, integrate_strides
from analyzer.gait.foot.motion import FootMotion
from analyzer.gait.foot.trajectory import StridePaths, TrajectoryConfig, solve_strides
from analyzer.model import Indices
from analyzer.signal.orientation import tilt_from_gravity
from analyzer.units import G_M_S2

CONFIG = TrajectoryConfig()
RATE_HZ = 200.0
N = 121


def solved(motion: FootMotion, first: Indices, last: Indices) -> StridePaths:
    return solve_strides(motion, integrate_strides(motion, first, last), CONFIG)


def tilted_stride(seed: int, tilt_rad: float, clipped: bool) -> FootMotion:
    """A foot that goes 3 m ahead in a world that is tilted, with a force that is a little wrong everywhere."""
    draw = np.random.default_rng(seed)
    phase, duration_s = np.arange(N) / (N - 1), (N - 1) / RATE_HZ
    ahead = 2 * np.pi * 3.0 / duration_s**2 * np.sin(2 * np.pi * phase)
    s, c = np.sin(np.pi * phase), np.cos(np.pi * phase)
    upward = 0.2 * np.pi**2 / duration_s**2 * (12 * s**2 * c**2 - 4 * s**4) + G_M_S2
    world = Rotation.from_rotvec([tilt_rad, -0.5 * tilt_rad, draw.uniform(-3, 3)])
    force = world.apply(np.column_stack([ahead, np.zeros(N), upward])) + draw.normal(0, 0.05, 3)
    doubt = np.zeros(N)
    if clipped:
        doubt[70:76] = 40.0**2
        force[70:76] *= 0.8
    rate, lever = draw.normal(0, 1.0, (N, 3)), np.tile([-0.1, 0.0, 0.07], (N, 1))
    return FootMotion(RATE_HZ, np.tile([1.0, 0.0, 0.0, 0.0], (N, 1)), force, rate, lever, doubt)


class PlainStride:
    """One stride as eight unknowns and what speaks against them; every integral is a sum over samples."""

    def __init__(self, motion: FootMotion) -> None:
        self.motion = motion
        self.step_s = 1.0 / motion.rate_hz
        self.duration_s = (N - 1) * self.step_s
        doubt = motion.doubt_m2_s4
        variance = self._trapezoid(doubt)
        self.impulse_sd_m_s = np.sqrt(variance * DOUBT_SPAN_S) + 1e-3
        places_s = np.arange(N) * self.step_s
        self.middle_s = self._trapezoid(doubt * places_s) / variance if variance > 0 else self.duration_s
        apart = self._trapezoid(doubt * (places_s - self.middle_s) ** 2) if variance > 0 else 0.0
        self.height_sd_m = np.hypot(CONFIG.level_sd_m, np.sqrt(apart * DOUBT_SPAN_S))
        self.first_guess = tilt_from_gravity(self._trapezoid(motion.force_m_s2))

    def _trapezoid(self, values: np.ndarray) -> np.ndarray:
        return 0.5 * self.step_s * (values[1:] + values[:-1]).sum(axis=0)

    def moved(self, unknown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Velocity at the end less that of the rolling foot, and the way."""
        turn = Rotation.from_rotvec([unknown[0], unknown[1], 0.0]).as_matrix() @ self.first_guess
        impulse, drift = unknown[2:5], unknown[5:8]
        force = self.motion.force_m_s2 @ turn.T
        force[:, 2] -= G_M_S2
        start, end = (turn @ np.cross(self.motion.rate_rad_s[row], self.motion.lever_m[row]) for row in (0, N - 1))
        velocity, way = start.copy(), np.zeros(3)
        for before, after in pairwise(force):
            faster = velocity + 0.5 * self.step_s * (before + after)
            way += 0.5 * self.step_s * (velocity + faster)
            velocity = faster
        way += impulse * (self.duration_s - self.middle_s) + 0.5 * drift * self.duration_s
        return velocity + impulse + drift - end, way

    def against(self, unknown: np.ndarray) -> np.ndarray:
        """What speaks against some values of the unknowns, each in its standard uncertainties."""
        velocity, way = self.moved(unknown)
        return np.concatenate(
            [
                velocity / CONFIG.anchor_speed_sd_m_s,
                [way[2] / self.height_sd_m],
                unknown[2:5] / self.impulse_sd_m_s,
                unknown[5:8] / (CONFIG.drift_m_s2 * self.duration_s),
            ]
        )


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), tilt_rad=st.floats(-0.3, 0.3), clipped=st.booleans())
def test_a_general_optimiser_finds_the_same_way(seed, tilt_rad, clipped):
    motion = tilted_stride(seed, tilt_rad, clipped)
    plain = PlainStride(motion)
    best = least_squares(plain.against, np.zeros(8), x_scale=[0.05, 0.05, *[0.1] * 6], xtol=1e-12, ftol=1e-14)
    paths = solved(motion, np.array([0]), np.array([N - 1]))
    way_m = plain.moved(best.x)[1]
    # What the fixed number of steps leaves is far below a millimetre.
    np.testing.assert_allclose(paths.length_m[0], np.hypot(way_m[0], way_m[1]), atol=2e-4)
    np.testing.assert_allclose(paths.way_m[0, 2], way_m[2], atol=1e-3)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), turn_rad=st.floats(-3, 3))
def test_another_heading_turns_the_way_and_keeps_its_length(seed, turn_rad):
    motion = tilted_stride(seed, 0.1, clipped=True)
    turn = Rotation.from_rotvec([0.0, 0.0, turn_rad])
    turned = FootMotion(
        RATE_HZ,
        motion.rotation,
        turn.apply(motion.force_m_s2),
        turn.apply(motion.rate_rad_s),
        turn.apply(motion.lever_m),
        motion.doubt_m2_s4,
    )
    ends = np.array([0]), np.array([N - 1])
    here, there = (solved(each, *ends) for each in (motion, turned))
    np.testing.assert_allclose(there.way_m[0], turn.apply(here.way_m[0]), atol=1e-6)
    np.testing.assert_allclose(there.length_sd_m, here.length_sd_m, atol=1e-6)
