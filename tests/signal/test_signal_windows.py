"""Many windows at once, against one after the other."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.signal.windows import first_above, gathered, local_minima, window_rows

NOTHING = np.empty(0, dtype=np.intp)

# Whole numbers, so that ties happen and the first of equal samples must win.
signals = st.lists(st.integers(-5, 5), min_size=1, max_size=30).map(lambda values: np.array(values, dtype=np.float64))


@st.composite
def signal_and_ranges(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values = draw(signals)
    place = st.integers(0, len(values) - 1)
    pairs = draw(st.lists(st.tuples(place, place), max_size=8))
    start = np.array([min(pair) for pair in pairs], dtype=np.intp)
    stop = np.array([max(pair) for pair in pairs], dtype=np.intp)
    return values, start, stop


def first_above_in_a_loop(values: np.ndarray, floor: float, start: int, stop: int) -> int:
    return next((row for row in range(start, stop) if values[row] > floor), start)


@settings(max_examples=100, deadline=None)
@given(case=signal_and_ranges(), level=st.integers(-6, 6))
def test_each_range_first_rises_above_its_level_where_a_plain_loop_says_so(case, level):
    values, start, stop = case
    floor = level + np.arange(len(start)) % 3
    expected = [first_above_in_a_loop(values, *row) for row in zip(floor, start, stop, strict=True)]
    assert first_above(values, floor, start, stop).tolist() == expected


@settings(max_examples=50, deadline=None)
@given(values=signals, start=st.lists(st.integers(-10, 40), max_size=6), length=st.integers(1, 12))
def test_windows_repeat_the_first_and_the_last_sample_outside_the_signal(values, start, length):
    last = len(values) - 1
    expected = [[values[min(max(row, 0), last)] for row in range(at, at + length)] for at in start]
    windows = gathered(values, np.array(start, dtype=np.intp), length)
    np.testing.assert_array_equal(windows, np.array(expected).reshape(len(start), length))


def test_windows_of_vectors_keep_their_columns():
    values = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(gathered(values, np.array([1]), 2), [values[1:3]])


def test_rows_of_windows_are_held_inside_the_signal():
    assert window_rows(np.array([-1, 2]), 3, 4).tolist() == [[0, 0, 1], [2, 3, 3]]


def test_no_ranges_give_no_samples():
    values = np.arange(3.0)
    assert first_above(values, np.empty(0), NOTHING, NOTHING).size == 0


def test_minima_that_stand_out_too_little_are_left_out():
    values = np.array([5.0, 0.0, 5.0, 4.0, 5.0, 1.0, 5.0])
    assert local_minima(values, 2.0).tolist() == [1, 5]


@settings(max_examples=50, deadline=None)
@given(values=signals, below=st.integers(-5, 5))
def test_leaving_out_minima_that_are_not_low_enough_keeps_the_others(values, below):
    # Half a unit off whole numbers, so that no minimum lies exactly at the limit.
    low = [row for row in local_minima(values, 1.0) if values[row] < below - 0.5]
    assert local_minima(values, 1.0, below=below - 0.5).tolist() == low


def test_a_minimum_must_stand_out_in_the_samples_around_it_only():
    # Twice as deep as the limit, but its walls rise only beyond two samples on either side.
    values = np.array([9.0, 1.0, 0.5, 0.0, 0.5, 1.0, 9.0])
    assert local_minima(values, 2.0).tolist() == [3]
    assert local_minima(values, 2.0, within=5).tolist() == []


@settings(max_examples=50, deadline=None)
@given(values=signals)
def test_a_window_over_the_whole_signal_leaves_no_minimum_out(values):
    assert local_minima(values, 1.0, within=2 * len(values) + 3).tolist() == local_minima(values, 1.0).tolist()
