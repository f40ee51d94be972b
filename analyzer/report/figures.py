"""Figures: one function each, drawn into axes that the caller owns."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analyzer.errors import InputError
from analyzer.model import Analysis, Floats, SensorStream
from analyzer.report import quantities
from analyzer.report.quantities import Units
from analyzer.report.stage_lines import records

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["INK", "MUTED", "SIDES", "STAGE_SHADES", "contacts", "speed_by_stage", "step_speed"]

INK = "#17201c"
MUTED = "#5c6862"
SIDES: Mapping[str, tuple[str, str, str]] = {
    "left": ("#b54a00", "--", "<"),
    "right": ("#0068a6", "-", ">"),
    "unknown": (MUTED, ":", "o"),
}
"""Side -> colour, line and marker: vermilion dashed ◁ is left, blue solid ▷ is right, on every figure."""

STAGE_SHADES = ("#5f9c83", "#2c7a5e", "#0b4a36")
"""One hue from the slowest stage to the fastest; more stages share it by their place in the order."""

_MAX_POINTS = 2000
"""Points of a raw trace that a figure a hand wide can show."""

_MAX_LINES = 6
"""Runs whose step speeds can be told apart in one figure."""

_NAME_ROOM = 0.15
"""Share of the width kept free for the names at the ends of the lines."""

_MARGIN_S = 0.15
"""Shown before and after the contacts of a run."""


def speed_by_stage(analysis: Analysis, ax: "Axes", units: Units = "metric") -> None:
    """Draw the peak speed of every stage with its 95 % interval.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib.axes.Axes
    units : {'us', 'metric'}
    """
    rows = [row for row in records(analysis.stages) if np.isfinite(row["peak_speed_m_s"])]
    scale = quantities.speed_scale(units)
    shades = _shades(len(rows))
    for index, (row, shade) in enumerate(zip(rows, shades, strict=True)):
        value = row["peak_speed_m_s"] / scale
        ends = np.array([[row["peak_speed_m_s_low"]], [row["peak_speed_m_s_high"]]]) / scale
        ax.bar(index, value, width=0.6, color=shade)
        if np.isfinite(ends).all():
            # Lengths, not ends: errorbar refuses what is negative.
            ax.errorbar(index, value, yerr=np.abs(ends - value), color=INK, capsize=4, linewidth=1.2)
    ax.set_xticks(range(len(rows)), [_stage_name(row["asked_effort_pct"], index) for index, row in enumerate(rows)])
    ax.set_xlabel("asked effort (%)")
    ax.set_ylabel(f"peak speed ({quantities.speed_unit(units)})")
    _tidy(ax)


def step_speed(analysis: Analysis, ax: "Axes", units: Units = "metric") -> None:
    """Draw the speed of every step up to the onset of slowing, over the time since the first step, one line a run.

    Left steps point left, right steps point right; the label at a line's end is the asked effort.
    Without steps, as with one foot, strides are drawn.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib.axes.Axes
    units : {'us', 'metric'}
    """
    frame = analysis.steps if analysis.steps["speed_m_s"].notna().any() else analysis.strides
    frame = frame[frame["phase"] != "deceleration"]
    known = set(frame.loc[frame["speed_m_s"].notna(), "run"])
    runs = _few([row for row in records(analysis.runs) if row["run"] in known])
    efforts = sorted({_effort(row) for row in runs})
    shade_of = dict(zip(efforts, _shades(len(efforts)), strict=True))
    labelled = []
    for row in runs:
        part = frame[frame["run"] == row["run"]].dropna(subset=["speed_m_s"]).sort_values("start_s")
        time_s = part["start_s"].to_numpy() - part["start_s"].iloc[0]
        speed = part["speed_m_s"].to_numpy() / quantities.speed_scale(units)
        ax.plot(time_s, speed, color=shade_of[_effort(row)], linewidth=1.4, zorder=2)
        _mark_sides(ax, time_s, speed, part)
        labelled.append((time_s[-1], speed[-1], _line_name(row)))
    _label_ends(ax, labelled)
    ax.set_xlabel("time in the run (s)")
    ax.set_ylabel(f"speed ({quantities.speed_unit(units)})")
    # From zero: a cut axis makes much of small gains.
    ax.set_ylim(bottom=0)
    # Room for the names at the ends of the lines.
    left, right = ax.get_xlim()
    ax.set_xlim(left, right + _NAME_ROOM * (right - left))
    _tidy(ax)


def contacts(analysis: Analysis, ax: "Axes", run: int, longest_s: float = float("inf")) -> None:
    """Draw the raw acceleration of the feet in one run under the contacts found there.

    Filled bands are clean contacts; empty, dashed ones touch lost or clipped samples.

    Parameters
    ----------
    analysis : Analysis
        With its recording.
    ax : matplotlib.axes.Axes
    run : int
    longest_s : float
        Only contacts up to this long after the first are drawn.

    Raises
    ------
    InputError
        No recording to draw from, or no contact in that run.
    """
    if analysis.recording is None:
        raise InputError("this analysis carries no samples; analyse the recording again to draw its traces")
    found = analysis.contacts[analysis.contacts["run"] == run]
    if found.empty:
        known = ", ".join(str(number) for number in analysis.contacts["run"].unique())
        raise InputError(f"run {run} has no contacts to draw; runs with contacts: {known or 'none'}")
    start_s = float(found["initial_contact_s"].min())
    found = found[found["initial_contact_s"] <= start_s + longest_s]
    # The last contact may have no toe-off in view: then the largest of both columns is its beginning.
    stop_s = float(found[["initial_contact_s", "toe_off_s"]].max().max())
    for stream in _traced(analysis.recording.streams.values(), set(found["side"])):
        window = stream.between(start_s - _MARGIN_S, stop_s + _MARGIN_S)
        _trace(ax, window, start_s)
    for contact in records(found):
        _band(ax, contact, start_s)
    ax.set_xlabel("time in the run (s)")
    ax.set_ylabel("acceleration (m/s²)")
    ax.set_ylim(bottom=0)
    _tidy(ax)


def _traced(streams: Any, sides: set[str]) -> Sequence[SensorStream]:
    """Return the sensors to draw: the feet of the contacts' sides, else whatever was worn."""
    feet = [s for s in streams if s.placement.segment == "foot" and s.placement.side in sides]
    return feet or list(streams)[:1]


