"""Conversions for display and for reading files."""

import pytest

from analyzer.units import (
    ACCELERATION_UNITS_M_S2,
    ANGULAR_RATE_UNITS_RAD_S,
    DISTANCE_UNITS_M,
    TIME_UNITS_S,
    feet_and_inches,
)


@pytest.mark.parametrize(
    ("units", "name", "in_si"),
    [
        (ACCELERATION_UNITS_M_S2, "g", 9.80665),
        (ACCELERATION_UNITS_M_S2, "mg", 0.00980665),
        (ACCELERATION_UNITS_M_S2, "m/s2", 1.0),
        (ANGULAR_RATE_UNITS_RAD_S, "deg/s", 0.017453292519943295),
        (ANGULAR_RATE_UNITS_RAD_S, "mdps", 1.7453292519943296e-05),
        (ANGULAR_RATE_UNITS_RAD_S, "rad/s", 1.0),
        (DISTANCE_UNITS_M, "yd", 0.9144),
        (DISTANCE_UNITS_M, "ft", 0.3048),
        (TIME_UNITS_S, "us", 1e-6),
    ],
)
def test_one_of_a_unit_in_si(units, name, in_si):
    # The last digit of a float.
    assert units[name] == pytest.approx(in_si, rel=1e-15)


@pytest.mark.parametrize(
    ("length_m", "text"), [(0.0, "0 ft 0 in"), (0.3048, "1 ft 0 in"), (1.778, "5 ft 10 in"), (1.8287, "6 ft 0 in")]
)
def test_inches_are_rounded_and_carry_into_feet(length_m, text):
    assert feet_and_inches(length_m) == text
