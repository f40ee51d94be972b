from pathlib import Path

import pytest

from analyzer.cli.main import main


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "sample_data"
    assert main(["sample-data", "--out", str(folder)]) == 0
    return folder


def test_the_sample_data_hold_capture_truth_csv_and_expected_results(sample: Path) -> None:
    assert {"practice.mcap", "csv/recording.toml", "truth/contacts.csv", "expected/stages.csv"} <= set(files(sample))


def test_the_sample_data_stay_small(sample: Path) -> None:
    assert sum(len(content) for content in files(sample).values()) < 3_000_000


def test_the_sample_data_are_the_same_byte_for_byte(sample: Path, tmp_path: Path) -> None:
    main(["sample-data", "--out", str(tmp_path / "again")])
    assert files(tmp_path / "again") == files(sample)


def test_sample_data_are_not_overwritten_unasked_and_other_files_stay(sample: Path) -> None:
    (sample / "README.md").write_text("mine")
    assert main(["sample-data", "--out", str(sample)]) == 2
    assert main(["sample-data", "--out", str(sample), "--force"]) == 0
    assert (sample / "README.md").read_text() == "mine"
    (sample / "README.md").unlink()
