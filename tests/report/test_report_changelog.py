"""Scientific changes between two versions."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from analyzer.report.changelog import scientific_changes

LOG = """\
# Changelog

## Unreleased

### Scientific changes

- Arms lead.

## [0.10.0] - 2027-02-01

### Added

- A verb.

### Scientific changes

- Longer contacts,
  by 3 ms.
- Shorter strides.

## 0.9.0

### Scientific changes

Against the version before:

- Later toe-off.

### Fixed

- A slip.
"""


def test_a_change_that_runs_over_two_lines_is_told_on_one() -> None:
    assert scientific_changes(LOG, "0.9.0", "0.10.0") == ("Longer contacts, by 3 ms.", "Shorter strides.")


def test_several_versions_between_are_told_newest_first() -> None:
    assert scientific_changes(LOG, "0.8.2", "0.10.0") == (
        "Longer contacts, by 3 ms.",
        "Shorter strides.",
        "Later toe-off.",
    )


def test_changes_of_the_older_version_itself_are_left_out() -> None:
    assert "Later toe-off." not in scientific_changes(LOG, "0.9.0", "0.10.0")


def test_what_is_not_released_belongs_to_a_version_newer_than_all() -> None:
    assert scientific_changes(LOG, "0.10.0", "0.11.0") == ("Arms lead.",)


def test_nothing_separates_a_version_from_itself_even_where_changes_wait_for_a_release() -> None:
    assert scientific_changes(LOG, "0.11.0", "0.11.0") == ()


def test_what_is_no_version_at_all_is_no_error() -> None:
    assert scientific_changes("", "unknown", "0.1.0") == ()


def test_the_projects_own_changelog_gives_changes_up_to_its_first_version() -> None:
    text = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    assert scientific_changes(text, "0.0.1", "99.0.0")


versions = st.tuples(*(st.integers(0, 12),) * 3).map(lambda parts: ".".join(map(str, parts)))


@given(versions, versions)
def test_it_does_not_matter_which_version_is_named_first(one: str, other: str) -> None:
    assert scientific_changes(LOG, one, other) == scientific_changes(LOG, other, one)
