import numpy as np
import pytest
from session_tables import Run, progressive, session

from analyzer.drill.stage.stage_changes import stage_changes
from analyzer.tables import CONTACTS, RUNS, STAGE_CHANGES, STEPS, STRIDES, check, empty


def told(made, **changes):
    tables = {"runs": made.runs, "strides": made.strides, "steps": made.steps, "contacts": made.contacts} | changes
    return stage_changes(**tables)


def row(table, comparison, metric, pair=(2, 3)):
    found = table[
        (table["comparison"] == comparison)
        & (table["metric"] == metric)
        & (table["lower_stage"] == pair[0])
        & (table["upper_stage"] == pair[1])
    ]
    assert len(found) == 1
    return found.iloc[0]


def passing(made, number, speeds):
    """Return the strides with those that open a run at these speeds, on its way to its own."""
    strides = made.strides.copy()
    first = strides.index[strides["run"] == number][: len(speeds)]
    time_s = strides.loc[first, "stride_time_s"].to_numpy()
    strides.loc[first, "phase"] = "acceleration"
    strides.loc[first, "speed_m_s"] = speeds
    strides.loc[first, "stride_length_m"] = np.asarray(speeds) * time_s
    return strides


def test_the_table_fits_its_schema():
    check(STAGE_CHANGES, told(progressive()))


def test_neighbours_are_compared_and_the_first_with_the_last():
    table = told(progressive())
    assert list(dict.fromkeys(zip(table["lower_stage"], table["upper_stage"], strict=True))) == [(1, 2), (2, 3), (1, 3)]


def test_two_stages_are_compared_once():
    assert set(told(session(Run(50, 5.8), Run(100, 8.0)))["upper_stage"]) == {2}


def test_the_contrast_in_speed_is_that_of_the_table_of_stages():
    made = progressive()
    found = row(told(made), "contrast", "peak_speed_m_s")
    stage = made.stages.iloc[2]
    expected = [stage["speed_gain_pct"], stage["speed_gain_pct_low"], stage["speed_gain_pct_high"]]
    assert found[["value", "low", "high"]].to_list() == expected


def test_the_share_of_frequency_is_that_of_the_table_of_stages():
    made = progressive()
    found = row(told(made), "split", "frequency_share")
    stage = made.stages.iloc[2]
    assert found["value"] == stage["speed_gain_frequency_share"]
    assert found["low"] == stage["speed_gain_frequency_share_low"]


def test_neighbouring_gains_add_up_to_the_whole():
    table = told(progressive())
    for metric in ("speed_log", "frequency_log", "length_log"):
        parts = row(table, "split", metric, (1, 2))["value"] + row(table, "split", metric, (2, 3))["value"]
        assert row(table, "split", metric, (1, 3))["value"] == pytest.approx(parts)


def test_without_lengths_the_frequency_part_is_told_and_the_rest_says_why():
    made = progressive()
    table = told(
        made,
        strides=made.strides.assign(stride_length_m=np.nan, speed_m_s=np.nan),
        steps=made.steps.assign(step_length_m=np.nan, speed_m_s=np.nan),
    )
    assert row(table, "split", "frequency_log")["reason"] == "ok"
    for metric in ("speed_log", "length_log", "frequency_share", "length_share"):
        assert row(table, "split", metric)["reason"] == "no_length", metric
    assert row(table, "same_speed", "contact_time_s")["reason"] == "no_speed"


def test_steps_alone_tell_the_frequency_part():
    """A pelvis gives steps but no strides of a foot."""
    made = progressive()
    found = row(told(made, strides=empty(STRIDES)), "split", "frequency_log")
    assert found["value"] == pytest.approx(np.log(2.05 / 1.86), abs=0.01)


def test_a_gain_too_small_to_split_says_so():
    table = told(session(Run(75, 7.9), Run(100, 8.0)))
    assert row(table, "split", "frequency_share", (1, 2))["reason"] == "small_gain"
    assert row(table, "split", "speed_log", (1, 2))["reason"] == "ok"


def test_stages_whose_speeds_do_not_meet_are_not_compared_at_one():
    assert row(told(progressive()), "same_speed", "contact_time_s")["reason"] == "no_overlap"


def test_strides_on_the_way_are_compared_with_strides_at_speed():
    """The run at full effort has a stride frequency higher by 10 % where it passes the speed of the one before."""
    made = session(Run(75, 6.9, n_strides=12), Run(100, 8.0, frequency_hz=1.95 * 1.1, n_strides=12))
    found = row(told(made, strides=passing(made, 2, [6.4, 6.7, 7.0, 7.3])), "same_speed", "stride_frequency_hz", (1, 2))
    assert found["reason"] == "ok"
    assert found["value"] == pytest.approx(10, abs=1.0)
    assert found["low"] < 10 < found["high"]
    assert found["speed_m_s"] == pytest.approx(6.9, rel=0.01)
    assert (found["n_lower"], found["n_upper"]) == (12, 4)


def test_contacts_that_may_not_speak_are_missing_at_the_same_speed():
    made = progressive()
    table = told(made, contacts=made.contacts.assign(quality="gap"))
    assert row(table, "same_speed", "contact_time_s")["reason"] == "missing"


def test_without_a_plan_nothing_is_compared():
    assert told(session(Run(0, 6.0), Run(0, 8.0), planned=False)).empty


def test_no_runs_make_an_empty_table():
    assert stage_changes(empty(RUNS), empty(STRIDES), empty(STEPS), empty(CONTACTS)).empty
