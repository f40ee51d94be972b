"""Orientation by strap-down against plain loops and against rotations known in closed form."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analyzer.signal.orientation import integrate_rate, matrices, rotated, tilt_from_gravity
from analyzer.signal.vectors import PART


def multiplied(one: list[float], other: list[float]) -> list[float]:
    w, x, y, z = one
    W, X, Y, Z = other
    return [
        w * W - x * X - y * Y - z * Z,
        w * X + x * W + y * Z - z * Y,
        w * Y - x * Z + y * W + z * X,
        w * Z + x * Y - y * X + z * W,
    ]


def integrated_in_a_loop(gyr_rad_s: np.ndarray, step_s: float) -> np.ndarray:
    """Multiply one rotation after the other, in plain numbers: the slow obvious way."""
    attitude = [1.0, 0.0, 0.0, 0.0]
    rows = [attitude] if len(gyr_rad_s) else []
    for before, after in pairwise(gyr_rad_s):
        turn = 0.5 * step_s * (before + after) + step_s**2 / 12 * np.cross(before, after)
        angle = math.sqrt(sum(part * part for part in turn))
        axis = [part / angle for part in turn] if angle > 0 else [0.0, 0.0, 0.0]
        attitude = multiplied(attitude, [math.cos(angle / 2), *(math.sin(angle / 2) * part for part in axis)])
        rows.append(attitude)
    return np.array(rows).reshape(-1, 4)


@settings(max_examples=40, deadline=None)
@given(n_samples=st.integers(0, 70), seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([0.0, 1e-6, 1.0, 40.0]))
def test_the_running_product_over_pairs_equals_a_plain_loop(n_samples, seed, scale):
    gyr = np.random.default_rng(seed).normal(0.0, scale, (n_samples, 3))
    # Unit quaternions after at most 70 products: rounding stays below 1e-12.
    np.testing.assert_allclose(integrate_rate(gyr, 0.005), integrated_in_a_loop(gyr, 0.005), atol=1e-12)


@pytest.mark.parametrize("n_samples", [0, 1])
def test_an_empty_block_or_a_single_sample_has_turned_nowhere(n_samples):
    np.testing.assert_array_equal(
        integrate_rate(np.ones((n_samples, 3)), 0.01), np.tile([1.0, 0.0, 0.0, 0.0], (n_samples, 1))
    )


def test_a_constant_rate_about_a_fixed_axis_gives_the_whole_angle():
    axis = np.array([2.0, -1.0, 2.0]) / 3
    turned = integrate_rate(np.tile(12.0 * axis, (1001, 1)), 0.001)[-1]
    expected = Rotation.from_rotvec(12.0 * axis).as_quat(scalar_first=True)
    np.testing.assert_allclose(turned * np.sign(turned @ expected), expected, atol=1e-12)


def coning(rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Rate and attitude of a body that tilts by 0.5 rad while the tilt's direction turns five times a second."""
    time_s = np.arange(0.0, 2.0 + 0.5 / rate_hz, 1.0 / rate_hz)
    turn = 2 * np.pi * 5.0
    tilt = 0.5
    spin = Rotation.from_rotvec(np.outer(turn * time_s, [0.0, 0.0, 1.0]))
    attitude = spin * Rotation.from_rotvec([tilt, 0.0, 0.0]) * spin.inv()
    # Of q = S T S^-1 with S turning about z: omega in the body is q^-1 (turn z) q - turn z, seen from the body.
    up = np.array([0.0, 0.0, turn])
    return attitude.inv().apply(up) - up, attitude.as_matrix()


def coning_error_rad(rate_hz: float) -> float:
    gyr, truth = coning(rate_hz)
    turned = truth[0] @ matrices(integrate_rate(gyr, 1 / rate_hz))[-1]
    return float(Rotation.from_matrix(truth[-1].T @ turned).magnitude())


def test_coning_drifts_a_quarter_as_much_at_twice_the_rate():
    # Trapezoid and coning term leave an error of second order in the sample period; less would show a wrong term.
    assert coning_error_rad(400.0) < 0.27 * coning_error_rad(200.0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_turned_sensor_turns_the_attitude_with_it(seed):
    draw = np.random.default_rng(seed)
    gyr = draw.normal(0.0, 10.0, (50, 3))
    mounting = Rotation.random(rng=draw).as_matrix()
    plain = matrices(integrate_rate(gyr, 0.005))
    turned = matrices(integrate_rate(gyr @ mounting.T, 0.005))
    np.testing.assert_allclose(turned, mounting @ plain @ mounting.T, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_matrices_are_those_of_scipy(seed):
    quaternions = Rotation.random(5, rng=np.random.default_rng(seed)).as_quat(scalar_first=True)
    expected = Rotation.from_quat(quaternions, scalar_first=True).as_matrix()
    np.testing.assert_allclose(matrices(quaternions), expected, atol=1e-14)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_vectors=st.integers(0, 20))
def test_turning_vectors_by_quaternions_equals_a_loop_over_matrices(seed, n_vectors):
    draw = np.random.default_rng(seed)
    turns = [Rotation.random(rng=draw) for _ in range(n_vectors)]
    quaternions = np.array([turn.as_quat(scalar_first=True) for turn in turns]).reshape(-1, 4)
    vectors = draw.normal(0.0, 100.0, (n_vectors, 3))
    expected = np.array([turn.as_matrix() @ vector for turn, vector in zip(turns, vectors, strict=True)]).reshape(-1, 3)
    np.testing.assert_allclose(rotated(quaternions, vectors), expected, atol=1e-10)


directions = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: math.hypot(*v) > 1e-3)


@settings(max_examples=100, deadline=None)
@given(up=directions)
def test_any_measured_up_is_turned_onto_the_vertical(up):
    levelled = tilt_from_gravity(np.array(up)) @ (np.array(up) / np.linalg.norm(up))
    # The one direction handled apart, upside down, ends where up deviates by 5e-5 rad.
    np.testing.assert_allclose(levelled, [0.0, 0.0, 1.0], atol=1e-4)


@settings(max_examples=50, deadline=None)
@given(up=directions)
def test_levelling_is_a_rotation_and_leaves_the_heading_open(up):
    matrix = tilt_from_gravity(np.array(up))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    # The smallest rotation onto the vertical turns about a horizontal axis.
    axis = Rotation.from_matrix(matrix).as_rotvec()
    assert abs(axis[2]) <= 1e-6


def test_exactly_upside_down_is_half_a_turn():
    np.testing.assert_allclose(tilt_from_gravity(np.array([0.0, 0.0, -9.8])) @ [0.0, 0.0, -1.0], [0, 0, 1], atol=1e-12)


def test_many_directions_are_levelled_each_on_its_own():
    ups = np.array([[0.0, 0.0, -1.0], [3.0, -4.0, 12.0], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(tilt_from_gravity(ups), [tilt_from_gravity(up) for up in ups], atol=1e-15)


@pytest.mark.parametrize("scale", [5.0, 300.0])
def test_a_long_running_product_equals_a_plain_loop(scale):
    gyr = np.random.default_rng(1).normal(0.0, scale, (2 * PART + 3, 3))
    # Some ten thousand products: each adds half a last digit.
    np.testing.assert_allclose(integrate_rate(gyr, 0.005), integrated_in_a_loop(gyr, 0.005), atol=1e-10)
