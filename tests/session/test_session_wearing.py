"""Sensors swapped, turned, late, dead, broken, on two people or on another clock: what is said, what is still told."""

from dataclasses import replace

import numpy as np
import pytest
from made_streams import LEFT, PELVIS, RIGHT

import analyzer
from analyzer.acquire.read import read
from analyzer.model import Analysis, Recording, SensorStream
from analyzer.virtual import simulate

FEET = (LEFT, RIGHT)
SPOKEN = ("feet.", "sensor.", "run.")


def practised(name: str, seed: int = 3) -> Analysis:
    return analyzer.analyze(simulate(name, seed, placements=FEET).recording())


def said(found: Analysis) -> list[str]:
    return [notice.code for notice in found.notices if notice.code.startswith(SPOKEN)]


def with_left(recording: Recording, **changes) -> Recording:
    """Return the recording with fields of the left foot's stream changed."""
    streams = dict(recording.streams)
    streams[LEFT] = replace(streams[LEFT], **changes)
    return Recording(streams, recording.plan)


def swapped(recording: Recording) -> Recording:
    left, right = recording.streams[LEFT], recording.streams[RIGHT]
    return Recording({LEFT: replace(right, placement=LEFT), RIGHT: replace(left, placement=RIGHT)})


def frozen(stream: SensorStream, axis: int, from_s: float) -> SensorStream:
    """Return the stream with a gyroscope axis stuck at zero from a time on."""
    gyr = stream.gyr_rad_s.copy()
    gyr[stream.time_s >= from_s, axis] = 0.0
    return replace(stream, gyr_rad_s=gyr)


def test_swapped_feet_are_noticed():
    assert said(practised("swapped-feet")) == ["feet.swapped"]


# Those who roll least, and one who rolls as most do.
@pytest.mark.parametrize("name", ["practices/S01", "practices/S08", "steady/RBDS012runT25", "steady/RBDS020runT25"])
def test_feet_of_recorded_runners_are_told_apart(shared, name):
    [path] = (shared / "data").glob(f"{name}*.npz")
    recording = read(path)
    assert "feet.swapped" not in said(analyzer.analyze(recording))
    assert "feet.swapped" in said(analyzer.analyze(swapped(recording)))


def test_a_foot_sensor_worn_upside_down_changes_nothing_worth_a_word():
    found = practised("upside-down")
    assert said(found) == []
    assert set(found.runs["quality"]) == {"ok"}


def test_a_sensor_switched_on_in_a_run_is_named_with_its_time():
    found = practised("late-sensor")
    [notice] = [notice for notice in found.notices if notice.code == "sensor.late"]
    assert notice.placement is RIGHT
    assert "began only at 8 s, so run 1 lack" in notice.text
    assert found.runs["quality"].tolist() == ["sensor_lost", "ok", "ok"]


def test_a_sensor_that_dies_leaves_the_other_foot_to_tell_and_is_named():
    found = practised("dead-sensor")
    [notice] = [notice for notice in found.notices if notice.code == "sensor.died"]
    assert notice.placement is LEFT
    assert found.runs["quality"].tolist() == ["ok", "ok", "one_side"]


def test_a_sensor_that_ends_after_the_last_run_is_not_worth_a_word(recording, practice):
    streams = dict(recording.streams)
    streams[LEFT] = streams[LEFT].between(0.0, practice.truth.runs.stop_s.iloc[-1] + 1.5)
    assert said(analyzer.analyze(Recording(streams))) == []


@pytest.mark.parametrize("seed", [1, 3])
def test_feet_of_two_athletes_are_told_each_by_itself(seed):
    found = practised("two-athletes", seed)
    assert said(found) == ["feet.apart"]
    assert found.steps.empty
    assert found.runs["step_frequency_hz"].isna().all()
    assert set(found.contacts["side"]) == {"left", "right"}
    assert found.runs["stride_length_m"].notna().all()


def test_one_late_clock_is_said_to_be_a_clock_or_a_limp(recording):
    late = with_left(recording, time_s=recording.streams[LEFT].time_s + 0.08)
    assert said(analyzer.analyze(late)) == ["feet.uneven"]


def test_one_clock_that_runs_fast_takes_the_steps_away(recording):
    fast = with_left(recording, time_s=recording.streams[LEFT].time_s * 1.01)
    assert said(analyzer.analyze(fast)) == ["feet.apart"]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_foot_with_a_stuck_axis_is_left_out_and_said_to_be_stuck(recording, analysis, axis):
    streams = {**recording.streams, LEFT: frozen(recording.streams[LEFT], axis, 0.0)}
    found = analyzer.analyze(Recording(streams))
    assert said(found)[0] == "sensor.stuck"
    assert set(found.contacts["side"]) == {"right"}
    right = analysis.contacts.query("side == 'right'")
    np.testing.assert_array_equal(found.contacts["initial_contact_s"], right["initial_contact_s"])


def test_a_run_cut_by_the_end_is_named_with_what_cannot_be_told(recording, practice):
    mark_s = practice.truth.runs.mark_s[2]
    streams = {placement: stream.between(0.0, mark_s) for placement, stream in recording.streams.items()}
    [notice] = [notice for notice in analyzer.analyze(Recording(streams)).notices if notice.code == "run.cut_end"]
    assert notice.run == 3
    assert "top speed and end cannot be told" in notice.text


def test_a_run_of_which_a_third_was_lost_is_not_ok(recording, practice):
    start_s = practice.truth.runs.start_s[1]
    left = recording.streams[LEFT]
    lost = (left.time_s > start_s - 0.2) & (left.time_s < start_s + 1.8)
    acc, gyr = left.acc_m_s2.copy(), left.gyr_rad_s.copy()
    acc[lost], gyr[lost] = np.nan, np.nan
    found = analyzer.analyze(with_left(recording, acc_m_s2=acc, gyr_rad_s=gyr))
    assert found.runs["received_pct"][1] < 90.0
    assert "gap" in found.runs["quality"][1].split(";")


@pytest.mark.parametrize("name", ["clean", "any-mounting", "drops-packets", "one-foot", "everyday-noise"])
def test_sensors_worn_as_they_should_be_are_not_spoken_of(name):
    # A warm-up lap is spoken of, but not as a sensor worn wrongly.
    assert [code for code in said(practised(name, seed=1)) if code != "run.jogged"] == []


def test_a_pelvis_beside_sound_feet_changes_nothing(two_runs):
    assert PELVIS in two_runs.recording().streams
    assert said(analyzer.analyze(two_runs.recording())) == []
