from dataclasses import replace

import numpy as np
import pytest
from judged import level, reason
from session_tables import progressive

from analyzer.model import Level


def beside_the_line(scatter_m, slope=0.0):
    """Return a practice with sideways places of the feet: a step's width apart, scattered, perhaps running aslant."""
    made = progressive(n_strides=30)
    rng = np.random.default_rng(3)
    width = np.where(made.strides["side"] == "left", 0.05, -0.05)
    places = width + slope * made.strides["start_s"] + scatter_m * rng.standard_normal(len(made.strides))
    return replace(made, strides=made.strides.assign(lateral_m=places))


@pytest.mark.parametrize(("scatter_m", "expected"), [(0.03, None), (0.15, Level.LOOK), (0.30, Level.FIX)])
def test_steps_beside_the_line_are_told(scatter_m, expected):
    assert level(beside_the_line(scatter_m), "side_drift") is expected


def test_a_line_aslant_and_the_width_of_the_steps_are_no_drift():
    assert level(beside_the_line(0.02, slope=0.3), "side_drift") is None


def test_places_that_nobody_measured_are_not_judged():
    assert reason(progressive(), "side_drift") == "not_measured"


def test_too_few_places_are_not_judged():
    made = beside_the_line(0.3)
    few = made.strides.assign(lateral_m=made.strides["lateral_m"].where(made.strides.index % 30 < 2))
    assert reason(replace(made, strides=few), "side_drift") == "too_few"
