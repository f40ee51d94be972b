"""Initial contacts of all landings at once against a loop over landings and samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.gait.foot.touchdown import TouchdownConfig, find_touchdowns, foretold
from analyzer.signal.filters import highpass

CONFIG = TouchdownConfig()


def foretold_in_a_loop(turn: float, speed_m_s: float, rate_hz: float) -> float:
    """The delay of the turn, read off the straight lines between the tabled speeds."""
    speeds, delays = CONFIG.turn_speed_m_s, CONFIG.turn_delay_s
    speed = speeds[0] if np.isnan(speed_m_s) else min(max(speed_m_s, speeds[0]), speeds[-1])
    row = next(row for row in range(len(speeds) - 1) if speed <= speeds[row + 1])
    share = (speed - speeds[row]) / (speeds[row + 1] - speeds[row])
    return turn - ((1 - share) * delays[row] + share * delays[row + 1]) * rate_hz


def touchdown_in_a_loop(acc: np.ndarray, turn: int, speed_m_s: float, rate_hz: float) -> tuple[float, float]:
    """Fractional index and standard uncertainty of one landing, sample by sample."""
    impact = steps(acc) if is_slow(rate_hz) else highpass(acc, CONFIG.impact_cutoff_hz, rate_hz)
    burst = [float(np.sqrt(x * x + y * y + z * z)) for x, y, z in impact]
    by_turn = foretold_in_a_loop(turn, speed_m_s, rate_hz)
    last = len(burst) - 1
    start = min(max(round(by_turn - CONFIG.search_before_s * rate_hz), 0), last)
    stop = min(max(round(by_turn + CONFIG.search_after_s * rate_hz) + 1, 1), last + 1)
    peak = max(burst[start:stop])
    level = CONFIG.onset_share * peak
    rise = rise_in_a_loop(burst, level, start, stop, round(CONFIG.search_more_s * rate_hz))
    onset = max(rise, 0)
    low = burst[max(onset - 1, 0)]
    share = (level - low) / (burst[onset] - low) if burst[onset] > low else 1.0
    by_impact = onset - 1 + min(max(share, 0.0), 1.0) - CONFIG.onset_delay_s * rate_hz
    before = [burst[max(start - 1 - back, 0)] for back in range(max(2, round(0.05 * rate_hz)))]
    quiet = float(np.median(before))
    clear = rise >= 0 and peak >= CONFIG.min_impact_m_s2 and peak >= CONFIG.min_contrast * quiet
    return fused(by_impact, by_turn, clear, rate_hz)


def is_slow(rate_hz: float) -> bool:
    return rate_hz < CONFIG.least_rate * CONFIG.impact_cutoff_hz


def steps(acc: np.ndarray) -> np.ndarray:
    """What each sample adds to the one before; the first adds nothing."""
    return np.array([acc[max(row, 0)] - acc[max(row - 1, 0)] for row in range(len(acc))])


def rise_in_a_loop(burst: list[float], level: float, start: int, stop: int, more: int) -> int:
    """First sample above a level; where that is the window's own first one, looked for again from a little earlier."""
    for first, end in ((start, stop), (max(start - more, 0), start + 1)):
        found = next((row for row in range(first, end) if burst[row] > level), first)
        if found > first:
            return found
    return -1


def fused(by_impact: float, by_turn: float, clear: bool, rate_hz: float) -> tuple[float, float]:
    """Weigh the signs that may be believed by their variances."""
    sampling_s = 1.0 / (rate_hz * np.sqrt(12.0))
    agree = abs(by_impact - by_turn) <= CONFIG.outlier_s * rate_hz
    onset_sd_s = CONFIG.onset_sd_s if clear else CONFIG.unclear_sd_s
    signs = []
    if clear or agree:
        signs.append((by_impact, (CONFIG.slow_sd_s if is_slow(rate_hz) else onset_sd_s) ** 2 + sampling_s**2))
    if agree or not clear:
        signs.append((by_turn, CONFIG.turn_sd_s**2 + sampling_s**2))
    weight = sum(1 / variance for _, variance in signs)
    return sum(value / variance for value, variance in signs) / weight, CONFIG.shared_error / np.sqrt(weight)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rate_hz=st.sampled_from([100.0, 200.0, 208.3, 416.0, 1000.0]))
def test_all_landings_at_once_equal_one_after_the_other(seed, rate_hz):
    draw = np.random.default_rng(seed)
    n = round(2.0 * rate_hz)
    time_s = np.arange(n) / rate_hz
    acc = draw.normal(0, draw.uniform(0.1, 6.0), (n, 3))
    for landing_s in draw.uniform(0.05, 1.9, 4):
        after_s = np.maximum(time_s - landing_s, 0.0)
        ring = np.sin(2 * np.pi * draw.uniform(30, 90) * after_s) * np.exp(-after_s / 0.015)
        acc += draw.uniform(0, 150) * ring[:, None] * draw.normal(0, 1, 3)
    # Anywhere, the very ends of the signal and the middle of a swing included.
    turn = np.sort(draw.integers(0, n, 8))
    speed = np.where(draw.random(8) < 0.2, np.nan, draw.uniform(1.5, 10.0, 8))
    found = find_touchdowns(acc, turn, speed, rate_hz, CONFIG)
    expected = [touchdown_in_a_loop(acc, *row, rate_hz) for row in zip(turn.tolist(), speed.tolist(), strict=True)]
    np.testing.assert_allclose(found.index, [row[0] for row in expected], atol=1e-9)
    np.testing.assert_allclose(found.sd_s, [row[1] for row in expected], atol=1e-12)


@pytest.mark.parametrize("speed_m_s", [np.nan, 1.0, 2.5, 4.0, 8.0, 12.0])
def test_the_turn_foretells_the_contact_by_the_table_of_speeds(speed_m_s):
    found = foretold(np.array([100.0]), np.array([speed_m_s]), 200.0, CONFIG)
    assert found[0] == pytest.approx(foretold_in_a_loop(100.0, speed_m_s, 200.0), abs=1e-9)


def test_a_turn_that_was_not_seen_foretells_nothing():
    assert np.isnan(foretold(np.array([np.nan]), np.array([5.0]), 200.0, CONFIG)).all()
