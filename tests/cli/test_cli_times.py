"""Times of runs on the command line and beside a plan."""

import argparse
import math
from pathlib import Path

import pytest

from analyzer.cli import options, times
from analyzer.errors import InputError
from analyzer.model import Timing


def parsed(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.add_plan(parser)
    times.add_times(parser)
    return parser.parse_args(argv)


def written(folder: Path, text: str) -> Path:
    path = folder / times.TIMES_NAME
    path.write_text(text, encoding="utf-8")
    return path


def test_a_time_over_the_planned_distance() -> None:
    [timing] = times.times_of(parsed("--time", "3=2.95"))
    assert (timing.run, timing.time_s, math.isnan(timing.distance_m)) == (3, 2.95, True)


def test_a_time_brings_its_own_distance() -> None:
    assert times.times_of(parsed("--time", "3=2.95@20yd")) == (Timing(3, 2.95, 18.288),)


@pytest.mark.parametrize("text", ["2.95", "3=", "three=2.95", "3=2.95@20", "3=2.95@"])
def test_a_time_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--time", text)
    assert "write" in capsys.readouterr().err


def test_a_file_tells_gates_from_stopwatches(tmp_path: Path) -> None:
    path = written(tmp_path, '[[time]]\nrun = 2\ntime_s = 3\ndistance = "15yd"\nmethod = "gate"\nstart = "gate"\n')
    assert times.read_times(path) == (Timing(2, 3.0, 13.716, "gate", "gate"),)


def test_the_file_beside_the_plan_is_read(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.touch()
    written(tmp_path, "[[time]]\nrun = 1\ntime_s = 3.3\n")
    assert [timing.time_s for timing in times.times_of(parsed("--plan", str(plan)))] == [3.3]


def test_the_command_line_counts_before_the_file(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.touch()
    written(tmp_path, "[[time]]\nrun = 1\ntime_s = 3.3\n")
    assert [t.time_s for t in times.times_of(parsed("--plan", str(plan), "--time", "1=3.1"))] == [3.1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[time]]\nrun = 1\n", "needs run"),
        ("[[time]]\nrun = 1.5\ntime_s = 3\n", "whole number"),
        ("[[time]]\nrun = 1\ntime_s = 3\nwatch = 2\n", "unknown watch"),
        ('[[time]]\nrun = 1\ntime_s = 3\nmethod = "sundial"\n', "known are stopwatch, gate"),
        ('[[time]]\nrun = 1\ntime_s = 3\ndistance = "20"\n', "number and a unit"),
        ("[time]\nrun = 1\n", "written as"),
        ("time = [", "TOML"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says.replace("[", r"\[")):
        times.read_times(written(tmp_path, text))
