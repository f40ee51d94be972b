"""Streams of one sensor: cut, joined, clipped."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_streams import LEFT, even_times, stream_of

from analyzer.errors import InputError
from analyzer.model import SensorStream, clipped_samples

STREAM = stream_of(LEFT, even_times(0.0, 3.0), np.sin(even_times(0.0, 3.0)))


def test_a_cut_takes_its_start_and_leaves_its_stop():
    assert STREAM.between(1.0, 1.05).time_s.tolist() == [1.0, 1.01, 1.02, 1.03, 1.04]


def test_a_cut_outside_is_empty():
    assert STREAM.between(7.0, 9.0).n_samples == 0


@given(st.lists(st.integers(0, 300), max_size=8))
def test_cut_and_joined_again_is_the_same_stream(cuts):
    rows = [0, *sorted(cuts), STREAM.n_samples]
    joined = SensorStream.joined([STREAM.rows(a, b) for a, b in pairwise(rows)])
    np.testing.assert_array_equal(joined.time_s, STREAM.time_s)
    np.testing.assert_array_equal(joined.acc_m_s2, STREAM.acc_m_s2)


def test_blocks_that_overlap_are_not_joined():
    with pytest.raises(InputError, match="times must rise"):
        SensorStream.joined([STREAM.between(0.0, 2.0), STREAM.between(1.0, 3.0)])


def test_nothing_cannot_be_joined():
    with pytest.raises(InputError, match="no samples"):
        SensorStream.joined([])


def test_the_rate_is_measured_from_the_times():
    assert stream_of(LEFT, np.arange(100) / 51.705).rate_hz == pytest.approx(51.705)


def test_one_sample_has_no_rate():
    assert np.isnan(STREAM.rows(0, 1).rate_hz)


def test_samples_near_full_scale_are_clipped_and_lost_ones_are_not():
    # 98 % of full scale counts: some sensors filter after clipping.
    acc = np.array([[97.0, -98.5, 100.0], [np.nan, np.nan, np.nan]])
    clipped = clipped_samples(acc, np.zeros((2, 3)), 100.0, np.nan)
    assert clipped.tolist() == [[False, True, True, False, False, False], [False] * 6]


def test_a_mask_that_was_given_is_kept():
    mask = np.zeros((20, 6), dtype=bool)
    mask[3, 4] = True
    signals = {"time_s": np.arange(20) / 100, "acc_m_s2": np.zeros((20, 3)), "clipped": mask}
    assert SensorStream.from_arrays(LEFT, signals).clipped[3, 4]


def test_the_name_of_a_stream_says_what_it_is():
    assert repr(STREAM) == "SensorStream(left_foot, 300 samples, 100.0 Hz)"
