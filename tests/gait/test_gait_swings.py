"""Axis and middle of the swing: against a search over all directions and a loop over all peaks."""

import numpy as np
import pytest
from gait_truth import UNCLIPPED, grids_of, steady_run
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analyzer.gait.foot.swings import SwingConfig, mid_swings, pitch_axis
from analyzer.signal.filters import lowpass

CONFIG = SwingConfig()
RATE_HZ = 200.0


def peaks_in_a_loop(values: np.ndarray, height: float, prominence: float, distance: int) -> list[int]:
    """High peaks, the highest first; those close to a higher one go, then those that stand out too little."""
    inner = range(1, len(values) - 1)
    peaks = [row for row in inner if values[row - 1] < values[row] > values[row + 1] and values[row] >= height]
    kept: list[int] = []
    for row in sorted(peaks, key=lambda row: -values[row]):
        if all(abs(row - other) >= distance for other in kept):
            kept.append(row)
    return sorted(row for row in kept if stands_out(values, row) >= prominence)


def stands_out(values: np.ndarray, peak: int) -> float:
    """Height above the higher of the two valleys that part a peak from higher ground, or from the signal's end."""
    valleys = []
    for step in (-1, 1):
        row = lowest = peak
        while 0 <= row < len(values) and values[row] <= values[peak]:
            lowest = row if values[row] < values[lowest] else lowest
            row += step
        valleys.append(values[lowest])
    return float(values[peak] - max(valleys))


def swings_in_a_loop(pitch: np.ndarray, rate_hz: float) -> list[int]:
    # Rest before and after, so that a recording may begin or end in a swing.
    slow = [0.0, *lowpass(pitch, CONFIG.cutoff_hz, rate_hz), 0.0]
    distance = max(1, int(CONFIG.min_stride_s * rate_hz))
    peaks = peaks_in_a_loop(slow, CONFIG.min_rate_rad_s, CONFIG.min_prominence_rad_s, distance)
    if not peaks:
        return []
    usual = np.percentile([slow[row] for row in peaks], 90)
    return [row - 1 for row in peaks if slow[row] >= CONFIG.min_share_of_peaks * usual]


def wild_pitch(seed: int, n: int) -> np.ndarray:
    """Swings of changing length, now and then one that is far wilder, twitches between them, noise on top."""
    draw = np.random.default_rng(seed)
    time_s = np.arange(n) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(draw.uniform(0.8, 2.6, n) / RATE_HZ)
    wild = np.where((time_s > 1.0) & (time_s < 1.5), draw.choice([1.0, 6.0]), 1.0)
    return wild * draw.uniform(2, 14) * np.sin(phase) + 4 * np.sin(23 * time_s) + draw.normal(0, 3.0, n)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 900))
def test_mid_swings_are_those_of_a_loop_over_peaks(seed, n):
    pitch = wild_pitch(seed, n)
    assert mid_swings(pitch, RATE_HZ, CONFIG).tolist() == swings_in_a_loop(pitch, RATE_HZ)


def best_of_many_directions(gyr: np.ndarray) -> np.ndarray:
    """The direction about which the fast samples turn most, by trying many and closing in on the best."""
    fast = np.array([row for row in gyr if np.sqrt(sum(row**2)) > CONFIG.moving_rad_s])
    draw = np.random.default_rng(0)
    best, spread = np.array([1.0, 0.0, 0.0]), 2.0
    for _ in range(14):
        tried = best + draw.normal(0, spread, (600, 3))
        tried = np.vstack([best, tried / np.linalg.norm(tried, axis=1, keepdims=True)])
        best = tried[np.argmax(((fast @ tried.T) ** 2).sum(axis=0))]
        spread *= 0.5
    return best


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_axis_is_the_direction_that_a_search_finds(seed):
    draw = np.random.default_rng(seed)
    mounting = Rotation.random(rng=draw)
    gyr = mounting.apply(
        np.column_stack([0.3 * wild_pitch(seed + 1, 600), wild_pitch(seed, 600), draw.normal(0, 1, 600)])
    )
    axis = pitch_axis(gyr, RATE_HZ, CONFIG)
    assume(axis.any())
    # Closing in fourteen times by a half leaves some 1e-4 rad.
    assert abs(axis @ best_of_many_directions(gyr)) == pytest.approx(1.0, abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_sign_is_that_of_the_fast_forward_swing_in_any_mounting(seed):
    swing = np.exp(-0.5 * ((np.arange(900) % 140 - 70) / 9.0) ** 2)
    # Toe-up for a short fast swing, toe-down slowly for the rest: the mean is about zero.
    pitch = 14.0 * swing - 14.0 * swing.mean()
    mounting = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    gyr = np.outer(pitch, mounting[:, 1])
    np.testing.assert_allclose(pitch_axis(gyr, RATE_HZ, CONFIG), mounting[:, 1], atol=1e-6)


def test_a_foot_that_turns_as_much_about_every_axis_has_no_axis():
    gyr = np.random.default_rng(0).normal(0, 8.0, (2000, 3))
    np.testing.assert_array_equal(pitch_axis(gyr, RATE_HZ, CONFIG), np.zeros(3))


def test_standing_about_before_a_run_moves_no_axis():
    [grid, _] = grids_of(steady_run(6.0, 0, UNCLIPPED)).values()
    sway = np.random.default_rng(0).normal(0, 0.2, (4000, 3))
    before = pitch_axis(grid.gyr_rad_s, grid.rate_hz, CONFIG)
    after = pitch_axis(np.vstack([sway, grid.gyr_rad_s]), grid.rate_hz, CONFIG)
    np.testing.assert_allclose(after, before, atol=1e-9)
