"""Following an open run through many bins at once: against one bin after the other."""

from collections.abc import Sequence
from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analyzer.drill.detection import runs
from analyzer.drill.detection.activity import BIN_S
from analyzer.drill.detection.runs import RunFinder, RunFinderConfig
from analyzer.model import Placement, SensorStream
from analyzer.units import G_M_S2

CONFIG = RunFinderConfig(window_s=BIN_S)
LEVELS = st.lists(st.sampled_from([0.0, 0.3, 0.6, 0.9, 1.1, 2.0, 4.0]), min_size=1, max_size=120)
PER_BIN = 10


def plain_spans(levels: Sequence[float]) -> list[tuple[float, float]]:
    """First and last active bin of each run, bin by bin, as the rule is said aloud."""
    spans, opened, peak, last_high = [], None, 0.0, 0
    for number, level in enumerate(levels):
        if opened is None:
            if level < 1.0:
                continue
            opened, peak = number, 0.0
        peak = max(peak, level)
        if level >= max(1.0, CONFIG.share_of_peak * peak):
            last_high = number
        if (number - last_high) * BIN_S >= CONFIG.hold_s:
            spans.append((opened, last_high))
            opened = None
    return [*spans, (opened, last_high)] if opened is not None else spans


def moved_like(levels: Sequence[float]) -> SensorStream:
    """A foot whose specific force differs from gravity by so many times the limit in each bin."""
    excess = np.repeat(np.array(levels) * CONFIG.running_m_s2["foot"] * (1 + 1e-9), PER_BIN)
    n = len(excess)
    acc = np.column_stack([np.zeros(n), np.zeros(n), G_M_S2 + excess])
    # In the middle of its share of a bin: no sample lies on an edge.
    time_s = (np.arange(n) + 0.5) * BIN_S / PER_BIN
    return SensorStream.from_arrays(
        Placement.LEFT_FOOT, {"time_s": time_s, "acc_m_s2": acc, "gyr_rad_s": np.zeros((n, 3))}, whole=False
    )


def found_spans(levels: Sequence[float]) -> list[tuple[int, int]]:
    finder = RunFinder(CONFIG)
    windows = finder.push(moved_like(levels)) + finder.finish()
    # Active from one window before the bin that opened it.
    return [(round(w.active_from_s / BIN_S) + 1, round(w.active_to_s / BIN_S) - 1) for w in windows]


@given(levels=LEVELS)
def test_runs_are_those_that_one_bin_after_the_other_shows(levels):
    assert found_spans(levels) == plain_spans(levels)


@given(levels=LEVELS, at_once=st.integers(1, 7))
def test_how_many_bins_are_looked_at_together_does_not_matter(levels, at_once):
    with patch.object(runs, "BINS_AT_ONCE", at_once):
        assert found_spans(levels) == plain_spans(levels)


@given(levels=LEVELS, earlier_bins=st.integers(0, 200))
def test_runs_before_time_zero_are_found_as_any_other(levels, earlier_bins):
    stream = moved_like(levels)
    finder = RunFinder(CONFIG)
    windows = finder.push(stream.at_times(stream.time_s - earlier_bins * BIN_S)) + finder.finish()
    assert len(windows) == len(plain_spans(levels))


def test_a_run_may_begin_in_the_very_bin_after_another_ended():
    hold = round(CONFIG.hold_s / BIN_S)
    levels = [2.0] + [0.0] * hold + [3.0] + [0.0] * hold
    assert found_spans(levels) == [(0, 0), (hold + 1, hold + 1)]
