"""The stages in full, for whoever wants every number: phases, feet, changes, and the same speed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.model import Analysis
from analyzer.report import quantities
from analyzer.report.quantities import Quantity, Units
from analyzer.report.stage_lines import records

__all__ = ["DetailTable", "SameSpeedLine", "change_details", "same_speed_lines", "stage_details"]

_Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SameSpeedLine:
    """What differs between two stages at one speed.

    Attributes
    ----------
    lower, upper : str
        Asked efforts, such as ``75`` and ``100``.
    speed : Quantity
        At which they are compared.
    step_rate, step_length, ground_time : Quantity
        Changes in per cent of the lower stage.
    n_upper : int
        Strides of the upper stage behind it.
    sentence : str
        What is clear of it; empty where nothing is.
    """

    lower: str
    upper: str
    speed: Quantity
    step_rate: Quantity
    step_length: Quantity
    ground_time: Quantity
    n_upper: int
    sentence: str


@dataclass(frozen=True, slots=True)
class DetailTable:
    """A table of words: a head, and rows that begin with their own."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def same_speed_lines(analysis: Analysis, units: Units) -> tuple[SameSpeedLine, ...]:
    """Return the comparisons at the same speed of neighbouring stages of which anything is known, lowest first."""
    rows = [row for row in records(analysis.stage_changes) if row["comparison"] == "same_speed"]
    pairs = dict.fromkeys((row["lower_stage"], row["upper_stage"]) for row in rows)
    # The first and the last are compared as well; between neighbours there is more to compare.
    found = [_same_speed(_of(rows, pair), units) for pair in pairs if pair[1] == pair[0] + 1]
    return tuple(line for line in found if line.step_rate.is_known or line.ground_time.is_known)


def stage_details(analysis: Analysis, units: Units) -> DetailTable:
    """Return every metric of every stage: phases and feet are rows, stages are columns."""
    rows = records(analysis.stage_metrics)
    stages = list(dict.fromkeys(row["stage"] for row in rows))
    kinds = dict.fromkeys((row["metric"], row["phase"], row["side"]) for row in rows)
    cells = {(row["metric"], row["phase"], row["side"], row["stage"]): _cell(row, units) for row in rows}
    return DetailTable(
        "Stages in full: median, its 95 % interval, number of values, scatter within a run",
        ("", *(_stage_name(row) for row in rows if row["metric"] == "peak_speed_m_s")),
        tuple((_kind_name(*kind), *(cells[(*kind, stage)] for stage in stages)) for kind in kinds),
    )


def change_details(analysis: Analysis) -> DetailTable:
    """Return every comparison of stages: comparisons are rows, pairs of stages are columns."""
    rows = records(analysis.stage_changes)
    pairs = list(dict.fromkeys((row["lower_stage"], row["upper_stage"]) for row in rows))
    kinds = dict.fromkeys((row["comparison"], row["metric"]) for row in rows)
    cells = {(row["comparison"], row["metric"], row["lower_stage"], row["upper_stage"]): row for row in rows}
    names = [f"{cells[('contrast', 'peak_speed_m_s', *pair)]['lower_effort_pct']:g} → " for pair in pairs]
    uppers = [f"{cells[('contrast', 'peak_speed_m_s', *pair)]['upper_effort_pct']:g} %" for pair in pairs]
    return DetailTable(
        "Between stages: change, its 95 % interval, numbers of values",
        ("", *(f"{lower}{upper}" for lower, upper in zip(names, uppers, strict=True))),
        tuple((_change_name(*kind), *(_change_cell(cells[(*kind, *pair)]) for pair in pairs)) for kind in kinds),
    )


def _of(rows: Sequence[_Record], pair: tuple[int, int]) -> dict[str, _Record]:
    return {str(row["metric"]): row for row in rows if (row["lower_stage"], row["upper_stage"]) == pair}


def _same_speed(rows: Mapping[str, _Record], units: Units) -> SameSpeedLine:
    rate, length, contact = (rows[name] for name in ("stride_frequency_hz", "stride_length_m", "contact_time_s"))
    # Strides and steps change by the same share.
    step_rate, step_length, ground_time = (
        quantities.percent(*_ends(row), why=_WHY.get(row["reason"], "")) for row in (rate, length, contact)
    )
    lower, upper = f"{rate['lower_effort_pct']:g}", f"{rate['upper_effort_pct']:g}"
    speed = quantities.speed(rate["speed_m_s"], units=units)
    return SameSpeedLine(
        lower=lower,
        upper=upper,
        speed=speed,
        step_rate=step_rate,
        step_length=step_length,
        ground_time=ground_time,
        n_upper=int(rate["n_upper"]),
        sentence=_same_speed_sentence(lower, upper, speed, (step_rate, step_length, ground_time)),
    )


