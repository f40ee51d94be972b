"""Rows that are missing become NaN rows on the time grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.acquire.holes import HolesConfig, with_holes_marked
from analyzer.model import Placement, SensorStream


def stream_at(time_s: np.ndarray) -> SensorStream:
    rows = np.arange(3 * time_s.size, dtype=float).reshape(-1, 3)
    return SensorStream.from_arrays(
        Placement.LEFT_FOOT,
        {"time_s": time_s, "acc_m_s2": rows, "gyr_rad_s": -rows, "acc_range_m_s2": 10.0, "gyr_range_rad_s": 35.0},
        whole=False,
    )


def test_a_whole_stream_is_handed_back_as_it_is() -> None:
    stream = stream_at(np.arange(100) * 0.005)
    assert with_holes_marked(stream) is stream


@given(st.sets(st.integers(1, 98), max_size=45), st.integers(0, 2**32 - 1))
def test_every_lost_row_comes_back_as_nan_at_its_time(lost: set[int], seed: int) -> None:
    jitter_s = np.random.default_rng(seed).uniform(-0.0002, 0.0002, 100)
    grid_s = 7.0 + np.arange(100) * 0.005 + jitter_s
    kept = np.array(sorted(set(range(100)) - lost))
    # The period is the median step: with every other row lost at random it would be ambiguous.
    if np.median(np.diff(kept)) > 1:
        return
    marked = with_holes_marked(stream_at(grid_s[kept]))
    assert marked.n_samples == 100
    assert set(np.flatnonzero(np.isnan(marked.acc_m_s2).all(axis=1))) == lost
    assert np.array_equal(marked.time_s[kept], grid_s[kept])
    # Lost rows are spread evenly: their times are wrong by no more than the jitter of both ends.
    assert np.abs(marked.time_s - (grid_s - jitter_s)).max() < 0.0003


def test_lost_rows_carry_no_signal_and_are_not_clipped() -> None:
    stream = stream_at(np.delete(np.arange(20) * 0.01, [5, 6]))
    marked = with_holes_marked(stream)
    assert np.isnan(marked.gyr_rad_s[5:7]).all()
    assert not marked.clipped[5:7].any()
    assert np.array_equal(marked.clipped[7:], stream.clipped[5:])


def test_a_late_stamp_is_no_lost_row() -> None:
    time_s = np.arange(50) * 0.005
    time_s[20] += 0.0029
    stream = stream_at(time_s)
    assert with_holes_marked(stream) is stream


def test_a_pause_stays_a_hole() -> None:
    time_s = np.concatenate([np.arange(100) * 0.01, 120.0 + np.arange(100) * 0.01])
    assert with_holes_marked(stream_at(time_s)).n_samples == 200


def test_the_longest_gap_that_is_filled_can_be_chosen() -> None:
    time_s = np.concatenate([np.arange(100) * 0.01, 2.0 + np.arange(100) * 0.01])
    assert with_holes_marked(stream_at(time_s), HolesConfig(longest_s=0.5)).n_samples == 200
    assert with_holes_marked(stream_at(time_s)).n_samples == 300


@pytest.mark.parametrize("n", [0, 1, 2])
def test_streams_too_short_for_a_period_are_left_alone(n: int) -> None:
    stream = stream_at(np.arange(n) * 0.01)
    assert with_holes_marked(stream) is stream


@pytest.mark.parametrize("jitter_s", [0.0005, 0.001])
def test_jitter_of_stamps_is_no_loss(jitter_s: float) -> None:
    stamps = np.sort(np.arange(8000) / 400.0 + np.random.default_rng(4).normal(0.0, jitter_s, 8000))
    stamps += np.arange(8000) * 1e-8
    stream = stream_at(stamps)
    assert with_holes_marked(stream) is stream


def test_losses_among_jittering_stamps_are_counted_nearly_right() -> None:
    rng = np.random.default_rng(5)
    stamps = np.sort(np.arange(8000) / 400.0 + rng.normal(0.0, 0.001, 8000)) + np.arange(8000) * 1e-8
    kept = np.ones(8000, dtype=bool)
    for start in range(200, 7800, 400):
        kept[start : start + 6] = False
    marked = with_holes_marked(stream_at(stamps[kept]))
    # 19 holes of 6: each is known within a row, as its two ends jitter by nearly half a period.
    assert abs(marked.n_samples - 8000) <= 10
