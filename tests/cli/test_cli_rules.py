import csv
import json

import numpy as np
import pytest

from analyzer.cli.main import main
from analyzer.mechanics.thresholds import load


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """Return a simulated practice, and the folder of its results with the shipped rules."""
    folder = tmp_path_factory.mktemp("rules")
    assert main(["demo", "--out", str(folder)]) == 0
    return next(folder.glob("*.mcap"))


@pytest.fixture(scope="module")
def changed(capture, tmp_path_factory):
    """Return the folder of the results with limits of one's own."""
    folder = tmp_path_factory.mktemp("mine")
    mine = folder / "mine.toml"
    mine.write_text("[rules.R01.limits]\nlook_pct = 60.0\nkeep_pct = 60.0\n[rules.rest]\nenabled = false\n")
    out = folder / "out"
    assert main(["analyze", str(capture), "--out", str(out), "--rules", str(mine)]) == 0
    return out


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def verdict(folder, rule):
    return next(row for row in rows(folder / "rules.csv") if row["rule"] == rule and row["input"] == "verdict")


def test_every_rule_is_in_the_table_that_is_written(capture):
    found = rows(capture.parent / "rules.csv")
    assert {row["rule"] for row in found} == set(load().rules)
    assert {int(row["run"]) for row in found} == {0, 1, 2, 3}


def test_findings_carry_code_and_table(capture):
    found = json.loads((capture.parent / "findings.json").read_text(encoding="utf-8"))
    shipped = load().rules
    assert found
    assert all(finding["code"] == shipped[finding["rule"]].code for finding in found)
    assert {finding["table"] for finding in found} <= {"runs", "contacts", "strides", "steps", "segments"}


def test_a_rule_that_is_switched_off_says_so_in_the_table(changed):
    assert verdict(changed, "rest")["reason"] == "switched_off"


def test_an_own_limit_stands_in_the_table_and_is_judged_by(capture, changed):
    own, shipped = verdict(changed, "contrast"), verdict(capture.parent, "contrast")
    assert float(own["limit_look"]) == 60
    assert own["level"] == "look"
    assert np.isclose(float(shipped["limit_look"]), 8)


def test_the_results_name_the_version_and_every_change(changed):
    versions = json.loads((changed / "provenance.json").read_text(encoding="utf-8"))["versions"]
    assert versions["thresholds"] == load().version
    assert versions["thresholds_changed"] == (
        "rules.R01.limits.look_pct, rules.R01.limits.keep_pct, rules.rest.enabled"
    )
    assert versions["thresholds_digest"] != load().digest


def test_the_page_names_every_change(changed):
    assert "rules.R01.limits.look_pct" in (changed / "report.html").read_text(encoding="utf-8")


def test_rules_that_mean_nothing_are_refused_before_the_work(capture, tmp_path, capsys):
    mine = tmp_path / "mine.toml"
    mine.write_text("[rules.R01.limits]\nlook = 3\n")
    assert main(["analyze", str(capture), "--out", str(tmp_path / "out"), "--rules", str(mine)]) == 2
    assert "unknown name 'look'; known are fix_pct" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
