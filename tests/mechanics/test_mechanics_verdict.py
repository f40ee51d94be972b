from dataclasses import replace

import numpy as np
import pytest

from analyzer.drill.stage.estimate import Interval
from analyzer.mechanics.thresholds import load
from analyzer.mechanics.verdict import Band, judge
from analyzer.model import Level

RULE = load().rules["contact_time_long"]
BAND = Band(look=10, fix=20, keep=2)


def verdict(value, half, band=BAND, grade="B"):
    found = judge(Interval(value, value - half, value + half), band, replace(RULE, grade=grade))
    return (found.level, found.confidence, found.limit) if found else None


@pytest.mark.parametrize(
    ("value", "half", "expected"),
    [
        (25, 2, (Level.FIX, "sure", 20)),
        (25, 8, (Level.LOOK, "fairly sure", 10)),
        (25, 18, (Level.LOOK, "unsure", 10)),
        (15, 2, (Level.LOOK, "sure", 10)),
        (15, 8, None),
        (5, 1, None),
        (1, 0.5, (Level.KEEP, "sure", 2)),
        (1, 3, None),
    ],
)
def test_a_level_drops_by_one_where_the_interval_reaches_across_its_limit(value, half, expected):
    assert verdict(value, half) == expected


def test_where_low_is_worse_the_same_holds_mirrored():
    band = Band(look=-10, fix=-20, keep=-2, low_is_worse=True)
    for value, half in [(25, 2), (25, 8), (15, 2), (15, 8), (1, 0.5)]:
        up, down = verdict(value, half), verdict(-value, half, band)
        assert (up is None and down is None) or (up[:2] == down[:2] and up[2] == -down[2])


def test_coaching_consensus_is_never_sure():
    assert verdict(25, 2, grade="C") == (Level.FIX, "fairly sure", 20)


def test_a_number_without_an_interval_is_at_most_a_look_and_unsure():
    assert verdict(25, np.nan) == (Level.LOOK, "unsure", 10)
    assert verdict(15, np.nan) is None


def test_an_unknown_number_says_nothing():
    assert verdict(np.nan, np.nan) is None


def test_levels_without_a_limit_do_not_exist():
    assert verdict(15, 1, Band(look=10)) == (Level.LOOK, "sure", 10)
    assert verdict(1, 0.1, Band(look=10)) is None
