import contextlib
import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from analyzer.acquire.read import read
from analyzer.cli.demo import CAPTURE_NAME
from analyzer.cli.main import main
from analyzer.report.exports import RESULT_FILES


class Done(NamedTuple):
    folder: Path
    code: int
    out: str
    err: str


def psr(*argv: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(word) for word in argv])
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    return Done(folder, *psr("demo", "--out", folder))


def test_the_demo_succeeds_and_leaves_capture_and_results(done: Done) -> None:
    assert done.code == 0
    assert {path.name for path in done.folder.iterdir()} == {CAPTURE_NAME, *RESULT_FILES}


def test_the_demo_finds_three_stages(done: Done) -> None:
    assert [row.split(",")[0] for row in (done.folder / "stages.csv").read_text().splitlines()[1:]] == [
        "50",
        "75",
        "100",
    ]


def test_the_demo_says_that_it_is_simulated_everywhere(done: Done) -> None:
    assert done.out.startswith("*** SIMULATED")
    assert "<title>SIMULATED" in (done.folder / "report.html").read_text()
    assert json.loads((done.folder / "provenance.json").read_text())["simulated"] is True
    assert read(done.folder / CAPTURE_NAME).simulated


def test_results_go_to_stdout_and_progress_to_stderr(done: Done) -> None:
    assert "No sensor needed" in done.err
    assert "No sensor needed" not in done.out
    assert "report.html" in done.err


def test_the_demo_may_replace_its_own_results_as_json(done: Done) -> None:
    code, out, _ = psr("demo", "--out", done.folder, "--json")
    assert code == 0
    assert json.loads(out)["simulated"] is True


def test_the_demo_does_not_touch_what_is_not_its_own(done: Done, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("mine")
    code, _, err = psr("demo", "--out", tmp_path)
    assert (code, (tmp_path / "report.html").read_text()) == (2, "mine")
    assert "--force" in err


def test_scenarios_are_listed() -> None:
    code, out, _ = psr("demo", "--list")
    assert code == 0
    assert out.startswith("clean")


def test_an_unknown_scenario_names_those_there_are(tmp_path: Path) -> None:
    code, _, err = psr("demo", "--scenario", "levitation", "--out", tmp_path / "out")
    assert code == 2
    assert "clean" in err
    assert not (tmp_path / "out").exists()


def test_analysing_the_capture_again_gives_the_same_tables(done: Done, tmp_path: Path) -> None:
    code, _, _ = psr("analyze", done.folder / CAPTURE_NAME, "--out", tmp_path / "again")
    assert code == 0
    for name in ("contacts.csv", "strides.csv", "steps.csv", "runs.csv", "stages.csv", "findings.json"):
        assert (tmp_path / "again" / name).read_bytes() == (done.folder / name).read_bytes()


def test_only_the_sensors_asked_for_are_used(done: Done, tmp_path: Path) -> None:
    psr("analyze", done.folder / CAPTURE_NAME, "--out", tmp_path / "one", "--sensors", "left_foot")
    rows = (tmp_path / "one" / "contacts.csv").read_text().splitlines()[1:]
    assert {row.split(",")[1] for row in rows} == {"left"}


def test_a_sensor_that_was_not_worn_is_named_with_those_that_were(done: Done, tmp_path: Path) -> None:
    code, _, err = psr("analyze", done.folder / CAPTURE_NAME, "--out", tmp_path / "x", "--sensors", "left_shank")
    assert code == 2
    assert "no sensor on left_shank; the recording has left_foot, right_foot" in err


def test_results_are_not_overwritten_without_force(done: Done, tmp_path: Path) -> None:
    capture = done.folder / CAPTURE_NAME
    assert psr("analyze", capture, "--out", done.folder)[0] == 2
    assert psr("analyze", capture, "--out", done.folder, "--force")[0] == 0


def test_several_recordings_go_to_folders_of_their_own_and_a_bad_one_stops_nothing(done: Done, tmp_path: Path) -> None:
    (tmp_path / "broken.mcap").write_bytes(b"no capture")
    good = tmp_path / "good.mcap"
    good.write_bytes((done.folder / CAPTURE_NAME).read_bytes())
    code, out, err = psr("analyze", tmp_path / "broken.mcap", good, "--out", tmp_path / "out", "--json")
    assert code == 2
    assert [document["exit_code"] for document in json.loads(out)] == [2, 0]
    assert (tmp_path / "out" / "good" / "report.html").exists()
    assert not (tmp_path / "out" / "broken").exists()
    assert "2/2 good" in err


def test_two_recordings_of_one_name_are_refused(done: Done, tmp_path: Path) -> None:
    capture = done.folder / CAPTURE_NAME
    code, _, err = psr("analyze", capture, capture, "--out", tmp_path / "out")
    assert code == 2
    assert "would both write" in err


def test_a_recording_without_a_run_is_exit_code_3_and_still_has_a_page(tmp_path: Path) -> None:
    folder = tmp_path / "still"
    folder.mkdir()
    rows = "".join(f"{index / 200},0.01,{0.02 * (index % 2)},9.81\n" for index in range(4000))
    (folder / "left.csv").write_text("t,x,y,z\n" + rows)
    (folder / "recording.toml").write_text(
        '[[sensor]]\nfile = "left.csv"\nplacement = "left_foot"\ntime_column = "t"\ntime_unit = "s"\n'
        'acc_columns = ["x", "y", "z"]\nacc_unit = "m/s2"\n'
    )
    code, out, _ = psr("analyze", folder, "--out", tmp_path / "out")
    assert code == 3
    assert "No run was found" in out
    assert "No run was found" in (tmp_path / "out" / "report.html").read_text()
