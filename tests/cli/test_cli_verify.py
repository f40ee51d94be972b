"""``psr verify``, from a folder of results to what moved."""

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analyzer.cli.main import main

CAPTURE = Path(__file__).parents[2] / "sample_data" / "practice.mcap"
VERSION = version("psr-analyzer")
OPTIONS = ("--time", "3=2.95", "--plan", "progressive", "--height", "1.8m", "--sensors", "left_foot,right_foot")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return results of the sample practice, made once with options that only the command line told."""
    folder = tmp_path_factory.mktemp("once") / "results"
    assert main(["analyze", str(CAPTURE), "--out", str(folder), *OPTIONS]) == 0
    return folder


@pytest.fixture
def copied(session: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(session, tmp_path / "results"))


def with_about(folder: Path, **changes: Any) -> None:
    path = folder / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def about(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "provenance.json").read_text()))


def verified(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["verify", str(folder), str(CAPTURE), *options])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_the_same_version_says_the_same_with_sensors_times_plan_and_athlete_from_the_results(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verified(session, capsys)
    assert (code, said) == (0, f"As reported: every table, finding and setting is the same (psr {VERSION}).\n")


def test_results_name_the_sensors_and_times_they_rest_on(session: Path) -> None:
    found = about(session)
    assert found["sensors"] == ["left_foot", "right_foot"]
    assert [(timing["run"], timing["time_s"]) for timing in found["timings"]] == [(3, 2.95)]


def test_verifying_writes_nothing(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path.name: path.read_bytes() for path in copied.iterdir()}
    verified(copied, capsys)
    assert {path.name: path.read_bytes() for path in copied.iterdir()} == before


def test_a_number_changed_by_hand_is_told_with_its_column_count_and_size(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = pd.read_csv(copied / "runs.csv", dtype=str, keep_default_na=False)
    distances_m = runs["distance_m"].astype(float)
    runs["distance_m"] = runs["distance_m"].where(runs["run"] != "2", str(distances_m[1] + 0.5))
    runs.to_csv(copied / "runs.csv", index=False, lineterminator="\n")
    code, said = verified(copied, capsys)
    assert code == 1
    assert f"Not as reported, though the version is the same (psr {VERSION}): 1 difference.\n" in said
    assert "  runs.distance_m: 1 of 3 changed, by up to 0.5.\n" in said


def test_a_finding_struck_out_of_the_results_comes_back_as_new(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = json.loads((copied / "findings.json").read_text())
    (copied / "findings.json").write_text(json.dumps(findings[1:]))
    code, said = verified(copied, capsys)
    assert code == 1
    assert f"{findings[0]['rule']} is new. It says: {findings[0]['sentence']}" in said


def test_another_version_may_move_numbers_and_the_changelog_says_why(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_about(copied, versions=about(copied)["versions"] | {"psr-analyzer": "0.0.1"})
    (copied / "stages.csv").write_text((copied / "stages.csv").read_text().splitlines(keepends=True)[0])
    code, said = verified(copied, capsys)
    assert code == 0
    assert f"Reported by psr 0.0.1, run again by {VERSION}: 1 difference.\n  stages had 0 rows, has 3.\n" in said
    assert "Why (Scientific changes):\n  " in said


def test_json_holds_every_change_and_whether_it_is_fine(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "rules.csv").unlink()
    code, said = verified(copied, capsys, "--json")
    document = json.loads(said)
    assert (code, document["fine"], document["same_version"]) == (1, False, True)
    assert [(change["part"], change["largest"]) for change in document["changes"]] == [("rules", None)]


def test_settings_changed_by_hand_do_not_match_their_hash(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_about(copied, config={})
    code, said = verified(copied, capsys)
    assert code == 1
    assert "provenance.json was changed by hand" in said


def test_limits_of_ones_own_have_to_be_given_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "own.toml"
    rules.write_text("[rules.rest]\nenabled = false\n")
    main(["analyze", str(CAPTURE), "--out", str(tmp_path / "r"), "--rules", str(rules)])
    assert verified(tmp_path / "r", capsys, "--rules", str(rules))[0] == 0
    code, said = verified(tmp_path / "r", capsys)
    assert code == 1
    assert "thresholds_changed was" in said


def test_another_recording_is_refused_by_its_digest(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_about(copied, source=about(copied)["source"] | {"sha256": "0" * 64})
    code, said = verified(copied, capsys)
    assert code == 2
    assert "is not what these results were made from" in said


def test_the_recording_is_found_beside_the_results(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(CAPTURE, copied.parent)
    assert main(["verify", str(copied)]) == 0


@pytest.mark.parametrize("path", ["practice.mcap", "../../practice.mcap", ""])
def test_a_recording_that_is_not_there_is_asked_for(
    copied: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    with_about(copied, source=about(copied)["source"] | {"path": path})
    assert main(["verify", str(copied)]) == 2
    assert "name it: psr verify" in capsys.readouterr().err


def test_start_signals_from_a_log_are_asked_for(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_about(copied, source=about(copied)["source"] | {"cues": "signals.mcap"})
    code, said = verified(copied, capsys)
    assert code == 2
    assert "signals.mcap; give it with --cues" in said


def test_a_folder_without_results_is_no_session(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verified(tmp_path, capsys)
    assert code == 2
    assert "holds no results" in said


@pytest.mark.parametrize(
    ("name", "text"),
    [("findings.json", "[1]"), ("findings.json", "{"), ("provenance.json", "{}"), ("provenance.json", "\0")],
)
def test_damaged_results_are_told_in_one_line(
    copied: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    (copied / name).write_text(text)
    code, said = verified(copied, capsys)
    assert code == 2
    assert "cannot be read" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "changes", [{"sensors": ["left_shank"]}, {"timings": [{"lap": 1}]}, {"timings": [3]}, {"plan": {"runs": 1}}]
)
def test_provenance_that_asks_for_the_impossible_is_bad_input(
    copied: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    with_about(copied, **changes)
    assert verified(copied, capsys)[0] == 2
