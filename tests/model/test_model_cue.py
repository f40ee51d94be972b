"""Start signals and how late they reach the athlete."""

import math

import pytest

from analyzer.errors import InputError
from analyzer.model import CueMark, Mark, cues_among

DISPLAY = {"display_delay_s": 0.035, "display_delay_sd_s": 0.008}
AUDIO = {"audio_delay_s": 0.020, "audio_delay_sd_s": 0.005}


@pytest.mark.parametrize(
    ("cue", "words"),
    [
        (CueMark(1.0, shown="visual"), "display delay unknown"),
        (CueMark(1.0, shown="audible", **DISPLAY), "audio delay unknown"),
        (CueMark(1.0, shown="both"), "display and audio delay unknown"),
        (CueMark(1.0, shown="both", **DISPLAY), "audio delay unknown"),
        (CueMark(1.0, **DISPLAY, **AUDIO), "signal delay unknown"),
        (CueMark(1.0, shown="both", **DISPLAY, **AUDIO), ""),
    ],
)
def test_a_cue_names_the_delay_that_nobody_measured(cue: CueMark, words: str) -> None:
    assert cue.delay_unknown == words


def test_of_light_and_sound_the_earlier_one_counts() -> None:
    assert CueMark(1.0, shown="both", **DISPLAY, **AUDIO).delay == (0.020, 0.005)


def test_half_a_known_delay_is_no_known_delay() -> None:
    assert all(map(math.isnan, CueMark(1.0, shown="both", **DISPLAY).delay))


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_delay_s": 0.035},
        {"audio_delay_sd_s": 0.008},
        {"display_delay_s": -0.01, "display_delay_sd_s": 0.01},
        {"time_sd_s": math.nan},
        {"kind": "tap"},
    ],
)
def test_a_cue_that_makes_no_sense_is_refused(wrong: dict) -> None:
    with pytest.raises(InputError):
        CueMark(1.0, shown="visual", **wrong)


def test_cues_are_found_among_marks_in_order_of_time() -> None:
    marks = (Mark(3.0, "tap"), CueMark(9.0, shown="visual"), Mark(2.0, "cue", "whistle"), Mark(1.0, "cue_due", "both"))
    assert [(cue.time_s, cue.shown) for cue in cues_among(marks)] == [(2.0, "audible"), (9.0, "visual")]


def test_a_cue_that_does_not_say_what_was_shown_is_still_one() -> None:
    assert cues_among([Mark(2.0, "cue", "bang")])[0].shown == "unknown"
