"""Clipped stretches: found and rounded up, against one stretch after the other in a loop."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.signal.saturation import known_range, rebuilt, spans

LIMIT = 10.0
CAP = 30.0

masks = st.lists(st.booleans(), max_size=30).map(lambda values: np.array(values, dtype=np.bool_))


def spans_in_a_loop(mask: np.ndarray) -> list[tuple[int, int]]:
    found = []
    for value, group in itertools.groupby(range(len(mask)), key=lambda row: bool(mask[row])):
        rows = list(group)
        if value:
            found.append((rows[0], rows[-1] + 1))
    return found


def rebuilt_in_a_loop(values: np.ndarray, clipped: np.ndarray, cap: float) -> np.ndarray:
    """Draw the cubic of each stretch on its own: heights and slopes at the last free samples on either side."""
    out = values.copy()
    for column in range(values.shape[1]):
        for start, stop in spans_in_a_loop(clipped[:, column]):
            if start < 2 or stop > len(values) - 2:
                continue
            signal = values[:, column] * np.sign(values[start, column])
            width = stop - start + 1
            left, right = signal[start - 1], signal[stop]
            rise = max(left - signal[start - 2], 0.0) * width
            fall = max(right - signal[stop + 1], 0.0) * width
            for row in range(start, stop):
                u = (row - start + 1) / width
                cubic = left * (1 + 2 * u) * (1 - u) ** 2 + right * u**2 * (3 - 2 * u)
                cubic += rise * u * (1 - u) ** 2 + fall * u**2 * (1 - u)
                out[row, column] = np.sign(values[start, column]) * min(max(cubic, signal[row]), cap)
    return out


def clipped_noise(seed: int, n_samples: int) -> tuple[np.ndarray, np.ndarray]:
    # A slow wave on top, so that stretches are several samples long and neighbours have one sign.
    draw = np.random.default_rng(seed)
    time = np.arange(n_samples)[:, None]
    wave = 16.0 * np.sin(2 * np.pi * time / 24 + draw.uniform(0, 6, 3)) + draw.normal(0, 1.0, (n_samples, 3))
    return np.clip(wave, -LIMIT, LIMIT), np.abs(wave) >= LIMIT


@settings(max_examples=100, deadline=None)
@given(mask=masks)
def test_spans_are_those_of_a_plain_loop(mask):
    start, stop = spans(mask)
    assert list(zip(start.tolist(), stop.tolist(), strict=True)) == spans_in_a_loop(mask)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_samples=st.integers(0, 80))
def test_rebuilding_all_stretches_at_once_equals_one_after_the_other(seed, n_samples):
    values, clipped = clipped_noise(seed, n_samples)
    np.testing.assert_allclose(rebuilt(values, clipped, CAP), rebuilt_in_a_loop(values, clipped, CAP), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_rebuilt_sample_is_no_smaller_than_the_limit_and_no_larger_than_the_cap(seed):
    values, clipped = clipped_noise(seed, 80)
    size = np.abs(rebuilt(values, clipped, CAP)[clipped])
    assert size.min() >= LIMIT
    assert size.max() <= CAP


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_samples_that_were_not_clipped_stay_as_they_are(seed):
    values, clipped = clipped_noise(seed, 80)
    np.testing.assert_array_equal(rebuilt(values, clipped, CAP)[~clipped], values[~clipped])


def test_rebuilding_leaves_its_input_alone():
    values, clipped = clipped_noise(0, 80)
    before = values.copy()
    rebuilt(values, clipped, CAP)
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("rows", [slice(0, 4), slice(1, 4), slice(16, 20), slice(0, 20)])
def test_a_stretch_at_the_edge_of_the_signal_stays_at_the_limit(rows):
    values = np.linspace(1.0, 9.0, 20)[:, None]
    clipped = np.zeros((20, 1), dtype=np.bool_)
    values[rows], clipped[rows] = LIMIT, True
    np.testing.assert_array_equal(rebuilt(values, clipped, CAP), values)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_clipped_half_wave_gets_most_of_its_lost_impulse_back(sign):
    true = sign * 14.0 * np.sin(np.pi * np.arange(41) / 40)[:, None]
    seen, clipped = np.clip(true, -LIMIT, LIMIT), np.abs(true) >= LIMIT
    lost, still_lost = np.abs((true - seen).sum()), np.abs((true - rebuilt(seen, clipped, CAP)).sum())
    assert still_lost < 0.35 * lost


def test_no_samples_have_no_stretches():
    nothing = np.empty((0, 3))
    assert rebuilt(nothing, nothing.astype(np.bool_), CAP).shape == (0, 3)


def test_an_unknown_range_is_read_off_a_signal_that_runs_into_it():
    wave = np.clip(80 * np.sin(np.arange(200) / 5), -39.2, 39.2)[:, None]
    assert known_range(np.nan, wave, least=18.0) == pytest.approx(39.2)


def test_a_peak_a_rest_and_a_quiet_signal_are_no_full_scale():
    wave = 80 * np.sin(np.arange(200) / 5)[:, None]
    assert np.isnan(known_range(np.nan, wave, least=18.0))
    assert np.isnan(known_range(np.nan, np.full((200, 1), 39.2), least=18.0))
    assert np.isnan(known_range(np.nan, np.clip(wave, -9.8, 9.8), least=18.0))


def test_a_stated_range_is_believed():
    assert known_range(156.9, np.full((50, 1), 39.2), least=18.0) == 156.9
