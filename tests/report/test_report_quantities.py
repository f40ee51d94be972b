import math

import pytest

from analyzer.report import quantities

NAN = float("nan")


def test_speed_is_shown_in_feet_per_second_with_half_its_interval() -> None:
    assert str(quantities.speed(6.83, 6.73, 6.93, units="us")) == "22.4 ±0.3 ft/s"


def test_speed_is_shown_in_metres_per_second_on_request() -> None:
    assert str(quantities.speed(6.83, 6.73, 6.93, units="metric")) == "6.83 ±0.10 m/s"


def test_step_length_is_shown_in_feet_and_inches() -> None:
    assert str(quantities.step_length(1.774, 1.749, 1.799, units="us")) == "5 ft 10 in ±1"


def test_contact_time_is_shown_in_milliseconds() -> None:
    assert str(quantities.ground_time(0.141, 0.133, 0.149)) == "141 ±8 ms"


def test_an_uneven_interval_shows_its_longer_side() -> None:
    assert quantities.step_rate(4.0, 3.9, 4.3).margin == "±0.30"


def test_a_margin_below_the_last_digit_is_never_shown_as_zero() -> None:
    assert quantities.ground_time(0.141, 0.1409, 0.1411).margin == "±1"


def test_a_missing_number_says_so_and_keeps_its_reason() -> None:
    quantity = quantities.speed(NAN, units="us", why="no foot sensor")
    assert (str(quantity), quantity.why) == ("can't tell", "no foot sensor")


def test_a_value_without_interval_is_shown_without_margin() -> None:
    assert str(quantities.percent(77.2)) == "77 %"


def test_a_rounded_zero_has_no_minus() -> None:
    assert quantities.share(-0.001).text == "0"


def test_a_negative_number_has_a_true_minus_sign() -> None:
    assert quantities.share(-0.3).text == "−30"


@pytest.mark.parametrize(("low", "high", "clear"), [(0.1, 0.3, True), (-0.1, 0.3, False), (-0.3, -0.1, True)])
def test_a_change_is_clear_where_its_interval_leaves_out_zero(low: float, high: float, clear: bool) -> None:
    assert quantities.share((low + high) / 2, low, high).is_clear is clear


def test_the_si_value_is_kept_unrounded() -> None:
    assert quantities.speed(6.8317, units="us").value == 6.8317


@pytest.mark.parametrize(("seconds", "text"), [(125.0, "2:05"), (59.6, "1:00"), (NAN, "can't tell"), (3725.0, "62:05")])
def test_durations_are_minutes_and_seconds(seconds: float, text: str) -> None:
    assert quantities.clock(seconds) == text


def test_twenty_yards_are_twenty_yards_again() -> None:
    assert quantities.distance(18.288, "us") == "20 yd"


def test_an_infinite_number_is_unknown() -> None:
    assert not quantities.percent(math.inf).is_known
