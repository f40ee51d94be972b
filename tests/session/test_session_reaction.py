"""A virtual practice with start signals, from capture to reaction times."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import analyzer
from analyzer.acquire.capture import CaptureWriter
from analyzer.acquire.read import read
from analyzer.model import Analysis, CueMark, Placement, Plan, PlannedRun, Recording
from analyzer.session import Session
from analyzer.virtual import VirtualPractice, simulate

REACTIONS_S = (0.21, 0.26)


def cues(practice: VirtualPractice) -> tuple[CueMark, ...]:
    starts = practice.truth.runs["start_s"]
    return tuple(CueMark(start - after, shown="visual") for start, after in zip(starts, REACTIONS_S, strict=True))


@pytest.fixture(scope="module")
def captured(two_runs: VirtualPractice, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    path = tmp_path_factory.mktemp("cue") / "practice.mcap"
    with CaptureWriter(path, simulated=True) as writer:
        for cue in cues(two_runs):
            writer.mark(cue)
        for payload in two_runs.payloads():
            # The pelvis alone: it tells the start, and is quick to analyse.
            if payload.sensor == Placement.PELVIS.value:
                writer.payload(payload)
    return read(path)


@pytest.fixture(scope="module")
def reacted(captured: Recording) -> Analysis:
    return analyzer.analyze(captured)


def test_reactions_come_out_within_their_uncertainty(reacted: Analysis) -> None:
    # Two standard uncertainties: detection, clock and radio together.
    off_s = reacted.runs["reaction_time_s"].to_numpy() - np.array(REACTIONS_S)
    np.testing.assert_array_less(np.abs(off_s), 2 * reacted.runs["reaction_time_sd_s"])


def test_the_table_and_the_reactions_agree(reacted: Analysis) -> None:
    assert [one.time_s for one in reacted.reactions] == reacted.runs["reaction_time_s"].tolist()
    assert [one.run for one in reacted.reactions] == [1, 2]


def test_clock_and_radio_are_in_the_budget_of_a_capture(reacted: Analysis) -> None:
    assert [part.name for part in reacted.reactions[0].parts] == ["first movement", "clock fit", "radio"]


def test_signals_given_live_count_as_in_the_replay(captured: Recording, reacted: Analysis) -> None:
    session = Session(placements=captured.streams)
    for mark in captured.marks:
        session.mark(mark)
    for payload in captured.payloads:
        session.push(payload)
    pd.testing.assert_frame_equal(session.finish().runs, reacted.runs)


def test_without_signals_only_the_reaction_columns_change(captured: Recording, reacted: Analysis) -> None:
    silent = analyzer.analyze(replace(captured, marks=()))
    changed = ["reaction_time_s", "reaction_time_sd_s", "cue_delay", "start_flag"]
    pd.testing.assert_frame_equal(silent.runs.drop(columns=changed), reacted.runs.drop(columns=changed))
    assert silent.runs["reaction_time_s"].isna().all()
    assert silent.reactions == ()


def test_a_plan_with_signals_needs_them_in_the_recording(captured: Recording) -> None:
    plan = Plan((PlannedRun(60.0, 12.0, start_cue="visual"), PlannedRun(100.0, 12.0, start_cue="visual")))
    silent = analyzer.analyze(replace(captured, marks=(), plan=plan))
    assert "reaction.no_cue" in [notice.code for notice in silent.notices]


@pytest.fixture(scope="module")
def reaction_drill() -> tuple[VirtualPractice, Analysis]:
    """Return four runs over 10 yd on a signal, of which the third begins with a false step."""
    practice = simulate("reaction", seed=1, placements=(Placement.LEFT_FOOT, Placement.RIGHT_FOOT))
    return practice, analyzer.analyze(practice.recording())


def test_a_false_step_of_an_athlete_is_seen(reaction_drill: tuple[VirtualPractice, Analysis]) -> None:
    flags = [flag.split(";") for flag in reaction_drill[1].runs["start_flag"]]
    assert ["false_step" in flag for flag in flags] == [False, False, True, False]


def test_a_run_with_a_false_step_begins_with_it(reaction_drill: tuple[VirtualPractice, Analysis]) -> None:
    practice, analysis = reaction_drill
    first_s = practice.truth.courses["first_movement_s"].to_numpy()
    np.testing.assert_allclose(analysis.runs["start_s"], first_s, atol=0.06)


def test_runs_over_ten_yards_are_taken_for_such(reaction_drill: tuple[VirtualPractice, Analysis]) -> None:
    analysis = reaction_drill[1]
    assert "plan.distance" not in [notice.code for notice in analysis.notices]
    assert analysis.runs["distance_m"].tolist() == pytest.approx([9.144] * 4)
