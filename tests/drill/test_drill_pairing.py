"""Whether two feet belong together, on tables made by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.drill.practice import Practice
from analyzer.drill.worn.pairing import with_pair_checked
from analyzer.tables import CONTACTS, RUNS, STEPS, STRIDES, build, empty

STRIDE_S = 0.5


def made(schema, n: int, **columns) -> pd.DataFrame:
    usual = {"float": np.full(n, np.nan), "integer": np.zeros(n, dtype=int), "string": ["ok"] * n}
    return build(schema, {column.name: columns.get(column.name, usual[column.kind]) for column in schema.columns})


def practice_with(shifts_s, direction="forward", speed_m_s=8.0) -> Practice:
    """Return a practice whose right foot, in each run, is so much later than half way between the left foot's."""
    runs = np.arange(1, len(shifts_s) + 1)
    starts = [60.0 * run + STRIDE_S * np.arange(8) for run in runs]
    both = [np.r_[start, start + 0.5 * STRIDE_S + shift] for start, shift in zip(starts, shifts_s, strict=True)]
    contacts = made(
        CONTACTS,
        16 * len(runs),
        run=np.repeat(runs, 16),
        side=(["left"] * 8 + ["right"] * 8) * len(runs),
        initial_contact_s=np.concatenate(both),
    )
    table = made(
        RUNS,
        len(runs),
        run=runs,
        direction=[direction] * len(runs),
        received_pct=np.full(len(runs), 100.0),
        step_frequency_hz=np.full(len(runs), 4.0),
        peak_speed_m_s=np.broadcast_to(speed_m_s, len(runs)).astype(float),
    )
    return Practice(contacts, empty(STRIDES), made(STEPS, len(runs), run=runs), table, ())


def codes(practice: Practice) -> list[str]:
    return [notice.code for notice in practice.notices]


@given(st.lists(st.floats(-0.02, 0.02), min_size=1, max_size=6))
def test_feet_that_take_turns_evenly_are_left_as_they_are(shifts_s: list[float]) -> None:
    practice = practice_with(shifts_s)
    assert with_pair_checked(practice) is practice


def test_the_same_unevenness_in_all_runs_is_a_clock_or_a_limp() -> None:
    practice = practice_with([0.08, 0.08, 0.08])
    checked = with_pair_checked(practice)
    assert codes(checked) == ["feet.uneven"]
    assert "up to 64 % in 3 of 3 runs" in checked.notices[0].text
    assert checked.steps is practice.steps


def test_an_unevenness_that_changes_from_run_to_run_takes_the_steps_away() -> None:
    checked = with_pair_checked(practice_with([-0.1, 0.05, 0.12]))
    assert codes(checked) == ["feet.apart"]
    assert checked.steps.empty
    assert checked.runs["step_frequency_hz"].isna().all()
    assert set(checked.runs["quality"]) == {"feet_apart"}


def test_a_foot_that_runs_a_second_later_did_not_run_along() -> None:
    assert codes(with_pair_checked(practice_with([1.0, 1.0]))) == ["feet.apart"]


def test_one_odd_run_among_sound_ones_is_not_spoken_of() -> None:
    practice = practice_with([0.0, 0.08, 0.0])
    assert with_pair_checked(practice) is practice


def test_a_foot_that_stands_while_the_other_runs_is_another_athlete_s() -> None:
    practice = practice_with([0.0, 0.0])
    left = practice.contacts[practice.contacts["side"] == "left"].reset_index(drop=True)
    standing = Practice(left, practice.strides, practice.steps, practice.runs, ())
    assert codes(with_pair_checked(standing)) == ["feet.apart"]


@pytest.mark.parametrize("direction", ["lateral_left", "lateral_right"])
def test_sideways_the_feet_need_not_be_even(direction: str) -> None:
    practice = practice_with([0.08, 0.08], direction)
    assert with_pair_checked(practice) is practice


def test_slow_runs_do_not_speak_against_a_sound_fast_one() -> None:
    practice = practice_with([0.1, -0.1, 0.0], speed_m_s=[2.5, 2.5, 8.0])
    assert with_pair_checked(practice) is practice
