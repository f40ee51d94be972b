"""The coach's page: one self-contained HTML file that reads on a phone and prints on one sheet."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzer.model import Analysis
from analyzer.report import figures, quantities, summary
from analyzer.report.gains import SpeedGain, is_split
from analyzer.report.quantities import Quantity, Units
from analyzer.report.rests import Rest, rest_lines
from analyzer.report.stage_details import change_details, stage_details
from analyzer.report.stage_lines import records
from analyzer.report.svg import inline_svg

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

__all__ = ["render_html"]

_MAX_LINES = 6
_MAX_NOTICES = 3
"""What fits on one sheet; the tables and ``provenance.json`` hold the rest."""

_CHARACTERS_PER_ROW = 90
_MAX_ROOMY_ROWS = 20
"""A sheet with fewer rows is printed in larger type; measured with the widest common font."""

_MAX_TRACES = 6
"""Runs whose raw traces are drawn for the analyst: more make the file heavy."""

_LONGEST_TRACE_S = 8.0
"""A sprint is over by then; of a long steady run it is enough to judge the contacts."""

_STRIP_IN = (3.6, 1.75)
_TRACE_IN = (8.0, 1.9)


def render_html(analysis: Analysis, units: Units = "us") -> str:
    """Return the coach's page as one HTML document.

    Parameters
    ----------
    analysis : Analysis
        With its recording, raw traces are drawn for the analyst; they do not print.
    units : {'us', 'metric'}

    Returns
    -------
    str
        No script, nothing fetched; the same analysis gives the same text.
    """
    # The template engine swallows the last line end.
    return _template().render(_context(analysis, units)) + "\n"


@functools.cache
def _template() -> "Template":
    # Imported late: words for a terminal need no template.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("analyzer.report"),
        # Names of athletes and files come from outside.
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        # A name misspelt in the template fails instead of leaving a blank on the page.
        undefined=StrictUndefined,
    )
    return environment.get_template("report.html.j2")


def _context(analysis: Analysis, units: Units) -> dict[str, Any]:
    said = summary.summarize(analysis, units)
    lines = (*said.stages, *said.others)
    return {
        "s": said,
        "lines": lines[:_MAX_LINES],
        "n_lines_left_out": len(lines[_MAX_LINES:]),
        "is_roomy": _n_rows(said) <= _MAX_ROOMY_ROWS,
        "heads": _heads(units),
        "gains": _gain_bars(said.gains),
        "whole_gain": said.whole_gain if said.whole_gain is not None and is_split(said.whole_gain) else None,
        "notices": said.notices[:_MAX_NOTICES],
        "n_notices_left_out": len(said.notices[_MAX_NOTICES:]),
        "strip": _strip(analysis, units),
        "traces": _traces(analysis),
        "runs": _run_rows(analysis, units),
        "details": [table for table in (stage_details(analysis, units), change_details(analysis)) if table.rows],
        "origin": _origin(analysis, said),
        "simulated": summary.SIMULATED,
        "fine_print": f"{summary.STEP_AND_STRIDE} {summary.NOT_MEDICAL}",
    }


def _n_rows(said: summary.Summary) -> int:
    """Return about how many rows of text the sheet has to hold beside its figures."""
    lines = min(len(said.stages) + len(said.others), _MAX_LINES)
    texts = [*said.cannot_tell, *said.notices[:_MAX_NOTICES], said.effort_sense, said.at_same_speed, said.rest]
    texts += [said.times, said.reaction, said.ways, said.data_quality]
    texts += [text for remark in said.remarks for text in (remark.sentence, remark.cue, remark.evidence)]
    return lines + sum(math.ceil(len(text) / _CHARACTERS_PER_ROW) for text in texts)


def _heads(units: Units) -> dict[str, str]:
    return {"speed": quantities.speed_unit(units), "length": "ft in" if units == "us" else "m"}


@dataclass(frozen=True, slots=True)
class _Bar:
    """One share as a bar; all lengths in percent of the width of the drawing."""

    name: str
    kind: str
    share: Quantity
    start: float
    width: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _GainBars:
    gain: SpeedGain
    is_split: bool
    zero: float
    bars: tuple[_Bar, ...]


def _gain_bars(gains: Sequence[SpeedGain]) -> list[_GainBars]:
    """Return the bars of all gains on one scale, so that equal shares are equally long."""
    split = [gain for gain in gains if is_split(gain)]
    ends = [
        end for gain in split for share in (gain.rate_share, gain.length_share) for end in (share.value, *share.bounds)
    ]
    low, high = max(min((0.0, *ends)), _SHARES[0]), min(max((1.0, *ends)), _SHARES[1])

    def place(share: float) -> float:
        """Return where a share lies, in percent of the width of the drawing."""
        return 100 * (min(max(share, low), high) - low) / (high - low)

    def bar(name: str, kind: str, share: Quantity) -> _Bar:
        """Return one share as a bar from zero."""
        zero, end = place(0.0), place(share.value)
        # A negative share grows to the left of zero.
        start, width = min(zero, end), abs(end - zero)
        return _Bar(name, kind, share, *(round(x, 2) for x in (start, width, *map(place, share.bounds))))

    found = []
    for gain in gains:
        bars = (bar("Step rate", "rate", gain.rate_share), bar("Step length", "length", gain.length_share))
        split_up = is_split(gain)
        found.append(_GainBars(gain, split_up, round(place(0.0), 2), bars if split_up else ()))
    return found


_SHARES = (-1.0, 2.0)
"""Shares beyond are cut off in the drawing: they come from tiny gains, and the number stands beside the bar."""


@dataclass(frozen=True, slots=True)
class _Figure:
    svg: "Markup"
    caption: str


def _figure(svg: str, caption: str) -> _Figure:
    from markupsafe import Markup

    # The drawing is ours, down to its labels: numbers, units, placements and directions.
    return _Figure(Markup(svg), caption)  # noqa: S704


def _strip(analysis: Analysis, units: Units) -> _Figure | None:
    frames = (analysis.steps, analysis.strides)
    # Rather none than an empty frame.
    if not any(frame.loc[frame["phase"] != "deceleration", "speed_m_s"].notna().any() for frame in frames):
        return None
    each = "step" if analysis.steps["speed_m_s"].notna().any() else "stride"
    svg = inline_svg(lambda ax: figures.step_speed(analysis, ax, units), "step-speed", _STRIP_IN)
    return _figure(svg, f"Speed of each {each} until slowing begins: ◁\u00a0left foot, ▷\u00a0right foot.")


def _traces(analysis: Analysis) -> list[_Figure]:
    if analysis.recording is None:
        return []
    runs = [int(run) for run in analysis.contacts["run"].unique()][:_MAX_TRACES]
    return [_trace(analysis, run) for run in runs]


def _trace(analysis: Analysis, run: int) -> _Figure:
    svg = inline_svg(lambda ax: figures.contacts(analysis, ax, run, _LONGEST_TRACE_S), f"contacts-{run}", _TRACE_IN)
    start_s = analysis.contacts.loc[analysis.contacts["run"] == run, "initial_contact_s"]
    n_drawn = int((start_s <= start_s.min() + _LONGEST_TRACE_S).sum())
    counted = f"{n_drawn} contacts" if n_drawn == start_s.size else f"first {n_drawn} of {start_s.size} contacts"
    return _figure(
        svg,
        f"Run {run}: size of the acceleration under its {counted}. Left dashed ◁, right solid ▷; "
        "filled bands are clean, dotted ones are not used for ground time.",
    )


def _run_rows(analysis: Analysis, units: Units) -> list[tuple[str, ...]]:
    rests = {rest.run: rest for rest in rest_lines(analysis)}
    return [
        (
            str(run["run"]),
            # NaN is not above zero: not asked.
            str(quantities.percent(run["asked_effort_pct"])) if run["asked_effort_pct"] > 0 else "not asked",
            run["direction"].replace("_", " "),
            quantities.distance(run["distance_m"], units),
            str(quantities.speed(run["peak_speed_m_s"], units=units)),
            *_rest_cells(rests.get(run["run"])),
            str(run["n_contacts"]),
            ", ".join(_TROUBLES.get(trouble, trouble) for trouble in run["quality"].split(";")),
        )
        for run in records(analysis.runs)
    ]


def _rest_cells(rest: Rest | None) -> tuple[str, str]:
    if rest is None or not rest.rest_s > 0:
        return "–", "–"
    return quantities.clock(rest.rest_s) + (" (short)" if rest.is_short else ""), rest.spent


_TROUBLES = {
    "gap": "samples lost",
    "clipped": "sensor at its limit",
    "sensor_lost": "a sensor was missing for a part",
    "cut_start": "began before the recording",
    "cut_end": "went on after the recording",
    "no_length": "no stride length",
    "one_side": "one side only",
    "feet_apart": "feet of two people, or two clocks",
    "clocks_apart": "clocks of the feet not known well enough",
}


def _origin(analysis: Analysis, said: summary.Summary) -> list[tuple[str, str]]:
    rows = [("config", said.config_hash)]
    rows += [(name, str(value)) for name, value in sorted(analysis.versions.items())]
    rows += [(name, str(value)) for name, value in sorted(analysis.source.items())]
    rows += [
        (f"clock of {worn.value.replace('_', ' ')}", f"± {1000 * error_s:.1f} ms")
        for worn, error_s in analysis.clock_errors_s.items()
    ]
    return rows
