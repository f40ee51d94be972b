from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analyzer import tables
from analyzer.errors import InputError
from analyzer.model import Analysis
from analyzer.report import figures
from analyzer.report.svg import inline_svg

Practice = Callable[..., Analysis]


@pytest.fixture
def ax() -> Axes:
    return Figure().add_subplot()


def test_speed_by_stage_has_one_bar_a_stage_in_the_units_of_its_axis(practice: Practice, ax: Axes) -> None:
    figures.speed_by_stage(practice(), ax, "us")
    assert [round(bar.get_height(), 1) for bar in ax.patches] == [19.0, 22.4, 24.6]
    assert ax.get_ylabel() == "peak speed (ft/s)"


def test_step_speed_names_every_run_at_the_end_of_its_line(practice: Practice, ax: Axes) -> None:
    figures.step_speed(practice(), ax)
    assert [text.get_text() for text in ax.texts] == ["50", "75", "100"]


def test_step_speed_ends_where_slowing_begins(practice: Practice, ax: Axes) -> None:
    analysis = practice()
    figures.step_speed(analysis, ax)
    n_before = int(((analysis.steps["run"] == 1) & (analysis.steps["phase"] != "deceleration")).sum())
    assert ax.lines[0].get_xdata().size == n_before


def test_step_speed_of_many_runs_keeps_the_fastest_of_each_effort(practice: Practice, ax: Axes) -> None:
    base = practice()
    runs, steps = [], []
    for copy in range(4):
        runs.append(
            base.runs.assign(run=base.runs["run"] + 3 * copy, peak_speed_m_s=base.runs["peak_speed_m_s"] + copy)
        )
        steps.append(base.steps.assign(run=base.steps["run"] + 3 * copy))
    concatenated = {
        "runs": tables.build(tables.RUNS, {c: np.concatenate([r[c] for r in runs]) for c in tables.RUNS.names}),
        "steps": tables.build(tables.STEPS, {c: np.concatenate([s[c] for s in steps]) for c in tables.STEPS.names}),
    }
    figures.step_speed(practice(**concatenated), ax)
    assert {text.get_text() for text in ax.texts} == {"50", "75", "100"}
    assert len(ax.texts) == 6


def test_contacts_are_drawn_over_the_raw_trace_clean_ones_filled(practice: Practice, ax: Axes) -> None:
    figures.contacts(practice(), ax, run=3)
    assert [patch.get_fill() for patch in ax.patches] == [False] * 2 + [True] * 9
    assert {line.get_label() for line in ax.lines} >= {"left foot", "right foot"}


def test_contacts_of_an_unknown_run_name_those_there_are(practice: Practice, ax: Axes) -> None:
    with pytest.raises(InputError, match="run 9 has no contacts to draw; runs with contacts: 1, 2, 3"):
        figures.contacts(practice(), ax, run=9)


def test_contacts_without_samples_say_what_to_do(practice: Practice, ax: Axes) -> None:
    with pytest.raises(InputError, match="analyse the recording again"):
        figures.contacts(practice(recording=None), ax, run=1)


def test_thinning_a_long_trace_keeps_its_largest_value() -> None:
    values = np.zeros(100_000)
    values[54_321] = 7.0
    time_s, thinned = figures._thinned(np.arange(100_000) / 1000, values)
    assert (thinned.max(), thinned.size <= 4000, bool(np.all(np.diff(time_s) > 0))) == (7.0, True, True)


def test_an_inline_figure_holds_text_and_no_addresses(practice: Practice) -> None:
    svg = inline_svg(lambda ax: figures.step_speed(practice(), ax), "speed", (3.0, 2.0))
    assert svg.startswith("<svg")
    assert ">speed (m/s)</text>" in svg
    assert "http" not in svg
    assert "<style" not in svg
