"""The speed benchmark runs and fills its table; how long anything takes is not tested."""

import pytest

from analyzer.model import Recording
from analyzer.session import analyze
from benchmarks.speed import main, table
from benchmarks.speed_measure import CASE_NAMES, COLUMNS, PIECES, measured
from benchmarks.speed_recordings import continuous, practice, short_run


@pytest.fixture(scope="module")
def row():
    return measured(CASE_NAMES[0], repeats=1)


def test_the_smallest_case_has_every_column(row):
    assert row.keys() == set(COLUMNS)
    assert row["case"] == CASE_NAMES[0]


def test_every_piece_of_the_smallest_case_took_some_time(row):
    assert all(row[piece] > 0 for piece in PIECES)


def test_the_table_has_a_row_for_each_case_under_its_heads(row):
    head, _, *rows = table([row, {"case": "a peer"}]).splitlines()
    assert [cell.strip() for cell in head.strip("|").split("|")] == list(COLUMNS)
    assert [line.count("|") for line in rows] == [head.count("|")] * 2


def test_an_unknown_case_is_refused_with_those_there_are(capsys):
    assert main(["--only", "no such case"]) == 2
    assert CASE_NAMES[0] in capsys.readouterr().err


def test_a_short_run_is_one_run_of_six_sensors():
    recording = Recording.from_arrays(short_run(5.0))
    assert len(recording.streams) == 6
    assert len(analyze(recording).runs) == 1


def test_a_practice_has_three_runs_a_set():
    assert len(analyze(Recording.from_arrays(practice(300.0, 2))).runs) == 6


def test_running_without_a_pause_is_one_run_however_long():
    analysis = analyze(Recording.from_arrays(continuous(50.0, 100.0)))
    assert len(analysis.runs) == 1
    assert float(analysis.runs["stop_s"].iloc[0]) > 45.0
