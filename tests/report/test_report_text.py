import dataclasses
from collections.abc import Callable

import pytest

from analyzer.model import Analysis, Athlete, Notice
from analyzer.report import render_text, run_card, run_lines, summarize
from analyzer.report.quantities import Units
from analyzer.report.text import WIDTH

Practice = Callable[..., Analysis]
NAN = float("nan")


@pytest.mark.parametrize("units", ["us", "metric"])
def test_no_line_is_wider_than_the_terminal(practice: Practice, units: Units) -> None:
    base = practice()
    analysis = practice(
        athlete=Athlete("A very long name of an athlete " * 4),
        notices=(Notice("a", "word " * 60), Notice("b", "x" * 200)),
        runs=base.runs.assign(direction=["forward", "backward", "lateral_right"]),
        stages=base.stages.iloc[:1],
    )
    assert max(len(line) for line in render_text(summarize(analysis, units)).splitlines()) <= WIDTH


def test_nan_is_never_shown(practice: Practice) -> None:
    stages = practice().stages.copy()
    stages[[name for name in stages.columns if stages[name].dtype == float and name != "asked_effort_pct"]] = NAN
    text = render_text(summarize(practice(stages=stages)))
    assert "nan" not in text.lower()
    assert "can't tell" in text


def test_simulated_data_wear_a_banner(practice: Practice) -> None:
    assert render_text(summarize(practice(simulated=True))).startswith("*** SIMULATED")


def test_real_data_wear_no_banner(practice: Practice) -> None:
    assert "SIMULATED" not in render_text(summarize(practice()))


def test_the_text_carries_no_terminal_codes(practice: Practice) -> None:
    assert "\x1b" not in render_text(summarize(practice()))


def test_columns_line_up(practice: Practice) -> None:
    lines = render_text(summarize(practice())).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("ASKED"))
    assert len({len(line) for line in lines[start + 2 : start + 5]}) == 1


def test_a_run_card_holds_the_numbers_of_one_run(practice: Practice) -> None:
    assert run_card(run_lines(practice(), "us")[1]) == (
        "Run 2 · 11 contacts · data ok 100 %\n  22.4 ±0.3 ft/s · 3.85 /s × 5 ft 10 in · ground 141 ms\n"
    )


def test_a_run_card_says_why_a_number_is_missing(practice: Practice) -> None:
    line = run_lines(practice(), "us")[1]
    unknown = dataclasses.replace(line.ground_time, value=NAN, text="can't tell", margin="", unit="", why="no foot")
    assert "no foot" in run_card(dataclasses.replace(line, ground_time=unknown))


def test_a_run_card_of_a_simulated_run_says_so(practice: Practice) -> None:
    assert run_card(run_lines(practice(), "us")[0], simulated=True).startswith("SIMULATED")
