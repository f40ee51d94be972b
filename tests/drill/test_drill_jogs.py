"""Jogging is told from running by the practice around it."""

import math

import pytest

import analyzer
from analyzer.drill.detection.jogs import without_jogs
from analyzer.drill.record import RunRecord
from analyzer.model import Placement
from analyzer.virtual import simulate

FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)


def record(start_s: float, duration_s: float, peak_m_s: float, *, from_stand: bool = True) -> RunRecord:
    return RunRecord(
        start_s=start_s,
        stop_s=start_s + duration_s,
        deceleration_start_s=math.nan,
        peak_speed_m_s=peak_m_s,
        peak_speed_sd_m_s=0.1,
        way_m=peak_m_s * duration_s,
        received_pct=100.0,
        troubles=(),
        contacts={},
        strides={},
        steps={},
        used=FEET,
        travel_axes={},
        start_seen=from_stand,
    )


def starts(records: list[RunRecord]) -> list[float]:
    return [run.start_s for run in without_jogs(records)[0]]


def test_a_long_slow_lap_beside_a_sprint_is_a_jog():
    assert starts([record(0.0, 22.0, 2.7), record(60.0, 5.0, 7.5)]) == [60.0]


def test_a_slow_stretch_out_of_a_walk_is_a_jog_however_short():
    assert starts([record(0.0, 5.0, 7.5), record(20.0, 6.0, 2.6, from_stand=False)]) == [0.0]


def test_a_short_slow_run_from_a_stand_is_a_run():
    assert starts([record(0.0, 7.0, 3.0), record(60.0, 5.0, 7.5)]) == [0.0, 60.0]


def test_a_practice_that_is_slow_throughout_has_no_jogs():
    assert starts([record(0.0, 30.0, 2.5, from_stand=False), record(60.0, 30.0, 2.8)]) == [0.0, 60.0]


def test_the_only_run_of_a_recording_is_never_a_jog():
    assert starts([record(0.0, 3600.0, math.nan, from_stand=False)]) == [0.0]


def test_without_speeds_only_what_is_very_long_is_a_jog():
    assert starts([record(0.0, 22.0, math.nan), record(60.0, 8.0, math.nan)]) == [60.0]


def test_what_was_left_out_is_said_with_its_times():
    _, (notice,) = without_jogs([record(6.0, 22.0, 2.7), record(60.0, 5.0, 7.5)])
    assert notice.code == "run.jogged"
    assert "6-28 s" in notice.text


@pytest.mark.parametrize("seed", [3, 6])
def test_no_jog_and_no_fidgeting_of_a_practice_is_a_run(seed):
    practice = simulate("everyday-noise", seed, placements=FEET)
    found, truth = analyzer.analyze(practice.recording()).runs, practice.truth.runs
    assert len(found) == len(truth)
    assert ((found["start_s"] - truth["start_s"]).abs() < 0.3).all()