def _trace(ax: "Axes", window: SensorStream, start_s: float) -> None:
    colour, style, _ = SIDES[window.placement.side]
    # The size: the axes of a sensor on a shoe point anywhere.
    time_s, size = _thinned(window.time_s - start_s, np.linalg.norm(window.acc_m_s2, axis=1))
    name = window.placement.value.replace("_", " ")
    ax.plot(time_s, size, color=colour, linestyle=style, linewidth=0.9, label=name)


def _thinned(time_s: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return the smallest and largest value of each stretch of samples, so that no peak gets lost."""
    # Each stretch leaves two points, so it holds twice the samples that one point may stand for.
    n_per_stretch = 2 * values.size // _MAX_POINTS
    if n_per_stretch < 2:
        return time_s, values
    n_stretches = values.size // n_per_stretch
    kept = n_stretches * n_per_stretch
    stretches = values[:kept].reshape(n_stretches, n_per_stretch)
    ends = np.column_stack([stretches.min(axis=1), stretches.max(axis=1)])
    # At its start and middle, whichever was the smaller: at this width nobody sees which came first.
    times = time_s[:kept].reshape(n_stretches, n_per_stretch)[:, [0, n_per_stretch // 2]]
    return times.ravel(), ends.ravel()


def _band(ax: "Axes", contact: Mapping[str, Any], start_s: float) -> None:
    colour, _, marker = SIDES[contact["side"]]
    begin, end = contact["initial_contact_s"] - start_s, contact["toe_off_s"] - start_s
    # An end that was not seen is not guessed: a line, not a band.
    if np.isnan(end):
        ax.axvline(begin, color=colour, linewidth=0.9)
    elif contact["quality"] == "ok":
        ax.axvspan(begin, end, color=colour, alpha=0.16, linewidth=0)
    else:
        ax.axvspan(begin, end, fill=False, edgecolor=colour, linestyle=":", linewidth=0.9)
    # x in seconds, y as a share of the height: on top whatever the trace does.
    ax.plot(begin, 0.97, marker, color=colour, markersize=4, transform=ax.get_xaxis_transform())


def _few(runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the runs to draw in order of time: all of few, else the fastest ones, those of other efforts first."""
    if len(runs) <= _MAX_LINES:
        return list(runs)
    fastest_first = sorted(runs, key=lambda run: np.nan_to_num(run["peak_speed_m_s"]), reverse=True)
    # Later entries overwrite earlier ones: backwards, the fastest of each effort stays.
    best = {_effort(run): run for run in reversed(fastest_first)}
    chosen = [*best.values(), *(run for run in fastest_first if run is not best[_effort(run)])][:_MAX_LINES]
    return sorted(chosen, key=lambda run: float(run["start_s"]))


def _mark_sides(ax: "Axes", time_s: Floats, speed: Floats, part: "pd.DataFrame") -> None:
    sides = part["side"].to_numpy()
    for side, (colour, _, marker) in SIDES.items():
        own = sides == side
        ax.plot(time_s[own], speed[own], marker, color=colour, markersize=4.5, linestyle="none", zorder=3)


def _label_ends(ax: "Axes", labelled: Sequence[tuple[float, float, str]]) -> None:
    """Write each name beside its line's end, moved apart where two lines end at the same height."""
    if not labelled:
        return
    apart = 0.08 * max(speed for _, speed, _ in labelled)
    lowest = -np.inf
    for time_s, speed, name in sorted(labelled, key=lambda item: item[1]):
        height = max(speed, lowest + apart)
        lowest = height
        ax.annotate(
            name,
            (time_s, height),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold",
            color=INK,
            annotation_clip=False,
        )


def _effort(run: Mapping[str, Any]) -> float:
    # NaN is not equal to itself and would make a stage of every run.
    return float(run["asked_effort_pct"]) if np.isfinite(run["asked_effort_pct"]) else 0.0


def _line_name(run: Mapping[str, Any]) -> str:
    asked = run["asked_effort_pct"]
    name = f"{asked:g}" if np.isfinite(asked) else f"run {run['run']}"
    ways = {"backward": "back", "lateral_left": "left", "lateral_right": "right"}
    return f"{name} {ways[run['direction']]}" if run["direction"] in ways else name


def _stage_name(asked_effort_pct: float, index: int) -> str:
    return f"{asked_effort_pct:g}" if np.isfinite(asked_effort_pct) else f"run {index + 1}"


def _shades(n: int) -> list[str]:
    """Return a shade for each of n stages, the darkest last."""
    places = np.linspace(0, len(STAGE_SHADES) - 1, n) if n > 1 else [len(STAGE_SHADES) - 1]
    return [STAGE_SHADES[round(float(place))] for place in places]


def _tidy(ax: "Axes") -> None:
    for edge in ("top", "right"):
        ax.spines[edge].set_visible(False)
    for edge in ("left", "bottom"):
        ax.spines[edge].set_color(MUTED)
    ax.tick_params(colors=MUTED, length=3)
    ax.xaxis.label.set_color(MUTED)
    ax.yaxis.label.set_color(MUTED)
