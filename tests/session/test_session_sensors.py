"""Sensors that come late, die early, lose samples or are not there; recordings without a run."""

import numpy as np
import pytest
from made_streams import LEFT, PELVIS, RIGHT, stream_of, without

import analyzer
from analyzer import tables
from analyzer.errors import InputError
from analyzer.model import Plan, Recording, SensorStream
from analyzer.session import Session


def analysed(streams, plan: Plan | None = None) -> analyzer.Analysis:
    return analyzer.analyze(Recording(streams, plan))


def cut(recording: Recording, start_s: float, stop_s: float) -> dict:
    return {placement: stream.between(start_s, stop_s) for placement, stream in recording.streams.items()}


@pytest.fixture(scope="module")
def truth(practice):
    return practice.truth.runs


def test_a_foot_that_dies_between_runs_leaves_the_other_to_tell(recording, truth):
    left, right = recording.streams[LEFT], recording.streams[RIGHT]
    found = analysed({LEFT: left, RIGHT: right.between(0.0, truth.stop_s[0] + 3.0)})
    assert found.runs["quality"].tolist() == ["ok", "one_side", "one_side"]
    assert set(found.contacts.query("run > 1")["side"]) == {"left"}


def test_a_foot_that_starts_late_joins_in(recording, truth):
    left, right = recording.streams[LEFT], recording.streams[RIGHT]
    found = analysed({LEFT: left, RIGHT: right.between(truth.stop_s[0] + 3.0, 1e9)})
    assert found.runs["quality"].tolist() == ["one_side", "ok", "ok"]
    assert set(found.contacts.query("run == 1")["side"]) == {"left"}


@pytest.mark.parametrize("side", ["left", "right"])
def test_one_foot_tells_its_own_contacts_and_no_steps(recording, side):
    placement = LEFT if side == "left" else RIGHT
    found = analysed({placement: recording.streams[placement]})
    assert set(found.contacts["side"]) == {side}
    assert found.steps.empty
    assert set(found.runs["quality"]) == {"one_side"}
    assert found.runs["stride_length_m"].notna().all()


def test_one_foot_sees_the_speed_that_both_see(recording, analysis):
    alone = analysed({RIGHT: recording.streams[RIGHT]})
    np.testing.assert_allclose(alone.runs["peak_speed_m_s"], analysis.runs["peak_speed_m_s"], rtol=0.08)


def test_a_pelvis_alone_tells_contacts_and_no_lengths(two_runs):
    found = analysed({PELVIS: two_runs.recording().streams[PELVIS]})
    assert found.runs["quality"].tolist() == ["no_length", "no_length"]
    assert found.runs["direction"].tolist() == ["unknown", "unknown"]
    assert found.runs["peak_speed_m_s"].isna().all()
    assert found.runs["step_frequency_hz"].between(2.5, 5.0).all()


def test_feet_go_before_the_pelvis(two_runs):
    streams = two_runs.recording().streams
    feet = analysed({LEFT: streams[LEFT], RIGHT: streams[RIGHT]})
    np.testing.assert_array_equal(analysed(streams).contacts["initial_contact_s"], feet.contacts["initial_contact_s"])


def test_a_run_that_the_end_cuts_is_kept_and_told(recording, truth):
    found = analysed(cut(recording, 0.0, truth.mark_s[2]))
    assert found.runs["quality"].tolist() == ["ok", "ok", "cut_end"]
    assert np.isnan(found.runs.loc[2, "deceleration_start_s"])


def test_a_recording_that_begins_in_a_run_is_kept_and_told(recording, truth):
    found = analysed(cut(recording, truth.start_s[0] + 1.5, truth.start_s[1] - 5.0))
    assert found.runs["quality"].tolist() == ["cut_start"]


def _no_run(recording, truth) -> dict[str, dict]:
    times_s = np.arange(0.0, 20.0, 0.005)
    shaken = 6.0 * np.sin(2 * np.pi * 2.0 * times_s)
    return {
        "stand": cut(recording, 0.0, truth.start_s[0] - 0.5),
        "walk back": cut(recording, truth.stop_s[0] + 2.0, truth.start_s[1] - 3.0),
        "shaken": {LEFT: stream_of(LEFT, times_s, shaken, np.zeros((times_s.size, 3)))},
        "lost": {p: without(stream, (2.0, 1e9)) for p, stream in recording.streams.items()},
    }


@pytest.mark.parametrize("name", ["stand", "walk back", "shaken", "lost"])
def test_without_a_run_tables_are_empty_and_a_notice_says_so(recording, truth, name):
    found = analysed(_no_run(recording, truth)[name], Plan.progressive())
    for schema in tables.SCHEMAS:
        assert tables.check(schema, getattr(found, schema.name)).empty
    [notice] = [notice for notice in found.notices if notice.code == "run.none"]
    assert "Check that the sensors were worn" in notice.text


def test_with_runs_there_is_no_notice_that_there_are_none(analysis):
    assert "run.none" not in [notice.code for notice in analysis.notices]


def test_samples_lost_in_a_contact_are_told_and_leave_the_others_alone(recording, analysis, truth):
    contact = analysis.contacts.query("run == 2 and side == 'left'").iloc[3]
    hole = (contact.initial_contact_s - 0.01, contact.initial_contact_s + 0.06)
    found = analysed({LEFT: without(recording.streams[LEFT], hole), RIGHT: recording.streams[RIGHT]})
    assert found.runs["quality"].tolist() == ["ok", "gap", "ok"]
    assert found.runs.loc[1, "received_pct"] < 100.0
    assert set(found.contacts.query("quality == 'gap'")["side"]) == {"left"}
    right = "side == 'right'"
    np.testing.assert_array_equal(
        found.contacts.query(right)["initial_contact_s"], analysis.contacts.query(right)["initial_contact_s"]
    )


def test_rows_that_are_missing_count_as_lost_like_rows_of_nan(recording, truth):
    hole = (truth.start_s[1] + 2.0, truth.start_s[1] + 2.1)
    marked = {p: without(stream, hole) for p, stream in recording.streams.items()}
    dropped = {}
    for placement, stream in recording.streams.items():
        there = (stream.time_s < hole[0]) | (stream.time_s >= hole[1])
        dropped[placement] = SensorStream(
            placement,
            stream.time_s[there],
            stream.acc_m_s2[there],
            stream.gyr_rad_s[there],
            stream.acc_range_m_s2,
            stream.gyr_range_rad_s,
            stream.clipped[there],
        )
    one, other = analysed(marked), analysed(dropped)
    # Times of rows put back lie on the even grid between their neighbours: rounding of floats.
    np.testing.assert_allclose(one.contacts["initial_contact_s"], other.contacts["initial_contact_s"], atol=1e-6)
    np.testing.assert_allclose(one.runs["received_pct"], other.runs["received_pct"], atol=0.2)


def test_losses_in_the_rest_change_no_run(recording, analysis, truth):
    hole = (truth.stop_s[0] + 4.0, truth.start_s[1] - 6.0)
    found = analysed({p: without(stream, hole) for p, stream in recording.streams.items()})
    np.testing.assert_array_equal(found.contacts["initial_contact_s"], analysis.contacts["initial_contact_s"])
    assert found.runs["rest_mode"].tolist() == ["none", "unknown", "active"]


def test_sensors_not_asked_for_are_left_out(recording):
    session = Session(placements=[LEFT])
    for stream in recording.streams.values():
        session.push_samples(stream)
    assert set(session.finish().contacts["side"]) == {"left"}


def test_a_session_that_heard_nothing_says_so():
    with pytest.raises(InputError, match="at least one sensor"):
        Session().finish()
