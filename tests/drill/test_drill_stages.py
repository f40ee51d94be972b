import numpy as np
import pandas as pd
import pytest
from session_tables import Run, progressive, session

from analyzer.drill.stage.stages import StageConfig, fly_contacts, stage_estimates, stages
from analyzer.tables import CONTACTS, RUNS, STAGE_METRICS, STAGES, STEPS, STRIDES, check, empty


def tables(made):
    return made.runs, made.strides, made.steps, made.contacts


def test_the_table_fits_its_schema():
    check(STAGES, progressive().stages)


def test_every_metric_lies_in_its_interval():
    table = progressive().stages
    for name in STAGE_METRICS:
        assert (table[f"{name}_low"] < table[name]).all(), name
        assert (table[name] < table[f"{name}_high"]).all(), name


def test_efforts_are_rows_from_the_lowest_up():
    made = session(Run(100, 8.0), Run(50, 5.8), Run(75, 6.9))
    assert made.stages["asked_effort_pct"].tolist() == [50, 75, 100]


def test_runs_at_one_effort_are_one_stage():
    made = session(Run(75, 6.9), Run(100, 8.0), Run(75, 7.1), Run(100, 8.1))
    assert made.stages["n_runs"].tolist() == [2, 2]
    assert made.stages["n_contacts"].tolist() == [18, 18]


def test_the_gain_is_against_the_stage_below():
    gain = session(Run(75, 7.0), Run(100, 8.0)).stages["speed_gain_pct"]
    assert np.isnan(gain[0])
    assert gain[1] == pytest.approx(100 / 7)


def test_the_share_of_frequency_is_that_of_the_strides():
    made = progressive().stages.iloc[2]
    assert made["speed_gain_frequency_share"] == pytest.approx(np.log(2.05 / 1.86) / np.log(8 / 6.9), abs=0.05)
    assert made["speed_gain_frequency_share_low"] < made["speed_gain_frequency_share_high"]


def test_without_a_plan_every_run_is_its_own_row_in_order_of_time():
    made = session(Run(0, 8.0), Run(0, 5.8), planned=False)
    assert made.stages["peak_speed_m_s"].tolist() == [8.0, 5.8]
    assert made.stages["asked_effort_pct"].isna().all()


def test_without_a_plan_nothing_is_compared():
    made = session(Run(0, 6.0), Run(0, 8.0), planned=False).stages
    assert made[["speed_gain_pct", "speed_gain_frequency_share"]].isna().all().all()


def test_backward_runs_are_no_stage():
    made = session(Run(50, 5.8), Run(75, 4.0, direction="backward"), Run(100, 8.0))
    assert made.stages["asked_effort_pct"].tolist() == [50, 100]


def test_runs_outside_the_plan_are_left_out():
    made = session(Run(50, 5.8), Run(75, 6.9), Run(100, 8.0))
    runs = made.runs.assign(asked_effort_pct=[50.0, np.nan, 100.0])
    assert stages(runs, made.strides, made.steps, made.contacts)["n_runs"].tolist() == [1, 1]


@pytest.mark.parametrize("quality", ["gap", "clipped", "edge"])
def test_contacts_that_may_be_off_leave_contact_time(quality):
    made = progressive()
    longer = made.contacts["run"].eq(3) & (made.contacts.index % 2 == 0)
    contacts = made.contacts.assign(
        contact_time_s=made.contacts["contact_time_s"].mask(longer, 0.3),
        quality=made.contacts["quality"].mask(longer, quality),
    )
    found = stages(made.runs, made.strides, made.steps, contacts)["contact_time_s"][2]
    assert found == pytest.approx(0.128, abs=0.001)


def test_strides_across_a_gap_leave_length_and_frequency():
    made = progressive()
    hit = made.strides["run"].eq(3) & (made.strides.index % 2 == 0)
    strides = made.strides.assign(
        stride_length_m=made.strides["stride_length_m"].mask(hit, 9.0), quality=made.strides["quality"].mask(hit, "gap")
    )
    found = stages(made.runs, strides, made.steps, made.contacts)["stride_length_m"][2]
    assert found == pytest.approx(8.0 / 2.05, rel=0.01)


def test_only_the_fly_phase_counts():
    made = progressive()
    early = made.strides["run"].eq(3) & (made.strides["start_s"].rank() % 9 < 3)
    strides = made.strides.assign(
        stride_length_m=made.strides["stride_length_m"].mask(early, 2.0),
        phase=made.strides["phase"].mask(early, "acceleration"),
    )
    found = stages(made.runs, strides, made.steps, made.contacts)["stride_length_m"][2]
    assert found == pytest.approx(8.0 / 2.05, rel=0.01)


def test_contacts_outside_the_fly_phase_leave_contact_time():
    made = progressive()
    strides = made.strides.assign(phase="acceleration")
    steps = made.steps.assign(phase="acceleration")
    assert fly_contacts(made.contacts, strides, steps).empty


def test_steps_alone_mark_the_fly_phase():
    """A pelvis sensor gives steps but no strides of a foot."""
    made = progressive()
    found = fly_contacts(made.contacts, empty(STRIDES), made.steps)
    assert len(found) == len(made.contacts) - 3  # the last contact of each run opens no step


def test_a_less_certain_length_widens_its_interval_and_leaves_its_median():
    made = progressive()
    sure, unsure = (
        stages(made.runs, made.strides.assign(stride_length_sd_m=sd), made.steps, made.contacts).iloc[2]
        for sd in (0.02, 0.2)
    )
    assert unsure["stride_length_m"] == sure["stride_length_m"]
    assert unsure["stride_length_m_high"] - unsure["stride_length_m_low"] > 0.2
    assert sure["stride_length_m_high"] - sure["stride_length_m_low"] < 0.2


def test_no_runs_make_an_empty_table():
    check(STAGES, stages(empty(RUNS), empty(STRIDES), empty(STEPS), empty(CONTACTS)))


def test_a_run_without_strides_keeps_its_speed():
    made = session(Run(75, 6.9), Run(100, 8.0))
    found = stages(made.runs, empty(STRIDES), empty(STEPS), empty(CONTACTS))
    assert found["peak_speed_m_s"].tolist() == [6.9, 8.0]
    assert found["stride_length_m"].isna().all()


def test_shifting_the_clock_changes_nothing():
    made = progressive()
    moved = [made.runs.assign(start_s=made.runs["start_s"] + 1000)]
    moved += [
        t.assign(
            **{name: t[name] + 1000 for name in t if name in ("start_s", "end_s", "initial_contact_s", "toe_off_s")}
        )
        for t in (made.strides, made.steps, made.contacts)
    ]
    pd.testing.assert_frame_equal(stages(*moved), made.stages, rtol=1e-6)


def test_which_contacts_count_can_be_chosen():
    made = session(Run(75, 6.9, quality="clipped"), Run(100, 8.0, quality="clipped"))
    config = StageConfig(contact_qualities=("ok", "clipped"))
    assert np.isnan(made.stages["contact_time_s"]).all()
    assert stages(*tables(made), config)["contact_time_s"].notna().all()


def test_estimates_carry_the_numbers_of_their_runs():
    made = session(Run(75, 6.9), Run(100, 8.0), Run(75, 7.0))
    found = stage_estimates(*tables(made))
    assert [stage.runs for stage in found] == [(1, 3), (2,)]
    assert found[0].metrics["peak_speed_m_s"].n_runs == 2
