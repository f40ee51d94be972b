"""Steps between neighbouring contacts of different feet, against a plain loop."""

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.gait.steps import StepConfig, step_rows
from analyzer.rows import rows_of
from analyzer.tables import CONTACTS, STEPS, STRIDES, build, check, empty

CONFIG = StepConfig()


def contacts_of(rows: list[tuple[float, str]], contact_time_s: float = 0.15) -> pd.DataFrame:
    start = np.array([row[0] for row in rows], dtype=np.float64)
    n = len(rows)
    columns: dict[str, object] = dict.fromkeys(CONTACTS.names, np.full(n, 0.005))
    columns |= {
        "run": np.zeros(n, dtype=np.int64),
        "side": np.array([row[1] for row in rows], dtype=object),
        "initial_contact_s": start,
        "toe_off_s": start + contact_time_s,
        "contact_time_s": np.full(n, contact_time_s),
        "quality": np.full(n, "ok"),
    }
    return build(CONTACTS, columns)


def strides_of(rows: list[tuple[float, float, float]]) -> pd.DataFrame:
    start, end, speed = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    n = len(rows)
    columns: dict[str, object] = dict.fromkeys(STRIDES.names, np.full(n, np.nan))
    columns |= {
        "run": np.zeros(n, dtype=np.int64),
        "side": np.full(n, "left"),
        "start_s": start,
        "end_s": end,
        "stride_time_s": end - start,
        "speed_m_s": speed,
        "length_source": np.full(n, "measured"),
        "phase": np.full(n, ""),
        "quality": np.full(n, "ok"),
    }
    return build(STRIDES, columns)


def steps_of(contacts: pd.DataFrame, strides: pd.DataFrame) -> pd.DataFrame:
    return build(STEPS, step_rows(rows_of(contacts), rows_of(strides)))


def speed_at(time_s: float, strides: pd.DataFrame) -> float:
    """Straight between the middles of the two strides around a time."""
    known = sorted(
        ((row.start_s + row.end_s) / 2, row.speed_m_s) for row in strides.itertuples() if not math.isnan(row.speed_m_s)
    )
    for (left_s, left), (right_s, right) in pairwise(known):
        if left_s <= time_s <= right_s:
            return left + (right - left) * (time_s - left_s) / (right_s - left_s)
    return float("nan")


def steps_in_a_loop(contacts: pd.DataFrame, strides: pd.DataFrame) -> list[tuple[float, float, float, float]]:
    """Start, step time, flight time and speed of each step."""
    seen = sorted(
        (row for row in contacts.itertuples() if row.initial_contact_s >= 0), key=lambda r: r.initial_contact_s
    )
    steps = []
    for one, two in pairwise(seen):
        time_s = two.initial_contact_s - one.initial_contact_s
        if (one.side != two.side or one.side == "unknown") and CONFIG.shortest_s <= time_s <= CONFIG.longest_s:
            speed = speed_at(one.initial_contact_s + time_s / 2, strides)
            steps.append((one.initial_contact_s, time_s, two.initial_contact_s - one.toe_off_s, speed))
    return steps


times = st.lists(st.integers(0, 5000), max_size=14, unique=True)


@settings(max_examples=60, deadline=None)
@given(
    times_ms=times,
    sides=st.lists(st.sampled_from(["left", "right", "unknown"]), min_size=14, max_size=14),
    speeds=st.lists(st.one_of(st.just(math.nan), st.floats(2, 10)), max_size=5),
)
def test_steps_are_those_of_a_plain_loop(times_ms, sides, speeds):
    contacts = contacts_of([(time / 1000, side) for time, side in zip(times_ms, sides, strict=False)])
    strides = strides_of([(0.9 * row, 0.9 * row + 0.6, speed) for row, speed in enumerate(speeds)])
    steps = steps_of(contacts, strides)
    found = steps[["start_s", "step_time_s", "flight_time_s", "speed_m_s"]].to_numpy()
    np.testing.assert_allclose(found, np.array(steps_in_a_loop(contacts, strides)).reshape(-1, 4), atol=1e-9)


def alternating(step_time_s: float, n: int = 9) -> pd.DataFrame:
    return contacts_of([(step_time_s * row, ("left", "right")[row % 2]) for row in range(n)])


def test_a_step_is_half_a_stride():
    steps = steps_of(alternating(0.25), strides_of([(0.0, 0.5, 8.0), (0.5, 1.0, 8.0), (1.0, 1.5, 8.0)]))
    # A runner with two strides a second takes four steps a second, each half of his stride of 4 m.
    assert steps["step_frequency_hz"].to_numpy() == pytest.approx(4.0, abs=1e-9)
    assert steps["step_length_m"].dropna().to_numpy() == pytest.approx(2.0, abs=1e-9)


def test_flight_is_what_a_step_has_beyond_its_contact():
    steps = steps_of(alternating(0.25), empty(STRIDES))
    assert steps["flight_time_s"].to_numpy() == pytest.approx(0.10, abs=1e-9)


def test_the_table_holds_its_schema():
    check(STEPS, steps_of(alternating(0.25), strides_of([(0.0, 0.5, 8.0)])))


def test_one_foot_alone_makes_no_steps():
    contacts = alternating(0.25)
    assert steps_of(contacts[contacts["side"] == "left"], empty(STRIDES)).empty


def test_contacts_of_unknown_side_alternate():
    assert len(steps_of(contacts_of([(0.25 * row, "unknown") for row in range(5)]), empty(STRIDES))) == 4


def test_a_missed_contact_makes_no_long_step():
    contacts = alternating(0.25).drop(index=4)
    # Without the left contact in the middle two right ones follow each other: no step, not one of double length.
    assert steps_of(contacts, empty(STRIDES))["step_time_s"].max() == pytest.approx(0.25, abs=1e-9)


def test_a_pause_is_no_step():
    late = contacts_of([(0.0, "left"), (0.25, "right"), (2.0, "left"), (2.25, "right")])
    assert steps_of(late, empty(STRIDES))["start_s"].tolist() == [0.0, 2.0]


def test_a_contact_whose_beginning_was_not_seen_opens_no_step():
    contacts = alternating(0.25, 4)
    contacts.loc[0, "initial_contact_s"] = np.nan
    assert steps_of(contacts, empty(STRIDES))["start_s"].tolist() == [0.25, 0.5]


def test_the_order_of_contacts_does_not_matter():
    contacts, strides = alternating(0.25), strides_of([(0.0, 0.5, 8.0), (0.5, 1.0, 7.0), (1.0, 1.5, 6.0)])
    pd.testing.assert_frame_equal(steps_of(contacts[::-1], strides[::-1]), steps_of(contacts, strides))


def test_nothing_makes_no_steps():
    check(STEPS, steps_of(empty(CONTACTS), empty(STRIDES)))
