from collections.abc import Callable

import pandas as pd
import pytest

from analyzer import tables
from analyzer.model import Analysis
from analyzer.report import render_html, render_text, summarize
from analyzer.report.stage_details import change_details, same_speed_lines, stage_details

Practice = Callable[..., Analysis]
NAN = float("nan")


def told(practice: Practice, rate=(5.0, 3.0, 7.0), length=(-4.0, -6.0, -2.0), contact=(-1.0, -9.0, 7.0)) -> Analysis:
    """Return a practice of which 75 and 100 % meet at one speed."""
    found = {"stride_frequency_hz": rate, "stride_length_m": length, "contact_time_s": contact}
    changes = practice().stage_changes.copy()
    for metric, (value, low, high) in found.items():
        rows = (changes["comparison"] == "same_speed") & (changes["metric"] == metric) & (changes["lower_stage"] == 2)
        changes.loc[rows, ["value", "low", "high", "speed_m_s"]] = [value, low, high, 6.83]
        changes.loc[rows, ["n_lower", "n_upper"]] = [5, 4]
        changes.loc[rows, "reason"] = "ok"
    return practice(stage_changes=changes)


def test_only_what_is_clear_at_the_same_speed_gets_words(practice: Practice) -> None:
    line = same_speed_lines(told(practice), "us")[-1]
    assert line.sentence == "Passing 22.4 ft/s on the way to 100: steps 5 % quicker, 4 % shorter than at 75."


def test_a_change_of_length_alone_says_of_what(practice: Practice) -> None:
    line = same_speed_lines(told(practice, rate=(0.5, -2.0, 3.0)), "us")[-1]
    assert line.sentence == "Passing 22.4 ft/s on the way to 100: steps 4 % shorter than at 75."


def test_ground_time_alone_is_told(practice: Practice) -> None:
    analysis = told(practice, rate=(0.5, -2, 3), length=(0.5, -2, 3), contact=(-8.0, -12.0, -4.0))
    assert same_speed_lines(analysis, "us")[-1].sentence.endswith("to 100: ground time 8 % shorter than at 75.")


def test_nothing_clear_leaves_no_line_on_the_page(practice: Practice) -> None:
    analysis = told(practice, rate=(0.5, -2, 3), length=(0.5, -2, 3))
    assert "SAME SPEED" not in render_text(summarize(analysis))
    assert "Same speed</dt>" not in render_html(analysis)


def test_what_is_clear_is_on_page_and_in_text(practice: Practice) -> None:
    analysis = told(practice)
    assert "SAME SPEED  Passing 22.4 ft/s" in render_text(summarize(analysis))
    assert "Same speed</dt><dd>Passing 22.4 ft/s" in render_html(analysis)


def test_stages_that_never_meet_make_no_line(practice: Practice) -> None:
    changes = practice().stage_changes
    apart = changes.assign(value=changes["value"].mask(changes["comparison"] == "same_speed"))
    assert same_speed_lines(practice(stage_changes=apart), "us") == ()


def test_the_details_have_a_column_for_every_stage(practice: Practice) -> None:
    table = stage_details(practice(), "us")
    assert table.head == ("", "50 %", "75 %", "100 %")
    assert {len(row) for row in table.rows} == {4}


def test_first_steps_and_fly_phase_are_rows_of_their_own(practice: Practice) -> None:
    names = [row[0] for row in stage_details(practice(), "us").rows]
    assert {"Ground time, first steps", "Ground time, at speed", "Ground time, at speed, left"} <= set(names)


def test_what_cannot_be_told_says_why(practice: Practice) -> None:
    rows = practice().stage_metrics
    none = rows.assign(value=NAN, low=NAN, high=NAN, reason="no_length")
    cells = [cell for row in stage_details(practice(stage_metrics=none), "us").rows for cell in row[1:]]
    assert set(cells) == {"can't tell: no stride length"}


def test_every_reason_of_the_tables_has_words(practice: Practice) -> None:
    rows = practice().stage_metrics
    for schema, frame in ((tables.STAGE_METRIC_ROWS, rows), (tables.STAGE_CHANGES, practice().stage_changes)):
        meaning = next(column.meaning for column in schema.columns if column.name == "reason")
        for reason in set(frame["reason"]):
            assert reason in meaning, reason


def test_changes_have_a_column_for_every_pair(practice: Practice) -> None:
    assert change_details(practice()).head == ("", "50 → 75 %", "75 → 100 %", "50 → 100 %")


@pytest.mark.parametrize("schema", [tables.STAGE_METRIC_ROWS, tables.STAGE_CHANGES], ids=lambda schema: schema.name)
def test_no_stages_make_no_tables_on_the_page(practice: Practice, schema: tables.Schema) -> None:
    analysis = practice(**{schema.name: tables.empty(schema)})
    assert isinstance(getattr(analysis, schema.name), pd.DataFrame)
    caption = "Stages in full" if schema is tables.STAGE_METRIC_ROWS else "Between stages"
    assert caption not in render_html(analysis)


def test_the_gain_over_all_stages_is_told_beside_those_between_neighbours(practice: Practice) -> None:
    whole = summarize(practice()).whole_gain
    assert whole is not None
    assert whole.label == "50 → 100"
    assert whole.gain.value == pytest.approx(7.50 - 5.79)


def test_two_stages_have_no_gain_beside_the_one_between_them(practice: Practice) -> None:
    assert summarize(practice(stages=practice().stages.iloc[1:])).whole_gain is None
