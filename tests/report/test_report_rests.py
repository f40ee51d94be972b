from collections.abc import Callable

import pytest

from analyzer.model import Analysis
from analyzer.report.rests import rest_lines, rest_sentence

Practice = Callable[..., Analysis]
NAN = float("nan")


def spent(practice: Practice, **changes) -> Analysis:
    return practice(runs=practice().runs.assign(**changes))


def test_every_run_but_the_first_has_its_rest(practice: Practice) -> None:
    assert [rest.run for rest in rest_lines(practice())] == [2, 3]


def test_shares_are_told_largest_first_and_none_of_it_not_at_all(practice: Practice) -> None:
    analysis = spent(practice, rest_still_share=0.25, rest_walking_share=0.75, rest_jogging_share=0.0)
    assert rest_lines(analysis)[0].spent == "walking 75 %, still 25 %"


def test_a_short_rest_is_marked(practice: Practice) -> None:
    analysis = spent(practice, rest_verdict=["none", "enough", "much_too_short"])
    assert rest_sentence(analysis).startswith("2:26, 2:26 (short) between runs")


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((0.8, 0.2, 0.0), "mostly standing"),
        ((0.1, 0.2, 0.7), "mostly jogging"),
        ((0.4, 0.4, 0.2), "spent in many ways"),
    ],
)
def test_how_rests_were_spent_is_said_in_a_word(practice: Practice, shares: tuple[float, ...], words: str) -> None:
    still, walking, jogging = shares
    analysis = spent(practice, rest_still_share=still, rest_walking_share=walking, rest_jogging_share=jogging)
    assert words in rest_sentence(analysis)


def test_a_rest_nobody_recorded_is_not_described(practice: Practice) -> None:
    analysis = spent(practice, rest_still_share=NAN, rest_walking_share=NAN, rest_jogging_share=NAN)
    assert rest_sentence(analysis) == "2:26, 2:26 between runs (plan 2:00); work to rest 1 : 36."
    assert rest_lines(analysis)[0].spent == "can't tell"


def test_a_single_run_has_no_rest(practice: Practice) -> None:
    assert rest_sentence(practice(runs=practice().runs.iloc[:1])) == ""
