import numpy as np
import pandas as pd
import pytest
from session_tables import Run, progressive, session

from analyzer.drill.stage.stage_metrics import stage_metrics
from analyzer.drill.stage.stages import StageConfig, stage_estimates
from analyzer.tables import CONTACTS, RUNS, STAGE_METRIC_ROWS, STAGE_METRICS, STEPS, STRIDES, check, empty


def told(made, **changes):
    tables = {"runs": made.runs, "strides": made.strides, "steps": made.steps, "contacts": made.contacts} | changes
    return stage_metrics(**tables)


def row(table, metric, phase="fly", side="both", stage=3):
    found = table[
        (table["metric"] == metric) & (table["phase"] == phase) & (table["side"] == side) & (table["stage"] == stage)
    ]
    assert len(found) == 1
    return found.iloc[0]


def started(made, n_first=6):
    """Return the tables with the first steps of every run marked as acceleration."""
    strides, steps = (
        table.assign(
            phase=np.where(table.groupby("run")["start_s"].rank(method="first") <= n_first, "acceleration", "fly")
        )
        for table in (made.strides, made.steps)
    )
    return {"strides": strides, "steps": steps}


def test_the_table_fits_its_schema():
    check(STAGE_METRIC_ROWS, told(progressive()))


def test_the_fly_phase_of_both_feet_is_that_of_the_table_of_stages():
    made = progressive()
    table = told(made)
    for metric in STAGE_METRICS:
        found = row(table, metric, "run" if metric == "peak_speed_m_s" else "fly")
        stage = made.stages.iloc[2]
        expected = [stage[metric], stage[f"{metric}_low"], stage[f"{metric}_high"]]
        np.testing.assert_array_equal(found[["value", "low", "high"]].to_list(), expected)


def test_every_known_value_lies_in_its_interval():
    table = told(progressive())
    known = table[table["reason"] == "ok"]
    assert len(known)
    assert (known["low"] <= known["value"]).all()
    assert (known["value"] <= known["high"]).all()


def test_every_missing_value_has_a_reason():
    table = told(session(Run(75, 6.9, n_strides=5), Run(100, 8.0, quality="gap")))
    assert (table["value"].isna() == ~table["reason"].isin(["ok", "no_scatter"])).all()


def test_first_steps_and_fly_phase_are_kept_apart():
    made = progressive()
    parts = started(made)
    early = parts["strides"]["phase"] == "acceleration"
    parts["strides"]["stride_length_m"] = parts["strides"]["stride_length_m"].mask(early, 2.0)
    table = told(made, **parts)
    assert row(table, "stride_length_m", "first_steps")["value"] == pytest.approx(2.0)
    assert row(table, "stride_length_m", "fly")["value"] == pytest.approx(8.0 / 2.05, rel=0.02)


def test_first_steps_end_with_the_sixth():
    made = session(Run(75, 6.9, n_strides=14), Run(100, 8.0, n_strides=14))
    table = told(made, **started(made, n_first=9))
    assert row(table, "contact_time_s", "first_steps", stage=2)["n"] == 6
    assert row(table, "step_frequency_hz", "first_steps", stage=2)["n"] == 6


def test_first_steps_end_where_the_fly_phase_begins():
    made = progressive()
    assert row(told(made, **started(made, n_first=4)), "contact_time_s", "first_steps")["n"] == 4


def test_of_one_foot_every_other_first_step_is_seen():
    made = progressive()
    parts = started(made)
    left = {name: parts[name][parts[name]["side"] == "left"] for name in parts}
    left["steps"] = empty(STEPS)
    contacts = made.contacts[made.contacts["side"] == "left"]
    assert row(told(made, contacts=contacts, **left), "contact_time_s", "first_steps")["n"] == 3


