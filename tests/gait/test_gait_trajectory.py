"""Way of the foot per stride: against one stride after the other in plain loops, and against known motion."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import lstsq, polar
from scipy.spatial.transform import Rotation

from analyzer.gait.foot.integrals import DOUBT_SPAN_S, integrate_strides
from analyzer.gait.foot.motion import FootMotion
from analyzer.gait.foot.trajectory import StridePaths, TrajectoryConfig, solve_strides
from analyzer.model import Indices
from analyzer.signal.orientation import tilt_from_gravity
from analyzer.units import G_M_S2

CONFIG = TrajectoryConfig()
RATE_HZ = 200.0
UP = np.array([0.0, 0.0, 1.0])


def solved(motion: FootMotion, first: Indices, last: Indices) -> StridePaths:
    return solve_strides(motion, integrate_strides(motion, first, last), CONFIG)


def motion_of(force_m_s2: np.ndarray, rate_hz: float = RATE_HZ, **changes: np.ndarray) -> FootMotion:
    """A foot without rotation, on a lever of no length, of which no sample is in doubt."""
    n = len(force_m_s2)
    still = np.zeros((n, 3))
    unturned = np.tile([1.0, 0.0, 0.0, 0.0], (n, 1))
    whole = FootMotion(rate_hz, unturned, force_m_s2, still, np.zeros(3), np.zeros(n))
    return replace(whole, **changes)


def random_motion(seed: int) -> tuple[FootMotion, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    force = draw.normal(0.0, 3.0, (240, 3)) + Rotation.from_rotvec(draw.normal(0.0, 0.05, 3)).apply(G_M_S2 * UP)
    doubtful = (draw.random(240) < 0.1) * draw.uniform(0.0, 900.0, 240)
    changes = {
        "rate_rad_s": draw.normal(0.0, 2.0, (240, 3)),
        "rotation": Rotation.random(240, rng=draw).as_quat(scalar_first=True),
        "lever_m": draw.normal(0.0, 0.1, 3),
        "doubt_m2_s4": doubtful if seed % 4 else np.zeros(240),
    }
    first = np.sort(draw.integers(0, 130, 4))
    return motion_of(force, **changes), first, first + draw.integers(60, 110, 4)


def integrated(values: np.ndarray, step_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Integral and double integral, trapezoid by trapezoid."""
    once, twice = np.zeros_like(values[0]), np.zeros_like(values[0])
    for before, after in pairwise(values):
        grown = once + 0.5 * step_s * (before + after)
        twice = twice + 0.5 * step_s * (once + grown)
        once = grown
    return once, twice


