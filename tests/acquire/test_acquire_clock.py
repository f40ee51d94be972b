"""Sensor clocks on simulated links with known offset, drift and delay."""

import numpy as np
import pytest

from analyzer.acquire.clock import ClockConfig, ClockCorrection, ClockFit, SensorClock, fit_clock

OFFSET_S = 1234.5
INTERVAL_S = 0.015
LEAST_DELAY_S = 0.004


def link(duration_s: float, drift: float, seed: int, period_s: float = 18 / 208) -> tuple[np.ndarray, np.ndarray]:
    """Return device and arrival times of a link that sends once per connection interval, with rare long stalls."""
    rng = np.random.default_rng(seed)
    device_s = np.arange(0.0, duration_s, period_s)
    true_s = OFFSET_S + device_s * (1 + drift)
    stall_s = np.where(rng.random(device_s.size) < 0.03, rng.exponential(0.2, device_s.size), 0.0)
    phase = rng.random()
    sent_s = (np.ceil((true_s + stall_s) / INTERVAL_S + phase) - phase) * INTERVAL_S
    return device_s, np.maximum.accumulate(sent_s) + LEAST_DELAY_S


def clock_of(device_s: np.ndarray, received_s: np.ndarray) -> SensorClock:
    clock = SensorClock()
    for device, received in zip(device_s, received_s, strict=True):
        clock.add(float(device), float(received))
    return clock


@pytest.mark.parametrize("drift", [-100e-6, -20e-6, 0.0, 40e-6, 100e-6])
@pytest.mark.parametrize("duration_s", [30.0, 120.0, 1200.0])
def test_a_drifting_clock_maps_to_the_host_within_a_few_milliseconds(drift: float, duration_s: float) -> None:
    device_s, received_s = link(duration_s, drift, seed=int(duration_s))
    # The last half minute: what a run that has just ended needs. The delay itself nobody can see.
    last_s = device_s[device_s > duration_s - 30]
    error_s = clock_of(device_s, received_s).to_host(last_s) - (OFFSET_S + last_s * (1 + drift) + LEAST_DELAY_S)
    # A fifth of the connection interval that each packet waits for.
    assert np.abs(error_s).max() < 0.003


def test_drift_is_found_within_a_few_ppm_after_twenty_minutes() -> None:
    clock = clock_of(*link(1200.0, 35e-6, seed=1))
    assert clock.fit().drift == pytest.approx(35e-6, abs=3e-6)


def test_no_drift_is_read_from_less_than_ten_seconds() -> None:
    clock = clock_of(*link(9.0, 100e-6, seed=2))
    assert clock.fit().drift == 0.0


def test_in_the_first_seconds_the_offset_is_the_least_delay() -> None:
    device_s, received_s = link(4.0, 0.0, seed=3)
    clock = clock_of(device_s, received_s)
    assert clock.fit().offset_s == clock.least_delay_s == (received_s - device_s).min()


def test_a_fit_is_causal_and_repeatable() -> None:
    device_s, received_s = link(90.0, 20e-6, seed=4)
    half = clock_of(device_s[:500], received_s[:500])
    before = half.fit()
    whole = clock_of(device_s, received_s)
    assert clock_of(device_s[:500], received_s[:500]).fit() == before
    assert whole.fit() == clock_of(device_s, received_s).fit() != before


def test_ten_seconds_of_stalled_radio_barely_move_the_mapping() -> None:
    device_s, received_s = link(300.0, 20e-6, seed=5)
    stalled = received_s + np.where((device_s > 150) & (device_s < 160), 0.4, 0.0)
    moved_s = clock_of(device_s, stalled).to_host(device_s) - clock_of(device_s, received_s).to_host(device_s)
    # Two bins in sixty are wrong by 400 ms; a plain mean would move by 13 ms.
    assert np.abs(moved_s).max() < 0.001


def test_memory_does_not_grow_with_the_recording() -> None:
    clock = SensorClock(ClockConfig(n_bins=10))
    for device_s in np.arange(0.0, 1000.0, 0.5):
        # The clock changes its rate half way: what is remembered tells of the newer half only.
        clock.add(float(device_s), 5.0 + 1e-4 * max(0.0, float(device_s) - 500.0) + float(device_s))
    assert clock.fit().drift == pytest.approx(1e-4, abs=1e-6)


def test_the_error_shrinks_as_readings_gather_and_keeps_the_unknowable_part() -> None:
    short, long = clock_of(*link(12.0, 0.0, seed=6)), clock_of(*link(600.0, 0.0, seed=6))
    assert short.error_s > long.error_s > ClockConfig().unknown_delay_s


def test_a_clock_without_readings_has_no_mapping() -> None:
    assert np.isnan(SensorClock().error_s)
    with pytest.raises(ValueError, match="without readings"):
        SensorClock().fit()


def test_the_slope_is_held_back_while_readings_are_few() -> None:
    device_s = np.array([0.0, 5.0, 10.0])
    jitter_s = np.array([0.0, 0.001, 0.004])
    drawn = fit_clock(device_s, jitter_s, ClockConfig()).drift
    free = fit_clock(device_s, jitter_s, ClockConfig(expected_drift=1.0)).drift
    assert 0 < drawn < free / 3


def test_a_correction_uses_the_line_of_each_piece() -> None:
    correction = ClockCorrection(
        np.array([0.0, 10.0]), (ClockFit(0.0, 1.0, 0.0, 0.01), ClockFit(10.0, 2.0, 0.1, 0.002))
    )
    assert correction.to_host(np.array([-1.0, 5.0, 10.0, 20.0])) == pytest.approx([0.0, 6.0, 12.0, 23.0])
    assert correction.error_s == 0.002


def test_corrected_times_rise_where_pieces_meet() -> None:
    correction = ClockCorrection(np.array([0.0, 1.0]), (ClockFit(0.0, 0.5), ClockFit(0.0, 0.0)))
    host_s = correction.to_host(np.arange(0.0, 2.0, 0.01))
    assert np.diff(host_s).min() > 0
    assert host_s[-1] == pytest.approx(1.99)
