"""A live session and the replay of its capture say the same, to the last digit."""

from dataclasses import replace

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import analyzer
from analyzer.acquire.capture import CaptureWriter
from analyzer.model import Analysis, Characteristic, Placement, Plan, TimedPayload
from analyzer.session import RunResult
from analyzer.tables import CONTACTS, build
from analyzer.virtual import SensorModel, simulate, steady

TABLES = ("contacts", "strides", "steps", "runs", "stages", "segments", "rules")
FEET = (Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
WITH_PELVIS = (Placement.PELVIS, *FEET)


def assert_same(one: Analysis, other: Analysis) -> None:
    for table in TABLES:
        assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)
    # As a table, in which NaN equals NaN.
    assert_frame_equal(pd.DataFrame(one.findings), pd.DataFrame(other.findings), check_exact=True)
    assert one.notices == other.notices


def live_and_replayed(practice, path, payloads=None) -> tuple[Analysis, Analysis, list[RunResult]]:
    """Push payloads into a session while they are captured, then read the capture and analyse it."""
    session = analyzer.Session(practice.plan, practice.athlete)
    ended = []
    with CaptureWriter(path, plan=practice.plan, athlete=practice.athlete, simulated=True) as writer:
        for payload in practice.payloads() if payloads is None else payloads:
            writer.payload(payload)
            ended += session.push(payload)
    return session.finish(), analyzer.analyze(analyzer.read(path)), ended


@pytest.mark.parametrize(
    ("scenario", "placements"), [("clean", FEET), ("drops-packets", WITH_PELVIS), ("clean", (Placement.PELVIS,))]
)
def test_a_replayed_practice_says_what_it_said_live(scenario, placements, two_runs, tmp_path):
    practice = simulate(scenario, 5, Plan.progressive(12.0, (60.0, 100.0)), placements)
    live, replayed, _ = live_and_replayed(practice, tmp_path / "practice.mcap")
    assert len(live.runs) == 2
    assert_same(live, replayed)


def test_a_replayed_steady_run_says_what_it_said_live(tmp_path):
    live, replayed, _ = live_and_replayed(steady(6.0, 8.0, placements=WITH_PELVIS), tmp_path / "steady.mcap")
    assert len(live.runs) == 1
    assert_same(live, replayed)


def test_payloads_that_break_the_protocol_are_told_live_and_replayed(two_runs, tmp_path):
    broken = []
    for number, payload in enumerate(two_runs.payloads()):
        broken.append(payload)
        if number == 500:
            broken.append(TimedPayload(payload.sensor, b"\x00\xff", payload.received_s))
    live, replayed, _ = live_and_replayed(two_runs, tmp_path / "broken.mcap", broken)
    assert "sensor.bad_payload" in [notice.code for notice in live.notices]
    assert_same(live, replayed)


def test_a_link_that_breaks_for_seconds_says_the_same_live_and_replayed(two_runs, tmp_path):
    payloads = [p for p in two_runs.payloads() if not (p.sensor == "left_foot" and 3.0 < p.received_s < 6.5)]
    live, replayed, _ = live_and_replayed(two_runs, tmp_path / "gap.mcap", payloads)
    assert live.runs.loc[0, "received_pct"] < 90.0
    assert_same(live, replayed)


def test_every_run_is_handed_out_soon_after_it_has_ended(two_runs):
    session = analyzer.Session()
    heard_s = {}
    for payload in two_runs.payloads():
        for result in session.push(payload):
            heard_s[result.number] = payload.received_s - result.record.stop_s
    assert list(heard_s) == [1, 2]
    # A card within seconds of the finish: calm must last, and slowing steps belong to the run.
    assert max(heard_s.values()) < 4.0


def test_what_was_handed_out_is_what_the_table_holds(two_runs, tmp_path):
    live, _, ended = live_and_replayed(two_runs, tmp_path / "practice.mcap")
    for result, row in zip(ended, live.runs.itertuples(), strict=True):
        assert (result.number, result.record.start_s, result.record.stop_s) == (row.run, row.start_s, row.stop_s)
        assert result.record.peak_speed_m_s == row.peak_speed_m_s
        rows = live.contacts[live.contacts["run"] == row.run].reset_index(drop=True)
        assert_frame_equal(build(CONTACTS, result.record.contacts).assign(run=row.run), rows, check_exact=True)


def test_a_capture_of_the_same_practice_with_another_plan_keeps_its_contacts(two_runs, tmp_path):
    path = tmp_path / "practice.mcap"
    with CaptureWriter(path, plan=two_runs.plan) as writer:
        for payload in two_runs.payloads():
            writer.payload(payload)
    planned = analyzer.analyze(analyzer.read(path))
    unplanned = analyzer.analyze(replace(analyzer.read(path), plan=None))
    assert_frame_equal(planned.contacts, unplanned.contacts, check_exact=True)
    assert unplanned.runs["asked_effort_pct"].isna().all()


def test_samples_held_back_for_the_clock_come_with_the_end(two_runs):
    session = analyzer.Session()
    # The right foot is switched on so late that its clock is not known when the practice ends.
    for payload in two_runs.payloads():
        awake_s = 2.5 if payload.sensor == "right_foot" and payload.characteristic is Characteristic.LIVE else 0.0
        if awake_s <= payload.received_s < 3.0:
            session.push(payload)
    late = session.finish().recording.streams[Placement.RIGHT_FOOT]
    assert late.time_s[-1] - late.time_s[0] > 0.3


def test_sensors_whose_clocks_drift_apart_are_brought_together():
    # Many times worse than usual crystals: without correction the feet end a sixth of a step apart.
    drifting = SensorModel(clock_drift=300e-6)
    practice = simulate(seed=3, plan=Plan.progressive(12.0, (60.0, 100.0)), placements=FEET, model=drifting)
    session = analyzer.Session()
    for payload in practice.payloads():
        session.push(payload)
    lags_s = {}
    for source, found in (("wire", analyzer.analyze(practice.recording())), ("air", session.finish())):
        last = found.contacts.query("run == 2").groupby("side")["initial_contact_s"].max()
        lags_s[source] = last["right"] - last["left"]
    # Half a sample.
    assert lags_s["air"] == pytest.approx(lags_s["wire"], abs=0.0025)
