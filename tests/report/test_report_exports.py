import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analyzer import tables
from analyzer.errors import InputError
from analyzer.model import Analysis
from analyzer.report import exports, write_results
from analyzer.report.exports import RESULT_FILES
from analyzer.schema import DTYPES

Practice = Callable[..., Analysis]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_all_result_files_are_written_and_nothing_else(practice: Practice, tmp_path: Path) -> None:
    write_results(practice(), tmp_path / "results")
    assert names(tmp_path / "results") == set(RESULT_FILES)
    assert names(tmp_path) == {"results"}


def test_the_same_analysis_gives_the_same_bytes(practice: Practice, tmp_path: Path) -> None:
    one, other = (write_results(practice(), tmp_path / name) for name in ("one", "other"))
    for name in RESULT_FILES:
        assert (one / name).read_bytes() == (other / name).read_bytes()


@pytest.mark.parametrize("schema", tables.SCHEMAS, ids=lambda schema: schema.name)
def test_a_table_reads_back_to_a_millionth(practice: Practice, tmp_path: Path, schema: tables.Schema) -> None:
    analysis = practice()
    folder = write_results(analysis, tmp_path / "results")
    frame = pd.read_csv(folder / f"{schema.name}.csv", dtype={c.name: DTYPES[c.kind] for c in schema.columns})
    pd.testing.assert_frame_equal(frame, getattr(analysis, schema.name), atol=1e-6, rtol=0)


def test_results_are_not_overwritten_unasked(practice: Practice, tmp_path: Path) -> None:
    write_results(practice(), tmp_path)
    with pytest.raises(InputError, match="already holds results"):
        write_results(practice(), tmp_path)


def test_force_replaces_results_and_leaves_other_files_alone(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    write_results(practice(), tmp_path)
    write_results(practice(simulated=True), tmp_path, force=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert json.loads((tmp_path / "provenance.json").read_text())["simulated"] is True


def test_a_file_in_the_way_is_named(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(InputError, match="is a file"):
        write_results(practice(), tmp_path / "results")


def test_a_failure_while_writing_leaves_nothing_behind(practice: Practice, tmp_path: Path) -> None:
    broken = practice(config={"a": complex(1, 2)}, contacts=practice().contacts)
    object.__setattr__(broken, "findings", (float,))
    with pytest.raises(AttributeError):
        write_results(broken, tmp_path / "results")
    assert names(tmp_path) == set()


def test_a_failure_while_moving_puts_back_what_was_there(practice: Practice, tmp_path: Path) -> None:
    target = write_results(practice(), tmp_path / "results")
    before = {name: (target / name).read_bytes() for name in RESULT_FILES}
    # A draft with one file missing fails half way, as a full disk would.
    draft = tmp_path / "draft"
    draft.mkdir()
    for name in RESULT_FILES[:4]:
        (draft / name).write_text("new")
    with pytest.raises(OSError, match="No such file"):
        exports._move_into(draft, target)
    assert {name: (target / name).read_bytes() for name in RESULT_FILES} == before


def test_findings_are_a_list_with_null_for_what_is_not_known(practice: Practice, tmp_path: Path) -> None:
    findings = json.loads((write_results(practice(), tmp_path / "r") / "findings.json").read_text())
    assert [finding["rule"] for finding in findings] == ["rate_up_length_down", "contact_trend", "left_right"]
    assert (findings[0]["level"], findings[2]["value"]) == ("look", None)


def test_the_dictionary_explains_every_field_of_every_file(practice: Practice, tmp_path: Path) -> None:
    folder = write_results(practice(), tmp_path / "results")
    dictionary = json.loads((folder / "data_dictionary.json").read_text())
    for schema in tables.SCHEMAS:
        header = (folder / f"{schema.name}.csv").read_text().splitlines()[0].split(",")
        assert [field["name"] for field in dictionary[schema.name]] == header
    for name, document in (
        ("findings", json.loads((folder / "findings.json").read_text())[0]),
        ("provenance", json.loads((folder / "provenance.json").read_text())),
    ):
        assert {field["name"] for field in dictionary[name]} == set(document)


def test_provenance_holds_what_is_needed_to_do_it_again(practice: Practice, tmp_path: Path) -> None:
    provenance = json.loads((write_results(practice(), tmp_path / "r") / "provenance.json").read_text())
    assert provenance["source"]["sha256"] == "a3f9" * 16
    assert provenance["config"] == {"contact": {"min_contact_s": 0.06}, "rate_hz": None}
    assert provenance["plan"]["runs"][0]["effort_pct"] == 50.0
