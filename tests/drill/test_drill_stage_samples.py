import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.drill.stage.stage_samples import known_median, of_runs, sample_of, samples, typical_share, within_openings
from analyzer.rows import rows_of
from analyzer.tables import CONTACTS, RUNS, STEPS, STRIDES, empty

EVENTS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 20)), max_size=12)


@given(contacts=EVENTS, opens=EVENTS)
def test_contacts_within_the_openings_of_their_run_are_those_a_look_at_each_finds(contacts, opens):
    rows = {
        "run": np.array([run for run, _ in contacts], dtype=np.int64),
        "initial_contact_s": np.array([time for _, time in contacts], dtype=float),
    }
    found = within_openings(rows, np.array([run for run, _ in opens]), np.array([float(time) for _, time in opens]))
    expected = []
    for run, time in contacts:
        own = [other for named, other in opens if named == run]
        expected.append(bool(own) and min(own) <= time <= max(own))
    assert found.tolist() == expected


def test_a_contact_of_unknown_time_lies_within_nothing():
    rows = {"run": np.array([1]), "initial_contact_s": np.array([np.nan])}
    assert not within_openings(rows, np.array([1, 1]), np.array([0.0, 9.0])).any()


def test_a_share_of_nothing_is_left_out():
    assert typical_share(np.array([0.1, 0.1, np.nan]), np.array([2.0, 0.0, 1.0])) == pytest.approx(0.05)


def test_what_is_not_known_is_no_value_of_a_sample():
    rows = {"run": np.array([1, 2]), "start_s": np.array([3.0, 4.0]), "speed_m_s": np.array([np.nan, 6.0])}
    found = sample_of(rows, "speed_m_s", share=0.1)
    assert (found.values.tolist(), found.runs.tolist(), found.time_s.tolist()) == ([6.0], [2], [4.0])
    assert found.measured_sd == pytest.approx(0.6)


def test_tables_without_rows_give_samples_without_values():
    tables = [of_runs(rows_of(empty(schema)), (1,)) for schema in (RUNS, STRIDES, STEPS, CONTACTS)]
    assert all(sample.values.size == 0 for sample in samples(tables, ("ok",)).values())


def test_the_median_of_what_is_known_leaves_out_the_rest():
    assert known_median([3.0, np.nan, 1.0, np.inf, 2.0]) == 2.0


def test_the_median_of_nothing_known_is_not_known():
    assert np.isnan(known_median([np.nan, np.nan]))
    assert np.isnan(known_median([]))