def test_first_steps_of_a_run_that_began_before_the_recording_are_not_known():
    made = progressive()
    runs = made.runs.assign(quality=["ok", "ok", "cut_start;gap"])
    found = row(told(made, runs=runs, **started(made)), "contact_time_s", "first_steps")
    assert (found["reason"], found["n"]) == ("cut_start", 0)
    assert row(told(made, runs=runs, **started(made)), "contact_time_s", "first_steps", stage=2)["reason"] == "ok"


def test_each_foot_is_told_where_it_has_contacts_enough():
    made = progressive(left_longer_s=0.02)
    table = told(made)
    left, right = (row(table, "contact_time_s", side=side)["value"] for side in ("left", "right"))
    assert left - right == pytest.approx(0.02, abs=0.002)


def test_a_foot_with_too_few_contacts_is_not_told():
    made = session(Run(75, 6.9, n_strides=6), Run(100, 8.0, n_strides=6))
    found = row(told(made), "contact_time_s", side="left", stage=2)
    assert (found["reason"], found["n"]) == ("too_few", 3)
    assert np.isnan(found["value"])


def test_more_runs_tell_each_foot():
    made = session(*(Run(75, 6.9, n_strides=6) for _ in range(2)))
    found = row(told(made), "contact_time_s", side="left", stage=1)
    assert (found["reason"], found["n"], found["n_runs"]) == ("ok", 6, 2)


@pytest.mark.parametrize(
    ("spoil", "metric", "reason"),
    [
        (lambda _: {"steps": empty(STEPS)}, "step_frequency_hz", "one_side"),
        (lambda m: {"strides": m.strides.assign(stride_length_m=np.nan, speed_m_s=np.nan)}, "speed_m_s", "no_length"),
        (lambda m: {"contacts": m.contacts.assign(contact_time_s=np.nan)}, "contact_time_s", "no_toe_off"),
        (lambda m: {"contacts": m.contacts.assign(quality="gap")}, "contact_time_s", "no_clean_steps"),
        (lambda _: {"strides": empty(STRIDES), "steps": empty(STEPS)}, "stride_frequency_hz", "no_steps"),
    ],
)
def test_what_is_missing_says_why(spoil, metric, reason):
    made = progressive()
    assert row(told(made, **spoil(made)), metric)["reason"] == reason


def test_the_variability_is_the_scatter_within_runs():
    made = session(*(Run(100, 8.0, n_strides=40, scatter=0.03) for _ in range(3)))
    found = row(told(made), "contact_time_s", stage=1)
    assert found["variability_pct"] == pytest.approx(3.0, rel=0.15)
    assert found["variability_pct_low"] < 3.0 < found["variability_pct_high"]


def test_without_a_plan_every_run_is_a_stage():
    table = told(session(Run(0, 8.0), Run(0, 5.8), planned=False))
    assert sorted(set(table["stage"])) == [1, 2]
    assert table["asked_effort_pct"].isna().all()


def test_no_runs_make_an_empty_table():
    assert stage_metrics(empty(RUNS), empty(STRIDES), empty(STEPS), empty(CONTACTS)).empty


def test_how_many_values_a_foot_needs_can_be_set():
    made = session(Run(75, 6.9, n_strides=6), Run(100, 8.0, n_strides=6))
    table = stage_metrics(made.runs, made.strides, made.steps, made.contacts, StageConfig(min_per_side=3))
    assert row(table, "contact_time_s", side="left", stage=2)["reason"] == "ok"


def test_stages_found_before_need_not_be_found_again():
    made = progressive()
    tables = (made.runs, made.strides, made.steps, made.contacts)
    config = StageConfig()
    pd.testing.assert_frame_equal(
        stage_metrics(*tables, config, stage_estimates(*tables, config)), stage_metrics(*tables), check_exact=True
    )


def test_without_a_plan_every_run_is_a_stage_of_its_own():
    made = session(Run(0, 5.0), Run(0, 7.0), planned=False)
    table = told(made)
    assert table["stage"].unique().tolist() == [1, 2]
    assert table["asked_effort_pct"].isna().all()
