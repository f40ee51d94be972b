import pytest
from body_tables import practice, with_segments
from judged import found, level, reason

from analyzer.model import Level, Placement

PELVIS = (Placement.PELVIS,)


def bouncing(*way_m, **how):
    return with_segments(practice(PELVIS), {"vertical_oscillation_m": way_m}, **how)


@pytest.mark.parametrize(("top_m", "expected"), [(0.055, None), (0.064, None), (0.070, Level.LOOK), (0.080, Level.FIX)])
def test_more_bounce_at_full_effort_is_told(top_m, expected):
    assert level(bouncing(0.065, 0.060, top_m), "vertical_bounce") is expected


def test_bounce_is_held_against_the_athletes_own_run_not_against_others():
    assert level(bouncing(0.15, 0.15, 0.15), "vertical_bounce") is None


@pytest.mark.parametrize(("top_n_m", "expected"), [(90e3, None), (78e3, None), (60e3, Level.LOOK), (20e3, Level.LOOK)])
def test_a_softer_spring_is_worth_a_look_and_no_more(top_n_m, expected):
    made = with_segments(practice((Placement.LEFT_FOOT,)), {"vertical_stiffness_n_m": (70e3, 80e3, top_n_m)})
    assert level(made, "stiffness_trend") is expected


def test_a_wide_scatter_hides_a_small_bounce():
    steady, scattered = (bouncing(0.065, 0.060, 0.070, scatter=share, n_fly=n) for share, n in ((0.01, 8), (0.06, 4)))
    assert level(steady, "vertical_bounce") is Level.LOOK
    assert reason(scattered, "vertical_bounce") == "not_clear"


def test_a_rule_without_a_table_of_segments_was_not_measured():
    assert reason(practice(PELVIS), "vertical_bounce") == "not_measured"


def test_the_sentence_names_both_efforts_and_the_size():
    sentence = found(bouncing(0.065, 0.060, 0.080), "vertical_bounce").sentence
    assert sentence.startswith("Bouncing up at 100: 3")
    assert sentence.endswith("than at 75.")
