"""A whole practice put in order: numbers, plan, the day's best, rests."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from made_streams import LEFT, RIGHT
from made_travel import travel
from session_tables import Run, session

from analyzer.drill.planned.history import PastRun
from analyzer.drill.practice import Practice, practice_of
from analyzer.drill.record import RunRecord
from analyzer.drill.stage.stages import stage_estimates
from analyzer.model import Plan, PlannedRun
from analyzer.rows import Rows, count, no_rows, rows_of
from analyzer.tables import CONTACTS, STEPS

STILL = (np.arange(0.0, 3000.0, 0.5), np.zeros(6000, dtype=bool))


def records_of(*runs: Run, backward: tuple[int, ...] = ()) -> list[RunRecord]:
    """Return what the windows of these runs left, with every table numbered 0 as it comes from a window."""
    made = session(*runs, planned=False)
    records = []
    for index, row in enumerate(made.runs.itertuples()):
        contacts, strides, steps = (_rows(table, row.run) for table in (made.contacts, made.strides, made.steps))
        records.append(
            RunRecord(
                start_s=row.start_s,
                stop_s=row.stop_s,
                deceleration_start_s=np.nan,
                peak_speed_m_s=row.peak_speed_m_s,
                peak_speed_sd_m_s=row.peak_speed_sd_m_s,
                way_m=18.0,
                received_pct=99.0,
                troubles=(),
                contacts=contacts,
                strides=strides,
                steps=steps,
                used=(LEFT, RIGHT),
                travel_axes={},
                travels={LEFT: travel(180.0 if index in backward else 0.0)},
            )
        )
    return records


def _rows(table: pd.DataFrame, run: int) -> Rows:
    return rows_of(table[table["run"] == run].assign(run=0))


def changed(rows: Rows, upto: int, **values: object) -> Rows:
    """Return rows of which the first few have other values."""
    early = np.arange(count(rows)) < upto
    return {**rows, **{name: np.where(early, value, rows[name]) for name, value in values.items()}}


def classic() -> list[RunRecord]:
    return records_of(Run(50, 5.6), Run(75, 7.0), Run(100, 8.0, rest_s=90.0))


def made(records, plan: Plan | None = None, movement=STILL) -> Practice:
    return practice_of(records, plan, movement)


def test_runs_are_numbered_from_one_in_order_of_time():
    assert made(classic()).runs["run"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("table", ["contacts", "strides", "steps"])
def test_every_row_carries_the_number_of_its_run(table):
    records = classic()
    numbered = getattr(made(records), table)
    expected = [count(getattr(record, table)) for record in records]
    assert numbered.groupby("run").size().tolist() == expected
    assert numbered["start_s" if table != "contacts" else "initial_contact_s"].is_monotonic_increasing


def test_a_run_without_contacts_keeps_its_number():
    records = classic()
    records[1] = replace(records[1], contacts=no_rows(CONTACTS))
    practice = made(records)
    assert practice.contacts["run"].unique().tolist() == [1, 3]
    assert practice.runs["n_contacts"].tolist() == [9, 0, 9]


def test_a_push_off_without_initial_contact_is_not_counted():
    records = classic()
    records[0] = replace(records[0], contacts=changed(records[0].contacts, 1, initial_contact_s=np.nan))
    assert made(records).runs["n_contacts"].tolist() == [8, 9, 9]


def test_rest_counts_from_the_end_of_the_run_before():
    np.testing.assert_allclose(made(classic()).runs["rest_before_s"], [np.nan, 180.0, 90.0])


def test_rest_mode_comes_from_the_movement_in_between():
    records = classic()
    time_s, _ = STILL
    walked = (time_s > records[0].stop_s) & (time_s < records[1].start_s)
    assert made(records, movement=(time_s, walked)).runs["rest_mode"].tolist() == ["none", "active", "still"]


def test_without_movement_known_the_rest_mode_is_unknown():
    nothing = (np.empty(0), np.empty(0, dtype=bool))
    assert made(classic(), movement=nothing).runs["rest_mode"].tolist() == ["none", "unknown", "unknown"]


def test_achieved_is_held_against_the_fastest_run():
    np.testing.assert_allclose(made(classic()).runs["achieved_pct"], [70.0, 87.5, 100.0])


def test_a_backward_run_is_held_against_backward_runs():
    records = records_of(Run(100, 8.0), Run(100, 4.0), Run(50, 3.0), backward=(1, 2))
    runs = made(records).runs
    assert runs["direction"].tolist() == ["forward", "backward", "backward"]
    np.testing.assert_allclose(runs["achieved_pct"], [100.0, 100.0, 75.0])


def test_an_unknown_speed_achieved_nothing_known():
    records = classic()
    records[0] = replace(records[0], peak_speed_m_s=np.nan)
    np.testing.assert_allclose(made(records, Plan.progressive()).runs["achieved_pct"], [np.nan, 87.5, 100.0])


def test_where_the_fastest_run_may_be_one_of_unknown_speed_nothing_is_compared_with_it():
    records = classic()
    records[2] = replace(records[2], peak_speed_m_s=np.nan)
    assert made(records, Plan.progressive()).runs["achieved_pct"].isna().all()
    assert made(records).runs["achieved_pct"].isna().all()


def test_without_any_speed_nothing_is_achieved_and_nothing_breaks():
    records = [replace(record, peak_speed_m_s=np.nan) for record in classic()]
    assert made(records).runs["achieved_pct"].isna().all()


def test_without_a_plan_efforts_stay_open():
    assert made(classic()).runs["asked_effort_pct"].isna().all()


def test_without_a_plan_the_distance_is_the_way_covered():
    assert made(classic()).runs["distance_m"].tolist() == [18.0, 18.0, 18.0]


def test_with_a_plan_every_run_gets_its_slot():
    runs = made(classic(), Plan.progressive(distance_m=20.0)).runs
    assert runs["asked_effort_pct"].tolist() == [50.0, 75.0, 100.0]
    assert runs["distance_m"].tolist() == [20.0, 20.0, 20.0]


def test_a_run_too_many_keeps_its_row_and_gets_no_effort():
    records = records_of(Run(50, 4.0), Run(50, 5.6), Run(75, 7.0), Run(100, 8.0))
    practice = made(records, Plan.progressive())
    np.testing.assert_array_equal(practice.runs["asked_effort_pct"], [np.nan, 50.0, 75.0, 100.0])
    assert "plan.more_runs" in [notice.code for notice in practice.notices]


def test_a_run_too_few_is_told():
    practice = made(classic()[:2], Plan.progressive())
    assert "plan.fewer_runs" in [notice.code for notice in practice.notices]


def test_a_backward_run_takes_the_backward_slot():
    plan = Plan((PlannedRun(50), PlannedRun(50, direction="backward"), PlannedRun(100)))
    records = records_of(Run(50, 3.5), Run(100, 8.0), backward=(0,))
    assert made(records, plan).runs["asked_effort_pct"].tolist() == [50.0, 100.0]


def test_the_medians_of_a_run_are_those_of_its_fly_phase():
    records = classic()
    strides = changed(records[0].strides, 2, phase="acceleration", contact_time_s=9.0)
    records[0] = replace(records[0], strides=strides)
    expected = np.median(strides["contact_time_s"][2:])
    assert made(records).runs.loc[0, "contact_time_s"] == pytest.approx(expected)


def test_contacts_at_a_hole_leave_the_medians():
    records = classic()
    strides = changed(records[0].strides, 4, quality="gap", contact_time_s=9.0)
    records[0] = replace(records[0], strides=strides)
    expected = np.median(strides["contact_time_s"][4:])
    assert made(records).runs.loc[0, "contact_time_s"] == pytest.approx(expected)


def test_with_one_foot_a_step_lasts_half_a_stride():
    records = [replace(record, steps=no_rows(STEPS)) for record in classic()]
    runs = made(records).runs
    expected = [2 * np.median(record.strides["stride_frequency_hz"]) for record in records]
    np.testing.assert_allclose(runs["step_frequency_hz"], expected)
    assert runs["flight_time_s"].isna().all()


def test_troubles_are_joined_into_the_quality():
    records = classic()
    records[2] = replace(records[2], troubles=("gap", "cut_end"))
    assert made(records).runs["quality"].tolist() == ["ok", "ok", "gap;cut_end"]


def test_no_runs_make_empty_tables():
    practice = made([], Plan.progressive())
    assert practice.runs.empty
    assert practice.contacts.empty


def test_without_a_plan_no_confidence_is_claimed():
    runs = made(classic()).runs
    assert runs["assignment_confidence"].isna().all()
    assert set(runs["achieved_reference"]) == {"fastest run 3"}


def test_with_a_plan_every_run_says_how_sure_its_place_is():
    runs = made(classic(), Plan.progressive()).runs
    assert (runs["assignment_confidence"] > 0.95).all()
    assert set(runs["achieved_reference"]) == {"true_100 run 3"}


def test_full_effort_that_was_held_back_is_told():
    records = records_of(Run(50, 5.6), Run(75, 8.0), Run(100, 7.0))
    practice = made(records, Plan.progressive())
    assert "effort.held_back" in [notice.code for notice in practice.notices]
    np.testing.assert_allclose(practice.runs["achieved_pct"], [70.0, 100.0, 87.5])


def test_where_the_planned_distance_cannot_be_right_the_way_covered_stands():
    practice = made(classic(), Plan.progressive(distance_m=9.144))
    assert practice.runs["distance_m"].tolist() == [18.0, 18.0, 18.0]
    assert "plan.distance" in [notice.code for notice in practice.notices]


def test_runs_are_held_against_those_of_the_weeks_before():
    past = [PastRun(date(2026, 4, 1), "tuesday", 2, "forward", 18.288, 8.4, 0.1)]
    runs = practice_of(classic(), Plan.progressive(), STILL, past=past).runs
    assert runs["achieved_of_best_pct"].iloc[2] == pytest.approx(100 * 8.0 / 8.4)
    assert set(runs["best_reference"]) == {"2026-04-01 tuesday run 2"}


def test_a_sideways_run_is_neither_reference_nor_stage_of_forward_runs():
    records = records_of(Run(75, 6.0), Run(100, 7.0), Run(100, 7.5))
    records[2] = replace(records[2], peak_speed_m_s=6.9, travels={LEFT: travel(90.0)})
    practice = made(records, Plan((PlannedRun(75), PlannedRun(100), PlannedRun(100, direction="lateral_left"))))
    assert practice.runs["direction"].tolist() == ["forward", "forward", "lateral_left"]
    assert practice.runs["achieved_reference"].tolist() == ["true_100 run 2", "true_100 run 2", "true_100 run 3"]
    tables = (practice.runs, practice.strides, practice.steps, practice.contacts)
    assert [stage.runs for stage in stage_estimates(*tables)] == [(1,), (2,)]


def test_lengths_of_a_run_that_went_backward_are_estimates():
    plan = Plan((PlannedRun(50), PlannedRun(50, direction="backward"), PlannedRun(100)))
    records = records_of(Run(50, 5.8), Run(50, 3.5), Run(100, 8.0), backward=(1,))
    strides = made(records, plan).strides
    backward = strides["run"] == 2
    assert set(strides.loc[backward, "length_source"]) == {"estimated"}
    assert "estimated" not in set(strides.loc[~backward, "length_source"])


def test_a_backward_stride_without_a_length_stays_without_one():
    records = records_of(Run(50, 3.5), Run(100, 8.0), backward=(0,))
    first = records[0].strides
    unknown = changed(first, 1, stride_length_m=np.nan, stride_length_sd_m=np.nan, length_source="none")
    strides = made([replace(records[0], strides=unknown), records[1]]).strides
    assert strides["length_source"].iloc[0] == "none"
    assert np.isnan(strides["stride_length_sd_m"].iloc[0])
