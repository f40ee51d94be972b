"""What moved between two sets of results: tables, settings and findings, without a recording."""

import dataclasses
import json
import math
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import tables
from analyzer.acquire.read import read
from analyzer.model import Analysis
from analyzer.plain import as_plain
from analyzer.report.exports import table_text
from analyzer.report.summary import config_hash
from analyzer.report.verification import Reported, Verification, verification
from analyzer.session import analyze

CAPTURE = Path(__file__).parents[2] / "sample_data" / "practice.mcap"


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(read(CAPTURE))


@pytest.fixture(scope="module")
def reported(analysis: Analysis) -> Reported:
    """Return what would be written of the analysis, as it would be read back."""
    about = as_plain(
        {
            "versions": analysis.versions,
            "source": analysis.source,
            "athlete": analysis.athlete,
            "config": analysis.config,
            "config_hash": config_hash(analysis.config),
        }
    )
    texts = {schema.name: table_text(getattr(analysis, schema.name)) for schema in tables.SCHEMAS}
    return Reported(about, texts, json.loads(json.dumps(as_plain(analysis.findings))))


def with_table(reported: Reported, name: str, text: str) -> Reported:
    return dataclasses.replace(reported, tables={**reported.tables, name: text})


def sentences(found: Verification) -> list[str]:
    return [change.sentence for change in found.changes]


def test_an_analysis_is_what_it_reports(reported: Reported, analysis: Analysis) -> None:
    assert verification(reported, analysis).changes == ()


def test_a_column_of_then_that_is_not_there_now_is_gone_and_the_rest_is_compared(
    reported: Reported, analysis: Analysis
) -> None:
    head, *rows = reported.tables["runs"].splitlines()
    text = "\n".join([f"{head},luck", *(f"{row},7" for row in rows)]) + "\n"
    assert sentences(verification(with_table(reported, "runs", text), analysis)) == ["runs.luck is gone."]


def test_a_column_of_now_that_was_not_there_then_is_new(reported: Reported, analysis: Analysis) -> None:
    text = "".join(line.partition(",")[2] + "\n" for line in reported.tables["runs"].splitlines())
    assert sentences(verification(with_table(reported, "runs", text), analysis)) == ["runs.run is new."]


def test_the_same_cells_with_other_line_ends_are_told_as_such(reported: Reported, analysis: Analysis) -> None:
    text = reported.tables["runs"].replace("\n", "\r\n")
    found = verification(with_table(reported, "runs", text), analysis)
    assert sentences(found) == ["runs.csv holds the same cells, written otherwise."]


def test_an_empty_table_is_one_without_rows_not_an_error(reported: Reported, analysis: Analysis) -> None:
    found = verification(with_table(reported, "runs", ""), analysis)
    assert "runs had 0 rows, has 3." in sentences(found)


def test_a_cell_that_was_empty_has_no_size_of_change(reported: Reported, analysis: Analysis) -> None:
    head, first, *rows = reported.tables["runs"].splitlines()
    text = "\n".join([head, "," + first.partition(",")[2], *rows]) + "\n"
    (change,) = verification(with_table(reported, "runs", text), analysis).changes
    assert change.sentence == "runs.run: 1 of 3 changed, such as empty to 1."
    assert math.isnan(change.largest)


def test_a_setting_is_told_by_its_full_name_with_both_values(reported: Reported, analysis: Analysis) -> None:
    config = {**reported.about["config"], "gait": {"depth": {"made_up_s": 0.25}}}
    about = {**reported.about, "config": config, "config_hash": config_hash(config)}
    found = verification(dataclasses.replace(reported, about=about), analysis)
    assert "gait.depth.made_up_s was 0.25, is absent." in sentences(found)


def test_another_library_alone_is_no_change(reported: Reported, analysis: Analysis) -> None:
    versions = {**reported.about["versions"], "numpy": "1.0"}
    found = verification(dataclasses.replace(reported, about={**reported.about, "versions": versions}), analysis)
    assert (found.changes, len(found.others), found.fine) == ((), 1, True)
    assert found.others[0].startswith("numpy was 1.0, is ")


def test_a_finding_that_is_not_found_any_more_is_gone(reported: Reported, analysis: Analysis) -> None:
    extra = {"rule": "luck", "sentence": "Lucky."}
    found = verification(dataclasses.replace(reported, findings=[*reported.findings, extra]), analysis)
    assert sentences(found) == ["luck is gone. It said: Lucky."]


def test_the_last_bits_of_a_findings_value_do_not_count(reported: Reported, analysis: Analysis) -> None:
    def nudged(finding: dict[str, Any]) -> dict[str, Any]:
        value = finding["value"]
        return finding | {"value": value * (1 + 2**-52) if isinstance(value, float) else value}

    findings = [nudged(dict(finding)) for finding in reported.findings]
    assert verification(dataclasses.replace(reported, findings=findings), analysis).changes == ()


def test_findings_in_another_order_are_told(reported: Reported, analysis: Analysis) -> None:
    findings = list(reversed(reported.findings))
    found = verification(dataclasses.replace(reported, findings=findings), analysis)
    assert sentences(found) == ["The findings stand in another order."]


def test_limits_that_differ_are_settings(reported: Reported, analysis: Analysis) -> None:
    other = dataclasses.replace(
        analysis, versions=MappingProxyType({**analysis.versions, "thresholds_digest": "0" * 12})
    )
    (change,) = verification(reported, other).changes
    assert (change.part, change.what) == ("settings", "thresholds_digest")


@given(row=st.integers(0, 2), away_m=st.floats(0.001, 50.0))
def test_the_largest_change_is_the_one_that_was_made(
    reported: Reported, analysis: Analysis, row: int, away_m: float
) -> None:
    head, *rows = (line.split(",") for line in reported.tables["runs"].splitlines())
    column = head.index("distance_m")
    before_m = float(rows[row][column])
    rows[row][column] = repr(before_m + away_m)
    text = "\n".join(",".join(cells) for cells in [head, *rows]) + "\n"
    (change,) = verification(with_table(reported, "runs", text), analysis).changes
    assert (change.what, change.n_changed, change.n) == ("distance_m", 1, 3)
    assert abs(change.largest - away_m) < 1e-9
