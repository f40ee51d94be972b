"""Strides and contacts as rows of their tables."""

import math
import statistics
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from gait_truth import steady_foot
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.gait.contacts import ContactEvents
from analyzer.gait.strides import (
    LONGEST_STRIDE_S,
    MISSED_ONE,
    contact_rows,
    contact_strides,
    foot_strides,
    in_order_of_contact,
)
from analyzer.rows import joined
from analyzer.tables import CONTACTS, STRIDES, build


def events_of(rows: list[tuple[float, str]], contact_time_s: float = 0.15) -> ContactEvents:
    start = np.array([row[0] for row in rows], dtype=np.float64)
    sd_s = np.full(len(rows), 0.005)
    sides, qualities = tuple(row[1] for row in rows), ("ok",) * len(rows)
    return ContactEvents(start, start + contact_time_s, sd_s, sd_s, sides, qualities)


def strides_in_a_loop(events: ContactEvents) -> set[tuple[str, float, float]]:
    """Side, start and end: from each contact to the next of the same foot, or to the one after the next."""
    rows = [(time, side) for time, side in zip(events.initial_contact_s, events.side, strict=True) if time == time]
    found = set()
    for side in {side for _, side in rows}:
        times = sorted(time for time, foot in rows if foot == side)
        ahead = 2 if side == "unknown" else 1
        pairs = [(times[row], times[row + ahead]) for row in range(len(times) - ahead)]
        lengths = sorted(end - start for start, end in pairs)
        usual = statistics.median(lengths) if lengths else 0.0
        found |= {(side, *pair) for pair in pairs if pair[1] - pair[0] <= min(LONGEST_STRIDE_S, MISSED_ONE * usual)}
    return found


@st.composite
def contact_events(draw: st.DrawFn) -> ContactEvents:
    times = sorted(draw(st.lists(st.integers(0, 6000), max_size=12, unique=True)))
    names = draw(st.sampled_from([["left", "right"], ["unknown"], ["left"]]))
    unseen = draw(st.sets(st.integers(0, 11), max_size=3))
    rows = [
        (math.nan if row in unseen else time / 1000, draw(st.sampled_from(names))) for row, time in enumerate(times)
    ]
    return events_of(rows)


@settings(max_examples=60, deadline=None)
@given(events=contact_events())
def test_strides_are_those_of_a_plain_loop(events):
    table = contact_strides(events)
    assert set(zip(table["side"], table["start_s"], table["end_s"], strict=True)) == strides_in_a_loop(events)


def test_a_stride_is_two_steps_of_contacts_whose_side_is_unknown():
    table = contact_strides(events_of([(0.25 * row, "unknown") for row in range(7)]))
    assert table["stride_time_s"] == pytest.approx(0.5, abs=1e-9)


def test_a_stride_is_contact_and_swing():
    table = contact_strides(events_of([(0.5 * row, "left") for row in range(4)]))
    assert table["swing_time_s"] == pytest.approx(0.35, abs=1e-9)
    assert table["duty_factor"] == pytest.approx(0.30, abs=1e-9)
    assert table["stride_frequency_hz"] == pytest.approx(2.0, abs=1e-9)


def test_strides_from_contacts_alone_state_no_length():
    table = contact_strides(events_of([(0.5 * row, "left") for row in range(4)]))
    assert np.isnan(table["stride_length_m"]).all()
    assert set(table["length_source"]) == {"none"}


@pytest.mark.parametrize(
    ("one", "other", "worst"), [("ok", "edge", "edge"), ("edge", "clipped", "clipped"), ("clipped", "gap", "gap")]
)
def test_a_stride_is_as_bad_as_the_worse_of_its_two_contacts(one, other, worst):
    events = events_of([(0.0, "left"), (0.5, "left"), (1.0, "left")])
    marked = ContactEvents(
        events.initial_contact_s, events.toe_off_s, events.initial_contact_sd_s, events.toe_off_sd_s, events.side,
        (one, other, one),
    )  # fmt: skip
    assert contact_strides(marked)["quality"].tolist() == [worst, worst]


def test_the_strides_of_a_foot_carry_its_measured_lengths():
    foot = steady_foot(6.0)
    table = foot_strides(foot)
    build(STRIDES, table)
    np.testing.assert_array_equal(table["stride_length_m"], foot.stride_length_m)
    np.testing.assert_array_equal(table["start_s"], foot.contacts.initial_contact_s[foot.opens])


def test_speed_is_stride_length_by_stride_time():
    table = foot_strides(steady_foot(6.0))
    np.testing.assert_allclose(table["speed_m_s"] * table["stride_time_s"], table["stride_length_m"], atol=1e-12)


def test_the_table_of_contacts_holds_their_times():
    events = steady_foot(6.0).contacts
    table = contact_rows(events)
    build(CONTACTS, table)
    np.testing.assert_allclose(table["contact_time_s"], events.toe_off_s - events.initial_contact_s, atol=1e-12)


def test_no_contacts_make_empty_tables():
    assert build(CONTACTS, contact_rows(ContactEvents.none())).empty
    assert build(STRIDES, contact_strides(ContactEvents.none())).empty


def test_a_missed_contact_makes_no_double_stride() -> None:
    at = np.array([0.0, 0.7, 1.4, 2.1, 3.5, 4.2])
    sd = np.full(6, 0.01)
    events = ContactEvents(at, at + 0.2, sd, sd, ("left",) * 6, ("ok",) * 6)
    assert contact_strides(events)["stride_time_s"].max() < 0.8


def test_contacts_of_unknown_side_alternate_beside_known_ones() -> None:
    at = np.array([0.0, 0.35, 0.7, 1.05, 5.0, 5.35, 5.7])
    sd = np.full(7, 0.01)
    sides = ("left", "right", "left", "right", "unknown", "unknown", "unknown")
    strides = contact_strides(ContactEvents(at, at + 0.2, sd, sd, sides, ("ok",) * 7))
    np.testing.assert_allclose(strides["stride_time_s"], 0.7)


QUALITIES = ("gap", "clipped", "edge", "ok")
"""Worst first."""


@given(quality=st.lists(st.sampled_from(QUALITIES), min_size=2, max_size=9))
def test_the_quality_of_each_stride_is_the_worse_of_its_ends(quality):
    n = len(quality)
    events = replace(events_of([(0.5 * row, "left") for row in range(n)]), quality=tuple(quality))
    expected = [min(pair, key=QUALITIES.index) for pair in pairwise(quality)]
    assert contact_strides(events)["quality"].tolist() == expected


def test_strides_of_several_feet_are_of_one_type_with_none():
    """Words of strides and of no strides must go together in one column."""
    some, none = contact_strides(events_of([(0.0, "left"), (0.5, "left")])), contact_strides(ContactEvents.none())
    table = build(STRIDES, joined([none, some, none]))
    assert (table["side"].tolist(), table["quality"].tolist()) == (["left"], ["ok"])


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(6)))
def test_contacts_go_by_their_beginning_else_by_their_end(order):
    # A push-off without a beginning, and two feet that land at once.
    begins_s = np.array([np.nan, 1.0, 1.3, 1.6, 1.6, 2.0])
    ends_s = np.array([0.9, 1.2, 1.5, 1.8, 1.9, np.nan])
    contacts = {"initial_contact_s": begins_s[order], "toe_off_s": ends_s[order]}
    found = in_order_of_contact(contacts)
    np.testing.assert_array_equal(found["initial_contact_s"], begins_s)
    np.testing.assert_array_equal(found["toe_off_s"], ends_s)