def solved_in_a_loop(motion: FootMotion, first: int, last: int) -> tuple[np.ndarray, float, np.ndarray, np.ndarray]:
    """One stride: its equations written out one by one, solved by `scipy.linalg.lstsq`.

    Returns way, its uncertainty along its own direction, lost impulse and drift.
    """
    step_s = 1.0 / motion.rate_hz
    duration = (last - first) * step_s
    once, twice = integrated(motion.force_m_s2[first : last + 1], step_s)
    variance, moment = integrated(motion.doubt_m2_s4[first : last + 1], step_s)
    impulse_sd = np.sqrt(variance * DOUBT_SPAN_S) + 1e-3
    arm = moment / variance if variance > 0 else 0.0
    places, doubt = np.arange(first, last + 1) * step_s, motion.doubt_m2_s4[first : last + 1]
    zero, one, two = (integrated(doubt * places**power, step_s)[0] for power in range(3))
    apart = np.sqrt(max(two - one**2 / zero, 0.0) * DOUBT_SPAN_S) if zero > 0 else 0.0
    start, end = (
        Rotation.from_quat(motion.rotation[at], scalar_first=True).apply(
            np.cross(motion.rate_rad_s[at], motion.lever_m)
        )
        for at in (first, last)
    )
    levelling = tilt_from_gravity(once)
    for iteration in range(CONFIG.n_iterations + 1):
        turned_once, turned_twice = levelling @ once, levelling @ twice
        # Zeroth-order velocity error and way, then how the eight unknowns change them.
        velocity = levelling @ start + turned_once - G_M_S2 * duration * UP - levelling @ end
        way = levelling @ start * duration + turned_twice - 0.5 * G_M_S2 * duration**2 * UP
        by_velocity, by_way = np.zeros((3, 8)), np.zeros((3, 8))
        for angle, axis in enumerate(np.eye(3)[:2]):
            by_velocity[:, angle], by_way[:, angle] = np.cross(axis, turned_once), np.cross(axis, turned_twice)
        for direction in range(3):
            by_velocity[direction, 2 + direction], by_way[direction, 2 + direction] = 1.0, arm
            by_velocity[direction, 5 + direction], by_way[direction, 5 + direction] = 1.0, 0.5 * duration
        rows, right = [], []
        for direction in range(3):
            rows.append(by_velocity[direction] / CONFIG.anchor_speed_sd_m_s)
            right.append(-velocity[direction] / CONFIG.anchor_speed_sd_m_s)
        rows.append(by_way[2] / np.hypot(CONFIG.level_sd_m, apart))
        right.append(-way[2] / np.hypot(CONFIG.level_sd_m, apart))
        for direction in range(3):
            rows.append(np.eye(8)[2 + direction] / impulse_sd)
            right.append(0.0)
        for direction in range(3):
            rows.append(np.eye(8)[5 + direction] / (CONFIG.drift_m_s2 * duration))
            right.append(0.0)
        state = lstsq(np.array(rows), np.array(right))[0]
        if iteration < CONFIG.n_iterations:
            turn = np.cross([state[0], state[1], 0.0], np.eye(3)).T
            levelling = polar(np.eye(3) + turn)[0] @ levelling
    way = way + by_way @ state
    along = np.append(way[:2] / np.hypot(*way[:2]), 0.0) @ by_way
    spread = np.linalg.norm(np.linalg.pinv(np.array(rows)).T @ along)
    rate = 0.5 * sum(np.linalg.norm(motion.rate_rad_s[at]) for at in (first, last))
    anchor = np.hypot(CONFIG.anchor_speed_sd_m_s / np.sqrt(2), CONFIG.lever_sd_m * rate) * duration
    return (
        way,
        float(np.sqrt(spread**2 + apart**2 + anchor**2 + (CONFIG.scale_sd * np.hypot(*way[:2])) ** 2)),
        state[2:5],
        state[5:],
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_all_strides_at_once_equal_one_after_the_other(seed):
    motion, first, last = random_motion(seed)
    paths = solved(motion, first, last)
    plain = [solved_in_a_loop(motion, *ends) for ends in zip(first.tolist(), last.tolist(), strict=True)]
    # The tilt's equations square the condition of the problem: 1e-7 m and m/s are what rounding leaves.
    np.testing.assert_allclose(paths.way_m, [row[0] for row in plain], atol=1e-7)
    np.testing.assert_allclose(paths.length_sd_m, [row[1] for row in plain], atol=1e-7)
    np.testing.assert_allclose(paths.lost_impulse_m_s, [row[2] for row in plain], atol=1e-7)
    np.testing.assert_allclose(paths.drift_m_s, [row[3] for row in plain], atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_length_is_the_level_part_of_the_way_and_levelling_is_a_rotation(seed):
    paths = solved(*random_motion(seed))
    np.testing.assert_allclose(paths.length_m, np.hypot(paths.way_m[:, 0], paths.way_m[:, 1]), atol=1e-12)
    squares = np.einsum("kij,klj->kil", paths.levelling, paths.levelling)
    np.testing.assert_allclose(squares, np.broadcast_to(np.eye(3), squares.shape), atol=1e-12)


def test_no_strides_have_no_ways():
    nothing = np.empty(0, dtype=np.intp)
    paths = solved(motion_of(np.tile(G_M_S2 * UP, (50, 1))), nothing, nothing)
    assert paths.way_m.shape == (0, 3)
    assert paths.length_m.shape == (0,)


def stride_force(length_m: float, n_periods: int) -> np.ndarray:
    """Specific force of a foot that goes a length forward and 0.3 m up and down again, from rest to rest."""
    phase, duration_s = np.arange(n_periods + 1) / n_periods, n_periods / RATE_HZ
    forward = 2 * np.pi * length_m / duration_s**2 * np.sin(2 * np.pi * phase)
    # Height 0.3 sin^4(pi phase): at rest at both ends, with continuous acceleration.
    s, c = np.sin(np.pi * phase), np.cos(np.pi * phase)
    upward = 0.3 * np.pi**2 / duration_s**2 * (12 * s**2 * c**2 - 4 * s**4)
    return np.column_stack([forward, np.zeros_like(phase), upward + G_M_S2])


tilts = st.tuples(*[st.floats(-0.05, 0.05)] * 2, st.floats(-3, 3))


@settings(max_examples=25, deadline=None)
@given(turn=tilts, length_m=st.floats(1.5, 4.5), n_periods=st.integers(80, 160))
def test_a_known_stride_is_found_whatever_the_tilt_and_heading_of_its_world(turn, length_m, n_periods):
    heading = Rotation.from_rotvec([0.0, 0.0, turn[2]])
    world = heading * Rotation.from_rotvec([turn[0], turn[1], 0.0])
    force = world.apply(stride_force(length_m, n_periods))
    paths = solved(motion_of(force), np.array([0]), np.array([len(force) - 1]))
    # Integrating a sine twice by n trapezoids falls short by pi^2 / 3 n^2: 0.051 % at n = 80.
    assert paths.length_m[0] == pytest.approx(length_m, rel=6e-4)


def test_a_lost_impulse_is_put_back_where_samples_are_in_doubt():
    force = stride_force(4.0, 100)
    doubt = np.zeros(len(force))
    doubt[84:88] = 60.0**2
    clipped = force.copy()
    # Of late braking 0.75 m/s are missing: unseen they would add 0.05 m to the way and 0.75 m/s to its end.
    clipped[84:88, 0] += 0.75 * RATE_HZ / 4
    ends = np.array([0]), np.array([len(force) - 1])
    paths = solved(motion_of(clipped, doubt_m2_s4=doubt), *ends)
    assert paths.lost_impulse_m_s[0, 0] == pytest.approx(-0.75, abs=0.05)
    assert paths.length_m[0] == pytest.approx(4.0, abs=0.02)


def test_a_stride_with_doubtful_samples_is_less_sure_of_its_length():
    force = stride_force(4.0, 100)
    ends = np.array([0]), np.array([len(force) - 1])
    doubt = np.zeros(len(force))
    doubt[20:24] = 60.0**2
    sure, unsure = (
        solved(motion_of(force, doubt_m2_s4=values), *ends).length_sd_m[0] for values in (np.zeros(len(force)), doubt)
    )
    assert unsure > sure


def test_a_rolling_foot_is_not_taken_for_a_standing_one():
    # At both ends the sensor moves at 0.5 m/s over the ball of the foot, at 5 rad/s on a lever of 0.1 m.
    n = 101
    still = stride_force(3.0, 100)
    rate, lever = np.tile([0.0, 5.0, 0.0], (n, 1)), np.array([0.0, 0.0, 0.1])
    motion = motion_of(still, rate_rad_s=rate, lever_m=lever)
    paths = solved(motion, np.array([0]), np.array([n - 1]))
    # The force is that of a stride of 3 m from rest; started at 0.5 m/s it goes 0.25 m further in half a second.
    assert paths.length_m[0] == pytest.approx(3.25, abs=0.005)


@given(seed=st.integers(0, 10_000), moved=st.lists(st.integers(-5, 5), min_size=4, max_size=4))
def test_strides_that_are_known_need_no_second_integration(seed, moved):
    motion, first, last = random_motion(seed)
    known = integrate_strides(motion, first, last)
    later = last + np.array(moved)
    patched, fresh = integrate_strides(motion, first, later, known), integrate_strides(motion, first, later)
    for field in fields(fresh):
        np.testing.assert_allclose(getattr(patched, field.name), getattr(fresh, field.name), rtol=1e-12, atol=1e-12)


def test_a_known_stride_is_taken_as_it_is_and_not_looked_at_again():
    motion, first, last = random_motion(1)
    marked = replace(integrate_strides(motion, first, last), twice_m=np.full((4, 3), 7.0))
    assert (integrate_strides(motion, first, last, marked).twice_m == 7.0).all()


def test_strides_may_drop_out_and_join_between_two_looks():
    motion, first, last = random_motion(2)
    known = integrate_strides(motion, first[[0, 2]], last[[0, 2]])
    patched = integrate_strides(motion, first[1:], last[1:], known)
    np.testing.assert_allclose(patched.once_m_s, integrate_strides(motion, first[1:], last[1:]).once_m_s)


def test_nothing_known_is_integrated_afresh():
    motion, first, last = random_motion(3)
    none = integrate_strides(motion, first[:0], last[:0])
    assert len(none.first) == 0
    np.testing.assert_array_equal(integrate_strides(motion, first, last, none).first, first)
