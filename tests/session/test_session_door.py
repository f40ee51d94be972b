"""The public door: arrays, captures and files in, tables and findings out."""

import numpy as np
import pandas as pd
import pytest
from made_streams import LEFT, RIGHT

import analyzer
from analyzer import tables
from analyzer.drill.detection.runs import RunFinderConfig
from analyzer.model import Recording, SensorStream
from analyzer.virtual import VirtualPractice, steady

TABLES = {schema.name: schema for schema in tables.SCHEMAS}


def arrays_of(stream: SensorStream, *, gyroscope: bool = True) -> dict:
    """Return what somebody with arrays would pass."""
    signals = {
        "time_s": stream.time_s.copy(),
        "acc_m_s2": stream.acc_m_s2.copy(),
        "acc_range_m_s2": stream.acc_range_m_s2,
    }
    if gyroscope:
        signals |= {"gyr_rad_s": stream.gyr_rad_s.copy(), "gyr_range_rad_s": stream.gyr_range_rad_s}
    return signals


@pytest.fixture(scope="module")
def from_arrays(practice) -> analyzer.Analysis:
    """Return the analysis just as the documentation asks for it."""
    streams = practice.recording().streams
    recording = analyzer.Recording.from_arrays(
        {placement.value: arrays_of(stream) for placement, stream in streams.items()},
        plan=analyzer.Plan.progressive(distance_m=13.716),
        athlete=analyzer.Athlete(height_m=1.83),
    )
    return analyzer.analyze(recording)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_there_and_fits_its_schema(from_arrays, name):
    table = getattr(from_arrays, name)
    assert len(tables.check(TABLES[name], table)) > 0


def test_findings_are_of_this_plan_and_athlete(from_arrays):
    assert from_arrays.findings
    assert all(isinstance(finding, analyzer.Finding) for finding in from_arrays.findings)
    assert from_arrays.athlete.height_m == 1.83


def test_the_plan_gives_every_run_its_stage(from_arrays):
    assert from_arrays.runs["asked_effort_pct"].tolist() == [50.0, 75.0, 100.0]
    assert from_arrays.stages["asked_effort_pct"].tolist() == [50.0, 75.0, 100.0]


def test_arrays_say_the_same_as_the_recording_they_came_from(from_arrays, analysis):
    pd.testing.assert_frame_equal(from_arrays.contacts, analysis.contacts, check_exact=True)


def test_without_a_plan_every_run_is_analysed_and_its_stage_left_open(recording, analysis):
    unplanned = analyzer.analyze(Recording(recording.streams))
    assert unplanned.runs["asked_effort_pct"].isna().all()
    assert len(unplanned.runs) == 3
    pd.testing.assert_frame_equal(unplanned.contacts, analysis.contacts, check_exact=True)


def test_runs_are_those_that_were_run(practice, analysis):
    truth = practice.truth.runs
    # A quarter of a second around the first movement, one walking stride after the last running step.
    np.testing.assert_allclose(analysis.runs["start_s"], truth["start_s"], atol=0.3)
    np.testing.assert_allclose(analysis.runs["stop_s"], truth["stop_s"], atol=1.3)
    np.testing.assert_allclose(analysis.runs["peak_speed_m_s"], truth["peak_speed_m_s"], rtol=0.04)


def test_walking_back_is_no_run(practice, analysis):
    rests = zip(practice.truth.runs["stop_s"] + 1.3, practice.truth.runs["start_s"].shift(-1) - 0.3, strict=True)
    for begins_s, ends_s in list(rests)[:-1]:
        assert not analysis.contacts["initial_contact_s"].between(begins_s, ends_s).any()


def test_tables_are_in_order_of_time(analysis):
    events_s = analysis.contacts["initial_contact_s"].fillna(analysis.contacts["toe_off_s"])
    for times_s in (events_s, analysis.strides["start_s"], analysis.steps["start_s"], analysis.runs["start_s"]):
        assert times_s.is_monotonic_increasing


def test_every_contact_lies_in_its_run(analysis):
    runs = analysis.runs.set_index("run")
    contacts = analysis.contacts.dropna()
    # The push-off of the first step may begin before movement shows.
    assert (contacts["initial_contact_s"] >= contacts["run"].map(runs["start_s"])).all()
    assert (contacts["toe_off_s"] <= contacts["run"].map(runs["stop_s"])).all()


