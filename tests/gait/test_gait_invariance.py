"""What must not matter: when, how the sensor is turned, how fast it samples, which side it is on."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from gait_truth import FEET, UNCLIPPED, Errors, foot_of, grids_of, steady_run, stream_of, turned
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analyzer.gait.foot.analysis import FootGait
from analyzer.gait.run_gait import GaitConfig, run_gait
from analyzer.model import Placement
from analyzer.signal.grid import GridSignals, on_grid
from analyzer.virtual import SensorModel

LEFT = Placement.LEFT_FOOT
SPEEDS_M_S = (2.5, 6.0, 9.5)


@cache
def foot_at(speed_m_s: float, model: SensorModel | None = None) -> tuple[GridSignals, FootGait]:
    grid = on_grid(stream_of(steady_run(speed_m_s, 0, model), LEFT))
    return grid, foot_of(grid)


def times_of(foot: FootGait) -> np.ndarray:
    return np.column_stack([foot.contacts.initial_contact_s, foot.contacts.toe_off_s])


@settings(max_examples=6, deadline=None)
@given(speed_m_s=st.sampled_from(SPEEDS_M_S), shift_s=st.floats(-1e5, 1e5))
def test_a_run_at_another_time_is_the_same_run(speed_m_s, shift_s):
    stream = stream_of(steady_run(speed_m_s), LEFT)
    _, here = foot_at(speed_m_s)
    later = foot_of(on_grid(stream.at_times(stream.time_s + shift_s)))
    # Times of 1e5 s are rounded to 1.5e-11 s.
    np.testing.assert_allclose(times_of(later), times_of(here) + shift_s, atol=1e-6)
    np.testing.assert_allclose(later.stride_length_m, here.stride_length_m, atol=1e-6)


@settings(max_examples=9, deadline=None)
@given(speed_m_s=st.sampled_from(SPEEDS_M_S), seed=st.integers(0, 2**32 - 1))
def test_a_turned_sensor_gives_the_same_contacts_and_lengths(speed_m_s, seed):
    grid, as_worn = foot_at(speed_m_s, UNCLIPPED)
    mounting = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    otherwise = foot_of(turned(grid, mounting))
    # Nothing is clipped, axis by axis: then all is the same but for rounding. 1 ms and 0.3 % are what is promised.
    np.testing.assert_allclose(times_of(otherwise), times_of(as_worn), atol=1e-3)
    np.testing.assert_allclose(otherwise.stride_length_m, as_worn.stride_length_m, rtol=3e-3)


@pytest.mark.parametrize("speed_m_s", SPEEDS_M_S)
def test_the_axis_of_travel_turns_with_the_sensor(speed_m_s):
    grid, as_worn = foot_at(speed_m_s, UNCLIPPED)
    mounting = Rotation.from_rotvec([0.7, -1.9, 2.2]).as_matrix()
    np.testing.assert_allclose(foot_of(turned(grid, mounting)).travel_axis, mounting @ as_worn.travel_axis, atol=1e-6)


@pytest.mark.parametrize("speed_m_s", SPEEDS_M_S)
def test_the_mirrored_runner_has_the_same_contacts_on_the_other_side(speed_m_s):
    grid, left = foot_at(speed_m_s)
    # Mirrored left to right: forces lose the sign of y, turning rates those of x and z.
    flip = np.array([1.0, -1.0, 1.0])
    right = foot_of(
        replace(grid, placement=Placement.RIGHT_FOOT, acc_m_s2=grid.acc_m_s2 * flip, gyr_rad_s=-grid.gyr_rad_s * flip)
    )
    np.testing.assert_allclose(times_of(right), times_of(left), atol=1e-6)
    np.testing.assert_allclose(right.stride_length_m, left.stride_length_m, atol=1e-6)
    np.testing.assert_allclose(right.foot_strike_angle_rad, left.foot_strike_angle_rad, atol=1e-6)
    assert set(right.contacts.side) == {"right"}


@cache
def errors_at_rate(rate_hz: float) -> Errors:
    """Three athletes at 6 m/s, sampled at a rate by a sensor that nothing clips."""
    errors = Errors()
    for seed in range(3):
        run = steady_run(6.0, seed, replace(UNCLIPPED, rate_hz=rate_hz))
        contacts = run.truth.contacts
        inside = contacts["initial_contact_s"].between(0.1, 5.9) & (contacts["toe_off_s"] < 5.9)
        gait = run_gait(grids_of(run), GaitConfig())
        errors.add(gait, contacts.assign(required=inside), run.truth.strides.assign(required=True))
    return errors


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 400.0, 1000.0])
def test_contacts_are_found_at_any_rate(rate_hz):
    errors = errors_at_rate(rate_hz)
    assert errors.n_found >= errors.n_true - 1
    assert errors.n_false == 0


@pytest.mark.parametrize(("rate_hz", "bias_s"), [(100.0, 0.006), (200.0, 0.004), (400.0, 0.004)])
def test_initial_contact_does_not_depend_on_the_rate(rate_hz, bias_s):
    # Below 400 Hz the sensor's own filter smears the impact over some milliseconds: half a sample at 100 Hz.
    difference = np.mean(errors_at_rate(rate_hz).contact_s) - np.mean(errors_at_rate(1000.0).contact_s)
    assert abs(difference) <= bias_s + 0.001


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 400.0])
def test_toe_off_does_not_depend_on_the_rate(rate_hz):
    # It is read from a speed, an integral: one millisecond.
    difference = np.median(errors_at_rate(rate_hz).toe_off_s) - np.median(errors_at_rate(1000.0).toe_off_s)
    assert abs(difference) <= 0.001


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 400.0, 1000.0])
def test_stride_length_does_not_depend_on_the_rate(rate_hz):
    # Measured: below 0.1 % in the mean, 0.6 % from stride to stride.
    assert abs(np.mean(errors_at_rate(rate_hz).length)) <= 0.002
    assert np.std(errors_at_rate(rate_hz).length) <= 0.010


def test_a_wrong_nominal_rate_does_not_matter():
    # Sold as 208 Hz, it samples 0.6 % slower: only sample times are looked at.
    run = steady_run(6.0, 0, replace(UNCLIPPED, rate_hz=206.82))
    foot = foot_of(on_grid(stream_of(run, LEFT)))
    truth = run.truth.strides.query("side == 'left'")
    stride_time_s = np.diff(foot.contacts.initial_contact_s)
    assert np.nanmean(stride_time_s) == pytest.approx((truth["end_s"] - truth["start_s"]).mean(), rel=0.002)


def test_feet_in_any_order_give_the_same_tables():
    grids = grids_of(steady_run(6.0))
    one, other = (run_gait({foot: grids[foot] for foot in order}, GaitConfig()) for order in (FEET, FEET[::-1]))
    for name in ("contacts", "strides", "steps"):
        for column, values in getattr(one, name).items():
            np.testing.assert_array_equal(values, getattr(other, name)[column], f"{name}.{column}")
