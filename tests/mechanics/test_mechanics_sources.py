import re
from importlib import resources

import pytest

from analyzer.mechanics.sources import sources
from analyzer.mechanics.thresholds import load

TEXT = resources.files("analyzer.mechanics").joinpath("SOURCES.md").read_text("utf-8")


def test_every_row_of_the_list_is_read():
    assert len(sources()) == len(re.findall(r"^\| `", TEXT, re.MULTILINE))


@pytest.mark.parametrize("key", sorted(sources()))
def test_a_source_says_who_what_and_how_far_it_was_checked(key):
    source = sources()[key]
    assert source.key == key
    assert source.reference
    assert source.taken
    assert source.status


@pytest.mark.parametrize("key", sorted({rule.source for rule in load().rules.values()}))
def test_the_source_of_every_rule_can_be_shown_in_full(key):
    assert len(sources()[key].reference) > 30


@pytest.mark.parametrize("key", sorted({rule.source for rule in load().rules.values()} - {"consensus"}))
def test_the_reference_of_a_paper_names_its_year(key):
    assert key[-4:] in sources()[key].reference


def test_keys_are_in_order_so_that_they_can_be_found():
    head = TEXT.split("\n## Methods")[0]
    keys = [key for key in re.findall(r"^\| `(\w+)` \|", head, re.MULTILINE) if key != "local"]
    assert keys == sorted(keys)