def _same_speed_sentence(lower: str, upper: str, speed: Quantity, changes: Sequence[Quantity]) -> str:
    words = (("quicker", "slower"), ("longer", "shorter"), ("longer", "shorter"))
    things = ("steps {} % {}", "{} % {}", "ground time {} % {}")
    told = []
    for change, (more, less), thing in zip(changes, words, things, strict=True):
        # Only with an interval: without one nobody knows how clear it is.
        if change.margin and change.is_clear:
            told.append(thing.format(f"{abs(change.value):.0f}", more if change.value > 0 else less))
    if not told:
        return ""
    # Without the first the second would not say of what.
    if not told[0].startswith(("steps", "ground")):
        told[0] = f"steps {told[0]}"
    return f"Passing {speed.text} {speed.unit} on the way to {upper}: {', '.join(told)} than at {lower}."


def _ends(row: _Record) -> tuple[float, float, float]:
    return float(row["value"]), float(row["low"]), float(row["high"])


def _cell(row: _Record, units: Units) -> str:
    shown = _shown(str(row["metric"]), _ends(row), units)
    if not shown.is_known:
        return f"{quantities.UNKNOWN}: {_WHY.get(row['reason'], row['reason'])}"
    scatter = f", scatter {row['variability_pct']:.1f} %" if math.isfinite(row["variability_pct"]) else ""
    return f"{shown}, n {row['n']}{scatter}"


def _shown(metric: str, ends: tuple[float, float, float], units: Units) -> Quantity:
    if metric.endswith("_m_s"):
        return quantities.speed(*ends, units=units)
    if metric.endswith("_hz"):
        return quantities.step_rate(*ends)
    if metric.endswith("_m"):
        return quantities.step_length(*ends, units=units)
    return quantities.ground_time(*ends) if metric.endswith("_s") else quantities.share(*ends)


def _change_cell(row: _Record) -> str:
    shown = quantities.percent(*_ends(row)) if row["unit"] == "%" else quantities.share(*_ends(row))
    if not shown.is_known:
        return f"{quantities.UNKNOWN}: {_WHY.get(row['reason'], row['reason'])}"
    remark = "" if shown.margin else f" ({_WHY.get(row['reason'], row['reason'])})"
    return f"{shown}{remark}, n {row['n_lower']} and {row['n_upper']}"


def _stage_name(row: _Record) -> str:
    return f"{row['asked_effort_pct']:g} %" if math.isfinite(row["asked_effort_pct"]) else f"Run {row['stage']}"


def _kind_name(metric: str, phase: str, side: str) -> str:
    where = {"run": "", "first_steps": ", first steps", "fly": ", at speed"}[phase]
    return f"{_NAMES[metric]}{where}" + ("" if side == "both" else f", {side}")


def _change_name(comparison: str, metric: str) -> str:
    return _SPLIT.get(metric, _NAMES.get(metric, metric)) + (", same speed" if comparison == "same_speed" else "")


_NAMES = {
    "peak_speed_m_s": "Peak speed",
    "speed_m_s": "Speed",
    "step_frequency_hz": "Step rate",
    "stride_frequency_hz": "Stride rate",
    "stride_length_m": "Stride length",
    "step_length_m": "Step length",
    "contact_time_s": "Ground time",
    "flight_time_s": "Flight time",
    "duty_factor": "Duty factor",
}

_SPLIT = {
    "speed_log": "Gain of speed (logarithmic)",
    "frequency_log": "of it from rate",
    "length_log": "of it from length",
    "frequency_share": "Share from rate",
    "length_share": "Share from length",
}

_WHY = {
    "no_steps": "no steps found",
    "cut_start": "the run began before the recording",
    "one_side": "one side only",
    "no_length": "no stride length",
    "no_toe_off": "toe-off not seen",
    "no_clean_steps": "no clean steps",
    "too_few": "too few",
    "missing": "one of the two is missing",
    "no_frequency": "no step rate",
    "small_gain": "gain too small to split",
    "share_open": "the gain may be nothing",
    "no_speed": "no speed",
    "no_overlap": "never at the same speed",
    "no_scatter": "interval not known",
}
