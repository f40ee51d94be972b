"""What compares the feet is not told where their clocks are not known well enough."""

import numpy as np
import pytest

from analyzer.drill.practice import Practice
from analyzer.drill.worn.clocks import ClocksConfig, with_clocks_checked
from analyzer.model import Placement
from analyzer.tables import CONTACTS, RUNS, STEPS, STRIDES, build, check, empty

LIMIT_S = ClocksConfig().longest_error_s


def made(schema, n, **columns):
    usual = {"float": np.full(n, np.nan), "integer": np.zeros(n, dtype=int), "string": ["ok"] * n}
    return build(schema, {column.name: columns.get(column.name, usual[column.kind]) for column in schema.columns})


def practice(n_steps=4, quality=("ok", "clipped")):
    runs = made(
        RUNS,
        2,
        run=np.array([1, 2]),
        quality=list(quality),
        flight_time_s=np.array([0.12, 0.13]),
        step_frequency_hz=np.array([4.0, 4.2]),
        contact_time_s=np.array([0.11, 0.10]),
    )
    return Practice(empty(CONTACTS), empty(STRIDES), made(STEPS, n_steps), runs, ())


def feet(error_s):
    return {Placement.LEFT_FOOT: error_s, Placement.RIGHT_FOOT: 0.0}


@pytest.mark.parametrize("errors_s", [{}, feet(0.0), feet(LIMIT_S), {Placement.LEFT_FOOT: 1.0}])
def test_clocks_that_are_known_or_shared_change_nothing(errors_s):
    given = practice()
    assert with_clocks_checked(given, errors_s) is given


def test_without_steps_there_is_nothing_to_take_away():
    given = practice(n_steps=0)
    assert with_clocks_checked(given, feet(1.0)) is given


def test_poor_clocks_take_steps_and_flight_times_and_leave_each_foot_its_own():
    checked = with_clocks_checked(practice(), feet(2 * LIMIT_S))
    assert checked.steps.empty
    assert checked.runs[["flight_time_s", "step_frequency_hz"]].isna().all(axis=None)
    assert checked.runs["contact_time_s"].tolist() == [0.11, 0.10]


def test_the_tables_still_have_their_form():
    checked = with_clocks_checked(practice(), feet(1.0))
    check(RUNS, checked.runs)
    check(STEPS, checked.steps)


def test_the_reason_joins_those_that_were_there():
    assert with_clocks_checked(practice(), feet(1.0)).runs["quality"].tolist() == [
        "clocks_apart",
        "clipped;clocks_apart",
    ]


def test_the_notice_says_how_well_the_clocks_agree_and_what_to_do():
    [notice] = with_clocks_checked(practice(), feet(0.0123)).notices
    assert notice.code == "feet.clocks"
    assert "agree to 12 ms only" in notice.text
    assert "keep the sensors connected" in notice.text
