"""Measures of segments: numbers of the specification, slow obvious forms, and properties."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analyzer.gait.segments.arm import ArmConfig, effective_swing_rad, swing_rates_rad_s
from analyzer.gait.segments.asymmetry import asymmetry, least_real_difference
from analyzer.gait.segments.lean import expected_lean_rad, mean_between
from analyzer.gait.segments.pelvis_motion import PelvisMotionConfig, braking_m_s, vertical_oscillation_m
from analyzer.gait.segments.shank_angle import angle_at_contact_rad
from analyzer.gait.segments.stiffness import leg_length_m, stiffness_of
from analyzer.gait.segments.thigh import ThighConfig, peak_rate_rad_s, swing_range_rad
from analyzer.model import Athlete

RATE_HZ = 200.0
BODY = (80.0, 0.97)


def spans(*pairs):
    start, stop = zip(*pairs, strict=True)
    return np.array(start), np.array(stop)


def one(value):
    return np.array([value])


# Lean


@pytest.mark.parametrize(("a_m_s2", "degrees"), [(1.0, 5.8), (2.0, 11.5), (3.0, 17.0), (4.5, 24.6), (6.42, 33.2)])
def test_the_lean_of_the_ground_force_is_that_of_the_acceleration(a_m_s2, degrees):
    assert np.degrees(expected_lean_rad(one(a_m_s2)))[0] == pytest.approx(degrees, abs=0.05)


def test_slowing_down_calls_for_a_lean_backward():
    assert expected_lean_rad(one(-3.0))[0] == -expected_lean_rad(one(3.0))[0]


@given(
    st.lists(st.floats(-10, 10), min_size=2, max_size=30), st.floats(0.0, 1.0), st.floats(0.01, 1.0), st.integers(1, 4)
)
def test_the_mean_of_a_span_is_that_of_the_lines_between_samples(values, begin, length, times):
    signal = np.array(values)
    start = begin * (len(signal) - 1)
    stop = start + length * (len(signal) - 1 - start)
    assume(stop - start > 1e-3)
    fine = np.linspace(start, stop, 4001)
    slow = np.trapezoid(np.interp(fine, np.arange(len(signal)), signal), fine) / (stop - start)

    found = mean_between(signal, np.full(times, start), np.full(times, stop))

    # The fine grid misses corners by less than that.
    np.testing.assert_allclose(found, slow, atol=0.02)


@pytest.mark.parametrize(("start", "stop"), [(-0.5, 2.0), (1.0, 3.5), (2.0, 2.0), (2.0, 1.0), (np.nan, 2.0)])
def test_a_span_that_leaves_the_signal_or_is_empty_has_no_mean(start, stop):
    assert np.isnan(mean_between(np.arange(4.0), one(start), one(stop))[0])


# Thigh


def test_the_range_of_a_thigh_is_that_of_each_stride():
    time_s = np.arange(0.0, 4.0, 1 / RATE_HZ)
    flexion = np.radians(20.0 + np.where(time_s < 2.0, 30.0, 40.0) * np.sin(2 * np.pi * 1.0 * time_s))

    forward, back = swing_range_rad(flexion, RATE_HZ, spans((200, 400), (600, 800)), ThighConfig())

    # The low-pass takes a little of it.
    np.testing.assert_allclose(np.degrees(forward), [50.0, 60.0], atol=0.1)
    np.testing.assert_allclose(np.degrees(back), [-10.0, -20.0], atol=0.1)


def test_the_fastest_turn_counts_either_way():
    rate = np.concatenate([np.full(100, 2.0), np.full(100, -5.0)])

    assert peak_rate_rad_s(rate, RATE_HZ, spans((0, 200)), ThighConfig())[0] == pytest.approx(5.0, rel=0.1)


def test_the_ringing_of_flesh_is_no_swing():
    time_s = np.arange(0.0, 2.0, 1 / RATE_HZ)
    swing, ringing = 8.0 * np.sin(2 * np.pi * 2.0 * time_s), 8.0 * np.sin(2 * np.pi * 40.0 * time_s)

    found = peak_rate_rad_s(swing + ringing, RATE_HZ, spans((100, 300)), ThighConfig())

    assert found[0] == pytest.approx(8.0, rel=0.1)


def test_an_empty_stride_of_a_thigh_is_not_known():
    forward, back = swing_range_rad(np.zeros(50), RATE_HZ, spans((10, 10)), ThighConfig())

    assert np.isnan(
        [forward[0], back[0], peak_rate_rad_s(np.zeros(50), RATE_HZ, spans((9, 9)), ThighConfig())[0]]
    ).all()


# Shank


def test_the_angle_at_contact_is_read_between_samples():
    assert angle_at_contact_rad(np.array([0.0, 0.1, 0.4]), one(1.5))[0] == pytest.approx(0.25)


@pytest.mark.parametrize("contact", [np.nan, -0.1, 2.1])
def test_a_contact_outside_the_signal_has_no_angle(contact):
    assert np.isnan(angle_at_contact_rad(np.zeros(3), one(contact))[0])


def test_an_angle_that_passes_the_half_circle_is_not_averaged_with_its_opposite():
    assert abs(angle_at_contact_rad(np.array([3.1, -3.1]), one(0.5))[0]) == pytest.approx(np.pi, abs=1e-9)


# Arm


def swinging(amplitude_rad=0.8, frequency_hz=1.5, seconds=6.0):
    time_s = np.arange(0.0, seconds, 1 / RATE_HZ)
    rate = 2 * np.pi * frequency_hz * amplitude_rad * np.cos(2 * np.pi * frequency_hz * time_s)
    return np.column_stack([0.2 * rate, rate, 0.1 * np.sin(7 * time_s)])


def cycles(frequency_hz=1.5, first=1, last=7):
    edges = np.rint(np.arange(first, last + 1) * RATE_HZ / frequency_hz).astype(int)
    return edges[:-1], edges[1:]


@pytest.mark.parametrize("frequency_hz", [1.2, 1.5, 2.0])
@pytest.mark.parametrize("amplitude_rad", [0.3, 0.9])
def test_the_swing_of_a_sine_is_found_whatever_its_frequency(frequency_hz, amplitude_rad):
    gyr = swinging(amplitude_rad, frequency_hz)
    rate = swing_rates_rad_s(gyr, RATE_HZ, cycles(frequency_hz), ArmConfig())

    swing = effective_swing_rad(rate, np.full(len(rate), frequency_hz))

    # The 95th percentile of a sine is 0.997 of its peak; the axis lies between two of the sensor's.
    np.testing.assert_allclose(swing, amplitude_rad * np.hypot(1.0, 0.2), rtol=0.02)


@given(st.integers(0, 10_000))
def test_the_mounting_of_a_wrist_changes_no_rate(seed):
    gyr = swinging()
    turned = Rotation.random(rng=np.random.default_rng(seed)).apply(gyr)

    plain, other = (swing_rates_rad_s(signal, RATE_HZ, cycles(), ArmConfig()) for signal in (gyr, turned))

    np.testing.assert_allclose(other, plain, rtol=1e-6)


def test_a_knock_is_no_swing():
    gyr = swinging()
    knocked = gyr.copy()
    # One sample of 15 rad/s, twice as fast as the swing.
    knocked[400] += 15.0

    plain, other = (swing_rates_rad_s(signal, RATE_HZ, cycles(), ArmConfig()) for signal in (gyr, knocked))

    np.testing.assert_allclose(other, plain, rtol=0.05)


def test_without_cycles_there_is_no_rate():
    assert len(swing_rates_rad_s(swinging(), RATE_HZ, (np.empty(0, int), np.empty(0, int)), ArmConfig())) == 0
    assert np.isnan(swing_rates_rad_s(swinging(), RATE_HZ, spans((5, 5)), ArmConfig())[0])


# Pelvis


@pytest.mark.parametrize("rise_m", [0.04, 0.10])
def test_the_rise_and_fall_of_a_pelvis_comes_from_its_acceleration(rise_m):
    time_s = np.arange(0.0, 3.0, 1 / RATE_HZ)
    turn = 2 * np.pi * 2.5
    # A tilt error of half a degree adds a steady 0.0004 g.
    upward = -0.5 * rise_m * turn**2 * np.sin(turn * time_s) - 0.004

    found = vertical_oscillation_m(upward, RATE_HZ, spans((80, 160), (240, 320)))

    np.testing.assert_allclose(found, rise_m, rtol=0.02)


def test_a_step_of_three_samples_has_no_rise():
    assert np.isnan(vertical_oscillation_m(np.zeros(10), RATE_HZ, spans((2, 5)))[0])


def braked(loss_m_s=0.2, slope_m_s2=0.0):
    """Return a step of 0.3 s whose first 0.06 s take speed away that the next 0.08 s give back."""
    step = np.zeros(60)
    step[:12] = -loss_m_s / 0.06
    step[12:28] = loss_m_s / 0.08
    return np.tile(step, 5) + slope_m_s2


def test_braking_is_the_speed_lost_in_contact():
    bounds = np.array([60, 120]), np.array([88, 148]), np.array([120, 180])

    found = braking_m_s(braked(), RATE_HZ, bounds, np.zeros(2), PelvisMotionConfig(cutoff_hz=90.0))

    np.testing.assert_allclose(found, 0.2, rtol=0.05)


def test_an_error_of_tilt_does_not_brake():
    bounds = np.array([60]), np.array([88]), np.array([120])
    config = PelvisMotionConfig()

    plain, tilted = (braking_m_s(braked(slope_m_s2=s), RATE_HZ, bounds, one(0.5), config)[0] for s in (0.0, 0.4))

    assert tilted == pytest.approx(plain, abs=1e-9)


def test_a_body_that_only_gains_speed_is_not_braked():
    bounds = np.array([60]), np.array([88]), np.array([120])

    assert braking_m_s(np.full(300, 3.0), RATE_HZ, bounds, one(3.0), PelvisMotionConfig())[0] == 0.0


@pytest.mark.parametrize(("lifted", "slope"), [(0, 0.0), (60, 0.0), (121, 0.0), (88, np.nan)])
def test_without_contact_or_slope_braking_is_not_known(lifted, slope):
    bounds = np.array([60]), np.array([lifted]), np.array([120])

    assert np.isnan(braking_m_s(braked(), RATE_HZ, bounds, one(slope), PelvisMotionConfig())[0])


# Stiffness


def test_the_stiffness_of_the_published_example():
    found = stiffness_of(one(0.125), one(0.125), one(8.0), BODY)

    assert found.peak_force_n[0] == pytest.approx(2464.7, abs=0.05)
    assert found.drop_m[0] == pytest.approx(0.0296, abs=5e-5)
    assert found.vertical_n_m[0] == pytest.approx(83_208.0, abs=0.5)
    assert found.leg_n_m[0] == pytest.approx(14_634.0, abs=0.5)


def test_a_shorter_contact_in_the_same_step_is_much_stiffer():
    found = stiffness_of(np.array([0.125, 0.1125]), np.array([0.125, 0.1375]), np.full(2, 8.0), BODY)
    change = found.vertical_n_m[1] / found.vertical_n_m[0], found.leg_n_m[1] / found.leg_n_m[0]

    assert change == pytest.approx((1.15, 1.35), abs=0.03)


@pytest.mark.parametrize(
    ("contact_s", "flight_s", "speed_m_s", "body"),
    [
        (np.nan, 0.12, 8.0, BODY),
        (0.12, -0.02, 1.5, BODY),
        (0.12, 0.12, np.nan, BODY),
        (0.30, 0.12, 8.0, BODY),
        (0.12, 0.12, 8.0, (np.nan, 0.97)),
    ],
)
def test_what_is_not_known_or_cannot_be_has_no_leg_stiffness(contact_s, flight_s, speed_m_s, body):
    assert np.isnan(stiffness_of(one(contact_s), one(flight_s), one(speed_m_s), body).leg_n_m[0])


def test_a_measured_leg_goes_before_the_usual_one():
    assert leg_length_m(Athlete(height_m=1.80, leg_length_m=0.99)) == 0.99
    assert leg_length_m(Athlete(height_m=1.80)) == pytest.approx(0.954)
    assert np.isnan(leg_length_m(Athlete()))


# Asymmetry


@pytest.mark.parametrize(("n", "milliseconds"), [(4, 8.7), (6, 6.4), (12, 4.2), (18, 3.4)])
def test_more_steps_make_smaller_differences_real(n, milliseconds):
    assert least_real_difference(5.0, n, n) == pytest.approx(milliseconds, abs=0.05)


def test_the_index_is_right_minus_left_over_their_mean():
    found = asymmetry(np.array([0.09, 0.11]), np.array([0.11, 0.13]))

    assert found.index_pct == pytest.approx(100 * 0.02 / 0.11)
    assert (found.n_left, found.n_right) == (2, 2)


def test_a_difference_within_the_scatter_is_not_real():
    rng = np.random.default_rng(3)
    left, right = 0.125 + 0.005 * rng.standard_normal(8), 0.126 + 0.005 * rng.standard_normal(8)

    found = asymmetry(left, right)

    assert not found.real
    assert found.low_pct < 0.0 < found.high_pct


def test_a_clear_difference_is_real_unless_the_sensors_may_make_it():
    left, right = 0.120 + 1e-4 * np.arange(6), 0.122 + 1e-4 * np.arange(6)

    assert asymmetry(left, right).real
    assert not asymmetry(left, right, bias=0.003).real


def test_one_value_of_a_side_tells_nothing():
    found = asymmetry(np.array([0.12]), np.array([0.12, 0.13]))

    assert np.isnan(found.index_pct)
    assert not found.real


@given(st.lists(st.floats(0.08, 0.3), min_size=3, max_size=20), st.lists(st.floats(0.08, 0.3), min_size=3, max_size=20))
def test_swapping_the_sides_turns_the_index_round(left, right):
    there, back = asymmetry(np.array(left), np.array(right)), asymmetry(np.array(right), np.array(left))

    assert back.index_pct == pytest.approx(-there.index_pct, abs=1e-9)
    assert back.high_pct == pytest.approx(-there.low_pct, abs=1e-9)
    assert back.real == there.real


@given(st.lists(st.floats(0.08, 0.3), min_size=3, max_size=20))
def test_values_that_are_not_known_do_not_count(values):
    known, other = np.array(values), np.array([0.1, 0.12, 0.14])

    assert replace(asymmetry(np.append(known, np.nan), other)) == asymmetry(known, other)
