"""Axes that repeat one number while the sensor moves."""

import numpy as np
import pytest

from analyzer.model import Placement, SensorStream
from analyzer.signal.stuck import stuck_samples, with_stuck_lost

RATE_HZ = 100.0


def stream_of(acc: np.ndarray, gyr: np.ndarray | None) -> SensorStream:
    signals = {"time_s": np.arange(len(acc)) / RATE_HZ, "acc_m_s2": acc, "gyr_rad_s": gyr}
    return SensorStream.from_arrays(Placement.LEFT_FOOT, signals)


def moving(seconds: float = 10.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    n = round(seconds * RATE_HZ)
    return rng.normal(0.0, 20.0, (n, 3)), rng.normal(0.0, 8.0, (n, 3))


@pytest.mark.parametrize("axis", range(6))
def test_an_axis_that_repeats_while_the_others_move_is_stuck(axis: int) -> None:
    acc, gyr = moving()
    (acc if axis < 3 else gyr)[400:700, axis % 3] = 1.5
    stuck = stuck_samples(stream_of(acc, gyr))
    expected = np.zeros((len(acc), 6), dtype=bool)
    expected[400:700, axis] = True
    np.testing.assert_array_equal(stuck, expected)


def test_an_axis_at_its_limit_for_a_moment_is_not_stuck() -> None:
    acc, gyr = moving()
    acc[400:405, 0] = 156.9
    assert not stuck_samples(stream_of(acc, gyr)).any()


def test_a_stand_rounded_to_one_number_is_not_stuck() -> None:
    acc, gyr = moving()
    acc[400:800], gyr[400:800] = [0.0, 0.0, 9.8], 0.0
    assert not stuck_samples(stream_of(acc, gyr)).any()


def test_a_sensor_that_repeats_every_number_for_long_is_stuck() -> None:
    acc, gyr = moving()
    acc[300:900], gyr[300:900] = [0.0, 0.0, 9.8], 0.0
    assert stuck_samples(stream_of(acc, gyr))[300:900].all()


def test_an_accelerometer_without_gyroscope_may_lack_an_axis() -> None:
    acc, _ = moving()
    acc[:, 1] = 0.0
    assert not stuck_samples(stream_of(acc, None)).any()


def test_where_an_axis_is_stuck_the_whole_sample_is_lost() -> None:
    acc, gyr = moving()
    gyr[400:700, 2] = 0.0
    stream = with_stuck_lost(stream_of(acc, gyr))
    lost = np.zeros(len(acc), dtype=bool)
    lost[400:700] = True
    np.testing.assert_array_equal(np.isnan(stream.acc_m_s2).all(axis=1), lost)
    np.testing.assert_array_equal(np.isnan(stream.gyr_rad_s).all(axis=1), lost)


def test_a_sound_stream_is_handed_back_as_it_is() -> None:
    stream = stream_of(*moving())
    assert with_stuck_lost(stream) is stream
