"""Spans against loops that say plainly what is meant."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analyzer.signal import spans

VALUES = hnp.arrays(np.float64, st.integers(1, 30), elements=st.integers(-5, 5).map(float))
SPANS = st.lists(st.tuples(st.integers(-5, 35), st.integers(-5, 35)), min_size=1, max_size=8)


def arrays(pairs):
    return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])


@given(VALUES, SPANS)
def test_the_highest_sample_is_the_one_a_loop_finds(values, pairs):
    start, stop = arrays(pairs)

    expected = [
        a + int(np.argmax(values[a:b])) if 0 <= a < b <= len(values) else -1 for a, b in zip(start, stop, strict=True)
    ]

    assert spans.highest(values, start, stop).tolist() == expected


@given(VALUES, SPANS)
def test_the_first_fall_is_the_one_a_loop_finds(values, pairs):
    start, stop = arrays(pairs)

    found = spans.first_below(values, start, stop, np.zeros(len(start)))

    for a, b, at in zip(start, stop, found, strict=True):
        inside = range(a, b) if 0 <= a < b <= len(values) else range(0)
        below = next((i for i in inside if values[i] <= 0.0), None)
        if below is None or below == a:
            assert np.isnan(at)
        else:
            assert at == pytest.approx(below - 1 + values[below - 1] / (values[below - 1] - values[below]))


@given(VALUES, SPANS)
def test_a_mask_is_seen_in_a_span_exactly_when_a_loop_sees_it(values, pairs):
    start, stop = arrays(pairs)
    mask = values > 0.0

    expected = [bool(mask[max(a, 0) : max(b, 0)].any()) for a, b in zip(start, stop, strict=True)]

    assert spans.any_in(mask, start, stop).tolist() == expected


def test_the_last_rise_is_found_from_the_end_of_the_span():
    values = np.array([0.0, 2.0, 0.0, 4.0, 5.0])

    assert spans.last_below(values, np.array([0]), np.array([5]), np.array([1.0]))[0] == pytest.approx(2.25)


def test_no_spans_give_no_answers():
    none = np.empty(0, dtype=np.int64)

    assert len(spans.highest(np.arange(3.0), none, none)) == 0
