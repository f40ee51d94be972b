"""One sensor on an even grid: measured rate, lost samples marked and nothing else moved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model import Placement, SensorStream
from analyzer.signal.grid import on_grid


def stream_at(time_s: np.ndarray, **signals: object) -> SensorStream:
    """Signals that tell their own time: acceleration x is the time, the rate y its double."""
    acc = np.column_stack([time_s, np.zeros_like(time_s), np.full_like(time_s, 9.81)])
    given = {"time_s": time_s, "acc_m_s2": acc, "gyr_rad_s": 2 * acc[:, [1, 0, 2]]} | signals
    return SensorStream.from_arrays(Placement.LEFT_FOOT, given, whole=False)


def test_the_rate_is_measured_where_the_nominal_rate_is_wrong():
    # Sold as 52 Hz; in ten minutes the nominal rate would be 3.4 s off.
    time_s = 100.0 + np.arange(31_023) / 51.705
    grid = on_grid(stream_at(time_s))
    assert grid.rate_hz == pytest.approx(51.705, abs=1e-6)
    np.testing.assert_allclose(grid.time_s, time_s, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rate_hz=st.floats(50.0, 1000.0), shift_s=st.floats(-1000.0, 1000.0))
def test_uneven_samples_are_read_at_even_times(seed, rate_hz, shift_s):
    jitter = np.random.default_rng(seed).uniform(-0.2, 0.2, 200)
    jitter[[0, -1]] = 0.0
    grid = on_grid(stream_at(shift_s + (np.arange(200) + jitter) / rate_hz))
    # The signal is the time itself, so that straight interpolation is exact up to rounding at 1000 s.
    np.testing.assert_allclose(grid.acc_m_s2[:, 0], grid.time_s, atol=1e-9)
    np.testing.assert_allclose(np.diff(grid.time_s), 1 / grid.rate_hz, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(shift_s=st.floats(-1e5, 1e5))
def test_a_later_recording_has_the_same_samples_at_later_times(shift_s):
    time_s = np.arange(100) / 200.0
    here, later = on_grid(stream_at(time_s)), on_grid(stream_at(time_s).at_times(time_s + shift_s))
    # Times of 1e5 s carry rounding of 1.5e-11 s, times 1 m/s2 per second.
    np.testing.assert_allclose(later.acc_m_s2, here.acc_m_s2, atol=1e-8)
    np.testing.assert_allclose(later.time_s, here.time_s + shift_s, atol=1e-8)


def holed(rows: list[int], *, acc: bool = True, gyr: bool = True) -> SensorStream:
    time_s = np.arange(50) / 200.0
    whole = stream_at(time_s)
    signals = {"acc_m_s2": whole.acc_m_s2.copy(), "gyr_rad_s": whole.gyr_rad_s.copy()}
    if acc:
        signals["acc_m_s2"][rows] = np.nan
    if gyr:
        signals["gyr_rad_s"][rows] = np.nan
    return stream_at(time_s, **signals)


@pytest.mark.parametrize(("acc", "gyr"), [(True, True), (True, False), (False, True)])
def test_exactly_the_lost_samples_are_marked(acc, gyr):
    assert np.flatnonzero(on_grid(holed([7, 20, 21], acc=acc, gyr=gyr)).lost).tolist() == [7, 20, 21]


def test_lost_samples_shift_no_other_sample():
    whole, lossy = on_grid(stream_at(np.arange(50) / 200.0)), on_grid(holed([7, 20, 21]))
    np.testing.assert_array_equal(lossy.time_s, whole.time_s)
    np.testing.assert_allclose(lossy.acc_m_s2[~lossy.lost], whole.acc_m_s2[~lossy.lost], atol=1e-12)


def test_the_grid_holds_no_nan():
    grid = on_grid(holed([0, 1, 30, 49]))
    assert np.isfinite(grid.acc_m_s2).all()
    assert np.isfinite(grid.gyr_rad_s).all()


def test_a_sensor_without_gyroscope_has_no_rate_and_loses_nothing_by_it():
    time_s = np.arange(50) / 200.0
    grid = on_grid(stream_at(time_s, gyr_rad_s=None))
    assert not grid.has_gyroscope
    assert not grid.lost.any()
    np.testing.assert_array_equal(grid.gyr_rad_s, 0.0)


def test_a_sensor_of_which_everything_was_lost_is_all_lost_and_zero():
    grid = on_grid(stream_at(np.arange(50) / 200.0, acc_m_s2=np.full((50, 3), np.nan), gyr_rad_s=None))
    assert grid.lost.all()
    np.testing.assert_array_equal(grid.acc_m_s2, 0.0)


def test_clipped_samples_stay_where_they_were():
    clipped = np.zeros((50, 6), dtype=np.bool_)
    clipped[[3, 17], [0, 4]] = True
    np.testing.assert_array_equal(on_grid(stream_at(np.arange(50) / 200.0, clipped=clipped)).clipped, clipped)


def test_two_samples_make_a_grid():
    assert on_grid(stream_at(np.array([1.0, 1.005]))).rate_hz == pytest.approx(200.0)


def test_an_index_and_its_time_belong_together():
    grid = on_grid(stream_at(5.0 + np.arange(50) / 200.0))
    assert [grid.to_index(grid.to_time(np.array(row)).item()) for row in (0, 17, 49)] == [0, 17, 49]
    assert np.isnan(grid.to_time(np.array([np.nan]))).all()


@pytest.mark.parametrize(("time_s", "row"), [(-1e9, 0), (1e9, 49)])
def test_a_time_outside_gives_the_nearest_end(time_s, row):
    assert on_grid(stream_at(np.arange(50) / 200.0)).to_index(time_s) == row


@pytest.mark.parametrize(
    ("stop", "longest_s", "rows"), [(30, 0.05, (20, 30)), (30, 1.0, (0, 30)), (80, 0.05, (40, 50))]
)
def test_the_last_samples_before_an_index_keep_their_times(stop, longest_s, rows):
    grid = on_grid(stream_at(5.0 + np.arange(50) / 200.0))
    part = grid.up_to(stop, longest_s)
    np.testing.assert_allclose(part.time_s, grid.time_s[slice(*rows)], atol=1e-9)
    np.testing.assert_array_equal(part.acc_m_s2, grid.acc_m_s2[slice(*rows)])


@pytest.mark.parametrize(
    ("sold_hz", "told_hz"), [(200, 200), (500, 500), (504, 504), (800, 400), (1000, 500), (1600, 400)]
)
def test_a_sensor_faster_than_a_foot_moves_is_read_in_means(sold_hz, told_hz):
    assert on_grid(stream_at(np.arange(4 * sold_hz) / sold_hz)).rate_hz == pytest.approx(told_hz, rel=1e-6)


def test_means_lie_at_the_mean_of_their_samples_times():
    grid = on_grid(stream_at(np.arange(2000) / 1000.0))
    np.testing.assert_allclose(grid.acc_m_s2[:, 0], grid.time_s, atol=1e-9)
    assert grid.time_s[0] == pytest.approx(0.0005)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_means_keep_what_a_signal_integrates_to(seed):
    values = np.random.default_rng(seed).normal(0.0, 50.0, (1200, 3))
    grid = on_grid(stream_at(np.arange(1200) / 1200.0, acc_m_s2=values))
    np.testing.assert_allclose(grid.acc_m_s2.sum(axis=0) / grid.rate_hz, values.sum(axis=0) / 1200.0, atol=1e-9)


def test_a_mean_with_a_lost_sample_is_lost_and_one_with_a_clipped_sample_clipped():
    time_s = np.arange(1000) / 1000.0
    acc, clipped = stream_at(time_s).acc_m_s2.copy(), np.zeros((1000, 6), dtype=bool)
    acc[301], clipped[500, 2] = np.nan, True
    grid = on_grid(stream_at(time_s, acc_m_s2=acc, clipped=clipped))
    assert np.flatnonzero(grid.lost).tolist() == [150]
    assert np.argwhere(grid.clipped).tolist() == [[250, 2]]
