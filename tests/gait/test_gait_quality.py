"""Which contacts and lengths may be believed: against a loop over single samples."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.gait.foot.quality import QualityConfig, contact_qualities, told_lengths
from analyzer.model import Placement
from analyzer.signal.grid import GridSignals

CONFIG = QualityConfig()
RATE_HZ = 200.0
MARGIN = CONFIG.gap_margin_s * RATE_HZ


def grid_of(lost: np.ndarray, clipped: np.ndarray | None = None) -> GridSignals:
    """A sensor that measured nothing but what it lost and where it clipped."""
    n = len(lost)
    marks = np.zeros((n, 6), dtype=np.bool_) if clipped is None else clipped
    return GridSignals(
        Placement.LEFT_FOOT, 0.0, RATE_HZ, np.zeros((n, 3)), np.zeros((n, 3)), lost, marks, 157.0, 35.0, True
    )


def quality_in_a_loop(signals: GridSignals, contact: float, toe_off: float) -> str:
    """Look at every sample from a margin before the first event seen to a margin after the last one."""
    seen = [event for event in (contact, toe_off) if not math.isnan(event)]
    start, stop = min(seen) - MARGIN, max(seen) + MARGIN
    rows = [row for row in range(signals.n_samples) if math.floor(max(start, 0)) <= row <= stop]
    if any(signals.lost[row] for row in rows):
        return "gap"
    if sum(bool(signals.clipped[row].any()) for row in rows) > CONFIG.clipped_share * len(rows):
        return "clipped"
    return "edge" if len(seen) < 2 or start < 0 or stop >= signals.n_samples else "ok"


@st.composite
def contacts_on_a_sensor(draw: st.DrawFn) -> tuple[GridSignals, np.ndarray, np.ndarray]:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(60, 300))
    lost = random.random(n) < draw(st.sampled_from([0.0, 0.003, 0.05]))
    clipped = np.zeros((n, 6), dtype=np.bool_)
    clipped[:, draw(st.integers(0, 5))] = random.random(n) < draw(st.sampled_from([0.0, 0.2, 0.4]))
    contact = random.uniform(0, n - 1, 8)
    toe_off = np.minimum(contact + random.uniform(5, 60, 8), n - 1)
    # Of some contacts only the one event was seen, of others only the other.
    contact[0], toe_off[1] = np.nan, np.nan
    return grid_of(lost, clipped), contact, toe_off


@settings(max_examples=150, deadline=None)
@given(case=contacts_on_a_sensor())
def test_qualities_are_those_of_a_loop_over_samples(case):
    signals, contact, toe_off = case
    expected = [quality_in_a_loop(signals, *events) for events in zip(contact, toe_off, strict=True)]
    assert list(contact_qualities(signals, contact, toe_off, CONFIG)) == expected


def told_in_a_loop(signals: GridSignals, first: int, last: int) -> bool:
    rows = range(first, last)
    n_lost = sum(bool(signals.lost[row]) for row in rows)
    n_clipped = sum(bool(signals.clipped[row, :3].any()) for row in rows)
    n_turned = sum(bool(signals.clipped[row, 3:].any()) for row in rows)
    few_lost = n_lost <= CONFIG.untold_share * len(rows)
    few_turned = n_turned <= CONFIG.untold_turned_share * len(rows)
    return few_lost and few_turned and n_clipped <= CONFIG.untold_clipped_share * len(rows)


@settings(max_examples=150, deadline=None)
@given(case=contacts_on_a_sensor(), length=st.integers(1, 59))
def test_lengths_are_told_where_a_loop_over_samples_says_so(case, length):
    signals, *_ = case
    first = np.arange(0, signals.n_samples - length, 7)
    expected = [told_in_a_loop(signals, row, row + length) for row in first.tolist()]
    assert told_lengths(signals, first, first + length, CONFIG).tolist() == expected


def marked(n: int, *rows: int) -> np.ndarray:
    mask = np.zeros(n, dtype=np.bool_)
    mask[list(rows)] = True
    return mask


@pytest.mark.parametrize(("row", "word"), [(93, "ok"), (94, "gap"), (136, "gap"), (137, "ok")])
def test_a_sample_lost_within_30_ms_of_a_contact_touches_it(row, word):
    # Contact from 100 to 130; 30 ms are six samples.
    [found] = contact_qualities(grid_of(marked(300, row)), np.array([100.0]), np.array([130.0]), CONFIG)
    assert found == word


def test_a_lost_sample_weighs_more_than_clipped_ones():
    clipped = np.ones((300, 6), dtype=np.bool_)
    events = np.array([100.0]), np.array([130.0])
    assert contact_qualities(grid_of(marked(300), clipped), *events, CONFIG) == ("clipped",)
    assert contact_qualities(grid_of(marked(300, 110), clipped), *events, CONFIG) == ("gap",)


def test_an_event_that_was_not_seen_makes_an_edge():
    contact, toe_off = np.array([100.0, np.nan, 100.0]), np.array([130.0, 130.0, np.nan])
    assert contact_qualities(grid_of(marked(300)), contact, toe_off, CONFIG) == ("ok", "edge", "edge")


@pytest.mark.parametrize(("n_clipped", "told"), [(50, True), (51, False)])
def test_beyond_a_quarter_of_clipped_accelerations_a_length_is_not_told(n_clipped, told):
    clipped = np.zeros((200, 6), dtype=np.bool_)
    clipped[:n_clipped, 2] = True
    assert told_lengths(grid_of(marked(200), clipped), np.array([0]), np.array([200]), CONFIG).tolist() == [told]


def test_no_contacts_have_no_qualities():
    none = np.empty(0)
    rows = none.astype(np.intp)
    assert contact_qualities(grid_of(marked(50)), none, none, CONFIG) == ()
    assert told_lengths(grid_of(marked(50)), rows, rows, CONFIG).size == 0
