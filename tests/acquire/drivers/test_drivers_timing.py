"""Even times out of stamps, against slow and obvious ways to the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.acquire.drivers.pairing import PairConfig, SignalPair
from analyzer.acquire.drivers.timing import FrameTimer, LineTimer, TimingConfig, n_lost_samples, with_lost_rows

CONFIG = TimingConfig()


def rows(first, n):
    """Rows that tell their own number."""
    return np.repeat(np.arange(first, first + n, dtype=float)[:, np.newaxis], 3, axis=1)


def times_of(ready):
    return np.concatenate([times for times, _ in ready]) if ready else np.empty(0)


def values_of(ready):
    return np.concatenate([values[:, 0] for _, values in ready]) if ready else np.empty(0)


def run(timer, stamps, sizes):
    ready, first = [], 0
    for stamp_s, n in zip(stamps, sizes, strict=True):
        ready += timer.add(stamp_s, rows(first, n))
        first += n
    return ready + timer.finish()


@given(st.integers(1, 60), st.floats(-0.015, 0.015))
def test_a_rate_that_is_a_little_off_loses_nothing(n, off):
    assert n_lost_samples(n * 0.01 * (1 + off), n, 0.01, CONFIG) == 0


@given(st.integers(1, 60), st.integers(3, 500))
def test_whole_batches_that_are_missing_are_counted_exactly(n, missing):
    assert n_lost_samples((n + missing) * 0.01, n, 0.01, CONFIG) == missing


def test_a_pause_is_no_loss():
    assert n_lost_samples(61.0, 10, 0.01, CONFIG) == 0


def test_the_first_batches_are_spread_by_the_measured_period_not_the_nominal_one():
    timer = FrameTimer(52.0, TimingConfig(n_first=3))
    assert timer.add(1.0, rows(0, 10)) == []
    assert timer.add(1.0 + 10 / 47.0, rows(10, 10)) == []
    times = times_of(timer.add(1.0 + 20 / 47.0, rows(20, 10)))
    np.testing.assert_allclose(np.diff(times), 1 / 47.0, atol=1e-9)
    assert times[9] == 1.0


@pytest.mark.parametrize("nominal_hz", [20.0, 190.0, 260.0])
def test_a_nominal_rate_that_is_wrong_does_no_harm(nominal_hz):
    stamps = np.arange(1, 21) * 25 / 199.3
    for timer, first in ((FrameTimer(nominal_hz, CONFIG), 24), (LineTimer(nominal_hz, CONFIG), 0)):
        ready = run(timer, stamps, [25] * 20)
        assert np.isfinite(values_of(ready)).all()
        expected = (np.arange(500) - first) / 199.3 + stamps[0]
        np.testing.assert_allclose(times_of(ready), expected, atol=1e-9)


@pytest.mark.parametrize(
    ("numbers", "n_lost"), [([1, 2, 4, 5, 7, 8], 50), ([1, 3, 5, 7, 9, 10, 11], 100)], ids=["some", "every other"]
)
def test_losses_among_the_first_batches_are_seen(numbers, n_lost):
    stamps = np.array(numbers) * 25 / 206.8
    ready = run(FrameTimer(208.0, CONFIG), stamps, [25] * len(numbers))
    assert np.isnan(values_of(ready)).sum() == n_lost
    # Half a per cent of a nominal rate that has to help out is all that shows.
    np.testing.assert_allclose(np.diff(times_of(ready)), 1 / 206.8, rtol=0.07)


def test_a_lone_batch_leaves_at_the_end_with_the_nominal_period():
    timer = FrameTimer(50.0, CONFIG)
    timer.add(1.0, rows(0, 3))
    np.testing.assert_allclose(times_of(timer.finish()), [0.96, 0.98, 1.0], atol=1e-12)
    assert timer.finish() == []


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20), st.floats(0.99, 1.01))
def test_samples_of_a_steady_sensor_get_their_true_times(sizes, off):
    period_s = 0.005 * off
    stamps = np.cumsum(sizes) * period_s
    times = times_of(run(FrameTimer(200.0, CONFIG), stamps, sizes))
    if len(sizes) > 1:
        np.testing.assert_allclose(times, period_s * np.arange(1, sum(sizes) + 1), atol=1e-9)


def test_lost_batches_are_rows_of_nan_and_do_not_spoil_the_period():
    period_s = 1 / 206.8
    timer = FrameTimer(208.0, CONFIG)
    stamps = np.array([20, 40, 60, 160, 180]) * period_s
    ready = run(timer, stamps, [20] * 5)
    times, values = times_of(ready), values_of(ready)
    assert np.isnan(values).sum() == 80
    np.testing.assert_allclose(times, period_s * np.arange(1, 181), atol=1e-9)
    assert timer.period_s == pytest.approx(period_s, rel=1e-9)


def test_after_a_pause_time_goes_on_without_rows_in_between():
    ready = run(FrameTimer(100.0, CONFIG), [0.1, 0.2, 0.3, 100.0], [10] * 4)
    assert len(times_of(ready)) == 40
    assert times_of(ready)[30] == pytest.approx(99.91)


def test_stamps_of_whole_milliseconds_give_even_times():
    n, period_s = 8, 1 / 103.4
    first_s = np.arange(0, 100) * n * period_s
    stamps = np.floor(first_s * 1000) / 1000
    times = times_of(run(LineTimer(104.0, CONFIG), stamps, [n] * 100))
    # Cut to a millisecond they are half a millisecond early on average, and much more even than that.
    assert np.abs(times - (np.arange(800) * period_s - 0.0005)).max() < 0.0006
    assert np.abs(np.diff(times) - period_s).max() < 0.0006


def test_coarse_stamps_wait_until_the_period_is_known():
    timer = LineTimer(100.0, TimingConfig(hold_s=1.0))
    assert timer.add(0.0, rows(0, 50)) == []
    assert timer.add(0.5, rows(50, 50)) == []
    assert len(times_of(timer.add(1.0, rows(100, 50)))) == 150


def test_losses_among_coarse_stamps_are_rows_of_nan():
    stamps = np.round(np.array([0, 1, 2, 3, 8, 9, 10, 30]) * 8 / 103.4, 3)
    ready = run(LineTimer(104.0, CONFIG), stamps, [8] * 8)
    values = values_of(ready)
    assert np.isnan(values[32:64]).all()
    assert np.isfinite(values[:32]).all()
    assert len(values) == 31 * 8


def test_where_lateness_is_no_loss_nothing_is_filled_in():
    stamps = [0.0, 0.1, 0.2, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1.0]
    timer = LineTimer(100.0, CONFIG, counts_losses=False)
    ready = run(timer, stamps, [10] * len(stamps))
    assert np.isfinite(values_of(ready)).all()
    assert len(times_of(ready)) == 110


@given(st.lists(st.tuples(st.integers(1, 8), st.floats(0, 0.05)), min_size=2, max_size=80), st.booleans())
def test_times_on_a_line_rise_whatever_the_stamps_do(batches, counts_losses):
    timer = LineTimer(100.0, TimingConfig(hold_s=0.1), counts_losses=counts_losses)
    sizes = [n for n, _ in batches]
    at = np.concatenate([[0], np.cumsum(sizes)[:-1]]) * 0.01
    stamps = np.maximum.accumulate(at + [late_s for _, late_s in batches])
    times = times_of(run(timer, stamps, sizes))
    assert np.diff(times).min(initial=1.0) > 0


def test_lost_rows_are_spread_evenly():
    times, values = with_lost_rows(np.array([1.0]), rows(0, 1), 0.0, 3)
    np.testing.assert_allclose(times, [0.25, 0.5, 0.75, 1.0])
    assert np.isnan(values[:3]).all()
    assert values[3, 0] == 0


def paired():
    pair = SignalPair(PairConfig())
    pair.expect_gyroscope()
    return pair


def test_without_gyroscope_accelerations_leave_at_once():
    pair = SignalPair(PairConfig())
    pair.add_acc(np.arange(5) / 100, rows(0, 5))
    pair.add_gyr(np.arange(5) / 100, rows(0, 5))
    times, _, gyr = pair.ready()
    assert len(times) == 5
    assert np.isnan(gyr).all()


def test_accelerations_wait_for_the_rates_around_them():
    pair = paired()
    pair.add_acc(np.arange(10) / 100, rows(0, 10))
    pair.add_gyr(np.arange(5) / 100 + 0.001, rows(0, 5))
    times, _, gyr = pair.ready()
    assert len(times) == 5
    # The first acceleration lies a tenth of a step before the first rate: nobody knows that one.
    assert np.isnan(gyr[0]).all()
    np.testing.assert_allclose(gyr[1:, 0], np.arange(1, 5) - 0.1, atol=1e-9)


def test_rates_that_differ_by_microseconds_are_taken_as_they_are():
    pair = paired()
    pair.add_gyr(np.arange(6) / 52 - 32e-6, rows(0, 6))
    pair.add_acc(np.arange(6) / 52, rows(0, 6))
    _, _, gyr = pair.finish()
    np.testing.assert_allclose(gyr[:, 0], np.arange(6), atol=2e-3)


def test_holes_in_the_rates_are_not_bridged():
    pair = paired()
    keep = np.r_[0:20, 30:50]
    pair.add_gyr(keep / 100, rows(0, 50)[keep])
    pair.add_acc(np.arange(50) / 100 + 0.002, rows(0, 50))
    _, _, gyr = pair.ready()
    assert np.isnan(gyr[19:30, 0]).all()
    assert np.isfinite(gyr[:19, 0]).all()
    assert np.isfinite(gyr[30:, 0]).all()


def test_a_gyroscope_that_falls_silent_does_not_hold_accelerations_for_ever():
    pair = paired()
    pair.add_gyr(np.arange(2) / 100, rows(0, 2))
    pair.add_acc(np.arange(500) / 100, rows(0, 500))
    times, _, gyr = pair.ready()
    assert times[-1] == pytest.approx(4.99 - 3.0)
    assert np.isnan(gyr[5:]).all()


@given(st.lists(st.integers(1, 30), min_size=1, max_size=10), st.lists(st.integers(1, 30), min_size=1, max_size=10))
def test_pairs_do_not_depend_on_how_batches_were_cut(acc_sizes, gyr_sizes):
    n = min(sum(acc_sizes), sum(gyr_sizes))
    whole, cut = paired(), paired()
    time_s = np.arange(n) / 100
    whole.add_gyr(time_s, rows(0, n))
    whole.add_acc(time_s, rows(0, n))
    expected = whole.finish()
    parts, a, g = [], 0, 0
    for at in range(max(len(acc_sizes), len(gyr_sizes))):
        a_to = min(n, a + acc_sizes[at]) if at < len(acc_sizes) else n
        g_to = min(n, g + gyr_sizes[at]) if at < len(gyr_sizes) else n
        cut.add_acc(time_s[a:a_to], rows(a, a_to - a))
        cut.add_gyr(time_s[g:g_to], rows(g, g_to - g))
        a, g = a_to, g_to
        parts.append(cut.ready())
    parts.append(cut.finish())
    np.testing.assert_array_equal(np.concatenate([part[0] for part in parts]), expected[0])
    found = np.concatenate([part[2] for part in parts])
    if n > 1:
        np.testing.assert_allclose(found[1:], expected[2][1:], atol=1e-9)
