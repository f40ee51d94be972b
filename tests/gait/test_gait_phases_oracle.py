"""Rough contacts of one foot against a loop over its strides, on pitch rates drawn at random."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.gait.foot.phases import NOT_SEEN, PhaseConfig, Phases, find_phases
from analyzer.signal.windows import local_minima

CONFIG = PhaseConfig()
RATE_HZ = 200.0


def contacts_in_a_loop(pitch: np.ndarray, swings: list[int]) -> list[tuple[int, int, int, int]]:
    """Walk from swing to swing: contact, toe-off, and the swings around them."""
    gaps = [after - before for before, after in pairwise(swings)]
    whole = [gap for gap in gaps if gap <= CONFIG.longest_stride_s * RATE_HZ]
    usual = float(np.median(whole)) if whole else CONFIG.usual_stride_s * RATE_HZ
    found = []
    for number, swing in enumerate(swings):
        opens_a_stretch = number == 0 or gaps[number - 1] > CONFIG.longest_stride_s * RATE_HZ
        if opens_a_stretch:
            found.append(first_contact(pitch, swing, usual))
        ends_a_stretch = number == len(swings) - 1 or gaps[number] > CONFIG.longest_stride_s * RATE_HZ
        found.append(last_contact(pitch, swing, usual) if ends_a_stretch else inner_contact(pitch, swing, gaps[number]))
    return [row for row in found if row[0] != NOT_SEEN or row[1] != NOT_SEEN]


def landing(pitch: np.ndarray, swing: float, period: float) -> int:
    """First dip after a swing, if it comes soon enough."""
    for dip in local_minima(pitch, CONFIG.min_prominence_rad_s, below=0.0).tolist():
        if dip >= swing + CONFIG.contact_from * period:
            return dip if dip <= swing + CONFIG.contact_to * period else NOT_SEEN
    return NOT_SEEN


def deepest(pitch: np.ndarray, start: float, stop: float) -> tuple[int, bool]:
    """Lowest sample of a window, and whether it is a push-off inside it and no slope that leaves it."""
    first, last = max(int(start), 0), min(max(int(stop), 0), len(pitch))
    if last <= first:
        return NOT_SEEN, False
    row = first + int(np.argmin(pitch[first:last]))
    return row, pitch[row] < -CONFIG.push_off_rad_s and first < row < last - 1


def shortest() -> int:
    return round(CONFIG.shortest_contact_s * RATE_HZ)


def inner_contact(pitch: np.ndarray, swing: int, period: float) -> tuple[int, int, int, int]:
    contact, following = landing(pitch, swing, period), swing + int(period)
    earliest = contact + shortest() if contact != NOT_SEEN else 0
    start = max(earliest, following - CONFIG.toe_off_from * period)
    toe_off, _ = deepest(pitch, start, following - CONFIG.toe_off_to * period)
    return contact, toe_off, swing, following


def last_contact(pitch: np.ndarray, swing: int, period: float) -> tuple[int, int, int, int]:
    contact = landing(pitch, swing, period)
    if contact == NOT_SEEN:
        return NOT_SEEN, NOT_SEEN, swing, NOT_SEEN
    toe_off, pushes = deepest(pitch, contact + shortest(), contact + CONFIG.latest_toe_off_s * RATE_HZ)
    return contact, toe_off if pushes else NOT_SEEN, swing, NOT_SEEN


def first_contact(pitch: np.ndarray, following: int, period: float) -> tuple[int, int, int, int]:
    contact = NOT_SEEN
    # The swing before it lies before the recording; where it would have been is known.
    if following < period:
        contact = landing(pitch, following - period, period)
        if contact >= following - CONFIG.toe_off_from * period:
            contact = NOT_SEEN
    earliest = contact + shortest() if contact != NOT_SEEN else 0
    start = max(earliest, following - CONFIG.toe_off_from * period)
    toe_off, pushes = deepest(pitch, start, following - CONFIG.toe_off_to * period)
    return contact, toe_off if pushes else NOT_SEEN, NOT_SEEN, following


@st.composite
def feet(draw: st.DrawFn) -> tuple[np.ndarray, list[int]]:
    """A pitch rate with swings, landings and push-offs at random shares of random strides, some after a pause."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    gaps = [draw(st.one_of(st.integers(80, 230), st.integers(230, 700))) for _ in range(draw(st.integers(0, 6)))]
    swings = (draw(st.integers(5, 250)) + np.concatenate([[0], np.cumsum(gaps)])).astype(int).tolist()
    n = swings[-1] + draw(st.integers(1, 250))
    at = np.arange(n)
    pitch = random.normal(0, 0.4, n)
    for swing, gap in zip(swings, [*gaps, 140], strict=True):
        period = min(gap, 200)
        shapes = ((0.0, 12.0), (random.uniform(0.05, 0.55), -random.uniform(0, 8)), (random.uniform(0.4, 0.9), -9.0))
        for share, height in shapes:
            pitch += height * np.exp(-0.5 * ((at - swing - share * period) / (0.05 * period)) ** 2)
    return pitch, swings


def rows_of(phases: Phases) -> set[tuple[int, ...]]:
    columns = (phases.initial_contact, phases.toe_off, phases.swing_before, phases.swing_after)
    return {tuple(int(value) for value in row) for row in zip(*columns, strict=True)}


@settings(max_examples=150, deadline=None)
@given(foot=feet())
def test_contacts_of_all_strides_at_once_equal_a_loop_over_strides(foot):
    pitch, swings = foot
    found = find_phases(pitch, np.array(swings, dtype=np.intp), RATE_HZ, CONFIG)
    assert rows_of(found) == set(contacts_in_a_loop(pitch, swings))


@settings(max_examples=100, deadline=None)
@given(foot=feet())
def test_a_contact_ends_after_it_begins_and_before_the_next_swing(foot):
    pitch, swings = foot
    phases = find_phases(pitch, np.array(swings, dtype=np.intp), RATE_HZ, CONFIG)
    both = (phases.initial_contact != NOT_SEEN) & (phases.toe_off != NOT_SEEN)
    assert (phases.toe_off[both] - phases.initial_contact[both] >= shortest()).all()
    bound = (phases.toe_off != NOT_SEEN) & (phases.swing_after != NOT_SEEN)
    assert (phases.toe_off[bound] < phases.swing_after[bound]).all()


@settings(max_examples=50, deadline=None)
@given(foot=feet())
def test_contacts_come_in_order_of_time(foot):
    pitch, swings = foot
    phases = find_phases(pitch, np.array(swings, dtype=np.intp), RATE_HZ, CONFIG)
    begins = np.where(phases.initial_contact == NOT_SEEN, phases.toe_off, phases.initial_contact)
    assert (np.diff(begins) > 0).all()
