"""First movement out of the stand."""

import numpy as np
import pytest
from made_streams import LEFT, RIGHT, even_times, without

from analyzer.drill.starting.start import first_movement, first_movement_s, slow_sizes
from analyzer.model import Placement, SensorStream
from analyzer.signal.filters import lowpass
from analyzer.signal.grid import on_grid
from analyzer.units import G_M_S2

RATE_HZ = 200.0
RUN_S = 6.0
"""By then everybody runs."""


def stand_then_move(
    moves_at_s: float,
    placement: Placement = LEFT,
    *,
    turning_rad_s: float = 3.0,
    pushing_m_s2: float = 0.0,
    noise: float = 1.0,
    sway_rad_s: float = 0.0,
) -> SensorStream:
    """Return 8 s of a sensor that stands still with noise, then turns and is pushed."""
    rng = np.random.default_rng(3)
    time_s = even_times(0.0, 8.0, RATE_HZ)
    moved = np.clip((time_s - moves_at_s) / 0.05, 0.0, 1.0)
    gyr = rng.normal(0, 0.01 * noise, (time_s.size, 3))
    gyr[:, 1] += turning_rad_s * moved + sway_rad_s * np.sin(2 * np.pi * 0.5 * time_s)
    acc = rng.normal(0, 0.05 * noise, (time_s.size, 3))
    acc[:, 2] += G_M_S2 + pushing_m_s2 * moved
    return SensorStream.from_arrays(placement, {"time_s": time_s, "acc_m_s2": acc, "gyr_rad_s": gyr})


def start_of(*streams: SensorStream) -> float:
    return first_movement_s([on_grid(stream) for stream in streams], RUN_S)


@pytest.mark.parametrize("moves_at_s", [2.0, 4.321, 5.5])
def test_the_start_is_where_the_sensor_begins_to_turn(moves_at_s):
    # A 30 Hz filter run both ways sees a sudden turn some 10 ms early.
    assert start_of(stand_then_move(moves_at_s)) == pytest.approx(moves_at_s, abs=0.02)


def test_a_push_without_a_turn_is_a_start_too():
    stream = stand_then_move(4.0, turning_rad_s=0.0, pushing_m_s2=4.0)
    assert start_of(stream) == pytest.approx(4.0, abs=0.05)


def test_a_sensor_without_gyroscope_still_feels_the_push():
    stream = stand_then_move(4.0, turning_rad_s=0.0, pushing_m_s2=4.0)
    signals = {"time_s": stream.time_s, "acc_m_s2": stream.acc_m_s2}
    assert start_of(SensorStream.from_arrays(LEFT, signals)) == pytest.approx(4.0, abs=0.05)


def test_sway_in_the_stand_is_no_start():
    assert start_of(stand_then_move(4.0, sway_rad_s=np.radians(8))) == pytest.approx(4.0, abs=0.05)


def test_a_noisy_sensor_does_not_start_by_itself():
    # Its noise alone passes the limit for turning now and then.
    assert start_of(stand_then_move(4.0, noise=60.0)) == pytest.approx(4.0, abs=0.05)


def test_a_twitch_before_the_start_does_not_count():
    stream = stand_then_move(5.0)
    gyr = stream.gyr_rad_s.copy()
    gyr[(stream.time_s > 3.0) & (stream.time_s < 3.1), 1] = 3.0
    signals = {"time_s": stream.time_s, "acc_m_s2": stream.acc_m_s2, "gyr_rad_s": gyr}
    assert start_of(SensorStream.from_arrays(LEFT, signals)) == pytest.approx(5.0, abs=0.05)


def test_the_earliest_sensor_tells_the_start():
    late = stand_then_move(4.4, RIGHT)
    assert start_of(late, stand_then_move(4.0)) == start_of(stand_then_move(4.0))


def test_arms_that_swing_before_the_start_do_not_count():
    arm = stand_then_move(1.0, Placement.LEFT_WRIST)
    assert start_of(arm, stand_then_move(4.0)) == start_of(stand_then_move(4.0))


def test_a_sensor_that_never_stood_still_cannot_tell():
    assert np.isnan(start_of(stand_then_move(-5.0)))


def test_a_sensor_that_does_not_move_before_the_run_cannot_tell():
    assert np.isnan(start_of(stand_then_move(7.0)))


def test_a_sensor_that_begins_after_the_run_cannot_tell():
    stream = stand_then_move(7.0)
    assert np.isnan(start_of(stream.between(RUN_S + 0.5, 8.0)))


def test_no_sensor_cannot_tell():
    assert np.isnan(start_of())


def test_a_few_samples_lost_in_the_stand_do_not_move_the_start():
    stream = stand_then_move(4.0)
    assert start_of(without(stream, (2.0, 2.2))) == pytest.approx(start_of(stream), abs=0.01)


def test_the_start_shifts_with_the_clock():
    stream = stand_then_move(4.0)
    later = first_movement_s([on_grid(stream.at_times(stream.time_s + 1000.0))], RUN_S + 1000.0)
    # Half a sample: times a thousand seconds on round differently.
    assert later - 1000.0 == pytest.approx(start_of(stream), abs=0.5 / RATE_HZ)


def test_the_trunk_tells_the_start_where_one_was_worn():
    # A heel may rise long before the body goes.
    heel = stand_then_move(4.0)
    assert start_of(heel, stand_then_move(4.2, Placement.PELVIS)) == pytest.approx(4.2, abs=0.03)


def test_a_trunk_that_never_stood_still_leaves_the_start_to_the_feet():
    assert start_of(stand_then_move(4.0), stand_then_move(-5.0, Placement.PELVIS)) == pytest.approx(4.0, abs=0.03)


def test_what_told_the_start_is_said():
    pelvis, foot = stand_then_move(4.0, Placement.PELVIS), stand_then_move(3.8)
    told = [first_movement([on_grid(stream) for stream in worn], RUN_S)[1] for worn in ([pelvis, foot], [foot], [])]
    assert told == ["trunk", "legs", "none"]


@pytest.mark.parametrize("cutoff_hz", [5.0, 12.0, 500.0])
def test_turn_and_force_filtered_at_once_are_those_filtered_apart(cutoff_hz):
    grid = on_grid(stand_then_move(4.0, pushing_m_s2=4.0))
    for found, values in zip(slow_sizes(grid, cutoff_hz), (grid.gyr_rad_s, grid.acc_m_s2), strict=True):
        apart = np.linalg.norm(lowpass(values, cutoff_hz, grid.rate_hz), axis=1)
        np.testing.assert_array_equal(found, apart)
