"""One window's gait cut to its runs."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from made_streams import LEFT, PELVIS, RIGHT, even_times, stream_of, without

from analyzer.drill.record import RunRecord, run_records
from analyzer.gait.run_gait import RunGait
from analyzer.model import Placement
from analyzer.rows import Rows, count, joined, rows_of
from analyzer.signal.grid import on_grid
from analyzer.tables import CONTACTS, STEPS, STRIDES, build

STEP_S = 0.25
FIRST_S = 3.0


def gait(
    n_steps: int = 12,
    *,
    first_s: float = FIRST_S,
    speed_m_s: float = 6.0,
    used: tuple[Placement, ...] = (LEFT, RIGHT),
    contact_quality: str = "ok",
    walk: bool = False,
) -> RunGait:
    """Return even running steps of two feet; with `walk` a walking stride comes right after."""
    start = first_s + STEP_S * np.arange(n_steps)
    side = np.where(np.arange(n_steps) % 2, "right", "left")
    contacts = {
        "run": np.zeros(n_steps, dtype=int),
        "side": side,
        "initial_contact_s": start,
        "toe_off_s": start + 0.15,
        "contact_time_s": np.full(n_steps, 0.15),
        "initial_contact_sd_s": np.full(n_steps, 0.005),
        "toe_off_sd_s": np.full(n_steps, 0.005),
        "quality": [contact_quality] * n_steps,
    }
    steps = {
        "run": np.zeros(n_steps - 1, dtype=int),
        "side": side[:-1],
        "start_s": start[:-1],
        "step_time_s": np.full(n_steps - 1, STEP_S),
        "flight_time_s": np.full(n_steps - 1, STEP_S - 0.15),
        "step_frequency_hz": np.full(n_steps - 1, 1 / STEP_S),
        "step_length_m": np.full(n_steps - 1, speed_m_s * STEP_S),
        "speed_m_s": np.full(n_steps - 1, speed_m_s),
        "phase": [""] * (n_steps - 1),
    }
    strides = _strides(start[:-2], side[:-2], 2 * STEP_S, 0.15, speed_m_s)
    if walk:
        strides = joined([strides, _strides([strides["end_s"].max()], ["left"], 1.1, 0.7, 1.4)])
    return RunGait(rows_of(build(CONTACTS, contacts)), strides, rows_of(build(STEPS, steps)), used)


def _strides(start_s, side, stride_s: float, contact_s: float, speed_m_s: float) -> Rows:
    start_s = np.asarray(start_s, dtype=float)
    n = start_s.size
    columns = dict.fromkeys(STRIDES.names, np.full(n, np.nan)) | {
        "run": np.zeros(n, dtype=int),
        "side": side,
        "start_s": start_s,
        "end_s": start_s + stride_s,
        "stride_time_s": np.full(n, stride_s),
        "stride_frequency_hz": np.full(n, 1 / stride_s),
        "contact_time_s": np.full(n, contact_s),
        "duty_factor": np.full(n, contact_s / stride_s),
        "stride_length_m": np.full(n, speed_m_s * stride_s),
        "stride_length_sd_m": np.full(n, 0.03),
        "speed_m_s": np.full(n, speed_m_s),
        "length_source": ["measured"] * n,
        "phase": [""] * n,
        "quality": ["ok"] * n,
    }
    return rows_of(build(STRIDES, columns))


def worn(*placements, span_s=(0.0, 10.0), moves_at_s: float = 2.8, holes=()):
    """Return grids of sensors that stand and then move."""
    time_s = even_times(*span_s)
    # A wave once moving: no tenth of a second of it is still.
    extra = np.where(time_s >= moves_at_s, 20.0 + 5.0 * np.sin(40 * time_s), 0.0)
    return {placement: on_grid(without(stream_of(placement, time_s, extra), *holes)) for placement in placements}


def only(found: list[RunRecord]) -> RunRecord:
    [record] = found
    return record


def test_even_steps_are_one_run_with_all_its_rows():
    record = only(run_records(gait(), worn(LEFT, RIGHT)))
    assert (count(record.contacts), count(record.strides), count(record.steps)) == (12, 10, 11)
    assert record.troubles == ()


def test_a_run_ends_with_its_last_toe_off():
    assert only(run_records(gait(), worn(LEFT, RIGHT))).stop_s == pytest.approx(FIRST_S + 11 * STEP_S + 0.15)


def test_a_run_starts_with_the_first_movement():
    # A 10 Hz filter run both ways sees a sudden, strong movement a little early.
    assert only(run_records(gait(), worn(LEFT, RIGHT))).start_s == pytest.approx(2.8, abs=0.08)


def test_walking_after_the_run_is_left_out():
    with_walk = only(run_records(gait(walk=True), worn(LEFT, RIGHT)))
    assert (with_walk.strides["duty_factor"] <= 0.5).all()
    assert count(with_walk.strides) == 10


def test_nobody_ran_where_there_are_no_strides():
    assert run_records(gait(2), worn(LEFT, RIGHT)) == []


def test_two_bouts_in_a_window_are_two_runs():
    one, two = gait(), gait(first_s=8.0)
    tables = (joined([getattr(g, name) for g in (one, two)]) for name in _TABLES)
    records = run_records(RunGait(*tables, (LEFT, RIGHT)), worn(LEFT, RIGHT, span_s=(0, 14)))
    assert [count(record.contacts) for record in records] == [12, 12]
    assert records[0].stop_s < records[1].start_s


_TABLES = ("contacts", "strides", "steps")


def only_first(rows: Rows) -> Rows:
    return {name: column[:1] for name, column in rows.items()}


def test_the_push_off_that_opened_the_run_belongs_to_it():
    opened = gait()
    times = {"initial_contact_s": np.array([np.nan]), "toe_off_s": np.array([FIRST_S - 0.1])}
    contacts = joined([{**only_first(opened.contacts), **times}, opened.contacts])
    record = only(run_records(RunGait(contacts, opened.strides, opened.steps, opened.used), worn(LEFT, RIGHT)))
    assert count(record.contacts) == 13


def test_peak_speed_is_that_of_the_strides():
    record = only(run_records(gait(speed_m_s=7.25), worn(LEFT, RIGHT)))
    assert record.peak_speed_m_s == pytest.approx(7.25)


def test_the_way_is_the_area_under_the_speed_from_rest():
    record = only(run_records(gait(speed_m_s=6.0), worn(LEFT, RIGHT)))
    # From rest at the first movement the speed rises to the first stride's middle, then stays.
    first_middle_s, end_s = FIRST_S + STEP_S, FIRST_S + 11 * STEP_S
    expected_m = 6.0 * ((first_middle_s - record.start_s) / 2 + end_s - first_middle_s)
    assert record.way_m == pytest.approx(expected_m, rel=0.01)


def test_every_stride_and_step_gets_a_phase():
    record = only(run_records(gait(), worn(LEFT, RIGHT)))
    assert set(record.strides["phase"]) | set(record.steps["phase"]) <= {"acceleration", "fly", "deceleration"}


def test_strides_without_length_are_told():
    record = only(run_records(gait(speed_m_s=np.nan), worn(LEFT, RIGHT)))
    assert "no_length" in record.troubles
    assert np.isnan(record.peak_speed_m_s)
    assert np.isnan(record.way_m)


def test_a_contact_at_a_hole_is_told():
    assert "gap" in only(run_records(gait(contact_quality="gap"), worn(LEFT, RIGHT))).troubles


def test_one_foot_alone_is_told():
    assert only(run_records(gait(used=(LEFT,)), worn(LEFT))).troubles == ("one_side",)


def test_a_pelvis_alone_is_not_one_side():
    assert only(run_records(gait(used=(PELVIS,)), worn(PELVIS))).troubles == ()


def test_a_run_that_was_under_way_when_the_recording_began_is_told():
    signals = worn(LEFT, RIGHT, span_s=(2.9, 10), moves_at_s=0.0)
    record = only(run_records(gait(), signals))
    assert record.troubles == ("cut_start",)
    assert record.start_s == pytest.approx(FIRST_S)


def test_a_run_that_the_end_of_the_recording_cuts_is_told():
    signals = worn(LEFT, RIGHT, span_s=(0, 6.0))
    assert only(run_records(gait(), signals, cut=True)).troubles == ("cut_end",)


def test_a_run_over_before_the_recording_ended_is_whole():
    signals = worn(LEFT, RIGHT, span_s=(0, 9.0))
    assert only(run_records(gait(), signals, cut=True)).troubles == ()


def test_received_is_that_of_the_worst_sensor():
    signals = worn(LEFT) | worn(RIGHT, holes=[(4.0, 4.5)])
    record = only(run_records(gait(), signals))
    lost_pct = 100 * 0.5 / (record.stop_s - record.start_s)
    assert record.received_pct == pytest.approx(100 - lost_pct, abs=0.5)


def test_samples_lost_in_the_stand_do_not_count():
    assert only(run_records(gait(), worn(LEFT, RIGHT, holes=[(0.5, 1.0)]))).received_pct == 100.0


def test_axes_of_the_feet_are_handed_on():
    made = gait()
    axis = np.array([0.0, 1.0, 0.0])
    with_axes = RunGait(made.contacts, made.strides, made.steps, made.used, MappingProxyType({LEFT: axis}))
    assert only(run_records(with_axes, worn(LEFT, RIGHT))).travel_axes == {LEFT: axis}


def test_where_few_strides_have_a_length_none_is_told():
    made = gait()
    few = np.arange(count(made.strides)) < 3
    known = {
        name: np.where(few, made.strides[name], np.nan)
        for name in ("stride_length_m", "stride_length_sd_m", "speed_m_s")
    }
    record = only(run_records(replace(made, strides={**made.strides, **known}), worn(LEFT, RIGHT)))
    assert np.isnan(record.strides["stride_length_m"]).all()
    assert np.isnan(record.steps["speed_m_s"]).all()
    assert set(record.strides["length_source"]) == {"none"}
    assert "no_length" in record.troubles


def test_the_rows_of_the_window_stay_as_they_were():
    made = gait(walk=True)
    before = {name: column.copy() for name, column in made.strides.items()}
    run_records(made, worn(LEFT, RIGHT))
    for name, column in before.items():
        np.testing.assert_array_equal(made.strides[name], column)


def test_the_rows_of_a_run_make_its_tables():
    record = only(run_records(gait(), worn(LEFT, RIGHT)))
    for schema, rows in ((CONTACTS, record.contacts), (STRIDES, record.strides), (STEPS, record.steps)):
        assert len(build(schema, rows)) == count(rows)


@pytest.mark.parametrize("seen_s", [0.59, -0.59])
def test_a_push_off_far_from_the_first_contact_belongs_to_no_run(seen_s):
    made = gait()
    times = {"initial_contact_s": np.array([np.nan]), "toe_off_s": np.array([FIRST_S + seen_s])}
    near = joined([{**only_first(made.contacts), **times}, made.contacts])
    far = {**near, "toe_off_s": np.where(np.isnan(near["initial_contact_s"]), FIRST_S - 0.61, near["toe_off_s"])}
    records = [only(run_records(replace(made, contacts=one), worn(LEFT, RIGHT))) for one in (near, far)]
    assert [count(record.contacts) for record in records] == [13, 12]
