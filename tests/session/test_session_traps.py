"""Traps that others fell into, walked over from end to end: each of these once spoilt a number in silence."""

from functools import cache

import numpy as np
import pytest
from made_streams import LEFT, RIGHT, without

import analyzer
from analyzer.model import Analysis, Plan, Recording, SensorStream
from analyzer.session import Session
from analyzer.units import G_M_S2
from analyzer.virtual import SensorModel, simulate, steady

FEET = (LEFT, RIGHT)


def with_foot(recording: Recording, foot: SensorStream) -> Analysis:
    """Analyse the recording with another stream of one foot."""
    return analyzer.analyze(Recording(dict(recording.streams) | {foot.placement: foot}, recording.plan))


def test_one_lost_sample_in_the_first_stand_poisons_nothing(recording, analysis):
    stream = recording.streams[LEFT]
    lost = without(stream, (1.0, 1.004))
    assert np.isnan(lost.acc_m_s2).any(axis=1).sum() == 1
    found = with_foot(recording, lost)
    # Rounding alone: through a recursive filter a NaN would take every contact of the foot with it.
    for table, column in (("contacts", "initial_contact_s"), ("strides", "stride_length_m")):
        np.testing.assert_allclose(getattr(found, table)[column], getattr(analysis, table)[column], atol=1e-9)


def lost_packet(recording, analysis, run: int):
    """The recording without 50 ms around one landing of a run, and the row of that contact."""
    rows = analysis.contacts.query(f"run == {run} and side == 'left' and quality == 'ok'")
    row = rows.index[len(rows) // 2]
    landing_s = analysis.contacts["initial_contact_s"][row]
    return with_foot(recording, without(recording.streams[LEFT], (landing_s - 0.03, landing_s + 0.02))), row


@pytest.mark.parametrize("run", [1, 3])
def test_a_bridged_landing_is_marked_and_leaves_the_contact_time_of_its_stage(recording, analysis, run):
    found, row = lost_packet(recording, analysis, run)
    touched = found.contacts.query("quality == 'gap'")
    np.testing.assert_allclose(touched["toe_off_s"], [analysis.contacts["toe_off_s"][row]], atol=0.010)
    here, there = found.stages.iloc[run - 1], analysis.stages.iloc[run - 1]
    # One contact fewer: the median goes on to a neighbouring value, not to that of a straight line over the impact.
    assert here["contact_time_s"] == pytest.approx(there["contact_time_s"], abs=0.004)


def test_the_share_received_tells_of_a_lost_packet(recording, analysis):
    found, _ = lost_packet(recording, analysis, 2)
    assert (found.runs["received_pct"] < 100.0).tolist() == [False, True, False]


@pytest.mark.parametrize("rate_error", [0.0, 0.03])
def test_strides_last_as_long_as_they_do_whatever_the_sensor_is_sold_as(rate_error):
    # Up to 3 % beside its nominal rate: counted samples would be wrong by as much, device ticks are not.
    practice = steady(6.0, 8.0, seed=2, placements=FEET, model=SensorModel(rate_error=rate_error))
    session = Session()
    for payload in practice.payloads():
        session.push(payload)
    truth_s = (practice.truth.strides["end_s"] - practice.truth.strides["start_s"]).mean()
    assert session.finish().strides["stride_time_s"].mean() == pytest.approx(truth_s, rel=0.003)


@cache
def clipped_run(acc_range_m_s2: float) -> Recording:
    return steady(5.0, 6.0, seed=1, placements=FEET, model=SensorModel(acc_range_m_s2=acc_range_m_s2)).recording()


def test_clipping_is_seen_where_the_sensor_filters_after_it():
    stream = clipped_run(8 * G_M_S2).streams[LEFT]
    seen = np.abs(stream.acc_m_s2)
    below = (seen < 0.9999 * stream.acc_range_m_s2) & stream.clipped[:, :3]
    assert below.sum() >= 20


def test_a_sensor_at_its_limit_states_wider_intervals():
    narrow, wide = (analyzer.analyze(clipped_run(limit)).strides for limit in (8 * G_M_S2, 64 * G_M_S2))
    assert narrow["stride_length_sd_m"].median() > 1.1 * wide["stride_length_sd_m"].median()


@pytest.mark.parametrize("speed_m_s", [3.0, 5.5, 8.5])
def test_no_number_is_that_of_a_step_where_it_says_stride(speed_m_s):
    practice = steady(speed_m_s, 8.0, seed=5, placements=FEET)
    found, truth = analyzer.analyze(practice.recording()), practice.truth
    length_m = truth.strides["stride_length_m"].median()
    steps_a_second = 2.0 / (truth.strides["end_s"] - truth.strides["start_s"]).median()
    # A twentieth is far from the factor of two.
    assert found.strides["stride_length_m"].median() == pytest.approx(length_m, rel=0.05)
    assert found.runs["stride_length_m"][0] == pytest.approx(length_m, rel=0.05)
    assert found.steps["step_length_m"].median() == pytest.approx(length_m / 2, rel=0.05)
    assert found.runs["step_frequency_hz"][0] == pytest.approx(steps_a_second, rel=0.02)


def test_overground_and_treadmill_measure_the_same_stride():
    # To a sensor a belt at constant speed is no motion at all: a mid-run stretch of a practice is such a recording.
    practice = simulate(seed=6, plan=Plan.progressive(25.0, (75.0,)), placements=FEET)
    recording = practice.recording()
    whole = analyzer.analyze(recording)
    fly = whole.strides.query("phase == 'fly'")
    begin_s, end_s = float(fly["start_s"].min()) - 0.6, float(fly["end_s"].max()) + 0.6
    stretch = {placement: stream.between(begin_s, end_s) for placement, stream in recording.streams.items()}
    alone = analyzer.analyze(Recording(stretch)).strides
    pairs = [
        (row.stride_length_m, alone.loc[(alone["start_s"] - row.start_s).abs().idxmin(), "stride_length_m"])
        for row in fly.itertuples()
    ]
    assert len(pairs) >= 4
    # Without stand, start and end: only what filters carry over from beyond the cut.
    np.testing.assert_allclose([one for one, _ in pairs], [other for _, other in pairs], rtol=0.005)
