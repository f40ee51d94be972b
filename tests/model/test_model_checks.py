"""Checks of blocks: a block of a stream may be short, but never wrong."""

import numpy as np
import pytest

from analyzer.checks import MIN_RATE_HZ, MIN_SAMPLES, checked_range, checked_times, checked_vectors
from analyzer.errors import InputError, SignalQualityError


def test_a_block_may_hold_a_single_sample():
    assert checked_times("pelvis", [1.0], whole=False).tolist() == [1.0]


def test_a_block_may_be_empty():
    assert checked_times("pelvis", [], whole=False).size == 0


def test_a_block_must_rise_all_the_same():
    with pytest.raises(InputError, match=r"pelvis: time_s goes from 2\.0+ to 1\.0+ s at sample 2"):
        checked_times("pelvis", [1.0, 2.0, 1.0], whole=False)


def test_neighbouring_microseconds_are_two_times():
    assert checked_times("pelvis", [1.0, 1.000001], whole=False).size == 2


def test_the_shortest_and_slowest_recording_is_just_enough():
    assert checked_times("pelvis", np.arange(MIN_SAMPLES) / (MIN_RATE_HZ + 0.1), whole=True).size == MIN_SAMPLES


@pytest.mark.parametrize(("n", "rate_hz"), [(MIN_SAMPLES - 1, 200.0), (200, MIN_RATE_HZ - 1)])
def test_a_shorter_or_slower_one_is_not(n, rate_hz):
    with pytest.raises(SignalQualityError, match="record at"):
        checked_times("pelvis", np.arange(n) / rate_hz, whole=True)


def test_pauses_do_not_make_a_sensor_slow():
    with_pause = np.concatenate([np.arange(100), 10_000 + np.arange(100)]) / 200.0
    assert checked_times("pelvis", with_pause, whole=True).size == 200


def test_a_signal_the_sensor_does_not_have_is_nan():
    assert np.isnan(checked_vectors("pelvis", "gyr_rad_s", None, 3)).all()


def test_whole_numbers_become_floats():
    assert checked_vectors("pelvis", "acc_m_s2", [[0, 0, 10]], 1).dtype == np.float64


def test_a_full_scale_of_zero_is_an_unknown_one():
    assert np.isnan(checked_range("pelvis", "acc_range_m_s2", 0.0))
