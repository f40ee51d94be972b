"""Zero-phase filters and bridges over lost samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import signal as scipy_signal

from analyzer.signal.filters import BLOCK, LONG_BLOCKS, bridged, highpass, lowpass

RATE_HZ = 200.0


def bridged_in_a_loop(values: np.ndarray) -> np.ndarray:
    """Walk to the nearest sample that is there, on either side, and take the straight line between them."""
    filled = np.zeros_like(values)
    for column in range(values.shape[1]):
        there = [row for row in range(len(values)) if not np.isnan(values[row, column])]
        for row in range(len(values)):
            before = [other for other in there if other <= row]
            after = [other for other in there if other >= row]
            if before and after and before[-1] != after[0]:
                share = (row - before[-1]) / (after[0] - before[-1])
                filled[row, column] = (1 - share) * values[before[-1], column] + share * values[after[0], column]
            elif before or after:
                filled[row, column] = values[(before or after)[-1 if before else 0], column]
    return filled


some_lost = arrays.arrays(
    np.float64,
    st.tuples(st.integers(0, 12), st.integers(1, 3)),
    elements=st.one_of(st.just(np.nan), st.floats(-200, 200)),
)


@settings(max_examples=100, deadline=None)
@given(values=some_lost)
def test_bridges_are_the_straight_lines_of_a_plain_loop(values):
    np.testing.assert_allclose(bridged(values)[0], bridged_in_a_loop(values), atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(values=some_lost)
def test_a_row_is_lost_where_any_of_its_values_is(values):
    assert bridged(values)[1].tolist() == [bool(np.isnan(row).any()) for row in values]


@settings(max_examples=50, deadline=None)
@given(values=some_lost)
def test_bridging_leaves_its_input_alone(values):
    before = values.copy()
    bridged(values)
    np.testing.assert_array_equal(values, before)


def test_a_column_that_never_arrived_becomes_zero():
    np.testing.assert_array_equal(bridged(np.full((5, 3), np.nan))[0], np.zeros((5, 3)))


def test_one_lost_sample_does_not_poison_the_filtered_signal():
    time_s = np.arange(800) / RATE_HZ
    whole = np.sin(2 * np.pi * 2.0 * time_s)[:, None]
    holed = whole.copy()
    holed[400] = np.nan
    difference = np.abs(lowpass(bridged(holed)[0], 30.0, RATE_HZ) - lowpass(whole, 30.0, RATE_HZ))
    # A straight line over one sample of a 2 Hz wave is off by its curvature alone: 0.2 % of the amplitude.
    assert difference.max() < 0.003


@pytest.mark.parametrize("filtered", [lowpass, highpass])
@pytest.mark.parametrize("shape", [(0,), (0, 3), (1, 3), (15, 3)])
def test_an_empty_or_short_block_comes_back_in_its_shape(filtered, shape):
    assert filtered(np.ones(shape), 30.0, RATE_HZ).shape == shape


def test_a_signal_too_short_to_filter_is_returned_as_it_is():
    values = np.random.default_rng(0).normal(size=(15, 3))
    np.testing.assert_array_equal(lowpass(values, 30.0, RATE_HZ), values)


def test_a_cutoff_beyond_the_rate_leaves_the_signal_alone():
    values = np.random.default_rng(0).normal(size=(100, 3))
    np.testing.assert_array_equal(lowpass(values, 30.0, 60.0), values)


def test_a_low_pass_moves_no_peak():
    time_s = np.arange(400) / RATE_HZ
    bump = np.exp(-0.5 * ((time_s - 1.0) / 0.02) ** 2)
    assert np.argmax(lowpass(bump, 12.0, RATE_HZ)) == np.argmax(bump)


def test_a_wave_at_the_cutoff_is_halved_as_it_passes_the_filter_twice():
    time_s = np.arange(4000) / RATE_HZ
    wave = np.sin(2 * np.pi * 10.0 * time_s)
    # The middle of the signal: its ends carry the filter's own edges.
    assert np.abs(lowpass(wave, 10.0, RATE_HZ)[1000:3000]).max() == pytest.approx(0.5, abs=0.005)


def test_what_is_below_and_what_is_above_add_up_to_the_signal():
    values = np.random.default_rng(0).normal(size=(200, 3))
    together = lowpass(values, 20.0, RATE_HZ) + highpass(values, 20.0, RATE_HZ)
    np.testing.assert_allclose(together, values, atol=1e-12)


def test_filtering_backwards_in_time_gives_the_same_signal_backwards():
    values = np.random.default_rng(0).normal(size=2000)
    forwards, backwards = lowpass(values, 20.0, RATE_HZ), lowpass(values[::-1], 20.0, RATE_HZ)[::-1]
    # Away from the ends, where the filter starts from an odd reflection of the signal.
    np.testing.assert_allclose(forwards[200:-200], backwards[200:-200], atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(
    cutoff_hz=st.sampled_from([10.0, 12.0, 30.0, 50.0]),
    rate_hz=st.sampled_from([150.0, 200.0, 512.0, 1000.0]),
    extra=st.integers(0, BLOCK),
    seed=st.integers(0, 99),
)
def test_a_long_signal_in_blocks_is_what_both_passes_give(cutoff_hz, rate_hz, extra, seed):
    # Specific force in flight and at impact, with a drift that the ends do not share.
    values = np.random.default_rng(seed).normal(0.0, 60.0, (LONG_BLOCKS * BLOCK + extra, 2))
    values += np.linspace(-100.0, 100.0, len(values))[:, None]
    sections = scipy_signal.butter(2, cutoff_hz, fs=rate_hz, output="sos")
    passes = scipy_signal.sosfiltfilt(sections, values, axis=0)
    # Signals of some hundreds: the last digits of a float.
    np.testing.assert_allclose(lowpass(values, cutoff_hz, rate_hz), passes, atol=1e-10)
    np.testing.assert_array_equal(lowpass(values[:, 0], cutoff_hz, rate_hz), lowpass(values, cutoff_hz, rate_hz)[:, 0])


@pytest.mark.parametrize("n_samples", [40, LONG_BLOCKS * BLOCK])
def test_filters_leave_their_input_alone(n_samples):
    values = np.random.default_rng(0).normal(size=(n_samples, 3))
    before = values.copy()
    for cutoff_hz in (20.0, RATE_HZ):
        lowpass(values, cutoff_hz, RATE_HZ)
        highpass(values, cutoff_hz, RATE_HZ)
    np.testing.assert_array_equal(values, before)