def test_a_stride_is_two_steps(analysis):
    runs = analysis.runs
    np.testing.assert_allclose(
        analysis.stages["step_frequency_hz"] / analysis.stages["stride_frequency_hz"], 2.0, atol=0.1
    )
    speed_m_s = runs["stride_length_m"] * runs["step_frequency_hz"] / 2
    np.testing.assert_allclose(speed_m_s, runs["peak_speed_m_s"], rtol=0.06)


@pytest.mark.parametrize("speed_m_s", [3.0, 6.0, 9.0])
def test_a_treadmill_is_one_run(speed_m_s):
    found = analyzer.analyze(steady(speed_m_s, 8.0, placements=(LEFT, RIGHT)).recording())
    assert len(found.runs) == 1
    assert found.runs.loc[0, "quality"] == "cut_start;cut_end"
    assert found.runs.loc[0, "peak_speed_m_s"] == pytest.approx(speed_m_s, rel=0.05)


def test_a_pelvis_needs_no_gyroscope(two_runs):
    stream = two_runs.recording().streams["pelvis"]
    recording = analyzer.Recording.from_arrays({"pelvis": arrays_of(stream, gyroscope=False)})
    assert len(analyzer.analyze(recording).runs) == 2


def test_a_foot_without_gyroscope_leaves_the_other_to_tell(recording):
    foot = recording.streams
    sensors = {"left_foot": arrays_of(foot[LEFT], gyroscope=False), "right_foot": arrays_of(foot[RIGHT])}
    found = analyzer.analyze(analyzer.Recording.from_arrays(sensors))
    assert len(found.runs) == 3
    assert set(found.contacts["side"]) == {"right"}


def test_feet_without_any_gyroscope_are_told_and_give_empty_tables(recording):
    sensors = {p.value: arrays_of(stream, gyroscope=False) for p, stream in recording.streams.items()}
    found = analyzer.analyze(analyzer.Recording.from_arrays(sensors))
    assert found.contacts.empty
    assert found.notices


def test_another_clock_moves_times_and_nothing_else(recording, analysis):
    shift_s = 86_412.345
    shifted = {placement: stream.at_times(stream.time_s + shift_s) for placement, stream in recording.streams.items()}
    found = analyzer.analyze(Recording(shifted, recording.plan))
    moved_s = found.contacts["initial_contact_s"] - shift_s
    # Windows begin on whole tenths of the clock, so the grids of samples differ by a small part of a sample.
    np.testing.assert_allclose(moved_s, analysis.contacts["initial_contact_s"], atol=0.003)
    np.testing.assert_allclose(found.runs["peak_speed_m_s"], analysis.runs["peak_speed_m_s"], rtol=0.01)


def test_a_run_with_the_sensors_the_other_way_round_reads_backward(practice, recording):
    # Who runs backward travels the other way in the axes of the shoe: half a turn about the vertical does the same.
    second = practice.truth.runs.loc[1]
    turned = {
        p: half_turned(practice, stream, second.start_s - 4, second.stop_s + 2)
        for p, stream in recording.streams.items()
    }
    found = analyzer.analyze(Recording(turned))
    assert found.runs["direction"].tolist() == ["forward", "backward", "forward"]


def half_turned(practice: VirtualPractice, stream: SensorStream, start_s: float, stop_s: float) -> SensorStream:
    """Return the stream with the sensor turned by half a turn about the vertical between two times."""
    still = stream.between(0.5, 2.0).acc_m_s2.mean(axis=0)
    up = still / np.linalg.norm(still)
    half_turn = 2.0 * np.outer(up, up) - np.eye(3)
    inside = (stream.time_s >= start_s) & (stream.time_s < stop_s)
    signals = arrays_of(stream)
    for name in ("acc_m_s2", "gyr_rad_s"):
        signals[name][inside] = signals[name][inside] @ half_turn
    return SensorStream.from_arrays(stream.placement, signals)


def test_a_simulated_practice_says_so(analysis, recording):
    assert recording.simulated
    assert analysis.simulated


def test_settings_and_versions_are_told(analysis):
    assert analysis.config["finder"]["hold_s"] == 0.8
    assert {"thresholds", "numpy", "psr-analyzer"} <= analysis.versions.keys()


def test_other_settings_change_what_is_found(recording):
    deaf = analyzer.Config(finder=RunFinderConfig(running_m_s2={"foot": 1000.0}))
    assert analyzer.analyze(recording, deaf).runs.empty


def test_the_answer_is_the_same_twice(recording, analysis):
    pd.testing.assert_frame_equal(analyzer.analyze(recording).strides, analysis.strides, check_exact=True)
