"""Rows as arrays do what the same tables do."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.rows import Rows, count, joined, nearest_rows, no_rows, only, rows_of
from analyzer.tables import SCHEMAS, STEPS, build

WORDS = st.sampled_from(["", "left", "right", "unknown"])
PART = st.lists(st.tuples(st.integers(0, 9), st.floats(-9, 9), WORDS), max_size=6)


def rows(part: list[tuple[int, float, str]]) -> Rows:
    return {
        "run": np.array([run for run, _, _ in part], dtype=np.int64),
        "start_s": np.array([time_s for _, time_s, _ in part], dtype=np.float64),
        "side": np.array([word for _, _, word in part], dtype=str),
    }


def listed(made: Rows) -> list[tuple[object, ...]]:
    return list(zip(*(made[name].tolist() for name in ("run", "start_s", "side")), strict=True))


@given(parts=st.lists(PART, min_size=1, max_size=4))
def test_joined_rows_are_those_of_the_parts_one_after_the_other(parts):
    assert listed(joined([rows(part) for part in parts])) == [row for part in parts for row in part]


@given(part=PART)
def test_a_part_among_empty_ones_is_the_whole(part):
    assert listed(joined([rows([]), rows(part), rows([])])) == part


def test_a_long_word_is_not_cut_to_the_length_of_the_words_before():
    short, long = rows([(1, 0.0, "left")]), rows([(1, 1.0, "unknown")])
    assert joined([short, long])["side"].tolist() == ["left", "unknown"]


def test_parts_that_are_all_empty_keep_their_columns():
    assert list(joined([rows([]), rows([])])) == ["run", "start_s", "side"]


@given(part=PART, word=WORDS)
def test_only_keeps_the_rows_for_which_a_table_would(part, word):
    made = rows(part)
    table = pd.DataFrame(made)
    assert listed(only(made, made["side"] == word)) == list(table[table["side"] == word].itertuples(index=False))


@given(part=PART)
def test_rows_are_taken_in_the_order_in_which_they_are_numbered(part):
    backwards = np.arange(len(part))[::-1]
    assert listed(only(rows(part), backwards)) == part[::-1]


@given(part=PART)
def test_rows_are_counted_not_columns(part):
    assert count(rows(part)) == len(part)


def test_without_columns_there_are_no_rows():
    assert count({}) == 0


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_no_rows_make_the_empty_table_of_their_schema(schema):
    made = no_rows(schema)
    assert count(made) == 0
    assert build(schema, made).empty


@given(part=PART)
def test_a_table_taken_apart_can_be_put_together_again(part):
    n = len(part)
    columns = {column.name: ["ok"] * n if column.kind == "string" else np.arange(n) for column in STEPS.columns}
    table = build(STEPS, columns | {"side": [word for _, _, word in part]})
    pd.testing.assert_frame_equal(build(STEPS, rows_of(table)), table, check_exact=True)


_TIMES = st.lists(st.floats(0.0, 20.0) | st.just(float("nan")), max_size=12).map(np.array)


@given(times=_TIMES, wanted=_TIMES, tolerance=st.floats(0.0, 2.0))
def test_the_nearest_row_is_that_of_looking_at_each(times, wanted, tolerance):
    found = nearest_rows(times.astype(float), wanted.astype(float), tolerance)
    for time, row in zip(wanted, found, strict=True):
        away = [abs(time - other) for other in times if abs(time - other) <= tolerance]
        # Of two alike either will do.
        assert (row >= 0) == bool(away)
        assert row < 0 or abs(time - times[row]) == min(away)
