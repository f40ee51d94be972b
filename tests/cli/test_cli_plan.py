"""``psr plan``: the variations, and any plan as a file that psr reads back."""

import json
from pathlib import Path

import pytest

from analyzer.acquire.plan_file import read_plan
from analyzer.cli.main import main
from analyzer.model import PRESETS


def test_without_a_name_every_variation_is_listed_with_its_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan"]) == 0
    out = capsys.readouterr().out
    assert all(f"{name}: " in out for name in PRESETS)
    assert "3 runs: 50, 75, 100 % over 90 ft" in out
    assert "50, 75, 100 % over 15 yd lateral left" in out


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_printed_is_a_plan_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", name]) == 0
    path = tmp_path / "plan.toml"
    path.write_text(capsys.readouterr().out)
    assert repr(read_plan(path)) == repr(PRESETS[name].plan())


def test_details_change_the_plan_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "reaction", "--distance", "10yd", "--efforts", "100", "--sets", "3"]) == 0
    printed = capsys.readouterr()
    assert printed.out.count("[[plan.run]]") == 3
    assert "distance = 10.0" in printed.out
    assert printed.err == "3 runs: 100, 100, 100 % over 10 yd\n"


def test_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "recovery-focus", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert {(run["rest_before_s"], run["rest_mode"]) for run in plan["runs"]} == {(120.0, "active")}


def test_an_unknown_name_is_one_line_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "sideways"]) == 2
    assert "unknown plan 'sideways'; use one of progressive, " in capsys.readouterr().err
