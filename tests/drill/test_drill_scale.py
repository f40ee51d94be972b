"""Lengths anchored by a time over a known distance."""

from dataclasses import replace

import numpy as np
import pytest
from made_runs import ORIGIN_S, run, truth

from analyzer.drill.speed.acceleration import time_at_s
from analyzer.drill.speed.scale import Scale, ScaleConfig, anchored, fused, profile_of, scaled, timed_scale
from analyzer.model import Timing
from analyzer.rows import count

MARK_M = 15.0
MARK_S = float(time_at_s(truth(), np.array([MARK_M]))[0]) - ORIGIN_S


def told(record, timing):
    config = ScaleConfig()
    return timed_scale(profile_of(record, config.profile), record.start_s, timing, MARK_M)


def only(record, timing, planned_m=float("nan")):
    [found], notices = anchored([record], [timing], [planned_m])
    return found, notices


@pytest.mark.parametrize("scale", [0.95, 1.0, 1.04])
def test_a_true_time_tells_how_much_too_long_the_strides_are(scale):
    # The origin's prior holds back a little: relative.
    assert told(run(scale=scale), Timing(1, MARK_S, MARK_M, "gate")).factor == pytest.approx(1 / scale, abs=0.01)


def test_a_gate_tells_more_than_a_hand():
    gate, hand = (told(run(), Timing(1, MARK_S, MARK_M, method)).sd for method in ("gate", "stopwatch"))
    assert gate < 0.6 * hand


@pytest.mark.parametrize(("start", "lag_s"), [("gate", -0.20), ("signal", 0.22)])
def test_what_started_the_clock_is_taken_off_the_time_and_costs_certainty(start, lag_s):
    plain = told(run(), Timing(1, MARK_S, MARK_M, "gate"))
    other = told(run(), Timing(1, MARK_S + lag_s, MARK_M, "gate", start))
    assert other.factor == pytest.approx(plain.factor, abs=1e-6)
    assert other.sd > plain.sd


def test_two_equal_witnesses_meet_half_way():
    assert fused(0.02, Scale(1.04, 0.02)).factor == pytest.approx(1.02)
    assert fused(0.02, Scale(1.04, 0.02)).sd == pytest.approx(0.02 / np.sqrt(2))


def test_a_witness_that_knows_nothing_changes_nothing():
    assert fused(0.02, Scale(1.5, 1e6)).factor == pytest.approx(1.0)
    assert fused(0.02, Scale(1.5, 1e6)).sd == pytest.approx(0.02)


def test_a_time_moves_the_lengths_towards_the_truth():
    record = run(scale=0.95)
    found, notices = only(record, Timing(1, MARK_S, MARK_M, "gate"))
    ratio = found.strides["stride_length_m"] / record.strides["stride_length_m"]
    assert 1.01 < ratio[0] < 1 / 0.95
    assert notices == ()


def test_anchored_strides_say_so_and_are_surer():
    record = run(scale=0.97, sd=0.15)
    found, _ = only(record, Timing(1, MARK_S, MARK_M, "gate"))
    assert set(found.strides["length_source"]) == {"anchored"}
    assert (found.strides["stride_length_sd_m"] < record.strides["stride_length_sd_m"]).all()


def test_speeds_steps_and_peak_follow_the_lengths():
    record = run()
    found = scaled(record, Scale(1.02, 0.01))
    np.testing.assert_allclose(found.strides["speed_m_s"], 1.02 * record.strides["speed_m_s"])
    inner = np.isfinite(found.steps["speed_m_s"])
    assert (found.steps["speed_m_s"][inner] > record.steps["speed_m_s"][inner]).mean() > 0.8
    assert found.peak_speed_m_s > record.peak_speed_m_s


def test_an_unknown_length_stays_unknown():
    record = run()
    fourth = np.arange(count(record.strides)) == 3
    unknown = {
        name: np.where(fourth, np.nan, record.strides[name])
        for name in ("stride_length_m", "stride_length_sd_m", "speed_m_s")
    }
    source = np.where(fourth, "none", record.strides["length_source"])
    part = replace(record, strides={**record.strides, **unknown, "length_source": source})
    found = scaled(part, Scale(1.02, 0.01))
    assert np.isnan(found.strides["stride_length_m"][3])
    assert found.strides["length_source"][3] == "none"


def test_the_planned_distance_is_taken_where_the_time_names_none():
    found, notices = only(run(scale=0.96), Timing(1, MARK_S, method="gate"), planned_m=MARK_M)
    assert found.scale_sd < 0.02
    assert notices == ()


def test_a_run_without_a_time_is_left_alone():
    record = run()
    [found], _ = anchored([record], [], [MARK_M])
    assert found is record


@pytest.mark.parametrize(
    ("timing", "says"),
    [
        (Timing(2, MARK_S, MARK_M), "only 1 runs were found"),
        (Timing(1, MARK_S), "its distance is not known"),
        (Timing(1, 1.3 * MARK_S, MARK_M), "% shorter than measured"),
        (Timing(1, 9.0, 60.0), "begun to slow down"),
    ],
    ids=["no run", "no distance", "a slip", "too late"],
)
def test_a_time_that_cannot_be_used_says_why_and_changes_nothing(timing, says):
    record = run()
    found, [notice] = only(record, timing)
    assert says in notice.text
    assert found is record
