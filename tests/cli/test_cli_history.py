"""``--history`` and ``--date``, from result folders to notices and runs to compare with."""

import argparse
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyzer.cli import history
from analyzer.cli.main import main
from analyzer.errors import InputError
from analyzer.library import read_library
from analyzer.model import Athlete, Placement, Recording, SensorStream

HEAD = "run,direction,distance_m,peak_speed_m_s,peak_speed_sd_m_s\n"


def results(
    folder: Path, day: str = "2026-04-01", athlete: str = "Kim", rows: str = "1,forward,18.288,8.4,0.1\n"
) -> None:
    folder.mkdir(parents=True)
    (folder / "runs.csv").write_text(HEAD + rows)
    source = {"sha256": folder.name} | ({"recorded_on": day} if day else {})
    about = {"simulated": False, "athlete": {"id": athlete}, "source": source}
    (folder / "provenance.json").write_text(json.dumps(about))


def recording(athlete: str = "Kim", day: str = "2026-04-12") -> Recording:
    signals = {"time_s": np.arange(100) / 200, "acc_m_s2": np.tile([0.0, 0.0, 9.8], (100, 1))}
    stream = SensorStream.from_arrays(Placement.LEFT_FOOT, signals)
    source = {"sha256": "today"} | ({"recorded_on": day} if day else {})
    return replace(Recording({Placement.LEFT_FOOT: stream}, athlete=Athlete(athlete)), source=source)


def asked(*argv: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    history.add_history(parser)
    return parser.parse_args([str(word) for word in argv])


def test_earlier_runs_are_found_below_the_folder(tmp_path: Path) -> None:
    results(tmp_path / "april" / "tuesday", rows="1,forward,18.288,8.4,0.1\n2,backward,,,\n")
    _, past = history.with_history(asked("--history", tmp_path), recording())
    assert [(run.label, run.peak_speed_m_s) for run in past] == [("2026-04-01 tuesday run 1", 8.4)]


def test_without_history_nothing_is_read_and_nothing_said() -> None:
    given = recording()
    assert history.with_history(asked(), given) == (given, ())


def test_the_day_on_the_command_line_goes_before_the_recorded_one() -> None:
    given, _ = history.with_history(asked("--date", "2026-05-01"), recording())
    assert given.source["recorded_on"] == "2026-05-01"


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (recording(athlete=""), "history.no_athlete", "--athlete"),
        (recording(day=""), "history.no_day", "--date"),
        (recording(athlete="Lee"), "history.none", "No run of Lee in the 28 days up to 2026-04-12"),
    ],
)
def test_why_nothing_is_compared_is_said(given: Recording, code: str, words: str, tmp_path: Path) -> None:
    results(tmp_path / "tuesday")
    changed, past = history.with_history(asked("--history", tmp_path), given)
    assert past == ()
    assert [notice.code for notice in changed.notices] == [code]
    assert words in changed.notices[0].text


def test_results_without_a_day_or_broken_ones_are_told_and_the_others_count(tmp_path: Path) -> None:
    results(tmp_path / "a")
    results(tmp_path / "b", day="")
    results(tmp_path / "c", rows="one,forward,1,2,3\n")
    results(tmp_path / "d", day="yesterday")
    library = read_library(tmp_path)
    assert [practice.recorded_on for practice in library.practices] == [date(2026, 4, 1)]
    assert (library.undated, library.unreadable) == (("b",), ("c", "d"))
    changed, past = history.with_history(asked("--history", tmp_path), recording())
    assert len(past) == 1
    assert {notice.code for notice in changed.notices} == {"history.undated", "history.unreadable"}


def test_a_history_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        read_library(tmp_path / "nowhere")


def test_tables_without_provenance_are_no_results(tmp_path: Path) -> None:
    results(tmp_path / "truth")
    (tmp_path / "truth" / "provenance.json").unlink()
    assert read_library(tmp_path).practices == ()


def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked("--date", "12.4.2026")
    assert "write it such as 2026-04-12" in capsys.readouterr().err


def test_a_second_practice_is_held_against_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = Path(__file__).parents[2] / "sample_data" / "csv"
    for name, note in (("first", ""), ("second", "# another recording\n")):
        shutil.copytree(sample, tmp_path / name)
        description = tmp_path / name / "recording.toml"
        # Another digest, as the same recording would be no history.
        description.write_text(note + description.read_text())
    out = tmp_path / "results"
    kim = ("--athlete", "Kim", "--plan", "progressive")
    words = [tmp_path / "first", "--out", out / "first", "--date", "2026-04-01", *kim]
    assert main(["analyze", *map(str, words)]) == 0
    words = [tmp_path / "second", "--out", out / "second", "--date", "2026-04-12", "--history", out, *kim]
    assert main(["analyze", *map(str, words)]) == 0
    runs = pd.read_csv(out / "second" / "runs.csv")
    np.testing.assert_allclose(runs["achieved_of_best_pct"], runs["achieved_pct"], rtol=1e-9)
    assert set(runs["best_reference"]) == {"2026-04-01 first run 3"}
    text = " ".join(capsys.readouterr().out.split())
    assert "Run 3 was 100 % of the best of the last 28 days (2026-04-01 first run 3)." in text
