"""Movement in bins: the same whatever blocks the samples come in, and what a plain loop gives."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from made_streams import LEFT, even_times, stream_of

from analyzer.drill.detection.activity import BIN_S, Activity
from analyzer.model import SensorStream
from analyzer.units import G_M_S2


def bins_by_plain_loop(stream: SensorStream) -> dict[int, float]:
    """Slow and obvious: bin number to mean square, NaN where nothing arrived."""
    squares: dict[int, list[float]] = {}
    for time_s, acc in zip(stream.time_s.tolist(), stream.acc_m_s2.tolist(), strict=True):
        held = squares.setdefault(math.floor(time_s / BIN_S + 1e-6), [])
        size = math.hypot(*acc)
        if not math.isnan(size):
            held.append((size - G_M_S2) ** 2)
    every = range(min(squares), max(squares) + 1)
    return {k: sum(squares[k]) / len(squares[k]) if squares.get(k) else math.nan for k in every}


def bins_of(blocks) -> dict[int, float]:
    activity = Activity()
    found: dict[int, float] = {}
    for bins in [*(activity.push(block) for block in blocks), activity.finish()]:
        numbers = range(bins.first, bins.first + len(bins.mean_square_m2_s4))
        assert not found.keys() & set(numbers)
        found |= dict(zip(numbers, bins.mean_square_m2_s4.tolist(), strict=True))
    return found


@st.composite
def streams(draw) -> SensorStream:
    """Return a stream at any rate and start, with lost rows, NaN rows and rows on the very edges of bins."""
    rate_hz = draw(st.sampled_from([51.705, 100.0, 200.0, 333.3]))
    n = draw(st.integers(1, 120))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    time_s = (draw(st.integers(-300, 10_000)) + np.arange(n)) / rate_hz
    extra = rng.normal(0.0, 20.0, n)
    extra[rng.random(n) < draw(st.sampled_from([0.0, 0.3]))] = np.nan
    there = rng.random(n) >= draw(st.sampled_from([0.0, 0.7]))
    there[0] = True
    return stream_of(LEFT, time_s[there], extra[there])


@settings(deadline=None)
@given(streams())
def test_bins_are_those_of_a_plain_loop(stream):
    found, expected = bins_of([stream]), bins_by_plain_loop(stream)
    assert found.keys() == expected.keys()
    # A sum of a few dozen squares in another order: the last digits of a float.
    np.testing.assert_allclose(list(found.values()), list(expected.values()), rtol=1e-12)


@settings(deadline=None)
@given(streams(), st.lists(st.integers(0, 120), max_size=12))
def test_bins_do_not_depend_on_where_blocks_are_cut(stream, cuts):
    rows = [0, *sorted(min(cut, stream.n_samples) for cut in cuts), stream.n_samples]
    # Equal neighbours make empty blocks, which a live stream has too.
    blocks = [stream.rows(start, stop) for start, stop in pairwise(rows)]
    whole, parts = bins_of([stream]), bins_of(blocks)
    assert whole.keys() == parts.keys()
    np.testing.assert_array_equal(list(whole.values()), list(parts.values()))


def test_a_sample_on_an_edge_belongs_to_the_bin_it_opens():
    # 0.3 / 0.1 is a little less than 3 in floating point.
    bins = Activity().push(stream_of(LEFT, [0.3, 0.4]))
    assert bins.first == 3
    assert len(bins.mean_square_m2_s4) == 1


def test_a_bin_is_complete_only_when_a_later_sample_has_come():
    activity = Activity()
    assert len(activity.push(stream_of(LEFT, even_times(0.0, 0.1))).mean_square_m2_s4) == 0
    assert len(activity.push(stream_of(LEFT, [0.1])).mean_square_m2_s4) == 1


def test_the_last_bin_comes_with_the_end():
    activity = Activity()
    activity.push(stream_of(LEFT, [0.0, 0.05], 3.0))
    np.testing.assert_allclose(activity.finish().mean_square_m2_s4, [9.0])


def test_bins_in_which_nothing_arrived_are_nan():
    bins = Activity().push(stream_of(LEFT, [0.0, 0.5], 2.0))
    np.testing.assert_allclose(bins.mean_square_m2_s4, [4.0, np.nan, np.nan, np.nan, np.nan])


def test_nothing_pushed_leaves_no_bins():
    assert len(Activity().finish().mean_square_m2_s4) == 0
